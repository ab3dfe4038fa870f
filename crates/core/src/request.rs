//! Requests as values, built without I/O.

use std::fmt::{self, Display};

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};

use crate::url::{SecretUrl, host_header};

mod bases;
pub(crate) mod body;
mod error;
pub mod file;
pub(crate) mod form;
pub(crate) mod multipart;
pub(crate) mod path;
pub(crate) mod progress;
mod replay;

pub use bases::Base;
pub(crate) use bases::{Bases, follow};
pub use body::{Body, OnConnected, OnContinue, Reader, RequestBody, Source};
pub use error::BuildError;
pub use form::FormPairs;
pub use multipart::Multipart;
pub use progress::{OnProgress, Progress};
pub use replay::Replay;

/// What a request for a file accepts: ranges and lengths are those of the file then.
pub(crate) const IDENTITY: HeaderValue = HeaderValue::from_static("identity");

/// What an endpoint wants done with redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redirects {
    /// Follow within the rules.
    Follow,
    /// Hand the response to the endpoint: its `Location` is the result.
    Keep,
}

/// Whether a call is an exchange of small documents or the transfer of a file: they have different deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Bounded by the whole-call deadline.
    Call,
    /// Bounded by silence, not by length of time.
    Transfer,
}

/// What an `Endpoint` writes its request into.
pub struct RequestWriter {
    pub(crate) target: Target,
    pub(crate) template: &'static str,
    pub(crate) path: String,
    pub(crate) query: FormPairs,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Payload,
    pub(crate) credentials: bool,
    pub(crate) redirects: Redirects,
    pub(crate) kind: Kind,
    pub(crate) replay: Option<Replay>,
    pub(crate) method: Option<Method>,
}

/// What is sent.
#[derive(Debug)]
pub(crate) enum Payload {
    Body(Body),
    /// What becomes a body when its boundary is drawn.
    Multipart(Multipart),
}

impl fmt::Debug for RequestWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestWriter")
            .field("path", &self.template)
            .field("query", &self.query)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// Where a request goes.
pub(crate) enum Target {
    First,
    Base(Base),
    Url(SecretUrl),
    Link(SecretUrl),
}

impl RequestWriter {
    pub(crate) fn new() -> Self {
        Self {
            target: Target::First,
            template: "",
            path: String::new(),
            query: FormPairs::new(),
            headers: HeaderMap::new(),
            payload: Payload::Body(Body::empty()),
            credentials: true,
            redirects: Redirects::Follow,
            kind: Kind::Call,
            replay: None,
            method: None,
        }
    }

    /// Refuses what would be sent as another text than it is.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        self.query.check()?;
        match &self.payload {
            Payload::Body(body) => body.form_pairs().map_or(Ok(()), FormPairs::check),
            Payload::Multipart(multipart) => multipart.check(),
        }
    }

    /// The path behind the base URL: a template whose `{name}` places are filled with `arguments`, each escaped as one
    /// segment. Logs show the template.
    ///
    /// # Errors
    /// An argument that is empty, `.` or `..`, or a number of arguments other than the template's.
    pub fn path(&mut self, template: &'static str, arguments: &[&dyn Display]) -> Result<(), BuildError> {
        self.path = path::fill(template, arguments)?;
        self.template = template;
        Ok(())
    }

    /// A path behind the base URL that has no template: logs show `{raw}`. What a path may not contain is escaped; what is escaped
    /// already stays.
    ///
    /// # Errors
    /// A path that leads above the base URL, or has a query or a fragment.
    pub(crate) fn raw_path(&mut self, path: &str) -> Result<(), BuildError> {
        let wrong = |reason| Err(BuildError::value("path", reason));
        if path.contains(['?', '#']) {
            return wrong("must not have a query or a fragment: add pairs with query(name, value)");
        }
        if path.contains("://") || path::climbs(path) {
            return wrong("must be below the base URL, such as songs/7");
        }
        self.path = crate::url::escaped(path.trim_start_matches('/').as_bytes());
        self.template = "{raw}";
        Ok(())
    }

    /// Sends with another method than the endpoint's.
    pub(crate) fn method(&mut self, method: Method) {
        self.method = Some(method);
    }

    /// Adds an extension to the last segment of the path: `json` makes `score/7` `score/7.json`. Logs show the template alone.
    pub fn extension(&mut self, extension: &'static str) {
        self.path.extend([".", extension]);
    }

    /// Sends to another of the service's base URLs instead of the first.
    pub fn base(&mut self, base: Base) {
        self.target = Target::Base(base);
    }

    /// Sends to this URL instead of one below a base URL, and without credentials: the URL is one itself. `template` is
    /// what logs show in its place.
    pub fn url(&mut self, template: &'static str, url: SecretUrl) {
        self.target = Target::Url(url);
        self.template = template;
        self.credentials = false;
    }

    /// Uploads a file to a presigned URL. What logs show in place of the URL is `template`.
    pub fn upload_to(&mut self, template: &'static str, url: &SecretUrl, body: &Body) {
        self.url(template, url.clone());
        self.body(body.clone());
        self.transfer();
    }

    /// Downloads a file from a presigned URL. What logs show in place of the URL is `template`.
    pub fn download_from(&mut self, template: &'static str, url: &SecretUrl) {
        self.url(template, url.clone());
        self.transfer();
    }

    /// Goes on at a link that the service gave, with the client's credentials: path and query exactly as they are there,
    /// on the first base URL. The pairs of [`query`](RequestWriter::query) are added.
    ///
    /// Nothing is ever sent to another host. Of a link to one (a service behind a gateway may name itself wrongly) path and
    /// query are taken to the base URL, if [`path`](RequestWriter::path) was written and the link has such a path: the same
    /// words, whatever the arguments. Otherwise the request does not build ([`BuildError::Foreign`]).
    pub fn link(&mut self, template: &'static str, link: SecretUrl) {
        self.target = Target::Link(link);
        self.template = template;
    }

    /// Adds a pair to the query. A [`Secret`](crate::Secret) is sent exposed or not at all: given as it is, it would be sent as
    /// `[redacted]`, and the request does not build ([`BuildError::Secret`]).
    pub fn query(&mut self, name: impl Into<String>, value: impl Display) {
        self.query.push(name, value);
    }

    /// Adds a pair to the query if there is a value.
    pub fn query_some(&mut self, name: impl Into<String>, value: Option<impl Display>) {
        self.query.push_some(name, value);
    }

    /// Adds pairs to the query.
    pub fn query_pairs(&mut self, pairs: &FormPairs) {
        self.query.append(pairs);
    }

    /// Sets a header.
    ///
    /// # Errors
    /// A value with control characters.
    pub fn header(&mut self, name: HeaderName, value: impl AsRef<str>) -> Result<(), BuildError> {
        let value = HeaderValue::from_str(value.as_ref()).map_err(|_| BuildError::Header(name.clone()))?;
        self.headers.insert(name, value);
        Ok(())
    }

    /// Sets a header to a value that is ready, such as one marked sensitive.
    pub fn header_value(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    /// Asks for a media type.
    pub fn accept(&mut self, media_type: &'static str) {
        self.headers.insert(ACCEPT, HeaderValue::from_static(media_type));
    }

    /// Sends pairs as `application/x-www-form-urlencoded`; no pairs are no body.
    pub fn form(&mut self, pairs: FormPairs) {
        if pairs.is_empty() {
            self.body(Body::empty());
        } else {
            self.content_type("application/x-www-form-urlencoded");
            self.body(Body::form(pairs));
        }
    }

    /// Sends a value as JSON.
    ///
    /// # Errors
    /// A value that JSON cannot express.
    pub fn json(&mut self, value: &(impl serde::Serialize + ?Sized)) -> Result<(), BuildError> {
        self.json_as("application/json", value)
    }

    /// Sends a value as JSON under another media type.
    ///
    /// # Errors
    /// A value that JSON cannot express.
    pub fn json_as(
        &mut self,
        media_type: &'static str,
        value: &(impl serde::Serialize + ?Sized),
    ) -> Result<(), BuildError> {
        self.body(serde_json::to_vec(value).map_err(|error| BuildError::Json(error.to_string()))?);
        self.content_type(media_type);
        Ok(())
    }

    /// Sends parts as `multipart/form-data`, the files among them as streams.
    pub fn multipart(&mut self, multipart: Multipart) {
        self.payload = Payload::Multipart(multipart);
    }

    /// Sends a body as it is, without a `Content-Type` unless one is set.
    pub fn body(&mut self, body: impl Into<Body>) {
        self.payload = Payload::Body(body.into());
    }

    /// Declares what the body is.
    pub fn content_type(&mut self, media_type: &'static str) {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    }

    /// Sends this request without the client's credentials.
    pub fn anonymous(&mut self) {
        self.credentials = false;
    }

    /// Gives a redirect to `Endpoint::read` (which must accept its status) instead of following it.
    pub fn keep_redirects(&mut self) {
        self.redirects = Redirects::Keep;
    }

    /// Judges a second delivery of this request otherwise than `Endpoint::REPLAY` does: its user wishes it, or knows more.
    pub fn replay(&mut self, replay: Replay) {
        self.replay = Some(replay);
    }

    /// Marks the call as the transfer of a file: no whole-call deadline, silence alone ends it.
    pub fn transfer(&mut self) {
        self.kind = Kind::Transfer;
    }
}

/// A request ready to be authorized and sent: everything that this crate puts on the wire is in it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Prepared {
    pub(crate) endpoint: &'static str,
    pub(crate) replay: Replay,
    pub(crate) template: &'static str,
    /// The HTTP method, of the endpoint or of a raw call.
    pub method: Method,
    /// The whole URL.
    pub uri: Uri,
    /// The headers that this crate controls, `Host` and `Content-Length` included.
    pub headers: HeaderMap,
    /// What is sent, and whether it can be sent again.
    pub body: Body,
    pub(crate) credentials: bool,
    pub(crate) redirects: Redirects,
    pub(crate) kind: Kind,
    /// Whether it goes to a URL of its own, beside the service.
    pub(crate) elsewhere: bool,
}

impl Prepared {
    /// Whether its response may be that of another request with the same URL and headers.
    pub(crate) fn is_plain_get(&self) -> bool {
        self.method == Method::GET && self.kind == Kind::Call && self.body.is_empty()
    }

    /// Asks for a file: as it is, so that its length and its parts are the file's own, and however long it takes.
    pub(crate) fn as_file(&mut self) {
        self.kind = Kind::Transfer;
        self.headers.insert(ACCEPT_ENCODING, IDENTITY);
    }
}

/// The `Host` header of a URI.
pub(crate) fn host(uri: &Uri) -> Result<HeaderValue, BuildError> {
    let wrong = || BuildError::Url("the host has characters that a header cannot carry".into());
    host_header(uri).ok_or_else(wrong)
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("endpoint", &self.endpoint)
            .field("method", &self.method)
            .field("path", &self.template)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}
