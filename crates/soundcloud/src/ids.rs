//! Names of tracks, users, playlists and comments: URNs, read in every form that was seen and sent in the documented one.
//!
//! The number in a URN is of 64 bits: the service moved to URNs because numbers would pass 32, and its paths take a number
//! in place of a URN. A URN of these four kinds whose last part is no number is not known to exist; it would be passed over
//! where an object has it, and kept there as it came.

use std::fmt;

use segno_core::{id, lenient};
use serde::de::{Deserialize, Deserializer};

/// The number in `soundcloud:KIND:N`, whether the text is a URN, a URN with percent signs, a number or the URL of the resource
/// on the API.
fn number(text: &str, kind: &str) -> Option<u64> {
    let text = text.trim();
    if let Some(number) = digits(text) {
        return Some(number);
    }
    let tail = match text.split_once("://") {
        // A URL: the kind is the folder, the resource its first segment.
        Some((_, url)) => {
            let path = url.split(['?', '#']).next().unwrap_or_default();
            let mut segments = path.split('/').skip(1).skip_while(|segment| *segment != kind);
            segments.nth(1)?
        }
        None => text,
    };
    if let Some(number) = digits(tail) {
        return Some(number);
    }
    let tail = tail.replace("%3A", ":").replace("%3a", ":");
    let mut parts = tail.split(':');
    // The first part is "soundcloud", misspelt in one published example.
    let (_, given, rest, end) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    (given == kind && end.is_none()).then(|| digits(rest))?
}

/// A number: digits without a sign.
fn digits(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

id! {
    /// Names a track: `soundcloud:tracks:N`.
    pub struct TrackUrn(number);
    kind: "URN of a track",
    prefix: "soundcloud:tracks:",
    expected: "soundcloud:tracks:N, its number alone or its URL on the API",
    parse: |text| number(text, "tracks"),
}

id! {
    /// Names a user: `soundcloud:users:N`.
    pub struct UserUrn(number);
    kind: "URN of a user",
    prefix: "soundcloud:users:",
    expected: "soundcloud:users:N, its number alone or its URL on the API",
    parse: |text| number(text, "users"),
}

id! {
    /// Names a playlist or album: `soundcloud:playlists:N`.
    pub struct PlaylistUrn(number);
    kind: "URN of a playlist",
    prefix: "soundcloud:playlists:",
    expected: "soundcloud:playlists:N, its number alone or its URL on the API",
    parse: |text| number(text, "playlists"),
}

id! {
    /// Names a comment: `soundcloud:comments:N`.
    pub struct CommentUrn(number);
    kind: "URN of a comment",
    prefix: "soundcloud:comments:",
    expected: "soundcloud:comments:N, its number alone or its URL on the API",
    parse: |text| number(text, "comments"),
}

/// A URN of whatever kind. A kind that this crate does not know is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Urn {
    /// A track: `soundcloud:tracks:N`.
    Track(TrackUrn),
    /// A user: `soundcloud:users:N`.
    User(UserUrn),
    /// A playlist: `soundcloud:playlists:N`.
    Playlist(PlaylistUrn),
    /// A comment: `soundcloud:comments:N`.
    Comment(CommentUrn),
    /// Another kind, such as `soundcloud:spam-warnings:31`.
    Other(Box<str>),
}

impl Urn {
    /// The resource at a URL of the API, in either form; `None` unless it is of the four kinds.
    pub(crate) fn at_url(url: &str) -> Option<Self> {
        match Self::from(url) {
            Self::Other(_) => None,
            known => Some(known),
        }
    }
}

impl From<&str> for Urn {
    fn from(text: &str) -> Self {
        let of = |kind| number(text, kind);
        // A bare number has no kind.
        if digits(text.trim()).is_some() {
            return Self::Other(text.into());
        }
        if let Some(number) = of("tracks") {
            Self::Track(TrackUrn::new(number))
        } else if let Some(number) = of("users") {
            Self::User(UserUrn::new(number))
        } else if let Some(number) = of("playlists") {
            Self::Playlist(PlaylistUrn::new(number))
        } else if let Some(number) = of("comments") {
            Self::Comment(CommentUrn::new(number))
        } else {
            Self::Other(text.into())
        }
    }
}

impl fmt::Display for Urn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Track(urn) => urn.fmt(f),
            Self::User(urn) => urn.fmt(f),
            Self::Playlist(urn) => urn.fmt(f),
            Self::Comment(urn) => urn.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Urn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::text(deserializer).map(|text| Self::from(text.as_str()))
    }
}

/// URNs in one query parameter.
pub(crate) fn joined<T: fmt::Display>(urns: &[T]) -> String {
    urns.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_names_the_same_track() {
        for text in [
            "soundcloud:tracks:70071",
            "soundcloud%3Atracks%3A70071",
            "souncloud:tracks:70071",
            "70071",
            " 70071 ",
            "https://api.soundcloud.com/tracks/70071",
            "https://api.soundcloud.com/tracks/soundcloud:tracks:70071",
            "https://api.soundcloud.com/tracks/soundcloud%3Atracks%3A70071?secret_token=s-X",
            "http://127.0.0.1:8404/tracks/70071/stream",
        ] {
            assert_eq!(text.parse(), Ok(TrackUrn::new(70071)), "{text}");
        }
        assert_eq!(TrackUrn::new(70071).to_string(), "soundcloud:tracks:70071");
    }

    #[test]
    fn what_does_not_name_a_track_is_refused() {
        for text in [
            "",
            "-1",
            "+1",
            "1.5",
            "soundcloud:users:1",
            "soundcloud:tracks:",
            "soundcloud:tracks:x",
            "soundcloud:tracks:1:2",
            "tracks:1",
            "https://api.soundcloud.com/users/1",
            "18446744073709551616",
        ] {
            assert!(text.parse::<TrackUrn>().is_err(), "{text}");
        }
        let error = "x".parse::<TrackUrn>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid URN of a track \"x\": expected soundcloud:tracks:N, its number alone or its URL on the API"
        );
    }

    #[test]
    fn an_unknown_kind_is_kept() {
        assert_eq!(Urn::from("soundcloud:spam-warnings:31").to_string(), "soundcloud:spam-warnings:31");
        assert_eq!(Urn::from("soundcloud:users:7"), Urn::User(UserUrn::new(7)));
        assert_eq!(Urn::from("7"), Urn::Other("7".into()), "a number alone has no kind");
    }

    proptest! {
        #[test]
        fn a_urn_comes_back_as_it_was(number: u64) {
            prop_assert_eq!(PlaylistUrn::new(number).to_string().parse(), Ok(PlaylistUrn::new(number)));
            let url = format!("https://api.soundcloud.com/playlists/{}/tracks?limit=2", PlaylistUrn::new(number));
            prop_assert_eq!(url.parse(), Ok(PlaylistUrn::new(number)));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = text.parse::<UserUrn>();
            let urn = Urn::from(text.as_str());
            prop_assert_eq!(Urn::from(urn.to_string().as_str()), urn);
        }
    }
}
