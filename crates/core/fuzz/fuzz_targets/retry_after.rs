//! Any header value: no panic, and no wait longer than 2^32 seconds unless it is a date.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::http::{HeaderMap, HeaderValue, header::RETRY_AFTER};

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let digits = value.to_str().is_ok_and(|text| text.trim().bytes().all(|byte| byte.is_ascii_digit()));
    let headers = HeaderMap::from_iter([(RETRY_AFTER, value)]);
    let now = segno_core::Timestamp::from_unix_seconds(1_795_292_100).unwrap();
    let wait = segno_core::retry_after(&headers, now);
    if digits {
        assert!(wait.is_none_or(|wait| wait.as_secs() <= u64::from(u32::MAX)));
    }
});
