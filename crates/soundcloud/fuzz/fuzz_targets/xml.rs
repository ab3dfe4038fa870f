//! No document breaks the reader of the old API's XML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_soundcloud::core::{Bytes, Endpoint, Response};
use segno_soundcloud::legacy::{Element, tracks};

fuzz_target!(|bytes: &[u8]| {
    if Element::parse(bytes).is_ok() {
        let _ = tracks::List::read(Response::new(Bytes::copy_from_slice(bytes)));
        let _ = tracks::Get::read(Response::new(Bytes::copy_from_slice(bytes)));
    }
});
