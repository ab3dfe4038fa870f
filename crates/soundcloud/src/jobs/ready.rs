//! Waiting until a track can be heard. The service does not say when that is, so it is read from what changes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use segno_core::client::{OneLine, Pace, Unfinished};

use crate::client::Client;
use crate::error::Error;
use crate::ids::TrackUrn;
use crate::tracks::{Get, ProcessingState, Track};
use crate::{AccessLevel, streams};

/// How often is looked.
const PACE: Pace = Pace::new(Duration::from_secs(2), Duration::from_secs(30));

/// A track that did not become ready. The track is with the service in every case.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ReadyError {
    /// The service could not process the audio.
    #[error("the service could not process it; check that the file plays")]
    Failed(Box<Track>),
    /// It took longer than was allowed. Tracks were seen to stay in processing for good.
    #[error("{}", OneLine(format_args!("it was not ready after {} s{}", .after.as_secs(), last_look(.error.as_deref()))))]
    Late {
        /// How long was waited.
        after: Duration,
        /// The track as it was last seen; `None` if every look failed.
        last: Option<Box<Track>>,
        /// How the last look failed, if it did.
        error: Option<Box<Error>>,
    },
    /// It could not be looked at.
    #[error("{}", OneLine(format_args!("its state could not be read: {0}", .0)))]
    Look(#[source] Error),
}

impl std::fmt::Debug for ReadyError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// How the last look failed, if it did.
fn last_look(error: Option<&Error>) -> String {
    error.map(|error| format!("; the last look failed: {error}")).unwrap_or_default()
}

/// What a look at a track shows.
enum TranscodeState {
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
        let last = Mutex::new(None);
        let look = |limit| {
            let last = &last;
            // On the heap: two requests are kilobytes large.
            Box::pin(async move {
                Ok(match self.look(track, limit).await? {
                    TranscodeState::Ready(seen) => Some(Ok(seen)),
                    TranscodeState::Failed(seen) => Some(Err(ReadyError::Failed(seen.into()))),
                    TranscodeState::NotYet(seen) => {
                        *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(seen));
                        None
                    }
                })
            })
        };
        let polled = self.core().poll(PACE, at_most, look).await;
        let last = last.into_inner().unwrap_or_else(PoisonError::into_inner);
        match polled {
            Ok(outcome) => outcome,
            Err(Unfinished::Late { waited, last: error }) => {
                Err(ReadyError::Late { after: waited, last, error: error.map(Box::new) })
            }
            Err(Unfinished::Failed(error)) => Err(ReadyError::Look(error)),
        }
    }

    async fn look(&self, track: TrackUrn, limit: Duration) -> Result<TranscodeState, Error> {
        let seen = self.core().call(&Get::new(track)).deadline(limit).send().await?;
        Ok(match &seen.state {
            Some(ProcessingState::Finished) => TranscodeState::Ready(seen),
            Some(ProcessingState::Failed) => TranscodeState::Failed(seen),
            Some(_) => TranscodeState::NotYet(seen),
            None => {
                let long = seen.duration.is_some_and(|length| length > 0);
                if long && self.has_streams(track, &seen, limit).await? {
                    TranscodeState::Ready(seen)
                } else {
                    TranscodeState::NotYet(seen)
                }
            }
        })
    }

    /// A track that is blocked for the caller never has streams, so its length must do.
    async fn has_streams(&self, track: TrackUrn, seen: &Track, limit: Duration) -> Result<bool, Error> {
        if seen.access == Some(AccessLevel::Blocked) {
            return Ok(true);
        }
        match self.core().call(&streams::Get::new(track)).deadline(limit).send().await {
            Ok(streams) => Ok(!streams.is_empty()),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
