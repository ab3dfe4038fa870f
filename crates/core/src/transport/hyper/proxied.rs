//! Connections through a proxy: requests that it forwards, tunnels (`CONNECT`), SOCKS.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Intercept;
use tower_service::Service;

use super::connect::{ConnectError, Connector, Peer, Stream};
use crate::BoxFuture;

type TunnelError = <Tunnel<ToProxy> as Service<Uri>>::Error;

impl Connector {
    /// A connection through a proxy.
    pub(super) async fn through(
        self,
        proxy: &Intercept,
        uri: Uri,
        secure: bool,
    ) -> Result<Stream, ConnectError> {
        let mut to_proxy = ToProxy(self.clone());
        #[cfg(feature = "socks")]
        if is_socks(proxy) {
            let stream = socks(to_proxy, proxy, &uri).await?;
            return if secure { self.secure_tunnel(stream, &uri).await } else { Ok(stream) };
        }
        if !secure {
            return to_proxy.call(proxy.uri().clone()).await.map(Stream::forwarded);
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), to_proxy);
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        let failed = |error| no_tunnel(error, proxy, &uri);
        poll_fn(|cx| tunnel.poll_ready(cx)).await.map_err(failed)?;
        let stream = tunnel.call(uri.clone()).await.map_err(failed)?;
        self.secure_tunnel(stream, &uri).await
    }

    #[cfg(feature = "_tls")]
    async fn secure_tunnel(&self, stream: Stream, uri: &Uri) -> Result<Stream, ConnectError> {
        use hyper_util::rt::TokioIo;
        let stream = self.handshake(TokioIo::new(stream), super::connect::host(uri), Peer::Service).await?;
        Ok(Stream::tunnelled(TokioIo::new(stream)))
    }

    #[cfg(not(feature = "_tls"))]
    async fn secure_tunnel(&self, _: Stream, _: &Uri) -> Result<Stream, ConnectError> {
        Err(ConnectError::NoTls)
    }
}

pub(super) fn is_socks(proxy: &Intercept) -> bool {
    proxy.uri().scheme_str().is_some_and(|scheme| scheme.starts_with("socks"))
}

/// Connects to the proxy itself.
#[derive(Clone)]
struct ToProxy(Connector);

impl Service<Uri> for ToProxy {
    type Response = Stream;
    type Error = ConnectError;
    type Future = BoxFuture<'static, Result<Stream, ConnectError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        let connector = self.0.clone();
        Box::pin(async move {
            let secure = proxy.scheme_str() == Some("https");
            connector.direct(proxy.clone(), secure, Peer::Proxy).await.map_err(|error| ConnectError::Proxy {
                proxy: shown(&proxy),
                reason: "cannot be reached".into(),
                source: Some(error.into()),
            })
        })
    }
}

/// A proxy without its credentials, which [`Intercept`] keeps apart.
pub(super) fn shown(proxy: &Uri) -> String {
    proxy.to_string().trim_end_matches('/').to_owned()
}

/// What to do about a proxy that wants credentials, or other ones.
pub(super) fn unauthorized(proxy: &Intercept) -> String {
    if proxy.basic_auth().is_some() || proxy.raw_auth().is_some() {
        "does not accept the user name and password in its URL; correct them in the setting or in HTTPS_PROXY"
            .into()
    } else {
        "asks for a user name and password; put them into its URL (http://user:password@host:port)".into()
    }
}

/// Host and port of a URL, for a message.
fn target(uri: &Uri) -> String {
    let port = uri.port_u16().or_else(|| crate::url::default_port(uri.scheme_str()?)).unwrap_or_default();
    format!("{}:{port}", uri.host().unwrap_or_default())
}

/// Why there is no tunnel.
fn no_tunnel(error: TunnelError, proxy: &Intercept, uri: &Uri) -> ConnectError {
    let proxy_url = shown(proxy.uri());
    let failed = |reason: String, source: Option<Box<dyn StdError + Send + Sync>>| ConnectError::Proxy {
        proxy: proxy_url.clone(),
        reason,
        source,
    };
    match error {
        TunnelError::ProxyAuthRequired => {
            ConnectError::Refused { proxy: proxy_url, reason: unauthorized(proxy) }
        }
        TunnelError::ConnectFailed(error) => match error.downcast::<ConnectError>() {
            Ok(error) => *error,
            Err(error) => failed("cannot be reached".into(), Some(error)),
        },
        TunnelError::TunnelUnsuccessful => {
            let user = if proxy.basic_auth().is_some() { " to this user" } else { "" };
            let target = target(uri);
            failed(
                format!("does not connect to {target}: it cannot reach it, or its rules forbid it{user}"),
                None,
            )
        }
        TunnelError::TunnelUnexpectedEof => failed("closed the connection without a response".into(), None),
        TunnelError::Io(error) => failed("broke the connection".into(), Some(error.into())),
        error => failed(error.to_string().replace("tunnel error: ", "does not speak HTTP: "), None),
    }
}

#[cfg(feature = "socks")]
async fn socks(to_proxy: ToProxy, proxy: &Intercept, uri: &Uri) -> Result<Stream, ConnectError> {
    use hyper_util::client::legacy::connect::proxy::SocksV5;
    type SocksError = <SocksV5<ToProxy> as Service<Uri>>::Error;
    let mut socks = SocksV5::new(proxy.uri().clone(), to_proxy);
    if let Some((user, password)) = proxy.raw_auth() {
        socks = socks.with_auth(user.to_owned(), password.to_owned());
    }
    // Without a port it would take that of https.
    let with_port = format!("{}://{}", uri.scheme_str().unwrap_or_default(), target(uri));
    let with_port = with_port.parse().unwrap_or_else(|_| uri.clone());
    let failed = |reason: String, source: Option<Box<dyn StdError + Send + Sync>>| ConnectError::Proxy {
        proxy: shown(proxy.uri()),
        reason,
        source,
    };
    socks.call(with_port).await.map_err(|error| match error {
        SocksError::Inner(error) => error,
        SocksError::Io(error) => failed("broke the connection".into(), Some(error.into())),
        SocksError::V5(error) => {
            let reason = error.to_string();
            if reason.contains("credentials") || reason.contains("authentication") {
                ConnectError::Refused { proxy: shown(proxy.uri()), reason: unauthorized(proxy) }
            } else {
                failed(format!("does not connect to {}: {reason}", target(uri)), None)
            }
        }
        _ => failed("does not speak SOCKS5".into(), None),
    })
}
