//! Requests that the services send: callbacks and webhooks. Each attempt is recorded.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;

use super::clock::Clock;
use super::mutex::Mutex;
use super::tasks::Tasks;

/// One delivery of a callback or webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Callback {
    /// Counts up from 1.
    pub id: u64,
    /// When it was sent: seconds since the Unix epoch by the sandbox's clock.
    pub at: f64,
    /// What sent it, such as `soundslice`.
    pub service: String,
    /// The URL that it was sent to.
    pub url: String,
    /// Its headers, without `Host` and `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// Its body, as text.
    pub body: String,
    /// The status of the receiver's response; `None` while under way or without one.
    pub status: Option<u16>,
    /// Why there was no response.
    pub error: Option<String>,
}

/// What is to be sent, by POST.
pub(crate) struct Delivery {
    pub(crate) service: &'static str,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// How long the receiver may take, in real time.
    pub(crate) timeout: Duration,
}

/// Sends deliveries and remembers them.
pub(crate) struct Outbox {
    sent: Arc<Mutex<Sent>>,
    clock: Arc<Clock>,
    tasks: Arc<Tasks>,
}

#[derive(Default)]
struct Sent {
    last: u64,
    callbacks: Vec<Callback>,
}

impl Outbox {
    pub(crate) fn new(clock: Arc<Clock>, tasks: Arc<Tasks>) -> Self {
        Self { sent: Arc::default(), clock, tasks }
    }

    /// All deliveries so far, in order.
    pub(crate) fn callbacks(&self) -> Vec<Callback> {
        self.sent.lock().callbacks.clone()
    }

    /// The status of a delivery, `Some(None)` while it is under way, 0 if there was no response; `None` if it was forgotten.
    pub(crate) fn status(&self, id: u64) -> Option<Option<u16>> {
        let sent = self.sent.lock();
        let callback = sent.callbacks.iter().find(|callback| callback.id == id)?;
        Some(callback.status.or(callback.error.as_ref().map(|_| 0)))
    }

    pub(crate) fn clear(&self) {
        *self.sent.lock() = Sent::default();
    }

    /// Sends a delivery once, in the background; its number.
    pub(crate) fn send(&self, delivery: Delivery) -> u64 {
        let id = self.sent.lock().record(self.clock.now().as_secs_f64(), &delivery);
        let sent = Arc::clone(&self.sent);
        self.tasks.spawn(async move {
            let outcome = match tokio::time::timeout(delivery.timeout, post(&delivery)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(format!("no response within {} s", delivery.timeout.as_secs_f64())),
            };
            sent.lock().finish(id, outcome);
        });
        id
    }
}

impl Sent {
    fn record(&mut self, at: f64, delivery: &Delivery) -> u64 {
        self.last += 1;
        self.callbacks.push(Callback {
            id: self.last,
            at,
            service: delivery.service.to_owned(),
            url: delivery.url.clone(),
            headers: delivery.headers.clone(),
            body: delivery.body.clone(),
            status: None,
            error: None,
        });
        self.last
    }

    fn finish(&mut self, id: u64, outcome: Result<u16, String>) {
        if let Some(callback) = self.callbacks.iter_mut().find(|callback| callback.id == id) {
            match outcome {
                Ok(status) => callback.status = Some(status),
                Err(error) => callback.error = Some(error),
            }
        }
    }
}

async fn post(delivery: &Delivery) -> Result<u16, String> {
    let uri: http::Uri = delivery.url.parse().map_err(|error| format!("not a URL: {error}"))?;
    if uri.scheme_str() != Some("http") {
        return Err("the sandbox delivers to http:// only".to_owned());
    }
    let authority = uri.authority().ok_or("the URL has no host")?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80)))
        .await
        .map_err(|error| format!("could not connect: {error}"))?;
    let broken = |error: hyper::Error| format!("the connection broke: {error}");
    let (mut sender, connection) = http1::Builder::new()
        .title_case_headers(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let mut request = http::Request::post(uri.path_and_query().map_or("/", |path| path.as_str()))
        .header(http::header::HOST, authority.as_str());
    for (name, value) in &delivery.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::new(Bytes::from(delivery.body.clone())))
        .map_err(|error| format!("not a request: {error}"))?;
    let mut sending = std::pin::pin!(sender.send_request(request));
    tokio::select! {
        biased;
        response = sending.as_mut() => response,
        // The connection may end just after the response arrived.
        _ = connection => sending.await,
    }
    .map(|response| response.status().as_u16())
    .map_err(broken)
}
