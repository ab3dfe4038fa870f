//! Deadlines around a transport: for the head of the response and for silence, on the injected clock.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};

use super::{Phase, Timeout, Timeouts, Transport, TransportError};
use crate::BoxFuture;
use crate::request::body::{Activity, RequestBody, Stage};
use crate::time::Clock;
use crate::transport::body::ResponseBody;

/// Sends a request under the head and silence deadlines.
///
/// The deadline for connecting is the transport's own. While the body goes out, only silence counts: a slow upload is no
/// fault. The wait for the head begins when the last byte was taken, and allows for what buffers still hold of it.
pub(crate) async fn send(
    transport: &dyn Transport,
    request: Request<RequestBody>,
    activity: &Arc<Activity>,
    timeouts: Timeouts,
    clock: &Arc<dyn Clock>,
) -> Result<Response<ResponseBody>, TransportError> {
    let mut exchange = pin!(transport.send(request));
    loop {
        let (stage, since) = activity.now();
        let (limit, timeout) = match stage {
            // A transport of the user's own need not tell, so this is no more than a net below both.
            Stage::Connecting { empty: true } => {
                (timeouts.connect.saturating_add(timeouts.head), Timeout::Head(timeouts.head))
            }
            Stage::Connecting { empty: false } => {
                (timeouts.connect.saturating_add(timeouts.silence), Timeout::Silence(timeouts.silence))
            }
            Stage::Sending => (timeouts.silence, Timeout::Silence(timeouts.silence)),
            Stage::Sent { draining } => {
                let limit = timeouts.head.saturating_add(draining);
                (limit, Timeout::Head(limit))
            }
        };
        let waited = clock.now().saturating_duration_since(since);
        let Some(left) = limit.checked_sub(waited).filter(|left| !left.is_zero()) else {
            return Err(TransportError::timeout(Phase::MaybeSent, timeout));
        };
        // Made when there is something to wait for: a connection that is kept is there at once.
        let mut asleep = None;
        let next = poll_fn(|cx| {
            if let Poll::Ready(outcome) = exchange.as_mut().poll(cx) {
                return Poll::Ready(Some(outcome));
            }
            // With another stage another deadline begins.
            if activity.poll_left(stage, cx).is_ready() {
                return Poll::Ready(None);
            }
            asleep.get_or_insert_with(|| clock.sleep(left)).as_mut().poll(cx).map(|()| None)
        });
        if let Some(outcome) = next.await {
            return outcome.map(|response| {
                let refused = response.status().as_u16() >= 300;
                let sending = refused.then(|| Abandon(Arc::clone(activity)));
                let watched = |body| Watched {
                    body,
                    limit: timeouts.silence,
                    clock: Arc::clone(clock),
                    timer: None,
                    sending,
                };
                response.map(|body| ResponseBody::new(watched(body)))
            });
        }
    }
}

/// A response body that fails when nothing arrives for too long.
struct Watched {
    body: ResponseBody,
    limit: Duration,
    clock: Arc<dyn Clock>,
    timer: Option<BoxFuture<'static, ()>>,
    /// What is still sent of a request that is refused; dropped with the response.
    sending: Option<Abandon>,
}

/// Ends the sending of a request when it is dropped.
struct Abandon(Arc<Activity>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            this.timer = None;
            if !matches!(frame, Some(Ok(_))) {
                this.sending = None;
            }
            return Poll::Ready(frame);
        }
        let timer = this.timer.get_or_insert_with(|| this.clock.sleep(this.limit));
        ready!(timer.as_mut().poll(cx));
        let error = TransportError::timeout(Phase::ReadingBody, Timeout::Silence(this.limit));
        Poll::Ready(Some(Err(error)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
