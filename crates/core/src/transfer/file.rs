//! A file that appears under its name when it is complete.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::fs::File;

use super::sink::Sink;
use crate::BoxFuture;

/// Writes beside the final name and renames at the end. What is not finished is removed.
pub(super) struct FileSink {
    target: PathBuf,
    partial: PathBuf,
    file: Option<File>,
}

impl FileSink {
    /// For the file at `target`; `random` keeps two downloads to one name apart.
    pub(super) fn new(target: &Path, random: u64) -> Self {
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{random:016x}.part"));
        Self { target: target.to_owned(), partial: target.with_file_name(name), file: None }
    }

    /// The file, made when the first byte (or the end) comes, so that a call that fails at once leaves no trace.
    async fn open(&mut self) -> io::Result<&mut File> {
        match &mut self.file {
            Some(file) => Ok(file),
            missing => {
                let file = File::options().write(true).create_new(true).open(&self.partial).await?;
                Ok(missing.insert(file))
            }
        }
    }
}

impl Sink for FileSink {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move { super::write_all(self.open().await?, bytes).await })
    }

    fn restart(&mut self) -> BoxFuture<'_, io::Result<bool>> {
        Box::pin(async {
            if let Some(mut file) = self.file.take() {
                // What still is on its way to the old file is waited for; whether it got there no longer matters.
                let _ = super::flush(&mut file).await;
                drop(file);
                tokio::fs::remove_file(&self.partial).await?;
            }
            Ok(true)
        })
    }

    fn finish(&mut self) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async {
            let file = self.open().await?;
            super::flush(file).await?;
            // Before the rename: else a crash could leave an empty file under the final name.
            file.sync_all().await?;
            self.file = None;
            let renamed = tokio::fs::rename(&self.partial, &self.target).await;
            if renamed.is_err() {
                let _ = tokio::fs::remove_file(&self.partial).await;
            }
            renamed
        })
    }
}

impl Drop for FileSink {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}
