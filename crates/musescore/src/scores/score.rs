//! The score object.

use std::fmt;

use segno_core::{Secret, Timestamp};
use serde::{Deserialize, Deserializer};

use super::Metadata;
use crate::ids::{ScoreId, UserId, VersionId};
use crate::lenient;
use crate::license::{License, Permission};

/// A score. Texts that the service leaves empty are empty, or none where the service does not always have them; counts
/// that it leaves out are 0.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Score {
    /// Its identifier.
    pub id: ScoreId,
    /// The version of its file.
    #[serde(default, deserialize_with = "version")]
    pub vid: Option<VersionId>,
    /// When it was posted and changed.
    #[serde(default, deserialize_with = "lenient::object")]
    pub dates: Dates,
    /// Opens its files and, if it is private, the score itself.
    #[serde(default, deserialize_with = "lenient::secret")]
    pub secret: Secret,
    /// Its address in this API, without an extension.
    #[serde(default, deserialize_with = "lenient::text")]
    pub uri: String,
    /// Its page for people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub permalink: String,
    /// Who published it.
    #[serde(default, rename = "user", deserialize_with = "lenient::some_object")]
    pub author: Option<Author>,
    /// Whether it is ready.
    #[serde(default, deserialize_with = "lenient::some_parsed")]
    pub status: Option<Status>,
    /// Who may see it.
    #[serde(default, deserialize_with = "lenient::some_parsed")]
    pub sharing: Option<Sharing>,
    /// How many comments it has.
    #[serde(default, deserialize_with = "lenient::count")]
    pub comment_count: u64,
    /// How many members made it a favourite.
    #[serde(default, deserialize_with = "lenient::count")]
    pub favoriting_count: u64,
    /// How often it was looked at.
    #[serde(default, deserialize_with = "lenient::count")]
    pub view_count: u64,
    /// How often it was played.
    #[serde(default, deserialize_with = "lenient::count")]
    pub playback_count: u64,
    /// How often it was downloaded.
    #[serde(default, deserialize_with = "lenient::count")]
    pub download_count: u64,
    /// Not documented; mostly none.
    #[serde(default, deserialize_with = "lenient::some_text")]
    pub genre: Option<String>,
    /// Not documented; mostly none.
    #[serde(default, deserialize_with = "lenient::some_text")]
    pub format: Option<String>,
    /// Its licence. None means that all rights are reserved; see [`permits`](Score::permits).
    #[serde(default, deserialize_with = "lenient::some_parsed")]
    pub license: Option<License>,
    /// The language of the lyrics, two letters.
    #[serde(default, deserialize_with = "lenient::some_text")]
    pub language: Option<String>,
    /// The title that was given when it was published; the file may have another, see [`Metadata::title`].
    #[serde(default, deserialize_with = "lenient::text")]
    pub title: String,
    /// The description that was given when it was published.
    #[serde(default, deserialize_with = "lenient::some_text")]
    pub description: Option<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "tags")]
    pub tags: Vec<String>,
    /// The address of its page that the author chose.
    #[serde(default, deserialize_with = "lenient::some_text")]
    pub custom_url: Option<String>,
    /// What stands in the file.
    #[serde(default, deserialize_with = "lenient::some_object")]
    pub metadata: Option<Metadata>,
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
    #[serde(default, deserialize_with = "lenient::moment")]
    pub posted: Option<Timestamp>,
    /// When its file, or what is said of it, changed last.
    #[serde(default, rename = "lastupdate", deserialize_with = "lenient::moment")]
    pub updated: Option<Timestamp>,
}

/// Who published a score. [`User`](crate::users::User) has the same under other names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Author {
    /// The member.
    #[serde(rename = "uid")]
    pub id: UserId,
    /// The name on the screen.
    #[serde(default, rename = "username", deserialize_with = "lenient::text")]
    pub name: String,
    /// The address of the page that the member chose.
    #[serde(default, deserialize_with = "lenient::some_text")]
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

fn version<'de, D: Deserializer<'de>>(field: D) -> Result<Option<VersionId>, D::Error> {
    Ok(lenient::some_integer(field)?.map(VersionId))
}

fn tags<'de, D: Deserializer<'de>>(field: D) -> Result<Vec<String>, D::Error> {
    let text = lenient::text(field)?;
    Ok(text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect())
}
