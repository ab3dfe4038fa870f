//! Waiting until a track can be heard. The service does not say when that is, so it is read from what changes.

use std::time::Duration;

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

impl Client {
    /// Waits until a track can be heard: its state says so, or, where the service gives no state, it has a length and
    /// streams. It is looked at after 0, 2, 6, 14, 30, 60, … s, for the last time after `at_most`.
    ///
    /// # Errors
    /// [`ReadyError`].
    pub async fn wait_until_ready(&self, track: TrackUrn, at_most: Duration) -> Result<Track, ReadyError> {
        let clock = self.core().clock();
        let start = clock.now();
        let mut pause = PAUSES.0;
        loop {
            let seen = self.core().send(&Get::new(track)).await?;
            match &seen.state {
                Some(ProcessingState::Finished) => return Ok(seen),
                Some(ProcessingState::Failed) => return Err(ReadyError::Failed(seen.into())),
                Some(_) => {}
                None if seen.duration.is_some_and(|length| length > 0)
                    && self.has_streams(track, &seen).await? =>
                {
                    return Ok(seen);
                }
                None => {}
            }
            let waited = clock.now().saturating_duration_since(start);
            if waited >= at_most {
                return Err(ReadyError::Late { after: waited, last: seen.into() });
            }
            clock.sleep(pause.min(at_most - waited)).await;
            pause = (pause * 2).min(PAUSES.1);
        }
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
