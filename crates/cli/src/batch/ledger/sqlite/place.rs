//! The file of a ledger: whether it is still the one that was opened, and what is said when it cannot be used.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rusqlite::ffi::{SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
use rusqlite::{Connection, ErrorCode};

use crate::failure::Failure;

/// The file of a ledger, as it was when it was opened.
pub(super) struct Place {
    path: PathBuf,
    id: Option<FileId>,
    /// Whether it was found to be gone, and then where its content is.
    gone: OnceLock<Option<PathBuf>>,
}

/// What tells a file from another of the same name.
#[derive(Debug, PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    fn of(path: &Path) -> Option<Self> {
        let about = std::fs::metadata(path).ok()?;
        #[cfg(unix)]
        return Some(Self(
            std::os::unix::fs::MetadataExt::dev(&about),
            std::os::unix::fs::MetadataExt::ino(&about),
        ));
        // An open file is not removed there.
        #[cfg(not(unix))]
        Some(Self(0, u64::from(about.is_file())))
    }
}

impl Place {
    pub(super) fn of(path: &Path) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self { id: FileId::of(&path), path, gone: OnceLock::new() }
    }

    /// Notices that the file was removed or replaced: what is written then reaches nobody. Its content is saved beside it once.
    pub(super) fn check(&self, connection: &Connection) -> Result<(), Failure> {
        if self.gone.get().is_none() && FileId::of(&self.path) == self.id {
            return Ok(());
        }
        let saved = self.gone.get_or_init(|| {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".saved-{}", std::process::id()));
            let saved = PathBuf::from(name);
            let done = connection.execute("VACUUM INTO ?1", [saved.to_string_lossy()]);
            done.is_ok().then_some(saved)
        });
        let what = "the ledger was removed or replaced while it was worked on, so the work ends";
        Err(match saved {
            Some(saved) => Failure::ledger(format_args!(
                "{}: {what}; all that was in it is in {}: put that in its place, then run the same command again",
                self.path.display(),
                saved.display()
            )),
            None => Failure::ledger(format_args!(
                "{}: {what}; what was in it could not be saved",
                self.path.display()
            )),
        })
    }

    /// The failure of a statement.
    pub(super) fn failure(&self, error: &rusqlite::Error) -> Failure {
        let place = self.path.display();
        let code = match error {
            rusqlite::Error::SqliteFailure(error, _) => Some((error.code, error.extended_code)),
            _ => None,
        };
        match code {
            Some(
                (ErrorCode::DiskFull, _)
                | (_, SQLITE_IOERR_WRITE | SQLITE_IOERR_FSYNC | SQLITE_IOERR_TRUNCATE),
            ) => Failure::ledger(format_args!(
                "{place}: the ledger cannot be written, so the work ends: {error}; make room on the disk, then run the same \
                     command again: it goes on where it stopped"
            )),
            _ => Failure::ledger(format_args!("the ledger {place}: {error}")),
        }
    }
}
