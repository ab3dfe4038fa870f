//! A file that appears under its name when it is complete.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::fs::File;

use super::sink::{self, Sink};
use crate::BoxFuture;
use crate::request::body::{of_file, with_files};

/// Writes beside the final name and renames at the end. What is not finished is removed.
pub(super) struct FileSink {
    target: PathBuf,
    partial: PathBuf,
    open: Option<(Partial, File)>,
}

/// The hidden file, which is removed unless it was renamed.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

impl FileSink {
    /// For the file at `target`; `random` keeps two downloads to one name apart.
    pub(super) fn new(target: &Path, random: u64) -> Self {
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{random:016x}.part"));
        Self { target: target.to_owned(), partial: target.with_file_name(name), open: None }
    }

    /// The file, made when the first byte (or the end) comes, so that a call that fails at once leaves no trace.
    async fn open(&mut self) -> io::Result<&mut File> {
        if self.open.is_none() {
            let path = self.partial.clone();
            // Made together with what removes it, so that nothing is left should nobody wait any longer.
            let (partial, file) = on_a_thread(&self.partial, move || {
                let file = std::fs::File::options().write(true).create_new(true).open(&path)?;
                Ok((Partial(path), file))
            })
            .await?;
            self.open = Some((partial, File::from_std(file)));
        }
        match &mut self.open {
            Some((_, file)) => Ok(file),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Sink for FileSink {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move {
            let target = self.target.clone();
            let written = async { sink::write_all(self.open().await?, bytes).await };
            written.await.map_err(|error| of_file(&target, &error))
        })
    }

    fn restart(&mut self) -> BoxFuture<'_, io::Result<bool>> {
        Box::pin(async {
            if let Some((partial, mut file)) = self.open.take() {
                // What still is on its way to the old file is waited for; whether it got there no longer matters.
                let _ = sink::flush(&mut file).await;
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
}

/// Gives a complete file its name, and comes back when both are safe on the disk.
fn land(file: &std::fs::File, mut partial: Partial, target: &Path) -> io::Result<()> {
    // Before the rename: else a crash could leave an empty file under the final name.
    file.sync_all()?;
    std::fs::rename(&partial.0, target)?;
    partial.0 = PathBuf::new();
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

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("segno-core-file-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn entries(folder: &Path) -> Vec<OsString> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    /// Dropped while the file is being made, at the worst moment: made, and nobody has heard of it.
    #[test]
    fn a_download_that_is_dropped_leaves_nothing() {
        let folder = folder("dropped");
        for round in 0..200 {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
            let _inside = runtime.enter();
            let mut sink = FileSink::new(&folder.join("song.mp3"), round);
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
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn what_is_finished_has_its_name_and_nothing_else_is_left() {
        let folder = folder("finished");
        let target = folder.join("song.mp3");
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
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn an_error_names_the_file() {
        let target = folder("named").join("none").join("song.mp3");
        let mut sink = FileSink::new(&target, 7);
        let error = sink.write(Bytes::from_static(b"ID3")).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().starts_with(&format!("{}: ", target.display())), "{error}");
        std::fs::remove_dir_all(target.parent().unwrap().parent().unwrap()).unwrap();
    }
}
