//! What there is: users, tracks, playlists, comments, and who likes, reposts and follows what.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use jiff::civil::Date;
use serde_json::Value;

use super::legacy::oauth::Tokens;
use super::session::Sessions;
use crate::kit::{Seed, Spool, Windows, alphanumeric, hexadecimal};

/// The user of the description.
pub(super) const FIRST: u64 = 5_512;

/// Everything that the API can touch.
pub(super) struct Store {
    pub(super) rng: Rng,
    last_id: u64,
    last_serial: u64,
    pub(super) users: BTreeMap<u64, User>,
    pub(super) tracks: BTreeMap<u64, Track>,
    pub(super) playlists: BTreeMap<u64, Playlist>,
    pub(super) comments: BTreeMap<u64, Comment>,
    /// Who follows whom.
    pub(super) follows: Edges,
    pub(super) track_likes: Edges,
    pub(super) playlist_likes: Edges,
    pub(super) track_reposts: Edges,
    pub(super) playlist_reposts: Edges,
    /// The last play of a track by a user.
    pub(super) plays: Edges,
    /// Paths of `on.soundcloud.com`, and where they lead.
    pub(super) short_links: BTreeMap<String, String>,
    pub(super) sessions: Sessions,
    pub(super) oauth1: Tokens,
    pub(super) windows: Windows,
}

/// Who is connected to what, and since when.
#[derive(Default)]
pub(super) struct Edges(BTreeMap<(u64, u64), Edge>);

/// When something was made or connected: seconds since the Unix epoch, and a number that orders what is of one second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) at: u64,
    pub(super) serial: u64,
}

impl Track {
    /// When it was made.
    pub(super) fn made(&self) -> Edge {
        Edge { at: self.created, serial: self.serial }
    }
}

impl Playlist {
    /// When it was made.
    pub(super) fn made(&self) -> Edge {
        Edge { at: self.created, serial: self.serial }
    }
}

impl User {
    /// When it was made.
    pub(super) fn made(&self) -> Edge {
        Edge { at: self.created, serial: self.id }
    }
}

impl Edges {
    pub(super) fn has(&self, from: u64, to: u64) -> bool {
        self.0.contains_key(&(from, to))
    }

    pub(super) fn remove(&mut self, from: u64, to: u64) -> bool {
        self.0.remove(&(from, to)).is_some()
    }

    /// What somebody points at.
    pub(super) fn of(&self, from: u64) -> impl Iterator<Item = (u64, Edge)> + '_ {
        self.0.range((from, 0)..=(from, u64::MAX)).map(|(key, edge)| (key.1, *edge))
    }

    /// Who points at something.
    pub(super) fn to(&self, to: u64) -> impl Iterator<Item = (u64, Edge)> + '_ {
        self.0.iter().filter(move |(key, _)| key.1 == to).map(|(key, edge)| (key.0, *edge))
    }

    fn forget(&mut self, to: u64) {
        self.0.retain(|key, _| key.1 != to);
    }

    pub(super) fn put(&mut self, from: u64, to: u64, edge: Edge) {
        self.0.insert((from, to), edge);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) permalink: String,
    pub(super) username: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) city: String,
    pub(super) country: String,
    pub(super) description: Option<String>,
    pub(super) website: Option<String>,
    /// What only the old API knows, by its names: `discogs_name`, `myspace_name`, `website_title`.
    pub(super) texts: BTreeMap<&'static str, String>,
    pub(super) created: u64,
    pub(super) modified: u64,
    pub(super) profiles: Vec<WebProfile>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct WebProfile {
    pub(super) id: u64,
    pub(super) service: &'static str,
    pub(super) title: String,
    pub(super) url: String,
    pub(super) username: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Processing,
    Finished,
    Failed,
}

/// Who may hear a track, apart from its owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Rule {
    #[default]
    Playable,
    /// A snippet only.
    Preview,
    /// A snippet for applications, everything for users who are logged in.
    PreviewForApps,
    /// Nothing in these countries.
    BlockedIn(Vec<&'static str>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Track {
    pub(super) id: u64,
    pub(super) serial: u64,
    pub(super) owner: u64,
    pub(super) title: String,
    pub(super) permalink: String,
    /// `description`, `genre`, `label_name` and the like, by their names in JSON.
    pub(super) texts: BTreeMap<&'static str, String>,
    pub(super) tag_list: String,
    pub(super) release_day: Option<Date>,
    pub(super) license: String,
    pub(super) embeddable_by: String,
    pub(super) private: bool,
    pub(super) streamable: bool,
    pub(super) downloadable: bool,
    pub(super) commentable: bool,
    pub(super) reveal_stats: bool,
    pub(super) reveal_comments: bool,
    pub(super) bpm: Option<f64>,
    pub(super) artwork: Option<String>,
    pub(super) created: u64,
    /// Milliseconds; 0 while processing.
    pub(super) duration: u64,
    /// What it takes of its owner's quota, in seconds.
    pub(super) quota_s: u64,
    pub(super) state: State,
    pub(super) secret: String,
    pub(super) rule: Rule,
    pub(super) playback_count: u64,
    pub(super) download_count: u64,
    /// Whom the owner lets hear a private track, in the old API.
    pub(super) permitted: BTreeSet<u64>,
    pub(super) storefront: Option<Value>,
    pub(super) stream: String,
    pub(super) audio: Audio,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Audio {
    pub(super) content: Spool,
    pub(super) content_type: &'static str,
    /// The usual end of its file's name.
    pub(super) extension: &'static str,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Playlist {
    pub(super) id: u64,
    pub(super) serial: u64,
    pub(super) owner: u64,
    pub(super) title: String,
    pub(super) permalink: String,
    pub(super) texts: BTreeMap<&'static str, String>,
    pub(super) tag_list: String,
    pub(super) set_type: String,
    pub(super) release_day: Option<Date>,
    pub(super) private: bool,
    pub(super) secret: String,
    pub(super) artwork: Option<String>,
    pub(super) created: u64,
    pub(super) modified: u64,
    pub(super) tracks: Vec<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) serial: u64,
    pub(super) owner: u64,
    pub(super) track: u64,
    pub(super) body: String,
    /// Milliseconds into the track.
    pub(super) timestamp: Option<u64>,
    pub(super) created: u64,
}

impl Store {
    pub(super) fn new(seed: Seed) -> Self {
        Self {
            rng: seed.rng("soundcloud.world"),
            last_id: 70_000,
            last_serial: 1_000,
            users: BTreeMap::new(),
            tracks: BTreeMap::new(),
            playlists: BTreeMap::new(),
            comments: BTreeMap::new(),
            follows: Edges::default(),
            track_likes: Edges::default(),
            playlist_likes: Edges::default(),
            track_reposts: Edges::default(),
            playlist_reposts: Edges::default(),
            plays: Edges::default(),
            short_links: BTreeMap::new(),
            sessions: Sessions::default(),
            oauth1: Tokens::default(),
            windows: Windows::default(),
        }
    }

    pub(super) fn id(&mut self) -> u64 {
        self.last_id += self.rng.u64(1..40);
        self.last_id
    }

    pub(super) fn serial(&mut self) -> u64 {
        self.last_serial += self.rng.u64(1..9);
        self.last_serial
    }

    pub(super) fn edge(&mut self, at: u64) -> Edge {
        Edge { at, serial: self.serial() }
    }

    /// `s-XXXXX`
    pub(super) fn secret(&mut self) -> String {
        format!("s-{}", alphanumeric(&mut self.rng, 11))
    }

    pub(super) fn uuid(&mut self) -> String {
        let mut part = |length| hexadecimal(&mut self.rng, length);
        format!("{}-{}-{}-{}-{}", part(8), part(4), part(4), part(4), part(12))
    }

    /// A track as it is before anything is said about it.
    pub(super) fn new_track(&mut self, owner: u64, now: u64, audio: Audio) -> Track {
        Track {
            id: self.id(),
            serial: self.serial(),
            owner,
            title: String::new(),
            permalink: String::new(),
            texts: BTreeMap::new(),
            tag_list: String::new(),
            release_day: None,
            license: "all-rights-reserved".to_owned(),
            embeddable_by: "all".to_owned(),
            private: false,
            streamable: true,
            downloadable: true,
            commentable: true,
            reveal_stats: true,
            reveal_comments: true,
            bpm: None,
            artwork: None,
            created: now,
            duration: 0,
            quota_s: 0,
            state: State::Processing,
            secret: self.secret(),
            rule: Rule::Playable,
            playback_count: 0,
            download_count: 0,
            permitted: BTreeSet::new(),
            storefront: None,
            stream: self.uuid(),
            audio,
        }
    }

    pub(super) fn new_playlist(&mut self, owner: u64, now: u64) -> Playlist {
        let (id, serial, secret) = (self.id(), self.serial(), self.secret());
        Playlist { id, serial, owner, secret, created: now, modified: now, ..Playlist::default() }
    }

    /// A permalink that none of the user's other tracks has.
    pub(super) fn free_track_permalink(&self, owner: u64, id: u64, wanted: &str) -> String {
        let taken =
            |name: &str| self.tracks.values().any(|t| t.owner == owner && t.id != id && t.permalink == name);
        free(wanted, taken)
    }

    /// A permalink that none of the user's other playlists has.
    pub(super) fn free_playlist_permalink(&self, owner: u64, id: u64, wanted: &str) -> String {
        let taken = |name: &str| {
            self.playlists.values().any(|p| p.owner == owner && p.id != id && p.permalink == name)
        };
        free(wanted, taken)
    }

    pub(super) fn user_named(&self, permalink: &str) -> Option<&User> {
        self.users.values().find(|user| user.permalink.eq_ignore_ascii_case(permalink))
    }

    pub(super) fn remove_track(&mut self, id: u64) -> Option<Track> {
        let track = self.tracks.remove(&id)?;
        for edges in [&mut self.track_likes, &mut self.track_reposts, &mut self.plays] {
            edges.forget(id);
        }
        self.comments.retain(|_, comment| comment.track != id);
        for playlist in self.playlists.values_mut() {
            playlist.tracks.retain(|track| *track != id);
        }
        Some(track)
    }

    pub(super) fn remove_playlist(&mut self, id: u64) -> Option<Playlist> {
        let playlist = self.playlists.remove(&id)?;
        for edges in [&mut self.playlist_likes, &mut self.playlist_reposts] {
            edges.forget(id);
        }
        Some(playlist)
    }

    /// Seconds of audio that count against a user's quota: those of the tracks that are there.
    pub(super) fn quota_used(&self, user: u64) -> u64 {
        self.tracks.values().filter(|track| track.owner == user).map(|track| track.quota_s).sum()
    }
}

fn free(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    let slug = slug(wanted);
    if !taken(&slug) {
        return slug;
    }
    (1_u64..).map(|number| format!("{slug}-{number}")).find(|name| !taken(name)).unwrap_or(slug)
}

/// A title as the end of a URL.
pub(super) fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() || c == '_' {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "untitled".to_owned() } else { slug.to_owned() }
}
