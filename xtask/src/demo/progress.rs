//! How far an upload is: a bar in a terminal, plain lines elsewhere.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use segno_soundslice::core::request::Progress;

use crate::say;

/// One upload.
pub(crate) struct Bar {
    name: &'static str,
    total: u64,
    bar: Option<ProgressBar>,
}

impl Bar {
    /// An upload of `total` bytes.
    pub(crate) fn new(name: &'static str, total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total);
            if let Ok(style) =
                ProgressStyle::with_template("{prefix:10} {bar:40} {bytes}/{total_bytes} {msg}")
            {
                bar.set_style(style);
            }
            bar.set_prefix(name);
            bar
        });
        Self { name, total, bar }
    }

    /// What the upload reports to. Without a terminal there is a line for each quarter.
    pub(crate) fn report(&self) -> impl Fn(Progress) + Send + Sync + 'static {
        let (name, total, bar) = (self.name, self.total.max(1), self.bar.clone());
        let told = AtomicU64::new(0);
        move |progress| {
            if let Some(bar) = &bar {
                bar.set_position(progress.bytes);
                if progress.attempt > 1 {
                    bar.set_message(format!("attempt {}", progress.attempt));
                }
                return;
            }
            let quarter = progress.bytes * 4 / total;
            if told.swap(quarter, Ordering::Relaxed) != quarter {
                let (percent, attempt) = (progress.bytes * 100 / total, progress.attempt);
                say(format_args!(
                    "  {name}: {} of {total} bytes, {percent} %, attempt {attempt}",
                    progress.bytes
                ));
            }
        }
    }

    /// The upload is through.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish();
        }
    }
}
