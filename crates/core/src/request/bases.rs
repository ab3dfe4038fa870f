//! The base URLs of a client, and what of the URLs that a service gives may be sent to.

use http::Uri;

use super::error::BuildError;
use super::path;
use crate::url::{BaseUrl, SecretUrl, UrlError};

/// A base URL that a service has beside its first one: a constant of the service's crate, which endpoints
/// ([`RequestWriter::base`](crate::RequestWriter::base)) and clients ([`ClientBuilder::base`](crate::ClientBuilder::base)) name.
///
/// ```
/// use segno_core::request::Base;
///
/// const UPLOADS: Base = Base::new("uploads", "https://uploads.example.com/");
/// let client = segno_core::Client::builder("https://api.example.com/").build()?;
/// assert_eq!(client.base(UPLOADS)?.to_string(), "https://uploads.example.com/");
/// let client = segno_core::Client::builder("https://api.example.com/").base(UPLOADS, "http://127.0.0.1:8402/").build()?;
/// assert_eq!(client.base(UPLOADS)?.to_string(), "http://127.0.0.1:8402/");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    pub(crate) name: &'static str,
    url: &'static str,
}

impl Base {
    /// A base URL that is at `url` unless a client is told otherwise. Errors name it by `name`.
    #[must_use]
    pub const fn new(name: &'static str, url: &'static str) -> Self {
        Self { name, url }
    }
}

/// The base URLs of a client.
#[derive(Clone, Debug)]
pub(crate) struct Bases {
    /// Where requests go that name none.
    pub(crate) first: BaseUrl,
    /// Those of the others that the client was told, by name; the last one counts.
    pub(crate) others: Vec<(&'static str, BaseUrl)>,
    /// The only hosts of URLs of their own, if the user named any.
    pub(crate) pinned: Vec<String>,
}

impl Bases {
    pub(crate) fn find(&self, base: Base) -> Result<BaseUrl, UrlError> {
        match self.others.iter().rfind(|(name, _)| *name == base.name) {
            Some((_, url)) => Ok(url.clone()),
            None => base.url.parse(),
        }
    }

    /// Whether something may be sent to a URL that the service gave: over https if the service itself is spoken to so, and to
    /// no host but those that the user named, if any were.
    pub(crate) fn check(&self, url: &SecretUrl) -> Result<(), BuildError> {
        let origin = url.origin().ok_or_else(|| BuildError::Url("expected http or https".into()))?;
        if self.first.origin().is_secure() && !origin.is_secure() && !origin.is_loopback() {
            return Err(BuildError::Insecure { origin: origin.to_string() });
        }
        let is_host = |pinned: &String| match pinned.strip_prefix("*.") {
            Some(domain) => origin
                .host()
                .strip_suffix(domain)
                .is_some_and(|front| front.len() > 1 && front.ends_with('.')),
            None => origin.host() == pinned,
        };
        if self.pinned.is_empty() || self.pinned.iter().any(is_host) {
            Ok(())
        } else {
            Err(BuildError::Unpinned { origin: origin.to_string() })
        }
    }
}

/// A link that the service gave, on the base URL and with more pairs (already escaped) behind its query. Of a link to
/// another host path and query are taken, if its path is one of `own` (a template, empty for none). It never leads above
/// the base URL.
pub(crate) fn follow(base: &BaseUrl, link: &SecretUrl, own: &str, more: &str) -> Result<Uri, BuildError> {
    let uri = link.uri();
    let same_host = uri.host().is_some_and(|host| host.eq_ignore_ascii_case(base.host()));
    let climbs = path::climbs(uri.path());
    let path = if same_host && !climbs && uri.path().starts_with(base.path()) {
        uri.path().to_owned()
    } else if let Some(path) = uri.path().strip_prefix('/').filter(|path| !climbs && path::fits(own, path)) {
        format!("{}{path}", base.path())
    } else if same_host {
        return Err(BuildError::Outside);
    } else {
        let origin = link.origin().map(|origin| origin.to_string()).unwrap_or_default();
        return Err(BuildError::Foreign { origin });
    };
    let query = [uri.query().unwrap_or_default(), more];
    let query = query.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    base.with_path_and_query(format!("{path}{mark}{query}"))
        .map_err(|error| BuildError::Url(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_followed_on_the_base_and_nowhere_else() {
        let base: BaseUrl = "https://api.example/v1/".parse().unwrap();
        let follow = |link: &str, own: &str, more: &str| {
            follow(&base, &link.parse().unwrap(), own, more).map(|uri| uri.to_string())
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
        ] {
            let refused = Err(BuildError::Foreign { origin: origin.into() });
            assert_eq!(follow(foreign, "{whose}/tracks", ""), refused, "{foreign}");
            assert_eq!(follow(foreign, "", ""), refused, "{foreign}");
        }
    }

    #[test]
    fn no_link_leads_above_the_base() {
        let base: BaseUrl = "https://api.example/v1/".parse().unwrap();
        for link in [
            "https://api.example/x",
            "https://api.example/v1/../oauth/token",
            "https://api.example/v1/me/..%2f../oauth/token",
            "https://api.example/v1/%2e%2e/oauth/token",
            "https://api.example/v1/.%2E/oauth/token",
            "https://api.example/v1/%252e%252e/oauth/token",
            "https://api.example/v1/..%5coauth/token",
            "https://api.example/v1/..\\oauth/token",
            "https://api.example/v1/me/..",
        ] {
            assert_eq!(follow(&base, &link.parse().unwrap(), "", ""), Err(BuildError::Outside), "{link}");
        }
        // On another host, where only paths of the endpoint's own form are taken.
        for link in ["users/../tracks", "users/%2e%2e/tracks", "users/%252E%252e/tracks"] {
            let link = format!("https://other.example/{link}").parse().unwrap();
            let refused = follow(&base, &link, "users/{user}/tracks", "");
            assert!(matches!(refused, Err(BuildError::Foreign { .. })), "{link}");
        }
        let dotted = "https://api.example/v1/a..b/.../..c?d=../..";
        assert_eq!(follow(&base, &dotted.parse().unwrap(), "", "").unwrap().to_string(), dotted);
    }
}
