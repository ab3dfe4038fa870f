//! Whether and when a failed attempt is repeated: a pure decision, and the budget that bounds it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{HeaderMap, RETRY_AFTER};

use crate::endpoint::Replay;
use crate::time::Timestamp;
use crate::transport::Phase;

/// How failed attempts are repeated. The rules of what may be repeated are fixed (see [`Retry::judge`]); this says how
/// often and how slowly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How many attempts there are in all, the first included; 1 turns retries off.
    pub attempts: u32,
    /// The longest pause before the second attempt; it doubles from attempt to attempt.
    pub base: Duration,
    /// The longest pause between any two attempts, as far as it is ours to choose.
    pub cap: Duration,
    /// The longest `Retry-After` that is waited for; if the service asks for more, the call fails and says so.
    pub patience: Duration,
}

impl Default for Retry {
    /// Three attempts, pauses of at most 0.25 s, 0.5 s, … 8 s, patience 60 s.
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(8),
            patience: Duration::from_secs(60),
        }
    }
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service answered with an error.
    Status {
        /// Its status.
        status: StatusCode,
        /// How long it asked to wait.
        retry_after: Option<Duration>,
    },
    /// The request or the answer was lost.
    Lost(Phase),
}

/// What to do about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Give up and tell the caller.
    Stop,
    /// Try again after a pause.
    Again(Duration),
}

impl Retry {
    /// No retries.
    #[must_use]
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Decides about attempt number `attempt` (from 1).
    ///
    /// | failure | repeated |
    /// | --- | --- |
    /// | not sent | always |
    /// | 429 | always, as it was refused before any work; but not [`Replay::Once`] |
    /// | 500, 502, 503, 504, lost after sending, answer broken off | only if safe or idempotent |
    /// | any other status | never |
    ///
    /// `replayable` is whether the body can be sent again; without that nothing is repeated once it was opened.
    #[must_use]
    pub fn judge(
        &self,
        attempt: u32,
        replay: Replay,
        replayable: bool,
        outcome: Outcome,
        random: u64,
    ) -> Verdict {
        let harmless = matches!(replay, Replay::Safe | Replay::Idempotent);
        let (worth, asked) = match outcome {
            Outcome::Lost(Phase::NotSent) => (true, None),
            Outcome::Lost(Phase::MaybeSent | Phase::ReadingBody) => (harmless, None),
            Outcome::Status { status: StatusCode::TOO_MANY_REQUESTS, retry_after } => {
                (replay != Replay::Once, retry_after)
            }
            Outcome::Status { status, retry_after } => {
                (harmless && matches!(status.as_u16(), 500 | 502 | 503 | 504), retry_after)
            }
        };
        let pause = asked.unwrap_or_default().max(self.backoff(attempt, random));
        let too_long = asked.is_some_and(|asked| asked > self.patience);
        if !worth || !replayable || attempt >= self.attempts || too_long {
            Verdict::Stop
        } else {
            Verdict::Again(pause)
        }
    }

    /// Full jitter: anything between nothing and the doubled base, so that many clients do not come back together.
    fn backoff(&self, attempt: u32, random: u64) -> Duration {
        let longest = self.base.saturating_mul(1 << attempt.saturating_sub(1).min(20)).min(self.cap);
        longest.mul_f64(random as f64 / u64::MAX as f64)
    }
}

/// How long an answer asks to wait: `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3). A date that has
/// passed asks for no wait.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse::<u32>().unwrap_or(u32::MAX).into()));
    }
    let date: SystemTime = httpdate::parse_http_date(text).ok()?;
    Some(Timestamp::from(date).since(now))
}

/// Bounds the share of retries when a service is down: each costs a token, each success brings a fifth of one back.
#[derive(Debug)]
pub(crate) struct Budget {
    fifths: AtomicU32,
}

/// 20 retries in a row before the budget refuses.
const FULL: u32 = 100;
const COST: u32 = 5;

impl Budget {
    pub(crate) const fn new() -> Self {
        Self { fifths: AtomicU32::new(FULL) }
    }

    /// Takes a token for a retry; false if there is none.
    pub(crate) fn withdraw(&self) -> bool {
        self.fifths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(COST)).is_ok()
    }

    /// Notes a success.
    pub(crate) fn deposit(&self) {
        let _ = self
            .fifths
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| (left < FULL).then_some(left + 1));
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
    };

    fn status(code: u16) -> Outcome {
        Outcome::Status { status: StatusCode::from_u16(code).unwrap(), retry_after: None }
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
            (status(501), [false, false, false, false]),
            (status(400), [false, false, false, false]),
            (status(401), [false, false, false, false]),
            (status(403), [false, false, false, false]),
            (status(404), [false, false, false, false]),
            (status(408), [false, false, false, false]),
            (status(422), [false, false, false, false]),
        ];
        for (outcome, expected) in table {
            for (replay, expected) in [Safe, Idempotent, Unsafe, Once].into_iter().zip(expected) {
                let again = RETRY.judge(1, replay, true, outcome, 0) != Verdict::Stop;
                assert_eq!(again, expected, "{outcome:?} {replay:?}");
                assert_eq!(
                    RETRY.judge(1, replay, false, outcome, 0),
                    Verdict::Stop,
                    "a body that is gone: {outcome:?}"
                );
                assert_eq!(
                    RETRY.judge(3, replay, true, outcome, 0),
                    Verdict::Stop,
                    "the last attempt: {outcome:?}"
                );
            }
        }
    }

    #[test]
    fn a_503_that_says_when_does_not_make_a_creation_safe() {
        let outcome =
            Outcome::Status { status: StatusCode::SERVICE_UNAVAILABLE, retry_after: Some(Duration::ZERO) };
        assert_eq!(RETRY.judge(1, Replay::Unsafe, true, outcome, 0), Verdict::Stop);
    }

    #[test]
    fn never_back_before_the_service_said() {
        let asks = |seconds| Outcome::Status {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(Duration::from_secs(seconds)),
        };
        assert_eq!(
            RETRY.judge(1, Replay::Unsafe, true, asks(60), 7),
            Verdict::Again(Duration::from_secs(60))
        );
        assert_eq!(RETRY.judge(1, Replay::Unsafe, true, asks(61), 7), Verdict::Stop);
    }

    #[test]
    fn both_forms_of_retry_after() {
        let now: Timestamp = "2026-11-21T20:00:00Z".parse().unwrap();
        let wait = |value: &'static str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, http::HeaderValue::from_static(value))]);
            retry_after(&headers, now)
        };
        assert_eq!(wait("120"), Some(Duration::from_secs(120)));
        assert_eq!(wait(" 0 "), Some(Duration::ZERO));
        assert_eq!(wait("Sat, 21 Nov 2026 20:01:30 GMT"), Some(Duration::from_secs(90)));
        assert_eq!(wait("Sat, 21 Nov 2026 19:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(wait("99999999999999999999999"), Some(Duration::from_secs(u64::from(u32::MAX))));
        for nonsense in ["soon", "-5", "1.5", ""] {
            assert_eq!(wait(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn the_budget_runs_out_and_recovers() {
        let budget = Budget::new();
        assert_eq!((0..100).filter(|_| budget.withdraw()).count(), 20);
        for _ in 0..5 {
            budget.deposit();
        }
        assert_eq!((0..100).filter(|_| budget.withdraw()).count(), 1);
    }

    proptest! {
        #[test]
        fn pauses_grow_to_the_cap_and_no_further(attempt in 1u32..200, random in any::<u64>()) {
            let pause = RETRY.backoff(attempt, random);
            prop_assert!(pause <= Duration::from_secs(8));
            prop_assert!(pause <= Duration::from_millis(250) * 2u32.saturating_pow(attempt - 1).min(1 << 20));
        }
    }
}
