//! What is different with HTTP/2 (RFC 9113).

#[cfg(feature = "http2")]
use h2::Reason;
use http::Request;
use http::header::HOST;
use http::uri::Scheme;

#[cfg(feature = "http2")]
use super::find;
use crate::request::RequestBody;

/// HTTP/2 names the host in `:authority`, and servers such as nginx refuse a request with `Host` beside it (section 8.3.1). Which version it
/// will be is known to the pool alone, which adds `Host` where it is HTTP/1.1.
pub(super) fn leave_host_to_hyper(request: &mut Request<RequestBody>) {
    let is_possible = cfg!(feature = "http2") && request.uri().scheme() == Some(&Scheme::HTTPS);
    let own = if is_possible { crate::request::host(request.uri()).ok() } else { None };
    if own.is_some() && request.headers().get(HOST) == own.as_ref() {
        request.headers_mut().remove(HOST);
    }
}

/// Whether a server said that it did not look at the request (sections 6.8 and 8.7): it was shutting down, or has too many.
pub(super) fn is_unprocessed(error: &hyper::Error) -> bool {
    #[cfg(feature = "http2")]
    let is_refused = find::<h2::Error>(error).is_some_and(|error| {
        error.is_reset() && error.is_remote() && error.reason() == Some(Reason::REFUSED_STREAM)
    });
    #[cfg(not(feature = "http2"))]
    let is_refused = false;
    is_refused || is_shut_down(error)
}

/// Whether a server shut the connection down before it looked at the request.
#[cfg(feature = "http2")]
pub(super) fn is_shut_down(error: &hyper::Error) -> bool {
    find::<h2::Error>(error).is_some_and(|error| {
        error.is_go_away() && error.is_remote() && error.reason() == Some(Reason::NO_ERROR)
    })
}

#[cfg(not(feature = "http2"))]
pub(super) fn is_shut_down(_: &hyper::Error) -> bool {
    false
}
