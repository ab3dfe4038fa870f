//! `segno soundslice`: slices with their notation, recordings and points; folders and lists.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use segno_core::Body;
use segno_soundslice::recordings::{self, Recording};
use segno_soundslice::slices::{self, Slice};
use segno_soundslice::{
    Client, EmbedStatus, FolderId, JobError, ListId, MediaUpload, NotationUpload, PrintStatus, RecordingId,
    Scorehash, Source, Status, folders, lists, notation, syncpoints,
};
use segno_syncpoint::{SyncMap, wire};

use crate::arguments::Limit;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::media::{Media, Truncated};
use crate::output::{Output, Record};
use crate::points::Points;
use crate::progress::Bar;
use crate::session::Session;

mod folder;
mod recording;
mod slice;

/// How long processing is waited for.
pub(crate) const PROCESSING: Duration = Duration::from_secs(600);

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Slices: the pieces of synced music
    #[command(subcommand)]
    Slice(slice::Command),
    /// The notation of a slice
    #[command(subcommand)]
    Notation(slice::Notation),
    /// The recordings of a slice
    #[command(subcommand)]
    Recording(recording::Command),
    /// The syncpoints of a recording
    #[command(subcommand)]
    Points(recording::PointsCommand),
    /// Folders of slices
    #[command(subcommand)]
    Folder(folder::Command),
    /// Lists of slices
    #[command(subcommand)]
    List(folder::ListCommand),
}

pub(crate) async fn run(command: Command, session: &Session) -> Result<Output, Failure> {
    let client = session.soundslice().await?;
    match command {
        Command::Slice(command) => slice::run(command, &client).await,
        Command::Notation(command) => slice::notation(command, &client, session).await,
        Command::Recording(command) => recording::run(command, &client, session).await,
        Command::Points(command) => recording::points(command, &client, session).await,
        Command::Folder(command) => folder::run(command, &client).await,
        Command::List(command) => folder::list(command, &client).await,
    }
}

/// A job of several steps that failed: where it stopped and where the file is.
pub(crate) fn job(error: JobError) -> Failure {
    match error.error() {
        Some(call) => Failure::of_call("soundslice", call, &error),
        None => Failure::new(error.to_string()),
    }
}
