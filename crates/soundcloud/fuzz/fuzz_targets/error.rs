//! No body of an error breaks its reading, nor that of a token error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_soundcloud::ApiError;
use segno_soundcloud::core::auth::oauth2::TokenError;
use segno_soundcloud::core::{ApiError as _, Bytes, HeaderMap, StatusCode, time::{Clock as _, SystemClock}};

fuzz_target!(|input: (u16, &[u8])| {
    let Ok(status) = StatusCode::from_u16(400 + input.0 % 200) else { return };
    let body = Bytes::copy_from_slice(input.1);
    let error = ApiError::read(status, &HeaderMap::new(), &body);
    let _ = (error.to_string(), error.retry_after(SystemClock.wall()));
    let _ = TokenError::read(status, &HeaderMap::new(), &body).to_string();
});
