//! The exact bytes of a request.

use std::fmt::Write as _;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use http::HeaderMap;
use http_body::Body as _;

use crate::auth::AuthRequest;
use crate::request::Prepared;
use crate::{BuildError, Client, Endpoint};

/// The request of an endpoint as it goes over the wire, credentials included but not shown: what is sensitive reads
/// `[redacted]`, a body that is not text is told by length and SHA-256.
///
/// # Errors
/// If the endpoint cannot write its request.
///
/// # Panics
/// If the credentials of the client need the network: a test gives them ready-made.
pub fn wire<E: Endpoint>(client: &Client, endpoint: &E) -> Result<String, BuildError> {
    let prepared = authorized(client, endpoint)?;
    let mut text = format!("{} {} HTTP/1.1\n", prepared.method, target(&prepared));
    write_headers(&mut text, &prepared.headers);
    text.push('\n');
    for piece in prepared.body.peek() {
        match piece.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
            Ok((_, Ok(words))) => text.push_str(&words.replace("\r\n", "\n")),
            Ok((bytes, Err(_))) => {
                let _ = write!(text, "[{} bytes, SHA-256 {}]", bytes.len(), hex(bytes));
            }
            Err(length) => {
                let _ = write!(text, "[{length} bytes from a source]");
            }
        }
    }
    Ok(text)
}

/// The request of an endpoint byte for byte as it goes over the wire: with its credentials, and with the content of
/// files and other sources. [`wire`] is the readable form of it.
///
/// # Errors
/// If a source of the body cannot be read, or (as [`io::ErrorKind::InvalidInput`]) the endpoint cannot write its request.
///
/// # Panics
/// If the credentials of the client need the network: a test gives them ready-made.
pub async fn wire_bytes<E: Endpoint>(client: &Client, endpoint: &E) -> io::Result<Vec<u8>> {
    let prepared =
        authorized(client, endpoint).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let mut bytes = format!("{} {} HTTP/1.1\r\n", prepared.method, target(&prepared)).into_bytes();
    for (name, value) in &prepared.headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    let (mut body, _) = prepared.body.open(Arc::clone(client.clock()), None, 1).await?;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(data) = frame?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes)
}

fn authorized<E: Endpoint>(client: &Client, endpoint: &E) -> Result<Prepared, BuildError> {
    let mut prepared = client.prepare(endpoint)?;
    let origin = crate::url::Origin::of(&prepared.uri);
    let bound = client.0.credentials.iter().find(|(bound, _)| Some(bound) == origin.as_ref());
    if let (true, Some((_, credentials))) = (prepared.credentials, bound) {
        let attempt = AuthRequest {
            method: &prepared.method,
            uri: &mut prepared.uri,
            headers: &mut prepared.headers,
            body: &mut prepared.body,
            clock: &*client.0.clock,
        };
        now(credentials.authorize(attempt)).unwrap_or_else(|error| panic!("cannot authorize: {error}"));
    }
    Ok(prepared)
}

fn target(prepared: &Prepared) -> &str {
    prepared.uri.path_and_query().map_or("/", |target| target.as_str())
}

fn write_headers(text: &mut String, headers: &HeaderMap) {
    for (name, value) in headers {
        let shown = if value.is_sensitive() {
            "[redacted]".into()
        } else {
            String::from_utf8_lossy(value.as_bytes())
        };
        let _ = writeln!(text, "{name}: {shown}");
    }
}

fn hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The value of a future that needs no waiting.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the credentials need the network; give the test ready-made ones"),
    }
}
