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
        unusable(&self.path, "the ledger cannot be used, so the work ends", error)
    }
}

/// The failure of a statement on the ledger at a path, and what to do.
pub(super) fn unusable(path: &Path, what: &str, error: &rusqlite::Error) -> Failure {
    let place = path.display();
    let (code, extended) = match error {
        rusqlite::Error::SqliteFailure(error, _) => (error.code, error.extended_code),
        // The text of a statement is no use to who reads the line.
        rusqlite::Error::SqlInputError { error, msg, .. } => {
            return Failure::ledger(format_args!("{place}: {what}: {msg} ({})", error.code as u32));
        }
        _ => return Failure::ledger(format_args!("{place}: {what}: {error}")),
    };
    let advice = match (code, extended) {
        (ErrorCode::DiskFull, _) | (_, SQLITE_IOERR_WRITE | SQLITE_IOERR_FSYNC | SQLITE_IOERR_TRUNCATE) => {
            return Failure::ledger(format_args!(
                "{place}: the ledger cannot be written, so the work ends: {error}; make room on the disk, then run the same \
                 command again: it goes on where it stopped"
            ));
        }
        (
            ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::SystemIoFailure,
            _,
        ) => {
            "SQLite must be able to write the file and to make others beside it; look at the permissions of both and of the folder"
        }
        (ErrorCode::DatabaseCorrupt, _) => {
            "the file is damaged; put a copy in its place, or save what can be read with `sqlite3 FILE .recover`"
        }
        (ErrorCode::NotADatabase, _) => "this is no ledger; correct --ledger",
        (ErrorCode::DatabaseBusy, _) => {
            "another process has it for a minute now; end that, then run the same command again"
        }
        _ => return Failure::ledger(format_args!("{place}: {what}: {error}")),
    };
    Failure::ledger(format_args!("{place}: {what}: {error}; {advice}"))
}

pub(super) fn is_folder(path: &Path) -> Failure {
    Failure::file(path, "this is a folder; give the name of a file as the ledger")
}

/// Makes the file, for its owner alone: files that SQLite makes beside it are like it. One that is there stays as it is.
pub(super) fn make(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(is_folder(path));
    }
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(Failure::file(path, error)),
        _ => Ok(()),
    }
}
