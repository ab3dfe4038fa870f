//! One connection of the loopback listener: one request, one page.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

use super::Ending;
use crate::auth::Redirected;

/// The longest request head that is read, and the longest form behind it, in bytes. Verifiers and codes are far shorter.
const MAX_BYTES: usize = 16 * 1024;
/// How long a connection may take for its request and its page.
pub(super) const CONNECTION_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves the request of a connection with a page. `receive` gets the redirect that ends the wait, before its page is
/// written.
pub(super) async fn serve(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    path: &str,
    judge: &impl Fn(&Redirected) -> Ending,
    receive: impl Fn(Redirected),
) {
    let receive = &receive;
    let service = service_fn(|request: Request<Incoming>| async move {
        let is_head = request.method() == Method::HEAD;
        let (page, redirected) = respond(request, path, judge).await;
        // A HEAD looks without acting: link checkers and some browsers send one first.
        if let Some(redirected) = redirected.filter(|_| !is_head) {
            receive(redirected);
        }
        Ok::<_, Infallible>(page.response())
    });
    let mut http = http1::Builder::new();
    http.keep_alive(false).half_close(true).max_buf_size(MAX_BYTES);
    // What is not HTTP has had its page, and a connection that broke off needs none.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

/// Reads what a peer still sends: closing a connection with unread bytes would reset it, and the peer would lose its page.
pub(super) async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let mut rest = [0; 1024];
    let mut drained = 0;
    while let Ok(count @ 1..) = stream.read(&mut rest).await {
        drained += count;
        if drained > 8 * MAX_BYTES {
            return;
        }
    }
}

/// What to show for a request, and the redirect if it ends the wait.
async fn respond(
    request: Request<Incoming>,
    path: &str,
    judge: &impl Fn(&Redirected) -> Ending,
) -> (Page, Option<Redirected>) {
    if request.uri().path() == "/favicon.ico" {
        return (Page::NoIcon, None);
    }
    if request.uri().path() != path {
        return (Page::NotFound, None);
    }
    let redirected = match *request.method() {
        Method::GET | Method::HEAD => Redirected::parse(request.uri().query().unwrap_or_default()),
        // Servers may send a page that posts itself (OAuth 2.0 Form Post Response Mode).
        Method::POST => match form(request).await {
            Some(form) => Redirected::parse(&String::from_utf8_lossy(&form)),
            None => return (Page::WrongMethod, None),
        },
        _ => return (Page::WrongMethod, None),
    };
    match judge(&redirected) {
        Ending::Granted => (Page::Granted, Some(redirected)),
        Ending::Denied => (Page::Denied, Some(redirected)),
        Ending::Foreign => (Page::Foreign, None),
    }
}

/// The form that is posted, if it is one and not too long.
async fn form(request: Request<Incoming>) -> Option<Bytes> {
    let media_type = request.headers().get(CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim_end();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return None;
    }
    if request.body().size_hint().lower() > MAX_BYTES as u64 {
        return None;
    }
    Some(Limited::new(request.into_body(), MAX_BYTES).collect().await.ok()?.to_bytes())
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Granted,
    Denied,
    Foreign,
    NotFound,
    NoIcon,
    WrongMethod,
}

impl Page {
    fn text(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Granted => (
                StatusCode::OK,
                "Access was granted",
                "Go back to the program: it finishes the login and says whether it is done. You can close this window.",
            ),
            Self::Denied => (
                StatusCode::OK,
                "Not connected",
                "Access was not granted, and nothing was changed. You can close this window.",
            ),
            Self::Foreign => (
                StatusCode::BAD_REQUEST,
                "This is another login",
                "This link does not belong to the login that the application waits for. Start again from the application.",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "Nothing here",
                "This page only receives the end of a login. You can close this window.",
            ),
            Self::NoIcon => (StatusCode::NOT_FOUND, "No icon", "There is no icon."),
            Self::WrongMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "Not like this",
                "A login ends with a GET request or a form.",
            ),
        }
    }

    fn response(self) -> Response<Full<Bytes>> {
        let (status, title, text) = self.text();
        let page = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>{title}</title>\
             <style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}}</style>\
             </head><body><h1>{title}</h1><p>{text}</p></body></html>\n"
        );
        let mut response = Response::new(Full::from(page));
        *response.status_mut() = status;
        let headers: [(HeaderName, &str); 4] = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (REFERRER_POLICY, "no-referrer"),
            (CONTENT_SECURITY_POLICY, "default-src 'none'; img-src data:; style-src 'unsafe-inline'"),
        ];
        for (name, value) in headers {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        if self == Self::WrongMethod {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
        }
        response
    }
}
