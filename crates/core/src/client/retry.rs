//! Whether and when a failed attempt is repeated: a pure decision, and the budget that bounds it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::StatusCode;

use crate::request::Replay;
use crate::transport::Phase;

mod after;

pub use after::retry_after;

/// How failed attempts are repeated: how often and how slowly. What may be repeated is fixed:
///
/// | failure | repeated |
/// | --- | --- |
/// | not sent | always |
/// | 429 | always, as it was refused before any work; but not [`Replay::Once`] |
/// | 408, 425, 500, 502, 503, 504, 520 to 524, lost after sending, response broken off | only if safe or idempotent |
/// | any other status | never |
///
/// A body that can be read only once makes the call single-shot.
///
/// What a service says it wants is no failure of the service: a 429 or 503 that names a time is waited out without
/// counting, and so is a connection of the pool that had been closed, or a process without a free file descriptor. Such a
/// call ends at its deadline, or when its waits together exceed `patience`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias("backoff", "budget", "Retry-After"))]
pub struct Retry {
    /// How many attempts there are in all, the first included; 1 turns retries off.
    pub attempts: u32,
    /// The longest pause before the second attempt; it doubles from attempt to attempt.
    pub base: Duration,
    /// The longest pause between any two attempts, as far as it is ours to choose.
    pub cap: Duration,
    /// The longest that one call waits, all its waits together, because the service named a time. If it asks for more, the
    /// call fails and says so.
    pub patience: Duration,
    /// How many retries a client and its clones may make beyond those that successes pay for; each success pays for a
    /// fifth of one. It keeps a client from doubling the load of a service that is down. `u32::MAX` is no bound.
    pub budget: u32,
}

impl Default for Retry {
    /// Three attempts, pauses of at most 0.25 s, 0.5 s, … 8 s, patience 60 s, a budget of 20.
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(8),
            patience: Duration::from_secs(60),
            budget: 20,
        }
    }
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The service responded with an error.
    Status {
        status: StatusCode,
        /// How long it asked to wait.
        retry_after: Option<Duration>,
    },
    /// The request or the response was lost.
    Lost(Phase),
    /// A connection of the pool had been closed by the service in the meantime.
    Stale,
    /// A connection of HTTP/2 gave the request back unseen: the service was shutting it down.
    GivenBack,
    /// This process has no file descriptor left for a connection.
    Exhausted,
}

impl Outcome {
    /// Whether the connection was at fault and not the attempt, after so many repeats of the call.
    pub(crate) fn is_of_connection(self, repeats: u32) -> bool {
        match self {
            Self::Stale => repeats < STALE,
            Self::GivenBack => repeats < GIVEN_BACK,
            _ => false,
        }
    }
}

/// What a call has used up so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    /// The attempts that count, this one included.
    pub(crate) tries: u32,
    /// The repeats so far, whether they counted or not.
    pub(crate) repeats: u32,
    /// How long was waited because the service named a time.
    pub(crate) waited: Duration,
}

/// What to do about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Give up and tell the caller.
    Stop,
    /// Give up: the service asks for more than the patience that is left.
    Impatient,
    /// Try again after a pause, which counts as a try and costs budget.
    Again(Duration),
    /// Try again after a pause that the service named, at no cost.
    Wait(Duration),
}

/// The shortest wait at no cost.
const LEAST: Duration = Duration::from_millis(10);

/// How often a call takes another connection from the pool because one was stale: more than there ever are.
const STALE: u32 = 1000;

/// How often a call is given back at no cost: a service that shuts every connection down is not asked without end.
const GIVEN_BACK: u32 = 16;

impl Retry {
    /// No retries.
    #[must_use]
    pub fn never() -> Self {
        Self::default().attempts(1)
    }

    /// Sets how many attempts there are in all, the first included.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the longest pause before the second attempt.
    #[must_use]
    pub const fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets the longest pause between any two attempts.
    #[must_use]
    pub const fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Sets how long one call waits in all because the service named a time.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sets how many retries there are beyond those that successes pay for.
    #[must_use]
    pub const fn budget(mut self, budget: u32) -> Self {
        self.budget = budget;
        self
    }

    /// Decides about a failed attempt. `replayable` is whether the body can be sent again.
    pub(crate) fn judge(
        &self,
        spent: Spent,
        replay: Replay,
        replayable: bool,
        outcome: Outcome,
        random: u64,
    ) -> Verdict {
        let harmless = matches!(replay, Replay::Safe | Replay::Idempotent);
        let (worth, asked) = match outcome {
            Outcome::Lost(Phase::NotSent) | Outcome::Exhausted | Outcome::GivenBack => (true, None),
            Outcome::Lost(Phase::MaybeSent | Phase::ReadingBody) | Outcome::Stale => (harmless, None),
            Outcome::Status { status: StatusCode::TOO_MANY_REQUESTS, retry_after } => {
                (replay != Replay::Once, retry_after)
            }
            Outcome::Status { status, retry_after } => (harmless && is_passing(status), retry_after),
        };
        if !worth || !replayable {
            return Verdict::Stop;
        }
        if outcome.is_of_connection(spent.repeats) {
            return Verdict::Wait(Duration::ZERO);
        }
        if self.attempts <= 1 {
            return Verdict::Stop;
        }
        let pause = asked.unwrap_or_default().max(self.backoff(spent.repeats.saturating_add(1), random));
        if asked.is_some_and(|asked| asked > self.patience.saturating_sub(spent.waited)) {
            return Verdict::Impatient;
        }
        let named = match outcome {
            Outcome::Status { status, retry_after } => retry_after.is_some() && is_busy(status),
            Outcome::Exhausted => true,
            Outcome::Lost(_) | Outcome::Stale | Outcome::GivenBack => false,
        };
        match (named, spent.waited < self.patience) {
            // A service that asks for no wait, again and again, must not be asked without end.
            (true, true) => Verdict::Wait(pause.max(self.base.min(self.cap)).max(LEAST)),
            (true, false) if asked.is_some() => Verdict::Impatient,
            (false, _) if spent.tries < self.attempts => Verdict::Again(pause),
            _ => Verdict::Stop,
        }
    }

    /// Why a failure is not repeated that otherwise would be.
    pub(crate) fn out_of_budget(&self) -> String {
        format!(
            "not repeated: too many calls failed lately (the budget of {} retries is used up)",
            self.budget
        )
    }

    /// Full jitter: anything between nothing and the doubled base, so that many clients do not come back together.
    fn backoff(&self, repeat: u32, random: u64) -> Duration {
        let longest = self.base.saturating_mul(1 << repeat.saturating_sub(1).min(20)).min(self.cap);
        Duration::try_from_secs_f64(longest.as_secs_f64() * (random as f64 / u64::MAX as f64))
            .unwrap_or(longest)
    }
}

/// The statuses with which a service says that it has too much to do, before any work; a time that they name binds
/// everybody.
pub(crate) fn is_busy(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

/// The statuses of trouble that usually passes: of the service (500, 502, 503, 504), of a connection to it (408, 425), of
/// a content delivery network before it (520 to 524).
pub(crate) fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502..=504 | 520..=524)
}

/// Bounds the share of retries when a service is down: each costs a token, each success brings a fifth of one back.
#[derive(Debug)]
pub(crate) struct Budget {
    /// What is left, in fifths of a retry.
    left: AtomicU32,
    full: u32,
}

/// What a retry costs, in what a success brings back.
const COST: u32 = 5;

impl Budget {
    pub(crate) const fn new(retries: u32) -> Self {
        let full = retries.saturating_mul(COST);
        Self { left: AtomicU32::new(full), full }
    }

    /// Takes a token for a retry; false if the budget is used up.
    pub(crate) fn withdraw(&self) -> bool {
        if self.full == u32::MAX {
            return true;
        }
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(COST)).is_ok()
    }

    /// Notes a success.
    pub(crate) fn deposit(&self) {
        let _ = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| (left < self.full).then(|| left + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RETRY: Retry = Retry {
        attempts: 3,
        base: Duration::from_millis(250),
        cap: Duration::from_secs(8),
        patience: Duration::from_secs(60),
        budget: 20,
    };

    fn status(code: u16) -> Outcome {
        Outcome::Status { status: StatusCode::from_u16(code).unwrap(), retry_after: None }
    }

    fn asks(code: u16, seconds: u64) -> Outcome {
        let status = StatusCode::from_u16(code).unwrap();
        Outcome::Status { status, retry_after: Some(Duration::from_secs(seconds)) }
    }

    fn try_number(tries: u32) -> Spent {
        Spent { tries, repeats: tries - 1, waited: Duration::ZERO }
    }

    #[test]
    fn what_is_repeated() {
        use Replay::{Idempotent, Once, Safe, Unsafe};
        let table = [
            (Outcome::Lost(Phase::NotSent), [true, true, true, true]),
            (Outcome::Lost(Phase::MaybeSent), [true, true, false, false]),
            (Outcome::Lost(Phase::ReadingBody), [true, true, false, false]),
            (status(429), [true, true, true, false]),
            (status(500), [true, true, false, false]),
            (status(502), [true, true, false, false]),
            (status(503), [true, true, false, false]),
            (status(504), [true, true, false, false]),
            (status(408), [true, true, false, false]),
            (status(425), [true, true, false, false]),
            (status(519), [false, false, false, false]),
            (status(520), [true, true, false, false]),
            (status(521), [true, true, false, false]),
            (status(522), [true, true, false, false]),
            (status(523), [true, true, false, false]),
            (status(524), [true, true, false, false]),
            (status(525), [false, false, false, false]),
            (status(501), [false, false, false, false]),
            (status(400), [false, false, false, false]),
            (status(401), [false, false, false, false]),
            (status(403), [false, false, false, false]),
            (status(404), [false, false, false, false]),
            (status(422), [false, false, false, false]),
        ];
        for (outcome, expected) in table {
            for (replay, expected) in [Safe, Idempotent, Unsafe, Once].into_iter().zip(expected) {
                let judge =
                    |tries, replayable| RETRY.judge(try_number(tries), replay, replayable, outcome, 0);
                assert_eq!(judge(1, true) != Verdict::Stop, expected, "{outcome:?} {replay:?}");
                assert_eq!(judge(1, false), Verdict::Stop, "a body that is gone: {outcome:?}");
                assert_eq!(judge(3, true), Verdict::Stop, "the last attempt: {outcome:?}");
                let never = Retry::never().judge(try_number(1), replay, true, outcome, 0);
                assert_eq!(never, Verdict::Stop, "retries are off: {outcome:?}");
            }
        }
    }

    #[test]
    fn what_costs_nothing() {
        use Replay::{Idempotent, Once, Safe, Unsafe};
        let long_after = Spent { tries: 3, repeats: 50, waited: Duration::from_secs(30) };
        for (outcome, expected) in [
            (asks(429, 2), [true, true, true, false]),
            (asks(503, 2), [true, true, false, false]),
            (Outcome::Stale, [true, true, false, false]),
            (Outcome::Exhausted, [true, true, true, true]),
            (asks(500, 2), [false, false, false, false]),
            (asks(408, 2), [false, false, false, false]),
            (status(429), [false, false, false, false]),
        ] {
            for (replay, expected) in [Safe, Idempotent, Unsafe, Once].into_iter().zip(expected) {
                let verdict = RETRY.judge(long_after, replay, true, outcome, 0);
                assert_eq!(
                    matches!(verdict, Verdict::Wait(_)),
                    expected,
                    "{outcome:?} {replay:?} {verdict:?}"
                );
            }
        }
        // Whatever the request does, but not without end.
        for replay in [Safe, Idempotent, Unsafe, Once] {
            let after =
                |repeats| RETRY.judge(Spent { repeats, ..long_after }, replay, true, Outcome::GivenBack, 0);
            assert_eq!((after(15), after(16)), (Verdict::Wait(Duration::ZERO), Verdict::Stop), "{replay:?}");
        }
        assert_eq!(
            Retry::never().judge(try_number(1), Safe, true, Outcome::Stale, 7),
            Verdict::Wait(Duration::ZERO),
            "another connection is no retry"
        );
        assert_eq!(Retry::never().judge(try_number(1), Safe, true, asks(429, 2), 7), Verdict::Stop);
    }

    #[test]
    fn a_503_that_says_when_does_not_make_a_creation_safe() {
        assert_eq!(RETRY.judge(try_number(1), Replay::Unsafe, true, asks(503, 0), 0), Verdict::Stop);
    }

    #[test]
    fn never_back_before_the_service_said_and_never_longer_than_the_patience() {
        let judge = |waited, seconds| {
            let spent = Spent { tries: 1, repeats: 0, waited: Duration::from_secs(waited) };
            RETRY.judge(spent, Replay::Unsafe, true, asks(429, seconds), 7)
        };
        assert_eq!(judge(0, 60), Verdict::Wait(Duration::from_secs(60)));
        assert_eq!(judge(0, 61), Verdict::Impatient);
        assert_eq!(judge(50, 10), Verdict::Wait(Duration::from_secs(10)));
        assert_eq!(judge(51, 10), Verdict::Impatient);
        assert_eq!(judge(60, 0), Verdict::Impatient, "a service that asks for no wait for ever");
        let spent = try_number(2);
        let five_hundred = RETRY.judge(spent, Replay::Safe, true, asks(500, 20), 7);
        assert_eq!(five_hundred, Verdict::Again(Duration::from_secs(20)));
        assert_eq!(RETRY.judge(spent, Replay::Safe, true, asks(500, 61), 7), Verdict::Impatient);
    }

    #[test]
    fn the_budget_runs_out_and_recovers() {
        let budget = Budget::new(20);
        assert_eq!((0..100).filter(|_| budget.withdraw()).count(), 20);
        for _ in 0..5 {
            budget.deposit();
        }
        assert_eq!((0..100).filter(|_| budget.withdraw()).count(), 1);
        for _ in 0..1000 {
            budget.deposit();
        }
        assert_eq!((0..100).filter(|_| budget.withdraw()).count(), 20, "it is never more than full");
        // A success that found it full counts for nothing afterwards.
        let small = Budget::new(1);
        small.deposit();
        assert!(small.withdraw());
        (0..4).for_each(|_| small.deposit());
        assert!(!small.withdraw());
        small.deposit();
        assert!(small.withdraw());
        assert_eq!((0..100).filter(|_| Budget::new(0).withdraw()).count(), 0);
        let endless = Budget::new(u32::MAX);
        endless.deposit();
        assert!((0..1000).all(|_| endless.withdraw()));
    }

    proptest! {
        #[test]
        fn pauses_grow_to_the_cap_and_no_further(attempt in 1u32..200, random in any::<u64>()) {
            let pause = RETRY.backoff(attempt, random);
            prop_assert!(pause <= Duration::from_secs(8));
            prop_assert!(pause <= Duration::from_millis(250) * 2u32.saturating_pow(attempt - 1).min(1 << 20));
        }

        #[test]
        fn no_setting_panics(base: u64, cap: u64, patience: u64, repeats: u32, random: u64) {
            let [base, cap, patience] = [base, cap, patience].map(|s| Duration::new(s, 999_999_999));
            let retry = Retry { base, cap, patience, ..RETRY };
            let spent = Spent { repeats: repeats.min(u32::MAX - 1), ..Spent::default() };
            let _ = retry.judge(spent, Replay::Safe, true, status(500), random);
            let _ = retry.judge(spent, Replay::Safe, true, asks(429, 7), u64::MAX);
        }
    }
}
