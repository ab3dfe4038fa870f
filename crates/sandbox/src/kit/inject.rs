//! Faults at work: on a response, and on the way that it takes to the socket.

use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};

use super::body::RequestBody;
use super::clock::{Clock, http_date};
use super::connection_fault::{ConnectionFault, Cut, Then};
use super::faults::{Edit, Fault, FaultKind, Headers, RetryAfter, form_type};
use super::request::Request;
use super::response::{Response, ResponseBody};
use super::seconds::seconds;
use super::service::Service;
use super::state::SandboxState;

/// How a response is to be sent.
#[derive(Clone, Copy, Default)]
pub(super) struct Delivery {
    /// Whether the client gets no response at all.
    pub(super) dropped: bool,
    /// Without waiting for the rest of the request's body; `Some(true)`: but reading what still comes.
    pub(super) early: Option<bool>,
}

/// Where a fault strikes.
pub(super) struct Injection<'a> {
    pub(super) sandbox: &'a SandboxState,
    pub(super) service: Arc<dyn Service>,
    pub(super) connection: &'a Arc<ConnectionFault>,
}

impl Injection<'_> {
    /// The response to a request that meets a fault.
    pub(super) async fn inject(&self, fault: &Fault, request: &mut Request) -> (Response, Delivery) {
        let mut delivery = Delivery::default();
        let mut response = match &fault.kind {
            FaultKind::ResetUpload { after_bytes } => {
                request.body.cut_after(*after_bytes, Arc::clone(self.connection));
                request.body.drain(u64::MAX).await;
                return self.no_response(Then::Reset);
            }
            FaultKind::Stale { reset: true } => return self.no_response(Then::Reset),
            FaultKind::Stale { reset: false } => return self.no_response(Then::Close),
            FaultKind::Duplicate => self.duplicate(request).await,
            _ if fault.does_work() => self.respond(request).await,
            _ => Response::empty(StatusCode::SERVICE_UNAVAILABLE),
        };
        for kind in std::iter::once(&fault.kind).chain(&fault.also) {
            response = self.apply(kind, request, response, &mut delivery).await;
        }
        (response, delivery)
    }

    async fn respond(&self, request: &mut Request) -> Response {
        Arc::clone(&self.service).handle(request).await
    }

    /// The end of the connection instead of a response.
    fn no_response(&self, then: Then) -> (Response, Delivery) {
        self.connection.arm(Cut { after: 0, body_only: false, then });
        if then == Then::Reset {
            self.connection.reset_now();
        }
        (Response::empty(StatusCode::BAD_REQUEST), Delivery { dropped: true, early: None })
    }

    async fn apply(
        &self,
        kind: &FaultKind,
        request: &mut Request,
        response: Response,
        delivery: &mut Delivery,
    ) -> Response {
        let cut = |after, body_only, then| self.connection.arm(Cut { after, body_only, then });
        match kind {
            FaultKind::Status { status, headers, body, retry_after } => {
                return status_response(self.sandbox, *status, headers, body.as_ref(), *retry_after);
            }
            FaultKind::Html { status } => {
                return self.service.gateway_page(status_code(*status, StatusCode::BAD_GATEWAY));
            }
            FaultKind::MalformedJson => return cut_json(response),
            FaultKind::Edit(edit) => return edited(edit, response),
            FaultKind::Coded { coding, accept_encoding } => {
                return coding.apply(*accept_encoding, &request.headers, response);
            }
            FaultKind::Reset { after_bytes } => drop(cut(*after_bytes, false, Then::Reset)),
            FaultKind::Truncate { after_bytes } => drop(cut(*after_bytes, true, Then::Close)),
            FaultKind::DropResponse => {
                cut(0, false, Then::Close);
                delivery.dropped = true;
            }
            FaultKind::Stall { after_bytes, for_s } => {
                cut(*after_bytes, false, Then::Stall);
                if let Some(for_s) = for_s {
                    let connection = Arc::clone(self.connection);
                    self.sandbox.clock.after(seconds(*for_s), move || connection.open());
                }
            }
            FaultKind::Drip { after_bytes, every_s } => {
                let armed = cut(*after_bytes, false, Then::Stall);
                let connection = Arc::downgrade(self.connection);
                drip(Arc::clone(&self.sandbox.clock), connection, armed, seconds(*every_s));
            }
            FaultKind::Early { after_bytes, linger } => {
                request.body.drain(*after_bytes).await;
                delivery.early = Some(*linger);
            }
            FaultKind::Refuse { .. }
            | FaultKind::Stale { .. }
            | FaultKind::ResetUpload { .. }
            | FaultKind::Duplicate
            | FaultKind::Switches(_) => {}
        }
        response
    }

    /// Delivers a request twice, as a proxy does that lost sight of the first response.
    async fn duplicate(&self, request: &mut Request) -> Response {
        let spool = match request.body.spool().await {
            Ok(spool) => spool,
            Err(error) => return error.into(),
        };
        let mut first = request.with_body(RequestBody::stored(spool.clone()));
        let _ = self.respond(&mut first).await;
        self.sandbox.clock.run_due();
        request.body = RequestBody::stored(spool);
        self.respond(request).await
    }
}

/// Lets a byte through now and then, until the next request comes on the connection or it ends.
fn drip(clock: Arc<Clock>, connection: Weak<ConnectionFault>, armed: u64, every: Duration) {
    let next = Arc::clone(&clock);
    clock.after(every, move || {
        if connection.upgrade().is_some_and(|connection| connection.widen(armed)) {
            drip(next, connection, armed, every);
        }
    });
}

fn status_code(status: u16, otherwise: StatusCode) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(otherwise)
}

fn status_response(
    sandbox: &SandboxState,
    status: u16,
    headers: &Headers,
    body: Option<&serde_json::Value>,
    retry_after: Option<RetryAfter>,
) -> Response {
    let status = status_code(status, StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        None => Response::empty(status),
        Some(serde_json::Value::String(text)) => Response::new(status, "text/plain", text.clone()),
        Some(json) => Response::compact_json(status, json),
    };
    headers.apply(&mut response.headers);
    match retry_after {
        None => response,
        Some(RetryAfter::Seconds(delay)) => response.header(RETRY_AFTER, &delay.to_string()),
        Some(RetryAfter::DateIn(delay)) => {
            let date = sandbox.clock.system_time() + Duration::from_secs(delay);
            response.header(RETRY_AFTER, &http_date(date))
        }
    }
}

/// Cuts a JSON body in the middle, with a length that fits what is left.
fn cut_json(response: Response) -> Response {
    let body = match &response.body {
        ResponseBody::Bytes(bytes) if bytes.len() > 2 => bytes.slice(..bytes.len() / 2),
        _ => Bytes::from_static(b"{\""),
    };
    let response = response.with(ResponseBody::Bytes(body));
    if response.headers.contains_key(CONTENT_TYPE) {
        response
    } else {
        response.header(CONTENT_TYPE, "application/json")
    }
}

fn edited(edit: &Edit, mut response: Response) -> Response {
    if edit.changes_body() {
        let body =
            response.body.collect().map_err(|error| error.to_string()).and_then(|body| edit.apply(&body));
        match body {
            Ok(body) => response.body = ResponseBody::Bytes(body.into()),
            Err(problem) => {
                let sentence = format!("the fault `edit` changed nothing: {problem}");
                return Response::new(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", sentence);
            }
        }
        if edit.form_encoded {
            form_type(&mut response.headers);
        }
    }
    if let Some(status) = edit.status.and_then(|status| StatusCode::from_u16(status).ok()) {
        response.status = status;
    }
    edit.headers.apply(&mut response.headers);
    response
}
