//! One attempt: authorize, send, follow redirects, read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bytes::Bytes;
use http::header::HOST;
use http::{Request, Response, StatusCode};

use super::Inner;
use crate::auth::{AuthError, AuthRequest, Authorize, CredentialVersion};
use crate::client::error::{Cause, Raw};
use crate::client::redirect;
use crate::client::strike::Private;
use crate::decode::{DecodeError, ResponseUrl};
use crate::request::progress::OnProgress;
use crate::request::{Prepared, Redirects, host};
use crate::transport::body::{CollectError, ResponseBody};
use crate::transport::coding;
use crate::transport::deadline;
use crate::url::{Origin, SecretUrl};

/// As much of an error response as is read and kept, in bytes.
const ERROR_CAP: usize = 64 * 1024;

/// How an accepted response is taken.
#[derive(Clone, Copy)]
pub(super) enum Taking {
    /// Read whole, up to a cap in bytes: a broken response counts as a failed attempt.
    Whole(usize),
    /// As it arrives.
    Stream,
}

pub(super) enum Taken {
    Whole(Response<Bytes>),
    Stream(Response<ResponseBody>),
}

/// Which credentials the last request of an attempt carried.
pub(super) type Used<'a> = Option<(&'a dyn Authorize, CredentialVersion)>;

/// One attempt with all its redirects.
pub(super) struct Exchange<'a, 's> {
    pub(super) client: &'a Inner,
    pub(super) prepared: &'s Prepared,
    pub(super) progress: Option<OnProgress>,
    pub(super) number: u32,
    pub(super) accepts: fn(StatusCode) -> bool,
    pub(super) taking: Taking,
    /// When the call ends.
    pub(super) until: Option<Instant>,
    /// Set as soon as something may have left.
    pub(super) sent: &'s AtomicBool,
}

impl<'a> Exchange<'a, '_> {
    pub(super) async fn run(self) -> (Used<'a>, Result<Taken, Cause<Raw>>) {
        let mut used = None;
        let result = self.follow(&mut used).await;
        (used, result)
    }

    async fn follow(&self, used: &mut Used<'a>) -> Result<Taken, Cause<Raw>> {
        let Self { client, prepared, .. } = *self;
        let mut uri = prepared.uri.clone();
        let mut headers = prepared.headers.clone();
        let mut credentials_apply = prepared.credentials;
        let mut hops = 0;
        loop {
            // Credentials go into copies, so that a redirect finds the request as it was without them.
            let mut parts = (uri.clone(), headers.clone(), prepared.body.clone());
            *used = None;
            let mut behind = None;
            if credentials_apply
                && let Some(credentials) = credentials_for(client, &uri).map_err(Cause::Auth)?
            {
                behind = Some(Arc::clone(credentials));
                let (uri, headers, body) = &mut parts;
                let clock = &*client.clock;
                let attempt = AuthRequest { method: &prepared.method, uri, headers, body, clock };
                let ticket = credentials.authorize(attempt).await.map_err(Cause::Auth)?;
                *used = Some((&**credentials, ticket));
            }
            let (target, authorized, body) = parts;
            let request = (&target, &authorized, &body);
            let private = Private::of(request, prepared.elsewhere, behind, &client.secrets);
            // More connections than a process may open would take them from everybody else in it.
            let permit = Arc::clone(&client.connections).acquire_owned().await.ok();
            let (outgoing, activity) = body
                .open(client.clock.clone(), self.progress.clone(), self.number)
                .await
                .map_err(Cause::Source)?;
            let mut request = Request::new(outgoing);
            *request.method_mut() = prepared.method.clone();
            *request.uri_mut() = target;
            *request.headers_mut() = authorized;
            self.sent.store(true, Ordering::Relaxed);
            let response =
                deadline::send(&*client.transport, request, &activity, client.timeouts, &client.clock)
                    .await
                    .map_err(Cause::Transport)?
                    .map(|body| body.holding(permit));
            let status = response.status();
            if prepared.redirects == Redirects::Follow {
                let hop = redirect::decide(&prepared.method, &uri, status, response.headers(), hops)
                    .map_err(Cause::Redirect)?;
                if let Some(hop) = hop {
                    hops += 1;
                    if !hop.same_origin {
                        credentials_apply = false;
                        headers = redirect::strip_cross_origin_headers(&headers);
                    }
                    headers.insert(HOST, host(&hop.to).map_err(Cause::Build)?);
                    uri = hop.to;
                    continue;
                }
            }
            if (self.accepts)(status) {
                return self.accepted(response, uri, private).await;
            }
            return Err(self.refused(response, &private).await);
        }
    }

    async fn accepted(
        &self,
        response: Response<ResponseBody>,
        uri: http::Uri,
        private: Private,
    ) -> Result<Taken, Cause<Raw>> {
        let unreadable = |(status, headers), error| {
            let body = Bytes::new();
            Cause::Decode { status, headers, error: private.strike_error(error), body }
        };
        if let Some(unknown) = coding::left(response.headers()) {
            let parts = response.into_parts().0;
            let error = DecodeError::Coding(unknown.to_string());
            return Err(unreadable((parts.status, parts.headers), error));
        }
        let (mut parts, body) = coding::decoded(response).into_parts();
        parts.extensions.insert(ResponseUrl(SecretUrl::from(uri)));
        parts.extensions.insert(private.clone());
        let Taking::Whole(cap) = self.taking else {
            return Ok(Taken::Stream(Response::from_parts(parts, body)));
        };
        let head = |parts: http::response::Parts| (parts.status, parts.headers);
        match body.collect(cap).await {
            Ok(bytes) => Ok(Taken::Whole(Response::from_parts(parts, bytes))),
            Err(CollectError::TooLarge) => Err(unreadable(head(parts), DecodeError::TooLarge { cap })),
            Err(CollectError::Transport(error)) => Err(match error.coding() {
                Some(error) => unreadable(head(parts), error),
                None => Cause::Transport(error),
            }),
        }
    }

    /// An error response, without the client's own secrets in it. It has at most the time of a whole call to arrive, even
    /// where a transfer has more.
    async fn refused(&self, response: Response<ResponseBody>, private: &Private) -> Cause<Raw> {
        let client = self.client;
        let left = self.until.map(|until| until.saturating_duration_since(client.clock.now()));
        let limit = left.unwrap_or(client.timeouts.call).min(client.timeouts.call);
        let (parts, body) = coding::decoded(response).into_parts();
        let body = private.strike(body.beginning(ERROR_CAP, client.clock.sleep(limit)).await);
        Cause::Api { status: parts.status, error: Raw, headers: parts.headers, body }
    }
}

/// The credentials for a URL, if any are bound to its origin.
fn credentials_for<'a>(
    client: &'a Inner,
    uri: &http::Uri,
) -> Result<Option<&'a Arc<dyn Authorize>>, AuthError> {
    let Some(origin) = Origin::of(uri) else { return Ok(None) };
    let Some((_, credentials)) = client.credentials.iter().find(|(bound, _)| *bound == origin) else {
        return Ok(None);
    };
    if !origin.is_secure() && !origin.is_loopback() && !credentials.survives_plain_http() {
        return Err(AuthError::Insecure(origin));
    }
    Ok(Some(credentials))
}
