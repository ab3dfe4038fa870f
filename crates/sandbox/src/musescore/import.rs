//! What a user adds to the scores.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::accounts::{FIRST, SECOND};
use super::state::Musescore;
use super::store::Score;
use crate::kit::Imported;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    #[serde(default)]
    scores: Vec<NewScore>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewScore {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    private: bool,
    #[serde(default = "own")]
    own: bool,
    #[serde(default)]
    piece: Piece,
}

/// Which of the seeded pieces it is a score of: files, times and boxes.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Piece {
    #[default]
    Minuet,
    Ode,
    Air,
}

fn own() -> bool {
    true
}

/// Reads scores of the first user and of the second.
pub(super) fn read<'a>(service: &'a Musescore, catalogue: &Value) -> Imported<'a> {
    let catalogue = Catalogue::deserialize(catalogue).map_err(|error| error.to_string())?;
    Ok(Box::new(move || catalogue.scores.into_iter().for_each(|score| add(service, score))))
}

fn add(service: &Musescore, new: NewScore) {
    let renderer = &service.renderer;
    let rendering = match new.piece {
        Piece::Minuet => &renderer.minuet,
        Piece::Ode => &renderer.ode,
        Piece::Air => &renderer.air,
    };
    let posted = service.sandbox.clock.unix();
    let mut store = service.store.lock();
    let score = Score {
        id: store.new_score_id(),
        vid: store.new_version(),
        owner: if new.own { FIRST } else { SECOND },
        secret: store.new_secret(),
        posted,
        updated: posted,
        private: new.private,
        license: "all-rights-reserved",
        language: None,
        title: new.title,
        description: new.description,
        tags: new.tags,
        revision_log: None,
        featured: false,
        comments: 0,
        favorites: 0,
        views: 0,
        plays: 0,
        downloads: 0,
        rendering: Arc::clone(rendering),
        audio: None,
    };
    store.scores.insert(score.id, score);
}
