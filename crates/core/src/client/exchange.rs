//! One attempt: authorize, send, follow redirects, read.

#![allow(clippy::result_large_err)] // A cause is boxed as soon as it becomes the error of its call.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{EXPECT, HOST, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode, Uri};

use super::Inner;
use super::attempt::Attempt;
use super::cache::{Cache, Found, Keep, Key, conditions, request_key};
use super::deadline::Deadline;
use super::error::Cause;
use super::observer::EventKind;
use super::redirect::{self, strip_cross_origin_headers};
use super::retry_loop::RetryLoop;
use super::strike::Private;
use crate::client::authorize::{AuthError, AuthRequest, Authorize, CredentialVersion};
use crate::decode::{DecodeError, ResponseUrl};
use crate::endpoint::ApiError;
use crate::request::{Prepared, Redirects, host};
use crate::transport::body::{CollectError, ResponseBody};
use crate::transport::{coding, deadline};
use crate::url::{SecretUrl, default_port};

/// As much of an error response as is read and kept, in bytes.
const ERROR_CAP: usize = 64 * 1024;

/// How long a body waits to be asked for.
const PATIENCE: Duration = Duration::from_secs(1);

/// How the body of an accepted response is taken.
pub(crate) trait BodyMode: Copy + Send + Sync {
    type Body: Send;

    /// The same of bytes that are here already; `None` if this is about what arrives.
    fn of_bytes(self, bytes: &Bytes) -> Option<Self::Body>;

    fn take(self, body: ResponseBody) -> impl Future<Output = Result<Self::Body, CollectError>> + Send;
}

/// Whole, up to a cap in bytes: one that breaks off is a failed attempt.
#[derive(Clone, Copy)]
pub(crate) struct Whole(pub(crate) usize);

impl BodyMode for Whole {
    type Body = Bytes;

    fn of_bytes(self, bytes: &Bytes) -> Option<Bytes> {
        Some(bytes.clone())
    }

    fn take(self, body: ResponseBody) -> impl Future<Output = Result<Bytes, CollectError>> + Send {
        body.collect(self.0)
    }
}

/// As it arrives.
#[derive(Clone, Copy)]
pub(crate) struct Streamed;

impl BodyMode for Streamed {
    type Body = ResponseBody;

    fn of_bytes(self, _: &Bytes) -> Option<ResponseBody> {
        None
    }

    async fn take(self, body: ResponseBody) -> Result<ResponseBody, CollectError> {
        Ok(body)
    }
}

/// Which credentials the last request of an attempt carried.
pub(crate) type Authorized<'a> = Option<(&'a dyn Authorize, CredentialVersion)>;

/// One attempt with all its redirects.
pub(super) struct Exchange<'a, 's, M> {
    client: &'a Inner,
    attempt: &'s Attempt<'s, M>,
    number: u32,
    began: Instant,
    deadline: Option<Deadline>,
    /// Which credentials the last request carried.
    pub(super) authorized: Authorized<'a>,
    /// Whether anything may have left.
    pub(super) sent: bool,
}

impl<'a, 's, M: BodyMode> Exchange<'a, 's, M> {
    pub(super) fn new(attempt: &'s Attempt<'s, M>, retry: &RetryLoop<'a>) -> Self {
        let (client, number, deadline) = (retry.client, retry.attempts, retry.deadline);
        let began = client.clock.now();
        Self { client, attempt, number, began, deadline, authorized: None, sent: false }
    }

    /// How an attempt ends that the deadline of its call ended.
    pub(super) fn out_of_time<A>(limit: Duration) -> Result<Response<M::Body>, Cause<A>> {
        Err(Cause::Deadline(limit))
    }

    /// Authorizes and sends the request, and the requests that redirects ask for, and takes the body of the response.
    pub(super) async fn send<A: ApiError>(&mut self) -> Result<Response<M::Body>, Cause<A>> {
        let (client, prepared) = (self.client, self.attempt.prepared);
        // Where a redirect led, and with which headers.
        let mut elsewhere: Option<(Uri, HeaderMap)> = None;
        let mut credentials_apply = prepared.credentials;
        let mut hops = 0;
        loop {
            let (uri, headers) = match &elsewhere {
                Some((uri, headers)) => (uri, headers),
                None => (&prepared.uri, &prepared.headers),
            };
            // Credentials go into copies, so that a redirect finds the request as it was without them.
            let mut parts = (uri.clone(), headers.clone(), prepared.body.clone());
            let credentials = if credentials_apply { credentials_for(client, uri)? } else { None };
            self.authorized = None;
            if let Some(credentials) = credentials {
                let (uri, headers, body) = &mut parts;
                let request =
                    AuthRequest { method: &prepared.method, uri, headers, body, clock: &*client.clock };
                let version = credentials.authorize(request).await.map_err(Cause::Auth)?;
                self.authorized = Some((&**credentials, version));
            }
            let (target, mut signed, body) = parts;
            let kept = self.cache_key(uri, headers, hops);
            let mut stale = None;
            match kept.as_ref().map(|(cache, key)| cache.find(key, client.clock.now())) {
                Some(Found::Fresh(kept)) => {
                    if let Some(response) = self.kept(kept) {
                        return Ok(response);
                    }
                }
                Some(Found::Stale(response)) => {
                    signed.extend(conditions(response.headers()));
                    stale = Some(response);
                }
                Some(Found::Nothing) | None => {}
            }
            let writes = client.writes.load(Ordering::Relaxed);
            let private = Private::of(
                (&target, &signed, &body),
                prepared.elsewhere,
                credentials.map(Arc::clone),
                &client.secrets,
            );
            // More connections than a process may open would take them from everybody else in it.
            let permit = Arc::clone(&client.connections).acquire_owned().await.ok();
            let progress = self.attempt.progress.clone();
            let length = body.len();
            let opened = body.open(Arc::clone(&client.clock), progress, self.number).await;
            let (mut body, activity) = opened.map_err(Cause::Source)?;
            let waits = client.expect.is_some_and(|least| length >= least && length > 0)
                && !client.unexpected.load(Ordering::Relaxed);
            self.written();
            if waits {
                signed.insert(EXPECT, HeaderValue::from_static("100-continue"));
                body.wait_to_be_asked(client.clock.sleep(PATIENCE));
            }
            let mut request = Request::new(body);
            *request.method_mut() = prepared.method.clone();
            *request.uri_mut() = target;
            *request.headers_mut() = signed;
            self.sent = true;
            let response =
                deadline::send(&*client.transport, request, &activity, client.timeouts, &client.clock)
                    .await
                    .map_err(Cause::Transport)?
                    .map(|body| body.holding(permit));
            let unchanged = stale.filter(|_| response.status() == StatusCode::NOT_MODIFIED);
            if let (Some(stale), Some((cache, key))) = (unchanged, &kept) {
                let kept = Keep::new(cache, key.clone(), writes).refreshed(stale, response.headers(), client);
                if let Some(response) = self.kept(kept) {
                    return Ok(response);
                }
            }
            if waits && response.status() == StatusCode::EXPECTATION_FAILED && prepared.body.reopenable() {
                client.unexpected.store(true, Ordering::Relaxed);
                continue;
            }
            self.written();
            let Some(hop) = next_hop(prepared, uri, &response, hops)? else {
                return if (self.attempt.accepts)(response.status()) {
                    let mut response = self.accepted(response, uri.clone(), private).await?;
                    if let Some((cache, key)) = kept {
                        response.extensions_mut().insert(Keep::new(cache, key, writes));
                    }
                    Ok(response)
                } else {
                    Err(self.refused(response, &private).await)
                };
            };
            hops += 1;
            let mut headers = headers.clone();
            if !hop.same_origin {
                credentials_apply = false;
                headers = strip_cross_origin_headers(&headers);
            }
            headers.insert(HOST, host(&hop.to).map_err(Cause::Build)?);
            elsewhere = Some((hop.to, headers));
        }
    }

    /// The cache and what it knows this request by; `None` if its response is not to be kept.
    fn cache_key(&self, uri: &Uri, headers: &HeaderMap, hops: u32) -> Option<(&'a Arc<Cache>, Key)> {
        let prepared = self.attempt.prepared;
        let cache = self.client.cache.as_ref()?;
        (prepared.is_plain_get() && hops == 0 && !prepared.elsewhere).then(|| {
            let version = self.authorized.map_or(0, |(_, version)| version.0);
            let request = request_key(uri, headers);
            (cache, Key { partition: self.client.partition, version, request })
        })
    }

    /// Ends the time of what is kept or under way if this request writes: before it is sent, as its response may be lost, and after
    /// that.
    fn written(&self) {
        let client = self.client;
        if self.attempt.prepared.method.is_safe() {
            return;
        }
        client.writes.fetch_add(1, Ordering::Relaxed);
        if let Some(cache) = &client.cache {
            cache.expire(client.partition, client.clock.now());
        }
        if let Some(flights) = &client.flights {
            flights.close_all();
        }
    }

    /// A response that was kept.
    fn kept(&self, kept: Response<Bytes>) -> Option<Response<M::Body>> {
        let (parts, bytes) = kept.into_parts();
        Some(Response::from_parts(parts, self.attempt.mode.of_bytes(&bytes)?))
    }

    async fn accepted<A>(
        &self,
        response: Response<ResponseBody>,
        uri: Uri,
        private: Private,
    ) -> Result<Response<M::Body>, Cause<A>> {
        let unknown = coding::left(response.headers());
        let (mut parts, body) = coding::decoded(response).into_parts();
        let taken = match unknown {
            Some(unknown) => Err(CollectError::Unreadable(DecodeError::Coding(unknown.to_string()))),
            None => self.attempt.mode.take(body).await,
        };
        match taken {
            Ok(body) => {
                parts.extensions.insert(ResponseUrl(SecretUrl::from(uri)));
                parts.extensions.insert(private);
                Ok(Response::from_parts(parts, body))
            }
            Err(CollectError::Transport(error)) => Err(Cause::Transport(error)),
            Err(CollectError::Unreadable(error)) => {
                let (status, headers, error) = (parts.status, parts.headers, private.strike_error(error));
                Err(Cause::Decode { status, headers, error, body: Bytes::new() })
            }
        }
    }

    /// An error response, without the client's own secrets in it. It has at most the time of a whole call to arrive, even
    /// where a transfer has more.
    async fn refused<A: ApiError>(&self, response: Response<ResponseBody>, private: &Private) -> Cause<A> {
        let Inner { clock, timeouts, .. } = self.client;
        let left = self.deadline.map_or(timeouts.call, |deadline| deadline.left(&**clock));
        let is_readable = coding::left(response.headers()).is_none();
        let (parts, body) = coding::decoded(response).into_parts();
        let body = private.strike(body.beginning(ERROR_CAP, clock.sleep(left.min(timeouts.call))).await);
        let (status, headers) = (parts.status, parts.headers);
        let text = if is_readable { body.clone() } else { Bytes::new() };
        let error = A::read(status, &headers, &text);
        Cause::Api { status, error, headers, body }
    }

    /// The span of one attempt, with OpenTelemetry's names for a request of an HTTP client.
    pub(super) fn span(&self) -> tracing::Span {
        let Prepared { method, template, uri, .. } = self.attempt.prepared;
        // Within the macro, which asks for its values only if somebody listens.
        tracing::debug_span!(
            "request",
            otel.name = %format_args!("{method} {template}"),
            otel.kind = "client",
            http.request.method = %method,
            url.template = template,
            server.address = uri.host(),
            server.port = uri.port_u16().or_else(|| default_port(uri.scheme_str()?)),
            http.request.resend_count = (self.number > 1).then(|| self.number - 1),
            http.response.status_code = tracing::field::Empty,
            error.type = tracing::field::Empty,
        )
    }

    /// One event for one attempt. The path is the template: neither the URL nor a value of the query is ever logged.
    pub(super) fn observe<A: ApiError>(
        &self,
        outcome: &Result<Response<M::Body>, Cause<A>>,
        span: &tracing::Span,
    ) -> EventKind {
        let prepared = self.attempt.prepared;
        let elapsed = self.client.clock.now().saturating_duration_since(self.began);
        let (status, error) = match outcome {
            Ok(response) => (Some(response.status()), None),
            Err(Cause::Api { status, .. }) => (Some(*status), None),
            Err(error) => (None, Some(error)),
        };
        if let Some(status) = status {
            span.record("http.response.status_code", status.as_u16());
        }
        let error_type = outcome.as_ref().err().map(Cause::error_type);
        if let Some(error_type) = error_type {
            span.record("error.type", error_type);
        }
        span.in_scope(|| {
            tracing::debug!(
                endpoint = prepared.endpoint,
                attempt = self.number,
                status = status.map(|status| status.as_u16()),
                elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
                path = prepared.template,
                error = error.map(tracing::field::display),
                "attempt"
            );
        });
        let status = status.or(match outcome {
            Err(Cause::Decode { status, .. }) => Some(*status),
            _ => None,
        });
        EventKind::Ended { status, error: error_type, elapsed }
    }
}

/// Where a response sends its request on to; `None` if nowhere, or if that is the endpoint's business.
fn next_hop<A>(
    prepared: &Prepared,
    from: &Uri,
    response: &Response<ResponseBody>,
    hops: u32,
) -> Result<Option<redirect::Hop>, Cause<A>> {
    match prepared.redirects {
        Redirects::Follow => {
            redirect::decide(&prepared.method, from, response.status(), response.headers(), hops)
                .map_err(Cause::Redirect)
        }
        Redirects::Keep => Ok(None),
    }
}

/// The credentials for a URL, if any are bound to its origin.
fn credentials_for<'a, A>(client: &'a Inner, uri: &Uri) -> Result<Option<&'a Arc<dyn Authorize>>, Cause<A>> {
    let Some((origin, credentials)) = client.credentials.iter().find(|(bound, _)| bound.is_of(uri)) else {
        return Ok(None);
    };
    if !origin.is_secure() && !origin.is_loopback() && !credentials.survives_plain_http() {
        return Err(Cause::Auth(AuthError::Insecure(origin.clone())));
    }
    Ok(Some(credentials))
}
