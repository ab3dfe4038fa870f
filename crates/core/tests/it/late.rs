//! Places under a rate limit that were missed: whoever is held up sends late, but not together with everybody else.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use segno_core::client::{LimitError, RateLimit, RateLimiter};
use segno_core::testing::ManualClock;
use segno_core::time::Clock;
use segno_core::{BoxFuture, Cause, Timestamp};

use crate::example::{self, Get, Reply, Service};
use crate::peer::soon;

const S: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);

/// The clock of a process that is held up: nobody who sleeps, for less than 10 s, wakes when it is time, but later, as `wakes` says of
/// the time since the start.
struct HeldUp {
    clock: Arc<ManualClock>,
    start: Instant,
    wakes: fn(Duration) -> Duration,
}

impl HeldUp {
    fn new(wakes: fn(Duration) -> Duration) -> Arc<Self> {
        let clock = example::clock();
        Arc::new(Self { start: clock.now(), clock, wakes })
    }

    fn passed(&self) -> Duration {
        self.now().saturating_duration_since(self.start)
    }
}

impl Clock for HeldUp {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn wall(&self) -> Timestamp {
        self.clock.wall()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let passed = self.passed();
        let wakes = if !duration.is_zero() && duration < 10 * S {
            (self.wakes)(passed + duration)
        } else {
            passed + duration
        };
        self.clock.sleep(wakes.max(passed + duration) - passed)
    }

    fn random(&self) -> u64 {
        self.clock.random()
    }
}

/// A limit that counts how often it is asked for a place, and takes so long to respond, of which it knows so much.
struct Asked {
    limit: Box<dyn RateLimit>,
    clock: Arc<dyn Clock>,
    takes: Duration,
    ahead: Duration,
    asked: Arc<AtomicUsize>,
}

impl Asked {
    fn new(limit: impl RateLimit, clock: &Arc<HeldUp>) -> Self {
        let clock = Arc::clone(clock) as _;
        let (takes, ahead) = (Duration::ZERO, Duration::ZERO);
        Self { limit: Box::new(limit), clock, takes, ahead, asked: Arc::default() }
    }
}

impl RateLimit for Asked {
    fn reserve(
        &self,
        now: Instant,
        cost: u32,
        patience: Option<Duration>,
    ) -> BoxFuture<'_, Result<Duration, LimitError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let place = self.limit.reserve(now, cost, patience).await;
            self.clock.sleep(self.takes).await;
            place
        })
    }

    fn hold(&self, now: Instant, until: Instant) -> BoxFuture<'_, Result<(), LimitError>> {
        self.limit.hold(now, until)
    }

    fn held(&self, now: Instant) -> BoxFuture<'_, Result<Duration, LimitError>> {
        Box::pin(async move {
            self.clock.sleep(self.takes).await;
            self.limit.held(now).await
        })
    }

    fn tolerance(&self) -> Duration {
        self.limit.tolerance()
    }

    fn ahead(&self) -> Duration {
        self.ahead
    }
}

/// A limit at which others are always before one.
struct Crowded;

impl RateLimit for Crowded {
    fn reserve(
        &self,
        _: Instant,
        _: u32,
        patience: Option<Duration>,
    ) -> BoxFuture<'_, Result<Duration, LimitError>> {
        let place =
            if patience.is_none_or(|patience| patience >= S) { Ok(S) } else { Err(LimitError::TooFar(S)) };
        Box::pin(ready(place))
    }

    fn hold(&self, _: Instant, _: Instant) -> BoxFuture<'_, Result<(), LimitError>> {
        Box::pin(ready(Ok(())))
    }

    fn held(&self, _: Instant) -> BoxFuture<'_, Result<Duration, LimitError>> {
        Box::pin(ready(Ok(Duration::ZERO)))
    }
}

/// When `calls` at once arrive at the service, under a limit of 25 a second, and how many places were asked for.
async fn arrivals(clock: &Arc<HeldUp>, calls: usize) -> (Vec<Duration>, usize) {
    let arrived = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (at, all) = (Arc::clone(clock), Arc::clone(&arrived));
    let service = Service::new(move |_, _| {
        all.lock().unwrap().push(at.passed());
        Ok(Reply::ok())
    });
    let limit = Asked::new(RateLimiter::per(25, S), clock);
    let asked = Arc::clone(&limit.asked);
    let client = service.client().0.clock(Arc::clone(clock) as _).limit(limit).build().unwrap();
    let calls: Vec<_> = (0..calls)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&Get).await })
        })
        .collect();
    for call in calls {
        soon(call).await.unwrap().unwrap();
    }
    let arrived = arrived.lock().unwrap().clone();
    (arrived, asked.load(Ordering::Relaxed))
}

/// By hand: places at 0, 40, ... 360 ms. Nobody wakes between 1 and 300 ms, so those of 40 to 240 ms, and that of 280 by no more than
/// the tolerance of 20 ms, are late. Six reserve anew, behind that of 360 ms.
#[tokio::test]
async fn places_that_were_missed_are_given_up() {
    let clock = HeldUp::new(|due| if due < 300 * MS { 300 * MS } else { due });
    let (arrived, asked) = arrivals(&clock, 10).await;
    let expected = [0, 300, 320, 360, 400, 440, 480, 520, 560, 600].map(Duration::from_millis);
    assert_eq!((arrived, asked), (expected.to_vec(), 16));
}

/// A little late is in time.
#[tokio::test]
async fn places_that_were_nearly_missed_are_taken() {
    let clock = HeldUp::new(|due| due + 20 * MS);
    let (arrived, asked) = arrivals(&clock, 10).await;
    let expected = [0, 60, 100, 140, 180, 220, 260, 300, 340, 380].map(Duration::from_millis);
    assert_eq!((arrived, asked), (expected.to_vec(), 10));
}

/// By hand: a limit forgives half of the time between two requests, and 20 ms if that is more. Of two calls the second one waits.
#[tokio::test]
async fn half_of_the_interval_is_forgiven_and_20_ms_at_least() {
    /// The interval, when a sleeper wakes that is due, and whether its place is missed.
    type Case = (Duration, fn(Duration) -> Duration, bool);
    let cases: [Case; 4] = [
        (S, |due| due + 500 * MS, false),
        (S, |due| due + 501 * MS, true),
        (10 * MS, |due| due + 20 * MS, false),
        (10 * MS, |due| due + 21 * MS, true),
    ];
    for (interval, wakes, is_missed) in cases {
        let clock = HeldUp::new(wakes);
        let service = Service::new(|_, _| Ok(Reply::ok()));
        let limit = Asked::new(Arc::new(RateLimiter::new(interval, 1)), &clock);
        let asked = Arc::clone(&limit.asked);
        let client =
            service.client().0.clock(Arc::clone(&clock) as _).limit(Arc::new(limit)).build().unwrap();
        for _ in 0..2 {
            client.send(&Get).await.unwrap();
        }
        assert_eq!(asked.load(Ordering::Relaxed) > 2, is_missed, "{interval:?}");
    }
}

/// Who is late for each place, as a machine that is too slow is, starts nevertheless: after eight of them.
#[tokio::test]
async fn who_is_always_late_starts_at_last() {
    let clock = HeldUp::new(|due| due + S);
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let limit = Asked::new(Crowded, &clock);
    let asked = Arc::clone(&limit.asked);
    let client = service.client().0.clock(Arc::clone(&clock) as _).limit(limit).build().unwrap();
    client.send(&Get).await.unwrap();
    assert_eq!((asked.load(Ordering::Relaxed), clock.passed()), (9, 18 * S));
}

/// The time that a call has is for all its places together. It is a second late for each, so it is through with them at 2, 4, 6, 8 and
/// 10 s; the next one is a second away and there is half of one left.
#[tokio::test]
async fn missed_places_do_not_outlive_the_deadline() {
    let clock = HeldUp::new(|due| due + S);
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let client = service.client().0.clock(Arc::clone(&clock) as _).limit(Crowded).build().unwrap();
    let error = client.call(&Get).deadline(10 * S + 500 * MS).send().await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Limited(_)), "{error}");
    assert!(service.seen().is_empty() && clock.passed() == 10 * S, "{:?}", clock.passed());
}

/// A place that was told after its time is missed as well: the next one, at 40 ms, is told 2 ms after it.
#[tokio::test]
async fn a_place_that_is_told_late_is_missed() {
    for (takes, expected) in [(20 * MS, 1), (21 * MS, 2)] {
        let clock = HeldUp::new(|due| due);
        let service = Service::new(|_, _| Ok(Reply::ok()));
        let limit = Asked { takes, ..Asked::new(RateLimiter::per(25, S), &clock) };
        let asked = Arc::clone(&limit.asked);
        let client = service.client().0.clock(Arc::clone(&clock) as _).limit(limit).build().unwrap();
        client.send(&Get).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), expected, "{takes:?}");
    }
}

/// By hand, of a limit that takes 15 ms for each response: a place at 1 s. Whoever asks at 1 s whether it is held starts at 1.015 s; asked
/// 20 ms ahead, it starts in time; asked 10 ms ahead, 5 ms late.
#[tokio::test]
async fn a_limit_that_takes_its_time_is_asked_ahead() {
    for (ahead, expected) in [(0, 1015), (10, 1005), (20, 1000)] {
        let clock = HeldUp::new(|due| due);
        let at = Arc::clone(&clock);
        let service = Service::new(move |_, _| {
            assert_eq!(at.passed(), Duration::from_millis(expected));
            Ok(Reply::ok())
        });
        let limit = Asked { takes: 15 * MS, ahead: ahead * MS, ..Asked::new(Crowded, &clock) };
        let client =
            service.client().0.clock(Arc::clone(&clock) as _).limit(Arc::new(limit)).build().unwrap();
        client.send(&Get).await.unwrap();
        assert_eq!(service.seen().len(), 1);
    }
}
