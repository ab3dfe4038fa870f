//! Waiting until a track can be heard. The service does not say when that is, so it is read from what changes.

use std::time::Duration;

use segno_core::Cause;

use crate::client::Client;
use crate::error::Error;
use crate::ids::TrackUrn;
use crate::tracks::{Get, ProcessingState, Track};
use crate::{AccessLevel, streams};

/// The first pause between two looks, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));

/// A track that did not become ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadyError {
    /// The service could not process the audio.
    #[error("the service could not process it")]
    Failed(Box<Track>),
    /// It took longer than was allowed. Tracks were seen to stay in processing for good.
    #[error("it was not ready after {} s", .after.as_secs())]
    Late {
        /// How long was waited.
        after: Duration,
        /// The track as it was last seen.
        last: Box<Track>,
    },
    /// It could not be looked at.
    #[error(transparent)]
    Call(#[from] Error),
}

/// What a look at a track shows.
enum Look {
    Ready(Track),
    Failed(Track),
    NotYet(Track),
}

impl Client {
    /// Waits until a track can be heard: its state says so, or, where the service gives no state, it has a length and
    /// streams. It is looked at after 0, 2, 6, 14, 30, 60, … s, for the last time after `at_most`. A look that fails for
    /// a passing reason (the network, 429, 5xx) is made up for by the next one.
    ///
    /// # Errors
    /// [`ReadyError`].
    pub async fn wait_until_ready(&self, track: TrackUrn, at_most: Duration) -> Result<Track, ReadyError> {
        let clock = self.core().clock();
        let start = clock.now();
        let mut pause = PAUSES.0;
        loop {
            let look = Box::pin(self.look(track)).await;
            let waited = clock.now().saturating_duration_since(start);
            let over = waited >= at_most;
            match look {
                Ok(Look::Ready(seen)) => return Ok(seen),
                Ok(Look::Failed(seen)) => return Err(ReadyError::Failed(seen.into())),
                Ok(Look::NotYet(last)) if over => {
                    return Err(ReadyError::Late { after: waited, last: last.into() });
                }
                Err(error) if over || !passes(&error) => return Err(error.into()),
                Ok(Look::NotYet(_)) | Err(_) => {}
            }
            clock.sleep(pause.min(at_most - waited)).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    async fn look(&self, track: TrackUrn) -> Result<Look, Error> {
        let seen = self.core().send(&Get::new(track)).await?;
        Ok(match &seen.state {
            Some(ProcessingState::Finished) => Look::Ready(seen),
            Some(ProcessingState::Failed) => Look::Failed(seen),
            Some(_) => Look::NotYet(seen),
            None => {
                let long = seen.duration.is_some_and(|length| length > 0);
                if long && self.has_streams(track, &seen).await? {
                    Look::Ready(seen)
                } else {
                    Look::NotYet(seen)
                }
            }
        })
    }

    /// A track that is blocked for the caller never has streams, so its length must do.
    async fn has_streams(&self, track: TrackUrn, seen: &Track) -> Result<bool, Error> {
        if seen.access == Some(AccessLevel::Blocked) {
            return Ok(true);
        }
        match self.core().send(&streams::Get::new(track)).await {
            Ok(streams) => Ok(!streams.is_empty()),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Whether a failure may be over the next time.
fn passes(error: &Error) -> bool {
    error.is_rate_limited()
        || error.is_timeout()
        || matches!(error.cause(), Cause::Transport(_))
        || error.status().is_some_and(|status| status.is_server_error())
}
