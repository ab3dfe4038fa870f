//! The sandbox, the clients for it, and a clock that is in a hurry.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use segno_musescore::users;
use segno_musescore::{AccessToken, Consumer, Credentials};
use segno_sandbox::{Count, Fault, FaultKind, Host, Sandbox};
use segno_soundcloud::core::auth::store::MemoryStore;
use segno_soundcloud::core::time::{Clock, SystemClock};
use segno_soundcloud::core::{BoxFuture, ClientBuilder, Retry, Timestamp};
use segno_soundcloud::{me, playlists, tracks};
use segno_soundslice::slices;
use segno_soundstripe::private_playlists as private;

use tokio::sync::RwLock;

use super::ledger::Kind;

/// How much faster than real time pauses and deadlines pass for a client. The 30 s that it waits for a response are 3 s then, which a
/// machine with much to do keeps.
const HURRY: u32 = 10;

/// The same for the client whose login must live. A service that has given a new token takes the old one no more, so a response for
/// which the client did not wait long enough is the end of the login, as with the real service: none may be late here.
const HURRY_WITH_LOGIN: u32 = 3;

pub(super) struct Site {
    sandbox: Arc<Sandbox>,
    pub(super) soundslice: segno_soundslice::Client,
    pub(super) soundstripe: segno_soundstripe::Client,
    pub(super) soundcloud: segno_soundcloud::Client,
    pub(super) musescore: segno_musescore::Client,
    /// Held by every job; alone by what must find none under way.
    pub(super) jobs: RwLock<()>,
    faults: Vec<Fault>,
    added: AtomicU64,
}

impl Site {
    pub(super) async fn start(seed: u64) -> Result<Self, String> {
        let sandbox = Sandbox::builder().seed(seed).start().await.map_err(text)?;
        sandbox.switches(|switches| {
            switches.soundstripe.rate_limit = None;
            switches.soundslice.notation_delay_s = 0.0;
        });
        let sandbox = Arc::new(sandbox);
        let settings = |core: ClientBuilder, by: u32| {
            let clock = Hurry { start: Instant::now(), by, sandbox: Arc::clone(&sandbox) };
            core.clock(Arc::new(clock)).no_limit().retry(Retry::default().budget(u32::MAX))
        };
        let in_hurry = |core| settings(core, HURRY);
        let of = sandbox.description();
        let soundslice = segno_soundslice::Client::builder(&of.soundslice.app_id, of.soundslice.password)
            .base_url(&of.soundslice.base_url)
            .settings(in_hurry);
        let soundstripe = segno_soundstripe::Client::builder(of.soundstripe.token)
            .base_url(&of.soundstripe.base_url)
            .settings(in_hurry);
        let soundcloud = of.soundcloud;
        let store = MemoryStore::new();
        let (client, login) = (soundcloud.client_id, soundcloud.client_secret);
        let soundcloud_client = segno_soundcloud::Client::builder()
            .base_url(&soundcloud.base_url)
            .auth_url(&soundcloud.auth_url)
            .user(&client, Some(login.into()), store)
            .settings(|core| settings(core, HURRY_WITH_LOGIN))
            .build()
            .map_err(text)?;
        super::super::fleet::log_in(&soundcloud_client, &soundcloud.redirect_uri).await?;
        let musescore = of.musescore;
        let consumer = Consumer::new(musescore.consumer_key, musescore.consumer_secret);
        let token = AccessToken::new(musescore.access_token, musescore.access_token_secret);
        let musescore = segno_musescore::Client::builder(Credentials::User(consumer, token))
            .base_url(&musescore.base_url)
            .oauth_url(&musescore.oauth_url)
            .settings(in_hurry);
        Ok(Self {
            soundslice: soundslice.build().map_err(text)?,
            soundstripe: soundstripe.build().map_err(text)?,
            soundcloud: soundcloud_client,
            musescore: musescore.build().map_err(text)?,
            sandbox,
            jobs: RwLock::default(),
            faults: Fault::samples()
                .into_iter()
                .map(|(_, fault)| fault)
                .filter(is_survivable)
                .map(hurried)
                .collect(),
            added: AtomicU64::new(0),
        })
    }

    /// Lets a fault strike the next request to a host.
    pub(super) fn strike(&self, host: Host, random: &mut fastrand::Rng) {
        let index = random.usize(..self.faults.len());
        self.added.fetch_add(1, Ordering::Relaxed);
        self.sandbox.fault(self.faults[index].clone().on(host));
    }

    /// Lets a fault strike the next renewal of the login: one that does not do the work. A server that gave a new token to a request
    /// whose response is lost takes the old one no more, whatever a client does.
    pub(super) fn strike_login(&self, random: &mut fastrand::Rng) {
        let faults = [
            Fault::status(503),
            Fault::status(429),
            Fault::new(FaultKind::reset_upload(0)),
            Fault::new(FaultKind::stale(true)),
            Fault::new(FaultKind::html(502)),
        ];
        if !self.sandbox.unused_faults().iter().any(|unused| unused.fault.host == Some(Host::SOUNDCLOUD_AUTH))
        {
            self.added.fetch_add(1, Ordering::Relaxed);
            self.sandbox.fault(faults[random.usize(..faults.len())].clone().on(Host::SOUNDCLOUD_AUTH));
        }
    }

    /// Lets an hour pass: tokens and presigned URLs expire.
    pub(super) fn an_hour_later(&self) {
        self.sandbox.advance(Duration::from_secs(3700));
    }

    /// No more faults.
    pub(super) fn calm(&self) {
        let unused = self.sandbox.unused_faults().len() as u64;
        self.added.fetch_sub(unused, Ordering::Relaxed);
        self.sandbox.clear_faults();
    }

    /// How many faults struck.
    pub(super) fn met(&self) -> u64 {
        self.added.load(Ordering::Relaxed)
    }

    /// What the sandbox counted.
    pub(super) fn counted(&self, (service, kind): Kind) -> Count {
        self.sandbox.effects().of(service, kind)
    }

    /// How often each name is there, of the kinds that can be listed.
    pub(super) async fn there(&self, kind: Kind) -> Result<Option<BTreeMap<String, u32>>, String> {
        let mut names = Vec::new();
        match kind {
            ("soundslice", "slices") => {
                let all = self.soundslice.send(&slices::List::new()).await.map_err(text)?;
                names.extend(all.into_iter().map(|slice| slice.name));
            }
            ("soundstripe", _) => {
                let mut all = self.soundstripe.items(private::List::new());
                while let Some(one) = all.next().await {
                    names.extend(one.map_err(text)?.name);
                }
            }
            ("soundcloud", "playlists") => {
                let mut all = self.soundcloud.pages(playlists::Mine::new().show_tracks(false)).items();
                while let Some(one) = all.next().await {
                    names.extend(one.map_err(text)?.title);
                }
            }
            ("soundcloud", "tracks") => {
                let mut all = self.soundcloud.pages(tracks::Mine::new()).items();
                while let Some(one) = all.next().await {
                    names.extend(one.map_err(text)?.title);
                }
            }
            ("musescore", "scores") => {
                let me = self.musescore.send(&users::Me::new()).await.map_err(text)?;
                let mut all = self.musescore.pages(users::Scores::new(me.id)).items();
                while let Some(one) = all.next().await {
                    names.push(one.map_err(text)?.title);
                }
            }
            _ => return Ok(None),
        }
        let mut counts = BTreeMap::new();
        for name in names {
            *counts.entry(name).or_default() += 1;
        }
        Ok(Some(counts))
    }

    /// The login, if it is good no more.
    pub(super) async fn lost_login(&self) -> Option<String> {
        self.an_hour_later();
        let me = self.soundcloud.send(&me::Get::new()).await;
        me.err().map(|error| format!("login lost: {error}"))
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Faults that a ledger can explain: no network that delivers twice, no port that is closed for a day, and nobody who says of what is
/// there that it is not: if that comes after a deletion whose response was lost, the thing is gone as far as anybody can know.
fn is_survivable(fault: &Fault) -> bool {
    !matches!(
        fault.kind,
        FaultKind::Duplicate
            | FaultKind::Refuse { for_s: Some(_), .. }
            | FaultKind::Status { status: 404, .. }
    )
}

/// The same with the silences of the sandbox, whose clock is that of this machine, much shorter: an upload takes as long as
/// something comes, were it a byte in 2 s.
fn hurried(mut fault: Fault) -> Fault {
    match &mut fault.kind {
        FaultKind::Drip { every_s, .. } => *every_s /= 500.0,
        FaultKind::Stall { for_s: Some(for_s), .. } => *for_s /= 20.0,
        _ => {}
    }
    fault
}

/// Wall time of the sandbox; pauses and deadlines pass so much faster.
struct Hurry {
    start: Instant,
    by: u32,
    sandbox: Arc<Sandbox>,
}

impl Clock for Hurry {
    fn now(&self) -> Instant {
        self.start + self.start.elapsed() * self.by
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from(std::time::UNIX_EPOCH + self.sandbox.now())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        SystemClock.sleep(duration / self.by)
    }

    fn random(&self) -> u64 {
        SystemClock.random()
    }
}
