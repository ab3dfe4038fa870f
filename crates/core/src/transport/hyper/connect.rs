//! Connecting: name resolution, TCP, proxies and TLS under one deadline.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::proxied;
use super::resolve::Resolver;
use crate::BoxFuture;
use crate::time::{Clock, timeout};
use crate::transport::proxy::Rules;
#[cfg(feature = "_tls")]
use crate::transport::{TlsError, tls};

/// Opens connections for the pool.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) tcp: HttpConnector<Resolver>,
    pub(super) proxies: Arc<Rules>,
    #[cfg(feature = "_tls")]
    pub(super) tls: Arc<tls::Lazy>,
    pub(super) limit: Duration,
    pub(super) clock: Arc<dyn Clock>,
}

/// Whom TLS is spoken with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    Service,
    Proxy,
}

/// A connection that did not come about.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    /// Through which proxy, if through one.
    #[error("timed out")]
    TimedOut(Duration, Option<String>),
    #[error(transparent)]
    Tcp(Box<dyn StdError + Send + Sync>),
    /// The proxy did not connect; another attempt may succeed.
    #[error("through the proxy {proxy}: {reason}")]
    Proxy { proxy: String, reason: String, source: Option<Box<dyn StdError + Send + Sync>> },
    /// The proxy refuses, and would refuse the next time.
    #[error("through the proxy {proxy}: {reason}")]
    Refused { proxy: String, reason: String },
    #[cfg(feature = "_tls")]
    #[error("TLS: {0}")]
    Handshake(#[source] Box<dyn StdError + Send + Sync>),
    /// Another attempt would meet the same.
    #[cfg(feature = "_tls")]
    #[error("{reason}")]
    Untrusted { reason: String, source: Box<dyn StdError + Send + Sync> },
    #[cfg(not(feature = "_tls"))]
    #[error("https needs the feature \"rustls-ring\" or \"rustls-aws-lc-rs\"")]
    NoTls,
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = ConnectError;
    type Future = BoxFuture<'static, Result<Stream, ConnectError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move {
            let (limit, clock) = (connector.limit, Arc::clone(&connector.clock));
            let proxy = connector.proxies.find(&uri).map(|proxy| proxied::shown(proxy.uri()));
            let timed_out = || Err(ConnectError::TimedOut(limit, proxy));
            timeout(connector.connect(uri), clock.sleep(limit)).await.unwrap_or_else(timed_out)
        })
    }
}

impl Connector {
    async fn connect(self, uri: Uri) -> Result<Stream, ConnectError> {
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        #[cfg(not(feature = "_tls"))]
        if secure {
            return Err(ConnectError::NoTls);
        }
        let proxies = Arc::clone(&self.proxies);
        if let Some(proxy) = proxies.find(&uri) {
            return self.through(&proxy, uri, secure).await;
        }
        self.direct(uri, secure, Peer::Service).await
    }

    /// A connection without a proxy.
    pub(super) async fn direct(mut self, uri: Uri, secure: bool, peer: Peer) -> Result<Stream, ConnectError> {
        let host = host(&uri);
        let tcp = |error| ConnectError::Tcp(Box::new(error));
        poll_fn(|cx| self.tcp.poll_ready(cx)).await.map_err(tcp)?;
        let stream = self.tcp.call(uri).await.map_err(tcp)?;
        if secure { self.secure(stream, host, peer).await } else { Ok(Stream::new(Io::Plain(stream))) }
    }

    #[cfg(feature = "_tls")]
    async fn secure(
        self,
        stream: TokioIo<TcpStream>,
        host: String,
        peer: Peer,
    ) -> Result<Stream, ConnectError> {
        let stream = self.handshake(stream.into_inner(), host, peer).await?;
        Ok(Stream::new(Io::Tls(Box::new(TokioIo::new(stream)))))
    }

    /// TLS to `host` over a connection to it.
    #[cfg(feature = "_tls")]
    pub(super) async fn handshake<S>(
        &self,
        stream: S,
        host: String,
        peer: Peer,
    ) -> Result<tokio_rustls::client::TlsStream<S>, ConnectError>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        let unusable =
            |error: TlsError| ConnectError::Untrusted { reason: error.to_string(), source: error.into() };
        let config = match peer {
            Peer::Service => self.tls.get(),
            Peer::Proxy => self.tls.for_proxy(),
        };
        let config = config.map_err(unusable)?;
        let name = rustls::pki_types::ServerName::try_from(host)
            .map_err(|_| unusable(TlsError::new("no certificate can be for this host")))?;
        let connecting = tokio_rustls::TlsConnector::from(config).connect(name, stream);
        connecting.await.map_err(|error| match self.tls.refusal(&error) {
            Some(reason) => {
                let reason =
                    if peer == Peer::Proxy { reason.replace("the service", "the proxy") } else { reason };
                ConnectError::Untrusted { reason, source: tls::inner(error) }
            }
            None => ConnectError::Handshake(tls::inner(error)),
        })
    }

    #[cfg(not(feature = "_tls"))]
    async fn secure(self, _: TokioIo<TcpStream>, _: String, _: Peer) -> Result<Stream, ConnectError> {
        Err(ConnectError::NoTls)
    }
}

/// The host of a URL, an IPv6 address without its brackets.
pub(super) fn host(uri: &Uri) -> String {
    uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned()
}

/// Whether a connection has served a request: one that breaks then may just have been idle for too long.
#[derive(Clone, Debug, Default)]
pub(super) struct Served(pub(super) Arc<AtomicBool>);

/// An open connection.
///
/// A peer that refuses an upload responds and closes before it has read all of it. Writing then fails, while its response
/// still waits to be read; an error of writing, told at once, would hide it. So writing that failed just never goes on:
/// reading comes to the response, or to the end of the connection, and tells that.
pub(super) struct Stream {
    io: Io,
    served: Served,
    /// Writing has failed.
    shut: bool,
    /// It leads to a proxy that forwards requests.
    forwarded: bool,
}

enum Io {
    Plain(TokioIo<TcpStream>),
    #[cfg(feature = "_tls")]
    Tls(Box<TokioIo<tokio_rustls::client::TlsStream<TcpStream>>>),
    /// TLS through a proxy.
    #[cfg(feature = "_tls")]
    Tunnelled(Box<TokioIo<tokio_rustls::client::TlsStream<TokioIo<Stream>>>>),
}

/// What both kinds of connection can do.
trait Duplex: Read + Write + Unpin {}

impl<T: Read + Write + Unpin> Duplex for T {}

impl Stream {
    fn new(io: Io) -> Self {
        Self { io, served: Served::default(), shut: false, forwarded: false }
    }

    /// The connection to a proxy that forwards requests, so that they name the whole URL.
    pub(super) fn forwarded(mut self) -> Self {
        self.forwarded = true;
        self
    }

    /// TLS through a proxy.
    #[cfg(feature = "_tls")]
    pub(super) fn tunnelled(stream: TokioIo<tokio_rustls::client::TlsStream<TokioIo<Self>>>) -> Self {
        Self::new(Io::Tunnelled(Box::new(stream)))
    }

    fn io(&mut self) -> Pin<&mut dyn Duplex> {
        match &mut self.io {
            Io::Plain(stream) => Pin::new(stream),
            #[cfg(feature = "_tls")]
            Io::Tls(stream) => Pin::new(&mut **stream),
            #[cfg(feature = "_tls")]
            Io::Tunnelled(stream) => Pin::new(&mut **stream),
        }
    }

    fn written<T>(&mut self, cx: &Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match outcome {
            Poll::Ready(Err(error)) if is_gone(&error) => {
                self.shut = true;
                // Whatever has arrived by now is read before this task sleeps.
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            outcome => outcome,
        }
    }
}

/// Whether the peer no longer takes anything.
fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected)
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.io().poll_read(cx, buf)
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.shut {
            return Poll::Pending;
        }
        let outcome = self.io().poll_write(cx, buf);
        self.written(cx, outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.shut {
            return Poll::Pending;
        }
        let outcome = self.io().poll_flush(cx);
        self.written(cx, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.io {
            Io::Plain(stream) => stream.is_write_vectored(),
            #[cfg(feature = "_tls")]
            Io::Tls(stream) => stream.is_write_vectored(),
            #[cfg(feature = "_tls")]
            Io::Tunnelled(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.shut {
            return Poll::Pending;
        }
        let outcome = self.io().poll_write_vectored(cx, bufs);
        self.written(cx, outcome)
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = match &self.io {
            Io::Plain(stream) => stream.connected(),
            #[cfg(feature = "_tls")]
            Io::Tls(stream) => {
                let (tcp, session) = stream.inner().get_ref();
                negotiated(tcp.connected(), session)
            }
            #[cfg(feature = "_tls")]
            Io::Tunnelled(stream) => {
                let (tunnel, session) = stream.inner().get_ref();
                negotiated(tunnel.inner().connected(), session)
            }
        };
        connected.extra(self.served.clone()).proxy(self.forwarded)
    }
}

/// The connection in the protocol that both sides agreed on (ALPN).
#[cfg(feature = "_tls")]
fn negotiated(connected: Connected, session: &rustls::ClientConnection) -> Connected {
    if session.alpn_protocol() == Some(b"h2") { connected.negotiated_h2() } else { connected }
}
