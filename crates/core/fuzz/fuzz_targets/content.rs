//! Any body under any media type: no panic, no page passes for a file, and nothing but an empty body for nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use segno_core::{Bytes, Response};
use segno_core::decode::{Content, read_unit};

fuzz_target!(|input: (&[u8], &[u8])| {
    let (media_type, body) = input;
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(media_type) {
        headers.insert(CONTENT_TYPE, value);
    }
    for content in [Content::Document, Content::Binary, Content::File] {
        let judged = content.check(&headers, body);
        let start = body.trim_ascii_start().to_ascii_lowercase();
        if start.starts_with(b"<!doctype html>") || start.starts_with(b"<html>") {
            assert!(judged.is_err(), "{content:?}");
        }
        if let Err(error) = judged {
            let _ = error.to_string();
        }
    }
    assert!(Content::Any.check(&headers, body).is_ok());
    let mut response = Response::new(Bytes::copy_from_slice(body));
    *response.headers_mut() = headers;
    let is_empty = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii().is_empty();
    match read_unit(&response, |_| false) {
        Ok(()) => assert!(is_empty),
        Err(error) => {
            assert!(!is_empty);
            assert!(!error.to_string().contains('\n'));
        }
    }
});
