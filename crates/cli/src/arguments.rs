//! The arguments: the tree of commands and what holds for all of them.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use segno_core::client::{Items, Paged};

use crate::completion::{Completion, Man};
use crate::failure::Failure;
use crate::output::{Output, Record};
use crate::{api, auth, batch, musescore, points, sandbox, score, soundcloud, soundslice, soundstripe, sync};

/// A score and a recording onto Soundslice, bar lines tied to seconds; and four music services from a shell.
///
/// Tables on a terminal, tab-separated lines when piped, JSON with --json. Exit codes: 0 done, 1 failed, 2 the arguments cannot
/// be understood, 4 a login is needed.
#[derive(Debug, Parser)]
#[command(name = "segno", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) general: General,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct General {
    /// Print JSON, with names that stay the same over releases.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The account to use, of those that `segno auth login --account NAME` made.
    #[arg(long, global = true, value_name = "NAME", env = "SEGNO_ACCOUNT", hide_env = true)]
    pub(crate) account: Option<String>,
    /// The real services, or a sandbox that lives as long as this command.
    #[arg(long, global = true, value_name = "WHERE")]
    pub(crate) to: Option<To>,
    /// Say nothing but the result.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// Where requests go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    /// The real service, or what the environment variables name.
    Live,
    /// A sandbox inside of this command.
    Sandbox,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Put a score and its recording onto Soundslice, each bar line tied to its second
    Sync(Box<sync::Sync>),
    /// Many pieces of a list onto Soundslice, by any number of workers
    Batch(Box<batch::Batch>),
    /// What a score says and in which order it is played
    #[command(subcommand)]
    Score(score::Command),
    /// Syncpoints in files: check, repair, simplify, shift, fit, convert
    #[command(subcommand)]
    Points(points::Command),
    /// Slices, notation, recordings, syncpoints, folders and lists
    #[command(subcommand)]
    Soundslice(soundslice::Command),
    /// Songs, sound effects, playlists, Supe searches and webhooks
    #[command(subcommand)]
    Soundstripe(soundstripe::Command),
    /// Tracks, playlists, users, likes, reposts and follows
    #[command(subcommand)]
    Soundcloud(soundcloud::Command),
    /// Scores, their files, times and boxes
    #[command(subcommand)]
    Musescore(musescore::Command),
    /// Any request to a service, signed as yours
    Api(api::Api),
    /// Log in and out, and what is logged in
    #[command(subcommand)]
    Auth(auth::Command),
    /// The four services on this machine, until stopped
    Sandbox(sandbox::Arguments),
    /// What works here and what does not: folders, keyring, logins, network
    Doctor,
    /// Completion for a shell, to standard output
    Completion(Completion),
    /// The manual: one page a command, into a folder
    Man(Man),
}

/// How much of a list is wanted.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Limit {
    /// The most items
    #[arg(long, default_value = "50", value_name = "COUNT", value_parser = count)]
    limit: NonZeroUsize,
    /// All items
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

/// The first items of a list, each as a record.
pub(crate) struct First {
    most: usize,
    rows: Vec<Record>,
    /// Whether there are others.
    more: bool,
}

impl First {
    /// One more item. `false`: it was one too many, and no other is asked for.
    pub(crate) fn take(&mut self, row: impl FnOnce() -> Record) -> bool {
        self.more = self.rows.len() >= self.most;
        if !self.more {
            self.rows.push(row());
        }
        !self.more
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= self.most
    }
}

impl From<First> for Output {
    fn from(first: First) -> Self {
        if first.more { Self::First(first.rows) } else { Self::Many(first.rows) }
    }
}

/// How many of something, at least one.
pub(crate) fn count(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "expected a whole number, 1 or more")
}

impl Limit {
    /// Everything.
    pub(crate) const ALL: Self = Self { limit: NonZeroUsize::MAX, all: true };

    /// The most items.
    pub(crate) fn most(self) -> usize {
        if self.all { usize::MAX } else { self.limit.get() }
    }

    /// None of the items yet.
    pub(crate) fn first(self) -> First {
        First { most: self.most(), rows: Vec::new(), more: false }
    }

    /// The first items of a list, each as a record.
    pub(crate) async fn of<'e, E>(
        self,
        mut items: Items<'e, E>,
        row: impl Fn(&E::Item) -> Record,
    ) -> Result<Output, Failure>
    where
        E: Paged + 'e,
        E::ApiError: std::fmt::Display,
    {
        let mut first = self.first();
        while let Some(item) = items.next().await {
            let item = match item {
                // Whether there are more is not worth a failure.
                Err(_) if first.is_full() => break,
                item => item?,
            };
            if !first.take(|| row(&item)) {
                break;
            }
        }
        Ok(first.into())
    }
}

/// Where a download goes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Into_ {
    /// The file to write, replaced if it exists; - for standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn the_tree_is_sound() {
        Arguments::command().debug_assert();
    }
}
