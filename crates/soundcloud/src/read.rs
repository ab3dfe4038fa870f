//! How responses are read: dates in the service's own form, URNs that follow from numbers, status objects.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use segno_core::decode::{from_json, read_json, read_unit};
use segno_core::{Bytes, DecodeError, Response, Timestamp, lenient};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde_json::{Map, Value};

use crate::error::status_of;

/// The members of an object that this crate does not know. Their values may be secret, so only their names are printed.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct OtherMembers(Map<String, Value>);

impl Deref for OtherMembers {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl fmt::Debug for OtherMembers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// A URL on the site. That of something private ends in the token that opens it (`/s-…`), which is not printed.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct SiteUrl(String);

impl SiteUrl {
    /// The URL with its token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SiteUrl {
    fn from(url: &str) -> Self {
        Self(url.into())
    }
}

impl From<String> for SiteUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Debug for SiteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (front, token) = self.0.split_once("/s-").unwrap_or((&self.0, ""));
        let end = token.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(token.len());
        let redacted = if self.0.contains("/s-") { "/s-[redacted]" } else { "" };
        fmt::Debug::fmt(&format_args!("{front}{redacted}{}", &token[end..]).to_string(), f)
    }
}

/// An object that an endpoint returns, or a list is of.
pub(crate) trait Model: DeserializeOwned + Default + PartialEq {
    /// What it is called in errors.
    const EXPECTED: &'static str;

    fn other(&mut self) -> &mut OtherMembers;

    /// The number in its URN, by which it is known again.
    fn number(&self) -> Option<u64> {
        None
    }

    /// Whether nothing in it is known, although there is something: it describes something else.
    fn is_foreign(&mut self) -> bool {
        let other = std::mem::take(self.other());
        let is_foreign = !other.is_empty() && *self == Self::default();
        *self.other() = other;
        is_foreign
    }
}

/// Reads a response that is one object.
pub(crate) fn object<T: Model>(response: &Response<Bytes>) -> Result<T, DecodeError> {
    let mut object: T = read_json(response)?;
    if object.is_foreign() {
        return Err(DecodeError::unexpected(T::EXPECTED, response.body()));
    }
    Ok(object)
}

/// Reads what a request created. A response that does not say what that is describes something else.
pub(crate) fn created<T: Model>(response: &Response<Bytes>) -> Result<T, DecodeError> {
    let object: T = object(response)?;
    match object.number() {
        Some(_) => Ok(object),
        None => Err(DecodeError::Other(format!("expected {} with its URN, found one without", T::EXPECTED))),
    }
}

/// Fills the URN of an object from its number or its URL on the API, and the number from the URN.
pub(crate) fn identify<U: Copy + FromStr>(
    urn: &mut Option<U>,
    id: &mut Option<u64>,
    uri: Option<&str>,
    new: fn(u64) -> U,
    number: fn(U) -> u64,
) {
    relate(urn, id, new, number);
    *urn = urn.or_else(|| uri?.parse().ok());
    relate(urn, id, new, number);
}

/// Fills a URN and the number in it from each other.
pub(crate) fn relate<U: Copy>(
    urn: &mut Option<U>,
    id: &mut Option<u64>,
    new: fn(u64) -> U,
    number: fn(U) -> u64,
) {
    *urn = urn.or(id.map(new));
    *id = id.or(urn.map(number));
}

/// Reads a list that may be absent.
pub(crate) fn list_if_any<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    lenient::list(deserializer).map(Some)
}

/// Reads a date in SoundCloud's own form or in RFC 3339.
pub(crate) fn timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let expected = || D::Error::custom("expected a date such as 2026/02/11 08:00:00 +0000");
    parse_timestamp(&text).map(Some).ok_or_else(expected)
}

/// Parses `2026/02/11 08:00:00 +0000`, or RFC 3339.
pub(crate) fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse() {
        return Some(timestamp);
    }
    let mut parts = text.split_ascii_whitespace();
    let (date, time, offset) = (parts.next()?, parts.next()?, parts.next().unwrap_or("+0000"));
    let offset = match offset {
        "Z" | "UTC" | "GMT" => "+00:00".to_owned(),
        _ if offset.len() == 5 && offset.is_ascii() => format!("{}:{}", &offset[..3], &offset[3..]),
        _ => offset.to_owned(),
    };
    format!("{}T{time}{offset}", date.replace('/', "-")).parse().ok()
}

/// Reads a response that documents a status object (`{"status":"200 - OK"}`, of which other spellings were seen) and is empty
/// at times.
pub(crate) fn status(response: &Response<Bytes>) -> Result<(), DecodeError> {
    // Like any document, it may stand between the notices of a server.
    match from_json(response.body()) {
        Ok(object) if is_status(&object) => Ok(()),
        _ => read_unit(response, |_| false),
    }
}

/// Reads a response that is documented nowhere: nothing at all, JSON of nothing (`{}`, `null`), or a status object.
pub(crate) fn undocumented(response: &Response<Bytes>) -> Result<(), DecodeError> {
    match from_json(response.body()) {
        Ok(object) if is_nothing(&object) => Ok(()),
        _ => status(response),
    }
}

/// Whether JSON holds nothing.
pub(crate) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Whether it is a status object, and no error beside.
pub(crate) fn is_status(object: &Value) -> bool {
    let says_nothing = |name: &str| match object.get(name) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    };
    says_nothing("error") && says_nothing("errors") && object.get("status").is_some_and(is_success)
}

/// Whether a text or number names a status of success: `200 - OK`, `Status(200) - OK`, `201`.
pub(crate) fn is_success(status: &Value) -> bool {
    status_of(status).is_some_and(|status| (200..300).contains(&status))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_in_every_form() {
        let expected: Timestamp = "2026-02-11T08:00:00Z".parse().unwrap();
        for text in [
            "2026/02/11 08:00:00 +0000",
            "2026-02-11T08:00:00Z",
            "2026/02/11 09:00:00 +0100",
            "2026-02-11T09:00:00+01:00",
            "2026/02/11 08:00:00",
            "2026/02/11 08:00:00 Z",
        ] {
            assert_eq!(parse_timestamp(text), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "2026/02/11", "2026/13/11 08:00:00 +0000", "2026/02/11 08:00:00 +é00"]
        {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_a_status_of_success() {
        let response = |body: &str| Response::new(Bytes::copy_from_slice(body.as_bytes()));
        for good in [
            "",
            r#"{"status":"200 - OK"}"#,
            r#"{"status":"200 - Successful"}"#,
            r#"{"status":"Status(200) - OK"}"#,
            r#"{"status":"202 - Accepted"}"#,
            r#"{"status":201,"errors":[],"error":null}"#,
        ] {
            assert!(status(&response(good)).is_ok() && undocumented(&response(good)).is_ok(), "{good}");
        }
        for nothing in ["{}", "null"] {
            assert!(
                status(&response(nothing)).is_err() && undocumented(&response(nothing)).is_ok(),
                "{nothing}"
            );
        }
        for bad in [
            r#"{"status":"404 - Not Found"}"#,
            r#"{"status":"200 - OK","errors":[{"error_message":"no"}]}"#,
            r#"{"status":"ok"}"#,
            r#"{"status":null}"#,
            r#"{"kind":"track"}"#,
            r#"{"error":"Quota exceeded"}"#,
            "[]",
            "true",
            "OK",
            "<status>200 - OK</status>",
        ] {
            assert!(status(&response(bad)).is_err() && undocumented(&response(bad)).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = parse_timestamp(&text);
        }
    }
}
