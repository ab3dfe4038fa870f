//! Tokens in a file that many processes share.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{Lease, Record, StoreError, Swapped, TokenStore, bytes};
use crate::BoxFuture;
use crate::time::{Clock, SystemClock};

/// How long a lease or a lock is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// The shortest and the longest pause between two looks at a lock.
const LOOKS: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));
/// A record is far smaller than this; anything larger is no record.
const LARGEST: u64 = 1024 * 1024;

/// Keeps tokens in a file.
///
/// * The file is readable by its owner only (mode 600), and one that others may read is refused.
/// * It is replaced whole: the new content is written beside it, forced to the disk and renamed, so a crash at any
///   moment leaves the old record or the new one.
/// * Two more files stand beside it: `<name>.lock`, which a writer holds for a moment, and `<name>.lease`, which a
///   refresher holds while it asks for new tokens. Both are locks of the operating system, which end with the process.
///
/// The folder must be on a disk of this machine: file locks of network file systems are not reliable everywhere. A link
/// is replaced by a file. On Windows the permissions are those of the folder.
pub struct FileStore {
    path: PathBuf,
    clock: Arc<dyn Clock>,
}

impl FileStore {
    /// The store in the file at `path`. The file may be missing; its folder must exist.
    ///
    /// # Errors
    /// [`StoreError`] if the path names no file, there is no such folder, or others may read the file.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let no_file = || StoreError::Io(format!("{} names no file", path.display()));
        let name = path.file_name().ok_or_else(no_file)?;
        // Made absolute once: a program that changes its folder must not lose its tokens.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let path = fs::canonicalize(folder.unwrap_or(Path::new(".")))?.join(name);
        read(&path)?;
        Ok(Self { path, clock: Arc::new(SystemClock) })
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

    /// Takes a lock of the operating system, looking again and again: a thread that sleeps in the kernel until then
    /// would keep the runtime from ending.
    async fn lock(&self, suffix: &str) -> Result<File, StoreError> {
        let path = beside(&self.path, suffix);
        let file = blocking(move || Ok(private(OpenOptions::new().create(true)).open(path)?)).await?;
        let start = self.clock.now();
        let mut pause = LOOKS.0;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            if self.clock.now().saturating_duration_since(start) >= PATIENCE {
                return Err(StoreError::Busy(PATIENCE.as_secs()));
            }
            self.clock.sleep(pause).await;
            pause = (pause * 2).min(LOOKS.1);
        }
    }
}

impl TokenStore for FileStore {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        let path = self.path.clone();
        Box::pin(blocking(move || read(&path)))
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        Box::pin(async move {
            let lock = self.lock("lock").await?;
            let path = self.path.clone();
            // The lock goes into the task and ends there: a dropped future must not free it in the middle of a write.
            blocking(move || {
                let _lock = lock;
                let current = read(&path)?;
                if current.version + 1 != next.version {
                    return Ok(Swapped::Conflict(current));
                }
                replace(&path, &bytes(&next)?)?;
                Ok(Swapped::Done)
            })
            .await
        })
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async { Ok(Lease::new(self.lock("lease").await?)) })
    }
}

impl std::fmt::Debug for FileStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileStore").field("path", &self.path).finish_non_exhaustive()
    }
}

/// `<name>.<suffix>` in the same folder.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

fn read(path: &Path) -> Result<Record, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Record::default()),
        Err(error) => return Err(error.into()),
    };
    let metadata = file.metadata()?;
    exposed(path, &metadata)?;
    if metadata.len() > LARGEST {
        return Err(StoreError::Damaged { line: 1, column: 0 });
    }
    let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0)));
    io::copy(&mut io::Read::take(file, LARGEST), &mut *content)?;
    Record::from_json(&content)
}

/// Writes beside the file, forces it to the disk and renames. Only the holder of the lock is here, so the name of the
/// new file can be a fixed one, and what a crash left there is overwritten.
fn replace(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let new = beside(path, "new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut file = private(OpenOptions::new().create_new(true)).open(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&new, path)?;
    // Without this the rename itself may be lost when the power fails.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.read(true).write(true).mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.read(true).write(true)
}

#[cfg(unix)]
fn exposed(path: &Path, metadata: &fs::Metadata) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(StoreError::Exposed { path: path.display().to_string(), mode })
}

#[cfg(not(unix))]
fn exposed(_: &Path, _: &fs::Metadata) -> Result<(), StoreError> {
    Ok(())
}

/// Runs file work on a thread for it; it goes on if the future is dropped.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::Other("the work on the file was interrupted".into())),
    }
}
