//! A loopback server that waits for the one callback of an upload.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use segno_soundslice::callback::Callback;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

type Error = Box<dyn std::error::Error>;

/// Listens until dropped.
pub(crate) struct Listener {
    url: String,
    news: mpsc::Receiver<Result<Callback, String>>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on a free port, on a path that nobody guesses: callbacks are not signed.
    pub(crate) async fn open() -> Result<Self, Error> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let path = format!("/soundslice/{:016x}", getrandom::u64()?);
        let url = format!("http://{}{path}", socket.local_addr()?);
        let (sender, news) = mpsc::channel(8);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                let service = service_fn(|request| respond(request, &path, &sender));
                // A peer that breaks off is its own loss; the next one is served.
                let _ = hyper::server::conn::http1::Builder::new()
                    .keep_alive(false)
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            }
        });
        Ok(Self { url, news, task })
    }

    /// What to give the service.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// The callback, once it comes.
    pub(crate) async fn callback(mut self, limit: Duration) -> Result<Callback, Error> {
        let news = tokio::time::timeout(limit, self.news.recv()).await;
        let news = news.map_err(|_| format!("no callback within {} s", limit.as_secs()))?;
        Ok(news.ok_or("the listener ended")??)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn respond(
    request: Request<Incoming>,
    path: &str,
    sender: &mpsc::Sender<Result<Callback, String>>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let status = |status| {
        let mut response = Response::new(Empty::new());
        *response.status_mut() = status;
        Ok(response)
    };
    if request.method() != Method::POST || request.uri().path() != path {
        return status(StatusCode::NOT_FOUND);
    }
    let content_type =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let Ok(body) = Limited::new(request.into_body(), 64 * 1024).collect().await else {
        return status(StatusCode::BAD_REQUEST);
    };
    let callback =
        Callback::parse(content_type.as_deref(), &body.to_bytes()).map_err(|error| error.to_string());
    let _ = sender.send(callback).await;
    status(StatusCode::OK)
}
