//! The journal of a job in the ledger: what `segno sync` keeps in a file stands in the job's row, and is written only as long as
//! the job is this worker's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use segno_core::BoxFuture;
use segno_core::time::{Clock as _, SystemClock};

use super::ledger::{Claim, Kept, Note, Thing};
use super::work::Shop;
use crate::failure::Failure;
use crate::sync::{Keep, Made};

/// How often it is looked whether a folder may be made.
const TURN: Duration = Duration::from_millis(200);

/// Why the work on a job is broken off, other than by a failure of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Halt {
    None,
    /// This process is to end.
    Drained,
    /// Another worker has the job.
    Lost,
    /// A job that makes the same must be through first.
    Busy,
    /// The folder of its list is not on this machine.
    Elsewhere,
}

/// The reason, told by the journal to the worker.
#[derive(Debug, Default)]
pub(super) struct Halted(AtomicU8);

impl Halted {
    pub(super) fn by(&self) -> Halt {
        let known = [Halt::None, Halt::Drained, Halt::Lost, Halt::Busy, Halt::Elsewhere];
        known.into_iter().find(|halt| *halt as u8 == self.0.load(Ordering::SeqCst)).unwrap_or(Halt::None)
    }

    /// Sets the reason and gives what ends the run.
    pub(super) fn set(&self, halt: Halt) -> Failure {
        self.0.store(halt as u8, Ordering::SeqCst);
        Failure::new(match halt {
            Halt::None => "the work went on",
            Halt::Drained => "this worker is to end; another goes on",
            Halt::Lost => "another worker has taken the job over",
            Halt::Elsewhere => {
                "the folder of the list is not on this machine; --files FOLDER says where it is; no piece failed by it"
            }
            Halt::Busy => "another job makes a slice of this name; it must be through first",
        })
    }
}

/// The row of a job that is being worked on.
pub(super) struct Row {
    pub(super) shop: Arc<Shop>,
    pub(super) claim: Claim,
    /// What its slice is known by: name and artist.
    pub(super) like: String,
    pub(super) halted: Arc<Halted>,
}

impl Row {
    /// Whether so much time has passed since `begin` that a lease that held then may be over.
    fn is_late(&self, begin: std::time::Instant) -> bool {
        SystemClock.now().duration_since(begin) > self.shop.lease / 3
    }

    async fn write(&self, made: &Made) -> Result<(), Failure> {
        let journal = serde_json::to_string(made).map_err(|error| Failure::new(error.to_string()))?;
        let slice = made.slice.as_deref();
        let recording = made.recording.map(|id| id.to_string());
        let things: Vec<Thing<'_>> = [
            slice.map(|id| Thing { kind: "slice", id, like: &self.like }),
            recording.as_deref().map(|id| Thing { kind: "recording", id, like: slice.unwrap_or_default() }),
        ]
        .into_iter()
        .flatten()
        .collect();
        let intent = (slice.is_none() && made.slice_intent.is_some()).then_some(self.like.as_str());
        loop {
            let begin = SystemClock.now();
            let note = Note { journal: &journal, intent, things: &things };
            match self.shop.ledger.keep(&self.claim, note).await? {
                // The process may have been stopped since the ledger looked: it is asked again.
                Kept::Yes if self.is_late(begin) => {}
                Kept::Yes => break,
                Kept::Lost => return Err(self.halted.set(Halt::Lost)),
                Kept::Busy { ended: false, .. } => return Err(self.halted.set(Halt::Busy)),
                Kept::Busy { job, ended: true } => {
                    return Err(Failure::new(format!(
                        "job {job} of the same name ended while its slice was being made, so that the slices cannot be told \
                         apart; `segno batch retry {job}` first"
                    ))
                    .lasting(true));
                }
                Kept::Taken { job } => {
                    return Err(Failure::new(format!("what was found belongs to job {job}")));
                }
            }
        }
        if self.shop.is_draining() { Err(self.halted.set(Halt::Drained)) } else { Ok(()) }
    }

    fn holder(&self) -> String {
        format!("{} {}", self.shop.holder, self.claim.id)
    }
}

impl Keep for Row {
    fn keep<'a>(&'a mut self, made: &'a Made) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.write(made))
    }

    fn hold(&mut self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async {
            loop {
                let begin = SystemClock.now();
                if !self.shop.ledger.beat(&self.claim, self.shop.lease).await? {
                    return Err(self.halted.set(Halt::Lost));
                }
                if self.shop.is_draining() {
                    return Err(self.halted.set(Halt::Drained));
                }
                if !self.is_late(begin) {
                    return Ok(());
                }
            }
        })
    }

    fn of_other_jobs<'a>(&'a self, made: &'a Made) -> BoxFuture<'a, Result<Vec<String>, Failure>> {
        Box::pin(async {
            let ledger = &self.shop.ledger;
            let mut others = ledger.alike(&self.claim, "slice", &self.like).await?;
            if let Some(slice) = &made.slice {
                others.extend(ledger.alike(&self.claim, "recording", slice).await?);
            }
            Ok(others)
        })
    }

    fn before<'a>(
        &'a mut self,
        name: &'a str,
        artist: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<String>>, Failure>> {
        Box::pin(async { self.shop.slices_before(name, artist).await.map(Some) })
    }

    fn disown<'a>(&'a mut self, kind: &'static str, id: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let thing = Thing { kind, id, like: &self.like };
            let lost = self.halted.by() == Halt::Lost;
            lost && self.shop.ledger.disown(thing).await.unwrap_or(false)
        })
    }

    fn close<'a>(&'a mut self, folder: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            while !self.shop.ledger.lock(folder, &self.holder(), self.shop.lease).await? {
                if self.shop.is_draining() {
                    return Err(self.halted.set(Halt::Drained));
                }
                SystemClock.sleep(TURN).await;
            }
            Ok(())
        })
    }

    fn opened<'a>(&'a mut self, folder: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move { self.shop.ledger.unlock(folder, &self.holder()).await })
    }
}
