//! What a user adds to the tracks and playlists.

use serde::Deserialize;
use serde_json::Value;

use super::catalogue::{self, Seeding};
use super::state::Soundcloud;
use super::store::FIRST;
use crate::kit::Imported;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    #[serde(default)]
    tracks: Vec<NewTrack>,
    #[serde(default)]
    playlists: Vec<NewPlaylist>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTrack {
    title: String,
    #[serde(default)]
    genre: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    bpm: Option<f64>,
    #[serde(default)]
    private: bool,
    #[serde(default = "own")]
    own: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPlaylist {
    title: String,
    #[serde(default)]
    tracks: Vec<String>,
}

fn own() -> bool {
    true
}

/// Reads tracks of the first user and of the second, and playlists of the first; these name tracks of the same catalogue.
pub(super) fn read<'a>(service: &'a Soundcloud, catalogue: &Value) -> Imported<'a> {
    let catalogue = Catalogue::deserialize(catalogue).map_err(|error| error.to_string())?;
    for title in catalogue.playlists.iter().flat_map(|list| &list.tracks) {
        if !catalogue.tracks.iter().any(|track| track.title == *title) {
            return Err(format!("there is no track {title:?} in the catalogue"));
        }
    }
    Ok(Box::new(move || add(service, catalogue)))
}

fn add(service: &Soundcloud, new: Catalogue) {
    let now = service.sandbox.clock.unix();
    let mut store = service.store.lock();
    let mut seeding = Seeding { store: &mut store, now };
    let mut ids: Vec<(String, u64)> = Vec::new();
    for track in new.tracks {
        let owner = if track.own { FIRST } else { catalogue::SECOND };
        let id = seeding.track(owner, &track.title, &track.genre, &track.tags, catalogue::MINUET);
        seeding.edit(id, |it| {
            it.bpm = track.bpm;
            it.private = track.private;
            it.texts.insert("description", track.description);
        });
        ids.push((track.title, id));
    }
    for list in new.playlists {
        let id = |title: &String| ids.iter().find(|(known, _)| known == title).map(|(_, id)| *id);
        let tracks: Vec<u64> = list.tracks.iter().filter_map(id).collect();
        seeding.playlist(FIRST, &list.title, "", &tracks);
    }
}
