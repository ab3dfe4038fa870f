//! Members and their scores.

use segno_core::lenient::{self, List, PassedOver};
use segno_core::{
    BuildError, Bytes, Cursor, DecodeError, Endpoint, Method, Page, Paged, Replay, RequestWriter, Response,
};
use serde::Deserialize;

use crate::error::ApiError;
use crate::format::{self, Format};
use crate::ids::UserId;
use crate::scores::{Filters, Score, page_of};

/// A member. [`Author`](crate::scores::Author) has the same under other names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(expecting = "a member")]
#[non_exhaustive]
pub struct User {
    /// The member.
    pub id: UserId,
    /// The name on the screen.
    #[serde(default)]
    pub name: String,
    /// The page for people.
    #[serde(default)]
    pub permalink: String,
    /// The address in this API, without an extension.
    #[serde(default)]
    pub uri: String,
    /// A picture of 48 by 48 pixels.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub avatar_url: Option<String>,
    /// What could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

fn read(response: &Response<Bytes>) -> Result<User, DecodeError> {
    let user: User = format::read(response)?;
    if user.name.is_empty() {
        return Err(DecodeError::Shape { path: "name".into(), message: "a member has a name".into() });
    }
    Ok(user)
}

/// `GET /me.{ext}`: the member whose token signs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Me {
    format: Format,
}

impl Me {
    /// In JSON.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another format than JSON.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl Endpoint for Me {
    type Output = User;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.users.me";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("me.{ext}", &[&self.format.extension()])?;
        self.format.write(request);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<User, DecodeError> {
        read(&response)
    }
}

/// `GET /user/{id}.{ext}`: a member.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Get {
    id: UserId,
    format: Format,
}

impl Get {
    /// This member.
    pub fn new(id: UserId) -> Self {
        Self { id, format: Format::Json }
    }

    /// Another format than JSON.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl Endpoint for Get {
    type Output = User;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.users.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("user/{id}.{ext}", &[&self.id, &self.format.extension()])?;
        self.format.write(request);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<User, DecodeError> {
        read(&response)
    }
}

/// `GET /user/{id}/score.{ext}`: the scores of a member; with that member's signature the private ones too.
///
/// Filters and pages are those of [`scores::Search`](crate::scores::Search).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Scores {
    id: UserId,
    filters: Filters,
    page: Option<u32>,
    format: Format,
}

impl Scores {
    /// Of this member.
    pub fn new(id: UserId) -> Self {
        Self { id, filters: Filters::new(), page: None, format: Format::Json }
    }

    /// Only those that pass the filters.
    pub fn filters(mut self, filters: Filters) -> Self {
        self.filters = filters;
        self
    }

    /// One page, from 0, where [`Client::pages`](crate::Client::pages) would read all.
    pub fn page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    /// Another format than JSON.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl Endpoint for Scores {
    type Output = List<Score>;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.users.scores";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("user/{id}/score.{ext}", &[&self.id, &self.format.extension()])?;
        self.filters.write(request)?;
        request.query_some("page", self.page);
        self.format.write(request);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<List<Score>, DecodeError> {
        format::read_list(&response)
    }
}

impl Paged for Scores {
    type Item = Score;

    fn at(&self, cursor: &Cursor) -> Result<Self, BuildError> {
        Ok(self.clone().page(cursor.number()?))
    }

    fn page(&self, scores: List<Score>) -> Result<Page<Score>, DecodeError> {
        Ok(page_of(scores, self.page))
    }
}
