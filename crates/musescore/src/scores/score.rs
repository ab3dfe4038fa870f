//! The score object.

use std::fmt;

use segno_core::lenient::{self, PassedOver};
use segno_core::{Secret, Timestamp};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::Metadata;
use crate::ids::{ScoreId, UserId, VersionId};
use crate::license::{License, Permission};

/// A score. What the service leaves out is `None`, or empty where it is a text that every score has; what cannot be read is
/// the same, and in `passed_over`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(expecting = "a score")]
#[non_exhaustive]
pub struct Score {
    /// Its identifier.
    pub id: ScoreId,
    /// The version of its file.
    pub vid: Option<VersionId>,
    /// When it was posted and changed.
    #[serde(default)]
    pub dates: Dates,
    /// Opens its files and, if it is private, the score itself.
    #[serde(default, deserialize_with = "secret")]
    pub secret: Secret,
    /// Its address in this API, without an extension.
    #[serde(default)]
    pub uri: String,
    /// Its page for people.
    #[serde(default)]
    pub permalink: String,
    /// Who published it.
    #[serde(rename = "user")]
    pub author: Option<Author>,
    /// Whether it is ready.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub status: Option<Status>,
    /// Who may see it.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub sharing: Option<Sharing>,
    /// How many comments it has.
    pub comment_count: Option<u64>,
    /// How many members made it a favourite.
    pub favoriting_count: Option<u64>,
    /// How often it was looked at.
    pub view_count: Option<u64>,
    /// How often it was played.
    pub playback_count: Option<u64>,
    /// How often it was downloaded.
    pub download_count: Option<u64>,
    /// Not documented; mostly none.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub genre: Option<String>,
    /// Not documented; mostly none.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub format: Option<String>,
    /// Its licence. None means that all rights are reserved; see [`permits`](Score::permits).
    #[serde(default, deserialize_with = "lenient::filled")]
    pub license: Option<License>,
    /// The language of the lyrics, two letters.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub language: Option<String>,
    /// The title that was given when it was published; the file may have another, see [`Metadata::title`].
    #[serde(default)]
    pub title: String,
    /// The description that was given when it was published.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub description: Option<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "tags")]
    pub tags: Vec<String>,
    /// The address of its page that the author chose.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub custom_url: Option<String>,
    /// What stands in the file.
    pub metadata: Option<Metadata>,
    /// What could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

impl Score {
    /// Whether its licence permits it.
    #[must_use]
    pub fn permits(&self, permission: Permission) -> bool {
        self.license.as_ref().unwrap_or(&License::AllRightsReserved).permits(permission)
    }

    /// How many pages it has, where the service tells.
    #[must_use]
    pub fn page_count(&self) -> Option<u32> {
        self.metadata.as_ref()?.pages
    }
}

/// When a score was posted and changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Dates {
    /// When it was posted.
    #[serde(default, deserialize_with = "moment")]
    pub posted: Option<Timestamp>,
    /// When its file, or what is said of it, changed last.
    #[serde(default, rename = "lastupdate", deserialize_with = "moment")]
    pub updated: Option<Timestamp>,
}

/// Who published a score. [`User`](crate::users::User) has the same under other names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(expecting = "a member")]
#[non_exhaustive]
pub struct Author {
    /// The member.
    #[serde(rename = "uid")]
    pub id: UserId,
    /// The name on the screen.
    #[serde(default, rename = "username")]
    pub name: String,
    /// The address of the page that the member chose.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub custom_url: Option<String>,
}

/// A word that the service may have more of than it documents.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// One that this crate does not know, kept as the service writes it.
            Other(Box<str>),
        }

        impl $name {
            /// The word on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($word => Self::$variant,)+
                    _ => Self::Other(word.into()),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Whether a score is ready.
    Status {
        /// It is; no other word was ever seen.
        Ready = "ready",
    }
}
words! {
    /// Who may see a score.
    Sharing {
        /// Everybody.
        Public = "public",
        /// Its author, and who knows its secret.
        Private = "private",
    }
}

fn secret<'de, D: Deserializer<'de>>(field: D) -> Result<Secret, D::Error> {
    String::deserialize(field).map(Secret::new)
}

/// Numbers beyond this, which as seconds would be in the year 5138, are milliseconds.
const MAX_SECONDS: u64 = 100_000_000_000;

fn moment<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(number) = Option::<i64>::deserialize(field)? else { return Ok(None) };
    let seconds = if number.unsigned_abs() < MAX_SECONDS { number } else { number.div_euclid(1000) };
    let moment = Timestamp::from_unix_seconds(seconds);
    moment.map(Some).ok_or_else(|| Error::custom("expected a time before the year 10000"))
}

fn tags<'de, D: Deserializer<'de>>(field: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(field)?;
    Ok(text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect())
}
