//! The attempt loop: prepare, limit, authorize, send, observe, judge.

use std::future::Future;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{HOST, HeaderMap};
use http::{Request, Response, StatusCode};
use tracing::Instrument as _;

use super::Inner;
use crate::BoxFuture;
use crate::auth::{Attempt, AuthError, Authorize, Ticket};
use crate::call::Options;
use crate::coding;
use crate::decode::DecodeError;
use crate::endpoint::{Endpoint, Replay, ResponseUrl};
use crate::error::{ApiError, BuildError, RedirectError};
use crate::redirect::{self, Redirects};
use crate::request::{Kind, Prepared, host};
use crate::response::{CollectError, Incoming};
use crate::retry::{Outcome, Verdict, retry_after};
use crate::time::Timestamp;
use crate::transport::deadline::{self, within};
use crate::transport::{TransportError, TransportErrorKind};
use crate::url::{Origin, SecretUrl};

/// As much of an error answer as is read and kept, in bytes.
const ERROR_CAP: usize = 64 * 1024;

/// A call that failed, before the service's error is read as the endpoint's type.
pub(crate) struct Failure {
    pub(crate) attempts: u32,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) lost: Lost,
}

pub(crate) enum Lost {
    Build(BuildError),
    Auth(AuthError),
    Source(std::io::Error),
    Transport(TransportError),
    Deadline(Duration),
    Limited(Duration),
    Redirect(RedirectError),
    Status(Response<Bytes>),
    Decode { status: StatusCode, headers: HeaderMap, error: DecodeError },
}

/// What the loop must know of an endpoint to read its answers, without its type.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    accepts: fn(StatusCode) -> bool,
    asks: fn(&Response<Bytes>, Timestamp) -> Option<Duration>,
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

/// How long an error answer asks to wait, in its head or in its body: the longer of the two, so that nobody comes back
/// early.
fn asks<A: ApiError>(answer: &Response<Bytes>, now: Timestamp) -> Option<Duration> {
    let head = retry_after(answer.headers(), now);
    let body = A::read(answer.status(), answer.headers(), answer.body()).retry_after(now);
    head.max(body)
}

/// How an accepted answer is taken.
#[derive(Clone, Copy)]
enum Taking {
    /// Read whole, up to a cap in bytes: a broken answer counts as a failed attempt.
    Whole(usize),
    /// As it arrives.
    Stream,
}

enum Taken {
    Whole(Response<Bytes>),
    Stream(Response<Incoming>),
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
) -> Result<(Response<Incoming>, u32), Failure> {
    match boxed(client, prepared, options, reading, Taking::Stream).await? {
        (Taken::Stream(response), attempts) => Ok((response, attempts)),
        (Taken::Whole(response), attempts) => Ok((response.map(Incoming::from_bytes), attempts)),
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
    Box::pin(async move { run(client, &prepared, &options, reading, taking).await })
}

async fn take(response: Response<Incoming>, taking: Taking) -> Result<Taken, Lost> {
    let Taking::Whole(cap) = taking else { return Ok(Taken::Stream(response)) };
    let (parts, body) = response.into_parts();
    match body.collect(cap).await {
        Ok(bytes) => Ok(Taken::Whole(Response::from_parts(parts, bytes))),
        Err(CollectError::TooLarge) => Err(Lost::Decode {
            status: parts.status,
            headers: parts.headers,
            error: DecodeError::TooLarge { cap },
        }),
        Err(CollectError::Transport(error)) => Err(match error.coding() {
            Some(error) => Lost::Decode { status: parts.status, headers: parts.headers, error },
            None => Lost::Transport(error),
        }),
    }
}

/// The moment at which a call ends whatever it is at, and how long it had.
#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    limit: Duration,
}

async fn run(
    client: &Inner,
    prepared: &Prepared,
    options: &Options,
    reading: Reading,
    taking: Taking,
) -> Result<(Taken, u32), Failure> {
    let span = tracing::debug_span!("call", endpoint = prepared.endpoint, path = prepared.template);
    let clock = &client.clock;
    let limit = options.deadline.or((prepared.kind == Kind::Call).then_some(client.timeouts.call));
    // A limit beyond what the clock can count is none.
    let deadline = limit.and_then(|limit| clock.now().checked_add(limit).map(|at| Deadline { at, limit }));
    async {
        let mut reauthorized = false;
        let mut attempts = 0;
        let mut retries = 0;
        let mut earlier: Option<Failure> = None;
        loop {
            if let Err(wait) = take_place(client, deadline).await {
                let limited = Failure { attempts, retry_after: None, lost: Lost::Limited(wait) };
                return Err(earlier.unwrap_or(limited));
            }
            attempts += 1;
            let began = clock.now();
            let one = attempt(client, prepared, options, attempts, reading.accepts, taking);
            let (ticket, outcome) = match before(client, deadline, one).await {
                Ok(ended) => ended,
                Err(limit) => (None, Err(Lost::Deadline(limit))),
            };
            let elapsed = clock.now().saturating_duration_since(began);
            observe(prepared, attempts, elapsed, &outcome);
            let lost = match outcome {
                Ok(value) => {
                    client.budget.deposit();
                    return Ok((value, attempts));
                }
                Err(lost) => lost,
            };
            let asked = match &lost {
                Lost::Status(response) => (reading.asks)(response, clock.wall()),
                _ => None,
            };
            hold(client, &lost, asked);
            let unauthorized =
                matches!(&lost, Lost::Status(answer) if answer.status() == StatusCode::UNAUTHORIZED);
            let failure = Failure { attempts, retry_after: asked, lost };

            if let (true, Some((credentials, ticket))) = (unauthorized, ticket)
                && !reauthorized
                && prepared.replay != Replay::Once
                && prepared.body.reopenable()
            {
                reauthorized = true;
                match before(client, deadline, credentials.rejected(ticket)).await {
                    Ok(Ok(true)) => {
                        earlier = Some(failure);
                        continue;
                    }
                    Ok(Ok(false)) | Err(_) => return Err(failure),
                    Ok(Err(error)) => return Err(Failure { lost: Lost::Auth(error), ..failure }),
                }
            }
            let outcome = match &failure.lost {
                Lost::Status(response) => Outcome::Status { status: response.status(), retry_after: asked },
                Lost::Transport(error) if error.kind() != TransportErrorKind::Source => {
                    Outcome::Lost(error.phase())
                }
                _ => return Err(failure),
            };
            retries += 1;
            let replayable = prepared.body.reopenable();
            let random = clock.random();
            let Verdict::Again(pause) =
                client.retry.judge(retries, prepared.replay, replayable, outcome, random)
            else {
                return Err(failure);
            };
            let in_time = deadline
                .is_none_or(|deadline| clock.now().checked_add(pause).is_some_and(|back| back < deadline.at));
            if !in_time || !client.budget.withdraw() {
                return Err(failure);
            }
            clock.sleep(pause).await;
            earlier = Some(failure);
        }
    }
    .instrument(span)
    .await
}

/// One event for one attempt. The path is the template: neither the URL nor a value of the query is ever logged.
fn observe(prepared: &Prepared, attempt: u32, elapsed: Duration, outcome: &Result<Taken, Lost>) {
    let (status, lost) = match outcome {
        Ok(Taken::Whole(response)) => (Some(response.status()), None),
        Ok(Taken::Stream(response)) => (Some(response.status()), None),
        Err(Lost::Status(response)) => (Some(response.status()), None),
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

/// Too many requests concern everybody who shares the limit, not only this call: the service counts them together. A
/// wait that nobody has the patience for binds nobody, lest a mistake of the service stop the program for a year.
fn hold(client: &Inner, lost: &Lost, asked: Option<Duration>) {
    let too_many = matches!(lost, Lost::Status(answer) if answer.status() == StatusCode::TOO_MANY_REQUESTS);
    if let (true, Some(limit), Some(asked)) = (too_many, &client.limit, asked)
        && asked <= client.retry.patience
        && let Some(until) = client.clock.now().checked_add(asked)
    {
        limit.hold(until);
    }
}

/// The value of `work`, or how long the call had if it did not end in time.
async fn before<T>(
    client: &Inner,
    deadline: Option<Deadline>,
    work: impl Future<Output = T>,
) -> Result<T, Duration> {
    let Some(Deadline { at, limit }) = deadline else { return Ok(work.await) };
    let left = at.saturating_duration_since(client.clock.now());
    within(work, client.clock.sleep(left)).await.ok_or(limit)
}

/// Waits for a place under the rate limit; the error is a wait that would outlive the deadline.
async fn take_place(client: &Inner, deadline: Option<Deadline>) -> Result<(), Duration> {
    let Some(limit) = &client.limit else { return Ok(()) };
    let now = client.clock.now();
    let wait = limit.reserve(now, deadline.map(|deadline| deadline.at.saturating_duration_since(now)))?;
    if !wait.is_zero() {
        client.clock.sleep(wait).await;
    }
    Ok(())
}

type Used<'a> = Option<(&'a dyn Authorize, Ticket)>;

/// One attempt with all its redirects. The ticket tells which credentials the last request carried.
async fn attempt<'a>(
    client: &'a Inner,
    prepared: &Prepared,
    options: &Options,
    number: u32,
    accepts: fn(StatusCode) -> bool,
    taking: Taking,
) -> (Used<'a>, Result<Taken, Lost>) {
    let mut used = None;
    let result = async {
        let mut uri = prepared.uri.clone();
        let mut headers = prepared.headers.clone();
        let mut credentials_apply = prepared.credentials;
        let mut hops = 0;
        loop {
            // Credentials go into copies, so that a redirect finds the request as it was without them.
            let mut parts = (uri.clone(), headers.clone(), prepared.body.clone());
            used = None;
            if credentials_apply
                && let Some(credentials) = credentials_for(client, &uri).map_err(Lost::Auth)?
            {
                let (uri, headers, body) = &mut parts;
                let clock = &*client.clock;
                let attempt = Attempt { method: &prepared.method, uri, headers, body, clock };
                let ticket = credentials.authorize(attempt).await.map_err(Lost::Auth)?;
                used = Some((credentials, ticket));
            }
            let (target, authorized, body) = parts;
            let clock = client.clock.clone();
            let (outgoing, activity) =
                body.open(clock, options.progress.clone(), number).await.map_err(Lost::Source)?;
            let mut request = Request::new(outgoing);
            *request.method_mut() = prepared.method.clone();
            *request.uri_mut() = target;
            *request.headers_mut() = authorized;
            let response =
                deadline::send(&*client.transport, request, &activity, client.timeouts, &client.clock)
                    .await
                    .map_err(Lost::Transport)?;
            let status = response.status();
            if prepared.redirects == Redirects::Follow {
                let hop = redirect::decide(&prepared.method, &uri, status, response.headers(), hops)
                    .map_err(Lost::Redirect)?;
                if let Some(hop) = hop {
                    hops += 1;
                    if !hop.same_origin {
                        credentials_apply = false;
                        headers = redirect::for_strangers(&headers);
                    }
                    headers.insert(HOST, host(&hop.to).map_err(Lost::Build)?);
                    uri = hop.to;
                    continue;
                }
            }
            if let (true, Some(unknown)) = (accepts(status), coding::left(response.headers())) {
                let headers = response.into_parts().0.headers;
                let error = DecodeError::Coding(unknown.to_string());
                return Err(Lost::Decode { status, headers, error });
            }
            let mut response = coding::decoded(response);
            if accepts(status) {
                response.extensions_mut().insert(ResponseUrl(SecretUrl::from(uri)));
                return take(response, taking).await;
            }
            let (parts, body) = response.into_parts();
            return Err(Lost::Status(Response::from_parts(parts, body.beginning(ERROR_CAP).await)));
        }
    }
    .await;
    (used, result)
}

/// The credentials for an address, if any are bound to its origin.
fn credentials_for<'a>(client: &'a Inner, uri: &http::Uri) -> Result<Option<&'a dyn Authorize>, AuthError> {
    let Some(origin) = Origin::of(uri) else { return Ok(None) };
    let Some((_, credentials)) = client.credentials.iter().find(|(bound, _)| *bound == origin) else {
        return Ok(None);
    };
    if !origin.is_secure() && !origin.is_loopback() && !credentials.survives_plain_http() {
        return Err(AuthError::Insecure(origin));
    }
    Ok(Some(&**credentials))
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Build(error) => error.fmt(f),
            Self::Auth(error) => error.fmt(f),
            Self::Source(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::Deadline(_) => f.write_str("deadline"),
            Self::Limited(_) => f.write_str("rate limit"),
            Self::Redirect(error) => error.fmt(f),
            Self::Status(response) => response.status().fmt(f),
            Self::Decode { error, .. } => error.fmt(f),
        }
    }
}
