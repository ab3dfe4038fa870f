//! The work of a search: finding songs, telling the caller.

use std::sync::Arc;

use super::catalogue::Catalogue;
use super::search_document::to_document;
use super::songs::words;
use super::state::Soundstripe;
use super::store::{Search, SearchState};
use super::switches::{SearchOutcome, Switches};
use super::webhooks;
use crate::kit::seconds;

/// So many songs are found.
const FOUND: usize = 10;

/// Puts the end of a search on the agenda.
pub(super) fn schedule(service: &Arc<Soundstripe>, switches: &Switches, id: u64) {
    let job = Arc::clone(service);
    service.sandbox.clock.after(seconds(switches.search_delay_s), move || finish(&job, id));
}

fn finish(service: &Arc<Soundstripe>, id: u64) {
    let switches = service.switches.standing();
    let mut store = service.store.lock();
    let Some(search) = store.searches.get_mut(&id) else { return };
    search.state = match switches.search_outcome {
        SearchOutcome::Completed => {
            let songs = find(&service.catalogue(), search);
            SearchState::Completed { songs, at: service.sandbox.clock.now() }
        }
        SearchOutcome::Failed => SearchState::Failed,
    };
    let search = search.clone();
    drop(store);
    let document = to_document(service, &switches, id, &search);
    webhooks::send(service, search.owner, search.callback_url, document.text());
}

/// The songs in which most of the words occur; of equals those with the lower id. A search that names no word of the
/// catalogue still finds something: a supervisor always has an idea.
fn find(catalogue: &Catalogue, search: &Search) -> Vec<u64> {
    let context = search.context.as_ref().map(ToString::to_string).unwrap_or_default();
    let wanted = words(&format!("{} {context}", search.query.as_deref().unwrap_or_default()));
    let mut ranked: Vec<(usize, u64)> = catalogue
        .songs
        .iter()
        .map(|song| {
            let missing = wanted.iter().filter(|word| !song.words.contains(word.as_str())).count();
            (missing, song.id)
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().take(FOUND).map(|(_, id)| id).collect()
}
