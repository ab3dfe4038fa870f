//! Supe searches: describe a scene, get songs.
//!
//! The service delivers the result of a search to your `callback_url` (see [`webhooks`](crate::webhooks));
//! [`Client::wait_for_search`](crate::Client) polls for it.
//!
//! ```
//! # use segno_soundstripe::{Client, Error, supe_searches};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let search = supe_searches::Create::new("https://hooks.example.com/supe")
//!     .query("gentle build for a sunrise drone shot");
//! let search = client.send(&search).await?.search().id.clone();
//! let found = client.send(&supe_searches::Get::new(&search)).await?;
//! println!("{:?} {}", found.status, found.songs.len());
//! # Ok(())
//! # }
//! ```

mod wait;

use segno_core::http::Uri;
use segno_core::lenient::PassedOver;
use segno_core::url::Origin;
use segno_core::{BuildError, Bytes, DecodeError, RequestWriter, Response, StatusCode, endpoint, open_enum};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::client::Refresh;
use crate::error::ApiError;
use crate::ids::{SongId, SupeAssetId, SupeSearchId};
use crate::json_api::{FromResource, Included, MEDIA_TYPE, Resource, read_one};
use crate::songs::Song;

pub use wait::WaitError;

/// The maximum number of reference images and videos of one search: ten images and one video.
pub const MAX_ASSETS: usize = 11;

/// A search and, once it is completed, what it found.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Search {
    /// The identifier, for [`Get`] and [`Client::wait_for_search`](crate::Client::wait_for_search).
    pub id: SupeSearchId,
    /// Whether it is in progress, completed or failed.
    pub status: Option<SearchStatus>,
    /// The ids of the songs that were found, best first.
    #[serde(skip)]
    pub song_ids: Vec<SongId>,
    /// The songs with their artists and audio files, in the same order. Links to the files are valid for 7 days;
    /// [`Client::refresh`](crate::Client::refresh) renews them.
    #[serde(skip)]
    pub songs: Vec<Song>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented, such as an echo of the query.
    #[serde(default)]
    pub other: Map<String, Value>,
}

open_enum! {
    /// How far a search has come.
    pub enum SearchStatus: text {
        /// It is in progress.
        Processing = "processing",
        /// It has a result.
        Completed = "completed",
        /// It has no result.
        Failed = "failed",
    }
}

impl Search {
    /// Whether it is completed or failed.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        matches!(self.status, Some(SearchStatus::Completed | SearchStatus::Failed))
    }
}

impl FromResource for Search {
    const TYPE: &'static str = "supe_searches";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut search: Self = resource.read(included)?;
        resource.add_passed_over(&mut search.passed_over);
        search.song_ids = resource.linked_ids("songs", Song::TYPE, SongId::received);
        search.songs = included.resolve(resource, "songs")?;
        Ok(search)
    }
}

/// The response to [`Create`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Submission {
    /// An equivalent search was made within the last 24 hours: this is its result.
    Cached(Search),
    /// The search is in progress; its result follows by webhook and by polling.
    Accepted(Search),
}

impl Submission {
    /// The search, finished or not.
    #[must_use]
    pub fn search(&self) -> &Search {
        match self {
            Self::Cached(search) | Self::Accepted(search) => search,
        }
    }

    fn read(response: &Response<Bytes>) -> Result<Self, DecodeError> {
        let search: Search = read_one(response)?;
        Ok(match response.status() {
            StatusCode::OK => Self::Cached(search),
            StatusCode::ACCEPTED => Self::Accepted(search),
            _ if search.is_finished() => Self::Cached(search),
            _ => Self::Accepted(search),
        })
    }
}

endpoint! {
    /// `POST /v1/supe/search`: starts a search by text, by context, by reference images and video, or any of them together. Its
    /// result is delivered to `callback_url`: https, or http on this machine, which only a sandbox reaches.
    ///
    /// Every call may start another search, so it is not repeated once it may have arrived.
    pub struct Create { field callback_url: String }
    optional {
        /// A description of the music.
        field query: String,
        /// The scene or project: a text, or JSON of your own (its type is not documented).
        field context: Value,
        /// Reference images and videos that were [uploaded](crate::supe_assets::Upload) and processed: at most ten images and one
        /// video.
        field assets: Vec<SupeAssetId>,
    }
    name: "soundstripe.supe_searches.create",
    method: POST,
    path: "supe/search",
    replay: Unsafe,
    write: Self::body,
    response: Submission,
    error: ApiError,
    read: Submission::read,
}

impl Create {
    fn body(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if !is_safe(&self.callback_url) {
            return Err(BuildError::value("callback_url", "must be an https URL"));
        }
        let assets = self.assets.as_deref().unwrap_or_default();
        if assets.len() > MAX_ASSETS {
            let message = format!("must have at most ten images and one video, found {}", assets.len());
            return Err(BuildError::value("asset_ids", message));
        }
        let mut attributes = Map::new();
        if let Some(query) = self.query.as_ref().filter(|query| !query.trim().is_empty()) {
            attributes.insert("query".into(), query.as_str().into());
        }
        let is_empty = |context: &Value| {
            context.is_null() || context.as_str().is_some_and(|text| text.trim().is_empty())
        };
        if let Some(context) = self.context.as_ref().filter(|context| !is_empty(context)) {
            attributes.insert("context".into(), context.clone());
        }
        if !assets.is_empty() {
            attributes.insert("asset_ids".into(), assets.iter().map(SupeAssetId::as_str).collect());
        }
        if attributes.is_empty() {
            return Err(BuildError::value("query", "must not be empty without a context or an asset"));
        }
        attributes.insert("callback_url".into(), self.callback_url.as_str().into());
        request.json_as(MEDIA_TYPE, &json!({"data": {"type": Search::TYPE, "attributes": attributes}}))
    }
}

/// Whether deliveries to this URL are safe from eavesdroppers.
fn is_safe(callback_url: &str) -> bool {
    let Ok(uri) = callback_url.parse::<Uri>() else { return false };
    Origin::of(&uri).is_some_and(|origin| origin.is_secure() || origin.is_loopback())
}

endpoint! {
    /// `GET /v1/supe/search/{search_id}`: the status of a search, and its result with fresh links.
    pub struct Get { path id: SupeSearchId }
    name: "soundstripe.supe_searches.get",
    method: GET,
    path: "supe/search/{search_id}",
    replay: Safe,
    response: Search,
    error: ApiError,
    read: read_one,
}

impl Refresh for Search {
    type Request = Get;

    fn request(&self) -> Get {
        Get::new(&self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn deliveries_go_over_https_or_stay_on_this_machine() {
        for safe in ["https://hooks.example.test/supe", "http://127.0.0.1:8080/x", "http://localhost/x"] {
            assert!(is_safe(safe), "{safe}");
        }
        for unsafe_ in ["http://hooks.example.test/supe", "ftp://a.test/", "/supe", "", "https://"] {
            assert!(!is_safe(unsafe_), "{unsafe_}");
        }
    }
}
