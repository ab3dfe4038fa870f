//! The log of what arrived at the hosts.

use std::collections::VecDeque;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use super::body::BodyTally;
use super::host::Host;
use super::mutex::Mutex;
use super::request::Request;

/// The log keeps this many requests; older ones fall out.
const MAX_REQUESTS: usize = 20_000;
/// And this many bytes of them: what the paths, names and values take.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// One request that reached a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// Counts up from 1 in the order of arrival.
    pub id: u64,
    /// When its head had arrived: seconds since the Unix epoch by the sandbox's clock.
    pub at: f64,
    /// The host it came to.
    pub host: Host,
    /// The method as sent.
    pub method: String,
    /// The path with the query, as sent.
    pub path: String,
    /// Names in lower case, in the order of arrival, values as text (bytes outside UTF-8 replaced).
    pub headers: Vec<(String, String)>,
    /// What was read of its body.
    pub body: BodyTally,
    /// The status given; `None` until there is a response, or if none was sent at all.
    pub status: Option<u16>,
    /// The kind of the fault that was applied to it.
    pub fault: Option<String>,
}

impl LoggedRequest {
    /// A request whose head has arrived, with the kind of the fault that it meets.
    pub(super) fn new(at: Duration, request: &Request, fault: Option<&str>) -> Self {
        let path = match &request.query {
            Some(query) => format!("{}?{query}", request.path),
            None => request.path.clone(),
        };
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let header = |(name, value): (&HeaderName, &HeaderValue)| (name.as_str().to_owned(), text(value));
        Self {
            id: 0,
            at: at.as_secs_f64(),
            host: request.host,
            method: request.method.to_string(),
            path,
            headers: request.headers.iter().map(header).collect(),
            body: BodyTally::default(),
            status: None,
            fault: fault.map(str::to_owned),
        }
    }

    /// The value of a header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
pub(crate) struct RequestLog(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    last: u64,
    kept: VecDeque<LoggedRequest>,
    bytes: usize,
}

/// What a request takes in the log, without what all take.
fn size(request: &LoggedRequest) -> usize {
    let headers = request.headers.iter().map(|(name, value)| name.len() + value.len());
    request.path.len() + request.method.len() + headers.sum::<usize>()
}

impl RequestLog {
    /// Adds a request and gives its number.
    pub(crate) fn arrived(&self, mut request: LoggedRequest) -> u64 {
        let mut entries = self.0.lock();
        entries.last += 1;
        request.id = entries.last;
        entries.bytes += size(&request);
        entries.kept.push_back(request);
        // The newest stays, however long it is.
        while entries.kept.len() > MAX_REQUESTS || (entries.bytes > MAX_BYTES && entries.kept.len() > 1) {
            let oldest = entries.kept.pop_front();
            entries.bytes -= oldest.as_ref().map_or(0, size);
        }
        entries.last
    }

    /// Changes an entry that is still in the log.
    pub(crate) fn update(&self, id: u64, update: impl FnOnce(&mut LoggedRequest)) {
        let mut entries = self.0.lock();
        let first = entries.kept.front().map_or(0, |request| request.id);
        let index = id.checked_sub(first).and_then(|index| usize::try_from(index).ok());
        if let Some(request) = index.and_then(|index| entries.kept.get_mut(index)) {
            update(request);
        }
    }

    /// The requests numbered above `since`.
    pub(crate) fn since(&self, since: u64) -> Vec<LoggedRequest> {
        self.0.lock().kept.iter().filter(|request| request.id > since).cloned().collect()
    }

    /// Empties the log; numbers go on.
    pub(crate) fn clear(&self) {
        let mut entries = self.0.lock();
        entries.kept.clear();
        entries.bytes = 0;
    }

    /// Empties the log and counts from 1 again.
    pub(crate) fn reset(&self) {
        *self.0.lock() = Entries::default();
    }
}
