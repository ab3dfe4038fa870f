//! A recording of the requests that arrive, whole, so that they can arrive again.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};

use super::body::{RequestBody, Tally};
use super::host::Host;
use super::mutex::Mutex;
use super::raw::Raw;
use super::request::Request;
use super::spool::Spool;

/// A recording keeps this many requests.
const MAX_REQUESTS: usize = 10_000;

/// One request that arrived, with its body: what it takes to let it arrive again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// When its head had arrived: seconds since the Unix epoch by the sandbox's clock.
    pub at: f64,
    /// The host it came to.
    pub host: Host,
    /// The method as sent.
    pub method: String,
    /// The path with the query, as sent.
    pub path: String,
    /// Names in lower case, in the order of arrival.
    pub headers: Vec<(String, Raw)>,
    /// The bytes of its body, to the last; left out of the JSON if there are none.
    #[serde(default, skip_serializing_if = "Raw::is_empty")]
    pub body: Raw,
    /// The status that it was given; `None` if no response was sent.
    pub status: Option<u16>,
}

/// Why a recording cannot be had, or a request of it cannot arrive again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// More arrived than a recording keeps.
    #[error("the recording is full: at most {MAX_REQUESTS} requests, each with a body of at most {} MiB, are kept", MAX_BODY / 1024 / 1024)]
    Full,
    /// A request whose method or headers are not HTTP.
    #[error("invalid request {0} of the recording: {1}")]
    Request(usize, String),
}

/// A recorded body may have this many bytes.
pub(super) const MAX_BODY: usize = 64 * 1024 * 1024;

/// The recording itself, while there is one.
#[derive(Default)]
pub(crate) struct Recording(Mutex<Option<Vec<Entry>>>);

struct Entry {
    request: RecordedRequest,
    body: Arc<Mutex<Tally>>,
}

impl Recording {
    /// Forgets what was recorded and records from now on.
    pub(crate) fn start(&self) {
        *self.0.lock() = Some(Vec::new());
    }

    /// Ends it and forgets what was recorded.
    pub(crate) fn stop(&self) {
        *self.0.lock() = None;
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.lock().is_some()
    }

    /// Adds a request that its host has worked on, as often as it was delivered.
    pub(super) fn add(&self, request: &RecordedRequest, body: &Arc<Mutex<Tally>>, times: usize) {
        if let Some(entries) = self.0.lock().as_mut() {
            // One more than are kept shows that it is full.
            let room = (MAX_REQUESTS + 1).saturating_sub(entries.len());
            let entry = || Entry { request: request.clone(), body: Arc::clone(body) };
            entries.extend(std::iter::repeat_with(entry).take(times.min(room)));
        }
    }

    /// What was recorded, oldest first; nothing if no recording is under way.
    pub(crate) fn requests(&self) -> Result<Vec<RecordedRequest>, RecordingError> {
        let entries = self.0.lock();
        let entries = entries.as_deref().unwrap_or_default();
        if entries.len() > MAX_REQUESTS {
            return Err(RecordingError::Full);
        }
        let whole = |entry: &Entry| {
            let body = entry.body.lock().copy().ok_or(RecordingError::Full)?;
            Ok(RecordedRequest { body: Raw::from(body), ..entry.request.clone() })
        };
        entries.iter().map(whole).collect()
    }
}

impl RecordedRequest {
    /// A request whose head has arrived.
    pub(super) fn new(at: Duration, request: &Request) -> Self {
        let query = request.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.as_str().to_owned(), Raw::from(value.as_bytes()))
        };
        Self {
            at: at.as_secs_f64(),
            host: request.host,
            method: request.method.to_string(),
            path: request.path.clone() + &query,
            headers: request.headers.iter().map(header).collect(),
            body: Raw::default(),
            status: None,
        }
    }

    /// The request as its host sees it.
    pub(crate) fn to_request(&self) -> Result<Request, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
            let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|error| error.to_string())?;
            headers.append(name, value);
        }
        let (path, query) = match self.path.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (self.path.as_str(), None),
        };
        Ok(Request {
            host: self.host,
            method: Method::from_bytes(self.method.as_bytes()).map_err(|error| error.to_string())?,
            path: path.to_owned(),
            query,
            headers,
            body: RequestBody::stored(Spool::from_bytes(self.body.as_bytes().to_vec())),
            switches: None,
        })
    }
}

/// What became of a recorded request that arrived again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Replayed {
    /// The method as sent.
    pub method: String,
    /// The path with the query, as sent.
    pub path: String,
    /// The status that it was given when it was recorded.
    pub recorded: Option<u16>,
    /// The status that it was given now.
    pub status: u16,
}
