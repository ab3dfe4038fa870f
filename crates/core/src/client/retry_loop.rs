//! What one call may still spend, and what became of it so far: the one place for attempts, deadline, budget and waits.

use std::future::Future;
use std::time::{Duration, Instant};

use http::StatusCode;

use super::Inner;
use super::authorize::Rejection;
use super::deadline::{Deadline, with_deadline};
use super::error::{Cause, Error, Reached};
use super::exchange::Authorized;
use super::observer::{EventKind, Observed, Wait};
use super::rate_limit::LimitError;
use super::retry::{Outcome, Spent, Verdict, is_busy, retry_after};
use crate::endpoint::ApiError;
use crate::one_line::Seconds;
use crate::request::{Kind, Prepared, Replay};
use crate::transport::{TransportErrorKind, coding};

/// How many places in a row an attempt gives up because it comes too late for them. Where a process is always late, the next one would be
/// missed as well.
const MISSED: u32 = 8;

/// One call through all its attempts.
pub(crate) struct RetryLoop<'a> {
    pub(crate) client: &'a Inner,
    endpoint: &'static str,
    replay: Replay,
    /// Whether the body can be sent again.
    replayable: bool,
    /// Whether the request goes to the service itself, whose limit holds; what goes to a URL of its own is another's.
    is_limited: bool,
    began: Instant,
    pub(crate) deadline: Option<Deadline>,
    pub(crate) attempts: u32,
    spent: Spent,
    /// How far the attempts so far got.
    reached: Reached,
    reauthorized: bool,
    observed: Option<Observed>,
}

impl<'a> RetryLoop<'a> {
    /// A call that begins now; `limit` is its own in place of the client's.
    pub(crate) fn new(client: &'a Inner, prepared: &Prepared, limit: Option<Duration>) -> Self {
        let limit = limit.or((prepared.kind == Kind::Call).then_some(client.timeouts.call));
        Self {
            client,
            endpoint: prepared.endpoint,
            replay: prepared.replay,
            replayable: prepared.body.reopenable(),
            is_limited: !prepared.elsewhere,
            began: client.clock.now(),
            deadline: limit.and_then(|limit| Deadline::after(limit, &*client.clock)),
            attempts: 0,
            spent: Spent::default(),
            reached: Reached::default(),
            reauthorized: false,
            observed: Observed::new(client.observer.as_ref(), prepared),
        }
    }

    /// Tells whoever observes the client.
    pub(crate) fn tell(&self, kind: EventKind) {
        if let Some(observed) = &self.observed {
            observed.tell(self.attempts, kind);
        }
    }

    /// Counts from here as if so many attempts had failed: each stretch of a download has its own.
    pub(crate) fn restart(&mut self, failures: u32) {
        self.spent = Spent { tries: failures, repeats: failures, ..Spent::default() };
        self.reauthorized = false;
    }

    /// The output of `work`, or how long the call had if it did not end in time.
    pub(crate) async fn timeout<T>(&self, work: impl Future<Output = T>) -> Result<T, Duration> {
        with_deadline(work, self.deadline, &*self.client.clock).await
    }

    /// Waits for a place under the rate limit; the error is a wait that would outlive the deadline, or a limit that cannot be
    /// asked. Who was held back in the meantime takes another place, and so does who comes too late for it.
    pub(crate) async fn acquire_permit<A>(&self) -> Result<(), Cause<A>> {
        let Inner { limit, clock, .. } = self.client;
        if !self.is_limited {
            return Ok(());
        }
        let place = async {
            let mut missed = 0;
            loop {
                let patience = self.deadline.map(|deadline| deadline.left(&**clock));
                let asked = clock.now();
                let wait = limit.reserve(asked, 1, patience).await?;
                let left = || wait.saturating_sub(clock.now().saturating_duration_since(asked));
                if !left().is_zero() {
                    self.tell(EventKind::Waiting { wait: left(), reason: Wait::RateLimiter });
                    clock.sleep(left().saturating_sub(limit.ahead())).await;
                    if limit.held(clock.now()).await? > left() {
                        continue;
                    }
                    if !left().is_zero() {
                        clock.sleep(left()).await;
                    }
                }
                let late = clock.now().saturating_duration_since(asked).saturating_sub(wait);
                if late <= limit.tolerance() || missed == MISSED {
                    return Ok(());
                }
                missed += 1;
            }
        };
        match self.timeout(place).await.map_err(Cause::Deadline)? {
            Ok(()) => Ok(()),
            Err(LimitError::TooFar(wait)) => Err(Cause::Limited(wait)),
            Err(LimitError::Unavailable(reason)) => Err(Cause::LimitUnavailable(reason)),
        }
    }

    /// Counts an attempt that begins.
    pub(crate) fn begin(&mut self) -> &Self {
        self.attempts += 1;
        self.tell(EventKind::Started);
        self
    }

    /// Notes a response that was accepted.
    pub(crate) fn succeeded<T>(&mut self, response: T) -> T {
        self.client.budget.deposit();
        self.reached = Reached::Arrived;
        response
    }

    /// The error of the call, should it end so.
    pub(crate) fn error<A>(&self, cause: Cause<A>) -> Error<A> {
        let elapsed = self.client.clock.now().saturating_duration_since(self.began);
        Error::of_call(self.endpoint, self.attempts, elapsed, cause).of(self.replay).after(self.reached)
    }

    /// The error of the call, should it end with the attempt that failed so; `sent` is whether anything left. Whoever shares the
    /// limit is held back first, if it was too much for the service.
    pub(crate) async fn failed<A: ApiError>(&mut self, cause: Cause<A>, sent: bool) -> Error<A> {
        let untold = self.hold(&cause).await;
        let error = self.noted(cause, sent);
        match untold {
            Some(note) => error.noting(note),
            None => error,
        }
    }

    fn noted<A: ApiError>(&mut self, cause: Cause<A>, sent: bool) -> Error<A> {
        let delay = retry_delay(&cause, self.client);
        let reached = self.reached.max(cause.reached(sent));
        // A deadline says nothing of how far its attempt got.
        if matches!(cause, Cause::Deadline(_)) {
            self.reached = reached;
        }
        let unreadable = match &cause {
            Cause::Api { headers, .. } => coding::left(headers),
            _ => None,
        };
        let mut error = self.error(cause).asking(delay);
        if let Some(coding) = unreadable {
            error = error.noting(format!("its text cannot be read: {coding}"));
        }
        self.reached = reached;
        error
    }

    /// Waits until the next attempt may begin; the failure, if there is to be none.
    pub(crate) async fn next<A>(
        &mut self,
        failure: Error<A>,
        authorized: Authorized<'_>,
    ) -> Result<Error<A>, Error<A>> {
        let (renewed, failure) = self.reauthorize(failure, authorized).await?;
        if renewed {
            return Ok(failure);
        }
        let (pause, failure) = self.next_pause(failure)?;
        if let Some(pause) = pause {
            self.client.clock.sleep(pause).await;
        }
        Ok(failure)
    }

    /// After a 401, once: whether there are better credentials, so that another attempt is worth while. If there are not, the
    /// failure is the call's.
    async fn reauthorize<A>(
        &mut self,
        failure: Error<A>,
        authorized: Authorized<'_>,
    ) -> Result<(bool, Error<A>), Error<A>> {
        let unauthorized = failure.status() == Some(StatusCode::UNAUTHORIZED);
        let may_repeat = self.replayable && self.replay != Replay::Once && !self.reauthorized;
        let (true, true, Some((credentials, version))) = (unauthorized, may_repeat, authorized) else {
            return Ok((false, failure));
        };
        self.reauthorized = true;
        let Cause::Api { headers, body, .. } = failure.cause() else { return Ok((false, failure)) };
        let rejection = Rejection { version, headers, body, clock: &*self.client.clock };
        match self.timeout(credentials.rejected_by(rejection)).await {
            Ok(Ok(true)) => {
                self.tell(EventKind::Refreshed);
                Ok((true, failure))
            }
            Ok(Ok(false)) | Err(_) => Err(failure),
            Ok(Err(error)) => Err(self.error(Cause::Auth(error))),
        }
    }

    /// The pause before the next attempt, `None` if it may begin at once; or the failure, if there is no next one.
    pub(crate) fn next_pause<A>(
        &mut self,
        failure: Error<A>,
    ) -> Result<(Option<Duration>, Error<A>), Error<A>> {
        let client = self.client;
        let Some(outcome) = outcome_of(failure.cause(), failure.retry_after()) else { return Err(failure) };
        self.spent.tries += 1;
        let random = client.clock.random();
        let (pause, is_free) =
            match client.retry.judge(self.spent, self.replay, self.replayable, outcome, random) {
                Verdict::Again(pause) => (pause, false),
                Verdict::Wait(pause) => (pause, true),
                Verdict::Impatient if !self.spent.waited.is_zero() => {
                    let waited = Seconds(self.spent.waited);
                    return Err(failure.noting(format!("{waited} were waited already")));
                }
                Verdict::Stop | Verdict::Impatient => return Err(failure),
            };
        if let Some(deadline) = self.deadline.filter(|deadline| deadline.ends_within(pause, &*client.clock)) {
            let limit = Seconds(deadline.limit);
            return Err(failure.noting(format!("not repeated: the deadline of {limit} leaves no time")));
        }
        if is_free {
            self.spent.tries -= 1;
            self.spent.waited = self.spent.waited.saturating_add(pause);
        } else if !client.budget.withdraw() {
            return Err(failure.noting(client.retry.out_of_budget()));
        }
        let is_of_connection = outcome.is_of_connection(self.spent.repeats);
        self.spent.repeats += 1;
        self.tell(EventKind::Retried);
        if !is_of_connection {
            self.tell(EventKind::Waiting { wait: pause, reason: Wait::Retry });
            return Ok((Some(pause), failure));
        }
        self.attempts -= 1;
        Ok((None, failure))
    }

    /// Holds everybody back who shares the limit, if the attempt was too much for the service: it counts them together. A wait
    /// that nobody has the patience for binds nobody: a mistake of the service must not stop a client for a year. Gives what
    /// there is to say if they could not be told.
    async fn hold<A: ApiError>(&self, cause: &Cause<A>) -> Option<String> {
        let client = self.client;
        let busy = matches!(cause, Cause::Api { status, .. } if is_busy(*status));
        let wait = retry_delay(cause, client)?;
        if !busy || !self.is_limited || wait > client.retry.patience {
            return None;
        }
        let now = client.clock.now();
        match self.timeout(client.limit.hold(now, now.checked_add(wait)?)).await {
            Ok(Err(error)) => Some(format!("the others who share the limit could not be told: {error}")),
            Ok(Ok(())) | Err(_) => None,
        }
    }
}

/// How long an error response asks to wait, in its head or in its body: the longer of the two, so that nobody comes back
/// early.
fn retry_delay<A: ApiError>(cause: &Cause<A>, client: &Inner) -> Option<Duration> {
    let Cause::Api { headers, error, .. } = cause else { return None };
    let now = client.clock.wall();
    retry_after(headers, now).max(error.retry_after(now))
}

/// What there is to judge about a failure; `None` if no second attempt could mend it.
fn outcome_of<A>(cause: &Cause<A>, retry_after: Option<Duration>) -> Option<Outcome> {
    match cause {
        Cause::Api { status, .. } => Some(Outcome::Status { status: *status, retry_after }),
        Cause::Transport(error) if error.is_given_back() => Some(Outcome::GivenBack),
        Cause::Transport(error) if error.is_stale() => Some(Outcome::Stale),
        Cause::Transport(error) => match error.kind() {
            TransportErrorKind::Source
            | TransportErrorKind::Runtime
            | TransportErrorKind::Untrusted
            | TransportErrorKind::Proxy => None,
            TransportErrorKind::Exhausted => Some(Outcome::Exhausted),
            _ => Some(Outcome::Lost(error.phase())),
        },
        _ => None,
    }
}
