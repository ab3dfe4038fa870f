//! Any bytes on a connection of the loopback listener: no panic, and only a GET or a form with the state ends the wait.
#![no_main]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use libfuzzer_sys::fuzz_target;
use segno_core::auth::loopback::{Ending, received};

fuzz_target!(|bytes: &[u8]| {
    let judge = |query: &segno_core::auth::loopback::Redirected| match query.get("state") {
        Some("s1") => Ending::Granted,
        _ => Ending::Foreign,
    };
    let mut reading = pin!(received(bytes, "/callback", judge));
    let Poll::Ready(redirected) = reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("a slice is always ready");
    };
    if let Some(redirected) = redirected {
        assert_eq!(redirected.get("state"), Some("s1"));
        assert!(bytes.starts_with(b"GET /callback") || bytes.starts_with(b"POST /callback"));
    }
});
