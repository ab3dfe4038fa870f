//! Names of things: URNs, read in every form that was seen and sent in the documented one.

use std::fmt;
use std::str::FromStr;

use segno_core::lenient;
use serde::de::{Deserialize, Deserializer, Error as _};

/// A text that names no such thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {kind}; it is written like {example} or as its number alone")]
pub struct UrnError {
    text: String,
    kind: &'static str,
    example: &'static str,
}

/// What stands behind the last word of `soundcloud:KIND:N`, whether the text is a URN, a URN with percent signs, a number
/// or the address of the thing on the API.
fn number(text: &str, kind: &str) -> Option<u64> {
    let text = text.trim();
    if let Some(number) = plain(text) {
        return Some(number);
    }
    let tail = match text.split_once("://") {
        // An address: the kind is the folder, the thing its first segment.
        Some((_, address)) => {
            let path = address.split(['?', '#']).next().unwrap_or_default();
            let mut segments = path.split('/').skip(1).skip_while(|segment| *segment != kind);
            segments.nth(1)?
        }
        None => text,
    };
    if let Some(number) = plain(tail) {
        return Some(number);
    }
    let tail = tail.replace("%3A", ":").replace("%3a", ":");
    let mut words = tail.split(':');
    // The first word is "soundcloud", misspelt in one published example.
    let (_, given, rest, end) = (words.next()?, words.next()?, words.next()?, words.next());
    (given == kind && end.is_none()).then(|| plain(rest))?
}

/// A number: digits without a sign.
fn plain(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

macro_rules! urn {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $thing:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// From the number alone, as older data has it.
            #[must_use]
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number at the end.
            #[must_use]
            pub const fn number(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("soundcloud:", $kind, ":{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = UrnError;

            /// Reads a URN, a number or the address of the thing on the API.
            fn from_str(text: &str) -> Result<Self, UrnError> {
                let error = || UrnError { text: text.chars().take(80).collect(), kind: $thing, example: $example };
                number(text, $kind).map(Self).ok_or_else(error)
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }

        impl From<$name> for u64 {
            fn from(urn: $name) -> Self {
                urn.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let expected = |_| D::Error::custom(concat!("expected a URN such as ", $example));
                lenient::text(deserializer)?.parse().map_err(expected)
            }
        }
    };
}

urn!(
    /// A track: `soundcloud:tracks:N`.
    TrackUrn, "tracks", "track", "soundcloud:tracks:70071"
);
urn!(
    /// A user: `soundcloud:users:N`.
    UserUrn, "users", "user", "soundcloud:users:5512"
);
urn!(
    /// A playlist or album: `soundcloud:playlists:N`.
    PlaylistUrn, "playlists", "playlist", "soundcloud:playlists:881"
);
urn!(
    /// A comment: `soundcloud:comments:N`.
    CommentUrn, "comments", "comment", "soundcloud:comments:9001"
);

/// A name of whatever kind. A kind that this crate does not know is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Urn {
    /// A track.
    Track(TrackUrn),
    /// A user.
    User(UserUrn),
    /// A playlist.
    Playlist(PlaylistUrn),
    /// A comment.
    Comment(CommentUrn),
    /// Another kind, such as `soundcloud:spam-warnings:31`.
    Other(Box<str>),
}

impl Urn {
    /// The thing at an address of the API, in either form; `None` if it is none of the four kinds.
    pub(crate) fn of_address(address: &str) -> Option<Self> {
        let found = match Self::from(address) {
            Self::Other(_) => return None,
            found => found,
        };
        Some(found)
    }
}

impl From<&str> for Urn {
    fn from(text: &str) -> Self {
        // A bare number has no kind.
        if plain(text.trim()).is_none() {
            if let Some(number) = number(text, "tracks") {
                return Self::Track(TrackUrn(number));
            }
            if let Some(number) = number(text, "users") {
                return Self::User(UserUrn(number));
            }
            if let Some(number) = number(text, "playlists") {
                return Self::Playlist(PlaylistUrn(number));
            }
            if let Some(number) = number(text, "comments") {
                return Self::Comment(CommentUrn(number));
            }
        }
        Self::Other(text.into())
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

/// Names in one query parameter.
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
            assert_eq!(text.parse(), Ok(TrackUrn(70071)), "{text}");
        }
        assert_eq!(TrackUrn(70071).to_string(), "soundcloud:tracks:70071");
    }

    #[test]
    fn what_names_no_track_is_refused() {
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
            "\"x\" is no track; it is written like soundcloud:tracks:70071 or as its number alone"
        );
    }

    #[test]
    fn an_unknown_kind_is_kept() {
        assert_eq!(Urn::from("soundcloud:spam-warnings:31").to_string(), "soundcloud:spam-warnings:31");
        assert_eq!(Urn::from("soundcloud:users:7"), Urn::User(UserUrn(7)));
        assert_eq!(Urn::from("7"), Urn::Other("7".into()), "a number alone has no kind");
    }

    proptest! {
        #[test]
        fn a_urn_comes_back_as_it_was(number: u64) {
            prop_assert_eq!(PlaylistUrn(number).to_string().parse(), Ok(PlaylistUrn(number)));
            let address = format!("https://api.soundcloud.com/playlists/{}/tracks?limit=2", PlaylistUrn(number));
            prop_assert_eq!(address.parse(), Ok(PlaylistUrn(number)));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = text.parse::<UserUrn>();
            let urn = Urn::from(text.as_str());
            prop_assert_eq!(Urn::from(urn.to_string().as_str()), urn);
        }
    }
}
