//! The end of a login in the browser: a listener on 127.0.0.1 that receives one redirect (or a form in its place), shows a
//! page to the user, and closes (RFC 8252, section 7.3). Serves OAuth 1.0a and OAuth 2 alike.
//!
//! Bind it first, because its URL goes into the request that starts the login; send the user to the service; then
//! wait. The function given to [`Loopback::receive`] says of every request on the path whether it ends this login:
//!
//! ```no_run
//! # async fn example(state: &str) -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use std::time::Duration;
//! use segno_core::time::SystemClock;
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
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
#[cfg(any(test, feature = "testing"))]
use std::sync::PoisonError;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::task::{AbortHandle, JoinSet};

use super::Redirected;
use crate::BoxFuture;
use crate::time::Clock;
use crate::time::timeout;
use exchange::{CONNECTION_TIMEOUT, drain, serve};

mod exchange;

/// How many connections may be open at a time. Browsers open a few ahead. Of more the oldest is closed, so that nobody keeps
/// the redirect out.
const MAX_CONNECTIONS: usize = 128;

/// A bound listener that waits for one redirect.
#[derive(Debug)]
#[doc(alias("localhost", "redirect URI"))]
pub struct Loopback {
    listener: TcpListener,
    addr: SocketAddr,
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
            let reason = "invalid path of a redirect URI: expected letters, digits and -._~/ only";
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
        let addr = listener.local_addr()?;
        Ok(Self { listener, addr, path })
    }

    /// The redirect URI to give the service, such as `http://127.0.0.1:49152/callback`.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("http://{}{}", self.addr, self.path)
    }

    /// Waits for the redirect that `judge` does not call foreign, shows its page and closes the listener.
    ///
    /// Everything else that arrives (another path, an icon, a foreign redirect, half a request, other bytes) gets a
    /// response and does not end the wait. `clock` must really sleep: it measures `limit` and the time of each connection.
    ///
    /// # Errors
    /// [`LoopbackError::Deadline`] if no redirect came in time, [`LoopbackError::Io`] if the listener failed.
    pub async fn receive(
        self,
        clock: Arc<dyn Clock>,
        limit: Duration,
        judge: impl Fn(&Redirected) -> Ending + Send + Sync + 'static,
    ) -> Result<Redirected, LoopbackError> {
        // Connections are served side by side, and none has to wait for another: browsers open some ahead and leave them
        // silent, and whoever else is on this machine may do so, too.
        let (path, judge, mut connections) = (Arc::from(self.path), Arc::new(judge), Connections::default());
        let (sender, mut redirects) = mpsc::unbounded_channel();
        let mut deadline = pin!(clock.sleep(limit));
        loop {
            let next = poll_fn(|cx| {
                if let Poll::Ready(Some((redirected, served))) = redirects.poll_recv(cx) {
                    return Poll::Ready(Next::Redirected(redirected, served));
                }
                while let Poll::Ready(Some(_)) = connections.tasks.poll_join_next(cx) {}
                // Before new connections: who opens one after the other must not hold up the end.
                if deadline.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Next::Deadline);
                }
                let accepted = self.listener.poll_accept(cx);
                accepted.map(|accepted| Next::Accepted(accepted.map(|(stream, _)| stream)))
            });
            match next.await {
                Next::Redirected(redirected, served) => {
                    // It counts even if the browser does not take its page.
                    timeout(served.notified(), clock.sleep(CONNECTION_TIMEOUT)).await;
                    return Ok(redirected);
                }
                Next::Accepted(Ok(stream)) => {
                    let (path, judge, sender) = (Arc::clone(&path), Arc::clone(&judge), sender.clone());
                    let timeouts = [clock.sleep(CONNECTION_TIMEOUT), clock.sleep(2 * CONNECTION_TIMEOUT)];
                    connections.admit(connection(stream, path, judge, sender, timeouts));
                }
                // The peer gave up between its arrival and now: nothing is wrong with the listener.
                Next::Accepted(Err(error)) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // There are too many open files: room is made for one.
                Next::Accepted(Err(_)) if connections.dismiss() => tokio::task::yield_now().await,
                Next::Accepted(Err(error)) => return Err(LoopbackError::Io(error)),
                Next::Deadline => return Err(LoopbackError::Deadline(limit)),
            }
        }
    }
}

/// Serves a connection and tells the listener of the redirect that it brings.
async fn connection(
    mut stream: TcpStream,
    path: Arc<str>,
    judge: Arc<impl Fn(&Redirected) -> Ending + Send + Sync>,
    redirects: mpsc::UnboundedSender<(Redirected, Arc<Notify>)>,
    [serving, draining]: [BoxFuture<'static, ()>; 2],
) {
    let served = Arc::new(Notify::new());
    let receive = |redirected| {
        // An error means that the listener is gone.
        let _ = redirects.send((redirected, Arc::clone(&served)));
    };
    timeout(serve(&mut stream, &path, &*judge, receive), serving).await;
    served.notify_one();
    timeout(drain(&mut stream), draining).await;
}

/// What [`Loopback::receive`] makes of a connection that sends these bytes and ends: the redirect that ends the wait, if
/// there is one. For tests of what a login's redirect may look like; it needs no network.
#[cfg(any(test, feature = "testing"))]
pub async fn received(bytes: &[u8], path: &str, judge: impl Fn(&Redirected) -> Ending) -> Option<Redirected> {
    let redirected = std::sync::Mutex::new(None);
    let mut stream = tokio::io::join(bytes, tokio::io::sink());
    serve(&mut stream, path, &judge, |found| {
        *redirected.lock().unwrap_or_else(PoisonError::into_inner) = Some(found)
    })
    .await;
    redirected.into_inner().unwrap_or_else(PoisonError::into_inner)
}

enum Next {
    Accepted(io::Result<TcpStream>),
    Redirected(Redirected, Arc<Notify>),
    Deadline,
}

/// The open connections, a task each, [`MAX_CONNECTIONS`] at most.
#[derive(Default)]
struct Connections {
    tasks: JoinSet<()>,
    by_age: VecDeque<AbortHandle>,
}

impl Connections {
    fn admit(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.by_age.retain(|task| !task.is_finished());
        if self.by_age.len() >= MAX_CONNECTIONS {
            self.dismiss();
        }
        let task = self.tasks.spawn(task);
        self.by_age.push_back(task);
    }

    /// Closes the oldest; false if none is open.
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
    /// The user agreed. Shows "access was granted" and ends the wait.
    Granted,
    /// The user or the service refused. Shows "not connected" and ends the wait.
    Denied,
    /// It belongs to another login (a wrong `state` or token). Says so and goes on waiting.
    Foreign,
}

/// A redirect that did not come.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoopbackError {
    /// Nobody finished the login in time.
    #[error("nobody finished the login in the browser within {} s; begin a new one", .0.as_secs())]
    Deadline(Duration),
    /// The listener failed.
    #[error("the listener for the login failed: {0}")]
    Io(#[from] io::Error),
}

#[cfg(test)]
mod tests;
