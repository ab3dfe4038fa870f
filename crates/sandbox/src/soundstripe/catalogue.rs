//! The catalogue: made from the seed, the same for everybody, changed by nothing but what a user adds to it.

mod additions;
mod effects;
mod lists;
mod music;
mod tags;
mod words;

use std::collections::BTreeMap;

use crate::kit::Seed;

pub(super) use additions::Additions;
pub(super) use effects::{Category, Effect};
pub(super) use lists::{Playlist, PlaylistCategory};
pub(super) use music::{Artist, SONGS, Song};
pub(super) use tags::{Tag, TagCategory, slug};

/// Ids of seeded categories have two digits: the place of the category and of the subcategory.
const FIRST_ADDED_CATEGORY: u64 = 101;

/// Everything that is for everybody.
#[derive(Clone)]
pub(super) struct Catalogue {
    pub(super) tags: Vec<Tag>,
    pub(super) artists: Vec<Artist>,
    /// In the order of their ids, which is the order of lists.
    pub(super) songs: Vec<Song>,
    pub(super) categories: Vec<Category>,
    pub(super) effects: Vec<Effect>,
    pub(super) playlists: Vec<Playlist>,
    pub(super) playlist_categories: Vec<PlaylistCategory>,
    /// Whether something was added to what the seed gives.
    pub(super) extended: bool,
    song_places: BTreeMap<u64, usize>,
    effect_places: BTreeMap<u64, usize>,
}

impl Catalogue {
    pub(super) fn new(seed: Seed) -> Self {
        let tags: Vec<Tag> = TagCategory::ALL
            .into_iter()
            .flat_map(|category| {
                words::tags(category).map(move |name| Tag { id: slug(name), name: name.into(), category })
            })
            .collect();
        let artists = music::artists(&mut seed.rng("soundstripe.artists"));
        let songs = music::songs(&mut seed.rng("soundstripe.songs"), &tags, &artists);
        let categories = effects::categories();
        let effects = effects::effects(&mut seed.rng("soundstripe.effects"), &categories);
        let playlist_categories = lists::categories();
        let playlists = lists::playlists(&mut seed.rng("soundstripe.playlists"), &songs, &effects);
        let song_places = songs.iter().enumerate().map(|(place, song)| (song.id, place)).collect();
        let effect_places = effects.iter().enumerate().map(|(place, effect)| (effect.id, place)).collect();
        Self {
            tags,
            artists,
            songs,
            categories,
            effects,
            playlists,
            playlist_categories,
            extended: false,
            song_places,
            effect_places,
        }
    }

    pub(super) fn song(&self, id: u64) -> Option<&Song> {
        self.song_places.get(&id).map(|&place| &self.songs[place])
    }

    pub(super) fn effect(&self, id: u64) -> Option<&Effect> {
        self.effect_places.get(&id).map(|&place| &self.effects[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_those_of_the_reference() {
        assert_eq!(slug("8-bit"), "8_bit");
        assert_eq!(slug("Soundtrack / Cinematic"), "soundtrack_cinematic");
    }

    #[test]
    fn the_same_for_the_same_seed() {
        let titles = |seed| {
            let catalogue = Catalogue::new(Seed(seed));
            assert_eq!(catalogue.songs.len(), SONGS);
            catalogue.songs.into_iter().map(|song| song.title).collect::<Vec<_>>()
        };
        assert_eq!(titles(1), titles(1));
        assert_ne!(titles(1), titles(2));
    }

    #[test]
    fn everything_refers_to_something() {
        let catalogue = Catalogue::new(Seed(1));
        let mut files = std::collections::BTreeSet::new();
        for song in &catalogue.songs {
            assert!(!song.artists.is_empty() && !song.files.is_empty());
            assert!(song.artists.iter().all(|&artist| artist < catalogue.artists.len()));
            assert!(song.tags.iter().all(|&tag| tag < catalogue.tags.len()));
            assert!(song.files.iter().all(|file| files.insert(file.id)), "an audio file twice");
        }
        for playlist in &catalogue.playlists {
            assert!(playlist.songs.iter().all(|&id| catalogue.song(id).is_some()));
            assert!(playlist.effects.iter().all(|&id| catalogue.effect(id).is_some()));
        }
        let with_alternates = catalogue.songs.iter().filter(|song| song.files.len() > 1).count();
        assert!((1000..4000).contains(&with_alternates), "{with_alternates}");
        // Every tag is in use, and ids are unique within a category.
        for (place, tag) in catalogue.tags.iter().enumerate() {
            assert!(catalogue.songs.iter().any(|song| song.tags.contains(&place)), "{}", tag.name);
        }
    }
}
