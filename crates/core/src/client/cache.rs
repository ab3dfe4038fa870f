//! A cache of what GET requests brought: for a time without asking, after that by asking whether it changed.
//!
//! It is one user's own (RFC 9111 calls it private) and lives in memory. It keeps whole responses of status 200, as the endpoint
//! reads them, never files and never what is at a URL of its own.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{
    AGE, CACHE_CONTROL, CONTENT_LENGTH, DATE, ETAG, EXPIRES, HeaderMap, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, VARY,
};
use http::{Response, StatusCode};

use super::Inner;

/// What GET requests brought. Set with [`ClientBuilder::cache`](crate::ClientBuilder::cache).
///
/// A response is used without asking for as long as it says itself (`Cache-Control: max-age`, `Expires`) or, if it says nothing, for
/// [`age`](Cache::age). After that the service is asked whether it changed (`ETag`, `Last-Modified`); a 304 costs a request and no
/// body. What says `no-store` is not kept. Whatever this client writes ends the time of all that it has kept, and other credentials
/// see nothing of it.
pub struct Cache {
    capacity: usize,
    age: Duration,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    entries: HashMap<Key, Entry>,
    bytes: usize,
    uses: u64,
}

/// Which response: of which client, with which credentials, to which request.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) partition: u64,
    pub(crate) version: u64,
    pub(crate) request: String,
}

struct Entry {
    response: Response<Bytes>,
    fresh_until: Instant,
    used: u64,
    size: usize,
}

/// What there is for a request.
pub(crate) enum Found {
    /// To be used as it is.
    Fresh(Response<Bytes>),
    /// To be asked for whether it changed.
    Stale(Response<Bytes>),
    Nothing,
}

impl Cache {
    /// A cache that holds so many bytes; what was not used for longest goes first.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self { capacity: bytes, age: Duration::ZERO, kept: Mutex::default() }
    }

    /// How long a response is used that does not say so itself. Default: not at all, so that the service is asked each time
    /// whether it changed.
    #[must_use]
    pub fn age(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    pub(crate) fn find(&self, key: &Key, now: Instant) -> Found {
        let mut kept = self.kept();
        kept.uses += 1;
        let uses = kept.uses;
        let Some(entry) = kept.entries.get_mut(key) else { return Found::Nothing };
        entry.used = uses;
        if now < entry.fresh_until {
            return Found::Fresh(entry.response.clone());
        }
        if has_validator(entry.response.headers()) {
            Found::Stale(entry.response.clone())
        } else {
            Found::Nothing
        }
    }

    /// Keeps a response, if it may be kept and there is something to be gained by it. `is_current` is whether nothing was written since it
    /// was asked for.
    fn keep(&self, key: Key, response: Response<Bytes>, is_current: bool, now: Instant) {
        let said = Said::of(response.headers());
        let size = response.body().len() + key.request.len();
        let age = if is_current { said.age.unwrap_or(self.age) } else { Duration::ZERO };
        let mut kept = self.kept();
        kept.remove(&key);
        let is_useful = has_validator(response.headers()) || !age.is_zero();
        if response.status() != StatusCode::OK || said.never || !is_useful || size > self.capacity {
            return;
        }
        kept.uses += 1;
        let (used, fresh_until) = (kept.uses, now.checked_add(age).unwrap_or(now));
        kept.bytes += size;
        kept.entries.insert(key, Entry { response, fresh_until, used, size });
        while kept.bytes > self.capacity {
            let oldest = kept.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            match oldest {
                Some(oldest) => kept.remove(&oldest),
                None => break,
            }
        }
    }

    /// Ends the time of all that a client has kept: it wrote something.
    pub(crate) fn expire(&self, partition: u64, now: Instant) {
        for (key, entry) in &mut self.kept().entries {
            if key.partition == partition {
                entry.fresh_until = entry.fresh_until.min(now);
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is kept of a response once its endpoint was able to read it: the page of a captive portal is not.
#[derive(Clone)]
pub(crate) struct Keep {
    cache: Arc<Cache>,
    key: Key,
    writes: u64,
}

impl Keep {
    /// Of a request that was sent after so many writes.
    pub(crate) fn new(cache: &Arc<Cache>, key: Key, writes: u64) -> Self {
        Self { cache: Arc::clone(cache), key, writes }
    }

    pub(crate) fn keep(self, response: Response<Bytes>, client: &Inner) {
        let is_current = client.writes.load(Ordering::Relaxed) == self.writes;
        self.cache.keep(self.key, response, is_current, client.clock.now());
    }

    /// The response that a 304 says has not changed, with the headers that it renews (RFC 9111, section 3.2).
    pub(crate) fn refreshed(
        self,
        mut response: Response<Bytes>,
        headers: &HeaderMap,
        client: &Inner,
    ) -> Response<Bytes> {
        for (name, value) in headers {
            if *name != CONTENT_LENGTH {
                response.headers_mut().insert(name.clone(), value.clone());
            }
        }
        self.keep(response.clone(), client);
        response
    }
}

fn has_validator(headers: &HeaderMap) -> bool {
    headers.contains_key(ETAG) || headers.contains_key(LAST_MODIFIED)
}

/// The headers that ask whether a response with such headers has changed.
pub(crate) fn conditions(headers: &HeaderMap) -> HeaderMap {
    let pairs = [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)];
    let found = pairs
        .into_iter()
        .filter_map(|(validator, condition)| Some((condition, headers.get(validator)?.clone())));
    found.collect()
}

impl Kept {
    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.size;
        }
    }
}

/// What a response says about being kept (RFC 9111, section 5.2.2).
struct Said {
    never: bool,
    age: Option<Duration>,
}

impl Said {
    fn of(headers: &HeaderMap) -> Self {
        let mut said = Self { never: headers.get(VARY).is_some_and(|value| value == "*"), age: None };
        let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
        for directive in values.flat_map(|value| value.split(',')) {
            let directive = directive.trim().to_ascii_lowercase();
            match directive.split_once('=').unwrap_or((&directive, "")) {
                ("no-store", _) => said.never = true,
                ("no-cache", _) => said.age = Some(Duration::ZERO),
                ("max-age", seconds) => {
                    // What cannot be read is taken for stale (section 4.2.1).
                    let seconds = seconds.trim_matches('"').parse().unwrap_or(0);
                    let old = headers.get(AGE).and_then(|age| age.to_str().ok()?.parse().ok()).unwrap_or(0);
                    let left = Duration::from_secs(seconds).saturating_sub(Duration::from_secs(old));
                    said.age = Some(said.age.map_or(left, |age| age.min(left)));
                }
                _ => {}
            }
        }
        if let (None, Some(expires)) = (said.age, headers.get(EXPIRES)) {
            // A date that cannot be read lies in the past (section 5.3).
            let date = |value: &HeaderValue| httpdate::parse_http_date(value.to_str().ok()?).ok();
            let left = date(expires).zip(headers.get(DATE).and_then(date));
            said.age = Some(left.and_then(|(end, now)| end.duration_since(now).ok()).unwrap_or_default());
        }
        said
    }
}

/// What tells one request from another, credentials apart: the URL and the headers.
pub(crate) fn request_key(uri: &http::Uri, headers: &HeaderMap) -> String {
    let mut key = uri.to_string();
    for (name, value) in headers {
        key.push('\n');
        key.push_str(name.as_str());
        key.push_str(&String::from_utf8_lossy(HeaderValue::as_bytes(value)));
    }
    key
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.kept();
        f.debug_struct("Cache")
            .field("entries", &kept.entries.len())
            .field("bytes", &kept.bytes)
            .finish_non_exhaustive()
    }
}
