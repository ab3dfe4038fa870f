//! The sandbox's clock and the work that is due by it.
//!
//! Wall time by default, moved forward by [`advance`](crate::Sandbox::advance); with a frozen clock, time moves only that
//! way. Delayed work stands on an agenda in the order in which it is due.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;

use super::mutex::Mutex;

/// The last second of the year 9999: dates of HTTP say no later one.
pub(crate) const END: Duration = Duration::from_secs(253_402_300_799);

/// A date as HTTP writes it (RFC 9110, section 5.6.7).
pub(crate) fn http_date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time.min(SystemTime::UNIX_EPOCH + END))
}

type Job = Box<dyn FnOnce() + Send>;

/// Time since the Unix epoch, as the services on this sandbox see it.
pub(crate) struct Clock {
    state: Mutex<State>,
    agenda_changed: Notify,
    /// Held while time is moved, so that two callers cannot run the agenda out of order.
    moving: Mutex<()>,
}

struct State {
    /// `Some` when time stands still; the time it stands at.
    frozen: Option<Duration>,
    /// Added to wall time when the clock runs.
    ahead: Duration,
    start: Option<Duration>,
    agenda: BTreeMap<(Duration, u64), Job>,
    next: u64,
}

impl State {
    fn now(&self) -> Duration {
        self.frozen.unwrap_or_else(|| {
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() + self.ahead
        })
    }

    fn move_to(&mut self, time: Duration) {
        let by = time.saturating_sub(self.now());
        match &mut self.frozen {
            Some(now) => *now += by,
            None => self.ahead += by,
        }
    }
}

impl Clock {
    pub(crate) fn new(frozen_at: Option<Duration>) -> Self {
        let frozen_at = frozen_at.map(|at| at.min(END));
        let state = State {
            frozen: frozen_at,
            ahead: Duration::ZERO,
            start: frozen_at,
            agenda: BTreeMap::new(),
            next: 0,
        };
        Self { state: Mutex::new(state), agenda_changed: Notify::new(), moving: Mutex::new(()) }
    }

    /// Back to the start, with nothing on the agenda.
    pub(crate) fn reset(&self) {
        let mut state = self.state.lock();
        state.frozen = state.start;
        state.ahead = Duration::ZERO;
        state.agenda.clear();
    }

    /// Forgets the work that waits.
    pub(crate) fn clear(&self) {
        self.state.lock().agenda.clear();
    }

    /// Time since the Unix epoch.
    pub(crate) fn now(&self) -> Duration {
        self.state.lock().now()
    }

    /// Whole seconds since the Unix epoch.
    pub(crate) fn unix(&self) -> u64 {
        self.now().as_secs()
    }

    /// The time as a `SystemTime`, for HTTP dates.
    pub(crate) fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.now()
    }

    /// Puts work on the agenda. Work without delay runs before the response to the current request is sent.
    pub(crate) fn after(&self, delay: Duration, job: impl FnOnce() + Send + 'static) {
        let mut state = self.state.lock();
        let due = state.now().saturating_add(delay);
        let number = state.next;
        state.next += 1;
        state.agenda.insert((due, number), Box::new(job));
        drop(state);
        self.agenda_changed.notify_one();
    }

    /// How many jobs wait.
    pub(crate) fn waiting(&self) -> usize {
        self.state.lock().agenda.len()
    }

    /// Runs what is due now.
    pub(crate) fn run_due(&self) {
        let _moving = self.moving.lock();
        while let Some(job) = self.take_due(None) {
            job();
        }
    }

    /// Moves time forward, to its end at most, running what falls due on the way at the time it is due.
    pub(crate) fn advance(&self, by: Duration) {
        let _moving = self.moving.lock();
        let target = self.now().saturating_add(by).min(END);
        while let Some(job) = self.take_due(Some(target)) {
            job();
        }
        self.state.lock().move_to(target);
        self.agenda_changed.notify_one();
    }

    fn take_due(&self, target: Option<Duration>) -> Option<Job> {
        let mut state = self.state.lock();
        let limit = target.unwrap_or_else(|| state.now());
        let entry = state.agenda.first_entry()?;
        let due = entry.key().0;
        if due > limit {
            return None;
        }
        let job = entry.remove();
        state.move_to(due);
        Some(job)
    }

    /// Runs the agenda as time passes; ends only by being dropped.
    pub(crate) async fn tick(clock: Arc<Self>) {
        loop {
            let wait = {
                let state = clock.state.lock();
                match (state.frozen, state.agenda.first_key_value()) {
                    (None, Some(((due, _), _))) => Some(due.saturating_sub(state.now())),
                    _ => None,
                }
            };
            match wait {
                Some(wait) => {
                    let due = tokio::time::Instant::now() + wait;
                    tokio::select! {
                        () = tokio::time::sleep_until(due) => clock.run_due(),
                        () = clock.agenda_changed.notified() => {}
                    }
                }
                None => clock.agenda_changed.notified().await,
            }
        }
    }
}
