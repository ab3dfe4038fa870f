//! Tokens in a file that many processes share.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{LEASE, Lease, Record, StoreError, Swapped, TokenStore};
use crate::BoxFuture;
use crate::auth::Reason;
use crate::time::{Clock, SystemClock};

mod disk;
mod place;

use disk::{Disk, System};
use place::{Place, Reserved, failed, kind, same_file};

/// How long a writer waits for another writer, who needs a moment only.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// The shortest and the longest pause between two looks at a lock.
const LOCK_POLL: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// Keeps tokens in a file.
///
/// * The file is readable by its owner only (mode 600), and one that others may read is refused. An empty one is like
///   none: nobody has logged in. A link to it is followed.
/// * It is replaced whole: the new content is written beside it (`<name>.new`), forced to the disk and renamed, so a
///   crash at any moment leaves the old record or the new one. A file keeps its owner.
/// * A file that cannot be replaced, because a container has it mounted by itself or its folder cannot be written, is
///   written in place: first behind the old record, then over it. It is padded with white space for that. A crash at any
///   moment leaves a record that is whole, and the next start finds the newest.
/// * Before a refresh token is spent, what is kept is written once more the same way, and room is reserved: a full disk, a
///   read-only folder or a lost permission is an error before the server is asked. A token that is still good needs
///   nothing but the right to read the file.
/// * Two more files stand beside it: `<name>.lock`, which a writer holds for a moment, and `<name>.lease`, which a
///   refresher holds while it asks for new tokens. Both are locks of the operating system, which end with the process.
///   Where they cannot be made, and between containers that share only the file, the token file itself is the lease.
///
/// In a container, mount the folder rather than the file: a file that is mounted by itself is no longer seen once a
/// process outside replaces it. That is found before a token is spent, and said.
///
/// The folder must be on a disk of this machine: file locks of network file systems are not reliable everywhere. On
/// Windows the permissions are those of the folder.
pub struct FileStore {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    disk: Arc<dyn Disk>,
    reserved: Arc<Mutex<Option<Reserved>>>,
}

impl FileStore {
    /// The store in the file at `path`. The file may be missing; its folder must exist.
    ///
    /// # Errors
    /// [`StoreError`] if the path leads to a folder, a FIFO or a device, there is no such folder, others may read the file,
    /// or it holds something else than a record.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        // Made absolute once: a process that changes its folder must not lose its tokens.
        let path = std::path::absolute(&path).unwrap_or(path);
        Place::find(&path)?.read()?;
        Ok(Self { path, clock: Arc::new(SystemClock), disk: Arc::new(System), reserved: Arc::default() })
    }

    /// Waits by another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    #[cfg(test)]
    fn with_disk(mut self, disk: Arc<dyn Disk>) -> Self {
        self.disk = disk;
        self
    }

    /// Takes locks of the operating system, looking again and again: a thread that sleeps in the kernel until then would
    /// keep the runtime from ending.
    async fn lock(&self, kind: Kind) -> Result<Vec<File>, StoreError> {
        let start = self.clock.now();
        let mut pause = LOCK_POLL.0;
        loop {
            let (path, disk) = (self.path.clone(), Arc::clone(&self.disk));
            let taken = blocking(move || take(&Place::find(&path)?, &*disk, kind)).await?;
            if let Some(taken) = taken {
                return Ok(taken);
            }
            if self.clock.now().saturating_duration_since(start) >= kind.timeout() {
                let place = Place::find(&self.path)?.beside(kind.suffix());
                let (place, seconds) = (place.display().to_string().into(), kind.timeout().as_secs());
                return Err(StoreError::Busy { place, seconds });
            }
            self.clock.sleep(pause).await;
            pause = (pause * 2).min(LOCK_POLL.1);
        }
    }

    /// Does something to the file under its lock. It goes on if the future is dropped, and the lock ends with it: a dropped
    /// future must not free it in the middle of a write.
    async fn locked<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Place, &dyn Disk, &mut Option<Reserved>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let lock = self.lock(Kind::Lock).await?;
        let (path, disk, reserved) = (self.path.clone(), Arc::clone(&self.disk), Arc::clone(&self.reserved));
        blocking(move || {
            let _lock = lock;
            work(&Place::find(&path)?, &*disk, &mut held(&reserved))
        })
        .await
    }
}

impl TokenStore for FileStore {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        let path = self.path.clone();
        Box::pin(blocking(move || Place::find(&path)?.read()))
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        Box::pin(self.locked(move |place, disk, reserved| {
            let conflict = place.swap(disk, &next, reserved.take())?;
            Ok(conflict.map_or(Swapped::Done, Swapped::Conflict))
        }))
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async {
            let locks = self.lock(Kind::Lease).await?;
            let (path, disk) = (self.path.clone(), Arc::clone(&self.disk));
            let reserved = Arc::clone(&self.reserved);
            // Closing a file gives its lock back, also where the release never runs.
            Ok(Lease::with_release(async move {
                let freed = blocking(move || {
                    let room = held(&reserved).take();
                    if let (Some(room), Ok(place)) = (room, Place::find(&path)) {
                        place.free(&*disk, room);
                    }
                    drop(locks);
                    Ok(())
                });
                // Nothing is lost with the room.
                let _ = freed.await;
            }))
        })
    }

    fn reserve(&self, _: Record) -> BoxFuture<'_, Result<Record, StoreError>> {
        Box::pin(self.locked(|place, disk, reserved| {
            *reserved = None;
            let (record, room) = place.reserve(disk)?;
            *reserved = room;
            Ok(record)
        }))
    }
}

impl std::fmt::Debug for FileStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileStore").field("path", &self.path).finish_non_exhaustive()
    }
}

/// What a lock is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Held by a writer for a moment.
    Lock,
    /// Held by a refresher.
    Lease,
}

impl Kind {
    fn suffix(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Lease => "lease",
        }
    }

    fn timeout(self) -> Duration {
        match self {
            Self::Lock => LOCK_TIMEOUT,
            Self::Lease => LEASE,
        }
    }
}

/// Takes the locks, without waiting; `None` if somebody has one of them.
fn take(place: &Place, disk: &dyn Disk, kind: Kind) -> Result<Option<Vec<File>>, StoreError> {
    let path = place.beside(kind.suffix());
    let (mut locks, mut missing) = (Vec::with_capacity(2), None);
    match lock_file(place, disk, &path)? {
        Ok(file) => match file.try_lock() {
            Ok(()) => locks.push(file),
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed(&path, error)),
        },
        Err(error) => missing = Some(error),
    }
    if kind == Kind::Lease && cfg!(unix) {
        // Between containers that share nothing but this file, it is the only thing that all of them can lock.
        match token_lock(&place.file) {
            Ok(Some(file)) => locks.push(file),
            Ok(None) => return Ok(None),
            // There is no such file yet, or it stands where only lock files work.
            Err(_) => {}
        }
        if let (Some(error), true) = (missing, locks.is_empty()) {
            return Err(failed(&path, error));
        }
    }
    Ok(Some(locks))
}

/// Opens or makes a lock file, which belongs to whom the token file belongs to. A link is not followed: where others may
/// write the folder, it could have us make or lock a file of theirs. The inner error is one of a place where lock files
/// cannot be.
fn lock_file(place: &Place, disk: &dyn Disk, path: &Path) -> Result<io::Result<File>, StoreError> {
    use io::ErrorKind::{AlreadyExists, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let created = disk.create(path);
    let error = match created {
        Ok(file) => {
            if let Ok(model) = fs::metadata(&place.file) {
                // Without it, others who may use the token file lock that.
                let _ = disk.hand_over(&file, &model);
            }
            return Ok(Ok(file));
        }
        Err(error) => error,
    };
    match error.kind() {
        AlreadyExists => {}
        PermissionDenied | ReadOnlyFilesystem | StorageFull | QuotaExceeded => return Ok(Err(error)),
        _ => return Err(failed(path, error)),
    }
    let found = fs::symlink_metadata(path).map_err(|error| failed(path, error))?;
    if !found.is_file() {
        let path = path.display();
        let found = kind(&found);
        let reason = format!("{path} is {found}; a lock file must be a regular file: remove it");
        return Err(StoreError::Io(reason.into()));
    }
    // To read is enough for a lock on a local disk; network file systems want the right to write.
    let opened = OpenOptions::new().read(true).write(true).open(path).or_else(|_| File::open(path));
    match opened {
        Ok(file) => {
            if file.metadata().is_ok_and(|opened| same_file(&opened, &found)) {
                return Ok(Ok(file));
            }
            Err(StoreError::Io(format!("{} was replaced while it was opened", path.display()).into()))
        }
        Err(error) if matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem) => Ok(Err(error)),
        Err(error) => Err(failed(path, error)),
    }
}

/// Locks the token file itself; `None` if somebody has it or it was replaced meanwhile.
fn token_lock(path: &Path) -> io::Result<Option<File>> {
    let file = File::open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(same_file(&file.metadata()?, &fs::metadata(path)?).then_some(file))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs file work on a thread for it; it goes on if the future is dropped.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            let reason = Reason::new("the work on the token file was interrupted").caused_by(error);
            Err(StoreError::Other(reason))
        }
    }
}

#[cfg(test)]
mod tests;
