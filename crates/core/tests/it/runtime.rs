//! Where Tokio is missing, or a part of it, there is an error and no panic.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use segno_core::endpoint::PlainApiError;
use segno_core::transport::TransportErrorKind;
use segno_core::transport::hyper::Hyper;
use segno_core::{Body, Cause, Client, Error};

use crate::example::{self, Get};

fn client() -> Client {
    Client::builder("http://127.0.0.1:9/").build().unwrap()
}

/// What a future comes to that has nothing to wait for.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

fn assert_told(error: &Error<PlainApiError>, says: &str) {
    let Cause::Transport(lost) = error.cause() else { panic!("{error}") };
    assert_eq!(lost.kind(), TransportErrorKind::Runtime, "{error}");
    assert!(error.to_string().contains(says), "{error}");
    assert!(!error.may_have_taken_effect() && !error.is_transient());
}

#[test]
fn without_a_runtime() {
    assert_told(&now(client().send(&Get)).unwrap_err(), "there is no Tokio runtime here");
    // With a clock of one's own the transport is the one to notice.
    let client = Client::builder("http://127.0.0.1:9/")
        .clock(example::clock())
        .transport(Hyper::builder().clock(example::clock()).build())
        .build()
        .unwrap();
    assert_told(&now(client.send(&Get)).unwrap_err(), "there is no Tokio runtime here");
    let error = now(Body::file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).unwrap_err();
    assert!(error.to_string().contains("Cargo.toml: there is no Tokio runtime here"), "{error}");
}

#[test]
fn on_a_runtime_without_timers() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    assert_told(
        &runtime.block_on(client().send(&Get)).unwrap_err(),
        "has no timers; build it with enable_all()",
    );
}

#[test]
fn on_a_runtime_without_sockets() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    assert_told(
        &runtime.block_on(client().send(&Get)).unwrap_err(),
        "has no sockets; build it with enable_all()",
    );
}
