//! The end of a login in the browser: a listener on 127.0.0.1 that receives one redirect (or a form in its place), shows a
//! page that a person understands, and closes (RFC 8252, section 7.3). Serves OAuth 1.0a and OAuth 2 alike.
//!
//! Bind it first, because its address goes into the request that starts the login; send the person to the service; then
//! wait. The function given to [`Loopback::receive`] says of every request on the path whether it ends this login:
//!
//! ```no_run
//! # async fn example(state: &str) -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use std::time::Duration;
//! use segno_core::SystemClock;
//! use segno_core::auth::loopback::{Ending, Loopback};
//!
//! let loopback = Loopback::bind(0, "callback").await?;
//! println!("redirect_uri: {}", loopback.redirect_uri());
//! // … open the service's authorize page in a browser …
//! let state = state.to_owned();
//! let redirect = loopback
//!     .receive(Arc::new(SystemClock), Duration::from_secs(300), move |query| {
//!         if query.get("state") != Some(&state) {
//!             Ending::Foreign
//!         } else if query.get("error").is_some() {
//!             Ending::Denied
//!         } else {
//!             Ending::Granted
//!         }
//!     })
//!     .await?;
//! println!("got a code: {}", redirect.get("code").is_some());
//! # Ok(())
//! # }
//! ```

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use std::{fmt, io};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::time::Clock;

mod exchange;

/// How many connections are open at a time. Browsers open a few ahead; nobody honest opens more.
const CONNECTIONS: usize = 16;

/// A bound listener that waits for one redirect.
#[derive(Debug)]
pub struct Loopback {
    listener: TcpListener,
    address: SocketAddr,
    path: String,
}

impl Loopback {
    /// Listens on 127.0.0.1 for redirects to `/path`. Port 0 takes any free port; services that compare the whole
    /// redirect URI need a fixed one.
    ///
    /// # Errors
    /// A port that is taken or not allowed, or a path with characters that a URL path cannot carry.
    pub async fn bind(port: u16, path: &str) -> io::Result<Self> {
        let path = format!("/{}", path.trim_start_matches('/'));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        if !path.bytes().all(plain) {
            let reason = "the path of a redirect URI has letters, digits and -._~/ only";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, path })
    }

    /// The address to give the service, such as `http://127.0.0.1:49152/callback`.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("http://{}{}", self.address, self.path)
    }

    /// Waits for the redirect that `judge` does not call foreign, shows its page and closes the listener.
    ///
    /// Everything else that arrives (another path, an icon, a foreign redirect, half a request, garbage) is answered
    /// and does not end the wait. `clock` must really sleep: it measures `limit` and the patience with each connection.
    ///
    /// # Errors
    /// [`LoopbackError::Deadline`] if no redirect came in time, [`LoopbackError::Io`] if the listener broke.
    pub async fn receive(
        self,
        clock: Arc<dyn Clock>,
        limit: Duration,
        judge: impl Fn(&Redirected) -> Ending + Send + Sync + 'static,
    ) -> Result<Redirected, LoopbackError> {
        let judge: Arc<Judge> = Arc::new(judge);
        let path: Arc<str> = self.path.into();
        // Connections are served side by side: browsers open some ahead and leave them silent.
        let mut open: JoinSet<Option<Redirected>> = JoinSet::new();
        let mut deadline = pin!(clock.sleep(limit));
        loop {
            let next = poll_fn(|cx| {
                if let Poll::Ready(Some(served)) = open.poll_join_next(cx) {
                    return Poll::Ready(Next::Served(served.ok().flatten()));
                }
                if open.len() < CONNECTIONS
                    && let Poll::Ready(accepted) = self.listener.poll_accept(cx)
                {
                    return Poll::Ready(Next::Accepted(accepted.map(|(stream, _)| stream)));
                }
                deadline.as_mut().poll(cx).map(|()| Next::Deadline)
            });
            match next.await {
                Next::Served(Some(redirected)) => return Ok(redirected),
                Next::Served(None) => {}
                Next::Accepted(Ok(stream)) => {
                    let (path, judge, clock) = (Arc::clone(&path), Arc::clone(&judge), Arc::clone(&clock));
                    open.spawn(async move { exchange::serve(stream, &path, &*judge, &*clock).await });
                }
                // The peer gave up between its arrival and now: nothing is wrong with the listener.
                Next::Accepted(Err(error)) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Next::Accepted(Err(error)) => return Err(LoopbackError::Io(error)),
                Next::Deadline => return Err(LoopbackError::Deadline(limit)),
            }
        }
    }
}

type Judge = dyn Fn(&Redirected) -> Ending + Send + Sync;

enum Next {
    Accepted(io::Result<TcpStream>),
    Served(Option<Redirected>),
    Deadline,
}

/// What a redirect means for the login that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The person agreed. Shows "connected" and ends the wait.
    Granted,
    /// The person or the service refused. Shows "not connected" and ends the wait.
    Denied,
    /// It belongs to another login (a wrong `state` or token). Says so and goes on waiting.
    Foreign,
}

/// The query of a redirect, or the form in its place. Its values are secrets (a code, a verifier), so it prints the names only.
#[derive(Clone, PartialEq, Eq)]
pub struct Redirected(Vec<(String, String)>);

impl Redirected {
    /// Reads a query as `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The value of a name; `None` if it is missing or there twice, because then nobody knows which one is meant.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.pairs().filter(|(known, _)| *known == name).map(|(_, value)| value);
        let first = values.next();
        if values.next().is_some() { None } else { first }
    }

    /// All pairs in the order in which they came.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Redirected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.pairs().map(|(name, _)| name)).finish()
    }
}

/// A redirect that did not come.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoopbackError {
    /// Nobody finished the login in time.
    #[error("nobody finished the login in the browser within {} s", .0.as_secs())]
    Deadline(Duration),
    /// The listener broke.
    #[error("the listener for the login broke: {0}")]
    Io(#[from] io::Error),
}

#[cfg(test)]
mod tests;
