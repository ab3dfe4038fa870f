//! No document breaks the reader of the old API's XML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_soundcloud::core::{Bytes, Endpoint, Response};
use segno_soundcloud::legacy::{Element, comments, permissions, tracks, users};

fuzz_target!(|bytes: &[u8]| {
    if Element::parse(bytes).is_ok() {
        let response = || Response::new(Bytes::copy_from_slice(bytes));
        let _ = tracks::List::read(response());
        let _ = tracks::Get::read(response());
        let _ = tracks::Upload::read(response());
        let _ = users::List::read(response());
        let _ = comments::OfUser::read(response());
        let _ = permissions::Get::read(response());
    }
});
