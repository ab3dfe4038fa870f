//! Any body of a token server: no panic, and a token that is read can be sent in a header. No error shows what was read.
#![no_main]

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use segno_core::ApiError;
use segno_core::auth::oauth2::{TokenError, TokenResponse};
use segno_core::auth::store::Token;

fuzz_target!(|body: &[u8]| {
    let body = Bytes::copy_from_slice(body);
    let now = segno_core::Timestamp::from_unix_seconds(1_795_292_100).unwrap();
    if let Ok(response) = TokenResponse::read(&Response::new(body.clone())) {
        let header = HeaderValue::try_from(format!("Bearer {}", response.access_token.expose())).unwrap();
        assert!(header.to_str().is_ok_and(|text| !text.ends_with(' ')));
        assert!(response.expires_in.is_none() || response.renew_in.is_none());
        let token = Token::received(response, None, now);
        assert!(token.remaining(now).is_none_or(|left| !left.is_zero()));
    }
    for status in [StatusCode::OK, StatusCode::BAD_REQUEST, StatusCode::TOO_MANY_REQUESTS] {
        let shown = TokenError::read(status, &HeaderMap::new(), &body).to_string();
        assert!(!shown.contains('\n'), "{shown:?}");
    }
});
