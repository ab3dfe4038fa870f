//! The document of a search.

use std::time::SystemTime;

use serde_json::json;

use super::document::{Document, Included, document, linkage, resource};
use super::media::Lifetime;
use super::songs::{self, Shown};
use super::state::Soundstripe;
use super::store::{Search, SearchState};
use super::switches::Switches;
use crate::kit::clock::http_date;

pub(super) const TYPE: &str = "supe_searches";

/// The document of a search; before it is completed it has no songs.
pub(super) fn to_document(service: &Soundstripe, switches: &Switches, id: u64, search: &Search) -> Document {
    let catalogue = &service.catalogue();
    let (status, songs) = match &search.state {
        SearchState::Processing => ("processing", None),
        SearchState::Completed { songs, .. } => ("completed", Some(songs)),
        SearchState::Failed => ("failed", None),
    };
    let created: SystemTime = SystemTime::UNIX_EPOCH + search.created;
    let attributes = json!({
        "status": status,
        "query": search.query,
        "context": search.context,
        "asset_ids": search.assets,
        "created_at": http_date(created),
    });
    let mut data = resource(TYPE, format!("srch_{id}"), attributes);
    let ids = songs.into_iter().flatten().copied();
    data["relationships"] = json!({"songs": linkage("songs", ids)});
    let shown = Shown { artists: true, files: true, lifetime: Lifetime::seconds(switches.supe_ttl_s) };
    let included = songs.map(|songs| {
        let mut included = Included::default();
        for song in songs.iter().filter_map(|&id| catalogue.song(id)) {
            included.add("songs", song.id, || songs::to_resource(catalogue, switches, song, shown));
            songs::include_artists(catalogue, song, shown, &mut included);
            songs::include_files(service, switches, song, shown, &mut included);
        }
        included
    });
    document(data, included, None)
}
