//! The default transport: hyper's connection pool over HTTP/1.1.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::future::{Future as _, poll_fn};
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, UnwindSafe};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use http::header::PROXY_AUTHORIZATION;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::client::legacy::{Client, Error as LegacyError};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::error::in_one_line;
use super::proxy::{Proxies, ProxyError, Rules};
use super::{Phase, Timeout, Timeouts, TlsError, Transport, TransportError, TransportErrorKind};
use crate::BoxFuture;
use crate::request::body::RequestBody;
use crate::time::{Clock, RuntimeError, SystemClock};
use crate::transport::body::ResponseBody;
use crate::url::Origin;

mod connect;
mod http2;
mod proxied;
mod resolve;

use connect::{ConnectError, Connector, Served};
use resolve::Resolver;

/// How long an idle connection is kept: shorter than the patience of the usual gateways, so that a request seldom meets
/// a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(20);

/// More headers than any service sends, and few enough to be no attack.
const HEADERS: usize = 500;

/// A pool of connections: HTTP/1.1, or HTTP/2 where a server agrees to it and the feature `http2` is on.
#[derive(Clone)]
pub struct Hyper {
    pool: Client<Connector, RequestBody>,
    proxies: Arc<Rules>,
    connect_limit: Duration,
    #[cfg(feature = "_tls")]
    tls: Arc<super::tls::Lazy>,
}

/// A pool in the making.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct HyperBuilder {
    connect: Option<Duration>,
    headers: usize,
    idle: Duration,
    idle_per_host: usize,
    keep_alive: Option<Duration>,
    local_address: Option<IpAddr>,
    named: HashMap<String, Vec<SocketAddr>>,
    proxies: Option<Proxies>,
    clock: Option<Arc<dyn Clock>>,
    #[cfg(feature = "_tls")]
    tls: super::tls::Settings,
}

impl Hyper {
    /// A pool with the connect deadline of `timeouts` and the usual roots. TLS is set up by the first connection that needs it.
    #[must_use]
    pub fn new(timeouts: Timeouts) -> Self {
        Self::builder().connect_timeout(timeouts.connect).build()
    }

    /// A pool with other settings.
    pub fn builder() -> HyperBuilder {
        HyperBuilder {
            connect: None,
            headers: HEADERS,
            idle: IDLE,
            idle_per_host: usize::MAX,
            keep_alive: None,
            local_address: None,
            named: HashMap::new(),
            proxies: None,
            clock: None,
            #[cfg(feature = "_tls")]
            tls: super::tls::Settings::default(),
        }
    }

    /// Sets TLS up now instead of with the first connection.
    ///
    /// # Errors
    /// If there is no TLS in this build, or nothing that it could trust.
    pub fn prepare_tls(&self) -> Result<(), TlsError> {
        #[cfg(feature = "_tls")]
        return self.tls.get().map(drop);
        #[cfg(not(feature = "_tls"))]
        return Err(TlsError::new(
            "this build has none; turn the feature \"rustls-ring\" or \"rustls-aws-lc-rs\" on",
        ));
    }
}

impl HyperBuilder {
    /// The deadline for a connection: name resolution, proxy and TLS included. Default 10 s. A host with several IP addresses has an
    /// equal share of it for each, so that a dead one does not use it up.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect = Some(limit);
        self
    }

    /// How many headers a response may have. Default 500.
    pub fn max_headers(mut self, headers: usize) -> Self {
        self.headers = headers;
        self
    }

    /// How long a connection that nobody uses is kept. Default 20 s, less than the usual gateways keep theirs.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle = limit;
        self
    }

    /// How many connections to one host are kept while nobody uses them. Default: all that were opened.
    pub fn max_idle_per_host(mut self, connections: usize) -> Self {
        self.idle_per_host = connections;
        self
    }

    /// Has the operating system probe a connection after so long without traffic (`SO_KEEPALIVE`), so that a firewall does not
    /// forget it. Default: not at all.
    pub fn tcp_keep_alive(mut self, after: Duration) -> Self {
        self.keep_alive = Some(after);
        self
    }

    /// The IP address of this computer that connections leave from. Default: the system chooses.
    pub fn local_address(mut self, address: IpAddr) -> Self {
        self.local_address = Some(address);
        self
    }

    /// The IP addresses of a host, in place of what its name resolves to, as with curl's `--resolve`. A port of 0 is that of the
    /// URL; a port in the URL always counts. Certificates are still checked against the name.
    pub fn resolve(mut self, host: &str, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.named.insert(host.to_ascii_lowercase(), addresses.into_iter().collect());
        self
    }

    /// Through which proxies connections go. A transport that is built by hand uses none unless told; that of a
    /// [`ClientBuilder`](crate::ClientBuilder) uses those of the environment ([`Proxies::from_env`]) unless told otherwise.
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.proxies = Some(proxies);
        self
    }

    /// Another clock for the deadline of connections.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Whose certificates are trusted.
    #[cfg(feature = "_tls")]
    pub fn roots(mut self, roots: super::tls::Roots) -> Self {
        self.tls.roots = roots;
        self
    }

    /// The certificate that this client shows to a server that asks for one.
    #[cfg(feature = "_tls")]
    pub fn identity(mut self, identity: super::tls::Identity) -> Self {
        self.tls.identity = Some(identity);
        self
    }

    /// Speaks HTTP/1.1 also with servers that know HTTP/2.
    #[cfg(all(feature = "http2", feature = "_tls"))]
    pub fn http1_only(mut self) -> Self {
        self.tls.http1_only = true;
        self
    }

    /// The transport of a client: with its deadline and clock and the proxies of the environment, unless something else was set.
    pub(crate) fn of_client(mut self, connect: Duration, clock: &Arc<dyn Clock>) -> Result<Self, ProxyError> {
        self.connect = self.connect.or(Some(connect));
        self.clock = self.clock.or_else(|| Some(Arc::clone(clock)));
        if self.proxies.is_none() {
            self.proxies = Some(Proxies::from_env()?);
        }
        Ok(self)
    }

    /// The pool.
    #[must_use]
    pub fn build(self) -> Hyper {
        let limit = self.connect.unwrap_or(Timeouts::default().connect);
        let mut tcp = HttpConnector::new_with_resolver(Resolver::new(self.named));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(limit));
        tcp.set_keepalive(self.keep_alive);
        tcp.set_local_address(self.local_address);
        let proxies = Arc::new(self.proxies.unwrap_or_default().rules());
        #[cfg(feature = "_tls")]
        let tls = Arc::new(super::tls::Lazy::new(self.tls));
        let connector = Connector {
            tcp,
            proxies: Arc::clone(&proxies),
            #[cfg(feature = "_tls")]
            tls: Arc::clone(&tls),
            limit,
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock)),
        };
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(self.idle)
            .pool_max_idle_per_host(self.idle_per_host)
            .http1_max_headers(self.headers);
        Hyper {
            pool: builder.build(connector),
            proxies,
            connect_limit: limit,
            #[cfg(feature = "_tls")]
            tls,
        }
    }
}

impl Transport for Hyper {
    fn send(
        &self,
        mut request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            if tokio::runtime::Handle::try_current().is_err() {
                return Err(TransportError::from(RuntimeError::NO_RUNTIME));
            }
            let on_connected = request.body().on_connected();
            let uri = request.uri().clone();
            let forwarded = self.forward(&mut request);
            http2::leave_host_to_hyper(&mut request);
            if let Some(asked) = request.body().on_continue() {
                hyper::ext::on_informational(&mut request, move |response| {
                    if response.status() == StatusCode::CONTINUE {
                        asked.tell();
                    }
                });
            }
            let connection = capture_connection(&mut request);
            let mut waiting = connection.clone();
            let mut exchange = pin!(self.pool.request(request));
            let mut connecting = pin!(async {
                if waiting.wait_for_connection_metadata().await.is_some() {
                    on_connected.tell();
                }
            });
            let mut connected = false;
            let response = poll_fn(|cx| {
                let exchange = AssertUnwindSafe(|| exchange.as_mut().poll(cx));
                if let Poll::Ready(response) = without_sockets(exchange)? {
                    return Poll::Ready(Ok::<_, TransportError>(response));
                }
                connected = connected || connecting.as_mut().poll(cx).is_ready();
                Poll::Pending
            })
            .await?;
            match response {
                Ok(response) => {
                    if let (Some(refusal), StatusCode::PROXY_AUTHENTICATION_REQUIRED) =
                        (forwarded, response.status())
                    {
                        let (phase, kind) = (Phase::NotSent, TransportErrorKind::Proxy);
                        let detail = refusal.to_string();
                        return Err(
                            TransportError::described(phase, kind, detail, refusal).to(Origin::of(&uri))
                        );
                    }
                    if let Some(served) = response.extensions().get::<Served>() {
                        served.0.store(true, Ordering::Relaxed);
                    }
                    Ok(response.map(|body| ResponseBody::new(body.map_err(broken_off))))
                }
                Err(error) => {
                    let mut extras = http::Extensions::new();
                    if let Some(connection) = &*connection.connection_metadata() {
                        connection.get_extras(&mut extras);
                    }
                    let has_served =
                        extras.get::<Served>().is_some_and(|served| served.0.load(Ordering::Relaxed));
                    let is_shut_down = find::<hyper::Error>(&error).is_some_and(http2::is_shut_down);
                    let error = self.lost(error).to(Origin::of(&uri));
                    // A service that closes an idle connection may do so just when the next request is on its way.
                    let silent = error.kind() == TransportErrorKind::Broken;
                    Err(match has_served && silent {
                        _ if is_shut_down => error.given_back(),
                        true => error.stale(),
                        false => error,
                    })
                }
            }
        })
    }
}

impl Hyper {
    /// Puts the credentials of a proxy on a request that it forwards. Returns what to say should it not accept them.
    fn forward(&self, request: &mut Request<RequestBody>) -> Option<ConnectError> {
        if request.uri().scheme() != Some(&http::uri::Scheme::HTTP) {
            return None;
        }
        let proxy = self.proxies.find(request.uri()).filter(|proxy| !proxied::is_socks(proxy))?;
        if let Some(credentials) = proxy.basic_auth() {
            request.headers_mut().insert(PROXY_AUTHORIZATION, credentials.clone());
        }
        let reason = proxied::unauthorized(&proxy);
        Some(ConnectError::Refused { proxy: proxied::shown(proxy.uri()), reason })
    }
}

/// The value of `poll`. Tokio panics where a socket is opened on a runtime without them, and tells nobody beforehand; that
/// panic is an error.
fn without_sockets<T>(poll: impl FnOnce() -> T + UnwindSafe) -> Result<T, TransportError> {
    std::panic::catch_unwind(poll).map_err(|panic| {
        let text =
            panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        if !text.is_some_and(|text| text.contains("Tokio 1.x context")) {
            std::panic::resume_unwind(panic);
        }
        TransportError::from(RuntimeError::NO_SOCKETS)
    })
}

impl Hyper {
    /// How far a request got that hyper could not complete.
    fn lost(&self, error: LegacyError) -> TransportError {
        use TransportErrorKind::{Broken, Connect, Exhausted, Protocol, Source};
        if let Some(reason) = self.untrusted_later(&error) {
            return TransportError::described(Phase::NotSent, TransportErrorKind::Untrusted, reason, error);
        }
        let (phase, kind) = if error.is_connect() {
            if let Some((limit, proxy)) = timed_out(&error, self.connect_limit) {
                let lost = TransportError::timeout(Phase::NotSent, Timeout::Connect(limit));
                return match proxy {
                    Some(proxy) => lost.detailed(format!("through the proxy {proxy}")),
                    None => lost,
                };
            }
            let is_exhausted = find::<std::io::Error>(&error).is_some_and(is_exhausted);
            (Phase::NotSent, refused(&error).unwrap_or(if is_exhausted { Exhausted } else { Connect }))
        } else {
            match find::<hyper::Error>(&error) {
                // Given back before its first byte was written.
                Some(inner) if inner.is_canceled() => (Phase::NotSent, Broken),
                Some(inner) if http2::is_unprocessed(inner) => (Phase::NotSent, Broken),
                Some(inner) if is_orphaned(inner) => (Phase::MaybeSent, Broken),
                Some(inner) if inner.is_user() => (Phase::MaybeSent, Source),
                Some(inner) if inner.is_parse() => (Phase::MaybeSent, Protocol),
                _ => (Phase::MaybeSent, Broken),
            }
        };
        // The outermost words ("client error (SendRequest)", "error from user's Body stream") tell nothing; those below do.
        let detail = match (find::<ConnectError>(&error), find::<hyper::Error>(&error)) {
            _ if kind == Exhausted => String::new(),
            (None, Some(inner)) => in_one_line(if kind == Source { below(inner) } else { inner }),
            _ => connecting(below(&error)),
        };
        TransportError::described(phase, kind, detail, error)
    }

    /// What a server said of this client's certificate after the handshake: with TLS 1.3 it looks at that when the client is
    /// done already, and at no request before.
    #[cfg(feature = "_tls")]
    fn untrusted_later(&self, error: &LegacyError) -> Option<String> {
        self.tls.rejection(find::<std::io::Error>(error).filter(|_| !error.is_connect())?)
    }

    #[cfg(not(feature = "_tls"))]
    fn untrusted_later(&self, _: &LegacyError) -> Option<String> {
        None
    }
}

/// The kind of a connection that another attempt would not bring about.
fn refused(error: &LegacyError) -> Option<TransportErrorKind> {
    causes(error).find_map(|cause| match cause.downcast_ref::<ConnectError>()? {
        #[cfg(feature = "_tls")]
        ConnectError::Untrusted { .. } => Some(TransportErrorKind::Untrusted),
        #[cfg(not(feature = "_tls"))]
        ConnectError::NoTls => Some(TransportErrorKind::Untrusted),
        ConnectError::Refused { .. } => Some(TransportErrorKind::Proxy),
        _ => None,
    })
}

/// The deadline for a connection, if it ended the attempt: as a whole, or its share for the last IP address of the host. And the
/// proxy, if that was to connect.
fn timed_out(error: &LegacyError, limit: Duration) -> Option<(Duration, Option<String>)> {
    match find::<ConnectError>(error)? {
        ConnectError::TimedOut(limit, proxy) => Some((*limit, proxy.clone())),
        ConnectError::Tcp(_) => {
            let io = find::<std::io::Error>(error)?;
            let is_ours = io.kind() == std::io::ErrorKind::TimedOut && io.raw_os_error().is_none();
            is_ours.then_some((limit, None))
        }
        _ => None,
    }
}

/// Whether a connection ended without a word on the request, which may have left. hyper counts that among the mistakes of its user and has
/// no other way to tell it from those.
fn is_orphaned(error: &hyper::Error) -> bool {
    error.is_user() && error.to_string().starts_with("dispatch task is gone")
}

/// What an attempt to connect came to, without what rustls says where there are plainer words.
fn connecting(error: &(dyn StdError + 'static)) -> String {
    let mut line = String::new();
    for cause in causes(error) {
        let words = cause.to_string();
        if !line.contains(&words) {
            line.push_str(if line.is_empty() { "" } else { ": " });
            line.push_str(&words);
        }
        #[cfg(feature = "_tls")]
        if matches!(cause.downcast_ref(), Some(ConnectError::Untrusted { .. })) {
            break;
        }
    }
    line
}

/// Whether this process (EMFILE) or this computer (ENFILE) has no file descriptor left.
fn is_exhausted(error: &std::io::Error) -> bool {
    let codes: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// A response that began and did not end.
fn broken_off(error: hyper::Error) -> TransportError {
    // A malformed chunk arrives as an I/O error about invalid input or data.
    let malformed = find::<std::io::Error>(&error).is_some_and(|error| {
        matches!(error.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput)
    });
    let kind =
        if malformed || error.is_parse() { TransportErrorKind::Protocol } else { TransportErrorKind::Broken };
    TransportError::new(Phase::ReadingBody, kind, error)
}

/// An error and its causes.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| (*error).source())
}

/// The first error of type `T` among an error and its causes.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    causes(error).find_map(|error| error.downcast_ref())
}

/// hyper-util's outermost words ("client error (SendRequest)") tell nothing; those below do.
fn below<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    error.source().unwrap_or(error)
}

impl fmt::Debug for Hyper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hyper")
    }
}
