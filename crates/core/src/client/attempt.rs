//! The attempt loop: prepare, limit, authorize, send, observe, judge.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Response, StatusCode};
use tracing::Instrument as _;

use super::Inner;
use super::exchange::{Exchange, Taken, Taking, Used};
use crate::BoxFuture;
use crate::client::error::{Before, Cause, Error, Raw};
use crate::client::retry::{Outcome, Spent, Verdict, is_busy, retry_after};
use crate::endpoint::{ApiError, Endpoint};
use crate::one_line::Seconds;
use crate::request::progress::OnProgress;
use crate::request::{Kind, Prepared, Replay};
use crate::time::{Timestamp, within};
use crate::transport::TransportErrorKind;
use crate::transport::body::ResponseBody;

/// What can be set for one call.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) deadline: Option<Duration>,
    pub(crate) progress: Option<OnProgress>,
}

/// A call that failed, before the service's error is read as the endpoint's type.
pub(crate) type Failure = Error<Raw>;

/// What the loop must know of an endpoint to read its answers, without its type.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    pub(super) accepts: fn(StatusCode) -> bool,
    asks: fn(StatusCode, &http::HeaderMap, &Bytes, Timestamp) -> Option<Duration>,
}

impl Reading {
    pub(crate) fn of<E: Endpoint>() -> Self {
        Self { accepts: E::accepts, asks: asks::<E::ApiError> }
    }

    /// With another judgement about which answers are for reading.
    pub(crate) fn accepting(self, accepts: fn(StatusCode) -> bool) -> Self {
        Self { accepts, ..self }
    }
}

/// How long an error response asks to wait, in its head or in its body: the longer of the two, so that nobody comes back
/// early.
fn asks<A: ApiError>(
    status: StatusCode,
    headers: &http::HeaderMap,
    body: &Bytes,
    now: Timestamp,
) -> Option<Duration> {
    retry_after(headers, now).max(A::read(status, headers, body).retry_after(now))
}

/// Sends until there is an accepted answer, and reads it whole.
pub(crate) async fn whole(
    client: &Inner,
    prepared: Prepared,
    options: Options,
    reading: Reading,
) -> Result<(Response<Bytes>, u32), Failure> {
    match boxed(client, prepared, options, reading, Taking::Whole(client.body_cap)).await? {
        (Taken::Whole(response), attempts) => Ok((response, attempts)),
        (Taken::Stream(response), attempts) => Ok((response.map(|_| Bytes::new()), attempts)),
    }
}

/// Sends until there is an accepted answer, and gives it as it arrives.
pub(crate) async fn streamed(
    client: &Inner,
    prepared: Prepared,
    options: Options,
    reading: Reading,
) -> Result<(Response<ResponseBody>, u32), Failure> {
    match boxed(client, prepared, options, reading, Taking::Stream).await? {
        (Taken::Stream(response), attempts) => Ok((response, attempts)),
        (Taken::Whole(response), attempts) => Ok((response.map(ResponseBody::from_bytes), attempts)),
    }
}

/// The loop on the heap: it is kilobytes large, and callers hold many calls in one function.
fn boxed(
    client: &Inner,
    prepared: Prepared,
    options: Options,
    reading: Reading,
    taking: Taking,
) -> BoxFuture<'_, Result<(Taken, u32), Failure>> {
    Box::pin(async move {
        let span = tracing::debug_span!("call", endpoint = prepared.endpoint, path = prepared.template);
        let limit = options.deadline.or((prepared.kind == Kind::Call).then_some(client.timeouts.call));
        // A limit beyond what the clock can count is none.
        let deadline =
            limit.and_then(|limit| client.clock.now().checked_add(limit).map(|at| Deadline { at, limit }));
        let call = Running { client, prepared: &prepared, options: &options, reading, taking, deadline };
        call.run().instrument(span).await
    })
}

/// The moment at which a call ends whatever it is at, and how long it had.
#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    limit: Duration,
}

/// A call under way.
struct Running<'a> {
    client: &'a Inner,
    prepared: &'a Prepared,
    options: &'a Options,
    reading: Reading,
    taking: Taking,
    deadline: Option<Deadline>,
}

impl<'a> Running<'a> {
    async fn run(&self) -> Result<(Taken, u32), Failure> {
        let Self { client, prepared, .. } = *self;
        if let Err(error) = client.clock.ready() {
            return Err(self.failure(0, Cause::Transport(error.into())));
        }
        let mut reauthorized = false;
        let mut attempts = 0;
        let mut spent = Spent::default();
        let mut before = Before::default();
        let mut earlier: Option<Failure> = None;
        loop {
            if let Err(wait) = self.take_place().await {
                return Err(earlier.unwrap_or_else(|| self.failure(attempts, Cause::Limited(wait))));
            }
            attempts += 1;
            let (used, outcome) = self.attempt(attempts).await;
            let (cause, sent) = match outcome {
                Ok(taken) => {
                    client.budget.deposit();
                    return Ok((taken, attempts));
                }
                Err(lost) => lost,
            };
            let asked = match &cause {
                Cause::Api { status, headers, body, .. } => {
                    (self.reading.asks)(*status, headers, body, client.clock.wall())
                }
                _ => None,
            };
            self.hold(&cause, asked);
            let mut failure = self.failure(attempts, cause).asking(asked).after(before);
            before = before.max(failure.cause().reached(sent));
            if matches!(failure.cause(), Cause::Deadline(_)) {
                failure = failure.after(before);
            }

            let unauthorized = failure.status() == Some(StatusCode::UNAUTHORIZED);
            if let (true, Some((credentials, ticket))) = (unauthorized, used)
                && !reauthorized
                && prepared.replay != Replay::Once
                && prepared.body.reopenable()
            {
                reauthorized = true;
                match self.in_time(credentials.rejected(ticket)).await {
                    Ok(Ok(true)) => {
                        earlier = Some(failure);
                        continue;
                    }
                    Ok(Ok(false)) | Err(_) => return Err(failure),
                    Ok(Err(error)) => return Err(self.failure(attempts, Cause::Auth(error)).after(before)),
                }
            }
            let Some(outcome) = outcome_of(failure.cause(), asked) else { return Err(failure) };
            spent.tries += 1;
            let (replayable, random) = (prepared.body.reopenable(), client.clock.random());
            let (pause, costs) = match client.retry.judge(spent, prepared.replay, replayable, outcome, random)
            {
                Verdict::Stop => return Err(failure),
                Verdict::Impatient if spent.waited.is_zero() => return Err(failure),
                Verdict::Impatient => {
                    let waited = Seconds(spent.waited);
                    return Err(failure.noting(format!("it was waited for {waited} already")));
                }
                Verdict::Again(pause) => (pause, true),
                Verdict::Wait(pause) => {
                    spent.tries -= 1;
                    spent.waited = spent.waited.saturating_add(pause);
                    (pause, false)
                }
            };
            let back = client.clock.now().checked_add(pause);
            if self.deadline.is_some_and(|deadline| back.is_none_or(|back| back >= deadline.at)) {
                return Err(failure);
            }
            if costs && !client.budget.withdraw() {
                return Err(failure.noting(client.retry.out_of_budget()));
            }
            spent.repeats += 1;
            if outcome == Outcome::Stale {
                // The connection was at fault and not the attempt.
                attempts -= 1;
            } else {
                client.clock.sleep(pause).await;
            }
            earlier = Some(failure);
        }
    }

    /// One attempt, and if it failed, whether a request left.
    async fn attempt(&self, number: u32) -> (Used<'a>, Result<Taken, (Cause<Raw>, bool)>) {
        let Self { client, prepared, .. } = *self;
        let began = client.clock.now();
        let sent = AtomicBool::new(false);
        let exchange = Exchange {
            client,
            prepared,
            progress: self.options.progress.clone(),
            number,
            accepts: self.reading.accepts,
            taking: self.taking,
            until: self.deadline.map(|deadline| deadline.at),
            sent: &sent,
        };
        let (used, outcome) = match self.in_time(exchange.run()).await {
            Ok(ended) => ended,
            Err(limit) => (None, Err(Cause::Deadline(limit))),
        };
        observe(prepared, number, client.clock.now().saturating_duration_since(began), &outcome);
        (used, outcome.map_err(|cause| (cause, sent.load(Ordering::Relaxed))))
    }

    fn failure(&self, attempts: u32, cause: Cause<Raw>) -> Failure {
        Error::new(self.prepared.endpoint, attempts, None, cause).of(self.prepared.replay)
    }

    /// What is too much for the service concerns everybody who shares the limit, not only this call: it counts them
    /// together. A wait that nobody has the patience for binds nobody: a mistake of the service must not stop a client for a
    /// year.
    fn hold(&self, cause: &Cause<Raw>, asked: Option<Duration>) {
        let client = self.client;
        let busy = matches!(cause, Cause::Api { status, .. } if is_busy(*status));
        if let (true, false, Some(asked)) = (busy, self.prepared.elsewhere, asked)
            && asked <= client.retry.patience
            && let Some(until) = client.clock.now().checked_add(asked)
        {
            client.limit.hold(until);
        }
    }

    /// The value of `work`, or how long the call had if it did not end in time.
    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Result<T, Duration> {
        let Some(Deadline { at, limit }) = self.deadline else { return Ok(work.await) };
        let left = at.saturating_duration_since(self.client.clock.now());
        within(work, self.client.clock.sleep(left)).await.ok_or(limit)
    }

    /// Waits for a place under the rate limit; the error is a wait that would outlive the deadline. Who was held back in the
    /// meantime takes another place.
    async fn take_place(&self) -> Result<(), Duration> {
        let Self { client, prepared, .. } = *self;
        // The limit is the service's; what goes to a URL of its own is another's.
        if prepared.elsewhere {
            return Ok(());
        }
        loop {
            let now = client.clock.now();
            let patience = self.deadline.map(|deadline| deadline.at.saturating_duration_since(now));
            let wait = client.limit.reserve(now, patience)?;
            if wait.is_zero() {
                return Ok(());
            }
            client.clock.sleep(wait).await;
            if !client.limit.is_held(client.clock.now()) {
                return Ok(());
            }
        }
    }
}

/// What there is to judge about a failure; `None` if no second attempt could mend it.
fn outcome_of(cause: &Cause<Raw>, retry_after: Option<Duration>) -> Option<Outcome> {
    match cause {
        Cause::Api { status, .. } => Some(Outcome::Status { status: *status, retry_after }),
        Cause::Transport(error) if error.is_stale() => Some(Outcome::Stale),
        Cause::Transport(error) => match error.kind() {
            TransportErrorKind::Source | TransportErrorKind::Runtime | TransportErrorKind::Untrusted => None,
            TransportErrorKind::Exhausted => Some(Outcome::Exhausted),
            _ => Some(Outcome::Lost(error.phase())),
        },
        _ => None,
    }
}

/// One event for one attempt. The path is the template: neither the URL nor a value of the query is ever logged.
fn observe(prepared: &Prepared, attempt: u32, elapsed: Duration, outcome: &Result<Taken, Cause<Raw>>) {
    let (status, lost) = match outcome {
        Ok(Taken::Whole(response)) => (Some(response.status()), None),
        Ok(Taken::Stream(response)) => (Some(response.status()), None),
        Err(Cause::Api { status, .. }) => (Some(*status), None),
        Err(lost) => (None, Some(lost)),
    };
    tracing::debug!(
        endpoint = prepared.endpoint,
        attempt,
        status = status.map(|status| status.as_u16()),
        elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        path = prepared.template,
        lost = lost.map(tracing::field::display),
        "attempt"
    );
}
