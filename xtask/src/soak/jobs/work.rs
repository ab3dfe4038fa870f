//! One task: random jobs, each entered into the ledger.

use segno_musescore::ScoreId;
use segno_musescore::scores::{self, Visibility};
use segno_sandbox::Host;
use segno_soundcloud::core::Body;
use segno_soundcloud::{Diagnosis, PlaylistUrn, TrackUrn, likes, playlists, tracks};
use segno_soundslice::{NotationUpload, RecordingId, Scorehash, Syncpoint, recordings, slices, syncpoints};
use segno_soundstripe::ids::PrivatePlaylistId;
use segno_soundstripe::{private_playlists as private, songs};

use super::ledger::Ledger;
use super::site::Site;

const SCORE: &str = "<score-partwise version=\"4.0\"><part-list><score-part id=\"P1\"><part-name>Cello</part-name></score-part>\
    </part-list><part id=\"P1\"><measure number=\"1\"/></part></score-partwise>";
const MSCZ: &[u8] = include_bytes!("../../../../crates/sandbox/assets/ode-to-joy.mscz");

/// A task has so many things of a kind at most.
const MOST: usize = 4;

/// How seldom an hour passes.
const HOUR: u32 = 500;

pub(super) struct Worker<'a> {
    site: &'a Site,
    ledger: &'a Ledger,
    random: fastrand::Rng,
    task: u64,
    number: u64,
    slices: Vec<(String, Scorehash)>,
    recordings: Vec<RecordingId>,
    private: Vec<(String, PrivatePlaylistId)>,
    playlists: Vec<(String, PlaylistUrn)>,
    tracks: Vec<(String, TrackUrn)>,
    scores: Vec<(String, ScoreId)>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(site: &'a Site, ledger: &'a Ledger, seed: u64, task: u64) -> Self {
        Self {
            site,
            ledger,
            random: fastrand::Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ task),
            task,
            number: 0,
            slices: Vec::new(),
            recordings: Vec::new(),
            private: Vec::new(),
            playlists: Vec::new(),
            tracks: Vec::new(),
            scores: Vec::new(),
        }
    }

    /// The next job, with a fault on its way if chance will have it.
    pub(super) async fn job(&mut self, faults: f64) {
        self.number += 1;
        let service = self.random.u8(..4);
        let hosts = [Host::SOUNDSLICE, Host::SOUNDSTRIPE, Host::SOUNDCLOUD, Host::MUSESCORE];
        if self.random.f64() < faults {
            self.site.strike(hosts[usize::from(service)], &mut self.random);
        }
        if service == 2 && self.random.f64() < faults {
            self.site.strike_login(&mut self.random);
        }
        if self.random.u32(..HOUR) == 0 {
            // What was signed an hour ago is refused, and rightly: a fault as well, so not where there are to be none.
            let alone = if faults == 0.0 { Some(self.site.jobs.write().await) } else { None };
            self.site.an_hour_later();
            drop(alone);
        }
        let _under_way = self.site.jobs.read().await;
        match service {
            0 => self.soundslice().await,
            1 => self.soundstripe().await,
            2 => self.soundcloud().await,
            _ => self.musescore().await,
        }
    }

    /// A name that no other thing has.
    fn name(&self) -> String {
        format!("Task {} job {}", self.task, self.number)
    }

    /// Which of the things that there are is meant; `None`: a new one is to be made.
    fn pick(&mut self, count: usize) -> Option<usize> {
        let index = self.random.usize(..MOST);
        (index < count).then_some(index)
    }

    async fn soundslice(&mut self) {
        const SLICES: (&str, &str) = ("soundslice", "slices");
        let client = &self.site.soundslice;
        let Some(index) = self.pick(self.slices.len()) else {
            let name = self.name();
            let made = client.send(&slices::Create::new().name(name.as_str())).await;
            self.ledger.made(SLICES, &name, &made);
            if let Ok(made) = made {
                self.slices.push((name, made.scorehash));
            }
            return;
        };
        let (name, slice) = self.slices[index].clone();
        match self.random.u8(..6) {
            0 => {
                let gone = client.send(&slices::Delete::new(slice)).await;
                self.ledger.gone(SLICES, &name, &gone);
                self.slices.swap_remove(index);
                self.recordings.clear();
            }
            1 => {
                let upload = NotationUpload::new(slice, Body::from(SCORE));
                self.ledger.read(&client.upload_notation(upload).await, |_| true);
            }
            2 => {
                let name = self.name();
                let create =
                    recordings::Create::youtube(slice, "https://www.youtube.com/watch?v=aB3-dE5_gH7");
                let made = client.send(&create).await;
                self.ledger.made(("soundslice", "recordings"), &name, &made);
                self.recordings.extend(made.ok());
            }
            3 => {
                if let Some(&recording) = self.recordings.last() {
                    let points = [Syncpoint::bar(0, 0.0), Syncpoint::bar(4, 9.6)];
                    let set = client.send(&syncpoints::Set::new(recording, &points[..])).await;
                    self.ledger.read(&set, |_| true);
                }
            }
            _ => {
                let got = client.send(&slices::Get::new(slice)).await;
                self.ledger.read(&got, |slice| slice.name == name);
            }
        }
    }

    async fn soundstripe(&mut self) {
        const PLAYLISTS: (&str, &str) = ("soundstripe", "private_playlists");
        let client = &self.site.soundstripe;
        let Some(index) = self.pick(self.private.len()) else {
            let name = self.name();
            let made = client.send(&private::Create::new(name.as_str())).await;
            self.ledger.made(PLAYLISTS, &name, &made);
            if let Ok(made) = made {
                self.private.push((name, made.id));
            }
            return;
        };
        let (name, id) = self.private[index].clone();
        match self.random.u8(..4) {
            0 => {
                let gone = client.send(&private::Delete::new(id)).await;
                self.ledger.gone(PLAYLISTS, &name, &gone);
                self.private.swap_remove(index);
            }
            1 => self.ledger.read(&client.send(&songs::List::new()).await, |page| !page.items.is_empty()),
            2 => {
                let update = private::Update::new(id).description(Some("cut 2".into()));
                self.ledger.read(&client.send(&update).await, |_| true);
            }
            _ => {
                let got = client.send(&private::Get::new(id)).await;
                self.ledger.read(&got, |list| list.name.as_deref() == Some(&name));
            }
        }
    }

    async fn soundcloud(&mut self) {
        const PLAYLISTS: (&str, &str) = ("soundcloud", "playlists");
        const TRACKS: (&str, &str) = ("soundcloud", "tracks");
        let client = &self.site.soundcloud;
        if self.random.u8(..8) == 0 {
            let Some(index) = self.pick(self.tracks.len()) else {
                let name = self.name();
                let upload = tracks::Upload::new(name.as_str(), tracks::Asset::bytes("sound.wav", wave()));
                let mut made = client.send(&upload).await;
                // An upload is sent once, also where the token had expired. The error says to send it again.
                if let Err(error) = &made
                    && error.api().is_some_and(|api| api.diagnosis == Some(Diagnosis::TokenRenewed))
                {
                    made = client.send(&upload).await;
                }
                self.ledger.made(TRACKS, &name, &made);
                self.tracks.extend(made.ok().and_then(|made| Some((name, made.urn?))));
                return;
            };
            let (name, track) = self.tracks.swap_remove(index);
            let gone = client.send(&tracks::Delete::new(track)).await;
            self.ledger.gone(TRACKS, &name, &gone);
            return;
        }
        let Some(index) = self.pick(self.playlists.len()) else {
            let name = self.name();
            let made = client.send(&playlists::Create::new(name.as_str())).await;
            self.ledger.made(PLAYLISTS, &name, &made);
            self.playlists.extend(made.ok().and_then(|made| Some((name, made.urn?))));
            return;
        };
        let (name, playlist) = self.playlists[index].clone();
        match self.random.u8(..5) {
            0 => {
                let gone = client.send(&playlists::Delete::new(playlist)).await;
                self.ledger.gone(PLAYLISTS, &name, &gone);
                self.playlists.swap_remove(index);
            }
            1 => {
                let found = client.send(&tracks::Search::new().q("minuet")).await;
                self.ledger.read(&found, |page| !page.items.is_empty());
            }
            2 => {
                let liked = client.send(&likes::LikePlaylist::new(playlist)).await;
                self.ledger.made(("soundcloud", "playlist_likes"), &name, &liked);
            }
            _ => {
                let got = client.send(&playlists::Get::new(playlist)).await;
                self.ledger.read(&got, |list| list.title.as_deref() == Some(&name));
            }
        }
    }

    async fn musescore(&mut self) {
        const SCORES: (&str, &str) = ("musescore", "scores");
        let client = &self.site.musescore;
        let Some(index) = self.pick(self.scores.len()) else {
            let name = self.name();
            let file = Body::from(MSCZ.to_vec());
            let create = scores::Create::new(name.as_str(), "ode.mscz", file, Visibility::Private);
            let made = client.send(&create).await;
            self.ledger.made(SCORES, &name, &made);
            if let Ok(made) = made {
                self.scores.push((name, made.id));
            }
            return;
        };
        let (name, score) = self.scores[index].clone();
        match self.random.u8(..4) {
            0 => {
                let gone = client.send(&scores::Delete::new(score)).await;
                self.ledger.gone(SCORES, &name, &gone);
                self.scores.swap_remove(index);
            }
            1 => {
                let update = scores::Update::new(score).description("For two cellos");
                self.ledger.read(&client.send(&update).await, |score| score.title == name);
            }
            _ => {
                let got = client.send(&scores::Get::new(score)).await;
                self.ledger.read(&got, |score| score.title == name);
            }
        }
    }
}

/// A tenth of a second of silence as a WAV file.
fn wave() -> Vec<u8> {
    let head: &[u8] =
        b"RIFF\x44\x03\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x20\x03\0\0";
    let mut file = head.to_vec();
    file.resize(44 + 800, 0x80);
    file
}
