//! What is behind an error can be reached, and is no secret.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use segno_core::client::{OneLine, write_around};
use segno_core::transport::TransportError;
use segno_core::transport::hyper::Hyper;
use segno_core::{Client, Retry, Timeouts};
use segno_testkit::Canary;
use tokio::io::AsyncWriteExt as _;

use crate::example::Get;
use crate::peer::{self, read_request, soon};
use crate::tls;

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// The first error of a type among the causes of an error.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    causes(error).find_map(|error| error.downcast_ref())
}

/// Every error of a chain, printed in every way.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    causes(error).map(|error| format!("{error} {error:?} {error:#?}\n")).collect()
}

fn client(base: &str) -> Client {
    let hyper = Hyper::new(Timeouts::default());
    Client::builder(base).transport(hyper).retry(Retry::never()).build().unwrap()
}

#[tokio::test]
async fn a_refused_connection_is_an_io_error_of_that_kind() {
    let base = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let error = soon(client(&base).send(&Get)).await.unwrap_err();
    assert!(find::<TransportError>(&error).is_some());
    assert_eq!(find::<io::Error>(&error).unwrap().kind(), ErrorKind::ConnectionRefused, "{}", chain(&error));
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_the_error_of_rustls() {
    let base = tls::server().await;
    let error = soon(tls::client(&base, Hyper::builder()).send(&Get)).await.unwrap_err();
    let found = find::<rustls::Error>(&error);
    assert!(matches!(found, Some(rustls::Error::InvalidCertificate(_))), "{}", chain(&error));
}

#[tokio::test]
async fn a_response_that_breaks_off_has_its_causes() {
    let base = peer::listen(|mut stream| async move {
        read_request(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab").await
    })
    .await;
    let error = soon(client(&base).send(&Get)).await.unwrap_err();
    assert!(find::<hyper::Error>(&error).is_some(), "{}", chain(&error));
}

/// The file that is missing is an I/O error behind the error of the call, and the name of a file is no secret.
#[tokio::test]
async fn a_body_that_cannot_be_read_is_an_io_error() {
    let mut canary = Canary::listen();
    canary.secret("a secret", "CANARY");
    let error = soon(client("http://127.0.0.1:9/").call(&Get).download_to("/none/x")).await.unwrap_err();
    canary.show(&chain(&error));
    let _ = canary.silent();
    assert!(find::<io::Error>(&error).is_some());
}

#[tokio::test]
async fn a_line_can_be_shorter_and_still_tells_its_end() {
    let error = soon(client("http://127.0.0.1:1/").send(&Get)).await.unwrap_err();
    let (whole, short) = (error.to_string(), format!("{error:.40}"));
    assert_eq!(short.chars().count(), 40);
    assert!(whole.starts_with(short.trim_end_matches('…')), "{short}");
}

/// An error that prints one line in which a second one stands.
struct Job(String);

impl std::fmt::Display for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_around(f, "the score was made, but not filled: ", OneLine(&self.0), "; its id is 7")
    }
}

#[test]
fn an_error_in_several_steps_is_one_line() {
    let short = Job("no such file".into()).to_string();
    assert_eq!(short, "the score was made, but not filled: no such file; its id is 7");
    let long = Job("x\n".repeat(1000)).to_string();
    assert_eq!((long.chars().count(), long.lines().count()), (400, 1));
    assert!(
        long.starts_with("the score was made, but not filled: x") && long.ends_with("…; its id is 7"),
        "{long}"
    );
}
