//! What a user adds to the catalogue: songs, sound effects and curated playlists.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::effects::{Category, Effect};
use super::lists::{Playlist, PlaylistCategory};
use super::music::{Artist, AudioFile, Song, words};
use super::tags::{Tag, TagCategory, slug};
use super::words::NOTES;
use super::{Catalogue, FIRST_ADDED_CATEGORY};

const ENERGIES: [&str; 4] = ["very_low", "low", "medium", "high"];
const MODES: [&str; 2] = ["major", "minor"];

/// Additions that were read and fit together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::soundstripe) struct Additions {
    #[serde(default)]
    songs: Vec<NewSong>,
    #[serde(default)]
    sound_effects: Vec<NewEffect>,
    #[serde(default)]
    playlists: Vec<NewPlaylist>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSong {
    title: String,
    #[serde(default)]
    artists: Vec<String>,
    #[serde(default = "moderate")]
    bpm: f64,
    #[serde(default)]
    explicit: bool,
    #[serde(default)]
    key: NewKey,
    #[serde(default = "medium")]
    energy: String,
    #[serde(default)]
    tags: NewTags,
    #[serde(default)]
    audio_files: Vec<NewFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NewKey {
    name: String,
    mode: String,
}

impl Default for NewKey {
    fn default() -> Self {
        Self { name: "C".to_owned(), mode: "major".to_owned() }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NewTags {
    characteristic: Vec<String>,
    genre: Vec<String>,
    instrument: Vec<String>,
    mood: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFile {
    description: String,
    #[serde(default = "minute")]
    duration: f64,
    #[serde(default = "yes")]
    instrumental: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEffect {
    title: String,
    category: String,
    #[serde(default)]
    subcategory: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default = "second")]
    duration: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPlaylist {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    songs: Vec<String>,
    #[serde(default)]
    sound_effects: Vec<String>,
}

fn moderate() -> f64 {
    120.0
}

fn medium() -> String {
    "medium".to_owned()
}

fn minute() -> f64 {
    60.0
}

fn second() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

impl Additions {
    /// Reads and checks them. Playlists name songs and sound effects of the same additions by their titles.
    pub(in crate::soundstripe) fn read(catalogue: &Value) -> Result<Self, String> {
        let new = Self::deserialize(catalogue).map_err(|error| error.to_string())?;
        for song in &new.songs {
            song.check()?;
        }
        for effect in &new.sound_effects {
            positive("duration", effect.duration)?;
        }
        for list in &new.playlists {
            if !list.songs.is_empty() && !list.sound_effects.is_empty() {
                return Err(format!("playlist {:?} must hold songs or sound effects, not both", list.name));
            }
            for title in &list.songs {
                if !new.songs.iter().any(|song| song.title == *title) {
                    return Err(format!("there is no song {title:?} in the catalogue"));
                }
            }
            for title in &list.sound_effects {
                if !new.sound_effects.iter().any(|effect| effect.title == *title) {
                    return Err(format!("there is no sound effect {title:?} in the catalogue"));
                }
            }
        }
        Ok(new)
    }
}

impl NewSong {
    fn check(&self) -> Result<(), String> {
        positive("bpm", self.bpm)?;
        for file in &self.audio_files {
            positive("duration", file.duration)?;
        }
        note(&self.key.name).ok_or_else(|| {
            format!("invalid key: expected a note such as C, F or Bb/A#, found {:?}", self.key.name)
        })?;
        one_of("mode", &self.key.mode, &MODES)?;
        one_of("energy", &self.energy, &ENERGIES)?;
        Ok(())
    }
}

fn positive(name: &str, value: f64) -> Result<(), String> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(format!("invalid {name}: expected a number above 0, found {value}"))
    }
}

fn one_of(name: &str, value: &str, known: &[&'static str]) -> Result<&'static str, String> {
    known
        .iter()
        .find(|known| **known == value)
        .copied()
        .ok_or_else(|| format!("invalid {name}: expected {}, found {value:?}", known.join(", ")))
}

/// A note as the service writes it, from its whole name or half of an enharmonic pair.
fn note(name: &str) -> Option<&'static str> {
    NOTES.split(' ').find(|note| *note == name || note.split('/').any(|half| half == name))
}

impl Catalogue {
    /// Adds these behind what is there. What a name is not known of (artists, tags, categories) is made.
    pub(in crate::soundstripe) fn extend(&mut self, new: Additions) {
        self.extended = true;
        let (mut songs, mut effects) = (Vec::new(), Vec::new());
        for song in new.songs {
            let title = song.title.clone();
            songs.push((title, self.add_song(song)));
        }
        for effect in new.sound_effects {
            let title = effect.title.clone();
            effects.push((title, self.add_effect(effect)));
        }
        let id = |known: &[(String, u64)], title: &String| {
            known.iter().find(|(known, _)| known == title).map(|(_, id)| *id)
        };
        for list in new.playlists {
            let categories = list.categories.into_iter().map(|name| self.playlist_category(name)).collect();
            self.playlists.push(Playlist {
                id: next(self.playlists.iter().map(|list| list.id)),
                name: list.name,
                description: list.description,
                songs: list.songs.iter().filter_map(|title| id(&songs, title)).collect(),
                effects: list.sound_effects.iter().filter_map(|title| id(&effects, title)).collect(),
                categories,
            });
        }
    }

    fn add_song(&mut self, new: NewSong) -> u64 {
        let names = if new.artists.is_empty() { vec!["Various Artists".to_owned()] } else { new.artists };
        let artists: Vec<usize> = names.into_iter().map(|name| self.artist(name)).collect();
        let NewTags { characteristic, genre, instrument, mood } = new.tags;
        let mut tags: Vec<usize> = Vec::new();
        for (category, names) in TagCategory::ALL.into_iter().zip([characteristic, genre, instrument, mood]) {
            for name in names {
                let tag = self.tag(category, name);
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
        }
        let mut files = new.audio_files;
        if files.is_empty() {
            let description = "Instrumental [Primary]".to_owned();
            files.push(NewFile { description, duration: minute(), instrumental: true });
        }
        let first = next(self.songs.iter().flat_map(|song| &song.files).map(|file| file.id));
        let files = (first..).zip(files).map(|(id, file)| AudioFile {
            id,
            description: file.description.into(),
            duration: file.duration,
            instrumental: file.instrumental,
        });
        let id = next(self.songs.iter().map(|song| song.id));
        self.song_places.insert(id, self.songs.len());
        self.songs.push(Song {
            id,
            words: words(&new.title, &artists, &tags, &self.artists, &self.tags),
            title: new.title,
            bpm: new.bpm,
            explicit: new.explicit,
            key: (
                note(&new.key.name).unwrap_or_default(),
                one_of("mode", &new.key.mode, &MODES).unwrap_or_default(),
            ),
            energy: one_of("energy", &new.energy, &ENERGIES).unwrap_or_default(),
            artists,
            tags,
            files: files.collect(),
        });
        id
    }

    fn add_effect(&mut self, new: NewEffect) -> u64 {
        let category = self.category(new.category, None);
        let subcategory = new.subcategory.map(|name| self.category(name, Some(category)));
        let id = next(self.effects.iter().map(|effect| effect.id));
        self.effect_places.insert(id, self.effects.len());
        self.effects.push(Effect {
            id,
            title: new.title,
            description: new.description,
            category,
            subcategory,
            duration: new.duration,
        });
        id
    }

    /// The place of an artist.
    fn artist(&mut self, name: String) -> usize {
        if let Some(place) = self.artists.iter().position(|artist| artist.name == name) {
            return place;
        }
        let id = next(self.artists.iter().map(|artist| artist.id));
        self.artists.push(Artist { id, name });
        self.artists.len() - 1
    }

    /// The place of a tag.
    fn tag(&mut self, category: TagCategory, name: String) -> usize {
        let id = slug(&name);
        if let Some(place) = self.tags.iter().position(|tag| tag.category == category && tag.id == id) {
            return place;
        }
        self.tags.push(Tag { id, name: Cow::Owned(name), category });
        self.tags.len() - 1
    }

    /// The id of a category of sound effects, or of a subcategory of one.
    fn category(&mut self, name: String, parent: Option<u64>) -> u64 {
        let known = |category: &&Category| {
            category.parent == parent && category.name.to_lowercase() == name.to_lowercase()
        };
        if let Some(category) = self.categories.iter().find(known) {
            return category.id;
        }
        let id = next(self.categories.iter().map(|category| category.id)).max(FIRST_ADDED_CATEGORY);
        self.categories.push(Category { id, name: Cow::Owned(name), parent });
        id
    }

    /// The id of a category of curated playlists.
    fn playlist_category(&mut self, name: String) -> u64 {
        if let Some(category) = self.playlist_categories.iter().find(|category| category.name == name) {
            return category.id;
        }
        let id = next(self.playlist_categories.iter().map(|category| category.id));
        self.playlist_categories.push(PlaylistCategory { id, name: Cow::Owned(name) });
        id
    }
}

/// The id behind the largest.
fn next(ids: impl Iterator<Item = u64>) -> u64 {
    ids.max().unwrap_or_default() + 1
}
