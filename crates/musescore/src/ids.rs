//! Identifiers, one type each, so that none can stand in another's place.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// A text that is no identifier of this kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {kind}: it is made of digits")]
pub struct IdError {
    kind: &'static str,
    text: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                let number = if digits { text.parse().ok() } else { None };
                number.map(Self).ok_or_else(|| IdError { kind: $kind, text: text.chars().take(40).collect() })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                u64::deserialize(deserializer).map(Self)
            }
        }
    };
}

id! {
    /// A score, such as `7301`.
    ScoreId, "score ID"
}
id! {
    /// One version of a score: it changes with each update of the file.
    VersionId, "version ID"
}
id! {
    /// A member.
    UserId, "user ID"
}

/// A MIDI program as the service counts: 0 (grand piano) to 127, 128 for a drum set, -1 for undefined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Program(i16);

impl Program {
    /// A drum set.
    pub const DRUMS: Self = Self(128);
    /// An instrument that the service does not know.
    pub const UNDEFINED: Self = Self(-1);

    /// From a number in -1..=128.
    #[must_use]
    pub const fn new(number: i16) -> Option<Self> {
        if number >= -1 && number <= 128 { Some(Self(number)) } else { None }
    }

    /// The number, -1..=128.
    #[must_use]
    pub const fn number(self) -> i16 {
        self.0
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Program {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i16::deserialize(deserializer)?;
        Self::new(number).ok_or_else(|| serde::de::Error::custom("expected a program from -1 to 128"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_parse_or_say_what_they_are_made_of() {
        assert_eq!("7301".parse(), Ok(ScoreId(7301)));
        for text in ["", "-1", "+1", "7 ", "abc", "99999999999999999999999"] {
            let error = text.parse::<ScoreId>().unwrap_err().to_string();
            assert_eq!(error, format!("{text:?} is no score ID: it is made of digits"));
        }
        assert_eq!(segno_core::from_json::<UserId>(b"\"88\"").unwrap(), UserId(88));
        assert_eq!(segno_core::from_json::<UserId>(b"88.0").unwrap(), UserId(88));
    }

    #[test]
    fn programs_are_minus_one_to_128() {
        assert_eq!(Program::new(128), Some(Program::DRUMS));
        assert_eq!(Program::new(-1), Some(Program::UNDEFINED));
        assert_eq!((Program::new(-2), Program::new(129)), (None, None));
        assert!(segno_core::from_json::<Program>(b"\"129\"").is_err());
    }
}
