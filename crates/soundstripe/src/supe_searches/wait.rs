//! Polling until something is done, with a deadline.

use std::time::Duration;

use segno_core::Endpoint;

use super::{Get, Search};
use crate::client::Client;
use crate::error::{ApiError, Error};
use crate::ids::{SupeAssetId, SupeSearchId};
use crate::supe_assets::{self, Asset};

/// The pause after the first look; each is half as long again as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How long 404 is taken for "not yet": what was just made may not be visible everywhere at once.
const APPEARS_WITHIN: Duration = Duration::from_secs(10);

/// Waiting that came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// A look failed for good.
    #[error(transparent)]
    Call(#[from] Error),
    /// It was not done in time; the work goes on at the service.
    #[error("{endpoint}: not done within {} s", .patience.as_secs())]
    Deadline {
        /// What was asked.
        endpoint: &'static str,
        /// How long it was waited.
        patience: Duration,
    },
}

impl Client {
    /// Looks at a search again and again until it is completed or failed, for at most `patience`.
    ///
    /// Looks are 1 s apart at first and 15 s later on. That a search is not found is not an error in its first ten
    /// seconds.
    ///
    /// # Errors
    /// [`WaitError`]. A search that failed is no error: look at its [`status`](Search::status).
    pub async fn wait_for_search(
        &self,
        id: impl Into<SupeSearchId>,
        patience: Duration,
    ) -> Result<Search, WaitError> {
        self.wait(&Get::new(id), patience, Search::is_finished).await
    }

    /// Looks at an uploaded asset again and again until it is processed or refused, for at most `patience`.
    ///
    /// # Errors
    /// [`WaitError`]. An asset that was refused is no error: look at its [`state`](Asset::state).
    pub async fn wait_for_asset(
        &self,
        id: impl Into<SupeAssetId>,
        patience: Duration,
    ) -> Result<Asset, WaitError> {
        self.wait(&supe_assets::Get::new(id), patience, Asset::is_finished).await
    }

    async fn wait<E: Endpoint<ApiError = ApiError>>(
        &self,
        look: &E,
        patience: Duration,
        done: fn(&E::Output) -> bool,
    ) -> Result<E::Output, WaitError> {
        let clock = self.0.clock();
        let start = clock.now();
        let passed = || clock.now().saturating_duration_since(start);
        let too_late = || WaitError::Deadline { endpoint: E::NAME, patience };
        let mut pause = FIRST_PAUSE;
        loop {
            let left = patience.saturating_sub(passed());
            // The last look is at the very end, not a pause before it, and has time to be answered.
            let last = left.is_zero();
            match self.call(look).deadline(left.max(FIRST_PAUSE)).send().await {
                Ok(found) if done(&found) => return Ok(found),
                Ok(_) => {}
                Err(error) if error.is_not_found() && passed() < APPEARS_WITHIN => {}
                Err(error) if error.is_timeout() && passed() >= patience => return Err(too_late()),
                Err(error) => return Err(error.into()),
            }
            if last {
                return Err(too_late());
            }
            clock.sleep(pause.min(patience.saturating_sub(passed()))).await;
            pause = pause.mul_f64(1.5).min(LONGEST_PAUSE);
        }
    }
}
