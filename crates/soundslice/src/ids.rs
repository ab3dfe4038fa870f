//! Identifiers, one type each, so that none can stand in another's place.

use std::fmt;
use std::str::FromStr;

use segno_core::{Bytes, DecodeError, Response, lenient, read_json};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

/// A text that cannot be an identifier of this kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {kind}: {rule}")]
pub struct IdError {
    kind: &'static str,
    rule: &'static str,
    text: String,
}

/// Defines an identifier that is a text on the wire; `$valid` says which characters it is made of. What the service itself
/// sends is taken as it is, as long as there is something: only the service knows what it gives out.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text as it goes over the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let valid: fn(char) -> bool = $valid;
                if text.is_empty() || text.len() > 64 || !text.chars().all(valid) {
                    return Err(IdError { kind: $kind, rule: $rule, text: text.chars().take(80).collect() });
                }
                Ok(Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = lenient::text(deserializer)?;
                if text.is_empty() {
                    return Err(serde::de::Error::custom(concat!("expected a ", $kind, ", found an empty text")));
                }
                Ok(Self(text.into()))
            }
        }
    };
}

/// What an identifier without a documented alphabet may be made of.
fn is_printable(letter: char) -> bool {
    !letter.is_control() && !letter.is_whitespace()
}

text_id! {
    /// The identifier of a slice: up to six ASCII letters and digits in mixed case, such as `Qm4Zt`. Letter case counts.
    Scorehash, "scorehash", "it is made of ASCII letters and digits", |c| c.is_ascii_alphanumeric()
}
text_id! {
    /// The older identifier of a slice, mostly a decimal number such as `880417`. Only callbacks still use it.
    Slug, "slug", "it has no white space and no control characters", is_printable
}
text_id! {
    /// The identifier of a folder. Mostly a number, but the API page warns that it need not be one.
    FolderId, "folder ID", "it has no white space and no control characters", is_printable
}
text_id! {
    /// The identifier of a list, such as `2abc9`.
    ListId, "list ID", "it has no white space and no control characters", is_printable
}

/// Defines an identifier that is a whole number on the wire.
macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let error = || IdError { kind: $kind, rule: "it is a whole number", text: text.chars().take(80).collect() };
                text.parse().map(Self).map_err(|_| error())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = lenient::text(deserializer)?;
                let number = text.trim().parse().map(Self);
                number.map_err(|_| serde::de::Error::custom("expected a whole number"))
            }
        }
    };
}

/// Reads a response that names what was made or changed: `{"id": …}`.
pub(crate) fn read_id<I: DeserializeOwned>(response: &Response<Bytes>) -> Result<I, DecodeError> {
    #[derive(Deserialize)]
    struct Wire<I> {
        id: I,
    }

    read_json(response).map(|Wire { id }| id)
}

number_id! {
    /// The identifier of a recording.
    RecordingId, "recording ID"
}
number_id! {
    /// The identifier of an account; only moving a slice to another account needs it.
    UserId, "user ID"
}

impl FolderId {
    /// The number `id` as a folder.
    #[must_use]
    pub fn number(id: u64) -> Self {
        Self(id.to_string().into())
    }

    /// Reads a folder that may be the root folder: `null`, `0`, `"0"` and `""` are all it, and so is none.
    pub(crate) fn or_root<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        struct Text(String);

        impl<'de> Deserialize<'de> for Text {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                lenient::text(deserializer).map(Self)
            }
        }

        let text = Option::<Text>::deserialize(deserializer)?.map(|Text(text)| text);
        Ok(text.filter(|text| !matches!(text.trim(), "" | "0")).map(|text| Self(text.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scorehash_cannot_carry_a_path() {
        for text in ["", "a/b", "../x", "a b", "é", "a%2f"] {
            assert!(text.parse::<Scorehash>().is_err(), "{text}");
        }
        assert_eq!("Qm4Zt".parse::<Scorehash>().unwrap().to_string(), "Qm4Zt");
        assert_ne!("Qm4Zt".parse::<Scorehash>(), "qm4zt".parse::<Scorehash>());
    }

    #[test]
    fn numbers_and_texts_are_read_alike() {
        let folder = |json: &str| serde_json::from_str::<FolderId>(json).unwrap();
        assert_eq!(folder("5120"), folder("\"5120\""));
        assert_eq!(serde_json::from_str::<RecordingId>("\"70213\"").unwrap(), RecordingId(70213));
        assert!(serde_json::from_str::<RecordingId>("-1").is_err());
    }

    #[test]
    fn what_the_service_gives_out_is_an_identifier_whatever_its_alphabet() {
        for id in ["team/7", "a.b", "a=b", "\u{e4}", "5120"] {
            let read: FolderId = segno_core::from_json(format!("{id:?}").as_bytes()).unwrap();
            assert_eq!((read.as_str(), id.parse().as_ref()), (id, Ok(&read)));
        }
        let slug: Slug = serde_json::from_str("\"\u{e9}tude-1\"").unwrap();
        assert_eq!(slug.as_str(), "\u{e9}tude-1");
        assert!(serde_json::from_str::<FolderId>("\"\"").is_err());
        assert!("a b".parse::<FolderId>().is_err());
    }

    #[test]
    fn the_error_says_what_is_wrong() {
        let error = "a/b".parse::<Scorehash>().unwrap_err().to_string();
        assert_eq!(error, r#""a/b" is no scorehash: it is made of ASCII letters and digits"#);
    }
}
