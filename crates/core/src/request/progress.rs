//! How far a transfer has come.

use std::sync::Arc;

/// How far a transfer has come. A second attempt begins again at 0 bytes with the next `attempt`; a resumed download
/// goes on where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes that the transport took (upload) or the writer got (download) so far.
    pub bytes: u64,
    /// The whole length in bytes, where it is known.
    pub total: Option<u64>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// A function that is told of every step of a transfer. It runs inside the transfer, so it must be quick.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// Adds up one transfer and tells whoever wants to know.
pub(crate) struct Meter {
    report: Option<OnProgress>,
    progress: Progress,
}

impl Meter {
    pub(crate) fn new(report: Option<OnProgress>, total: Option<u64>, attempt: u32) -> Self {
        Self { report, progress: Progress { bytes: 0, total, attempt } }
    }

    /// Goes on at `bytes` of `total` in another attempt.
    pub(crate) fn restart(&mut self, bytes: u64, total: Option<u64>, attempt: u32) {
        self.progress = Progress { bytes, total, attempt };
    }

    pub(crate) fn add(&mut self, bytes: u64) {
        self.progress.bytes += bytes;
        if let Some(report) = &self.report {
            report(self.progress);
        }
    }
}
