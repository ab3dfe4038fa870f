//! The client: where requests go, with which credentials, under which limits.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use http::header::HeaderMap;
use tokio::sync::Semaphore;

use crate::request::{Base, Bases};
use crate::secret::Secret;
use crate::time::Clock;
use crate::transport::{Timeouts, Transport};
use crate::url::{BaseUrl, Origin, UrlError};
use authorize::Authorize;
use coalesce::Flights;

pub(crate) mod attempt;
pub(crate) mod authorize;
pub mod blocking;
mod builder;
mod cache;
pub(crate) mod call;
mod coalesce;
mod collect;
mod deadline;
mod deliver;
pub(crate) mod download;
pub(crate) mod error;
mod exchange;
pub(crate) mod json_stream;
mod observer;
pub(crate) mod pages;
mod poll;
mod prepare;
mod rate_limit;
pub(crate) mod rate_limiter;
pub(crate) mod raw;
pub(crate) mod redirect;
pub(crate) mod retry;
mod retry_loop;
#[cfg(feature = "tower")]
mod service;
pub(crate) mod strike;

pub use crate::one_line::{OneLine, write_around};
pub use builder::{ClientBuilder, ClientError};
pub use cache::Cache;
pub use call::Call;
pub use deliver::Undelivered;
pub use download::{Downloaded, FileSink, Resumption, Sink, Writer};
pub use error::{Cause, Error, PageError};
pub use json_stream::{JsonArrayStream, StreamEndpoint};
pub use observer::{Event, EventKind, Observer, Wait};
pub use pages::{Cursor, Items, Page, Paged, Pages};
pub use poll::{Pace, Unfinished};
pub use rate_limit::{LimitError, RateLimit};
pub use rate_limiter::RateLimiter;
pub use raw::{Raw, RawCall, RawList};
pub use redirect::RedirectError;
pub(crate) use retry::Budget;
pub use retry::{Retry, retry_after};
#[cfg(feature = "tower")]
pub use service::ClientService;

/// Sends endpoints. Cheap to clone: clones share connections, limits and credentials.
#[derive(Clone)]
#[doc(alias("blocking", "HTTP"))]
pub struct Client(pub(crate) Arc<Inner>);

#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) bases: Bases,
    pub(crate) defaults: HeaderMap,
    pub(crate) credentials: Vec<(Origin, Arc<dyn Authorize>)>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) retry: Retry,
    pub(crate) budget: Arc<Budget>,
    pub(crate) limit: Arc<dyn RateLimit>,
    pub(crate) connections: Arc<Semaphore>,
    pub(crate) secrets: Arc<[Secret]>,
    pub(crate) timeouts: Timeouts,
    pub(crate) body_cap: usize,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) cache: Option<Arc<Cache>>,
    pub(crate) flights: Option<Arc<Flights>>,
    /// Which requests may share responses: those of a client and its clones, with the same credentials.
    pub(crate) partition: u64,
    /// How many writes began or ended: what was asked for before one may be older than it.
    pub(crate) writes: Arc<AtomicU64>,
    /// From how many bytes on a body waits for the service to ask for it.
    pub(crate) expect: Option<u64>,
    /// Whether the service refused such a wait.
    pub(crate) unexpected: Arc<AtomicBool>,
}

/// A number of its own for each client.
pub(crate) fn partition() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Client {
    /// The first base URL, where requests go that name no other.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.bases.first
    }

    /// Another base URL of the service.
    ///
    /// # Errors
    /// [`UrlError`] if the constant that names it is no URL.
    pub fn base(&self, base: Base) -> Result<BaseUrl, UrlError> {
        self.0.bases.find(base)
    }

    /// This client with other credentials for one origin, for the steps of a login. It shares connections, limits and the
    /// retry budget.
    #[must_use]
    pub fn with_credentials(&self, origin: Origin, credentials: Arc<dyn Authorize>) -> Self {
        let mut inner = (*self.0).clone();
        inner.credentials.retain(|(bound, _)| *bound != origin);
        inner.credentials.push((origin, credentials));
        inner.partition = partition();
        Self(Arc::new(inner))
    }

    /// The clock of this client, for jobs that poll.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", self.base_url()).finish_non_exhaustive()
    }
}
