//! Waiting for work that goes on at a service: one loop for every job that waits.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use super::Client;
use super::deadline::Deadline;
use crate::client::error::Error;
use crate::one_line::{Seconds, write_around};

/// How often a service is asked whether its work is done: after `first`, then after pauses that double up to `longest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// The first pause; at least a millisecond is waited.
    pub first: Duration,
    /// The longest pause that doubling leads to.
    pub longest: Duration,
}

impl Pace {
    /// A first pause, and the longest that it grows to.
    #[must_use]
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }
}

/// The shortest time that a look is given to complete, also one at the very end.
const LOOK: Duration = Duration::from_secs(10);

/// Waiting that ended before the work was seen done. The work may go on at the service.
pub enum Unfinished<A> {
    /// The time is over.
    Late {
        /// How long was waited.
        waited: Duration,
        /// How the last look failed, if it did.
        last: Option<Error<A>>,
    },
    /// A look failed in a way that no later look would mend.
    Failed(Error<A>),
}

impl Client {
    /// Looks again and again until a look gives something, at most for `at_most`; the last look is at the very end.
    ///
    /// A look that fails for a passing reason ([`Error::is_transient`]) is made up for by the next one: waiting survives
    /// an outage that is shorter than itself. What the service asks to wait (`Retry-After`) is waited; if that is longer
    /// than what is left, waiting ends at once. `look` is told how long it may take.
    ///
    /// # Errors
    /// [`Unfinished`].
    pub async fn poll<T, A, F>(
        &self,
        pace: Pace,
        at_most: Duration,
        mut look: impl FnMut(Duration) -> F,
    ) -> Result<T, Unfinished<A>>
    where
        F: Future<Output = Result<Option<T>, Error<A>>>,
    {
        let clock = self.clock();
        let start = clock.now();
        let deadline = Deadline::after(at_most, &**clock);
        let left = || deadline.map_or(at_most, |deadline| deadline.left(&**clock));
        // A pause of nothing would double to nothing.
        let mut pause = pace.first.max(Duration::from_millis(1));
        loop {
            let before = left();
            let failed = match look(before.max(LOOK).min(self.0.timeouts.call)).await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => None,
                Err(error) if error.is_transient() => Some(error),
                Err(error) => return Err(Unfinished::Failed(error)),
            };
            let asked = failed.as_ref().and_then(Error::retry_after).unwrap_or_default();
            let left = left();
            if before.is_zero() || asked > left {
                let waited = clock.now().saturating_duration_since(start);
                return Err(Unfinished::Late { waited, last: failed });
            }
            clock.sleep(pause.max(asked).min(left)).await;
            pause = pause.saturating_mul(2).min(pace.longest);
        }
    }
}

impl<A> Unfinished<A> {
    /// The error of the look that ended the waiting, or of the last one before the time was over.
    #[must_use]
    pub fn error(&self) -> Option<&Error<A>> {
        match self {
            Self::Late { last, .. } => last.as_ref(),
            Self::Failed(error) => Some(error),
        }
    }
}

impl<A: fmt::Display> fmt::Display for Unfinished<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late { waited, last } => {
                let late = format!("not done after {}", Seconds(*waited));
                match last {
                    Some(error) => write_around(f, format_args!("{late}; the last look failed: "), error, ""),
                    None => f.write_str(&late),
                }
            }
            Self::Failed(error) => write_around(f, "a look failed: ", error, ""),
        }
    }
}

impl<A: fmt::Display> fmt::Debug for Unfinished<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unfinished({self})")
    }
}

impl<A: fmt::Display + 'static> std::error::Error for Unfinished<A> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error().map(|error| error as _)
    }
}
