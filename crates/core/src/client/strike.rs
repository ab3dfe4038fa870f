//! A client's own secrets, struck from what a service says: services echo what they were sent.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::HeaderMap;
use http::response::Parts;
use http::{HeaderValue, Response, Uri};
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::client::authorize::Authorize;
use crate::decode::DecodeError;
use crate::request::body::Body;
use crate::secret::Secret;
use crate::url::RESERVED;

/// What stands where a secret was.
const STRUCK: &str = "[redacted]";

/// A shorter text is found everywhere: striking it would make a message unreadable and protect nothing.
const SHORTEST: usize = 4;

/// A value in the query of a presigned URL is a credential if it has this many characters; shorter ones are dates and
/// numbers.
const PRESIGNED: usize = 16;

/// The names under which forms, queries and `Authorization: OAuth` carry secrets.
const NAMES: [&str; 15] = [
    "access_token",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "id_token",
    "oauth_signature",
    "oauth_token",
    "oauth_verifier",
    "password",
    "refresh_token",
    "secret",
    "secret_token",
    "token",
    "x_auth_password",
];

/// What is secret in one request. It is cheap to make; the spellings in which a service may echo it are made when there
/// is something to strike.
#[derive(Clone, Default)]
pub(crate) struct Private(Arc<Sources>);

#[derive(Default)]
struct Sources {
    headers: Vec<HeaderValue>,
    pairs: Vec<Secret>,
    told: Arc<[Secret]>,
    credentials: Option<Arc<dyn Authorize>>,
}

impl Private {
    /// The secrets of a request as it is sent, and those that the client was told of.
    pub(crate) fn of(
        request: (&Uri, &HeaderMap, &Body),
        presigned: bool,
        credentials: Option<Arc<dyn Authorize>>,
        told: &Arc<[Secret]>,
    ) -> Self {
        let (uri, headers, body) = request;
        let headers = headers.values().filter(|value| value.is_sensitive()).cloned().collect();
        let mut pairs: Vec<Secret> = Vec::new();
        for (name, value) in body.form_pairs().into_iter().flat_map(crate::request::form::FormPairs::iter) {
            if is_secret(name) {
                pairs.push(value.into());
            }
        }
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            if is_secret(&name) || presigned && value.len() >= PRESIGNED {
                pairs.push(value.into_owned().into());
            }
        }
        Self(Arc::new(Sources { headers, pairs, told: Arc::clone(told), credentials }))
    }

    /// The secrets of the request that a response is to.
    pub(crate) fn in_response<T>(response: &Response<T>) -> Self {
        response.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    /// The same, of a response taken apart.
    pub(crate) fn of_parts(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// A body without them.
    pub(crate) fn strike(&self, body: Bytes) -> Bytes {
        if body.is_empty() {
            return body;
        }
        let spellings = self.spellings();
        let mut kept: Vec<u8> = Vec::new();
        let (mut done, mut at) = (0, 0);
        while at < body.len() {
            let rest = &body[at..];
            match spellings.iter().find(|spelling| rest.starts_with(spelling.as_bytes())) {
                Some(spelling) => {
                    kept.extend_from_slice(&body[done..at]);
                    kept.extend_from_slice(STRUCK.as_bytes());
                    at += spelling.len();
                    done = at;
                }
                None => at += 1,
            }
        }
        if done == 0 {
            return body;
        }
        kept.extend_from_slice(&body[done..]);
        kept.into()
    }

    /// A text without them.
    pub(crate) fn strike_text(&self, text: String) -> String {
        String::from_utf8_lossy(&self.strike(text.into_bytes().into())).into_owned()
    }

    /// An error about a body without them.
    pub(crate) fn strike_error(&self, error: DecodeError) -> DecodeError {
        error.map_text(|text| self.strike_text(text))
    }

    /// Every secret in every spelling, the longest first: one may be the beginning of another.
    fn spellings(&self) -> Vec<Zeroizing<String>> {
        let mut spellings = Vec::new();
        for value in &self.0.headers {
            if let Ok(value) = value.to_str() {
                of_header(value, &mut spellings);
            }
        }
        let behind = self.0.credentials.as_ref().map(|credentials| credentials.secrets()).unwrap_or_default();
        for secret in self.0.pairs.iter().chain(&*self.0.told).chain(&behind) {
            spell(secret.expose(), &mut spellings);
        }
        spellings.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        spellings.dedup();
        spellings
    }
}

fn is_secret(name: &str) -> bool {
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// The secrets of a header that is marked sensitive: all of it, what stands behind a scheme, the password of
/// `Basic`, the parameters of `OAuth`.
fn of_header(value: &str, spellings: &mut Vec<Zeroizing<String>>) {
    spell(value, spellings);
    let Some((scheme, rest)) = value.split_once(' ') else { return };
    spell(rest, spellings);
    if scheme.eq_ignore_ascii_case("basic")
        && let Ok(pair) = STANDARD.decode(rest).map(Zeroizing::new)
        && let Some((_, password)) = std::str::from_utf8(&pair).ok().and_then(|pair| pair.split_once(':'))
    {
        spell(password, spellings);
    }
    if scheme.eq_ignore_ascii_case("oauth") {
        for (name, quoted) in rest.split(',').filter_map(|pair| pair.trim().split_once('=')) {
            if is_secret(name) {
                let quoted = quoted.trim_matches('"');
                spell(&percent_decode_str(quoted).decode_utf8_lossy(), spellings);
            }
        }
    }
}

/// A secret as it is, percent-encoded, as base64, and as JSON and HTML write it.
fn spell(secret: &str, spellings: &mut Vec<Zeroizing<String>>) {
    if secret.len() < SHORTEST {
        return;
    }
    let percent = utf8_percent_encode(secret, RESERVED).to_string();
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let quoted = serde_json::Value::from(secret).to_string();
    let json = quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned();
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    for spelling in [
        lower_escapes(&percent),
        lower_escapes(&form),
        percent,
        form,
        // A padding behind it does not matter.
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        json.replace('/', "\\/"),
        ascii(&json, false),
        ascii(&json, true),
        ascii(&json.replace('/', "\\/"), false),
        json,
        html.replace('"', "&quot;").replace('\'', "&#39;"),
        html.replace('"', "&#34;").replace('\'', "&#x27;"),
        html.replace('"', "&quot;"),
        html,
        secret.to_owned(),
    ] {
        if spelling.len() >= SHORTEST {
            spellings.push(spelling.into());
        }
    }
}

/// Percent-encoding with small letters.
fn lower_escapes(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut lower = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        lower.push('%');
        lower.push_str(&digits.to_ascii_lowercase());
        lower.push_str(rest);
    }
    lower
}

/// JSON with everything beyond ASCII escaped.
fn ascii(json: &str, capital: bool) -> String {
    let mut text = String::new();
    for letter in json.chars() {
        if letter.is_ascii() {
            text.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            text.push_str(&if capital { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;
    use proptest::prelude::*;

    use super::*;
    use crate::request::form::FormPairs;

    fn told(secret: &str) -> Private {
        Private(Arc::new(Sources { told: [secret.into()].into(), ..Sources::default() }))
    }

    fn carrying(header: HeaderValue) -> Private {
        Private(Arc::new(Sources { headers: vec![header], ..Sources::default() }))
    }

    fn struck(private: &Private, text: &str) -> String {
        private.strike_text(text.to_owned())
    }

    #[test]
    fn every_spelling_of_a_secret() {
        // Spelled by Python 3.11: urllib.parse.quote(s, safe=''), quote_plus, base64, json.dumps, html.escape.
        let secret = told("pa\"ss/wörd&<1> +");
        for spelling in [
            "pa\"ss/wörd&<1> +",
            "pa%22ss%2Fw%C3%B6rd%26%3C1%3E%20%2B",
            "pa%22ss%2fw%c3%b6rd%26%3c1%3e%20%2b",
            "pa%22ss%2Fw%C3%B6rd%26%3C1%3E+%2B",
            "cGEic3Mvd8O2cmQmPDE+ICs=",
            "cGEic3Mvd8O2cmQmPDE-ICs",
            "pa\\\"ss/w\\u00f6rd&<1> +",
            "pa\\\"ss\\/w\\u00f6rd&<1> +",
            "pa\\\"ss/wörd&<1> +",
            "pa&quot;ss/wörd&amp;&lt;1&gt; +",
        ] {
            let text = struck(&secret, &format!("bad password {spelling} for you"));
            assert!(text.starts_with("bad password [redacted]") && text.ends_with(" for you"), "{text}");
        }
        assert_eq!(struck(&secret, "nothing of it here"), "nothing of it here");
    }

    #[test]
    fn what_is_secret_in_a_request() {
        let mut headers = HeaderMap::new();
        // user:hunter2hunter2
        let mut basic = HeaderValue::from_static("Basic dXNlcjpodW50ZXIyaHVudGVyMg==");
        basic.set_sensitive(true);
        headers.insert(AUTHORIZATION, basic);
        headers.insert("x-open", HeaderValue::from_static("not-a-secret"));
        let told = [Secret::from("CANARY-3")].into();
        let mut pairs = FormPairs::new();
        pairs.push("client_secret", "CANARY-1");
        pairs.push("grant_type", "refresh_token");
        let uri = "https://a.example/?Signature=CANARYCANARYCANARY&Expires=1795292100&token=CANARY-2";
        let private = Private::of((&uri.parse().unwrap(), &headers, &Body::form(pairs)), true, None, &told);
        let said = "hunter2hunter2, dXNlcjpodW50ZXIyaHVudGVyMg==, CANARY-1 CANARYCANARYCANARY 1795292100 CANARY-2 \
                    CANARY-3 not-a-secret refresh_token user";
        assert_eq!(
            struck(&private, said),
            "[redacted], [redacted], [redacted] [redacted] 1795292100 [redacted] [redacted] not-a-secret \
             refresh_token user"
        );
    }

    #[test]
    fn tokens_and_signatures_are_secret_and_keys_are_not() {
        let mut header = HeaderValue::from_static(
            "OAuth oauth_consumer_key=\"demo-key\", oauth_token=\"CANARY%2F1\", oauth_signature=\"CANARY2%3D\"",
        );
        header.set_sensitive(true);
        let private = carrying(header);
        let text = struck(&private, "demo-key: CANARY/1 CANARY%2F1 CANARY2= CANARY2%3d");
        assert_eq!(text, "demo-key: [redacted] [redacted] [redacted] [redacted]");
        let mut bearer = HeaderValue::from_static("Bearer CANARY-4");
        bearer.set_sensitive(true);
        let private = carrying(bearer);
        assert_eq!(struck(&private, "Bearer token CANARY-4"), "Bearer token [redacted]");
    }

    #[test]
    fn short_texts_are_no_secrets() {
        assert_eq!(struck(&told("abc"), "abcdef"), "abcdef");
        assert_eq!(struck(&told(""), "abcdef"), "abcdef");
    }

    proptest! {
        #[test]
        fn a_secret_is_never_left(secret in "[!-~]{4,20}", before in "[ -~]{0,20}", after in "[ -~]{0,20}") {
            let text = format!("{before}{secret}{after}");
            let shown = struck(&told(&secret), &text).replace(STRUCK, "");
            prop_assert!(!shown.contains(&secret) || STRUCK.contains(&secret), "{shown}");
        }
    }
}
