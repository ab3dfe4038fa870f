//! URLs that a service gives: where something is sent, and where not.

use segno_core::endpoint::PlainApiError;
use segno_core::{
    Body, BuildError, Bytes, Cause, Client, ClientBuilder, DecodeError, Endpoint, Method, Replay,
    RequestWriter, Response,
};
use tokio::io::AsyncWriteExt as _;

use crate::example::{Get, Reply, Service};
use crate::peer::{self, read_request, soon};

/// `PUT` to a presigned URL.
struct Put(&'static str);

impl Endpoint for Put {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.storage.put";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.url("storage", self.0.parse().map_err(|_| BuildError::value("url", "must be a URL"))?);
        request.body(Body::from("private music"));
        Ok(())
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// A client of a service at `base` that sends to no network.
fn client(base: &str, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> (Client, Service) {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let builder = Client::builder(base).transport(service.clone());
    (set(builder).build().unwrap(), service)
}

#[tokio::test]
async fn an_https_service_gives_https_urls() {
    let (client, service) = client("https://api.example/v1/", |builder| builder);
    for (url, origin) in [
        ("http://169.254.169.254/latest/meta-data", "http://169.254.169.254:80"),
        ("http://uploads.example.net/x?Signature=CANARY", "http://uploads.example.net:80"),
        ("http://127.0.0.1.example/x", "http://127.0.0.1.example:80"),
    ] {
        let error = client.send(&Put(url)).await.unwrap_err();
        assert!(matches!(error.cause(), Cause::Build(BuildError::Insecure { .. })), "{error}");
        assert_eq!(
            error.to_string(),
            format!(
                "example.storage.put: not sent: the service gave a URL at {origin}, which is not https; nothing \
                 is sent there"
            )
        );
    }
    assert!(service.seen().is_empty());
    for url in [
        "https://uploads.example.net/x",
        "http://127.0.0.1:8402/x",
        "http://localhost:8402/x",
        "http://[::1]/x",
    ] {
        client.send(&Put(url)).await.unwrap();
    }
    assert_eq!(service.seen().len(), 4);
}

#[tokio::test]
async fn a_service_on_http_may_give_any() {
    let (client, service) = client("http://127.0.0.1:8401/", |builder| builder);
    client.send(&Put("http://storage.example.net/x")).await.unwrap();
    assert_eq!(service.seen().len(), 1);
}

#[tokio::test]
async fn hosts_can_be_pinned() {
    let (client, service) = client("https://api.example/v1/", |builder| {
        builder.pin_hosts(["uploads.example.net", "*.S3.example.org"])
    });
    for url in [
        "https://uploads.example.net/x",
        "https://UPLOADS.example.net:8443/x",
        "https://bucket.s3.example.org/x",
        "https://a.b.s3.example.org/x",
    ] {
        client.send(&Put(url)).await.unwrap();
    }
    for url in [
        "https://evil.example/x",
        "https://uploads.example.net.evil.example/x",
        "https://x.uploads.example.net/x",
        "https://s3.example.org/x",
        "https://.s3.example.org/x",
        "https://evils3.example.org/x",
        "https://169.254.169.254/x",
    ] {
        let error = client.send(&Put(url)).await.unwrap_err();
        assert!(matches!(error.cause(), Cause::Build(BuildError::Unpinned { .. })), "{url}: {error}");
        assert!(error.to_string().ends_with("nothing is sent there"), "{error}");
    }
    // The service itself is not one of them.
    client.send(&Get).await.unwrap();
    assert_eq!(service.seen().len(), 5);
}

#[tokio::test]
async fn a_raw_location_is_followed_over_a_socket() {
    let base = peer::listen(|mut stream| async move {
        loop {
            let request = read_request(&mut stream).await?;
            let response = if request.starts_with(b"GET /thing ") {
                b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: /a b/\xC9tude\r\n\r\n".to_vec()
            } else {
                let line = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{line}", line.len()).into_bytes()
            };
            stream.write_all(&response).await?;
        }
    })
    .await;
    let client = peer::client(&base).0.build().unwrap();
    assert_eq!(soon(client.send(&Get)).await.unwrap(), "GET /a%20b/%C9tude HTTP/1.1");
}

#[tokio::test]
async fn a_response_may_have_many_headers_up_to_a_setting() {
    let base = peer::listen(|mut stream| async move {
        loop {
            read_request(&mut stream).await?;
            let headers: String = (0..300).map(|n| format!("x-header-{n}: {n}\r\n")).collect();
            let response = format!("HTTP/1.1 200 OK\r\n{headers}content-length: 2\r\n\r\nok");
            stream.write_all(response.as_bytes()).await?;
        }
    })
    .await;
    let client = peer::client(&base).0.build().unwrap();
    assert_eq!(soon(client.send(&Get)).await.unwrap(), "ok");
    let few = segno_core::transport::hyper::Hyper::builder().max_headers(200).build();
    let client = peer::client(&base).0.transport(few).build().unwrap();
    let error = soon(client.send(&Get)).await.unwrap_err();
    assert!(error.to_string().contains("too large"), "{error}");
}
