//! Any header values: no panic, plain seconds are what they say, and of several the longest counts.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use segno_core::http::{HeaderMap, HeaderValue, header::RETRY_AFTER};
use segno_core::client::retry_after;

fuzz_target!(|values: (&[u8], &[u8])| {
    let now = segno_core::Timestamp::from_unix_seconds(1_795_292_100).unwrap();
    let values = [values.0, values.1].map(HeaderValue::from_bytes);
    let one = |value: &HeaderValue| retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value.clone())]), now);
    let waits: Vec<_> = values.iter().flatten().map(one).collect();
    let mut headers = HeaderMap::new();
    for value in values.iter().flatten() {
        headers.append(RETRY_AFTER, value.clone());
        let text = value.to_str().unwrap_or("-").trim();
        if let (true, Ok(seconds)) = (text.bytes().all(|byte| byte.is_ascii_digit()), text.parse()) {
            assert_eq!(one(value), Some(Duration::from_secs(seconds)));
        }
    }
    assert_eq!(retry_after(&headers, now), waits.into_iter().max().flatten());
});
