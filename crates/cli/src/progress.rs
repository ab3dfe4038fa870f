//! How far an upload or a download is: a bar on a terminal, nothing elsewhere.

use std::io::Write as _;

use indicatif::{ProgressBar, ProgressStyle};
use segno_core::request::Progress;

use crate::session::Session;

/// One transfer, or a wait.
#[derive(Clone)]
pub(crate) struct Bar(Option<ProgressBar>);

impl Bar {
    /// A transfer of `total` bytes.
    pub(crate) fn transfer(session: &Session, name: &'static str, total: u64) -> Self {
        Self::styled(
            session,
            name,
            ProgressBar::new(total),
            "{prefix:10} {bar:40} {bytes}/{total_bytes} {bytes_per_sec} {msg}",
        )
    }

    /// A wait whose end nobody knows.
    pub(crate) fn wait(session: &Session, name: &'static str) -> Self {
        let bar = Self::styled(session, name, ProgressBar::new_spinner(), "{prefix:10} {spinner} {elapsed}");
        if let Some(bar) = &bar.0 {
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
        }
        bar
    }

    /// So many of so many pieces.
    pub(crate) fn count(session: &Session, name: &'static str) -> Self {
        Self::styled(
            session,
            name,
            ProgressBar::new(0),
            "{prefix:10} {bar:40} {pos}/{len} {per_sec} {eta} {msg}",
        )
    }

    /// Whether anybody sees it.
    pub(crate) fn is_shown(&self) -> bool {
        self.0.is_some()
    }

    /// How many of a count have ended, and what else there is to say.
    pub(crate) fn count_is(&self, ended: u64, all: u64, message: String) {
        let Some(bar) = &self.0 else { return };
        bar.set_length(all);
        bar.set_position(ended);
        bar.set_message(message);
    }

    /// Says lines above the bar, which stays the last line.
    pub(crate) fn teller(&self, session: &Session) -> Box<dyn Fn(String) + Send + Sync> {
        let (bar, quiet) = (self.0.clone(), session.general().quiet);
        Box::new(move |line| {
            let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            match &bar {
                Some(bar) => bar.println(line),
                // Nobody there to be told.
                None if !quiet => drop(writeln!(std::io::stderr(), "{line}")),
                None => {}
            }
        })
    }

    fn styled(session: &Session, name: &'static str, bar: ProgressBar, template: &str) -> Self {
        if !session.shows_progress() {
            return Self(None);
        }
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        Self(Some(bar))
    }

    /// What a transfer reports to.
    pub(crate) fn report(&self) -> impl Fn(Progress) + Send + Sync + 'static {
        let bar = self.0.clone();
        move |progress| {
            let Some(bar) = &bar else { return };
            bar.set_position(progress.bytes);
            if progress.attempt > 1 {
                bar.set_message(format!("attempt {}", progress.attempt));
            }
        }
    }

    /// It is through.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}
