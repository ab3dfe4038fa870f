//! A file that appears under its name when it is complete.

use std::ffi::OsString;
use std::io::{self, Seek as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::fs::File;

use super::resumption::Resumption;
use super::sink::{self, Sink};
use crate::BoxFuture;
use crate::request::file::{of_file, with_files};

/// After so many bytes what is there is made safe on the disk and written down, so that another process loses no more than that.
const MARK: u64 = 8 * 1024 * 1024;

/// Writes beside the final name and renames at the end. What is not finished is removed, unless another process can go on with
/// it: then it stays, `.NAME.part`, and with it what is known of it, `.NAME.part.json`. Made by
/// [`Client::file_sink`](crate::Client::file_sink).
pub struct FileSink {
    target: PathBuf,
    /// The hidden file, and its name if another download to the same one is under way.
    partial: PathBuf,
    other: PathBuf,
    open: Option<(Partial, File)>,
    resumption: Option<Resumption>,
    written: u64,
    unmarked: u64,
}

/// The hidden file, which is removed unless it was renamed or is kept.
struct Partial {
    path: PathBuf,
    /// What is known of it, if another process may go on with it.
    sidecar: Option<PathBuf>,
    keep: bool,
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        if !self.path.as_os_str().is_empty() {
            let _ = std::fs::remove_file(&self.path);
        }
        if let Some(sidecar) = &self.sidecar {
            let _ = std::fs::remove_file(sidecar);
        }
    }
}

impl FileSink {
    /// For the file at `target`; `random` keeps two downloads to one name apart.
    pub(super) fn new(target: &Path, random: u64) -> Self {
        let hidden = |end: String| {
            let mut name = OsString::from(".");
            name.push(target.file_name().unwrap_or_default());
            name.push(end);
            target.with_file_name(name)
        };
        Self {
            target: target.to_owned(),
            partial: hidden(".part".into()),
            other: hidden(format!(".{random:016x}.part")),
            open: None,
            resumption: None,
            written: 0,
            unmarked: 0,
        }
    }

    /// The file, made when the first byte (or the end) comes, so that a call that fails at once leaves no trace.
    async fn open(&mut self) -> io::Result<&mut File> {
        if self.open.is_none() {
            let (partial, other, target) = (self.partial.clone(), self.other.clone(), self.target.clone());
            // Made together with what removes it, so that nothing is left should nobody wait any longer.
            let (partial, file) = on_a_thread(&self.partial, move || {
                if let Some(file) = lock(&partial, true)? {
                    let partial = Partial { sidecar: Some(sidecar(&partial)), path: partial, keep: false };
                    file.set_len(0)?;
                    permit(&file, &target, true)?;
                    return Ok((partial, file));
                }
                let file = std::fs::File::options().write(true).create_new(true).open(&other)?;
                let partial = Partial { path: other, sidecar: None, keep: false };
                permit(&file, &target, true)?;
                Ok((partial, file))
            })
            .await?;
            self.open = Some((partial, File::from_std(file)));
        }
        match &mut self.open {
            Some((_, file)) => Ok(file),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Makes safe on the disk what is there, and writes down how much that is.
    async fn mark(&mut self) -> io::Result<()> {
        self.unmarked = 0;
        let (Some(resumption), Some((partial, file))) = (&mut self.resumption, &mut self.open) else {
            return Ok(());
        };
        let Some(sidecar) = partial.sidecar.clone() else { return Ok(()) };
        sink::flush(file).await?;
        file.sync_data().await?;
        resumption.range = self.written;
        let text = serde_json::to_vec(resumption).map_err(io::Error::other)?;
        on_a_thread(&self.partial, move || {
            let mut new = sidecar.clone().into_os_string();
            new.push(".new");
            let written = std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, &sidecar));
            if written.is_err() {
                let _ = std::fs::remove_file(&new);
            }
            written
        })
        .await?;
        partial.keep = true;
        Ok(())
    }
}

/// What is known of an unfinished file stands beside it.
fn sidecar(partial: &Path) -> PathBuf {
    let mut name = partial.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

/// The unfinished file, for this download alone; `None` if another one has it, or what is there is not a file.
fn lock(path: &Path, create: bool) -> io::Result<Option<std::fs::File>> {
    if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Ok(None);
    }
    let file = std::fs::File::options().read(true).write(true).create(create).truncate(false).open(path)?;
    match file.try_lock() {
        // Whoever had it may have renamed or removed it meanwhile.
        Ok(()) => Ok(std::fs::symlink_metadata(path).is_ok().then_some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        // A file system without locks: then the name of its own keeps downloads apart.
        Err(std::fs::TryLockError::Error(_)) => Ok(None),
    }
}

/// The unfinished file and what is known of it, if they fit each other and the source.
fn interrupted(path: &Path, source: &str) -> io::Result<Option<(Resumption, std::fs::File)>> {
    let Ok(text) = std::fs::read(sidecar(path)) else { return Ok(None) };
    let Ok(resumption) = serde_json::from_slice::<Resumption>(&text) else { return Ok(None) };
    if resumption.source != source || resumption.range == 0 || resumption.validator().is_none() {
        return Ok(None);
    }
    let file = match lock(path, false) {
        Ok(Some(file)) => file,
        Ok(None) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if file.metadata()?.len() < resumption.range {
        return Ok(None);
    }
    file.set_len(resumption.range)?;
    (&file).seek(io::SeekFrom::End(0))?;
    Ok(Some((resumption, file)))
}

impl Sink for FileSink {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move {
            let target = self.target.clone();
            let length = bytes.len() as u64;
            let written = async {
                sink::write_all(self.open().await?, bytes).await?;
                self.written += length;
                self.unmarked += length;
                if self.unmarked >= MARK { self.mark().await } else { Ok(()) }
            };
            written.await.map_err(|error| of_file(&target, &error))
        })
    }

    fn restart(&mut self) -> BoxFuture<'_, io::Result<bool>> {
        Box::pin(async {
            (self.written, self.unmarked, self.resumption) = (0, 0, None);
            if let Some((mut partial, mut file)) = self.open.take() {
                // What still is on its way to the old file is waited for; whether it got there no longer matters.
                let _ = sink::flush(&mut file).await;
                partial.keep = false;
                drop((file, partial));
            }
            Ok(true)
        })
    }

    fn finish(&mut self) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async {
            let target = self.target.clone();
            let finished = async {
                sink::flush(self.open().await?).await?;
                let Some((partial, file)) = self.open.take() else { return Ok(()) };
                let (file, target) = (file.into_std().await, target.clone());
                on_a_thread(&self.partial, move || land(&file, partial, &target)).await
            };
            finished.await.map_err(|error| of_file(&self.target, &error))
        })
    }

    fn resume<'a>(&'a mut self, source: &'a str) -> BoxFuture<'a, io::Result<Option<Resumption>>> {
        Box::pin(async move {
            let (path, source) = (self.partial.clone(), source.to_owned());
            let found = on_a_thread(&self.partial, move || {
                let found = interrupted(&path, &source)?;
                Ok(found.map(|(resumption, file)| {
                    let partial = Partial { sidecar: Some(sidecar(&path)), path, keep: true };
                    (resumption, partial, file)
                }))
            });
            let Some((resumption, partial, file)) =
                found.await.map_err(|error| of_file(&self.target, &error))?
            else {
                return Ok(None);
            };
            self.written = resumption.range;
            self.open = Some((partial, File::from_std(file)));
            self.resumption = Some(resumption.clone());
            Ok(Some(resumption))
        })
    }

    fn describe(&mut self, resumption: Resumption) {
        self.resumption = Some(resumption);
    }

    fn suspend(&mut self) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async { if self.written > 0 { self.mark().await } else { Ok(()) } })
    }
}

impl std::fmt::Debug for FileSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileSink").field("target", &self.target).finish_non_exhaustive()
    }
}

/// Whoever may read the file that is replaced may read the new one, and nobody else; `unfinished`: its owner can go on writing.
fn permit(file: &std::fs::File, target: &Path, unfinished: bool) -> io::Result<()> {
    #[cfg(unix)]
    if let Ok(replaced) = std::fs::metadata(target)
        && replaced.is_file()
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mut permissions = replaced.permissions();
        permissions.set_mode(permissions.mode() & 0o777 | if unfinished { 0o600 } else { 0 });
        return file.set_permissions(permissions);
    }
    let _ = (file, target, unfinished);
    Ok(())
}

/// Gives a complete file its name, and comes back when both are safe on the disk.
fn land(file: &std::fs::File, mut partial: Partial, target: &Path) -> io::Result<()> {
    permit(file, target, false)?;
    // Before the rename: else a crash could leave an empty file under the final name.
    file.sync_all()?;
    std::fs::rename(&partial.path, target)?;
    partial.path = PathBuf::new();
    partial.keep = false;
    // And the name itself, which is in the folder. Only Unix knows folders as files.
    if cfg!(unix) {
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
        std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// Runs what waits for the disk where it holds nobody up. If nobody waits for it any longer, its result is dropped.
async fn on_a_thread<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    with_files(path)?;
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(io::Error::other(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    fn entries(folder: &tempfile::TempDir) -> Vec<OsString> {
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    /// Dropped while the file is being made, at the worst moment: made, and nobody has heard of it.
    #[test]
    fn a_download_that_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..200 {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
            let _inside = runtime.enter();
            let mut sink = FileSink::new(&folder.path().join("song.mp3"), round);
            {
                let mut writing = sink.write(Bytes::from_static(b"ID3"));
                let _ = writing.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }
            drop(sink);
            // The work on threads goes on to its end.
            drop(_inside);
            drop(runtime);
        }
        assert_eq!(entries(&folder), Vec::<OsString>::new());
    }

    #[tokio::test]
    async fn what_is_finished_has_its_name_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("song.mp3");
        let mut sink = FileSink::new(&target, 7);
        sink.write(Bytes::from_static(b"old")).await.unwrap();
        assert!(sink.restart().await.unwrap());
        assert_eq!(entries(&folder), Vec::<OsString>::new());
        sink.write(Bytes::from_static(b"new")).await.unwrap();
        assert!(!target.exists());
        sink.finish().await.unwrap();
        drop(sink);
        assert_eq!(entries(&folder), ["song.mp3"]);
        assert_eq!(std::fs::read(&target).unwrap(), b"new");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_is_replaced_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("song.mp3");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for (kept, meanwhile) in [(0o600, 0o600), (0o440, 0o640)] {
            std::fs::write(&target, "old").unwrap();
            std::fs::set_permissions(&target, PermissionsExt::from_mode(kept)).unwrap();
            let mut sink = FileSink::new(&target, 7);
            sink.write(Bytes::from_static(b"new")).await.unwrap();
            assert_eq!(mode(&folder.path().join(".song.mp3.part")), meanwhile);
            sink.finish().await.unwrap();
            assert_eq!((mode(&target), std::fs::read(&target).unwrap()), (kept, b"new".to_vec()));
            std::fs::remove_file(&target).unwrap();
        }
    }

    #[tokio::test]
    async fn an_error_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("none").join("song.mp3");
        let mut sink = FileSink::new(&target, 7);
        let error = sink.write(Bytes::from_static(b"ID3")).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().starts_with(&format!("{}: ", target.display())), "{error}");
    }
}
