//! The protocol parameters of a request and everything else that is signed (RFC 5849 sections 3.1, 3.4.1.3 and 3.5).

use http::header::AUTHORIZATION;
use percent_encoding::percent_decode_str;

use super::Refusal;
use crate::kit::{Pairs, Request};

/// What a request may carry under this prefix; anything else is an unsupported parameter (section 3.2).
const PROTOCOL: [&str; 9] = [
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_version",
    "oauth_signature",
    "oauth_callback",
    "oauth_verifier",
];

/// The parameters of a request, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    /// Of the query.
    pub(crate) query: Pairs,
    /// Of `Authorization: OAuth`, without `realm`; `None` without such a header.
    header: Option<Vec<(String, String)>>,
    /// Of a body in form encoding.
    pub(crate) form: Pairs,
}

fn is_protocol((name, _): &(String, String)) -> bool {
    name.starts_with("oauth_")
}

impl Parameters {
    /// Collects them; a header of another scheme is passed over, a broken one is refused.
    pub(crate) fn gather(request: &Request, query: Pairs, form: Pairs) -> Result<Self, Refusal> {
        let mut header = None;
        for value in request.headers.get_all(AUTHORIZATION) {
            let Ok(value) = value.to_str() else { continue };
            let scheme = value.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("oauth"));
            if scheme.is_some() && matches!(value.as_bytes().get(5), None | Some(b' ' | b'\t')) {
                let items = parse_header(value.get(5..).unwrap_or_default());
                let items =
                    items.ok_or_else(|| Refusal::Malformed("Malformed Authorization header".to_owned()))?;
                if header.replace(items).is_some() {
                    return Err(Refusal::Malformed("Repeated Authorization header".to_owned()));
                }
            }
        }
        Ok(Self { query, header, form })
    }

    /// Whether there is a signature anywhere.
    pub(crate) fn signed(&self) -> bool {
        self.all().any(|(name, _)| name == "oauth_signature")
    }

    /// Whether there is an `Authorization: OAuth`.
    pub(crate) fn has_header(&self) -> bool {
        self.header.is_some()
    }

    fn all(&self) -> impl Iterator<Item = &(String, String)> {
        self.query.0.iter().chain(self.header.iter().flatten()).chain(&self.form.0)
    }

    /// The protocol parameters: each once, all in one place, none unknown.
    pub(crate) fn protocol(&self) -> Result<Protocol<'_>, Refusal> {
        let places = [self.header.as_deref().unwrap_or_default(), &self.form.0, &self.query.0];
        let mut filled = places.into_iter().filter(|place| place.iter().any(is_protocol));
        let place = filled.next().unwrap_or_default();
        let elsewhere: Vec<_> = filled.flatten().filter(|pair| is_protocol(pair)).collect();
        let mut seen = Vec::new();
        for (name, value) in place.iter().filter(|pair| is_protocol(pair)) {
            if !PROTOCOL.contains(&name.as_str()) {
                return Err(Refusal::Malformed(format!("Unsupported parameter {name}")));
            }
            if seen.iter().any(|(known, _)| known == name) {
                return Err(Refusal::Malformed(format!("Repeated parameter {name}")));
            }
            seen.push((name.as_str(), value.as_str()));
        }
        if let Some((name, _)) = elsewhere.first() {
            let repeated = seen.iter().any(|(known, _)| known == name);
            let what = if repeated { "Repeated parameter" } else { "Protocol parameters in two places:" };
            return Err(Refusal::Malformed(format!("{what} {name}")));
        }
        Ok(Protocol(seen))
    }

    /// Everything that is signed.
    pub(crate) fn to_sign(&self) -> Vec<(String, String)> {
        self.all().filter(|(name, _)| name != "oauth_signature").cloned().collect()
    }
}

/// Protocol parameters, each at most once.
pub(crate) struct Protocol<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Protocol<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// A parameter that the request needs.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::Malformed(format!("Missing parameter {name}")))
    }
}

/// The items behind the scheme (section 3.5.1): commas with or without white space, one too many at the end, `realm` as an ordinary
/// quoted string.
fn parse_header(text: &str) -> Option<Vec<(String, String)>> {
    let mut items = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let quoted = after.trim_start().strip_prefix('"')?;
        let end = closing_quote(quoted)?;
        let (value, after) = (&quoted[..end], quoted[end + 1..].trim_start());
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        if !name.eq_ignore_ascii_case("realm") {
            items.push((decode(name), decode(value)));
        }
        if !after.is_empty() && !after.starts_with(',') {
            return None;
        }
        rest = after.trim_start_matches([' ', '\t', ',']);
    }
    Some(items)
}

/// The first quote that no backslash stands before.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(index),
            _ => {}
        }
    }
    None
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::parse_header;

    #[test]
    fn the_header_of_the_specification() {
        // RFC 5849 section 3.5.1.
        let header = " realm=\"Example\",\n oauth_consumer_key=\"0685bd9184jfhq22\", oauth_token=\"ad180jjd733klru7\",\
                      oauth_signature=\"wOJIO9A2W5mFwDgiDvZbTSMK%2FPY%3D\",oauth_version=\"1.0\", "
            .replace('\n', "");
        let items = parse_header(&header).expect("a header");
        let names: Vec<_> = items.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["oauth_consumer_key", "oauth_token", "oauth_signature", "oauth_version"]);
        assert_eq!(items[2].1, "wOJIO9A2W5mFwDgiDvZbTSMK/PY=");
        let odd = parse_header(" realm=\"a, \\\"b\\\"=\" , oauth_token=\"\"").expect("a header");
        assert_eq!(odd, [("oauth_token".to_owned(), String::new())]);
        for broken in [" oauth_token", " oauth_token=x", " oauth_token=\"x", " a=\"1\" b=\"2\"", " =\"1\""] {
            assert_eq!(parse_header(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn no_header_is_too_odd(text in "[ a-z=\",\\\\%0-9é]*") {
            let _ = parse_header(&text);
        }

        /// Written as RFC 5849 section 3.5.1 says, every header is read as it was meant.
        #[test]
        fn a_header_says_what_was_written(pairs in proptest::collection::vec(("[a-z_]{1,8}", any::<String>()), 0..6)) {
            use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
            let item = |(name, value): &(String, String)| format!("{name}=\"{}\"", utf8_percent_encode(value, NON_ALPHANUMERIC));
            let header = format!(" realm=\"r\", {}", pairs.iter().map(item).collect::<Vec<_>>().join(", "));
            let expected: Vec<_> = pairs.into_iter().filter(|(name, _)| name != "realm").collect();
            prop_assert_eq!(parse_header(&header), Some(expected));
        }
    }
}
