//! TLS: who is trusted, which protocol is offered, and what is told when it fails.
//!
//! The certificates were made with OpenSSL for these tests: a root that nobody else trusts, and one for `localhost` and
//! `127.0.0.1` that it has signed, both valid for a hundred years.

use std::sync::Arc;

use segno_core::transport::hyper::{Hyper, HyperBuilder};
use segno_core::transport::tls::{Identity, Roots};
use segno_core::{Client, Retry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::example::Get;
use crate::peer::{self, soon};

pub(crate) const ROOT: &[u8] = include_bytes!("tls/root.der");
pub(crate) const LOCALHOST: &[u8] = include_bytes!("tls/localhost.der");
pub(crate) const KEY: &[u8] = include_bytes!("tls/localhost.key.der");

/// Of a server that speaks these protocols, the best first.
pub(crate) fn acceptor(protocols: &[&str]) -> tokio_rustls::TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![LOCALHOST.into()], KEY.try_into().unwrap())
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    tokio_rustls::TlsAcceptor::from(Arc::new(config))
}

/// A TLS server for HTTP/1.1 that responds with the protocol that was agreed upon (ALPN).
pub(crate) async fn server() -> String {
    server_of(&["http/1.1"]).await
}

async fn server_of(protocols: &[&str]) -> String {
    let acceptor = acceptor(protocols);
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
    Hyper::builder().roots(Roots::only([ROOT]))
}

/// That speaks HTTP/1.1 with every server.
fn http1() -> HyperBuilder {
    #[cfg(feature = "http2")]
    return trusting().http1_only();
    #[cfg(not(feature = "http2"))]
    trusting()
}

#[tokio::test]
async fn a_trusted_server_is_spoken_to_in_http_1() {
    let base = server_of(&["h2", "http/1.1"]).await;
    for base in [base.clone(), base.replace("127.0.0.1", "localhost")] {
        assert_eq!(soon(client(&base, http1()).send(&Get)).await.unwrap(), "http/1.1", "{base}");
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
             transport::tls::Roots::also",
            base.trim_end_matches('/')
        )
    );
}

/// Every address of 127.0.0.0/8 is this computer, on Linux.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_certificate_of_another_name_is_no_connection() {
    let acceptor = acceptor(&["http/1.1"]);
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
    let broken = Hyper::builder().roots(Roots::only(["none"])).build();
    assert!(broken.prepare_tls().is_err());
    assert!(Hyper::builder().build().prepare_tls().is_ok());
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(der))
}

/// A proxy that reads TLS is beside the usual authorities and not in their place.
#[tokio::test]
async fn an_authority_of_ones_own_is_given_in_pem_or_der() {
    let base = server().await;
    let root = pem("CERTIFICATE", ROOT);
    let others = format!("# the authorities of a company\n{}{root}", include_str!("tls/client.pem"));
    for certificate in [ROOT, root.as_bytes(), others.as_bytes()] {
        for roots in [Roots::also([certificate]), Roots::only([certificate])] {
            soon(client(&base, Hyper::builder().roots(roots)).send(&Get)).await.unwrap();
        }
    }
    let also = Client::builder(&base).connector(|hyper| hyper.roots(Roots::also([ROOT]))).build().unwrap();
    soon(also.send(&Get)).await.unwrap();
}

#[test]
fn a_certificate_that_cannot_be_read_is_told_when_the_client_is_built() {
    let error = |roots| {
        let built = Client::builder("https://api.example/").connector(|hyper| hyper.roots(roots)).build();
        built.unwrap_err().to_string()
    };
    let text = error(Roots::also(["-----BEGIN CERTIFICATE-----\nAAAA"]));
    assert_eq!(
        text,
        "TLS cannot be set up: invalid certificate: expected PEM (-----BEGIN CERTIFICATE-----) or DER"
    );
    let text = error(Roots::also(["no certificate"]));
    assert!(text.starts_with("TLS cannot be set up: invalid certificate of an authority: "), "{text}");
}

pub(crate) const CLIENT: &[u8] = include_bytes!("tls/client.pem");
pub(crate) const CLIENT_KEY: &[u8] = include_bytes!("tls/client.key.pem");

/// A server that wants a certificate of the authority of clients, in this version of TLS.
async fn mutual(version: &'static rustls::SupportedProtocolVersion) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut authorities = rustls::RootCertStore::empty();
    authorities.add(include_bytes!("tls/client-ca.der").as_slice().into()).unwrap();
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
        Arc::new(authorities),
        Arc::clone(&provider),
    );
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(vec![LOCALHOST.into()], KEY.try_into().unwrap())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let base = peer::listen(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await?;
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_buf(&mut head).await?;
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await?;
            stream.shutdown().await
        }
    })
    .await;
    base.replace("http:", "https:")
}

/// With TLS 1.3 the server looks at the certificate when the client is done already: its alert comes in place of the response.
#[tokio::test]
async fn a_client_shows_its_certificate_where_one_is_wanted() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let base = mutual(version).await;
        let identity = Identity::new(CLIENT, CLIENT_KEY);
        assert_eq!(format!("{identity:?}"), "Identity([redacted])");
        assert_eq!(soon(client(&base, trusting().identity(identity)).send(&Get)).await.unwrap(), "ok");
        for (hyper, words) in [
            (trusting(), "the service asks for a certificate of the client, which has none"),
            (
                trusting().identity(Identity::new(LOCALHOST, KEY)),
                "the service does not accept the certificate of this client",
            ),
        ] {
            let client = Client::builder(&base).transport(hyper.build()).build().unwrap();
            let error = soon(client.send(&Get)).await.unwrap_err();
            let text = error.to_string();
            assert!(text.contains(words), "{version:?}: {text}");
            assert!(error.is_connect() && !error.is_transient() && !error.may_have_taken_effect(), "{text}");
            assert_eq!(error.attempts(), 1, "{version:?}: {text}");
        }
    }
}

#[test]
fn a_key_that_does_not_fit_is_told_when_the_client_is_built() {
    let error = |key: &[u8]| {
        let identity = Identity::new(CLIENT, key);
        let built =
            Client::builder("https://api.example/").connector(|hyper| hyper.identity(identity)).build();
        built.unwrap_err().to_string()
    };
    let unreadable = "TLS cannot be set up: invalid private key of the client: expected PEM or DER (PKCS #8, PKCS #1 or \
                      SEC 1) without a password";
    assert_eq!(error(b"none"), unreadable);
    assert_eq!(error(CLIENT), unreadable);
    let other = error(KEY);
    assert!(
        other.starts_with("TLS cannot be set up: the certificate of the client cannot be used"),
        "{other}"
    );
}
