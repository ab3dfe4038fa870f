//! The contract of rate limits, to be run on any of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::{LimitError, RateLimit};

/// How many places are asked for at once.
const RIVALS: u32 = 12;
/// What the clock of a limit over a network may go on between two requests to it.
const SLACK: Duration = Duration::from_secs(2);

/// Tries the contract of [`RateLimit`] on a limit of one request each `interval`, with a burst of 1, of which nobody took a place yet.
/// The interval must be 10 s or longer, for a limit with a clock of its own goes on while this runs.
///
/// ```
/// use std::time::Duration;
///
/// use segno_core::client::RateLimiter;
/// use segno_core::testing::rate_limit_contract;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let interval = Duration::from_secs(10);
/// rate_limit_contract(RateLimiter::new(interval, 1), interval).await;
/// # }
/// ```
///
/// # Panics
/// If the limit breaks the contract; the text says where.
pub async fn rate_limit_contract(limit: impl RateLimit, interval: Duration) {
    let limit = Arc::new(limit);
    rate_limit_contract_between(Arc::clone(&limit), limit, interval).await;
}

/// The same with two handles of one limit, as two processes have them: what one takes, the other does not get.
///
/// # Panics
/// If the limit breaks the contract; the text says where.
pub async fn rate_limit_contract_between(one: impl RateLimit, other: impl RateLimit, interval: Duration) {
    assert!(interval >= 5 * SLACK, "the interval must be 10 s or longer");
    let (one, other): (Arc<dyn RateLimit>, Arc<dyn RateLimit>) = (Arc::new(one), Arc::new(other));
    let now = Instant::now();
    // A limit over a network may count from the response on.
    let near = |(wait, took): (Duration, Duration), places: u32, of: &str| {
        let expected = interval * places;
        let holds = wait <= expected + took && wait + SLACK >= expected;
        assert!(
            holds,
            "{of}: expected a wait of {expected:?} or up to {SLACK:?} less, found {wait:?} after {took:?}"
        );
    };
    let told = |wait: Duration| (wait, Duration::ZERO);
    assert_eq!(one.held(now).await.expect("held works"), Duration::ZERO, "nobody is held at first");
    near(place(&*one, now, 1).await, 0, "the first place");
    near(place(&*other, now, 1).await, 1, "the second place, through another handle");

    // Who has no patience takes no place.
    for _ in 0..3 {
        match other.reserve(now, 1, Some(Duration::from_secs(1))).await {
            Err(LimitError::TooFar(wait)) => near(told(wait), 2, "the place that is too far"),
            other => panic!("expected a place that is too far, found {other:?}"),
        }
    }
    near(place(&*one, now, 0).await, 2, "the place behind those that were not taken");

    // Of many at once each has a place of its own.
    let tasks: Vec<_> = (0..RIVALS)
        .map(|number| {
            let limit = Arc::clone(if number % 2 == 0 { &one } else { &other });
            tokio::spawn(async move { place(&*limit, now, 1).await })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.push(task.await.expect("reserve does not panic"));
    }
    waits.sort_unstable();
    for (wait, places) in waits.into_iter().zip(3..) {
        near(wait, places, "one of many places at once");
    }

    // A request that costs more than starts at once waits until as much is free, and the next one behind it.
    let next = 3 + RIVALS;
    near(place(&*other, now, 3).await, next + 2, "the place of a cost of 3");
    near(place(&*one, now, 1).await, next + 3, "the place behind a cost of 3");

    // A hold is behind all places; a shorter one does not end it.
    let hold = interval * (next + 10);
    one.hold(now, now + hold).await.expect("hold works");
    other.hold(now, now + interval).await.expect("hold works");
    near(told(other.held(now).await.expect("held works")), next + 10, "the hold, through another handle");
    near(place(&*other, now, 1).await, next + 10, "the first place behind a hold");
    near(place(&*one, now, 1).await, next + 11, "the second place behind a hold");
    // A hold that is over binds nobody.
    other.hold(now, now).await.expect("hold works");
    near(
        told(one.held(now).await.expect("held works")),
        next + 10,
        "a hold is not ended by one that is over",
    );
}

/// The wait for a place, and how long it took to be told.
async fn place(limit: &dyn RateLimit, now: Instant, cost: u32) -> (Duration, Duration) {
    let asked = Instant::now();
    let wait = limit.reserve(now, cost, None).await.expect("without a limit of patience there is a place");
    (wait, asked.elapsed())
}
