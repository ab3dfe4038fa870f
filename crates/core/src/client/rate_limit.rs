//! What a client asks of a rate limit, whoever keeps it: this process, or a server that many processes share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::authorize::Reason;
use crate::BoxFuture;

/// A half of the time that lies between requests where 25 in a second are allowed, and more than timers and processors vary by.
pub(crate) const TOLERANCE: Duration = Duration::from_millis(20);

/// A limit that everybody shares who holds it. [`RateLimiter`](super::RateLimiter) is one in the memory of a process; one over Redis, which
/// the workers of many machines share, is in the crate `segno-redis`.
///
/// # The contract
///
/// * A [place](RateLimit::reserve) is the time at which a request may start. Places are given in the order of the requests for
///   them, of whichever holder, so that the limit holds for all of them together.
/// * A request for a place further away than its patience takes none: [`LimitError::TooFar`].
/// * A [hold](RateLimit::hold) binds everybody until it is over, also those who have a place; a shorter one does not end a longer
///   one. Nobody starts before [`held`](RateLimit::held) is zero, and places behind a hold are as far from each other as others.
/// * All of them end in a few seconds. What cannot be asked or told, because the server that keeps the limit is away, is
///   [`LimitError::Unavailable`]: the call fails then and nothing was sent, for to go without a limit would be no limit.
/// * A place is for its time. A client that comes later than the [tolerance](RateLimit::tolerance) gives it up and reserves another: a process that
///   was held up would otherwise send at once all for which it had places, beside those whose time it is.
/// * `now` is the client's moment, and all moments are of its clock. A limit with a clock of its own, such as that of a server, uses
///   differences only.
///
/// `segno_core::testing::rate_limit_contract` tries all of this on a limit.
#[doc(alias("rate limit", "throttle", "429"))]
pub trait RateLimit: Send + Sync + 'static {
    /// Takes a place for a request that counts as `cost` (0 is like 1), unless it is further away than `patience`; gives the wait
    /// from `now` until then.
    fn reserve(
        &self,
        now: Instant,
        cost: u32,
        patience: Option<Duration>,
    ) -> BoxFuture<'_, Result<Duration, LimitError>>;

    /// Holds everybody back until `until`: the service said so.
    fn hold(&self, now: Instant, until: Instant) -> BoxFuture<'_, Result<(), LimitError>>;

    /// How much longer everybody is held back; zero if nobody is. A place that was taken before a hold is worth nothing during it.
    fn held(&self, now: Instant) -> BoxFuture<'_, Result<Duration, LimitError>>;

    /// How long after its time a place is still good. 20 ms, if a limit says nothing else.
    fn tolerance(&self) -> Duration {
        TOLERANCE
    }

    /// How long before its time a client that has a place asks whether everybody is held: as long as it takes to ask. Zero, if a limit says
    /// nothing else.
    fn ahead(&self) -> Duration {
        Duration::ZERO
    }
}

impl<L: RateLimit + ?Sized> RateLimit for Arc<L> {
    fn reserve(
        &self,
        now: Instant,
        cost: u32,
        patience: Option<Duration>,
    ) -> BoxFuture<'_, Result<Duration, LimitError>> {
        (**self).reserve(now, cost, patience)
    }

    fn hold(&self, now: Instant, until: Instant) -> BoxFuture<'_, Result<(), LimitError>> {
        (**self).hold(now, until)
    }

    fn held(&self, now: Instant) -> BoxFuture<'_, Result<Duration, LimitError>> {
        (**self).held(now)
    }

    fn tolerance(&self) -> Duration {
        (**self).tolerance()
    }

    fn ahead(&self) -> Duration {
        (**self).ahead()
    }
}

/// A place that was not given. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// The next place is so far away, which is further than the patience.
    #[error("the next place is {:.1} s away", .0.as_secs_f64())]
    TooFar(Duration),
    /// What keeps the limit cannot be asked; the reason says what it is, where, and why.
    #[error(transparent)]
    Unavailable(Reason),
}
