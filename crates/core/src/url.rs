//! URLs: base URLs of services, origins, and URLs that are themselves credentials.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};

use crate::secret::redact;

mod expiry;
mod resolve;

pub use resolve::resolve;

/// Everything but the unreserved characters of RFC 3986 section 2.3.
pub(crate) const RESERVED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A URL that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Not an absolute http or https URL.
    #[error("expected an absolute http or https URL")]
    NotAbsolute,
    /// The port is not a number from 1 to 65535.
    #[error("the port must be a number from 1 to 65535")]
    Port,
    /// A host that is not in ASCII: DNS knows such names in another form, which the feature `idn` makes of them.
    #[error("the host must be written in ASCII (xn--…); the feature \"idn\" takes it in any letters")]
    Host,
    /// A base URL must not carry a query, a fragment, or a user name and password.
    #[error("a base URL must not have a query, a fragment, a user name or a password")]
    TooMuch,
}

impl From<std::convert::Infallible> for UrlError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
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
        let (scheme, host, port) = origin(uri)?;
        Some(Self { scheme: scheme.clone(), host: host.to_ascii_lowercase(), port })
    }

    /// Whether it is the origin of a URI.
    pub(crate) fn is_of(&self, uri: &Uri) -> bool {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return false };
        // As it stands in nearly every URL.
        let port = match authority.as_str().strip_prefix(self.host.as_str()) {
            Some("") => default_port(scheme.as_str()),
            Some(rest) => rest.strip_prefix(':').and_then(|port| port.parse().ok()),
            None => None,
        };
        if port == Some(self.port) && self.scheme == *scheme {
            return true;
        }
        origin(uri).is_some_and(|(scheme, host, port)| {
            self.port == port && self.scheme == *scheme && host.eq_ignore_ascii_case(&self.host)
        })
    }

    /// The host, in small letters.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// True for https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// True for the loopback addresses of this machine, where plain http harms nobody: `localhost`, `127.0.0.0/8`, `[::1]`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// What the origin of a URI is made of; `None` where [`Origin::of`] is.
fn origin(uri: &Uri) -> Option<(&Scheme, &str, u16)> {
    let (scheme, host) = (uri.scheme()?, uri.host()?);
    let default = default_port(scheme.as_str())?;
    Some((scheme, host, port(uri.authority()?).ok()?.unwrap_or(default)))
}

/// The `Host` header of a URI: the port only where it is not the scheme's own. `None` if a header cannot carry the host.
pub(crate) fn host_header(uri: &Uri) -> Option<HeaderValue> {
    let name = uri.host().unwrap_or_default();
    let own = uri.scheme_str().and_then(default_port);
    let value = match uri.port_u16().filter(|port| Some(*port) != own) {
        Some(port) => HeaderValue::try_from(format!("{name}:{port}")),
        None => HeaderValue::from_str(name),
    };
    value.ok()
}

/// The port that a URL of this scheme means if it names none.
pub(crate) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// A URL as services write them into links and `Location`: with blanks, letters of any language, in UTF-8 or Latin-1. What
/// no URL may contain is escaped, as browsers and curl do; what is escaped already, and everything else, stays as it is.
/// The fragment is left out.
pub(crate) fn lenient(text: &[u8]) -> Option<Uri> {
    if text.iter().all(|byte| *byte != b'#' && stands(*byte)) {
        return Uri::try_from(text).ok();
    }
    escaped(text).parse().ok()
}

/// Whether a URL can contain this.
fn stands(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
}

/// The text with what no URL may contain escaped, without its fragment, and without the line breaks and tabs in it.
pub(crate) fn escaped(text: &[u8]) -> String {
    let mut url = String::with_capacity(text.len());
    for &byte in text.trim_ascii() {
        match byte {
            b'#' => break,
            b'\t' | b'\r' | b'\n' => {}
            _ if stands(byte) => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// The port of an authority; an error if what stands there is not a port.
pub(crate) fn port(authority: &Authority) -> Result<Option<u16>, UrlError> {
    let text = authority.as_str().rsplit('@').next().unwrap_or_default();
    let end = text.rfind(']').map_or(0, |bracket| bracket + 1);
    match text.get(end..).and_then(|rest| rest.rsplit_once(':')) {
        None | Some((_, "")) => Ok(None),
        Some((_, digits)) => digits.parse().ok().filter(|port| *port > 0).map(Some).ok_or(UrlError::Port),
    }
}

/// What is wrong with a text that is not a URL.
fn unusable(text: &str) -> UrlError {
    let Some((_, rest)) = text.split_once("://") else { return UrlError::NotAbsolute };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !authority.is_ascii() {
        return UrlError::Host;
    }
    match authority.parse::<Authority>().map(|authority| port(&authority)) {
        Ok(Err(error)) => error,
        _ => UrlError::NotAbsolute,
    }
}

/// A URL with its host as DNS knows it (UTS #46), if there are letters in it that are not ASCII.
#[cfg(feature = "idn")]
fn in_ascii(text: &str) -> Result<std::borrow::Cow<'_, str>, UrlError> {
    let Some((scheme, rest)) = text.split_once("://") else { return Ok(text.into()) };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if authority.is_ascii() || authority.contains('@') {
        return Ok(text.into());
    }
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    let host = idna::domain_to_ascii_strict(host).map_err(|_| UrlError::Host)?;
    let colon = if port.is_empty() { "" } else { ":" };
    Ok(format!("{scheme}://{host}{colon}{port}{path}").into())
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
    /// What stands in `Host`.
    host: HeaderValue,
}

impl BaseUrl {
    /// The `Host` header of requests to it.
    pub(crate) fn host_header(&self) -> &HeaderValue {
        &self.host
    }

    pub(crate) fn host(&self) -> &str {
        self.authority.host()
    }

    /// The path, which ends in `/`.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The base URL with `path` (already escaped, without a leading `/`) and `query` (already escaped) behind it.
    pub(crate) fn join(&self, path: &str, query: &str) -> Result<Uri, http::Error> {
        let mark = if query.is_empty() { "" } else { "?" };
        self.with_path_and_query([&self.path, path, mark, query].concat())
    }

    /// Scheme and authority of the base URL with another path and query.
    pub(crate) fn with_path_and_query(&self, path_and_query: String) -> Result<Uri, http::Error> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(PathAndQuery::from_maybe_shared(Bytes::from(path_and_query))?);
        Ok(Uri::from_parts(parts)?)
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let port = port(&self.authority).ok().flatten().or_else(|| default_port(self.scheme.as_str()));
        let host = self.authority.host().to_ascii_lowercase();
        Origin { scheme: self.scheme.clone(), host, port: port.unwrap_or_default() }
    }
}

impl FromStr for BaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text.contains('#') {
            return Err(UrlError::TooMuch);
        }
        #[cfg(feature = "idn")]
        let text = &*in_ascii(text)?;
        let uri: Uri = text.parse().map_err(|_| unusable(text))?;
        Origin::of(&uri).ok_or_else(|| unusable(text))?;
        let host = host_header(&uri).ok_or_else(|| unusable(text))?;
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
        Ok(Self { scheme, authority, path, host })
    }
}

impl TryFrom<&str> for BaseUrl {
    type Error = UrlError;

    fn try_from(text: &str) -> Result<Self, UrlError> {
        text.parse()
    }
}

impl TryFrom<&String> for BaseUrl {
    type Error = UrlError;

    fn try_from(text: &String) -> Result<Self, UrlError> {
        text.parse()
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = UrlError;

    fn try_from(text: String) -> Result<Self, UrlError> {
        text.parse()
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
        let uri = lenient(text.as_bytes()).ok_or_else(|| unusable(text))?;
        if origin(&uri).is_none() {
            return Err(unusable(text));
        }
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
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
        if self.0.query().is_some() { redact(f, "?[redacted]") } else { Ok(()) }
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
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
    fn urls_are_read_as_services_write_them() {
        // As curl 7.88 and browsers (WHATWG URL, sections 1.3 and 4.4) send them.
        for (written, sent) in [
            ("https://a.example/Étude.mp3?t=ü", "https://a.example/%C3%89tude.mp3?t=%C3%BC"),
            ("https://a.example/a b c", "https://a.example/a%20b%20c"),
            ("  https://a.example/x \n", "https://a.example/x"),
            ("https://a.example/a\n\tb", "https://a.example/ab"),
            ("https://a.example/a%20b%C3%89%zz", "https://a.example/a%20b%C3%89%zz"),
            ("https://a.example/\"<>\\^`{|}", "https://a.example/%22%3C%3E%5C%5E%60%7B%7C%7D"),
            ("https://a.example/x#top é", "https://a.example/x"),
        ] {
            assert_eq!(written.parse::<SecretUrl>().unwrap().expose(), sent, "{written:?}");
        }
        assert_eq!(lenient(b"https://a.example/\xC9tude").unwrap(), "https://a.example/%C9tude");
    }

    #[test]
    fn what_is_no_port_is_refused() {
        for text in ["https://a.example:99999/", "http://[::1]:65536/", "http://a.example:0/"] {
            assert_eq!(text.parse::<BaseUrl>(), Err(UrlError::Port), "{text}");
            assert_eq!(text.parse::<SecretUrl>(), Err(UrlError::Port), "{text}");
        }
        for (text, shown) in
            [("http://a.example:/", "http://a.example:80"), ("http://[::1]/", "http://[::1]:80")]
        {
            assert_eq!(text.parse::<BaseUrl>().unwrap().origin().to_string(), shown);
        }
        #[cfg(not(feature = "idn"))]
        assert_eq!("https://müsik.example/".parse::<BaseUrl>(), Err(UrlError::Host));
        assert_eq!("https://müsik.example/x".parse::<SecretUrl>(), Err(UrlError::Host));
    }

    /// Of RFC 5891 and UTS #46; `xn--mnchen-3ya` and `xn--fsq` as registries have them.
    #[cfg(feature = "idn")]
    #[test]
    fn a_host_may_be_written_in_any_letters() {
        for (written, known) in [
            ("https://münchen.example/v1", "https://xn--mnchen-3ya.example/v1/"),
            ("https://MÜNCHEN.example:8443", "https://xn--mnchen-3ya.example:8443/"),
            ("https://例.example/", "https://xn--fsq.example/"),
            ("https://api.example/", "https://api.example/"),
        ] {
            assert_eq!(written.parse::<BaseUrl>().unwrap().to_string(), known, "{written}");
        }
        for written in ["https://mü nchen.example/", "https://ü@api.example/", "https://\u{ad}ü_.example/"]
        {
            assert!(written.parse::<BaseUrl>().is_err(), "{written}");
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
