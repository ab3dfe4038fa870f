//! One request and its response: logged, then handled by its host or replaced by a fault.

use std::convert::Infallible;
use std::sync::Arc;

use http::StatusCode;
use http::header::{CONNECTION, DATE, EXPECT, HeaderValue};
use hyper::body::Incoming;

use super::body::RequestBody;
use super::clock::http_date;
use super::connection_fault::ConnectionFault;
use super::faults::FaultKind;
use super::host::Host;
use super::inject::{Delivery, Injection};
use super::recording::RecordedRequest;
use super::request::Request;
use super::request_log::LoggedRequest;
use super::response::{OutgoingBody, Response};
use super::service::Service;
use super::state::SandboxState;

/// Of a body that the host left unread, this much is read before the response is sent.
const READ_BEFORE_RESPONSE: u64 = 1024 * 1024;
/// And this much after it.
const READ_AFTER_RESPONSE: u64 = 64 * 1024 * 1024;

/// Responds to one request.
pub(super) async fn exchange(
    sandbox: Arc<SandboxState>,
    host: Host,
    service: Arc<dyn Service>,
    connection: Arc<ConnectionFault>,
    request: http::Request<Incoming>,
) -> Result<http::Response<OutgoingBody>, Infallible> {
    let kept = connection.next_request();
    let (head, body) = request.into_parts();
    let mut request = Request {
        host,
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body: RequestBody::incoming(body),
        switches: None,
    };
    if host == Host::CONTROL {
        let response = service.handle(&mut request).await;
        return Ok(finish(&sandbox, response));
    }
    sandbox.clock.run_due();
    let fault = sandbox.faults.take_matching(host, request.method.as_str(), &request.path, kept);
    if let Some(FaultKind::Switches(change)) = fault.as_ref().map(|fault| &fault.kind) {
        request.switches = Some(change.clone());
    }
    let name = fault.as_ref().map(|fault| fault.kind.name());
    let id = sandbox.requests.arrived(LoggedRequest::new(sandbox.clock.now(), &request, name));
    let recorded = sandbox.recording.is_on().then(|| {
        request.body.record();
        // Of the body as it comes: a fault may put another in its place.
        (RecordedRequest::new(sandbox.clock.now(), &request), request.body.tally())
    });
    let (mut response, delivery) = match &fault {
        Some(fault) => {
            Injection { sandbox: &sandbox, service, connection: &connection }
                .inject(fault, &mut request)
                .await
        }
        None => (service.handle(&mut request).await, Delivery::default()),
    };
    let coded = sandbox.responses.standing();
    if let Some(coding) = coded.coding {
        response = coding.apply(coded.accept_encoding, &request.headers, response);
    }
    sandbox.clock.run_due();
    let waits = request.headers.contains_key(EXPECT) && !request.body.started();
    if !waits && delivery.early.is_none() {
        request.body.drain(READ_BEFORE_RESPONSE).await;
    }
    let complete = request.body.is_complete();
    let tally = request.body.tally();
    let status = (!delivery.dropped).then_some(response.status.as_u16());
    if let Some((recorded, body)) = recorded {
        let times = match fault.as_ref().map(|fault| (&fault.kind, fault.does_work())) {
            Some((FaultKind::Duplicate, _)) => 2,
            Some((_, false)) => 0,
            _ => 1,
        };
        sandbox.recording.add(&RecordedRequest { status, ..recorded }, &body, times);
    }
    sandbox.requests.update(id, |entry| {
        entry.body = tally.lock().finish();
        entry.status = status;
    });
    if !complete {
        response.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        if !waits && delivery.early != Some(false) {
            let sandbox = Arc::clone(&sandbox);
            // Ends with the connection at the latest: the body is fed by it.
            tokio::spawn(async move {
                request.body.drain(READ_AFTER_RESPONSE).await;
                sandbox.requests.update(id, |entry| entry.body = tally.lock().finish());
            });
        }
    }
    Ok(finish(&sandbox, response))
}

/// Responds to a request that was recorded: as `exchange` does, but no fault hits it and nobody reads the response.
pub(crate) async fn replay(
    sandbox: &SandboxState,
    service: Arc<dyn Service>,
    mut request: Request,
) -> StatusCode {
    sandbox.clock.run_due();
    let id = sandbox.requests.arrived(LoggedRequest::new(sandbox.clock.now(), &request, None));
    let status = service.handle(&mut request).await.status;
    sandbox.clock.run_due();
    request.body.drain(u64::MAX).await;
    let tally = request.body.tally();
    sandbox.requests.update(id, |entry| {
        entry.body = tally.lock().finish();
        entry.status = Some(status.as_u16());
    });
    status
}

fn finish(sandbox: &SandboxState, response: Response) -> http::Response<OutgoingBody> {
    let date = http_date(sandbox.clock.system_time());
    response.header(DATE, &date).into_http()
}
