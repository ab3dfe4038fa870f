//! Requests that no endpoint describes, in one line: with retries, limits, credentials and errors as everywhere.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Client;
use super::call::{Call, read, unsent};
use super::error::Error;
use super::pages::{Cursor, Items, Page, Paged};
use crate::decode::{DecodeError, read_json};
use crate::endpoint::{ApiError, Endpoint, PlainApiError};
use crate::request::{Base, Body, BuildError, FormPairs, Replay, RequestWriter};
use crate::url::SecretUrl;

/// A request that is told and not described: method, path below the base URL, query, form or JSON.
///
/// GET and HEAD may be repeated, PUT and DELETE too where it is the same request; any other method is not repeated once it may
/// have arrived, unless [`replay`](Raw::replay) says so.
pub struct Raw<A = PlainApiError> {
    method: Method,
    path: String,
    base: Option<Base>,
    url: Option<SecretUrl>,
    query: FormPairs,
    headers: Vec<(HeaderName, String)>,
    content: Content,
    replay: Option<Replay>,
    api: PhantomData<fn() -> A>,
}

#[derive(Clone)]
enum Content {
    None,
    Form(FormPairs),
    Json(Result<Vec<u8>, String>),
    Body(Body),
}

impl<A> Raw<A> {
    /// A request with this method to a path below the base URL. What a path may not contain is escaped; what is escaped stays.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            base: None,
            url: None,
            query: FormPairs::new(),
            headers: Vec::new(),
            content: Content::None,
            replay: None,
            api: PhantomData,
        }
    }

    /// A request to a URL of its own, such as a presigned one, without the client's credentials and without a deadline of the call,
    /// as for a file.
    #[must_use]
    pub fn at(method: Method, url: SecretUrl) -> Self {
        Self { url: Some(url), ..Self::new(method, "") }
    }

    /// Sends to another of the client's base URLs than the first.
    #[must_use]
    pub fn base(mut self, base: Base) -> Self {
        self.base = Some(base);
        self
    }

    /// Adds a pair to the query.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.query.push(name, value);
        self
    }

    /// Adds a pair to a form, which is the body.
    #[must_use]
    pub fn form(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        let mut pairs = match self.content {
            Content::Form(pairs) => pairs,
            _ => FormPairs::new(),
        };
        pairs.push(name, value);
        self.content = Content::Form(pairs);
        self
    }

    /// Sends a value as JSON.
    #[must_use]
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        self.content = Content::Json(serde_json::to_vec(value).map_err(|error| error.to_string()));
        self
    }

    /// Sends a body as it is.
    #[must_use]
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.content = Content::Body(body.into());
        self
    }

    /// Sets a header, in place of the client's own.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Whether the request may be sent a second time if the first may have arrived.
    #[must_use]
    pub fn replay(mut self, replay: Replay) -> Self {
        self.replay = Some(replay);
        self
    }

    /// The request as a list: `items` is the JSON pointer (RFC 6901) of the items in a response, such as `/collection`, `next` that
    /// of the URL of the next page, such as `/next_href`.
    #[must_use]
    pub fn list(self, items: &'static str, next: &'static str) -> RawList<A> {
        RawList { raw: self, items, paging: Paging::Link(next), at: None }
    }

    /// The request as a list whose pages are counted by a parameter of the query, from `first`, and end with an empty one.
    #[must_use]
    pub fn numbered(self, items: &'static str, parameter: &'static str, first: u32) -> RawList<A> {
        RawList { raw: self, items, paging: Paging::Number(parameter, first), at: None }
    }

    fn write_all(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        match &self.url {
            Some(url) => request.download_from("{raw}", url),
            None => request.raw_path(&self.path)?,
        }
        self.write_rest(request)
    }

    fn write_rest(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.method(self.method.clone());
        request.replay(self.replay.unwrap_or(match self.method {
            Method::GET | Method::HEAD | Method::OPTIONS => Replay::Safe,
            Method::PUT | Method::DELETE => Replay::Idempotent,
            _ => Replay::Unsafe,
        }));
        if let Some(base) = self.base {
            request.base(base);
        }
        match &self.content {
            Content::None => {}
            Content::Form(pairs) => request.form(pairs.clone()),
            Content::Json(Ok(bytes)) => {
                request.body(bytes.clone());
                request.content_type("application/json");
            }
            Content::Json(Err(error)) => return Err(BuildError::Json(error.clone())),
            Content::Body(body) => request.body(body.clone()),
        }
        for (name, value) in &self.headers {
            let value = HeaderValue::from_str(value).map_err(|_| BuildError::Header(name.clone()))?;
            request.header_value(name.clone(), value);
        }
        Ok(())
    }
}

impl<A> Clone for Raw<A> {
    fn clone(&self) -> Self {
        Self {
            method: self.method.clone(),
            path: self.path.clone(),
            base: self.base,
            url: self.url.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            content: self.content.clone(),
            replay: self.replay,
            api: PhantomData,
        }
    }
}

impl<A> fmt::Debug for Raw<A> {
    // Without path, query, headers and body: any of them may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw").field("method", &self.method).finish_non_exhaustive()
    }
}

impl<A: ApiError> Endpoint for Raw<A> {
    type Output = Response<Bytes>;
    type ApiError = A;
    const NAME: &'static str = "raw";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        self.write_all(request)?;
        request.query_pairs(&self.query);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Response<Bytes>, DecodeError> {
        Ok(response)
    }
}

/// A [`Raw`] request for a list.
pub struct RawList<A = PlainApiError> {
    raw: Raw<A>,
    items: &'static str,
    paging: Paging,
    at: Option<Cursor>,
}

#[derive(Clone, Copy)]
enum Paging {
    Link(&'static str),
    Number(&'static str, u32),
}

impl<A: ApiError> Endpoint for RawList<A> {
    type Output = Response<Bytes>;
    type ApiError = A;
    const NAME: &'static str = "raw";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        match (self.paging, &self.at) {
            (Paging::Link(_), Some(cursor)) => {
                let link: SecretUrl = cursor
                    .as_str()
                    .parse()
                    .map_err(|_| BuildError::value("cursor", "must be the URL of a page of this list"))?;
                request.link("{raw}", link);
                self.raw.write_rest(request)
            }
            (paging, _) => {
                self.raw.write(request)?;
                if let Paging::Number(parameter, _) = paging {
                    request.query(parameter, self.number()?);
                }
                Ok(())
            }
        }
    }

    fn read(response: Response<Bytes>) -> Result<Response<Bytes>, DecodeError> {
        Ok(response)
    }
}

impl<A> RawList<A> {
    /// The number of the page.
    fn number(&self) -> Result<u32, BuildError> {
        match (self.paging, &self.at) {
            (_, Some(cursor)) => cursor.number(),
            (Paging::Number(_, first), None) => Ok(first),
            (Paging::Link(_), None) => Ok(0),
        }
    }
}

impl<A: ApiError> Paged for RawList<A> {
    type Item = Value;

    fn at(&self, cursor: &Cursor) -> Result<Self, BuildError> {
        let Self { raw, items, paging, .. } = self;
        Ok(Self { raw: raw.clone(), items, paging: *paging, at: Some(cursor.clone()) })
    }

    fn page(&self, response: Response<Bytes>) -> Result<Page<Value>, DecodeError> {
        let document: Value = read_json(&response)?;
        let items = match document.pointer(self.items) {
            Some(Value::Array(items)) => items.clone(),
            Some(Value::Null) => Vec::new(),
            _ => {
                let found = format!("a document that has no list at {:?}", self.items);
                return Err(DecodeError::Unexpected { expected: "a list", found });
            }
        };
        let next = match self.paging {
            Paging::Link(next) => document
                .pointer(next)
                .and_then(Value::as_str)
                .filter(|link| !link.is_empty())
                .map(Cursor::new),
            Paging::Number(..) if items.is_empty() => None,
            Paging::Number(..) => {
                let number = self.number().map_err(|error| DecodeError::Other(error.to_string()))?;
                Some(Cursor::from_number(number.saturating_add(1)))
            }
        };
        Ok(Page::new(items).next(next))
    }
}

impl<A> fmt::Debug for RawList<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}

/// A raw request that is not sent yet. Made by [`Client::raw`].
#[must_use = "a call does nothing until it is sent"]
pub struct RawCall<'a, A = PlainApiError> {
    client: &'a Client,
    raw: Raw<A>,
    deadline: Option<Duration>,
}

impl Client {
    /// A request that no endpoint describes.
    ///
    /// ```
    /// use segno_core::{Client, Error, Method, endpoint::PlainApiError};
    ///
    /// # async fn example(client: Client) -> Result<(), Error<PlainApiError>> {
    /// let song: serde_json::Value = client.raw(Method::GET, "songs/7").query("include", "artists").read().await?;
    /// client.raw(Method::PATCH, "songs/7").json(&serde_json::json!({"title": "Rain"})).send().await?;
    /// let tracks = client.raw(Method::GET, "me/tracks").query("linked_partitioning", "true");
    /// let mut tracks = tracks.items("/collection", "/next_href");
    /// while let Some(track) = tracks.next().await {
    ///     println!("{}", track?["title"]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn raw<A: ApiError>(&self, method: Method, path: impl Into<String>) -> RawCall<'_, A> {
        RawCall { client: self, raw: Raw::new(method, path), deadline: None }
    }
}

impl<'a, A: ApiError> RawCall<'a, A> {
    /// Changes the request further; see [`Raw`] for what can be changed.
    pub fn with(mut self, change: impl FnOnce(Raw<A>) -> Raw<A>) -> Self {
        self.raw = change(self.raw);
        self
    }

    /// Adds a pair to the query.
    pub fn query(self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.with(|raw| raw.query(name, value))
    }

    /// Adds a pair to a form, which is the body.
    pub fn form(self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.with(|raw| raw.form(name, value))
    }

    /// Sends a value as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        self.with(|raw| raw.json(value))
    }

    /// Sets a header, in place of the client's own.
    pub fn header(self, name: HeaderName, value: impl Into<String>) -> Self {
        self.with(|raw| raw.header(name, value))
    }

    /// Ends the call after this time, with all its attempts and pauses.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends it and gives the response.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(self) -> Result<Response<Bytes>, Error<A>> {
        let mut call = Call::new(self.client, &self.raw);
        call.options.deadline = self.deadline;
        call.send().await
    }

    /// Sends it and reads the response as JSON.
    ///
    /// # Errors
    /// See [`Error`]; [`Cause::Decode`](crate::Cause::Decode) for what is not JSON of that form.
    pub async fn read<T: DeserializeOwned>(self) -> Result<T, Error<A>> {
        let mut call = Call::new(self.client, &self.raw);
        call.options.deadline = self.deadline;
        let prepared = self.client.prepare(&self.raw).map_err(unsent::<Raw<A>>)?;
        let mut retry = call.retry_loop(&prepared);
        let outcome = call.whole_response(&prepared, &mut retry).await;
        read::<Raw<A>, _>(outcome, &prepared, &retry, |response| read_json(&response))
    }

    /// The items of a list over all its pages; see [`Raw::list`].
    pub fn items(self, items: &'static str, next: &'static str) -> Items<'a, RawList<A>> {
        self.client.pages(self.raw.list(items, next)).items()
    }
}

impl<A> fmt::Debug for RawCall<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}
