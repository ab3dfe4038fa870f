//! Waiting for searches and assets.

use std::time::Duration;

use segno_core::Endpoint;
use segno_core::client::{Pace, Unfinished};
use segno_core::vocabulary::IntoParameter;

use super::{Get, Search};
use crate::client::Client;
use crate::error::ApiError;
use crate::ids::{SupeAssetId, SupeSearchId};
use crate::supe_assets::{self, Asset};

/// The pauses between two requests.
const PACE: Pace = Pace::new(Duration::from_secs(1), Duration::from_secs(15));

/// How long a 404 means "not yet": what was just created may not be visible everywhere at once.
const APPEARS_WITHIN: Duration = Duration::from_secs(10);

/// A wait that ended too early. The service goes on working on the search or the asset.
pub type WaitError = Unfinished<ApiError>;

impl Client {
    /// Requests a search repeatedly until it is completed or failed, for at most `timeout`.
    ///
    /// Requests are 1 s apart at first and 15 s later on. A 404 is not an error in the first ten seconds, and an outage is not an
    /// error if it is shorter than `timeout`.
    ///
    /// # Errors
    /// [`WaitError`]. A search that failed is not an error: see its [`status`](Search::status).
    pub async fn wait_for_search(
        &self,
        id: impl IntoParameter<SupeSearchId>,
        timeout: Duration,
    ) -> Result<Search, WaitError> {
        self.wait(&Get::new(id), timeout, Search::is_finished).await
    }

    /// Requests an uploaded asset repeatedly until it is processed or refused, for at most `timeout`.
    ///
    /// # Errors
    /// [`WaitError`]. An asset that was refused is not an error: see its [`state`](Asset::state).
    pub async fn wait_for_asset(
        &self,
        id: impl IntoParameter<SupeAssetId>,
        timeout: Duration,
    ) -> Result<Asset, WaitError> {
        self.wait(&supe_assets::Get::new(id), timeout, Asset::is_finished).await
    }

    async fn wait<E: Endpoint<ApiError = ApiError>>(
        &self,
        get: &E,
        timeout: Duration,
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
        self.core().poll(PACE, timeout, look).await
    }
}
