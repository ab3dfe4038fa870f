//! Files that are sent.

use std::io;
use std::path::{Path, PathBuf};

use super::body::{Reader, Source};
use crate::BoxFuture;

/// Opens a regular file, such as one whose first bytes decide how it is sent. [`Body::file`](crate::Body::file) sends it.
///
/// # Errors
/// If there is no such file, it is a folder, pipe or device, or it cannot be opened. The error names the file.
pub async fn open(path: impl AsRef<Path>) -> io::Result<tokio::fs::File> {
    let path = path.as_ref();
    regular(path).await?;
    tokio::fs::File::open(path).await.map_err(|error| of_file(path, &error))
}

/// The same error with the name of the file that it is about.
pub(crate) fn of_file(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Whether files can be read and written here: Tokio does that on threads of its runtime, and panics without one.
pub(crate) fn with_files(path: &Path) -> io::Result<()> {
    match tokio::runtime::Handle::try_current() {
        Ok(_) => Ok(()),
        Err(_) => Err(of_file(path, &io::Error::other("there is no Tokio runtime here"))),
    }
}

/// The length of a regular file, in bytes.
async fn regular(path: &Path) -> io::Result<u64> {
    with_files(path)?;
    let metadata = tokio::fs::metadata(path).await.map_err(|error| of_file(path, &error))?;
    if !metadata.is_file() {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
        return Err(of_file(path, &error));
    }
    Ok(metadata.len())
}

/// The content of a file that keeps its length.
pub(super) struct File {
    path: PathBuf,
    length: u64,
}

impl File {
    pub(super) async fn find(path: PathBuf) -> io::Result<Self> {
        let length = regular(&path).await?;
        Ok(Self { path, length })
    }
}

impl Source for File {
    fn len(&self) -> u64 {
        self.length
    }

    fn reopenable(&self) -> bool {
        true
    }

    fn open(&self) -> BoxFuture<'_, io::Result<Reader>> {
        Box::pin(async {
            with_files(&self.path)?;
            let named = |error: io::Error| of_file(&self.path, &error);
            let file = tokio::fs::File::open(&self.path).await.map_err(named)?;
            let length = file.metadata().await.map_err(named)?.len();
            if length != self.length {
                let message = format!("the file changed from {} to {length} bytes while in use", self.length);
                return Err(named(io::Error::other(message)));
            }
            Ok(Box::pin(file) as Reader)
        })
    }
}
