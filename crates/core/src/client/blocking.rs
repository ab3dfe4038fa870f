//! Calls for code without async: the same clients and endpoint values, waited for on the calling thread.
//!
//! Works outside of Tokio and inside of it. A thread of its own, one for the whole process, drives sockets and timers; the first
//! call starts it. Inside of an async function a waiting call holds the thread up, as any blocking work does: there the async
//! client is the better one.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::Handle;

use crate::client::{ClientError, Downloaded, Paged};
use crate::endpoint::Endpoint;
use crate::{Client as AsyncClient, Error, Page};

/// What drives the sockets and timers of blocking calls.
#[derive(Clone, Debug)]
pub struct Runtime(Handle);

impl Runtime {
    /// The one of this process.
    ///
    /// # Errors
    /// If its thread cannot be started.
    pub fn shared() -> io::Result<Self> {
        static SHARED: Mutex<Option<Handle>> = Mutex::new(None);
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = &*shared {
            return Ok(Self(handle.clone()));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        thread::Builder::new()
            .name("segno-blocking".into())
            .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
        *shared = Some(handle.clone());
        Ok(Self(handle))
    }

    /// Waits for a future on this thread.
    ///
    /// ```
    /// let runtime = segno_core::blocking::Runtime::shared()?;
    /// assert_eq!(runtime.run(async { 7 }), 7);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        // What the future opens belongs to the runtime above, also if this thread is one of another runtime, whose share of work
        // for one task must not stop this one.
        let _inside = self.0.enter();
        let mut future = pin!(tokio::task::unconstrained(future));
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            match future.as_mut().poll(&mut context) {
                Poll::Ready(output) => return output,
                Poll::Pending => thread::park(),
            }
        }
    }
}

/// Wakes a thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// The async client of a service.
pub trait ServiceClient: Sized {
    /// The client of segno-core that does the work.
    fn core(&self) -> &AsyncClient;

    /// Lists as this service has them.
    fn pages<'e, E: Paged + 'e>(&self, list: E) -> crate::Pages<'e, E> {
        self.core().pages(list)
    }
}

/// A client that sends such endpoints. How it does that, with all that a service adds to a call, is how the blocking client does it.
pub trait Sends<E: Endpoint>: ServiceClient {
    /// Sends an endpoint and reads the response.
    ///
    /// # Errors
    /// See [`Error`].
    fn send(&self, endpoint: &E) -> impl Future<Output = Result<E::Output, Error<E::ApiError>>>;
}

impl ServiceClient for AsyncClient {
    fn core(&self) -> &AsyncClient {
        self
    }
}

impl<E: Endpoint> Sends<E> for AsyncClient {
    fn send(&self, endpoint: &E) -> impl Future<Output = Result<E::Output, Error<E::ApiError>>> {
        self.send(endpoint)
    }
}

/// The async client of a service that the environment describes.
pub trait FromEnv: Sized {
    /// The client.
    ///
    /// # Errors
    /// If a variable is missing or cannot be used.
    fn from_env() -> Result<Self, ClientError>;
}

/// A client whose calls wait. Made of an async one, with which it shares connections, limits and credentials.
#[derive(Clone)]
pub struct Client<C> {
    client: C,
    runtime: Runtime,
}

impl<C: ServiceClient> Client<C> {
    /// Of an async client.
    ///
    /// # Errors
    /// [`ClientError::Runtime`] if the thread for sockets and timers cannot be started.
    pub fn new(client: C) -> Result<Self, ClientError> {
        let runtime = Runtime::shared().map_err(|error| ClientError::Runtime(Arc::new(error)))?;
        Ok(Self { client, runtime })
    }

    /// The client that the environment describes.
    ///
    /// # Errors
    /// If a variable is missing or cannot be used.
    pub fn from_env() -> Result<Self, ClientError>
    where
        C: FromEnv,
    {
        Self::new(C::from_env()?)
    }

    /// The async client behind this one.
    #[must_use]
    pub fn client(&self) -> &C {
        &self.client
    }

    /// Waits for anything that the async client does: jobs of several steps, logins, calls with a deadline of their own.
    pub fn run<'a, F: Future>(&'a self, work: impl FnOnce(&'a C) -> F) -> F::Output {
        self.runtime.run(work(&self.client))
    }

    /// Sends an endpoint and reads the response.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Output, Error<E::ApiError>>
    where
        C: Sends<E>,
    {
        self.runtime.run(Sends::send(&self.client, endpoint))
    }

    /// Sends an endpoint and writes the body of the response to a file; see [`Call::download_to`](crate::client::Call::download_to).
    ///
    /// # Errors
    /// See [`Error`].
    pub fn download_to<E: Endpoint>(
        &self,
        endpoint: &E,
        path: impl AsRef<Path>,
    ) -> Result<Downloaded, Error<E::ApiError>> {
        self.runtime.run(self.client.core().call(endpoint).download_to(path))
    }

    /// The pages of a list, each requested when it is wanted.
    pub fn pages<'e, E: Paged + 'e>(&self, list: E) -> Pages<'e, E> {
        Pages { pages: self.client.pages(list), runtime: self.runtime.clone() }
    }

    /// The items of a list over all its pages.
    pub fn items<'e, E: Paged + 'e>(&self, list: E) -> Items<'e, E> {
        Items { items: self.client.pages(list).items(), runtime: self.runtime.clone() }
    }

    /// The first items of a list, at most `limit`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn collect<E: Paged>(&self, list: E, limit: usize) -> Result<Vec<E::Item>, Error<E::ApiError>> {
        self.runtime.run(self.client.pages(list).collect(limit))
    }
}

impl<C> fmt::Debug for Client<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("blocking::Client")
    }
}

/// The pages of a list. Made by [`Client::pages`].
#[must_use = "an iterator does nothing until next() is called"]
pub struct Pages<'e, E: Paged> {
    pages: crate::Pages<'e, E>,
    runtime: Runtime,
}

impl<'e, E: Paged + 'e> Iterator for Pages<'e, E> {
    type Item = Result<Page<E::Item>, Error<E::ApiError>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.run(self.pages.next())
    }
}

impl<E: Paged> fmt::Debug for Pages<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pages.fmt(f)
    }
}

/// The items of a list. Made by [`Client::items`].
#[must_use = "an iterator does nothing until next() is called"]
pub struct Items<'e, E: Paged> {
    items: crate::client::Items<'e, E>,
    runtime: Runtime,
}

impl<'e, E: Paged + 'e> Iterator for Items<'e, E> {
    type Item = Result<E::Item, Error<E::ApiError>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.run(self.items.next())
    }
}

impl<E: Paged> fmt::Debug for Items<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}
