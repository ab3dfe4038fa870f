//! Curated playlists and their categories.

use std::borrow::Cow;

use fastrand::Rng;

use super::effects::Effect;
use super::music::Song;
use super::words::{ADJECTIVES, NOUNS, pick};

/// A category of curated playlists.
#[derive(Clone)]
pub(in crate::soundstripe) struct PlaylistCategory {
    pub(in crate::soundstripe) id: u64,
    pub(in crate::soundstripe) name: Cow<'static, str>,
}

/// A curated playlist, of songs or of sound effects.
#[derive(Clone)]
pub(in crate::soundstripe) struct Playlist {
    pub(in crate::soundstripe) id: u64,
    pub(in crate::soundstripe) name: String,
    pub(in crate::soundstripe) description: String,
    pub(in crate::soundstripe) songs: Vec<u64>,
    pub(in crate::soundstripe) effects: Vec<u64>,
    pub(in crate::soundstripe) categories: Vec<u64>,
}

const CATEGORIES: [&str; 6] = ["Editor's Choice", "New", "Seasonal", "Genres", "Moods", "Projects"];

pub(super) fn categories() -> Vec<PlaylistCategory> {
    (1u64..).zip(CATEGORIES).map(|(id, name)| PlaylistCategory { id, name: name.into() }).collect()
}

pub(super) fn playlists(rng: &mut Rng, songs: &[Song], effects: &[Effect]) -> Vec<Playlist> {
    (0..32u64)
        .map(|number| {
            let adjective = pick(rng, ADJECTIVES);
            let noun = pick(rng, NOUNS);
            let first = rng.u64(1..=CATEGORIES.len() as u64);
            let mut playlist = Playlist {
                id: 71 + number,
                name: format!("{adjective} {noun}"),
                description: format!("{adjective} pieces for {}.", noun.to_lowercase()),
                songs: Vec::new(),
                effects: Vec::new(),
                categories: vec![first, first % CATEGORIES.len() as u64 + 1],
            };
            // Every eighth is of sound effects.
            if number % 8 == 7 {
                playlist.effects = choose(rng, 18, effects.len(), |place| effects[place].id);
            } else {
                let count = rng.usize(12..=140);
                playlist.songs = choose(rng, count, songs.len(), |place| songs[place].id);
            }
            playlist
        })
        .collect()
}

/// So many different ones, in any order.
fn choose(rng: &mut Rng, count: usize, of: usize, id: impl Fn(usize) -> u64) -> Vec<u64> {
    let mut chosen = Vec::new();
    while chosen.len() < count.min(of) {
        let id = id(rng.usize(..of));
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    chosen
}
