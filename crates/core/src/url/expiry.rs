//! When presigned URLs expire.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::SecretUrl;
use crate::time::Timestamp;

impl SecretUrl {
    /// When the URL expires, if its query has that: `exp` or `expires` in Unix seconds, a date and a lifetime as Amazon S3 and
    /// Google Cloud Storage sign them, or a policy of CloudFront.
    ///
    /// ```
    /// let url: segno_core::SecretUrl = "https://cdn.example/a?X-Amz-Date=20260921T131320Z&X-Amz-Expires=3600".parse()?;
    /// assert_eq!(url.expires_at().unwrap().to_string(), "2026-09-21T14:13:20Z");
    /// # Ok::<(), segno_core::url::UrlError>(())
    /// ```
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.uri().query().and_then(expiry)
    }
}

/// Names that tell when a URL expires.
const NAMES: [&str; 7] =
    ["exp", "expires", "x-amz-date", "x-goog-date", "x-amz-expires", "x-goog-expires", "policy"];

fn expiry(query: &str) -> Option<Timestamp> {
    let (mut date, mut lifetime, mut policy) = (None, None, None);
    for pair in query.split('&').filter(|pair| may_tell(pair)) {
        let Some((name, value)) = form_urlencoded::parse(pair.as_bytes()).next() else { continue };
        match name.to_ascii_lowercase().as_str() {
            "exp" | "expires" => {
                if let Some(moment) = value.parse().ok().and_then(Timestamp::from_unix_seconds) {
                    return Some(moment);
                }
            }
            "x-amz-date" | "x-goog-date" => date = basic_date(&value),
            "x-amz-expires" | "x-goog-expires" => lifetime = value.parse().ok().map(Duration::from_secs),
            "policy" => policy = cloudfront_expiry(&value),
            _ => {}
        }
    }
    match (date, lifetime) {
        (Some(date), Some(lifetime)) => Some(date.plus(lifetime)),
        _ => policy,
    }
}

/// Whether the name of a pair may be one of those that tell something: signatures are long, and of no use here.
fn may_tell(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    let is_one = |known: &&str| name.eq_ignore_ascii_case(known);
    name.contains('%') || NAMES.iter().any(is_one)
}

/// The end in a policy of CloudFront: JSON in base64, with other letters for those that a query reserves.
fn cloudfront_expiry(policy: &str) -> Option<Timestamp> {
    let policy = STANDARD.decode(policy.replace('-', "+").replace('_', "=").replace('~', "/")).ok()?;
    let policy: Value = serde_json::from_slice(&policy).ok()?;
    let end = policy.pointer("/Statement/0/Condition/DateLessThan/AWS:EpochTime")?;
    Timestamp::from_unix_seconds(end.as_i64()?)
}

/// `20261121T201500Z`, the basic form of ISO 8601.
fn basic_date(text: &str) -> Option<Timestamp> {
    let part = |from: usize, to: usize| text.get(from..to);
    if text.len() != 16 {
        return None;
    }
    let extended = format!(
        "{}-{}-{}{}:{}:{}",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 11)?,
        part(11, 13)?,
        part(13, 16)?
    );
    extended.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expires(query: &str) -> Option<String> {
        expiry(query).map(|moment| moment.to_string())
    }

    #[test]
    fn the_forms_of_storages() {
        let moment = Some("2026-09-21T14:13:20Z".to_owned());
        assert_eq!(expires("exp=1790000000&sig=ab12"), moment);
        assert_eq!(expires("Expires=1790000000&Signature=a&Key-Pair-Id=b"), moment);
        assert_eq!(expires("X-Amz-Date=20260921T131320Z&X-Amz-Expires=3600&X-Amz-Signature=a"), moment);
        assert_eq!(expires("X-Goog-Date=20260921T131320Z&X-Goog-Expires=3600"), moment);
        let policy =
            r#"{"Statement":[{"Resource":"a","Condition":{"DateLessThan":{"AWS:EpochTime":1790000000}}}]}"#;
        let policy = STANDARD.encode(policy).replace('+', "-").replace('=', "_").replace('/', "~");
        assert_eq!(expires(&format!("Policy={policy}&Signature=a&Key-Pair-Id=b")), moment);
        for unknown in [
            "",
            "Policy=e30_",
            "sig=1",
            "exp=soon",
            "X-Amz-Date=20260921T131320Z",
            "X-Amz-Date=2026é&X-Amz-Expires=600",
            "X-Amz-Expires=3600",
            "exp=99999999999999",
        ] {
            assert_eq!(expires(unknown), None, "{unknown}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(query in "\\PC{0,60}", date in "X-Amz-Date=\\PC{0,20}&X-Amz-Expires=[0-9]{0,20}") {
            let _ = (expiry(&query), expiry(&date));
        }
    }
}
