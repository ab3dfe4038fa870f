//! Addresses: base URLs of services, origins, and URLs that are themselves credentials.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use crate::error::BuildError;
use crate::path;

/// An address that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Not an absolute http or https URL.
    #[error("not an absolute http or https URL")]
    NotAbsolute,
    /// A base URL must not carry a query, a fragment, or a user name and password.
    #[error("a base URL has no query, fragment, user name or password")]
    TooMuch,
}

/// Scheme, host and port: what credentials are bound to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of an absolute URI; `None` for a relative one or one that is neither http nor https.
    #[must_use]
    pub fn of(uri: &Uri) -> Option<Self> {
        let scheme = uri.scheme()?.clone();
        let default = if scheme == Scheme::HTTPS {
            443
        } else if scheme == Scheme::HTTP {
            80
        } else {
            return None;
        };
        let host = uri.host()?.to_ascii_lowercase();
        Some(Self { scheme, host, port: uri.port_u16().unwrap_or(default) })
    }

    /// True for https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// True for addresses of this machine, where plain http harms nobody: `localhost`, `127.0.0.0/8`, `[::1]`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The fixed front of every URL of a service; always ends in `/`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    path: String,
}

impl BaseUrl {
    /// The base URL with `path` (already escaped, without a leading `/`) and `query` (already escaped) behind it.
    pub(crate) fn join(&self, path: &str, query: &str) -> Result<Uri, http::Error> {
        let mark = if query.is_empty() { "" } else { "?" };
        let path_and_query: PathAndQuery = format!("{}{path}{mark}{query}", self.path).try_into()?;
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(path_and_query)
            .build()
    }

    /// A link that the service gave, on this base URL and with more pairs (already escaped) behind its query. Of a link to
    /// another host path and query are taken, if its path is one of `own` (a template, empty for none).
    pub(crate) fn follow(&self, link: &SecretUrl, own: &str, more: &str) -> Result<Uri, BuildError> {
        let uri = link.uri();
        let same_host = uri.host().is_some_and(|host| host.eq_ignore_ascii_case(self.authority.host()));
        let path = if same_host && uri.path().starts_with(&self.path) {
            uri.path().to_owned()
        } else if let Some(path) = uri.path().strip_prefix('/').filter(|path| path::fits(own, path)) {
            format!("{}{path}", self.path)
        } else {
            let origin = link.origin().map(|origin| origin.to_string()).unwrap_or_default();
            return Err(BuildError::Foreign { origin });
        };
        let query = [uri.query().unwrap_or_default(), more];
        let query = query.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{path}{mark}{query}"))
            .build()
            .map_err(|error| BuildError::Url(error.to_string()))
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let secure = self.scheme == Scheme::HTTPS;
        Origin {
            scheme: self.scheme.clone(),
            host: self.authority.host().to_ascii_lowercase(),
            port: self.authority.port_u16().unwrap_or(if secure { 443 } else { 80 }),
        }
    }
}

impl FromStr for BaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text.contains('#') {
            return Err(UrlError::TooMuch);
        }
        let uri: Uri = text.parse().map_err(|_| UrlError::NotAbsolute)?;
        Origin::of(&uri).ok_or(UrlError::NotAbsolute)?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(UrlError::NotAbsolute);
        };
        let path_and_query = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        if path_and_query.query().is_some() || authority.as_str().contains('@') {
            return Err(UrlError::TooMuch);
        }
        let mut path = path_and_query.path().to_owned();
        if !path.ends_with('/') {
            path.push('/');
        }
        Ok(Self { scheme, authority, path })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A URL whose query is a credential: presigned uploads and downloads, stream links. Prints without its query.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Uri);

impl SecretUrl {
    /// The whole URL, for the place that sends it or hands it to a player.
    #[must_use]
    pub fn expose(&self) -> String {
        self.0.to_string()
    }

    /// The URL as a URI.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.0
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        Origin::of(&self.0)
    }
}

impl From<Uri> for SecretUrl {
    fn from(uri: Uri) -> Self {
        Self(uri)
    }
}

impl FromStr for SecretUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let without_fragment = text.split('#').next().unwrap_or_default();
        let uri: Uri = without_fragment.parse().map_err(|_| UrlError::NotAbsolute)?;
        let origin = Origin::of(&uri);
        if origin.is_none() || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(UrlError::NotAbsolute);
        }
        Ok(Self(uri))
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.scheme_str().unwrap_or_default();
        let host = self.0.authority().map_or("", Authority::as_str);
        write!(f, "{scheme}://{host}{}", self.0.path())?;
        if self.0.query().is_some() { f.write_str("?[redacted]") } else { Ok(()) }
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de> serde::Deserialize<'de> for SecretUrl {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::lenient::link(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_ends_in_a_slash() {
        let base: BaseUrl = "https://www.soundslice.com/api/v1".parse().unwrap();
        assert_eq!(base.to_string(), "https://www.soundslice.com/api/v1/");
        assert_eq!(
            base.join("slices/", "a=1").unwrap().to_string(),
            "https://www.soundslice.com/api/v1/slices/?a=1"
        );
    }

    #[test]
    fn a_link_is_followed_on_the_base_and_nowhere_else() {
        let base: BaseUrl = "https://api.example/v1/".parse().unwrap();
        let follow = |link: &str, own: &str, more: &str| {
            base.follow(&link.parse().unwrap(), own, more).map(|uri| uri.to_string())
        };
        let on = "https://api.example/v1/users/a%3A7/tracks?cursor=x,y&p=1";
        assert_eq!(follow(on, "me/tracks", "").unwrap(), on, "kept letter by letter");
        assert_eq!(follow(on, "", "access=all").unwrap(), format!("{on}&access=all"));
        let insecure = "http://API.example:8080/v1/x?c=1";
        assert_eq!(follow(insecure, "", "").unwrap(), "https://api.example/v1/x?c=1");
        let inside = "http://api-internal.local/users/a:7/tracks?cursor=1";
        assert_eq!(
            follow(inside, "users/{user}/tracks", "").unwrap(),
            "https://api.example/v1/users/a:7/tracks?cursor=1"
        );
        for (foreign, origin) in [
            (inside, "http://api-internal.local:80"),
            ("https://evil.example/v1/", "https://evil.example:443"),
            ("https://evil.example/me/tracks/x", "https://evil.example:443"),
            ("https://evil.example//tracks", "https://evil.example:443"),
            ("https://evil.example/%2e%2e/tracks", "https://evil.example:443"),
            ("https://api.example.evil/v1/x", "https://api.example.evil:443"),
            ("https://api.example/x", "https://api.example:443"),
        ] {
            let refused = Err(BuildError::Foreign { origin: origin.into() });
            assert_eq!(follow(foreign, "{whose}/tracks", ""), refused, "{foreign}");
            assert_eq!(follow(foreign, "", ""), refused, "{foreign}");
        }
    }

    #[test]
    fn what_cannot_be_a_base_url_says_why() {
        for text in ["", "slices/", "ftp://example.net/", "https://"] {
            assert_eq!(text.parse::<BaseUrl>(), Err(UrlError::NotAbsolute), "{text}");
        }
        for text in ["https://a.example/?x=1", "https://user:pw@a.example/", "https://a.example/#top"] {
            assert_eq!(text.parse::<BaseUrl>(), Err(UrlError::TooMuch), "{text}");
        }
    }

    #[test]
    fn origins_count_scheme_host_and_port() {
        let origin = |text: &str| Origin::of(&text.parse().unwrap()).unwrap();
        assert_eq!(origin("https://A.example/x"), origin("https://a.example:443/y"));
        assert_ne!(origin("https://a.example/"), origin("http://a.example/"));
        assert_ne!(origin("https://a.example/"), origin("https://a.example:8443/"));
        assert!(origin("http://127.0.0.1:8400/").is_loopback());
        assert!(origin("http://[::1]:8400/").is_loopback());
        assert!(!origin("http://127.0.0.1.example/").is_loopback());
    }

    #[test]
    fn a_presigned_query_is_never_printed() {
        let url: SecretUrl =
            "https://uploads.example.net/notation/880417?Expires=19&Signature=CANARY".parse().unwrap();
        assert_eq!(format!("{url} {url:?}").matches("?[redacted]").count(), 2);
        assert!(!format!("{url} {url:?}").contains("CANARY"));
        assert!(url.expose().ends_with("CANARY"));
    }
}
