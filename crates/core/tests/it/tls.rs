//! TLS: who is trusted, which protocol is offered, and what is told when it fails.
//!
//! The certificates were made with OpenSSL for these tests: a root that nobody else trusts, and one for `localhost` and
//! `127.0.0.1` that it has signed, both valid for a hundred years.

use std::sync::Arc;

use segno_core::transport::hyper::{Hyper, HyperBuilder};
use segno_core::transport::tls::Roots;
use segno_core::{Client, Retry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::example::Get;
use crate::peer::{self, soon};

const ROOT: &[u8] = include_bytes!("tls/root.der");
const LOCALHOST: &[u8] = include_bytes!("tls/localhost.der");
const KEY: &[u8] = include_bytes!("tls/localhost.key.der");

/// Of a server that prefers HTTP/2.
pub(crate) fn acceptor() -> tokio_rustls::TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![LOCALHOST.into()], KEY.try_into().unwrap())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    tokio_rustls::TlsAcceptor::from(Arc::new(config))
}

/// A TLS server that responds with the protocol that was agreed upon (ALPN).
pub(crate) async fn server() -> String {
    let acceptor = acceptor();
    let base = peer::listen(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await?;
            let protocol = stream.get_ref().1.alpn_protocol().unwrap_or(b"none").to_vec();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_buf(&mut head).await?;
            }
            let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", protocol.len());
            stream.write_all(response.as_bytes()).await?;
            stream.write_all(&protocol).await?;
            stream.shutdown().await
        }
    })
    .await;
    base.replace("http:", "https:")
}

pub(crate) fn client(base: &str, hyper: HyperBuilder) -> Client {
    Client::builder(base).transport(hyper.build()).retry(Retry::never()).build().unwrap()
}

pub(crate) fn trusting() -> HyperBuilder {
    Hyper::builder().roots(Roots::only(vec![ROOT.to_vec()]))
}

#[tokio::test]
async fn a_trusted_server_is_spoken_to_in_http_1() {
    let base = server().await;
    for base in [base.clone(), base.replace("127.0.0.1", "localhost")] {
        assert_eq!(soon(client(&base, trusting()).send(&Get)).await.unwrap(), "http/1.1", "{base}");
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_is_no_connection() {
    let base = server().await;
    let error = soon(client(&base, Hyper::builder()).send(&Get)).await.unwrap_err();
    assert!(error.is_connect() && !error.may_have_taken_effect());
    let text = error.to_string();
    assert_eq!(
        text,
        format!(
            "example.get: no connection to {}: the certificate of the service is signed by nobody who is trusted \
             here; add its issuer to the certificates of this computer (or SSL_CERT_FILE), or name it with \
             transport::tls::Roots",
            base.trim_end_matches('/')
        )
    );
}

/// Every address of 127.0.0.0/8 is this computer, on Linux.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_certificate_of_another_name_is_no_connection() {
    let acceptor = acceptor();
    let base = peer::listen_at("127.0.0.2", move |stream| {
        let acceptor = acceptor.clone();
        async move { acceptor.accept(stream).await.map(drop) }
    })
    .await
    .replace("http:", "https:");
    let error = soon(client(&base, trusting()).send(&Get)).await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    let text = error.to_string();
    assert!(text.contains("the certificate of the service is for another host: localhost"), "{text}");
}

/// What would be the same the next time is not tried again, and costs no budget.
#[tokio::test]
async fn a_certificate_is_looked_at_once() {
    let base = server().await;
    let client = Client::builder(base).transport(Hyper::builder().build()).build().unwrap();
    let error = soon(client.send(&Get)).await.unwrap_err();
    assert_eq!(error.attempts(), 1, "{error}");
    assert!(!error.is_transient());
}

#[tokio::test]
async fn a_server_without_tls_is_no_connection() {
    let base = peer::listen(|mut stream| async move {
        stream.read_u8().await?;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await
    })
    .await;
    let error = soon(client(&base.replace("http:", "https:"), trusting()).send(&Get)).await.unwrap_err();
    let text = error.to_string();
    assert!(text.ends_with("what is listening there does not speak TLS; is it an http port?"), "{text}");
}

#[test]
fn an_https_base_tells_at_once_that_nothing_is_trusted() {
    let broken = Hyper::builder().roots(Roots::only(vec![b"none".to_vec()])).build();
    assert!(broken.prepare_tls().is_err());
    assert!(Hyper::builder().build().prepare_tls().is_ok());
}
