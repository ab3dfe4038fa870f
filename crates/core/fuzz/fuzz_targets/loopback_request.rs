//! Any bytes on a connection of the loopback listener: no panic, and only a GET or a form with the state ends the wait.
#![no_main]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use libfuzzer_sys::fuzz_target;
use segno_core::auth::Redirected;
use segno_core::auth::loopback::{Ending, received};

fuzz_target!(|bytes: &[u8]| {
    let judge = |query: &Redirected| match query.get("state") {
        Some("s1") => Ending::Granted,
        _ => Ending::Foreign,
    };
    let mut reading = pin!(received(bytes, "/callback", judge));
    let mut poll = || reading.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let redirected = (0..1000).find_map(|_| match poll() {
        Poll::Ready(redirected) => Some(redirected),
        Poll::Pending => None,
    });
    if let Some(redirected) = redirected.expect("nothing is waited for") {
        assert_eq!(redirected.get("state"), Some("s1"));
        // HTTP allows empty lines before a request (RFC 9112, section 2.2).
        let request = bytes.trim_ascii_start();
        assert!(request.starts_with(b"GET /callback") || request.starts_with(b"POST /callback"));
    }
});
