//! Workers: they claim jobs of the ledger and do them as `segno sync` does, until none is left or they are told to end.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use segno_core::time::{Clock as _, SystemClock};
use segno_soundslice::{Client, folders, slices};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

use super::brake::{Away, Brake};
use super::journal::{Halt, Halted, Row};
use super::ledger::{Claim, End, Kept, Ledger, Note, State, Thing, Which};
use super::manifest::Line;
use super::meters::Meters;
use crate::arguments::General;
use crate::failure::Failure;
use crate::media::Truncated;
use crate::score::Rules;
use crate::session::Session;
use crate::sync::{self, Files, Journal, Made, Runner, Sync, Target};

/// The longest pause before a job is tried again.
const LONGEST: Duration = Duration::from_secs(900);
/// How often a job may lose its worker before it is taken to be what ends them.
const LOSSES: u32 = 20;
/// How long the steps that are under way may go on when the process is to end.
const GRACE: Duration = Duration::from_secs(20);
/// How often the ledger is asked while there is nothing to do.
const IDLE: Duration = Duration::from_secs(2);
/// How long asking a service that is away takes at most: so much longer it stands in the ledger.
const SLACK: Duration = Duration::from_secs(90);

/// What a job's payload says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Task {
    /// The folder of the manifest: relative paths are relative to it.
    pub(super) base: PathBuf,
    #[serde(flatten)]
    pub(super) line: Line,
    #[serde(default)]
    pub(super) policy: Option<String>,
    pub(super) tolerance: f64,
    #[serde(default)]
    pub(super) guess: bool,
    #[serde(flatten)]
    pub(super) truncated: Truncated,
}

impl Task {
    /// What `segno sync` is to do; relative to `base` if that is not the folder of the manifest.
    pub(super) fn sync(&self, base: Option<&Path>, runner: Runner) -> Sync {
        let base = base.unwrap_or(&self.base);
        let line = &self.line;
        let files = Files {
            score: base.join(&line.score),
            audio: base.join(&line.recording),
            points: line.points.as_ref().map(|points| base.join(points)),
            name: line.name.clone(),
            artist: line.artist.clone(),
            folder: line.folder.clone(),
        };
        let rules = Rules::named(self.policy.clone());
        Sync::of(files, rules, self.tolerance, self.guess, self.truncated, runner)
    }
}

/// What the workers of a process share.
pub(super) struct Shop {
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) client: Client,
    pub(super) target: Target,
    /// Jobs say nothing: they run side by side, and what each says would be mixed up.
    pub(super) quiet: General,
    /// What this process is called in the ledger.
    pub(super) holder: String,
    /// How long a job stays this process's without a sign of life.
    pub(super) lease: Duration,
    /// How often a job may fail.
    pub(super) attempts: u32,
    /// Instead of the folders of the manifests: where the files are on this machine.
    pub(super) base: Option<PathBuf>,
    /// Whether it goes on when there is nothing left to do.
    pub(super) wait: bool,
    /// Whether the process is to end.
    pub(super) drain: watch::Sender<bool>,
    pub(super) brake: Brake,
    pub(super) meters: Meters,
    pub(super) catalogue: Mutex<Catalogue>,
    /// Whom failures are told.
    pub(super) tell: Box<dyn Fn(String) + Send + std::marker::Sync>,
}

/// The slices of the account as they were a while ago, by name and artist.
#[derive(Default)]
pub(super) struct Catalogue {
    /// When it was asked for, and how long that took.
    asked: Option<(Instant, Duration)>,
    slices: HashMap<(String, String), Vec<String>>,
}

impl Shop {
    pub(super) fn is_draining(&self) -> bool {
        *self.drain.borrow()
    }

    /// Works with so many jobs side by side until nothing is left to do, or the process is to end.
    pub(super) async fn run(self: &Arc<Self>, side_by_side: usize) -> Result<(), Failure> {
        let mut workers = JoinSet::new();
        for _ in 0..side_by_side.max(1) {
            let shop = Arc::clone(self);
            workers.spawn(async move { shop.worker().await });
        }
        let mut first = Ok(());
        while let Some(ended) = workers.join_next().await {
            let ended =
                ended.unwrap_or_else(|error| Err(Failure::new(format!("a worker broke off: {error}"))));
            if ended.is_err() {
                // The others bring their jobs to a place where another can go on.
                self.drain.send_replace(true);
                first = first.and(ended);
            }
        }
        if self.brake.away().is_some() {
            let _ = self.ledger.notice(&self.holder, None, Duration::ZERO).await;
        }
        first
    }

    async fn worker(self: &Arc<Self>) -> Result<(), Failure> {
        let mut drain = self.drain.subscribe();
        loop {
            let is_back = tokio::select! {
                is_back = self.brake.wait(|| self.ask(), |away| self.say(away)) => is_back,
                _ = drain.wait_for(|drain| *drain) => Ok(()),
            };
            if self.is_draining() {
                return Ok(());
            }
            is_back?;
            let begin = SystemClock.now();
            let claim = self.ledger.claim(&self.holder, self.lease).await?;
            self.meters.claimed(SystemClock.now().duration_since(begin));
            let Some(claim) = claim else {
                let pause = match self.ledger.next().await? {
                    None if !self.wait => return Ok(()),
                    next => next.unwrap_or(IDLE).clamp(Duration::from_millis(50), IDLE),
                };
                tokio::select! {
                    () = SystemClock.sleep(pause) => {}
                    _ = drain.wait_for(|drain| *drain) => {}
                }
                continue;
            };
            self.work(claim).await?;
        }
    }

    /// Asks the service for something small.
    async fn ask(&self) -> Result<(), Failure> {
        self.client.send(&folders::List::new()).await?;
        Ok(())
    }

    /// Tells that the service is away, or is back, also those who look into the ledger.
    async fn say(&self, away: Option<Away>) {
        (self.tell)(match &away {
            Some(away) => format!("away       {}", away.told()),
            None => "back       the service responds again".to_owned(),
        });
        let said = away.as_ref().map(|away| format!("{}: {}", self.holder, away.told()));
        let lasts = away.map_or(Duration::ZERO, |away| away.pause() + SLACK);
        // What is only told may be lost.
        let _ = self.ledger.notice(&self.holder, said.as_deref(), lasts).await;
    }

    /// Whether the service is at fault for a failure of an attempt, and not the piece; if so, the workers are held. An error is a login
    /// that is not accepted, which is found out only now.
    async fn is_away(&self, failure: &Failure, begin: Instant) -> Result<bool, Failure> {
        if !failure.is_away() {
            return Ok(false);
        }
        if failure.is_refused() || self.brake.away().is_some() {
            self.hold(failure).await;
            return Ok(true);
        }
        let mut drain = self.drain.subscribe();
        let asked = tokio::select! {
            asked = self.ask() => Some(asked),
            // A process that is to end does not find out: it gives the piece the benefit of the doubt.
            _ = drain.wait_for(|drain| *drain) => None,
        };
        match asked {
            None => Ok(true),
            Some(Err(failure)) if failure.is_login() => Err(failure),
            Some(Err(failure)) => {
                self.hold(&failure).await;
                Ok(true)
            }
            // It is there again, and was away while the attempt went on.
            Some(Ok(())) => Ok(self.brake.was_away_since(begin)),
        }
    }

    async fn hold(&self, failure: &Failure) {
        let is_known = self.brake.away().is_some();
        let away = self.brake.hold(failure);
        if !is_known {
            self.say(Some(away)).await;
        }
    }

    /// Does a job and writes how it ended. An error is one of this process, such as a login that is not accepted.
    async fn work(self: &Arc<Self>, claim: Claim) -> Result<(), Failure> {
        let begin = SystemClock.now();
        if claim.losses > LOSSES {
            let error =
                format!("its worker was lost {} times; what ends them may be one of its files", claim.losses);
            self.ledger.end(&claim, End::Failed { error: &error }).await?;
            return Ok(());
        }
        self.meters.taken_over(claim.losses > 0);
        let halted = Arc::new(Halted::default());
        let beats = tokio::spawn(Arc::clone(self).beats(claim.clone()));
        let mut drain = self.drain.subscribe();
        let (result, dropped) = {
            let mut attempt = pin!(self.attempt(&claim, &halted));
            let grace = async {
                // The sender is this process's own and does not go away.
                let _ = drain.wait_for(|drain| *drain).await;
                SystemClock.sleep(GRACE).await;
            };
            tokio::select! {
                result = &mut attempt => (result, false),
                () = grace => (Err(halted.set(Halt::Drained)), true),
            }
        };
        let failure = match result {
            Ok(()) => {
                beats.abort();
                if self.brake.release() {
                    self.say(None).await;
                }
                self.meters.done(SystemClock.now().duration_since(begin));
                if !self.ledger.end(&claim, End::Done).await? {
                    self.meters.lost();
                }
                return Ok(());
            }
            Err(failure) => failure.of_worker().of_machine(),
        };
        let (failure, is_away) = match halted.by() {
            Halt::None if failure.ends_worker() => (failure, false),
            Halt::None => match self.is_away(&failure, begin).await {
                Ok(is_away) => (failure, is_away),
                Err(login) => (login, false),
            },
            _ => (failure, false),
        };
        let line = failure.to_string();
        beats.abort();
        let end = match halted.by() {
            Halt::Lost => {
                self.meters.lost();
                return Ok(());
            }
            // A request that was under way may still arrive: nobody looks for its work before it has.
            Halt::Drained if dropped => End::Back { after: self.lease },
            Halt::Drained => End::Back { after: Duration::ZERO },
            Halt::Busy => End::Behind { after: IDLE },
            Halt::Elsewhere => {
                self.ledger.end(&claim, End::Behind { after: self.lease }).await?;
                return Err(failure);
            }
            Halt::None if failure.is_of_ledger() => {
                // If even this cannot be written, another takes over when the lease is over.
                let _ = self.ledger.end(&claim, End::Back { after: Duration::ZERO }).await;
                return Err(failure);
            }
            Halt::None if failure.ends_worker() => End::Back { after: Duration::ZERO },
            Halt::None if is_away => End::Back { after: self.lease },
            Halt::None if failure.is_lasting() || claim.attempts + 1 >= self.attempts => {
                self.meters.failed();
                (self.tell)(format!("failed     {}: {line}", claim.name));
                End::Failed { error: &line }
            }
            Halt::None => {
                self.meters.retried();
                let after = pause(self.lease, claim.attempts);
                (self.tell)(format!("again      {} in {:.0} s: {line}", claim.name, after.as_secs_f64()));
                End::Again { after, error: &line }
            }
        };
        self.ledger.end(&claim, end).await?;
        if halted.by() == Halt::None && failure.ends_worker() { Err(failure) } else { Ok(()) }
    }

    /// Tells the ledger that this process lives, as long as it has the job.
    async fn beats(self: Arc<Self>, claim: Claim) {
        loop {
            SystemClock.sleep(self.lease / 3).await;
            // A ledger that cannot be reached is asked again; the fence tells whether the job was lost meanwhile.
            if let Ok(false) = self.ledger.beat(&claim, self.lease).await {
                return;
            }
        }
    }

    async fn attempt(self: &Arc<Self>, claim: &Claim, halted: &Arc<Halted>) -> Result<(), Failure> {
        let read = |fault: serde_json::Error| {
            Failure::new(format!("the ledger's row cannot be read: {fault}")).lasting(true)
        };
        let task: Task = serde_json::from_str(&claim.payload).map_err(read)?;
        let made: Made = match &claim.journal {
            Some(journal) => serde_json::from_str(journal).map_err(read)?,
            None => Made::default(),
        };
        let base = self.base.as_deref().unwrap_or(&task.base);
        if !base.is_dir() {
            // A machine that lacks all files is no reason to put the pieces aside.
            return Err(halted.set(Halt::Elsewhere).of(base));
        }
        let sync = task.sync(self.base.as_deref(), Runner::Job(claim.id));
        let quiet = Session::new(self.quiet.clone());
        let prepared = sync.prepare(&quiet).await?;
        let job = sync.job(&prepared, &self.client, &quiet);
        let content = sync::name(&sync.parts(&job, &self.target)?);
        if self.is_another(claim, halted, &content, &made).await? {
            return Ok(());
        }
        let row =
            Row { shop: Arc::clone(self), claim: claim.clone(), like: job.key(), halted: Arc::clone(halted) };
        let mut journal = Journal::kept(row, made);
        job.run(&mut journal).await.map(|_| ())
    }

    /// Whether the same files are published under the same name by another job, which is then what this one refers to.
    async fn is_another(
        &self,
        claim: &Claim,
        halted: &Halted,
        content: &str,
        made: &Made,
    ) -> Result<bool, Failure> {
        let journal = serde_json::to_string(made).map_err(|error| Failure::new(error.to_string()))?;
        let things = [Thing { kind: "content", id: content, like: "" }];
        let intent = (made.slice.is_none() && made.slice_intent.is_some()).then_some(claim);
        if intent.is_some() {
            // The content was claimed before anything was intended.
            return Ok(false);
        }
        let note = Note { journal: &journal, intent: None, things: &things };
        let job = match self.ledger.keep(claim, note).await? {
            Kept::Taken { job } => job,
            Kept::Lost => return Err(halted.set(Halt::Lost)),
            Kept::Yes | Kept::Busy { .. } => return Ok(false),
        };
        let other = self.ledger.list(&Which::Ids(vec![job]), 0, 1).await?.pop();
        match other {
            Some(other) if other.state == State::Done => {
                let journal = other.journal.unwrap_or_default();
                let note = Note { journal: &journal, intent: None, things: &[] };
                self.ledger.keep(claim, note).await?;
                Ok(true)
            }
            Some(other) if matches!(other.state, State::Failed | State::Cancelled) => {
                let state = other.state.name();
                Err(Failure::new(format!(
                    "the same files and name are job {job}, which is {state}; `segno batch retry {job}` first"
                ))
                .lasting(true))
            }
            _ => Err(halted.set(Halt::Busy)),
        }
    }

    /// The slices of this name and artist that the account had a while ago. What was made since was made by jobs of this ledger,
    /// which knows them, or by others, which give their slices something that one just made does not have.
    pub(super) async fn slices_before(&self, name: &str, artist: &str) -> Result<Vec<String>, Failure> {
        /// The list is asked for again after so long, and after so many times the time that it took.
        const FRESH: (Duration, u32) = (Duration::from_secs(60), 50);
        let mut catalogue = self.catalogue.lock().await;
        let is_old = catalogue
            .asked
            .is_none_or(|(at, took)| SystemClock.now().duration_since(at) > FRESH.0.max(took * FRESH.1));
        if is_old {
            let begin = SystemClock.now();
            let mut slices: HashMap<_, Vec<String>> = HashMap::new();
            let mut all = self.client.stream(&slices::List::new()).await?;
            while let Some(slice) = all.next().await {
                let slice = slice?;
                slices.entry((slice.name, slice.artist)).or_default().push(slice.scorehash.to_string());
            }
            *catalogue = Catalogue { asked: Some((begin, SystemClock.now().duration_since(begin))), slices };
        }
        Ok(catalogue.slices.get(&(name.to_owned(), artist.to_owned())).cloned().unwrap_or_default())
    }
}

/// The pause before the next attempt: a lease, doubled each time, and up to a quarter more by chance. A request that failed may
/// still be under way on the side of the service; after a lease it is not.
fn pause(lease: Duration, attempts: u32) -> Duration {
    let doubled = lease.saturating_mul(1 << attempts.min(16));
    let chance = (SystemClock.random() % 1000) as f64 / 4000.0;
    doubled.min(LONGEST).mul_f64(1.0 + chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end_somewhere() {
        let lease = Duration::from_secs(30);
        for (attempts, seconds) in [(0, 30), (1, 60), (3, 240), (9, 900), (u32::MAX, 900)] {
            let pause = pause(lease, attempts).as_secs_f64();
            let least = f64::from(seconds);
            assert!(pause >= least && pause <= least * 1.25, "{attempts}: {pause}");
        }
    }
}
