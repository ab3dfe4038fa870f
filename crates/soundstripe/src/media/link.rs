//! Signed links to sound files.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use segno_core::url::UrlError;
use segno_core::{SecretUrl, Timestamp, lenient};
use serde::{Deserialize, Deserializer};

/// How long a link of the catalogue can be trusted at most, from the moment of the response: 1 hour. The documentation
/// names both an hour and a nightly renewal; the shorter one is safe.
pub const CATALOGUE_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How long a link in the result of a Supe search is valid from the moment of the response: 7 days.
pub const SUPE_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The formats of one recording.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Versions {
    /// A small file, for previews and telephones.
    pub mp3: Option<MediaUrl>,
    /// A file of 48 kHz and 24 bit, for film.
    pub wav: Option<MediaUrl>,
}

/// A signed link to a sound file. Whoever has it has the file, so its query is not printed.
///
/// Links expire: never store them. [`Client::refresh`](crate::Client::refresh) gets new ones.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaUrl {
    url: SecretUrl,
    expires_at: Option<Timestamp>,
}

impl MediaUrl {
    /// The whole link, for a player.
    #[must_use]
    pub fn expose(&self) -> String {
        self.url.expose()
    }

    /// The link as a URL that does not print its query.
    #[must_use]
    pub fn url(&self) -> &SecretUrl {
        &self.url
    }

    /// When the link expires, if its query has that: `exp`, `expires` or `Expires` in Unix seconds, or a date and a lifetime as
    /// Amazon and Google sign them. Otherwise it is [`CATALOGUE_LIFETIME`] or [`SUPE_LIFETIME`] after the response.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// True if the link is known to have expired at `now`.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }
}

impl FromStr for MediaUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let url: SecretUrl = text.parse()?;
        let expires_at = url.expires_at();
        Ok(Self { url, expires_at })
    }
}

impl<'de> Deserialize<'de> for MediaUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::link(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

impl fmt::Debug for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.expires_at {
            Some(expires_at) => write!(f, "{} (expires {expires_at})", self.url),
            None => self.url.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn expires(query: &str) -> Option<String> {
        let url: MediaUrl = format!("https://cdn.example.test/80001.mp3?{query}").parse().unwrap();
        url.expires_at().map(|moment| moment.to_string())
    }

    #[test]
    fn expiry_is_read_from_the_query() {
        let moment = Some("2026-09-21T14:13:20Z".to_owned());
        assert_eq!(expires("exp=1790000000&sig=ab12"), moment);
        assert_eq!(expires("Expires=1790000000&Signature=a&Key-Pair-Id=b"), moment);
        assert_eq!(expires("X-Amz-Date=20260921T131320Z&X-Amz-Expires=3600&X-Amz-Signature=a"), moment);
        assert_eq!(expires("X-Goog-Date=20260921T131320Z&X-Goog-Expires=3600"), moment);
        for unknown in
            ["sig=1", "exp=soon", "X-Amz-Date=20260921T131320Z", "X-Amz-Expires=3600", "exp=99999999999999"]
        {
            assert_eq!(expires(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_link_has_expired_from_its_last_second_on() {
        let url: MediaUrl = "https://cdn.example.test/1.mp3?exp=1790000000".parse().unwrap();
        let at = |seconds| url.is_expired(Timestamp::from_unix_seconds(seconds).unwrap());
        assert_eq!([at(1_789_999_999), at(1_790_000_000)], [false, true]);
    }

    #[test]
    fn the_signature_is_never_printed() {
        let url: MediaUrl = "https://cdn.example.test/1.mp3?exp=1790000000&sig=CANARY".parse().unwrap();
        assert!(!format!("{url} {url:?}").contains("CANARY"));
        assert!(url.expose().ends_with("&sig=CANARY"));
    }

    #[test]
    fn null_and_absent_are_none_and_another_text_is_an_error() {
        let read = |json: &str| serde_json::from_str::<Versions>(json);
        assert_eq!(read(r#"{"mp3": null}"#).unwrap(), Versions::default());
        assert_eq!(read("{}").unwrap(), Versions::default());
        assert!(read(r#"{"mp3": "80001.mp3"}"#).is_err());
    }

    #[test]
    fn unescaped_file_names_are_links_too() {
        let url: MediaUrl = "https://cdn.example.test/Été | 1.mp3?sig=a%2Fb".parse().unwrap();
        assert_eq!(url.expose(), "https://cdn.example.test/%C3%89t%C3%A9%20%7C%201.mp3?sig=a%2Fb");
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(https://a/)?\\PC{0,60}") {
            let _ = text.parse::<MediaUrl>();
        }
    }
}
