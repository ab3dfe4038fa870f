//! Proxies: through which one a connection goes, told by a setting or by the environment.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use http::uri::Authority;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::environment::{EnvironmentError, env_var_if_set};
use crate::secret::Secret;
use crate::url::{Origin, default_port};

/// Through which proxy connections go.
///
/// A proxy is written `http://host:port`, `https://host:port` or, with the feature `socks`, `socks5://host:port`. User name and
/// password stand before the host (`http://user:password@host:port`), with special characters escaped: `@` is `%40`.
/// They are never printed. https connections go through a tunnel (`CONNECT`), so the proxy sees the host and nothing else.
///
/// ```
/// use segno_core::Client;
/// use segno_core::transport::proxy::Proxies;
///
/// let proxies = Proxies::all("http://ada:s3cret@proxy.example:3128")?.except("intranet.example, 10.0.0.0/8")?;
/// assert!(!format!("{proxies:?}").contains("s3cret"));
/// let client = Client::builder("https://api.example.com/").connector(|hyper| hyper.proxies(proxies)).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Proxies {
    http: Option<Secret>,
    https: Option<Secret>,
    except: Vec<Exception>,
    /// Whether connections to this computer go directly.
    spares_loopback: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Exception {
    /// A host, a domain, an IP address or a network, as [`Matcher`] takes it; `*` is everything.
    host: String,
    port: Option<u16>,
}

impl Proxies {
    /// No proxy, whatever the environment says.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// One proxy for everything.
    ///
    /// # Errors
    /// [`ProxyError`] if `url` is not one of a proxy.
    pub fn all(url: &str) -> Result<Self, ProxyError> {
        Self::none().http(url)?.https(url)
    }

    /// A proxy for http URLs.
    ///
    /// # Errors
    /// [`ProxyError`] if `url` is not one of a proxy.
    pub fn http(mut self, url: &str) -> Result<Self, ProxyError> {
        self.http = Some(checked(url, None)?);
        Ok(self)
    }

    /// A proxy for https URLs.
    ///
    /// # Errors
    /// [`ProxyError`] if `url` is not one of a proxy.
    pub fn https(mut self, url: &str) -> Result<Self, ProxyError> {
        self.https = Some(checked(url, None)?);
        Ok(self)
    }

    /// Hosts to which connections go directly, as `NO_PROXY` lists them: separated by commas or blanks, each a host
    /// (`files.example`), a domain with all below it (`example.com`, `.example.com`, `*.example.com`), an IP address, a network
    /// (`10.0.0.0/8`), any of them with a port (`example.com:8443`), or `*` for all.
    ///
    /// # Errors
    /// [`ProxyError`] for a port or a network that is not one.
    pub fn except(mut self, hosts: &str) -> Result<Self, ProxyError> {
        self.except.extend(exceptions(hosts, None)?);
        Ok(self)
    }

    /// What the environment says, as curl reads it: `http_proxy` for http URLs, `https_proxy` for https URLs, `all_proxy` for
    /// those that have none, `no_proxy` for the exceptions ([`except`](Proxies::except)). If a variable is not there in
    /// small letters, the one in capitals counts (`HTTPS_PROXY`), except `HTTP_PROXY` in a CGI program (`REQUEST_METHOD` is
    /// set), where whoever sends a request chooses it. Connections to this computer (`localhost`, `127.0.0.0/8`, `::1`) always go
    /// directly.
    ///
    /// # Errors
    /// [`ProxyError`], which names the variable: a proxy that cannot be used is never passed over in silence.
    pub fn from_env() -> Result<Self, ProxyError> {
        let is_cgi = std::env::var_os("REQUEST_METHOD").is_some();
        Self::from_variables(env_var_if_set, is_cgi)
    }

    fn from_variables(
        read: impl Fn(&'static str) -> Result<Option<String>, EnvironmentError>,
        is_cgi: bool,
    ) -> Result<Self, ProxyError> {
        let first = |names: [&'static str; 2]| -> Result<_, ProxyError> {
            for name in names {
                if let Some(value) = read(name)? {
                    return Ok(Some((name, value)));
                }
            }
            Ok(None)
        };
        let proxy = |names| -> Result<Option<Secret>, ProxyError> {
            first(names)?.map(|(name, url)| checked(&url, Some(name))).transpose()
        };
        let all = proxy(["all_proxy", "ALL_PROXY"])?;
        let http = proxy(["http_proxy", if is_cgi { "http_proxy" } else { "HTTP_PROXY" }])?;
        let https = proxy(["https_proxy", "HTTPS_PROXY"])?;
        let except = match first(["no_proxy", "NO_PROXY"])? {
            Some((name, hosts)) => exceptions(&hosts, Some(name))?,
            None => Vec::new(),
        };
        Ok(Self { http: http.or_else(|| all.clone()), https: https.or(all), except, spares_loopback: true })
    }

    pub(super) fn rules(&self) -> Rules {
        let text = |proxy: &Option<Secret>| proxy.as_ref().map_or("", Secret::expose).to_owned();
        let (plain, ported): (Vec<_>, _) = self.except.iter().cloned().partition(|it| it.port.is_none());
        let hosts: Vec<String> = plain.into_iter().map(|exception| exception.host).collect();
        Rules {
            is_empty: self.http.is_none() && self.https.is_none() || hosts.iter().any(|host| host == "*"),
            spares_loopback: self.spares_loopback,
            ported,
            matcher: Matcher::builder()
                .http(text(&self.http))
                .https(text(&self.https))
                .no(hosts.join(","))
                .build(),
        }
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |proxy: &Option<Secret>| proxy.as_ref().map(|url| without_user(url.expose()).to_owned());
        f.debug_struct("Proxies")
            .field("http", &shown(&self.http))
            .field("https", &shown(&self.https))
            .field("except", &self.except)
            .finish_non_exhaustive()
    }
}

/// A URL of a proxy without user name and password.
fn without_user(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => url.to_owned(),
    }
}

/// Which proxy is for which URL.
pub(super) struct Rules {
    is_empty: bool,
    spares_loopback: bool,
    ported: Vec<Exception>,
    matcher: Matcher,
}

impl Rules {
    /// The proxy for a URL; `None` if the connection goes directly.
    pub(super) fn find(&self, uri: &Uri) -> Option<Intercept> {
        if self.is_empty {
            return None;
        }
        let origin = Origin::of(uri)?;
        if self.spares_loopback && origin.is_loopback() {
            return None;
        }
        let port = uri.port_u16().or_else(|| default_port(uri.scheme_str()?))?;
        let is_spared = |exception: &Exception| {
            let matcher = Matcher::builder().all("http://proxy").no(exception.host.as_str()).build();
            exception.port == Some(port) && (exception.host == "*" || matcher.intercept(uri).is_none())
        };
        if self.ported.iter().any(is_spared) {
            return None;
        }
        self.matcher.intercept(uri)
    }
}

/// The URL of a proxy as [`Matcher`] takes it.
fn checked(url: &str, variable: Option<&'static str>) -> Result<Secret, ProxyError> {
    let invalid = |expected: String| ProxyError::Invalid { variable, expected };
    let url = url.trim();
    let whole = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let (scheme, rest) = whole.split_once("://").unwrap_or_default();
    let scheme = scheme.to_ascii_lowercase();
    let port = match scheme.as_str() {
        "http" => 80,
        "https" if cfg!(feature = "_tls") => 443,
        "https" => return Err(invalid("http:// (https needs the feature \"rustls-ring\")".into())),
        "socks5" | "socks5h" if cfg!(feature = "socks") => 1080,
        "socks5" | "socks5h" => {
            return Err(invalid("http:// or https:// (socks5 needs the feature \"socks\")".into()));
        }
        _ => return Err(invalid("http://, https:// or socks5:// and a host".into())),
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let escaped = "a user name and a password without special characters, or with them escaped (@ is %40)";
    if authority.matches('@').count() > 1 || authority.contains('#') {
        return Err(invalid(escaped.into()));
    }
    let parsed: Authority = authority.parse().map_err(|_| {
        invalid(if authority.contains('@') { escaped.into() } else { "http://host:port".into() })
    })?;
    let has_port = match crate::url::port(&parsed) {
        Ok(port) => port.is_some(),
        Err(_) => return Err(invalid("a port from 1 to 65535".into())),
    };
    if parsed.host().is_empty() {
        return Err(invalid("http://host:port".into()));
    }
    let authority = authority.trim_end_matches(':');
    let port = if has_port { String::new() } else { format!(":{port}") };
    Ok(Secret::from(format!("{scheme}://{authority}{port}")))
}

fn exceptions(hosts: &str, variable: Option<&'static str>) -> Result<Vec<Exception>, ProxyError> {
    let each = hosts.split(|c: char| c == ',' || c.is_whitespace()).filter(|host| !host.is_empty());
    each.map(|host| {
        let is_address = host.parse::<IpAddr>().is_ok() || host.contains('/');
        if host.contains('/') && !is_network(host) {
            let expected = "hosts that go without proxy, or networks such as 10.0.0.0/8".to_owned();
            return Err(ProxyError::Invalid { variable, expected });
        }
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if !is_address && !port.ends_with(']') => {
                let expected = "a port from 1 to 65535 behind a host that goes without proxy".to_owned();
                let port = port.parse().ok().filter(|port| *port > 0);
                (host, Some(port.ok_or(ProxyError::Invalid { variable, expected })?))
            }
            _ => (host, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
        // As it stands in a URL: without the dot of the root, and in ASCII.
        let host = host.strip_suffix('.').unwrap_or(host);
        let host = in_ascii(host).ok_or_else(|| {
            let expected = "hosts that go without proxy, in ASCII or with the feature \"idn\"".to_owned();
            ProxyError::Invalid { variable, expected }
        })?;
        Ok(Exception { host, port })
    })
    .collect()
}

/// An IP address and how many of its bits count.
fn is_network(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let (Ok(address), Ok(bits)) = (address.parse::<IpAddr>(), bits.parse::<u8>()) else { return false };
    bits <= if address.is_ipv4() { 32 } else { 128 }
}

/// A domain as DNS knows it; `None` if this build cannot tell.
fn in_ascii(host: &str) -> Option<String> {
    if host.is_ascii() {
        return Some(host.to_owned());
    }
    #[cfg(feature = "idn")]
    return {
        let (dot, name) = host.strip_prefix('.').map_or(("", host), |name| (".", name));
        Some(format!("{dot}{}", idna::domain_to_ascii_strict(name).ok()?))
    };
    #[cfg(not(feature = "idn"))]
    None
}

/// A proxy that cannot be used. What was found is not shown: there may be a password in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyError {
    /// Not the URL of a proxy, or not a list of hosts.
    Invalid {
        /// The environment variable that it stands in.
        variable: Option<&'static str>,
        /// What should stand there.
        expected: String,
    },
    /// An environment variable that cannot be read.
    Environment(EnvironmentError),
}

impl From<EnvironmentError> for ProxyError {
    fn from(error: EnvironmentError) -> Self {
        Self::Environment(error)
    }
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { variable: Some(name), expected } => {
                write!(f, "invalid proxy in the environment variable {name}: expected {expected}")
            }
            Self::Invalid { variable: None, expected } => write!(f, "invalid proxy: expected {expected}"),
            Self::Environment(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ProxyError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The proxy that those variables name for a URL.
    fn proxy(variables: &[(&'static str, &str)], is_cgi: bool, url: &str) -> Option<String> {
        let read = |name: &'static str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        };
        let proxies = Proxies::from_variables(read, is_cgi).unwrap();
        let found = proxies.rules().find(&url.parse().unwrap());
        found.map(|found| found.uri().to_string())
    }

    /// As curl(1) has it under "Environment", and the manual of wget.
    #[test]
    fn the_environment_in_both_spellings() {
        let found = |variables: &[(&'static str, &str)], url| proxy(variables, false, url);
        let (http, https) = ("http://api.example/", "https://api.example/");
        assert_eq!(found(&[], https), None);
        for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            let variables = [(name, "http://p:3128")];
            assert_eq!(found(&variables, https).as_deref(), Some("http://p:3128/"), "{name}");
        }
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            assert_eq!(found(&[(name, "p:3128")], http).as_deref(), Some("http://p:3128/"), "{name}");
        }
        assert_eq!(found(&[("https_proxy", "p:1")], http), None);
        assert_eq!(found(&[("http_proxy", "p:1")], https), None);
        let both = [("https_proxy", "http://small:1"), ("HTTPS_PROXY", "http://large:1")];
        assert_eq!(found(&both, https).as_deref(), Some("http://small:1/"));
        let both = [("all_proxy", "http://all:1"), ("HTTPS_PROXY", "http://own:1")];
        assert_eq!(found(&both, https).as_deref(), Some("http://own:1/"));
        assert_eq!(found(&both, http).as_deref(), Some("http://all:1/"));
        // https://httpoxy.org
        assert_eq!(proxy(&[("HTTP_PROXY", "p:1")], true, http), None);
        assert_eq!(proxy(&[("http_proxy", "p:1")], true, http).as_deref(), Some("http://p:1/"));
    }

    #[test]
    fn this_computer_needs_no_proxy_of_the_environment() {
        for url in
            ["http://localhost:8401/", "http://127.0.0.1:8401/", "http://[::1]:8401/", "http://127.9.9.9/"]
        {
            assert_eq!(proxy(&[("all_proxy", "p:1")], false, url), None, "{url}");
            assert!(Proxies::all("p:1").unwrap().rules().find(&url.parse().unwrap()).is_some(), "{url}");
        }
    }

    #[test]
    fn what_goes_directly() {
        let is_direct = |except: &str, url: &str| {
            let variables = [("all_proxy", "http://p:1"), ("NO_PROXY", except)];
            proxy(&variables, false, url).is_none()
        };
        for except in [
            "api.example",
            "example",
            ".example",
            "*.example",
            "API.Example",
            "*",
            "other.example, api.example",
            "other.example api.example",
            "api.example:443",
            "*.example:443",
            "*:443",
        ] {
            assert!(is_direct(except, "https://api.example/"), "{except}");
        }
        for except in ["", "pi.example", "api.example.net", "x.api.example", "api.example:80", "10.0.0.0/8"] {
            assert!(!is_direct(except, "https://api.example/"), "{except}");
        }
        for except in ["10.1.2.3", "10.0.0.0/8", "*", "10.1.2.3:8080"] {
            assert!(is_direct(except, "http://10.1.2.3:8080/"), "{except}");
        }
        assert!(!is_direct("10.1.2.3:80", "http://10.1.2.3:8080/"));
        for except in [".example:443", "api.example.", ".example.", "10.1.2.3, 172.16.0.0/12,.example"] {
            assert!(is_direct(except, "https://api.example/"), "{except}");
        }
        assert!(is_direct("10.1.2.3/8", "http://10.200.0.1/"), "bits behind the mask do not count");
        assert!(
            !is_direct("10.0.0.0/8", "http://11.0.0.1/") && !is_direct("10.0.0.0/32", "http://10.0.0.1/")
        );
        for except in ["fd00::1", "[fd00::1]", "fd00::/8", "[fd00::1]:8080"] {
            assert!(is_direct(except, "http://[fd00::1]:8080/"), "{except}");
        }
    }

    /// curl and others pass over what they cannot read, and the proxy gets what it was not to see.
    #[test]
    fn exceptions_that_cannot_be_used_are_named() {
        for hosts in [
            "10.0.0.0/33",
            "fd00::/129",
            "10.0.0/8",
            "http://api.example",
            "10.0.0.0/8:8080",
            "api.example:x",
            "api.example:0",
        ] {
            let read = |name: &'static str| Ok((name == "no_proxy").then(|| hosts.to_owned()));
            let error = Proxies::from_variables(read, false).unwrap_err().to_string();
            assert!(
                error.starts_with("invalid proxy in the environment variable no_proxy: expected "),
                "{hosts}: {error}"
            );
        }
    }

    #[cfg(feature = "idn")]
    #[test]
    fn exceptions_may_be_written_in_any_letters() {
        for except in ["münchen.example", ".münchen.example", "*.MÜNCHEN.example:443"] {
            let variables = [("all_proxy", "http://p:1"), ("no_proxy", except)];
            assert_eq!(proxy(&variables, false, "https://a.xn--mnchen-3ya.example/"), None, "{except}");
        }
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_and_its_password_is_not() {
        let error = |url: &str| checked(url, Some("HTTPS_PROXY")).unwrap_err().to_string();
        for url in ["ftp://u:CANARY@p:1", "socks4://u:CANARY@p:1"] {
            let expected = "invalid proxy in the environment variable HTTPS_PROXY: expected http://, https:// or \
                            socks5:// and a host";
            assert_eq!(error(url), expected);
        }
        for url in ["http://u:CA@NARY@p:1", "http://u:CA#NARY@p:1", "http://u:CA\\NARY@p:1"] {
            assert!(error(url).ends_with("escaped (@ is %40)"), "{url}");
        }
        for url in ["", "http://", "http://:80", "http://u:CANARY@", "http://a b"] {
            assert!(!error(url).contains("CANARY"), "{url}: {}", error(url));
        }
        for url in ["http://p:99999", "http://p:0", "p:x"] {
            assert!(!error(url).is_empty(), "{url}");
        }
        for (url, shown) in [
            ("u:CANARY@p", "http://p:80"),
            ("HTTP://u:CANARY@p:3128/", "http://p:3128"),
            ("https://u:CA%40NARY@[::1]", "https://[::1]:443"),
        ] {
            let debug = format!("{:?}", Proxies::all(url).unwrap());
            assert!(debug.contains(shown) && !debug.contains("NARY"), "{debug}");
        }
        let quoted = Proxies::from_variables(|name| Err(EnvironmentError::Quoted(name)), false).unwrap_err();
        assert!(quoted.to_string().contains("all_proxy is in quotes"), "{quoted}");
    }
}
