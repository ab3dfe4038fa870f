//! Identifiers, one type each, so that one cannot stand in another's place.

/// A text that is not an identifier of the kind that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {kind} {text:?}: expected {expected}")]
pub struct IdError {
    kind: &'static str,
    expected: &'static str,
    text: String,
}

impl IdError {
    /// For an identifier of one's own: `kind` is what it is called (`"score ID"`), `expected` what it is made of (`"digits"`).
    /// Of `text` the first 80 characters are shown.
    #[must_use]
    pub fn new(kind: &'static str, expected: &'static str, text: &str) -> Self {
        Self { kind, expected, text: text.chars().take(80).collect() }
    }
}

/// A number written in digits alone, without a sign.
pub fn digits(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Defines an identifier: a newtype that parses, prints and goes both ways through serde.
///
/// There are three forms. `(text)` holds a text, `(number)` a `u64`, `(text or number)` a text that services also write as a
/// number, and that can be made from one; an endpoint takes such a number for it.
///
/// ```
/// segno_core::id! {
///     /// Identifies a slice, such as `Qm4Zt`.
///     pub struct Scorehash(text);
///     kind: "scorehash",
///     expected: "ASCII letters and digits",
///     valid: |text| text.bytes().all(|byte| byte.is_ascii_alphanumeric()),
/// }
/// segno_core::id! {
///     /// Identifies a song.
///     pub struct SongId(text or number);
///     kind: "song ID",
/// }
/// segno_core::id! {
///     /// Identifies a recording.
///     pub struct RecordingId(number);
///     kind: "recording ID",
/// }
///
/// let slice: Scorehash = "Qm4Zt".parse()?;
/// assert_eq!(slice.as_str(), "Qm4Zt");
/// let error = "a/b".parse::<Scorehash>().unwrap_err();
/// assert_eq!(error.to_string(), r#"invalid scorehash "a/b": expected ASCII letters and digits"#);
///
/// // What the service sends is read in either form and sent back in its own.
/// let ids: (SongId, RecordingId) = segno_core::decode::from_json(br#"[4711, "70213"]"#)?;
/// assert_eq!(ids, (SongId::from(4711), RecordingId::new(70213)));
/// assert_eq!(serde_json::to_string(&ids)?, r#"["4711",70213]"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Without `expected` and `valid`, a text has no white space and no control characters. What the *service* sends is taken
/// whatever its alphabet, unless it is empty: only the service knows what it gives out.
///
/// A number can be written as something longer on the wire; it then parses with a function of one's own:
///
/// ```
/// segno_core::id! {
///     /// A track: `soundcloud:tracks:N`.
///     pub struct TrackUrn(number);
///     kind: "track URN",
///     prefix: "soundcloud:tracks:",
///     expected: "soundcloud:tracks:N or its number alone",
///     parse: |text| text.strip_prefix("soundcloud:tracks:").unwrap_or(text).parse().ok(),
/// }
///
/// let track: TrackUrn = "70071".parse()?;
/// assert_eq!(track.to_string(), "soundcloud:tracks:70071");
/// assert_eq!(serde_json::to_string(&track)?, r#""soundcloud:tracks:70071""#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Inside the crate that defines it, a text identifier has a function `received`, for what the service sent.
#[macro_export]
macro_rules! id {
    ($(#[$meta:meta])* $vis:vis struct $name:ident(text); kind: $kind:literal $(,)?) => {
        $crate::id! {
            $(#[$meta])* $vis struct $name(text);
            kind: $kind,
            expected: "a text without white space and control characters",
            valid: |text| !text.contains(|letter: char| letter.is_whitespace() || letter.is_control()),
        }
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident(text or number); $($rest:tt)*) => {
        $crate::id! { $(#[$meta])* $vis struct $name(text); $($rest)* }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self::received(&number.to_string())
            }
        }

        impl $crate::vocabulary::IntoParameter<$name> for u64 {
            fn into_parameter(self) -> $name {
                self.into()
            }
        }
    };
    (
        $(#[$meta:meta])* $vis:vis struct $name:ident(text);
        kind: $kind:literal, expected: $expected:literal, valid: $valid:expr $(,)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(Box<str>);

        impl $name {
            /// The identifier as it goes over the wire.
            #[must_use]
            $vis fn as_str(&self) -> &str {
                &self.0
            }

            /// As the service sent it, whatever its alphabet.
            #[allow(dead_code)]
            pub(crate) fn received(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::vocabulary::IdError;

            fn from_str(text: &str) -> Result<Self, $crate::vocabulary::IdError> {
                let valid: fn(&str) -> bool = $valid;
                if text.is_empty() || !valid(text) {
                    return Err($crate::vocabulary::IdError::new($kind, $expected, text));
                }
                Ok(Self(text.into()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl $crate::vocabulary::__private::Serialize for $name {
            fn serialize<S: $crate::vocabulary::__private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> $crate::vocabulary::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::vocabulary::__private::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = $crate::lenient::text(deserializer)?;
                if text.is_empty() {
                    let message = concat!("expected ", $kind, ", found an empty text");
                    return Err($crate::vocabulary::__private::Error::custom(message));
                }
                Ok(Self(text.into()))
            }
        }
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident(number); kind: $kind:literal $(,)?) => {
        $crate::id! {
            @number $(#[$meta])* $vis struct $name;
            $kind, "", "digits", $crate::vocabulary::__private::digits
        }

        impl $crate::vocabulary::__private::Serialize for $name {
            fn serialize<S: $crate::vocabulary::__private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u64(self.0)
            }
        }
    };
    (
        $(#[$meta:meta])* $vis:vis struct $name:ident(number);
        kind: $kind:literal, prefix: $prefix:literal, expected: $expected:literal, parse: $parse:expr $(,)?
    ) => {
        $crate::id! {
            @number $(#[$meta])* $vis struct $name;
            $kind, $prefix, $expected, $parse
        }

        impl $crate::vocabulary::__private::Serialize for $name {
            fn serialize<S: $crate::vocabulary::__private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
    (
        @number $(#[$meta:meta])* $vis:vis struct $name:ident;
        $kind:literal, $prefix:literal, $expected:expr, $parse:expr
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(u64);

        impl $name {
            /// From its number.
            #[must_use]
            $vis const fn new(number: u64) -> Self {
                Self(number)
            }

            /// Its number.
            #[must_use]
            $vis const fn number(self) -> u64 {
                self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::vocabulary::IdError;

            fn from_str(text: &str) -> Result<Self, $crate::vocabulary::IdError> {
                let parse: fn(&str) -> Option<u64> = $parse;
                parse(text).map(Self).ok_or_else(|| $crate::vocabulary::IdError::new($kind, $expected, text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl<'de> $crate::vocabulary::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::vocabulary::__private::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = $crate::lenient::text(deserializer)?;
                let message = concat!("expected ", $kind);
                text.trim().parse().map_err(|_| $crate::vocabulary::__private::Error::custom(message))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::DeserializeOwned;

    use crate::decode::from_json;

    id! {
        /// A slice.
        struct Scorehash(text);
        kind: "scorehash",
        expected: "ASCII letters and digits",
        valid: |text| text.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    }
    id! {
        /// A folder.
        struct FolderId(text or number);
        kind: "folder ID",
    }
    id! {
        /// A score.
        struct ScoreId(number);
        kind: "score ID",
    }
    id! {
        /// A track.
        struct TrackUrn(number);
        kind: "track URN",
        prefix: "soundcloud:tracks:",
        expected: "soundcloud:tracks:N or its number alone",
        parse: |text| super::digits(text.strip_prefix("soundcloud:tracks:").unwrap_or(text)),
    }

    fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
        from_json(json.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_text_that_is_not_an_identifier_is_told_what_is_expected() {
        let error = |text: &str| text.parse::<Scorehash>().unwrap_err().to_string();
        assert_eq!(error("a/b"), r#"invalid scorehash "a/b": expected ASCII letters and digits"#);
        assert_eq!(error(""), r#"invalid scorehash "": expected ASCII letters and digits"#);
        assert!(error(&"\u{e9}".repeat(500)).len() < 300);
        let error = "a b".parse::<FolderId>().unwrap_err().to_string();
        assert_eq!(
            error,
            r#"invalid folder ID "a b": expected a text without white space and control characters"#
        );
        for text in ["", "-1", "+1", "7 ", "abc", "1.0", "99999999999999999999999"] {
            let error = text.parse::<ScoreId>().unwrap_err().to_string();
            assert_eq!(error, format!("invalid score ID {text:?}: expected digits"));
        }
        let error = "x".parse::<TrackUrn>().unwrap_err().to_string();
        assert_eq!(error, r#"invalid track URN "x": expected soundcloud:tracks:N or its number alone"#);
    }

    #[test]
    fn what_the_service_sends_is_read_in_either_form() {
        for json in ["5120", "\"5120\"", "5120.0"] {
            assert_eq!(read(json), Ok(FolderId::from(5120)), "{json}");
            assert_eq!(read(json), Ok(ScoreId::new(5120)), "{json}");
            assert_eq!(read(json), Ok(TrackUrn::new(5120)), "{json}");
        }
        assert_eq!(read::<Scorehash>("\"team/7\"").unwrap().as_str(), "team/7");
        assert_eq!(read::<Scorehash>("\"\"").unwrap_err(), "expected scorehash, found an empty text");
        assert_eq!(read::<ScoreId>("\"seven\"").unwrap_err(), "expected score ID");
        for json in ["null", "true", "1.5", "{}", "[]"] {
            assert!(read::<FolderId>(json).is_err() && read::<ScoreId>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn each_is_sent_in_its_own_form() {
        let ids = (FolderId::from(7), ScoreId::new(7), TrackUrn::new(7));
        assert_eq!(serde_json::to_string(&ids).unwrap(), r#"["7",7,"soundcloud:tracks:7"]"#);
        assert_eq!(Scorehash::received("Qm4Zt").to_string(), "Qm4Zt");
        assert_eq!(
            (ScoreId::new(7).number(), TrackUrn::new(8).number(), FolderId::from(7).as_str()),
            (7, 8, "7")
        );
    }

    proptest! {
        #[test]
        fn an_identifier_comes_back_as_it_was(number: u64, text in "\\PC{0,40}") {
            prop_assert_eq!(TrackUrn::new(number).to_string().parse(), Ok(TrackUrn::new(number)));
            prop_assert_eq!(read(&serde_json::to_string(&ScoreId::new(number)).unwrap()), Ok(ScoreId::new(number)));
            if let Ok(id) = text.parse::<FolderId>() {
                prop_assert_eq!(read(&serde_json::to_string(&id).unwrap()), Ok(id.clone()));
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
