//! Identifiers, each of a type of its own, so that a song cannot be asked for by the id of an artist.

use std::fmt;
use std::str::FromStr;

use segno_core::lenient;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The text is no identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is not empty and has no white space or control characters")]
pub struct IdError;

fn check(text: &str) -> Result<&str, IdError> {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Err(IdError)
    } else {
        Ok(text)
    }
}

/// An identifier as a number where it is one: the form of `song_ids` and `sound_effect_ids`.
pub(crate) fn as_number(id: &str) -> Value {
    match id.parse::<u64>() {
        Ok(number) if number.to_string() == id => Value::from(number),
        _ => Value::from(id),
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// As the service sent it: whatever it is, it is the service's own.
            pub(crate) fn wire(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text).map(Self::wire)
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number.to_string().into())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &Self) -> Self {
                id.clone()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        /// Reads a text or a whole number: `song_ids` and `parent_id` are numbers that refer to identifiers that are texts.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = lenient::text(deserializer)?;
                if text.is_empty() {
                    return Err(serde::de::Error::custom("expected an identifier, found an empty text"));
                }
                Ok(Self(text.into()))
            }
        }
    )*};
}

ids! {
    /// Identifies a song. Numeric in every example.
    SongId;
    /// Identifies an artist.
    ArtistId;
    /// Identifies an audio file of a song.
    AudioFileId;
    /// Identifies a tag: a slug such as `8_bit`.
    TagId;
    /// Identifies a recorded YouTube use.
    DigitalUsageId;
    /// Identifies a sound effect.
    SoundEffectId;
    /// Identifies a category of sound effects.
    CategoryId;
    /// Identifies a curated playlist.
    PlaylistId;
    /// Identifies a category of curated playlists.
    PlaylistCategoryId;
    /// Identifies a private playlist.
    PrivatePlaylistId;
    /// Identifies a Supe search; opaque.
    SupeSearchId;
    /// Identifies an uploaded reference image or video; opaque.
    SupeAssetId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_from_strings_and_integers() {
        let ids: Vec<SongId> = serde_json::from_str(r#"["4711", 4711, 0]"#).unwrap();
        assert_eq!(ids, [SongId::from(4711), SongId::from(4711), SongId::from(0)]);
        for wrong in [r#"[""]"#, "[true]", "[1.5]", "[null]", "[{}]"] {
            assert!(serde_json::from_str::<Vec<SongId>>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn parsed_from_text_that_can_be_one() {
        assert_eq!("8_bit".parse::<TagId>().unwrap().as_str(), "8_bit");
        for wrong in ["", " ", "4711\n", "47 11"] {
            assert_eq!(wrong.parse::<SongId>(), Err(IdError), "{wrong:?}");
        }
    }

    #[test]
    fn numbers_only_where_nothing_is_lost() {
        assert_eq!(as_number("4711"), Value::from(4711));
        for kept in ["007", "+1", "srch_1", "18446744073709551616"] {
            assert_eq!(as_number(kept), Value::from(kept));
        }
    }
}
