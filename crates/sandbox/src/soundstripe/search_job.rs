//! The work of a search: finding songs, telling the caller.

use std::sync::Arc;
use std::time::Duration;

use super::catalogue::Catalogue;
use super::searches::to_document;
use super::songs::words;
use super::switches::{SearchOutcome, Switches};
use super::webhooks;
use super::world::{Search, SearchState};
use crate::house::House;

/// So many songs are found.
const FOUND: usize = 10;

/// Puts the end of a search on the agenda.
pub(super) fn schedule(house: &Arc<House>, switches: &Switches, id: u64) {
    let delay = Duration::try_from_secs_f64(switches.search_delay_s).unwrap_or_default();
    house.clock.after(delay, move |house| finish(house, id));
}

fn finish(house: &Arc<House>, id: u64) {
    let catalogue = house.soundstripe.catalogue();
    let switches = house.switches.lock().soundstripe.clone();
    let mut world = house.soundstripe.world.lock();
    let Some(search) = world.searches.get_mut(&id) else { return };
    search.state = match switches.search_outcome {
        SearchOutcome::Completed => {
            SearchState::Completed { songs: find(&catalogue, search), at: house.clock.now() }
        }
        SearchOutcome::Failed => SearchState::Failed,
    };
    let search = search.clone();
    drop(world);
    let document = to_document(house, &catalogue, &switches, id, &search);
    webhooks::send(house, search.owner, search.callback_url, document.text());
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
