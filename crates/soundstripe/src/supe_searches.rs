//! Supe searches: describe a scene, get songs.
//!
//! A search runs on the service's side; its result is delivered to your `callback_url`
//! (see [`webhooks`](crate::webhooks)) and can be polled for with [`Client::wait_for_search`](crate::Client).

mod wait;

use segno_core::http::Uri;
use segno_core::lenient::PassedOver;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Origin, Replay, RequestWriter, Response, StatusCode,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::client::Refresh;
use crate::error::ApiError;
use crate::ids::{SongId, SupeAssetId, SupeSearchId};
use crate::json_api::{FromResource, Included, MEDIA_TYPE, Resource, read_one};
use crate::open_enum::open_enum;
use crate::songs::Song;

pub use wait::WaitError;

/// The most reference images and videos of one search: ten images and one video.
pub const MOST_ASSETS: usize = 11;

/// A search and, once it is completed, what it found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Search {
    /// The identifier.
    pub id: SupeSearchId,
    /// How far it is.
    pub status: Option<SearchStatus>,
    /// The ids of the songs that were found, best first.
    pub song_ids: Vec<SongId>,
    /// The songs with their artists and audio files, in the same order. Links to the files are valid for 7 days; asking
    /// for the search again renews them.
    pub songs: Vec<Song>,
    /// What could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented, such as an echo of the query.
    pub other: Map<String, Value>,
}

open_enum! {
    /// How far a search is.
    SearchStatus {
        /// Under way.
        Processing = "processing",
        /// Done.
        Completed = "completed",
        /// Given up.
        Failed = "failed",
    }
}

impl Search {
    /// Whether it has come to its end: completed or failed.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        matches!(self.status, Some(SearchStatus::Completed | SearchStatus::Failed))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    status: Option<SearchStatus>,
    passed_over: PassedOver,
    other: Map<String, Value>,
}

impl FromResource for Search {
    const TYPE: &'static str = "supe_searches";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let Attributes { status, passed_over, other } = resource.read_attributes(included)?;
        let passed_over = resource.all_passed_over(passed_over);
        Ok(Self {
            id: SupeSearchId::wire(&resource.id),
            status,
            song_ids: resource.linked_ids("songs", Song::TYPE, SongId::wire),
            songs: included.resolve(resource, "songs")?,
            passed_over,
            other,
        })
    }
}

/// How a search began.
#[derive(Clone, Debug, PartialEq)]
pub enum Started {
    /// An equivalent search was made within the last 24 hours: this is its result, at once.
    Cached(Search),
    /// The search is under way; the result follows by webhook and by polling.
    Accepted(Search),
}

impl Started {
    /// The search, finished or not.
    #[must_use]
    pub fn search(&self) -> &Search {
        match self {
            Self::Cached(search) | Self::Accepted(search) => search,
        }
    }
}

/// `POST /v1/supe/search`: starts a search by words, by context, by reference images and video, or any of them
/// together.
///
/// Every call may start another search, so it is not repeated once it may have arrived.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Create {
    query: Option<String>,
    context: Option<Value>,
    assets: Vec<SupeAssetId>,
    callback_url: String,
}

impl Create {
    /// A search whose result is delivered to this address: https, or http on this machine, which only a sandbox
    /// reaches.
    pub fn new(callback_url: impl Into<String>) -> Self {
        Self { query: None, context: None, assets: Vec::new(), callback_url: callback_url.into() }
    }

    /// What is wanted, in words.
    pub fn query(mut self, words: impl Into<String>) -> Self {
        self.query = Some(words.into());
        self
    }

    /// The scene or project: a text, or JSON of your own (the documentation does not name a type).
    pub fn context(mut self, context: impl Into<Value>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// A reference image or video that was [uploaded](crate::supe_assets::Upload) and processed; several add up, at most
    /// ten images and one video.
    pub fn asset(mut self, id: impl Into<SupeAssetId>) -> Self {
        self.assets.push(id.into());
        self
    }
}

/// Whether deliveries to this address are safe from listeners.
fn is_safe(callback_url: &str) -> bool {
    let Ok(uri) = callback_url.parse::<Uri>() else { return false };
    Origin::of(&uri).is_some_and(|origin| origin.is_secure() || origin.is_loopback())
}

impl Endpoint for Create {
    type Output = Started;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.supe_searches.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if !is_safe(&self.callback_url) {
            return Err(BuildError::value("callback_url", "must be an https address"));
        }
        if self.assets.len() > MOST_ASSETS {
            let reason =
                format!("{} are more than {MOST_ASSETS}: ten images and one video", self.assets.len());
            return Err(BuildError::value("asset_ids", reason));
        }
        let mut attributes = Map::new();
        if let Some(query) = self.query.as_ref().filter(|query| !query.trim().is_empty()) {
            attributes.insert("query".into(), query.as_str().into());
        }
        let is_nothing = |context: &Value| {
            context.is_null() || context.as_str().is_some_and(|text| text.trim().is_empty())
        };
        if let Some(context) = self.context.as_ref().filter(|context| !is_nothing(context)) {
            attributes.insert("context".into(), context.clone());
        }
        if !self.assets.is_empty() {
            attributes.insert("asset_ids".into(), self.assets.iter().map(SupeAssetId::as_str).collect());
        }
        if attributes.is_empty() {
            return Err(BuildError::value("query", "a search needs a query, a context or an asset"));
        }
        attributes.insert("callback_url".into(), self.callback_url.as_str().into());
        request.path("supe/search", &[])?;
        request.json_as(MEDIA_TYPE, &json!({"data": {"type": Search::TYPE, "attributes": attributes}}))
    }

    fn read(response: Response<Bytes>) -> Result<Started, DecodeError> {
        let search: Search = read_one(&response)?;
        Ok(match response.status() {
            StatusCode::OK => Started::Cached(search),
            StatusCode::ACCEPTED => Started::Accepted(search),
            _ if search.is_finished() => Started::Cached(search),
            _ => Started::Accepted(search),
        })
    }
}

/// `GET /v1/supe/search/{search_id}`: how far a search is, and its result with fresh links.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Get {
    id: SupeSearchId,
}

impl Get {
    /// Asks for one search.
    pub fn new(id: impl Into<SupeSearchId>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Get {
    type Output = Search;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.supe_searches.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("supe/search/{search_id}", &[&self.id])
    }

    fn read(response: Response<Bytes>) -> Result<Search, DecodeError> {
        read_one(&response)
    }
}

impl Refresh for Search {
    type Again = Get;

    fn again(&self) -> Get {
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
