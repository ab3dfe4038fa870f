//! A peer behind a real socket that does exactly what a test tells it.

use std::future::Future;
use std::io;
use std::sync::Arc;

use segno_core::testing::ManualClock;
use segno_core::transport::hyper::Hyper;
use segno_core::{Client, ClientBuilder, Retry};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use crate::example;

/// Listens on loopback and hands every connection to `serve`.
pub(crate) async fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    listen_at("127.0.0.1", serve).await
}

/// Listens at that address.
pub(crate) async fn listen_at<F>(host: &str, serve: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::bind((host, 0)).await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    base
}

/// The head of a request, to the empty line, byte for byte; what came with it of the body stays in `rest`.
pub(crate) async fn read_head(stream: &mut TcpStream, rest: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    loop {
        if let Some(end) = rest.windows(4).position(|window| window == b"\r\n\r\n") {
            let body = rest.split_off(end + 4);
            return Ok(std::mem::replace(rest, body));
        }
        if stream.read_buf(rest).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// A whole request, byte for byte.
pub(crate) async fn read_request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let mut request = read_head(stream, &mut body).await?;
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())
        .unwrap_or_default();
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    request.extend_from_slice(&body);
    Ok(request)
}

/// A client of a peer, on a clock that moves when the test says so, without retries.
pub(crate) fn client(base: &str) -> (ClientBuilder, Arc<ManualClock>) {
    let clock = ManualClock::stopped(example::moment());
    let builder = Client::builder(base)
        .clock(Arc::clone(&clock) as _)
        .transport(Hyper::builder().clock(Arc::clone(&clock) as _).build())
        .retry(Retry::never());
    (builder, clock)
}

/// Lets a test that went wrong end with an error instead of never.
pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(std::time::Duration::from_secs(30), work).await.expect("the test hangs")
}
