//! The attempt loop: prepare, limit, authorize, send, observe, judge.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, HOST};
use http::{Request, Response, StatusCode};
use tracing::Instrument as _;

use super::Inner;
use crate::auth::{Attempt, AuthError, Authorize, Ticket};
use crate::call::Options;
use crate::error::{BuildError, RedirectError};
use crate::redirect::{self, Redirects};
use crate::request::{Kind, Prepared, host};
use crate::response::{CollectError, Incoming};
use crate::retry::{Outcome, Verdict, retry_after};
use crate::transport::deadline::{self, within};
use crate::transport::{TransportError, TransportErrorKind};
use crate::url::Origin;

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
    TooLarge { status: StatusCode, cap: usize },
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
    prepared: &Prepared,
    options: &Options,
    accepts: fn(StatusCode) -> bool,
) -> Result<(Response<Bytes>, u32), Failure> {
    match run(client, prepared, options, accepts, Taking::Whole(client.body_cap)).await? {
        (Taken::Whole(response), attempts) => Ok((response, attempts)),
        (Taken::Stream(response), attempts) => Ok((response.map(|_| Bytes::new()), attempts)),
    }
}

/// Sends until there is an accepted answer, and gives it as it arrives.
pub(crate) async fn streamed(
    client: &Inner,
    prepared: &Prepared,
    options: &Options,
    accepts: fn(StatusCode) -> bool,
) -> Result<(Response<Incoming>, u32), Failure> {
    match run(client, prepared, options, accepts, Taking::Stream).await? {
        (Taken::Stream(response), attempts) => Ok((response, attempts)),
        (Taken::Whole(response), attempts) => Ok((response.map(Incoming::from_bytes), attempts)),
    }
}

async fn take(response: Response<Incoming>, taking: Taking) -> Result<Taken, Lost> {
    let Taking::Whole(cap) = taking else { return Ok(Taken::Stream(response)) };
    let (parts, body) = response.into_parts();
    match body.collect(cap).await {
        Ok(bytes) => Ok(Taken::Whole(Response::from_parts(parts, bytes))),
        Err(CollectError::TooLarge) => Err(Lost::TooLarge { status: parts.status, cap }),
        Err(CollectError::Transport(error)) => Err(Lost::Transport(error)),
    }
}

async fn run(
    client: &Inner,
    prepared: &Prepared,
    options: &Options,
    accepts: fn(StatusCode) -> bool,
    taking: Taking,
) -> Result<(Taken, u32), Failure> {
    let span = tracing::debug_span!("call", endpoint = prepared.endpoint, path = prepared.template);
    let limit = options.deadline.or((prepared.kind == Kind::Call).then_some(client.timeouts.call));
    let start = client.clock.now();
    let deadline = limit.map(|limit| start + limit);
    let mut reauthorized = false;
    let mut attempts = 0;
    async {
        loop {
            if let Err(wait) = take_place(client, deadline).await {
                return Err(Failure { attempts, retry_after: None, lost: Lost::Limited(wait) });
            }
            attempts += 1;
            let one = attempt(client, prepared, options, attempts, accepts, taking);
            let (ticket, outcome) = match (deadline, limit) {
                (Some(deadline), Some(limit)) => {
                    let left = deadline.saturating_duration_since(client.clock.now());
                    within(one, client.clock.sleep(left)).await.unwrap_or((None, Err(Lost::Deadline(limit))))
                }
                _ => one.await,
            };
            let lost = match outcome {
                Ok(value) => {
                    client.budget.deposit();
                    return Ok((value, attempts));
                }
                Err(lost) => lost,
            };
            let asked = match &lost {
                Lost::Status(response) => retry_after(response.headers(), client.clock.wall()),
                _ => None,
            };
            let failed = |lost| Failure { attempts, retry_after: asked, lost };
            tracing::debug!(attempt = attempts, outcome = %lost, "attempt failed");

            if let (Lost::Status(response), Some((credentials, ticket))) = (&lost, ticket)
                && response.status() == StatusCode::UNAUTHORIZED
                && !reauthorized
                && prepared.body.reopenable()
            {
                reauthorized = true;
                match credentials.rejected(ticket).await {
                    Ok(true) => continue,
                    Ok(false) => return Err(failed(lost)),
                    Err(error) => return Err(failed(Lost::Auth(error))),
                }
            }
            let outcome = match &lost {
                Lost::Status(response) => Outcome::Status { status: response.status(), retry_after: asked },
                Lost::Transport(error) if error.kind() != TransportErrorKind::Source => {
                    Outcome::Lost(error.phase())
                }
                _ => return Err(failed(lost)),
            };
            let replayable = prepared.body.reopenable();
            let random = client.clock.random();
            let Verdict::Again(pause) =
                client.retry.judge(attempts, prepared.replay, replayable, outcome, random)
            else {
                return Err(failed(lost));
            };
            let too_late = deadline.is_some_and(|deadline| client.clock.now() + pause >= deadline);
            if too_late || !client.budget.withdraw() {
                return Err(failed(lost));
            }
            // Everybody who shares the limit is held back, not only this call: the service counts them together.
            if let (Some(limit), Some(asked)) = (&client.limit, asked) {
                limit.hold(client.clock.now() + asked);
            }
            client.clock.sleep(pause).await;
        }
    }
    .instrument(span)
    .await
}

/// Waits for a place under the rate limit; the error is a wait that would outlive the deadline.
async fn take_place(client: &Inner, deadline: Option<Instant>) -> Result<(), Duration> {
    let Some(limit) = &client.limit else { return Ok(()) };
    let now = client.clock.now();
    let wait = limit.reserve(now, deadline.map(|deadline| deadline.saturating_duration_since(now)))?;
    if !wait.is_zero() {
        client.clock.sleep(wait).await;
    }
    Ok(())
}

type Used<'a> = Option<(&'a dyn Authorize, Ticket)>;

/// One attempt with all its redirects. The ticket tells which credentials the first request carried.
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
            let mut body = prepared.body.clone();
            let mut target = uri.clone();
            if credentials_apply
                && let Some(credentials) = credentials_for(client, &target).map_err(Lost::Auth)?
            {
                let clock = &*client.clock;
                let attempt = Attempt {
                    method: &prepared.method,
                    uri: &mut target,
                    headers: &mut headers,
                    body: &mut body,
                    clock,
                };
                let ticket = credentials.authorize(attempt).await.map_err(Lost::Auth)?;
                used.get_or_insert((credentials, ticket));
            }
            let clock = client.clock.clone();
            let (outgoing, activity) =
                body.open(clock, options.progress.clone(), number).await.map_err(Lost::Source)?;
            let mut request = Request::new(outgoing);
            *request.method_mut() = prepared.method.clone();
            *request.uri_mut() = target;
            *request.headers_mut() = headers.clone();
            let response =
                deadline::send(&*client.transport, request, &activity, client.timeouts, &client.clock)
                    .await
                    .map_err(Lost::Transport)?;
            let status = response.status();
            tracing::debug!(attempt = number, status = status.as_u16(), "answered");
            if prepared.redirects == Redirects::Follow {
                let hop = redirect::decide(&prepared.method, &uri, status, response.headers(), hops)
                    .map_err(Lost::Redirect)?;
                if let Some(hop) = hop {
                    hops += 1;
                    if !hop.same_origin {
                        credentials_apply = false;
                        headers.remove(AUTHORIZATION);
                        headers.remove(COOKIE);
                    }
                    headers.insert(HOST, host(&hop.to).map_err(Lost::Build)?);
                    uri = hop.to;
                    continue;
                }
            }
            if accepts(status) {
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
            Self::TooLarge { cap, .. } => write!(f, "larger than {cap} bytes"),
        }
    }
}
