//! What requests can change.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;

use super::catalogue::SONGS;
use super::rate::Rate;
use super::route::ItemKind;
use crate::kit::Seed;

/// Everything that requests can change.
pub(super) struct Store {
    pub(super) rng: Rng,
    pub(super) rate: Rate,
    pub(super) playlists: BTreeMap<u64, PrivatePlaylist>,
    pub(super) searches: BTreeMap<u64, Search>,
    pub(super) assets: BTreeMap<u64, Asset>,
    next_playlist: u64,
    next_usage: u64,
    next_search: u64,
    next_asset: u64,
}

#[derive(Clone, PartialEq)]
pub(super) struct PrivatePlaylist {
    /// The number of the account.
    pub(super) owner: usize,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) kind: ItemKind,
    pub(super) items: Vec<u64>,
    pub(super) shareable: bool,
}

#[derive(Clone)]
pub(super) struct Search {
    pub(super) owner: usize,
    pub(super) query: Option<String>,
    pub(super) context: Option<serde_json::Value>,
    pub(super) assets: Vec<String>,
    pub(super) callback_url: String,
    pub(super) created: Duration,
    pub(super) state: SearchState,
}

#[derive(Clone)]
pub(super) enum SearchState {
    Processing,
    Completed { songs: Vec<u64>, at: Duration },
    Failed,
}

#[derive(Clone)]
pub(super) struct Asset {
    pub(super) owner: usize,
    pub(super) state: &'static str,
    pub(super) content_type: String,
    pub(super) byte_size: u64,
    pub(super) created: Duration,
}

impl Default for Store {
    fn default() -> Self {
        Self::new(Seed(0))
    }
}

impl Store {
    /// The seeded private playlists: two of the first account, one of the second.
    pub(super) fn new(seed: Seed) -> Self {
        let mut store = Self {
            rng: seed.rng("soundstripe.world"),
            rate: Rate::default(),
            playlists: BTreeMap::new(),
            searches: BTreeMap::new(),
            assets: BTreeMap::new(),
            next_playlist: 5001,
            next_usage: 9001,
            next_search: 1,
            next_asset: 1,
        };
        let songs =
            |rng: &mut Rng, count| (0..count).map(|_| 1001 + rng.u64(..SONGS as u64)).collect::<Vec<u64>>();
        let seeded = [(0, "Launch film", 6), (0, "Podcast beds", 12), (1, "Showreel", 4)];
        for (owner, name, count) in seeded {
            let mut items = songs(&mut store.rng, count);
            items.sort_unstable();
            items.dedup();
            let description = (count > 4).then(|| format!("{name}, first selection"));
            let kind = ItemKind::Songs;
            let playlist =
                PrivatePlaylist { owner, name: name.into(), description, kind, items, shareable: false };
            store.add_playlist(playlist);
        }
        store
    }

    pub(super) fn add_playlist(&mut self, playlist: PrivatePlaylist) -> u64 {
        let id = self.next_playlist;
        self.next_playlist += 1;
        self.playlists.insert(id, playlist);
        id
    }

    /// The private playlists of an account, newest first.
    pub(super) fn playlists_of(&self, owner: usize) -> impl Iterator<Item = (u64, &PrivatePlaylist)> {
        let own = self.playlists.iter().rev().filter(move |(_, playlist)| playlist.owner == owner);
        own.map(|(&id, playlist)| (id, playlist))
    }

    pub(super) fn next_usage(&mut self) -> u64 {
        self.next_usage += 1;
        self.next_usage
    }

    pub(super) fn add_search(&mut self, search: Search) -> u64 {
        let id = self.next_search;
        self.next_search += 1;
        self.searches.insert(id, search);
        id
    }

    pub(super) fn add_asset(&mut self, asset: Asset) -> u64 {
        let id = self.next_asset;
        self.next_asset += 1;
        self.assets.insert(id, asset);
        id
    }
}
