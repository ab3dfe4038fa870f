//! What a sync has made so far, so that a run after an interruption goes on and makes nothing twice.
//!
//! Before a request that creates is sent, the journal says so, with what there was before: should the response never be seen, the
//! next run finds what the request made by what is new.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use segno_core::time::{Clock as _, SystemClock};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::places;

/// The journal of one job.
pub(super) struct Journal {
    /// `None` for a job that nobody can go on with.
    path: Option<PathBuf>,
    /// Held as long as the job runs, so that two runs of it do not meet.
    _lock: Option<File>,
    pub(super) made: Made,
}

/// What was made, or was about to be.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Made {
    pub(super) slice: Option<String>,
    pub(super) slice_intent: Option<Intent>,
    pub(super) notation: Sent,
    pub(super) recording: Option<u64>,
    pub(super) recording_intent: Option<Intent>,
    pub(super) media: Sent,
    /// The length of the recording before it was cropped.
    pub(super) seconds: Option<f64>,
}

/// A thing that was about to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Intent {
    /// Those that could be taken for it and were there before.
    pub(super) before: Vec<String>,
    /// When, in seconds since 1970.
    pub(super) at: u64,
}

impl Intent {
    pub(super) fn new(before: Vec<String>) -> Self {
        Self { before, at: now() }
    }

    /// How long ago it was, in seconds.
    pub(super) fn age(&self) -> u64 {
        now().saturating_sub(self.at)
    }
}

fn now() -> u64 {
    u64::try_from(SystemClock.wall().unix_seconds()).unwrap_or_default()
}

/// How far a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Sent {
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
    pub(super) fn nowhere() -> Self {
        Self { path: None, _lock: None, made: Made::default() }
    }

    /// What the journal of the job that these parts make up says now; nothing is written.
    pub(super) fn look(parts: &[&[u8]], again: bool) -> Result<Self, Failure> {
        Ok(Self { path: None, _lock: None, made: read(&place(parts)?, again)? })
    }

    /// The journal of the job that these parts make up. `again` begins a new one.
    pub(super) fn open(parts: &[&[u8]], again: bool) -> Result<Self, Failure> {
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
        let journal = Self { path: Some(path), _lock: Some(lock), made };
        // Found out now rather than after something was made: can it be written at all?
        journal.save()?;
        Ok(journal)
    }

    /// The slices and recordings that other jobs have made: they are not what this one was about to make.
    pub(super) fn of_other_jobs(&self) -> Vec<String> {
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

    /// Keeps what was made, on the disk when this returns.
    pub(super) fn save(&self) -> Result<(), Failure> {
        let Some(path) = &self.path else { return Ok(()) };
        let text = serde_json::to_vec_pretty(&self.made).map_err(|error| Failure::new(error.to_string()))?;
        places::write_private(path, &text)
    }

    /// Changes what was made and keeps it.
    pub(super) fn note(&mut self, change: impl FnOnce(&mut Made)) -> Result<(), Failure> {
        change(&mut self.made);
        self.save()
    }
}

/// The file of the job that these parts make up.
fn place(parts: &[&[u8]]) -> Result<PathBuf, Failure> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let name: String = hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    Ok(places::state()?.join("sync").join(format!("{name}.json")))
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
