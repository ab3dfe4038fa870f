//! What the accounts own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use fastrand::Rng;
use serde_json::Number;

use super::accounts::SoundsliceList;
use super::source::{Source, Status};
use crate::kit::{Seed, Windows, alphanumeric};
use crate::storage::Object;

/// Everything that the API can touch.
pub(super) struct Store {
    rng: Rng,
    last_slice: u64,
    last_recording: u64,
    last_folder: u64,
    pub(super) slices: BTreeMap<u64, Slice>,
    by_name: HashMap<String, u64>,
    pub(super) recordings: BTreeMap<u64, Recording>,
    pub(super) folders: BTreeMap<u64, Folder>,
    pub(super) lists: BTreeMap<String, List>,
    pub(super) windows: Windows,
}

/// A slice. Its number is the key under which the store keeps it.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub(super) number: u64,
    pub(super) scorehash: String,
    pub(super) slug: String,
    pub(super) owner: u64,
    pub(super) name: String,
    pub(super) artist: String,
    pub(super) status: u8,
    pub(super) embed_status: u8,
    pub(super) print_status: u8,
    pub(super) folder: Option<u64>,
    pub(super) notation: Option<Object>,
    /// In their order, the last one the default.
    pub(super) recordings: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Recording {
    pub(super) id: u64,
    pub(super) slice: u64,
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) source_data: String,
    pub(super) hls_url: String,
    pub(super) status: Status,
    /// Seconds of uploaded media, if the bytes tell.
    pub(super) duration: Option<f64>,
    pub(super) crop_start: Option<f64>,
    pub(super) crop_end: Option<f64>,
    /// With arity and number form as they were set.
    pub(super) syncpoints: Vec<Vec<Number>>,
}

#[derive(Clone, Debug)]
pub(super) struct Folder {
    pub(super) id: u64,
    pub(super) owner: u64,
    pub(super) name: String,
    pub(super) parent: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) owner: u64,
    pub(super) name: String,
    pub(super) parent: Option<String>,
    pub(super) slices: BTreeSet<u64>,
}

impl Slice {
    /// A slice without anything, of this account.
    pub(super) fn empty(owner: u64) -> Self {
        Self {
            number: 0,
            scorehash: String::new(),
            slug: String::new(),
            owner,
            name: String::new(),
            artist: String::new(),
            status: 1,
            embed_status: 1,
            print_status: 1,
            folder: None,
            notation: None,
            recordings: Vec::new(),
        }
    }
}

impl Store {
    pub(super) fn new(seed: Seed) -> Self {
        Self {
            rng: seed.rng("soundslice.world"),
            last_slice: 880_400,
            last_recording: 70_200,
            last_folder: 5_100,
            slices: BTreeMap::new(),
            by_name: HashMap::new(),
            recordings: BTreeMap::new(),
            folders: BTreeMap::new(),
            lists: BTreeMap::new(),
            windows: Windows::default(),
        }
    }

    /// Adds a slice, with new identifiers in place of the ones that it has.
    pub(super) fn add_slice(&mut self, mut slice: Slice) -> Slice {
        self.last_slice += self.rng.u64(1..8);
        let number = self.last_slice;
        slice.number = number;
        slice.scorehash = loop {
            // Five characters; generated extra slices have six.
            let hash = alphanumeric(&mut self.rng, 5);
            // Slugs are numbers, and both are looked up in one place.
            if !self.by_name.contains_key(&hash) && hash.bytes().any(|byte| byte.is_ascii_alphabetic()) {
                break hash;
            }
        };
        if slice.slug.is_empty() {
            slice.slug = number.to_string();
        }
        self.by_name.insert(slice.scorehash.clone(), number);
        self.by_name.insert(slice.slug.clone(), number);
        self.slices.insert(number, slice.clone());
        slice
    }

    /// Finds a slice by scorehash or slug.
    pub(super) fn slice_number(&self, name: &str) -> Option<u64> {
        self.by_name.get(name).copied()
    }

    /// Removes a slice, and gives it with its recordings.
    pub(super) fn remove_slice(&mut self, number: u64) -> Option<(Slice, Vec<Recording>)> {
        let slice = self.slices.remove(&number)?;
        self.by_name.remove(&slice.scorehash);
        self.by_name.remove(&slice.slug);
        for list in self.lists.values_mut() {
            list.slices.remove(&number);
        }
        let recordings = slice.recordings.iter().filter_map(|id| self.recordings.remove(id)).collect();
        Some((slice, recordings))
    }

    /// Adds a recording as the last of its slice, with a new ID in place of the one that it has.
    pub(super) fn add_recording(&mut self, mut recording: Recording) -> u64 {
        self.last_recording += self.rng.u64(1..5);
        recording.id = self.last_recording;
        if let Some(slice) = self.slices.get_mut(&recording.slice) {
            slice.recordings.push(recording.id);
        }
        self.recordings.insert(recording.id, recording);
        self.last_recording
    }

    pub(super) fn add_folder(&mut self, owner: u64, name: &str, parent: Option<u64>) -> u64 {
        self.last_folder += self.rng.u64(1..5);
        let id = self.last_folder;
        self.folders.insert(id, Folder { id, owner, name: name.to_owned(), parent });
        id
    }

    pub(super) fn add_list(&mut self, owner: u64, name: &str, parent: Option<String>) -> String {
        let id = loop {
            let id = alphanumeric(&mut self.rng, 5).to_ascii_lowercase();
            if !self.lists.contains_key(&id) {
                break id;
            }
        };
        self.lists.insert(id.clone(), List { owner, name: name.to_owned(), parent, slices: BTreeSet::new() });
        id
    }

    /// A list as it is shown to a test.
    pub(super) fn describe_list(&self, id: &str, list: &List) -> SoundsliceList {
        let slices = list.slices.iter().filter_map(|number| self.slices.get(number));
        SoundsliceList {
            id: id.to_owned(),
            name: list.name.clone(),
            parent: list.parent.clone(),
            slices: slices.map(|slice| slice.scorehash.clone()).collect(),
        }
    }

    /// Something that cannot be guessed, for the path of an upload.
    pub(super) fn token(&mut self) -> String {
        alphanumeric(&mut self.rng, 24)
    }
}
