//! Which redirects are followed: a pure decision.

use http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, LOCATION, PROXY_AUTHORIZATION};
use http::{Method, StatusCode, Uri};

use crate::url::{Origin, resolve};

/// The most redirects that are followed for one request.
pub(crate) const MAX_REDIRECTS: u32 = 5;

/// Where to go next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    pub(crate) to: Uri,
    /// Credentials stay with their origin.
    pub(crate) same_origin: bool,
}

/// A redirect that is not followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectError {
    /// More than five in a row.
    #[error("redirected more than 5 times")]
    TooMany,
    /// From https to http.
    #[error("redirected from https to http, which is not followed")]
    Insecure,
    /// A redirect without a usable `Location`.
    #[error("redirected without a usable Location")]
    NoLocation,
    /// A redirect of a request that is not GET or HEAD: following it could lose or double the work.
    #[error("redirected, which is followed for GET and HEAD only")]
    Method,
}

/// Decides about a response: `Ok(None)` if nothing is to be followed.
pub(crate) fn decide(
    method: &Method,
    from: &Uri,
    status: StatusCode,
    headers: &HeaderMap,
    hops: u32,
) -> Result<Option<Hop>, RedirectError> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Err(RedirectError::Method);
    }
    if hops >= MAX_REDIRECTS {
        return Err(RedirectError::TooMany);
    }
    let location = headers.get(LOCATION).ok_or(RedirectError::NoLocation)?;
    let to = resolve(from, location.as_bytes()).ok_or(RedirectError::NoLocation)?;
    let (Some(old), Some(new)) = (Origin::of(from), Origin::of(&to)) else {
        return Err(RedirectError::NoLocation);
    };
    if old.is_secure() && !new.is_secure() {
        return Err(RedirectError::Insecure);
    }
    Ok(Some(Hop { to, same_origin: old == new }))
}

/// The headers of a request that goes on to another origin: without cookies and whatever is marked as secret.
pub(crate) fn strip_cross_origin_headers(headers: &HeaderMap) -> HeaderMap {
    let private = |name: &HeaderName| [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE].contains(name);
    headers
        .iter()
        .filter(|(name, value)| !value.is_sensitive() && !private(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn follow(
        method: &Method,
        from: &str,
        location: &str,
        hops: u32,
    ) -> Result<Option<(String, bool)>, RedirectError> {
        let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_str(location).unwrap())]);
        decide(method, &from.parse().unwrap(), StatusCode::FOUND, &headers, hops)
            .map(|hop| hop.map(|hop| (hop.to.to_string(), hop.same_origin)))
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        let from = "https://api.example/v1/x?y=1";
        let to = |location: &str| follow(&Method::GET, from, location, 0).unwrap().unwrap();
        assert_eq!(to("/z"), ("https://api.example/z".into(), true));
        assert_eq!(to("https://API.example:443/z"), ("https://API.example:443/z".into(), true));
        assert_eq!(to("https://cdn.example/z"), ("https://cdn.example/z".into(), false));
        assert_eq!(to("https://api.example:8443/z"), ("https://api.example:8443/z".into(), false));
    }

    #[test]
    fn nothing_secret_goes_to_a_stranger() {
        let mut key = HeaderValue::from_static("CANARY");
        key.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (HeaderName::from_static("x-api-key"), key),
            (AUTHORIZATION, HeaderValue::from_static("Basic CANARY")),
            (PROXY_AUTHORIZATION, HeaderValue::from_static("Basic CANARY")),
            (COOKIE, HeaderValue::from_static("session=CANARY")),
            (HeaderName::from_static("accept"), HeaderValue::from_static("application/json")),
        ]);
        let left: Vec<_> =
            strip_cross_origin_headers(&headers).keys().map(|name| name.as_str().to_owned()).collect();
        assert_eq!(left, ["accept"]);
    }

    #[test]
    fn a_location_in_any_alphabet_is_followed() {
        for (raw, to) in [
            (&b"/\xC9tude"[..], "https://a.example/%C9tude"),
            ("/Étude".as_bytes(), "https://a.example/%C3%89tude"),
            (b"/a b?c=d e", "https://a.example/a%20b?c=d%20e"),
            ("https://b.example/é#x".as_bytes(), "https://b.example/%C3%A9"),
        ] {
            let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_bytes(raw).unwrap())]);
            let from = "https://a.example/x".parse().unwrap();
            let hop = decide(&Method::GET, &from, StatusCode::FOUND, &headers, 0).unwrap().unwrap();
            assert_eq!(hop.to.to_string(), to);
        }
    }

    #[test]
    fn what_is_not_followed() {
        let get = &Method::GET;
        assert_eq!(follow(get, "https://a.example/", "http://a.example/", 0), Err(RedirectError::Insecure));
        assert_eq!(follow(get, "http://a.example/", "/x", 5), Err(RedirectError::TooMany));
        assert_eq!(follow(get, "http://a.example/", "mailto:x@a.example", 0), Err(RedirectError::NoLocation));
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert_eq!(follow(&method, "http://a.example/", "/x", 0), Err(RedirectError::Method));
        }
        let none =
            decide(get, &"http://a.example/".parse().unwrap(), StatusCode::FOUND, &HeaderMap::new(), 0);
        assert_eq!(none, Err(RedirectError::NoLocation));
        let ok = decide(get, &"http://a.example/".parse().unwrap(), StatusCode::OK, &HeaderMap::new(), 0);
        assert_eq!(ok, Ok(None));
    }
}
