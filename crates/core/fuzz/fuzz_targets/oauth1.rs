//! OAuth 1.0a: the base string is what RFC 5849, section 3.4.1, makes of the pairs, put together here from other crates; token
//! responses and redirects of any bytes do no harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use segno_core::auth::Redirected;
use segno_core::auth::oauth1::{TokenResponse, base_string, percent_encode};
use segno_core::http::Uri;
use segno_core::{Bytes, Method};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

fuzz_target!(|input: (&str, &str, Vec<(&str, &str)>)| {
    let (path, body, pairs) = input;
    assert_eq!(percent_encode(body), encoded(body));
    assert_eq!(percent_decode_str(&percent_encode(body)).decode_utf8().as_deref(), Ok(body));

    if let Ok(response) = TokenResponse::read(&Bytes::copy_from_slice(body.as_bytes())) {
        assert!(!format!("{response:?}").contains("oauth_token"));
    }
    let redirected = Redirected::parse_url(body);
    for (name, _) in redirected.pairs() {
        assert_eq!(redirected.get(name).is_none(), redirected.has_twice(name));
    }

    let Ok(uri) = format!("https://Api.Example:8443/{path}").parse::<Uri>() else { return };
    if uri.host() != Some("Api.Example") {
        return;
    }
    let base = base_string(&Method::POST, &uri, pairs.iter().copied());
    assert_eq!(base, base_string(&Method::POST, &uri, pairs.iter().rev().copied()));
    let query = uri.query().unwrap_or_default();
    // What is not UTF-8 when it is decoded has no one form.
    if percent_decode_str(query).decode_utf8().is_err() {
        return;
    }
    let mut all: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .chain(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())))
        .map(|(name, value)| (encoded(&name), encoded(&value)))
        .collect();
    all.sort();
    let normalized: Vec<String> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = format!(
        "POST&{}&{}",
        encoded(&format!("https://api.example:8443{}", uri.path())),
        encoded(&normalized.join("&"))
    );
    assert_eq!(base, expected);
});
