//! Who and what is there at the start: three users, their tracks and playlists.

use super::audio::duration;
use super::date::day;
use super::session::{Grant, Subject};
use super::state::Soundcloud;
use super::store::{Audio, Comment, Edge, FIRST, Rule, State, Store, Track, User, WebProfile};
use crate::kit::Spool;

/// Owns what the first may not touch.
pub(super) const SECOND: u64 = 5_530;
/// A third user, who follows the two accounts.
const THIRD: u64 = 5_547;

pub(super) const MINUET: &[u8] = include_bytes!("../../assets/minuet-in-g.mp3");
const ODE: &[u8] = include_bytes!("../../assets/ode-to-joy.mp3");
const AH: &[u8] = include_bytes!("../../assets/ah-vous-dirai-je.mp3");

const DAY: u64 = 86_400;

/// Fills an empty store.
pub(super) fn fill(service: &Soundcloud, store: &mut Store) {
    let start = service.sandbox.clock.unix().saturating_sub(400 * DAY);
    users(store, start);
    let mut seeding = Seeding { store, now: start + 10 * DAY };

    let minuet = seeding.track(FIRST, "Minuet in G", "Classical", "piano \"for beginners\" minuet", MINUET);
    let ode = seeding.track(FIRST, "Ode to Joy", "Classical", "piano choir joy", ODE);
    let sketch = seeding.track(FIRST, "Sketch for a Tape", "Ambient", "sea \"field recording\"", AH);
    let ah = seeding.track(SECOND, "Ah ! vous dirai-je", "Classical", "piano variations", AH);
    let joy = seeding.track(SECOND, "Joy (live)", "Jazz", "live piano", ODE);
    let tide = seeding.track(SECOND, "Low Tide", "Ambient", "sea \"field recording\"", MINUET);
    let unheard = seeding.track(SECOND, "Unreleased Minuet", "Classical", "demo", MINUET);
    let blocked = seeding.track(SECOND, "Only at Home", "Jazz", "piano", AH);

    seeding.edit(minuet, |track| {
        track.bpm = Some(104.0);
        track.texts.insert("description", "From the notebook of 1725.".to_owned());
        track.texts.insert("key_signature", "G".to_owned());
        track.release_day = day("2026-02-11");
    });
    seeding.edit(ode, |track| {
        track.bpm = Some(118.5);
        track.license = "cc-by".to_owned();
    });
    seeding.edit(sketch, |track| {
        track.private = true;
        track.downloadable = false;
    });
    seeding.edit(ah, |track| {
        track.bpm = Some(96.0);
        track.texts.insert("label_name", "Tidal Rec".to_owned());
    });
    seeding.edit(joy, |track| track.rule = Rule::PreviewForApps);
    seeding.edit(tide, |track| {
        track.rule = Rule::Preview;
        track.reveal_stats = false;
    });
    seeding.edit(unheard, |track| track.private = true);
    seeding.edit(blocked, |track| track.rule = Rule::BlockedIn(vec!["PT", "DE"]));

    let baroque = seeding.playlist(FIRST, "Baroque and After", "album", &[minuet, ode, ah]);
    seeding.playlist(FIRST, "Ideas", "", &[sketch]);
    let walks = seeding.playlist(SECOND, "Coast Walks", "playlist", &[tide, joy, blocked]);
    seeding.playlist(SECOND, "Drafts", "", &[unheard]);
    for name in ["Ideas", "Drafts"] {
        if let Some(list) = seeding.store.playlists.values_mut().find(|list| list.title == name) {
            list.private = true;
        }
    }

    for (from, to) in [(FIRST, SECOND), (SECOND, FIRST), (THIRD, FIRST), (THIRD, SECOND)] {
        let edge = seeding.edge();
        seeding.store.follows.put(from, to, edge);
    }
    for (from, to) in [(FIRST, ah), (FIRST, tide), (SECOND, minuet), (THIRD, minuet), (THIRD, ah)] {
        let edge = seeding.edge();
        seeding.store.track_likes.put(from, to, edge);
    }
    for (from, to) in [(FIRST, walks), (SECOND, baroque)] {
        let edge = seeding.edge();
        seeding.store.playlist_likes.put(from, to, edge);
    }
    for (from, to) in [(FIRST, joy), (SECOND, ode), (THIRD, tide)] {
        let edge = seeding.edge();
        seeding.store.track_reposts.put(from, to, edge);
    }
    for (from, to) in [(FIRST, walks), (SECOND, baroque)] {
        let edge = seeding.edge();
        seeding.store.playlist_reposts.put(from, to, edge);
    }
    for id in [tide, ah, minuet] {
        let edge = seeding.edge();
        seeding.store.plays.put(FIRST, id, edge);
    }
    seeding.comment(SECOND, minuet, "nice break here", Some(42_000));
    seeding.comment(THIRD, minuet, "Bach? Petzold!", None);
    seeding.comment(FIRST, ah, "the fourth variation", Some(9_500));

    for (code, target) in [
        ("mINu3t", "https://soundcloud.com/okafor/minuet-in-g"),
        ("c0ast", "https://soundcloud.com/reis/sets/coast-walks"),
    ] {
        store.short_links.insert(code.to_owned(), target.to_owned());
    }
    let expires = service.now() + service.switches.standing().token_life_s;
    let grant = Grant { subject: Subject::User(FIRST), client_id: service.client_id.clone() };
    store.sessions.put(&service.access_token, grant, expires, &service.refresh_token);
}

fn users(store: &mut Store, start: u64) {
    let user = |id, permalink: &str, first: &str, last: &str, city: &str, country: &str| User {
        id,
        permalink: permalink.to_owned(),
        username: format!("{first} {}.", &last[..1]),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        city: city.to_owned(),
        country: country.to_owned(),
        created: start,
        modified: start + 5 * DAY,
        ..User::default()
    };
    let mut okafor = user(FIRST, "okafor", "Rosa", "Okafor", "Porto", "Portugal");
    okafor.description = Some("Cello and piano.".to_owned());
    okafor.website = Some("https://okafor.example.net".to_owned());
    okafor.profiles = [("instagram", "my pictures"), ("personal", "my site")]
        .into_iter()
        .zip(31..)
        .map(|((service, title), id)| WebProfile {
            id,
            service,
            title: title.to_owned(),
            url: format!("https://{service}.example.net/okafor"),
            username: "okafor".to_owned(),
        })
        .collect();
    let reis = user(SECOND, "reis", "Ana", "Reis", "Lisboa", "Portugal");
    let rui = user(THIRD, "rui", "Rui", "Vaz", "Faro", "Portugal");
    for user in [okafor, reis, rui] {
        store.users.insert(user.id, user);
    }
}

/// Adds things to a store, each a day later than the one before.
pub(super) struct Seeding<'a> {
    pub(super) store: &'a mut Store,
    pub(super) now: u64,
}

impl Seeding<'_> {
    /// The next moment, one to two days after the last one, in Unix seconds.
    fn later(&mut self) -> u64 {
        self.now += DAY + self.store.rng.u64(0..DAY);
        self.now
    }

    fn edge(&mut self) -> Edge {
        let at = self.later();
        self.store.edge(at)
    }

    pub(super) fn track(
        &mut self,
        owner: u64,
        title: &str,
        genre: &str,
        tags: &str,
        mp3: &'static [u8],
    ) -> u64 {
        let now = self.later();
        let content = Spool::from_bytes(mp3);
        let audio = Audio { content, content_type: "audio/mpeg", extension: "mp3" };
        let mut track = self.store.new_track(owner, now, audio);
        track.title = title.to_owned();
        track.permalink = self.store.free_track_permalink(owner, track.id, title);
        track.tag_list = tags.to_owned();
        track.texts.insert("genre", genre.to_owned());
        track.state = State::Finished;
        track.duration = duration(&track.audio.content);
        track.quota_s = track.duration.div_ceil(1000);
        track.playback_count = self.store.rng.u64(20..900);
        let id = track.id;
        self.store.tracks.insert(id, track);
        id
    }

    pub(super) fn edit(&mut self, id: u64, edit: impl FnOnce(&mut Track)) {
        if let Some(track) = self.store.tracks.get_mut(&id) {
            edit(track);
        }
    }

    pub(super) fn playlist(&mut self, owner: u64, title: &str, set_type: &str, tracks: &[u64]) -> u64 {
        let now = self.later();
        let mut list = self.store.new_playlist(owner, now);
        list.title = title.to_owned();
        list.permalink = self.store.free_playlist_permalink(owner, list.id, title);
        list.set_type = set_type.to_owned();
        list.tracks = tracks.to_vec();
        let id = list.id;
        self.store.playlists.insert(id, list);
        id
    }

    fn comment(&mut self, owner: u64, track: u64, body: &str, timestamp: Option<u64>) {
        let created = self.later();
        let (id, serial) = (self.store.id(), self.store.serial());
        let comment = Comment { id, serial, owner, track, body: body.to_owned(), timestamp, created };
        self.store.comments.insert(id, comment);
    }
}
