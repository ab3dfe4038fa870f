//! How far an upload or a download is: a bar on a terminal, nothing elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use segno_core::request::Progress;

use crate::session::Session;

/// One transfer, or a wait.
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
