//! Faults at work: on a response, and on the way that it takes to the socket.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

use super::exchange::answer;
use super::gate::{Cut, Gate, Then};
use super::listener::seconds;
use crate::call::{Call, CallBody};
use crate::faults::{Edit, Fault, FaultKind, Headers, RetryAfter, form_type};
use crate::host::Host;
use crate::house::House;
use crate::reply::{Reply, ReplyBody};
use crate::soundcloud;

/// How a response is to be sent.
#[derive(Clone, Copy, Default)]
pub(super) struct Delivery {
    /// Whether the client gets no response at all.
    pub(super) dropped: bool,
    /// Without waiting for the rest of the request's body; `Some(true)`: but reading what still comes.
    pub(super) early: Option<bool>,
}

/// The response to a request that meets a fault.
pub(super) async fn inject(
    house: &Arc<House>,
    fault: &Fault,
    gate: &Arc<Gate>,
    call: &mut Call,
) -> (Reply, Delivery) {
    let mut delivery = Delivery::default();
    let mut reply = match &fault.kind {
        FaultKind::ResetUpload { after_bytes } => {
            call.body.cut_after(*after_bytes, Arc::clone(gate));
            call.body.drain(u64::MAX).await;
            return (reset(gate), Delivery { dropped: true, ..delivery });
        }
        FaultKind::Stale { reset: true } => return (reset(gate), Delivery { dropped: true, ..delivery }),
        FaultKind::Stale { reset: false } => {
            drop_response(gate);
            return (Reply::empty(StatusCode::BAD_REQUEST), Delivery { dropped: true, ..delivery });
        }
        FaultKind::Duplicate => duplicate(house, call).await,
        _ if fault.does_work() => answer(house, call).await,
        _ => Reply::empty(StatusCode::SERVICE_UNAVAILABLE),
    };
    for kind in std::iter::once(&fault.kind).chain(&fault.also) {
        reply = apply(house, kind, gate, call, reply, &mut delivery).await;
    }
    (reply, delivery)
}

async fn apply(
    house: &Arc<House>,
    kind: &FaultKind,
    gate: &Arc<Gate>,
    call: &mut Call,
    reply: Reply,
    delivery: &mut Delivery,
) -> Reply {
    let cut = |after, body_only, then| gate.arm(Cut { after, body_only, then });
    match kind {
        FaultKind::Status { status, headers, body, retry_after } => {
            return status_reply(house, *status, headers, body.as_ref(), *retry_after);
        }
        FaultKind::Html { status } => return gateway_page(call.host, *status),
        FaultKind::MalformedJson => return cut_json(reply),
        FaultKind::Edit(edit) => return edited(edit, reply),
        FaultKind::Coded { coding, accept_encoding } => {
            return coding.apply(*accept_encoding, &call.headers, reply);
        }
        FaultKind::Reset { after_bytes } => drop(cut(*after_bytes, false, Then::Reset)),
        FaultKind::Truncate { after_bytes } => drop(cut(*after_bytes, true, Then::Close)),
        FaultKind::DropResponse => {
            drop_response(gate);
            delivery.dropped = true;
        }
        FaultKind::Stall { after_bytes, for_s } => {
            cut(*after_bytes, false, Then::Stall);
            if let Some(for_s) = for_s {
                let gate = Arc::clone(gate);
                house.clock.after(seconds(*for_s), move |_| gate.open());
            }
        }
        FaultKind::Drip { after_bytes, every_s } => {
            let armed = cut(*after_bytes, false, Then::Stall);
            drip(house, Arc::downgrade(gate), armed, seconds(*every_s));
        }
        FaultKind::Early { after_bytes, linger } => {
            call.body.drain(*after_bytes).await;
            delivery.early = Some(*linger);
        }
        FaultKind::Refuse { .. }
        | FaultKind::Stale { .. }
        | FaultKind::ResetUpload { .. }
        | FaultKind::Duplicate
        | FaultKind::Switches(_) => {}
    }
    reply
}

/// Lets a byte through now and then, until the next request comes on the connection or it ends.
fn drip(house: &Arc<House>, gate: std::sync::Weak<Gate>, armed: u64, every: Duration) {
    house.clock.after(every, move |house| {
        if gate.upgrade().is_some_and(|gate| gate.widen(armed)) {
            drip(house, gate, armed, every);
        }
    });
}

fn reset(gate: &Gate) -> Reply {
    gate.arm(Cut { after: 0, body_only: false, then: Then::Reset });
    gate.reset_now();
    Reply::empty(StatusCode::BAD_REQUEST)
}

fn drop_response(gate: &Gate) {
    gate.arm(Cut { after: 0, body_only: false, then: Then::Close });
}

/// Delivers a request twice, as a proxy does that lost sight of the first response.
async fn duplicate(house: &Arc<House>, call: &mut Call) -> Reply {
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

fn status_reply(
    house: &House,
    status: u16,
    headers: &Headers,
    body: Option<&serde_json::Value>,
    retry_after: Option<RetryAfter>,
) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = match body {
        None => Reply::empty(status),
        Some(serde_json::Value::String(text)) => Reply::new(status, "text/plain", text.clone()),
        Some(json) => Reply::compact_json(status, json),
    };
    headers.apply(&mut reply.headers);
    match retry_after {
        None => reply,
        Some(RetryAfter::Seconds(delay)) => reply.header(RETRY_AFTER, &delay.to_string()),
        Some(RetryAfter::DateIn(delay)) => {
            let date = house.clock.system_time() + Duration::from_secs(delay);
            reply.header(RETRY_AFTER, &httpdate::fmt_http_date(date))
        }
    }
}

/// What a gateway says when it does not know the status by its number.
fn reason(status: StatusCode) -> &'static str {
    match (status.as_u16(), status.canonical_reason()) {
        (_, Some(reason)) => reason,
        (520, _) => "Web server is returning an unknown error",
        (521, _) => "Web server is down",
        (522, _) => "Connection timed out",
        (523, _) => "Origin is unreachable",
        (524, _) => "A timeout occurred",
        _ => "Error",
    }
}

fn gateway_page(host: Host, status: u16) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    if matches!(host, Host::SOUNDCLOUD | Host::SOUNDCLOUD_AUTH) {
        return Reply::new(status, "text/html", soundcloud::edge_page(status));
    }
    let title = format!("{} {}", status.as_str(), reason(status));
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

fn edited(edit: &Edit, mut reply: Reply) -> Reply {
    if edit.changes_body() {
        let body = reply.body.collect().map_err(|error| error.to_string()).and_then(|body| edit.apply(&body));
        match body {
            Ok(body) => reply.body = ReplyBody::Bytes(body.into()),
            Err(problem) => {
                let sentence = format!("the fault `edit` changed nothing: {problem}");
                return Reply::new(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", sentence);
            }
        }
        if edit.form_encoded {
            form_type(&mut reply.headers);
        }
    }
    if let Some(status) = edit.status.and_then(|status| StatusCode::from_u16(status).ok()) {
        reply.status = status;
    }
    let headers: &mut HeaderMap = &mut reply.headers;
    edit.headers.apply(headers);
    reply
}
