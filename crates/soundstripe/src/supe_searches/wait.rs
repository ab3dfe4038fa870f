//! Waiting until something is done, with a deadline.

use std::time::Duration;

use segno_core::{Endpoint, Pace, Unfinished};

use super::{Get, Search};
use crate::client::Client;
use crate::error::ApiError;
use crate::ids::{SupeAssetId, SupeSearchId};
use crate::supe_assets::{self, Asset};

/// How often is looked.
const PACE: Pace = Pace { first: Duration::from_secs(1), longest: Duration::from_secs(15) };

/// How long 404 is taken for "not yet": what was just made may not be visible everywhere at once.
const APPEARS_WITHIN: Duration = Duration::from_secs(10);

/// Waiting that ended too early: the search or the asset is with the service, and the work on it goes on there.
pub type WaitError = Unfinished<ApiError>;

impl Client {
    /// Looks at a search again and again until it is completed or failed, for at most `patience`.
    ///
    /// Looks are 1 s apart at first and 15 s later on. That a search is not found is not an error in its first ten
    /// seconds, and an outage that is shorter than `patience` is none at all.
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
        get: &E,
        patience: Duration,
        is_done: fn(&E::Output) -> bool,
    ) -> Result<E::Output, WaitError> {
        let clock = self.core().clock();
        let start = clock.now();
        let look = |limit| {
            let call = self.call(get).deadline(limit);
            async move {
                match call.send().await {
                    Ok(found) => Ok(is_done(&found).then_some(found)),
                    Err(error)
                        if error.is_not_found()
                            && clock.now().saturating_duration_since(start) < APPEARS_WITHIN =>
                    {
                        Ok(None)
                    }
                    Err(error) => Err(error),
                }
            }
        };
        self.core().poll(PACE, patience, look).await
    }
}
