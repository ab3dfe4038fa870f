//! One request and its answer: logged, hit by a fault or answered by its host.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, DATE, EXPECT, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Request, Response, StatusCode};
use hyper::body::Incoming;

use super::gate::{Cut, Gate, Then};
use super::listener::seconds;
use crate::call::{Call, CallBody};
use crate::faults::{Fault, FaultKind, RetryAfter};
use crate::host::Host;
use crate::house::House;
use crate::reply::{OutgoingBody, Reply, ReplyBody};
use crate::request_log::{BodyTally, LoggedRequest};
use crate::switches::Switches;
use crate::{control, musescore, soundcloud, soundslice, soundstripe, storage};

/// Of a body that the host left unread, this much is read before the answer is sent.
const READ_BEFORE_ANSWER: u64 = 1024 * 1024;
/// And this much after it.
const READ_AFTER_ANSWER: u64 = 64 * 1024 * 1024;

/// Answers one request.
pub(super) async fn exchange(
    house: Arc<House>,
    host: Host,
    gate: Arc<Gate>,
    request: Request<Incoming>,
) -> Result<Response<OutgoingBody>, Infallible> {
    gate.open();
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
    if host == Host::Control {
        return Ok(finish(&house, control::answer(&house, &mut call).await));
    }
    house.clock.run_due(&house);
    let fault = house.faults.meet(host, call.method.as_str(), &call.path);
    call.switches = switches(&house, fault.as_ref());
    let id = log_arrival(&house, &call, fault.as_ref());
    let mut reply = match &fault {
        Some(fault) => hit(&house, fault, &gate, &mut call).await,
        None => answer(&house, &mut call).await,
    };
    house.clock.run_due(&house);
    let sent = !matches!(
        fault.as_ref().map(|fault| &fault.kind),
        Some(FaultKind::DropResponse | FaultKind::ResetUpload { .. })
    );
    let expects_continue = call.headers.contains_key(EXPECT) && !call.body.started();
    if !expects_continue {
        call.body.drain(READ_BEFORE_ANSWER).await;
    }
    let complete = call.body.is_complete();
    let tally = call.body.tally();
    let status = sent.then_some(reply.status.as_u16());
    house.requests.update(id, |entry| {
        entry.body = tally.lock().finish();
        entry.status = status;
    });
    if !complete {
        reply.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        if !expects_continue {
            let house = Arc::clone(&house);
            // Ends with the connection at the latest: the body is fed by it.
            tokio::spawn(async move {
                call.body.drain(READ_AFTER_ANSWER).await;
                house.requests.update(id, |entry| entry.body = tally.lock().finish());
            });
        }
    }
    Ok(finish(&house, reply))
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
async fn answer(house: &Arc<House>, call: &mut Call) -> Reply {
    match call.host {
        Host::Control => control::answer(house, call).await,
        Host::Soundslice => soundslice::answer(house, call).await,
        Host::Storage => storage::answer(house, call).await,
        Host::Soundstripe => soundstripe::answer(house, call).await,
        Host::Soundcloud => soundcloud::answer(house, call).await,
        Host::SoundcloudAuth => soundcloud::answer_auth(house, call).await,
        Host::Musescore => musescore::answer(house, call).await,
        Host::MusescoreWeb => musescore::answer_web(house, call).await,
        Host::MusescoreStatic => musescore::answer_static(house, call).await,
    }
}

async fn hit(house: &Arc<House>, fault: &Fault, gate: &Arc<Gate>, call: &mut Call) -> Reply {
    match &fault.kind {
        FaultKind::ResetUpload { after_bytes } => {
            call.body.cut_after(*after_bytes, Arc::clone(gate));
            call.body.drain(u64::MAX).await;
            gate.arm(Cut { after: 0, body_only: false, then: Then::Reset });
            gate.reset_now();
            return Reply::empty(StatusCode::BAD_REQUEST);
        }
        FaultKind::Duplicate => return twice(house, call).await,
        _ => {}
    }
    let mut reply = if fault.does_work() {
        answer(house, call).await
    } else {
        Reply::empty(StatusCode::SERVICE_UNAVAILABLE)
    };
    let cut = |after, body_only, then| gate.arm(Cut { after, body_only, then });
    match &fault.kind {
        FaultKind::Reset { after_bytes } => cut(*after_bytes, false, Then::Reset),
        FaultKind::Truncate { after_bytes } => cut(*after_bytes, true, Then::Close),
        FaultKind::DropResponse => cut(0, false, Then::Close),
        FaultKind::Stall { after_bytes, for_s } => {
            cut(*after_bytes, false, Then::Stall);
            if let Some(for_s) = for_s {
                let gate = Arc::clone(gate);
                house.clock.after(seconds(*for_s), move |_| gate.open());
            }
        }
        FaultKind::Status { status, headers, body, retry_after } => {
            reply = status_reply(*status, body.as_ref());
            for (name, value) in headers {
                if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                    reply.headers.insert(name, value);
                }
            }
            match retry_after {
                None => {}
                Some(RetryAfter::Seconds(delay)) => reply = reply.header(RETRY_AFTER, &delay.to_string()),
                Some(RetryAfter::DateIn(delay)) => {
                    let date = house.clock.system_time() + std::time::Duration::from_secs(*delay);
                    reply = reply.header(RETRY_AFTER, &httpdate::fmt_http_date(date));
                }
            }
        }
        FaultKind::Html { status } => reply = gateway_page(call.host, *status),
        FaultKind::MalformedJson => reply = cut_json(reply),
        FaultKind::Refuse { .. }
        | FaultKind::ResetUpload { .. }
        | FaultKind::Duplicate
        | FaultKind::Switches(_) => {}
    }
    reply
}

/// Delivers a request twice, as a proxy does that lost sight of the first answer.
async fn twice(house: &Arc<House>, call: &mut Call) -> Reply {
    let spool = match call.body.spool().await {
        Ok(spool) => spool,
        Err(error) => return error.into(),
    };
    let mut first = Call {
        host: call.host,
        method: call.method.clone(),
        path: call.path.clone(),
        query: call.query.clone(),
        headers: call.headers.clone(),
        body: CallBody::stored(spool.clone()),
        switches: Arc::clone(&call.switches),
    };
    let _ = answer(house, &mut first).await;
    house.clock.run_due(house);
    call.body = CallBody::stored(spool);
    answer(house, call).await
}

fn status_reply(status: u16, body: Option<&serde_json::Value>) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match body {
        None => Reply::empty(status),
        Some(serde_json::Value::String(text)) => Reply::new(status, "text/plain", text.clone()),
        Some(json) => Reply::compact_json(status, json),
    }
}

fn gateway_page(host: Host, status: u16) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    if matches!(host, Host::Soundcloud | Host::SoundcloudAuth) {
        return Reply::new(status, "text/html", soundcloud::edge_page(status));
    }
    let title = format!("{} {}", status.as_str(), status.canonical_reason().unwrap_or("Error"));
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    Reply::new(status, "text/html", page)
}

/// Cuts a JSON body in the middle, with a length that fits what is left.
fn cut_json(reply: Reply) -> Reply {
    let body = match &reply.body {
        ReplyBody::Bytes(bytes) if bytes.len() > 2 => bytes.slice(..bytes.len() / 2),
        _ => Bytes::from_static(b"{\""),
    };
    let reply = reply.with(ReplyBody::Bytes(body));
    if reply.headers.contains_key(CONTENT_TYPE) {
        reply
    } else {
        reply.header(CONTENT_TYPE, "application/json")
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
