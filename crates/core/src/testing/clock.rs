//! A clock that only moves when there is nothing else to do, or only when it is told.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::BoxFuture;
use crate::time::{Clock, Timestamp};

/// How often the first sleeper is asked before it passes: what is ready, in this task or another, goes first.
const POLLS: u32 = 16;

/// For how much real time it is asked: what a thread is reading from a file just now goes first too. Who sleeps long is
/// probably a deadline, which runs beside such work; a short sleep is a pause, which nothing runs beside.
fn patience(asked: Duration) -> Duration {
    Duration::from_millis(if asked < Duration::from_secs(10) { 2 } else { 200 })
}

/// A clock for tests. Random numbers count up from 1.
///
/// One made with [`new`](ManualClock::new) jumps: when everybody sleeps, the sleeper who is due first passes and takes
/// the clock along. One made with [`stopped`](ManualClock::stopped) moves by [`advance`](ManualClock::advance) alone;
/// that is the one for peers behind real sockets, of which nobody can know when they are ready.
pub struct ManualClock {
    start: Instant,
    wall: Timestamp,
    jumps: bool,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    passed: Duration,
    random: u64,
    slept: Vec<Duration>,
    /// By the moment they are due, then by age.
    sleepers: BTreeMap<(Duration, u64), Sleeper>,
    next_sleeper: u64,
    /// Those who wait for somebody to fall asleep.
    watchers: Vec<Waker>,
}

struct Sleeper {
    asked: Duration,
    waker: Waker,
}

impl ManualClock {
    /// A clock that stands at `wall` and jumps to the end of the first sleep when everybody sleeps.
    #[must_use]
    pub fn new(wall: Timestamp) -> Arc<Self> {
        Self::make(wall, true)
    }

    /// A clock that stands at `wall` until it is moved.
    #[must_use]
    pub fn stopped(wall: Timestamp) -> Arc<Self> {
        Self::make(wall, false)
    }

    fn make(wall: Timestamp, jumps: bool) -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), wall, jumps, state: Arc::default() })
    }

    /// Moves the clock and wakes who is due.
    pub fn advance(&self, duration: Duration) {
        let mut state = lock(&self.state);
        state.passed = state.passed.saturating_add(duration);
        let now = state.passed;
        state
            .sleepers
            .iter()
            .take_while(|((due, _), _)| *due <= now)
            .for_each(|(_, s)| s.waker.wake_by_ref());
    }

    /// The sleeps that were asked for and passed, first to last.
    #[must_use]
    pub fn slept(&self) -> Vec<Duration> {
        lock(&self.state).slept.clone()
    }

    /// How long those who sleep now asked to sleep, who is due first first.
    #[must_use]
    pub fn sleeping(&self) -> Vec<Duration> {
        lock(&self.state).sleepers.values().map(|sleeper| sleeper.asked).collect()
    }

    /// Resolves when somebody sleeps who asked for exactly this long.
    pub async fn until_asleep(&self, asked: Duration) {
        poll_fn(|cx| {
            let mut state = lock(&self.state);
            if state.sleepers.values().any(|sleeper| sleeper.asked == asked) {
                return Poll::Ready(());
            }
            state.watchers.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        let passed = lock(&self.state).passed;
        self.start.checked_add(passed).unwrap_or(self.start)
    }

    fn wall(&self) -> Timestamp {
        self.wall.plus(lock(&self.state).passed)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(Sleep {
            state: Arc::clone(&self.state),
            asked: duration,
            jumps: self.jumps,
            key: None,
            polls: 0,
            first_since: None,
        })
    }

    fn random(&self) -> u64 {
        let mut state = lock(&self.state);
        state.random += 1;
        state.random
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManualClock").field("passed", &lock(&self.state).passed).finish_non_exhaustive()
    }
}

struct Sleep {
    state: Arc<Mutex<State>>,
    asked: Duration,
    jumps: bool,
    key: Option<(Duration, u64)>,
    polls: u32,
    first_since: Option<Instant>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut state = lock(&this.state);
        let key = match this.key {
            Some(key) => key,
            None => {
                state.next_sleeper += 1;
                let key = (state.passed.saturating_add(this.asked), state.next_sleeper);
                this.key = Some(key);
                state.watchers.drain(..).for_each(Waker::wake);
                key
            }
        };
        state.sleepers.insert(key, Sleeper { asked: this.asked, waker: cx.waker().clone() });
        let first = state.sleepers.keys().next() == Some(&key);
        if this.jumps && first && key.0 > state.passed {
            this.polls += 1;
            let since = this.first_since.get_or_insert_with(Instant::now);
            if this.polls <= POLLS || since.elapsed() < patience(this.asked) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            state.passed = key.0;
        }
        if state.passed < key.0 {
            return Poll::Pending;
        }
        state.slept.push(this.asked);
        state.leave(key);
        this.key = None;
        Poll::Ready(())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            lock(&self.state).leave(key);
        }
    }
}

impl State {
    /// Takes a sleeper out and lets the one who is first now look at the clock.
    fn leave(&mut self, key: (Duration, u64)) {
        self.sleepers.remove(&key);
        if let Some(first) = self.sleepers.values().next() {
            first.waker.wake_by_ref();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    fn moment() -> Timestamp {
        "2026-11-21T20:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn sleepers_pass_in_the_order_in_which_they_are_due() {
        let clock = ManualClock::new(moment());
        let order = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = [30 * S, 10 * S, 20 * S, 10 * S]
            .into_iter()
            .map(|duration| {
                let (clock, order) = (Arc::clone(&clock), Arc::clone(&order));
                tokio::spawn(async move {
                    clock.sleep(duration).await;
                    order.lock().unwrap().push(clock.wall().since(moment()));
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [10 * S, 10 * S, 20 * S, 30 * S]);
        assert_eq!(clock.slept(), [10 * S, 10 * S, 20 * S, 30 * S]);
    }

    #[tokio::test]
    async fn who_gives_up_sleeping_does_not_move_the_clock() {
        let clock = ManualClock::new(moment());
        let short = clock.sleep(S);
        let mut long = clock.sleep(5 * S);
        let mut short = Some(short);
        poll_fn(|cx| {
            if let Some(short) = &mut short {
                assert!(short.as_mut().poll(cx).is_pending());
            }
            assert!(long.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        short = None;
        drop(short);
        long.await;
        assert_eq!(clock.slept(), [5 * S]);
    }

    #[tokio::test]
    async fn a_stopped_clock_moves_when_told() {
        let clock = ManualClock::stopped(moment());
        let sleeper = Arc::clone(&clock);
        let task = tokio::spawn(async move { sleeper.sleep(10 * S).await });
        clock.until_asleep(10 * S).await;
        clock.advance(9 * S);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!task.is_finished());
        clock.advance(S);
        task.await.unwrap();
        assert_eq!(clock.wall().since(moment()), 10 * S);
        assert!(clock.sleeping().is_empty());
    }
}
