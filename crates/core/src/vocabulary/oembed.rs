//! What services have in common that give a player for a web page (oEmbed), and JSON to scripts of web pages (JSONP).

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::BuildError;
use crate::lenient;

/// The name of the function in a JSONP response, such as `onPlayer`: ASCII letters, digits, `_`, `$` and dots, not beginning
/// with a digit or a dot, and at most 64 characters long.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Callback(Box<str>);

impl FromStr for Callback {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        let first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
        let later = |c: char| first(c) || c.is_ascii_digit() || c == '.';
        if text.len() <= 64 && text.starts_with(first) && text.chars().all(later) {
            Ok(Self(text.into()))
        } else {
            let must = "must be the name of a function: at most 64 letters, digits, _, $ and dots";
            Err(BuildError::value("callback", must))
        }
    }
}

impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The width of a player. oEmbed knows pixels only; services also send a share of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Width {
    /// A number of pixels.
    Pixels(u32),
    /// In percent of what is around it.
    Percent(u32),
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels(pixels) => pixels.fmt(f),
            Self::Percent(share) => write!(f, "{share}%"),
        }
    }
}

impl<'de> Deserialize<'de> for Width {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = lenient::text(deserializer)?;
        let text = text.trim();
        let width = match text.strip_suffix('%') {
            Some(share) => share.trim_end().parse().map(Self::Percent),
            None => text.parse().map(Self::Pixels),
        };
        width.map_err(|_| D::Error::custom("expected a number of pixels or a percentage"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_is_a_name() {
        for name in ["cb", "_x", "$", "a.b.c9"] {
            assert_eq!(name.parse::<Callback>().unwrap().to_string(), name);
        }
        for name in ["", "9a", ".a", "a b", "a(b", "alert(1)//", "é"] {
            assert!(name.parse::<Callback>().is_err(), "{name}");
        }
        assert!("a".repeat(65).parse::<Callback>().is_err());
    }

    #[test]
    fn a_width_is_read_and_printed() {
        for (json, width, text) in [
            ("\"100%\"", Width::Percent(100), "100%"),
            ("\" 50 %\"", Width::Percent(50), "50%"),
            ("640", Width::Pixels(640), "640"),
            ("\"640\"", Width::Pixels(640), "640"),
            ("640.0", Width::Pixels(640), "640"),
        ] {
            let read: Width = serde_json::from_str(json).unwrap();
            assert_eq!((read, read.to_string().as_str()), (width, text), "{json}");
        }
        for json in ["\"\"", "\"%\"", "\"wide\"", "-1", "null", "[]"] {
            assert!(serde_json::from_str::<Width>(json).is_err(), "{json}");
        }
    }
}
