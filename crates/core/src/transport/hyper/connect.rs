//! Connecting: name resolution, TCP and TLS under one deadline.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::BoxFuture;
use crate::time::Clock;
use crate::transport::deadline::within;

/// Opens connections for the pool.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) tcp: HttpConnector,
    #[cfg(feature = "_tls")]
    pub(super) tls: Arc<crate::transport::tls::Lazy>,
    pub(super) limit: Duration,
    pub(super) clock: Arc<dyn Clock>,
}

/// A connection that did not come about.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("timed out")]
    TimedOut(Duration),
    #[error(transparent)]
    Tcp(Box<dyn StdError + Send + Sync>),
    #[cfg(feature = "_tls")]
    #[error("TLS: {0}")]
    Handshake(String),
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
            let timed_out = || Err(ConnectError::TimedOut(limit));
            within(connector.connect(uri), clock.sleep(limit)).await.unwrap_or_else(timed_out)
        })
    }
}

impl Connector {
    async fn connect(mut self, uri: Uri) -> Result<Stream, ConnectError> {
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        #[cfg(not(feature = "_tls"))]
        if secure {
            return Err(ConnectError::NoTls);
        }
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let tcp = |error| ConnectError::Tcp(Box::new(error));
        poll_fn(|cx| self.tcp.poll_ready(cx)).await.map_err(tcp)?;
        let stream = self.tcp.call(uri).await.map_err(tcp)?;
        if secure { self.secure(stream, host).await } else { Ok(Stream::Plain(stream)) }
    }

    #[cfg(feature = "_tls")]
    async fn secure(self, stream: TokioIo<TcpStream>, host: String) -> Result<Stream, ConnectError> {
        let config = self.tls.get().map_err(ConnectError::Handshake)?;
        let name = rustls::pki_types::ServerName::try_from(host)
            .map_err(|error| ConnectError::Handshake(error.to_string()))?;
        let connecting = tokio_rustls::TlsConnector::from(config).connect(name, stream.into_inner());
        let stream = connecting.await.map_err(|error| ConnectError::Handshake(error.to_string()))?;
        Ok(Stream::Tls(Box::new(TokioIo::new(stream))))
    }

    #[cfg(not(feature = "_tls"))]
    async fn secure(self, _: TokioIo<TcpStream>, _: String) -> Result<Stream, ConnectError> {
        Err(ConnectError::NoTls)
    }
}

/// An open connection.
pub(super) enum Stream {
    Plain(TokioIo<TcpStream>),
    #[cfg(feature = "_tls")]
    Tls(Box<TokioIo<tokio_rustls::client::TlsStream<TcpStream>>>),
}

macro_rules! either {
    ($stream:expr, $inner:ident => $call:expr) => {
        match $stream.get_mut() {
            Stream::Plain(stream) => {
                let $inner = Pin::new(stream);
                $call
            }
            #[cfg(feature = "_tls")]
            Stream::Tls(stream) => {
                let $inner = Pin::new(&mut **stream);
                $call
            }
        }
    };
}

impl Read for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read(cx, buf))
    }
}

impl Write for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_shutdown(cx))
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write_vectored(cx, bufs))
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        match self {
            Self::Plain(stream) => stream.connected(),
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => stream.inner().get_ref().0.connected(),
        }
    }
}
