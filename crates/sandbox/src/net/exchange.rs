//! One request and its answer: logged, hit by a fault or answered by its host.

use std::convert::Infallible;
use std::sync::Arc;

use http::header::{CONNECTION, DATE, EXPECT, HeaderValue};
use http::{HeaderMap, Request, Response};
use hyper::body::Incoming;

use super::gate::Gate;
use super::inject::{Delivery, inject};
use crate::call::{Call, CallBody};
use crate::faults::{Fault, FaultKind};
use crate::host::Host;
use crate::house::House;
use crate::reply::{OutgoingBody, Reply};
use crate::request_log::{BodyTally, LoggedRequest};
use crate::switches::Switches;
use crate::{control, musescore, soundcloud, soundslice, soundstripe, storage};

/// Of a body that the host left unread, this much is read before the answer is sent.
const READ_BEFORE_RESPONSE: u64 = 1024 * 1024;
/// And this much after it.
const READ_AFTER_RESPONSE: u64 = 64 * 1024 * 1024;

/// Answers one request.
pub(super) async fn exchange(
    house: Arc<House>,
    host: Host,
    gate: Arc<Gate>,
    request: Request<Incoming>,
) -> Result<Response<OutgoingBody>, Infallible> {
    let kept = gate.next_request();
    let (head, body) = request.into_parts();
    let mut call = Call {
        host,
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body: CallBody::incoming(body),
        switches: Arc::default(),
    };
    if host == Host::CONTROL {
        return Ok(finish(&house, control::answer(&house, &mut call).await));
    }
    house.clock.run_due(&house);
    let fault = house.faults.take_matching(host, call.method.as_str(), &call.path, kept);
    call.switches = switches(&house, fault.as_ref());
    let id = log_arrival(&house, &call, fault.as_ref());
    let (reply, delivery) = match &fault {
        Some(fault) => inject(&house, fault, &gate, &mut call).await,
        None => (answer(&house, &mut call).await, Delivery::default()),
    };
    let mut reply = coded(&call, reply);
    house.clock.run_due(&house);
    let waits = call.headers.contains_key(EXPECT) && !call.body.started();
    if !waits && delivery.early.is_none() {
        call.body.drain(READ_BEFORE_RESPONSE).await;
    }
    let complete = call.body.is_complete();
    let tally = call.body.tally();
    let status = (!delivery.dropped).then_some(reply.status.as_u16());
    house.requests.update(id, |entry| {
        entry.body = tally.lock().finish();
        entry.status = status;
    });
    if !complete {
        reply.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        if !waits && delivery.early != Some(false) {
            let house = Arc::clone(&house);
            // Ends with the connection at the latest: the body is fed by it.
            tokio::spawn(async move {
                call.body.drain(READ_AFTER_RESPONSE).await;
                house.requests.update(id, |entry| entry.body = tally.lock().finish());
            });
        }
    }
    Ok(finish(&house, reply))
}

/// Codes a response if the switches say so.
fn coded(call: &Call, reply: Reply) -> Reply {
    let responses = &call.switches.responses;
    match responses.coding {
        Some(coding) => coding.apply(responses.accept_encoding, &call.headers, reply),
        None => reply,
    }
}

/// The switches as they stand for a request that meets this fault.
fn switches(house: &House, fault: Option<&Fault>) -> Arc<Switches> {
    let standing = house.switches.lock();
    Arc::new(match fault.map(|fault| &fault.kind) {
        Some(FaultKind::Switches(change)) => change.apply(&standing),
        _ => standing.clone(),
    })
}

/// Lets the host answer.
pub(super) async fn answer(house: &Arc<House>, call: &mut Call) -> Reply {
    match call.host {
        Host::CONTROL => control::answer(house, call).await,
        Host::SOUNDSLICE => soundslice::answer(house, call).await,
        Host::STORAGE => storage::answer(house, call).await,
        Host::SOUNDSTRIPE => soundstripe::answer(house, call).await,
        Host::SOUNDCLOUD => soundcloud::answer(house, call).await,
        Host::SOUNDCLOUD_AUTH => soundcloud::answer_auth(house, call).await,
        Host::MUSESCORE => musescore::answer(house, call).await,
        Host::MUSESCORE_WEB => musescore::answer_web(house, call).await,
        _ => musescore::answer_static(house, call).await,
    }
}

fn finish(house: &House, reply: Reply) -> Response<OutgoingBody> {
    let date = httpdate::fmt_http_date(house.clock.system_time());
    reply.header(DATE, &date).into_response()
}

fn log_arrival(house: &House, call: &Call, fault: Option<&Fault>) -> u64 {
    let path = match &call.query {
        Some(query) => format!("{}?{query}", call.path),
        None => call.path.clone(),
    };
    house.requests.arrived(LoggedRequest {
        id: 0,
        at: house.clock.now().as_secs_f64(),
        host: call.host,
        method: call.method.to_string(),
        path,
        headers: header_pairs(&call.headers),
        body: BodyTally::default(),
        status: None,
        fault: fault.map(|fault| fault.kind.name().to_owned()),
    })
}

fn header_pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
