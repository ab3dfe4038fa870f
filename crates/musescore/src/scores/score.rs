//! The score object.

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
    /// The number of the score, as in the URL of its page.
    pub id: ScoreId,
    /// The version of its file.
    pub vid: Option<VersionId>,
    /// When it was published and changed.
    #[serde(default)]
    pub dates: Dates,
    /// Opens its files and, if it is private, the score itself; empty if the service does not tell it.
    #[serde(default, deserialize_with = "secret")]
    pub secret: Secret,
    /// Its URL in this API, without an extension.
    #[serde(default)]
    pub uri: String,
    /// The URL of its web page.
    #[serde(default)]
    pub permalink: String,
    /// The member who published it.
    #[serde(rename = "user")]
    pub author: Option<Author>,
    /// Whether it is ready.
    #[serde(default, deserialize_with = "filled")]
    pub status: Option<Status>,
    /// Who may see it.
    #[serde(default, deserialize_with = "filled")]
    pub sharing: Option<Sharing>,
    /// How many comments it has.
    pub comment_count: Option<u64>,
    /// How many members made it a favourite.
    pub favoriting_count: Option<u64>,
    /// How often it was viewed.
    pub view_count: Option<u64>,
    /// How often it was played.
    pub playback_count: Option<u64>,
    /// How often it was downloaded.
    pub download_count: Option<u64>,
    /// Not documented; empty in every response seen.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub genre: Option<String>,
    /// Not documented; empty in every response seen.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub format: Option<String>,
    /// Its licence. `None` means that all rights are reserved; see [`permits`](Score::permits).
    #[serde(default, deserialize_with = "filled")]
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
    /// Its tags, in the order in which they were given.
    #[serde(default, deserialize_with = "tags")]
    pub tags: Vec<String>,
    /// The URL of its web page that the author chose.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub custom_url: Option<String>,
    /// What the service read from the file.
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

    /// How many pages it has, if the service tells it.
    #[must_use]
    pub fn page_count(&self) -> Option<u32> {
        self.metadata.as_ref()?.pages
    }
}

/// When a score was published and changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Dates {
    /// When it was published.
    #[serde(default, deserialize_with = "moment")]
    pub posted: Option<Timestamp>,
    /// When its file, its title or another property changed last.
    #[serde(default, rename = "lastupdate", deserialize_with = "moment")]
    pub updated: Option<Timestamp>,
}

/// Who published a score. [`User`](crate::users::User) has the same under other names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(expecting = "a member")]
#[non_exhaustive]
pub struct Author {
    /// The number of the member, as in the URL of the member's page.
    #[serde(rename = "uid")]
    pub id: UserId,
    /// The name that is shown.
    #[serde(default, rename = "username")]
    pub name: String,
    /// The URL of the web page that the member chose.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub custom_url: Option<String>,
}

segno_core::open_enum! {
    /// Whether a score is ready.
    pub enum Status: text {
        /// It is; no other status was ever seen.
        Ready = "ready",
    }
}
segno_core::open_enum! {
    /// Who may see a score.
    pub enum Sharing: text {
        /// Everybody sees it.
        Public = "public",
        /// Its author, and whoever knows its secret.
        Private = "private",
    }
}

/// A value of an enumeration; an empty text is `None`.
fn filled<'de, D: Deserializer<'de>, T: for<'t> From<&'t str>>(field: D) -> Result<Option<T>, D::Error> {
    Ok(lenient::filled::<_, String>(field)?.map(|text| T::from(text.trim())))
}

fn secret<'de, D: Deserializer<'de>>(field: D) -> Result<Secret, D::Error> {
    String::deserialize(field).map(Secret::new)
}

/// Numbers beyond this, which as seconds would be in the year 5138, are milliseconds.
const MAX_SECONDS: f64 = 1e11;

/// A time in seconds or milliseconds since 1970, or as a date of RFC 3339.
fn moment<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Timestamp>, D::Error> {
    let text = lenient::text(field)?;
    let moment = match text.trim().parse::<f64>() {
        _ if text.trim().is_empty() => return Ok(None),
        Ok(number) if number.is_finite() => {
            let seconds = if number.abs() < MAX_SECONDS { number } else { number / 1000.0 };
            Timestamp::from_unix_seconds(seconds.floor() as i64)
        }
        _ => text.trim().parse().ok(),
    };
    moment.map(Some).ok_or_else(|| Error::custom("expected a time before the year 10000"))
}

fn tags<'de, D: Deserializer<'de>>(field: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(field)?;
    Ok(text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect())
}
