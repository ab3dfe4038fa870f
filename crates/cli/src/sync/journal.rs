//! What a sync has made so far, so that a run after an interruption goes on and makes nothing twice.
//!
//! Before a request that creates is sent, the journal says so, with what there was before: should the response never be seen, the
//! next run finds what the request made by what is new.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use segno_core::BoxFuture;
use segno_core::time::{Clock as _, SystemClock};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::places;

/// The journal of one job.
pub(crate) struct Journal {
    keep: Box<dyn Keep>,
    pub(crate) made: Made,
}

/// Where journals are kept: in files of this user, or in the ledger of a batch.
pub(crate) trait Keep: Send + Sync {
    /// Keeps what was made; it is safe when this returns. Fails if this run may make nothing more for the job.
    fn keep<'a>(&'a mut self, made: &'a Made) -> BoxFuture<'a, Result<(), Failure>>;

    /// Whether this run may still make things for the job; asked right before a request that changes something.
    fn hold(&mut self) -> BoxFuture<'_, Result<(), Failure>>;

    /// The slices and recordings that other jobs have made: they are not what this one was about to make.
    fn of_other_jobs<'a>(&'a self, made: &'a Made) -> BoxFuture<'a, Result<Vec<String>, Failure>>;

    /// The slices of this name and artist that were there before the next one is made; `None` if the account must be asked.
    fn before<'a>(
        &'a mut self,
        name: &'a str,
        artist: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<String>>, Failure>>;

    /// Of a thing that was made and could not be kept: whether no other run has it or will have it, so that it must be deleted.
    fn disown<'a>(&'a mut self, kind: &'static str, id: &'a str) -> BoxFuture<'a, bool>;

    /// Waits until no other run makes a folder of this name; until [`opened`](Self::opened), none will.
    fn close<'a>(&'a mut self, folder: &'a str) -> BoxFuture<'a, Result<(), Failure>>;

    /// The folder is there, or was not made.
    fn opened<'a>(&'a mut self, folder: &'a str) -> BoxFuture<'a, Result<(), Failure>>;
}

/// A journal in a file of its own.
struct InFile {
    /// `None` for a job that nobody can go on with.
    path: Option<PathBuf>,
    /// Held as long as the job runs, so that two runs of it do not meet.
    _lock: Option<File>,
}

/// What was made, or was about to be.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Made {
    /// The folder of the slice.
    pub(crate) folder: Option<Folder>,
    pub(crate) slice: Option<String>,
    pub(crate) slice_intent: Option<Intent>,
    pub(crate) notation: Sent,
    pub(crate) recording: Option<u64>,
    pub(crate) recording_intent: Option<Intent>,
    pub(crate) media: Sent,
    /// The length of the recording before it was cropped.
    pub(crate) seconds: Option<f64>,
}

/// A folder that was found or made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Folder {
    /// As it was asked for: a name or an ID.
    pub(crate) asked: String,
    pub(crate) id: String,
}

/// A thing that was about to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Intent {
    /// Those that could be taken for it and were there before.
    pub(crate) before: Vec<String>,
    /// When, in seconds since 1970.
    pub(crate) at: u64,
}

impl Intent {
    pub(crate) fn new(before: Vec<String>) -> Self {
        Self { before, at: now() }
    }

    /// How long ago it was, in seconds.
    pub(crate) fn age(&self) -> u64 {
        now().saturating_sub(self.at)
    }
}

fn now() -> u64 {
    u64::try_from(SystemClock.wall().unix_seconds()).unwrap_or_default()
}

/// How far a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sent {
    /// It was not sent.
    #[default]
    No,
    /// Sending was begun; whether it arrived is not known.
    Begun,
    /// It arrived and was processed.
    Done,
}

impl Journal {
    /// A journal that is kept nowhere: what it tells of ends with this run.
    pub(crate) fn nowhere() -> Self {
        Self::kept(InFile { path: None, _lock: None }, Made::default())
    }

    /// What the journal of the job that these parts make up says now; nothing is written.
    pub(crate) fn look(parts: &[Vec<u8>], again: bool) -> Result<Self, Failure> {
        Ok(Self::kept(InFile { path: None, _lock: None }, read(&place(parts)?, again)?))
    }

    /// The journal of the job that these parts make up. `again` begins a new one.
    pub(crate) fn open(parts: &[Vec<u8>], again: bool) -> Result<Self, Failure> {
        let path = place(parts)?;
        let lock_path = path.with_extension("lock");
        if let Some(folder) = path.parent() {
            places::private_folder(folder)?;
        }
        let lock = File::create(&lock_path).map_err(|error| Failure::file(&lock_path, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::new("another `segno sync` of these files runs; wait until it ends"));
            }
            Err(TryLockError::Error(error)) => return Err(Failure::file(&lock_path, error)),
        }
        let made = read(&path, again)?;
        let file = InFile { path: Some(path), _lock: Some(lock) };
        // Found out now rather than after something was made: can it be written at all?
        file.save(&made)?;
        Ok(Self::kept(file, made))
    }

    /// A journal that is kept somewhere, and what it says now.
    pub(crate) fn kept(keep: impl Keep + 'static, made: Made) -> Self {
        Self { keep: Box::new(keep), made }
    }

    /// Changes what was made and keeps it.
    pub(crate) async fn note(&mut self, change: impl FnOnce(&mut Made)) -> Result<(), Failure> {
        change(&mut self.made);
        self.keep.keep(&self.made).await
    }

    /// See [`Keep`].
    pub(crate) async fn of_other_jobs(&self) -> Result<Vec<String>, Failure> {
        self.keep.of_other_jobs(&self.made).await
    }

    /// Where it is kept.
    pub(crate) fn keep(&mut self) -> &mut dyn Keep {
        &mut *self.keep
    }
}

impl InFile {
    fn save(&self, made: &Made) -> Result<(), Failure> {
        let Some(path) = &self.path else { return Ok(()) };
        let text = serde_json::to_vec_pretty(made).map_err(|error| Failure::new(error.to_string()))?;
        places::write_private(path, &text)
    }

    fn others(&self) -> Vec<String> {
        let Some(path) = &self.path else { return Vec::new() };
        let files =
            path.parent().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
        let others = files
            .map(|file| file.path())
            .filter(|file| file != path && file.extension().is_some_and(|ending| ending == "json"));
        others
            .filter_map(|file| read(&file, false).ok())
            .flat_map(|made| [made.slice, made.recording.map(|id| id.to_string())])
            .flatten()
            .collect()
    }
}

/// One user on one machine: the lock of the job is enough.
impl Keep for InFile {
    fn keep<'a>(&'a mut self, made: &'a Made) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { self.save(made) })
    }

    fn hold(&mut self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    fn of_other_jobs<'a>(&'a self, _made: &'a Made) -> BoxFuture<'a, Result<Vec<String>, Failure>> {
        Box::pin(async { Ok(self.others()) })
    }

    fn before<'a>(
        &'a mut self,
        _name: &'a str,
        _artist: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<String>>, Failure>> {
        Box::pin(async { Ok(None) })
    }

    fn disown<'a>(&'a mut self, _kind: &'static str, _id: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    fn close<'a>(&'a mut self, _folder: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    fn opened<'a>(&'a mut self, _folder: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }
}

/// The file of the job that these parts make up.
fn place(parts: &[Vec<u8>]) -> Result<PathBuf, Failure> {
    Ok(places::state()?.join("sync").join(format!("{}.json", name(parts))))
}

/// What the job that these parts make up is known by.
pub(crate) fn name(parts: &[Vec<u8>]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path, again: bool) -> Result<Made, Failure> {
    match fs::read(path) {
        _ if again => Ok(Made::default()),
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            Failure::file(path, format_args!("the journal cannot be read: {error}; --again begins anew"))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Made::default()),
        Err(error) => Err(Failure::file(path, error)),
    }
}
