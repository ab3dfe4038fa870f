//! The right to refresh, and how it is given back.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use super::{LEASE, StoreError};
use crate::BoxFuture;
use crate::time::Clock;

/// The shortest and the longest pause between two requests for a lease.
const POLL: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));

/// Asks for a lease until it is given, for a store that can only be asked: a row, a key. `ask` says whether the caller has it now.
///
/// # Errors
/// [`StoreError::Busy`] if another holds it for longer than [`LEASE`]; the first error of `ask`.
pub async fn take_lease<F>(
    clock: &dyn Clock,
    place: &str,
    mut ask: impl FnMut() -> F,
) -> Result<(), StoreError>
where
    F: Future<Output = Result<bool, StoreError>>,
{
    let start = clock.now();
    let mut pause = POLL.0;
    while !ask().await? {
        if clock.now().saturating_duration_since(start) >= LEASE {
            return Err(StoreError::Busy { place: place.into(), seconds: LEASE.as_secs() });
        }
        clock.sleep(pause).await;
        pause = (pause * 2).min(POLL.1);
    }
    Ok(())
}

/// The right to refresh, held by one at a time. [`release`](Lease::release) gives it back; on drop it is given back
/// too, in a task of its own, so that no drop waits.
#[must_use = "a lease ends when it is dropped"]
pub struct Lease(Option<Held>);

enum Held {
    Value(#[expect(dead_code, reason = "it is held to be dropped")] Box<dyn Any + Send>),
    Release(BoxFuture<'static, ()>),
}

impl Lease {
    /// A lease that ends when `held` is dropped: for what is given back at once, such as a lock of this process or of the
    /// operating system.
    pub fn new(held: impl Any + Send) -> Self {
        Self(Some(Held::Value(Box::new(held))))
    }

    /// A lease that ends when `release` has run: for what is given back by a request. If it never runs, because the
    /// process or its runtime ended, the lease must end by itself after [`LEASE`](super::LEASE).
    ///
    /// ```
    /// use segno_core::auth::store::Lease;
    ///
    /// # async fn give_back() {}
    /// # async fn example() {
    /// let lease = Lease::with_release(async { give_back().await });
    /// // … refresh, save …
    /// lease.release().await;
    /// # }
    /// ```
    pub fn with_release(release: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Some(Held::Release(Box::pin(release))))
    }

    /// Gives it back and resolves when that is done.
    pub async fn release(mut self) {
        match self.0.take() {
            Some(Held::Release(release)) => release.await,
            Some(Held::Value(_)) | None => {}
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(Held::Release(release)) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(release);
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lease")
    }
}
