//! Artists and songs.

use std::borrow::Cow;

use fastrand::Rng;

use super::tags::{Tag, TagCategory};
use super::words::{ADJECTIVES, FAMILY, GIVEN, NOTES, NOUNS, pick};

/// How many songs there are.
pub(in crate::soundstripe) const SONGS: usize = 4500;
const ARTISTS: usize = 380;
const FIRST_SONG: u64 = 1001;
const FIRST_FILE: u64 = 80_001;

/// Somebody who makes songs.
#[derive(Clone)]
pub(in crate::soundstripe) struct Artist {
    pub(in crate::soundstripe) id: u64,
    pub(in crate::soundstripe) name: String,
}

/// A song. Artists and tags are places in the catalogue's lists.
#[derive(Clone)]
pub(in crate::soundstripe) struct Song {
    pub(in crate::soundstripe) id: u64,
    pub(in crate::soundstripe) title: String,
    pub(in crate::soundstripe) bpm: f64,
    pub(in crate::soundstripe) explicit: bool,
    pub(in crate::soundstripe) key: (&'static str, &'static str),
    /// Not an attribute, but a filter.
    pub(in crate::soundstripe) energy: &'static str,
    pub(in crate::soundstripe) artists: Vec<usize>,
    pub(in crate::soundstripe) tags: Vec<usize>,
    /// The first one is the primary one.
    pub(in crate::soundstripe) files: Vec<AudioFile>,
    /// What a search looks through, in lower case.
    pub(in crate::soundstripe) words: String,
}

/// One recording of a song.
#[derive(Clone)]
pub(in crate::soundstripe) struct AudioFile {
    pub(in crate::soundstripe) id: u64,
    pub(in crate::soundstripe) description: Cow<'static, str>,
    /// Its length in seconds.
    pub(in crate::soundstripe) duration: f64,
    pub(in crate::soundstripe) instrumental: bool,
}

impl Song {
    /// The names of the tags of one category.
    pub(in crate::soundstripe) fn tags_of<'a>(
        &'a self,
        tags: &'a [Tag],
        category: TagCategory,
    ) -> impl Iterator<Item = &'a Tag> {
        self.tags.iter().map(|&tag| &tags[tag]).filter(move |tag| tag.category == category)
    }
}

pub(super) fn artists(rng: &mut Rng) -> Vec<Artist> {
    let name = |rng: &mut Rng| {
        if rng.bool() {
            format!("{} {}", pick(rng, GIVEN), pick(rng, FAMILY))
        } else {
            format!("{} {}", pick(rng, ADJECTIVES), pick(rng, NOUNS))
        }
    };
    (0..ARTISTS).map(|place| Artist { id: 301 + place as u64, name: name(rng) }).collect()
}

pub(super) fn songs(rng: &mut Rng, tags: &[Tag], artists: &[Artist]) -> Vec<Song> {
    let mut next_file = FIRST_FILE;
    (0..SONGS as u64)
        .map(|number| {
            let title = title(rng);
            let mut by = vec![rng.usize(..artists.len())];
            if rng.u32(..100) < 15 {
                let second = rng.usize(..artists.len());
                if !by.contains(&second) {
                    by.push(second);
                }
            }
            let tags_of_song = choose_tags(rng, tags);
            let files = files(rng, &mut next_file);
            let words = words(&title, &by, &tags_of_song, artists, tags);
            Song {
                id: FIRST_SONG + number,
                bpm: f64::from(rng.u32(60..=180)),
                explicit: rng.u32(..100) < 4,
                key: (pick(rng, NOTES), if rng.u32(..100) < 55 { "major" } else { "minor" }),
                energy: ["very_low", "low", "medium", "high"][rng.usize(..4)],
                artists: by,
                tags: tags_of_song,
                files,
                words,
                title,
            }
        })
        .collect()
}

/// What a search looks through: title, artists and tags.
pub(super) fn words(title: &str, by: &[usize], of: &[usize], artists: &[Artist], tags: &[Tag]) -> String {
    let names = by.iter().map(|&artist| artists[artist].name.as_str());
    let tag_names = of.iter().map(|&tag| &*tags[tag].name);
    let words: Vec<&str> = std::iter::once(title).chain(names).chain(tag_names).collect();
    words.join("\n").to_lowercase()
}

fn title(rng: &mut Rng) -> String {
    let (adjective, noun) = (pick(rng, ADJECTIVES), pick(rng, NOUNS));
    match rng.u32(..4) {
        0 => format!("The {adjective} {noun}"),
        1 => format!("{noun} of the {}", pick(rng, NOUNS)),
        _ => format!("{adjective} {noun}"),
    }
}

/// One to three of each category.
fn choose_tags(rng: &mut Rng, tags: &[Tag]) -> Vec<usize> {
    let mut chosen = Vec::new();
    for category in TagCategory::ALL {
        let places: Vec<usize> = (0..tags.len()).filter(|&tag| tags[tag].category == category).collect();
        let start = chosen.len();
        for _ in 0..rng.usize(1..=3) {
            let tag = places[rng.usize(..places.len())];
            if !chosen[start..].contains(&tag) {
                chosen.push(tag);
            }
        }
    }
    chosen
}

fn files(rng: &mut Rng, next: &mut u64) -> Vec<AudioFile> {
    // Lengths to the sample at 48 kHz, so that they are exact in decimals.
    let seconds = |rng: &mut Rng, from: u32, to: u32| {
        f64::from(rng.u32(from..to)) + f64::from(rng.u32(..48_000)) / 48_000.0
    };
    let vocal = rng.u32(..100) < 35;
    let whole = (seconds(rng, 60, 300) * 100_000.0).round() / 100_000.0;
    let primary = if vocal { "Full Mix [Primary]" } else { "Instrumental [Primary]" };
    let mut files = vec![(primary, whole, !vocal)];
    if rng.u32(..100) < 60 {
        if vocal {
            files.push(("Instrumental", whole, true));
        }
        let cuts = [("30 second cut", 30.02), ("60 second cut", 60.05), ("No Drums", whole), ("Loop", 15.5)];
        for (description, duration) in cuts {
            if rng.u32(..100) < 45 {
                files.push((description, duration, !vocal || description == "Loop"));
            }
        }
    }
    files
        .into_iter()
        .map(|(description, duration, instrumental)| {
            let id = *next;
            *next += 1;
            AudioFile { id, description: description.into(), duration, instrumental }
        })
        .collect()
}
