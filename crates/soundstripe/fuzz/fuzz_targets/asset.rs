#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::Bytes;
use segno_soundstripe::supe_assets::Upload;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fuzz_target!(|data: &[u8]| {
    // Bytes in memory are never waited for.
    let upload = pin!(Upload::bytes("a", Bytes::copy_from_slice(data)));
    assert!(matches!(upload.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(_)));
});
