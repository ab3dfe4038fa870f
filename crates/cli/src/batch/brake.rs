//! The brake: a service that is away is no fault of the pieces. All workers of a process stop together, and after growing pauses one
//! of them asks whether the service is back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use segno_core::time::{Clock, Timestamp};

use crate::failure::Failure;

/// The pause before a service is asked again the first time; it doubles from time to time.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause that is ours to choose.
const LONGEST: Duration = Duration::from_secs(300);

/// Holds the workers of a process while the service is away.
pub(super) struct Brake {
    clock: Arc<dyn Clock>,
    /// How long a service that is away is waited for.
    patience: Duration,
    away: Mutex<Option<Away>>,
    /// When it was found to be away the last time.
    last: Mutex<Option<Instant>>,
    /// Whose turn it is to ask.
    turn: tokio::sync::Mutex<()>,
}

/// A service that is away, or was and has not done a whole piece since.
#[derive(Clone, Debug)]
pub(super) struct Away {
    /// When it was found to be away, and when it is asked again.
    since: (Instant, Timestamp),
    again: (Instant, Timestamp),
    pause: Duration,
    /// How often it was found to be away.
    times: u32,
    /// Whether the workers wait for it.
    holds: bool,
    /// What happened, in one line.
    line: String,
}

impl Away {
    /// How long is waited before it is asked again.
    pub(super) fn pause(&self) -> Duration {
        self.pause
    }

    /// What is said of it.
    pub(super) fn told(&self) -> String {
        format!(
            "the service is away since {}, trying again at {}: {}",
            second(self.since.1),
            second(self.again.1),
            self.line
        )
    }

    /// The same in a few words.
    pub(super) fn short(&self) -> String {
        format!("service away since {}, trying again at {}", second(self.since.1), second(self.again.1))
    }
}

/// A moment to the second.
fn second(at: Timestamp) -> String {
    Timestamp::from_unix_seconds(at.unix_seconds()).unwrap_or(at).to_string()
}

impl Brake {
    pub(super) fn new(clock: Arc<dyn Clock>, patience: Duration) -> Self {
        Self {
            clock,
            patience,
            away: Mutex::default(),
            last: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Away>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The service, if the workers wait for it.
    pub(super) fn away(&self) -> Option<Away> {
        self.lock().clone().filter(|away| away.holds)
    }

    /// Whether the service was found to be away at that moment or later.
    pub(super) fn was_away_since(&self, begin: Instant) -> bool {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|last| last >= begin)
    }

    /// The service was found to be away. Of several workers that find it at the same time, the first says how long is waited, unless
    /// the service asks another for more.
    pub(super) fn hold(&self, failure: &Failure) -> Away {
        let now = (self.clock.now(), self.clock.wall());
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(now.0);
        let mut state = self.lock();
        let before = state.take();
        let is_held = before.as_ref().is_some_and(|away| away.holds && away.again.0 > now.0);
        let (since, mut times) = before.as_ref().map_or((now, 0), |away| (away.since, away.times));
        times += u32::from(!is_held);
        // Up to a quarter more by chance, so that many processes do not come back together.
        let chance = (self.clock.random() % 1000) as f64 / 4000.0;
        let chosen = FIRST.saturating_mul(1 << (times - 1).min(16)).min(LONGEST).mul_f64(1.0 + chance);
        let asked = failure.asks().unwrap_or_default();
        let left = self.patience.saturating_sub(now.0.duration_since(since.0));
        let pause = if is_held { asked } else { chosen.max(asked) }.min(left);
        let mut again = (now.0 + pause, now.1.plus(pause));
        if let Some(before) = before.filter(|before| is_held && before.again.0 > again.0) {
            again = before.again;
        }
        let pause = again.0.duration_since(now.0);
        let away = Away { since, again, pause, times, holds: true, line: failure.to_string() };
        *state = Some(away.clone());
        away
    }

    /// A piece was done: the service is there. Gives whether the workers waited for it.
    pub(super) fn release(&self) -> bool {
        self.lock().take().is_some_and(|away| away.holds)
    }

    /// Waits until the service is there. `ask` asks it; `say` tells that it is still away, or that it is back.
    ///
    /// # Errors
    /// What `ask` fails with if that is a login, or the failure of a service that is away for longer than the patience.
    pub(super) async fn wait<A, S>(
        &self,
        ask: impl Fn() -> A,
        say: impl Fn(Option<Away>) -> S,
    ) -> Result<(), Failure>
    where
        A: Future<Output = Result<(), Failure>>,
        S: Future<Output = ()>,
    {
        while let Some(away) = self.away() {
            let pause = away.again.0.saturating_duration_since(self.clock.now());
            if !pause.is_zero() {
                self.clock.sleep(pause).await;
                continue;
            }
            let _turn = self.turn.lock().await;
            // Another may have asked meanwhile.
            if self.away().is_none_or(|now| now.again.0 > self.clock.now()) {
                continue;
            }
            match ask().await {
                Ok(()) => {
                    if let Some(away) = &mut *self.lock() {
                        away.holds = false;
                    }
                    say(None).await;
                }
                Err(failure) if failure.is_login() => return Err(failure),
                Err(failure) if self.clock.now().duration_since(away.since.0) >= self.patience => {
                    return Err(failure
                        .of_worker()
                        .advice(format_args!(
                            "the service is away since {}, longer than --patience",
                            second(away.since.1)
                        ))
                        .last("nothing is lost: run the same command again to go on"));
                }
                Err(failure) => say(Some(self.hold(&failure))).await,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use segno_core::testing::ManualClock;

    use super::*;

    const S: Duration = Duration::from_secs(1);

    fn brake(patience: Duration) -> (Arc<ManualClock>, Arc<Brake>) {
        let clock = ManualClock::new("2026-11-28T04:00:00Z".parse().unwrap());
        (Arc::clone(&clock), Arc::new(Brake::new(clock, patience)))
    }

    fn away() -> Failure {
        Failure::away("503 Service Unavailable", None)
    }

    #[tokio::test]
    async fn all_wait_one_asks_and_pauses_double() {
        let (clock, brake) = brake(3600 * S);
        brake.hold(&away());
        let asked = Arc::new(AtomicU32::new(0));
        let said = Arc::new(Mutex::new(Vec::new()));
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (brake, asked, said) = (Arc::clone(&brake), Arc::clone(&asked), Arc::clone(&said));
            workers.spawn(async move {
                let ask =
                    || async { if asked.fetch_add(1, Ordering::SeqCst) < 9 { Err(away()) } else { Ok(()) } };
                let say = |away: Option<Away>| {
                    said.lock().unwrap().push(away.map(|away| away.told()));
                    std::future::ready(())
                };
                brake.wait(ask, say).await
            });
        }
        while let Some(done) = workers.join_next().await {
            done.unwrap().unwrap();
        }
        assert_eq!(asked.load(Ordering::SeqCst), 10);
        let said = said.lock().unwrap();
        assert_eq!((said.len(), &said[9]), (10, &None));
        let first = said[0].as_deref().unwrap();
        let begins = "the service is away since 2026-11-28T04:00:00Z, trying again at 2026-11-28T04:00:0";
        assert!(first.starts_with(begins) && first.ends_with("503 Service Unavailable"), "{first}");
        // 1, 2, 4 ... 256 and 300 s, each up to a quarter more.
        let passed = clock.wall().since("2026-11-28T04:00:00Z".parse().unwrap()).as_secs_f64();
        assert!((811.0..=811.0 * 1.25).contains(&passed), "{passed}");
    }

    #[tokio::test]
    async fn the_service_says_how_long_and_a_piece_that_is_done_begins_anew() {
        let (clock, brake) = brake(24 * 3600 * S);
        let begin = clock.now();
        assert!(!brake.was_away_since(begin));
        let pause = |away: Away| away.pause().as_secs();
        assert_eq!(pause(brake.hold(&Failure::away("429", Some(90 * S)))), 90);
        // Who finds the same at the same time does not make it longer or shorter.
        assert_eq!(pause(brake.hold(&away())), 90);
        assert_eq!(pause(brake.hold(&Failure::away("429", Some(120 * S)))), 120);
        clock.sleep(120 * S).await;
        assert_eq!(pause(brake.hold(&away())), 2);
        assert!(brake.release() && !brake.release());
        // Who began before is not at fault, also when it is back.
        assert!(brake.was_away_since(begin) && !brake.was_away_since(clock.now() + S));
        assert!(brake.away().is_none());
        assert_eq!(pause(brake.hold(&away())), 1);
    }

    #[tokio::test]
    async fn patience_and_a_refused_login_end_the_wait() {
        let (clock, brake) = brake(60 * S);
        brake.hold(&away());
        let say = |_| std::future::ready(());
        let line = brake.wait(|| async { Err(away()) }, say).await.unwrap_err().to_string();
        assert!(line.contains("longer than --patience; nothing is lost"), "{line}");
        assert_eq!(clock.wall().to_string(), "2026-11-28T04:01:00Z");
        let login = || async { Err(Failure::login("soundslice", "401")) };
        assert!(brake.wait(login, say).await.unwrap_err().is_login());
    }
}
