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

use std::collections::VecDeque;
use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use std::{fmt, io};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use crate::time::Clock;
use crate::time::within;
use exchange::{PATIENCE, Request, answer, request, write};

mod exchange;

/// How many connections may be silent, or slow to take their page, at a time. Browsers open a few ahead. Of more the oldest
/// is let go, so that nobody keeps the redirect out.
const OPEN: usize = 128;

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
    /// A port that is taken or not allowed (the text names it), or a path with characters that a URL path cannot carry.
    pub async fn bind(port: u16, path: &str) -> io::Result<Self> {
        let path = format!("/{}", path.trim_start_matches('/'));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        if !path.bytes().all(plain) {
            let reason = "the path of a redirect URI has letters, digits and -._~/ only";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
            let hint = match error.kind() {
                io::ErrorKind::AddrInUse => {
                    "; end the process that listens there, or register a redirect URI with another port"
                }
                io::ErrorKind::PermissionDenied => "; register a redirect URI with a port above 1023",
                _ => "",
            };
            io::Error::new(error.kind(), format!("port {port} of {}: {error}{hint}", Ipv4Addr::LOCALHOST))
        })?;
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
        // Connections are read side by side, and none has to wait for another: browsers open some ahead and leave them
        // silent, and whoever else is on this machine may do so, too.
        let (mut reading, mut writing) = (Crowd::new(), Crowd::new());
        let mut deadline = pin!(clock.sleep(limit));
        loop {
            let next = poll_fn(|cx| {
                if let Poll::Ready(Some(read)) = reading.tasks.poll_join_next(cx) {
                    return Poll::Ready(Next::Read(read.ok().flatten()));
                }
                while let Poll::Ready(Some(_)) = writing.tasks.poll_join_next(cx) {}
                // Before new connections: who opens one after the other must not hold up the end.
                if deadline.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Next::Deadline);
                }
                let accepted = self.listener.poll_accept(cx);
                accepted.map(|accepted| Next::Accepted(accepted.map(|(stream, _)| stream)))
            });
            match next.await {
                Next::Read(Some((mut stream, request))) => {
                    let (page, redirected) = answer(&request, &self.path, &judge);
                    let patience = clock.sleep(PATIENCE);
                    let bare = request.is_head();
                    let write =
                        async move { within(write(&mut stream, page, bare), patience).await.map(drop) };
                    let Some(redirected) = redirected else {
                        writing.admit(write);
                        continue;
                    };
                    // It counts even if the browser does not take its page.
                    write.await;
                    return Ok(redirected);
                }
                Next::Read(None) => {}
                Next::Accepted(Ok(mut stream)) => {
                    let patience = clock.sleep(PATIENCE);
                    reading.admit(async move {
                        let request = within(request(&mut stream), patience).await??;
                        Some((stream, request))
                    });
                }
                // The peer gave up between its arrival and now: nothing is wrong with the listener.
                Next::Accepted(Err(error)) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // There are too many open files: room is made for one.
                Next::Accepted(Err(_)) if reading.dismiss() || writing.dismiss() => {
                    tokio::task::yield_now().await;
                }
                Next::Accepted(Err(error)) => return Err(LoopbackError::Io(error)),
                Next::Deadline => return Err(LoopbackError::Deadline(limit)),
            }
        }
    }
}

/// What [`Loopback::receive`] makes of a connection that sends these bytes and ends: the redirect that ends the wait, if it
/// is one. For tests of what a login's redirect may look like; it needs no network.
#[cfg(feature = "testing")]
pub async fn received(
    mut bytes: &[u8],
    path: &str,
    judge: impl Fn(&Redirected) -> Ending,
) -> Option<Redirected> {
    let request = request(&mut bytes).await?;
    answer(&request, path, &judge).1
}

enum Next {
    Accepted(io::Result<TcpStream>),
    Read(Option<(TcpStream, Request)>),
    Deadline,
}

/// Tasks with a connection each, so many at most.
struct Crowd<T> {
    tasks: JoinSet<T>,
    by_age: VecDeque<AbortHandle>,
}

impl<T: Send + 'static> Crowd<T> {
    fn new() -> Self {
        Self { tasks: JoinSet::new(), by_age: VecDeque::new() }
    }

    fn admit(&mut self, task: impl Future<Output = T> + Send + 'static) {
        self.by_age.retain(|task| !task.is_finished());
        if self.by_age.len() >= OPEN {
            self.dismiss();
        }
        let task = self.tasks.spawn(task);
        self.by_age.push_back(task);
    }

    /// Lets the oldest go; false if there is none.
    fn dismiss(&mut self) -> bool {
        self.by_age.retain(|task| !task.is_finished());
        let oldest = self.by_age.pop_front();
        oldest.is_some_and(|oldest| {
            oldest.abort();
            true
        })
    }
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
