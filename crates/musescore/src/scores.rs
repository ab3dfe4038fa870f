//! Scores: search, read, publish, update, delete.

use segno_core::lenient::List;
use segno_core::{
    BuildError, Bytes, Cursor, DecodeError, Endpoint, Method, Page, Paged, Replay, RequestWriter, Response,
    Secret,
};

use crate::error::ApiError;
use crate::format::{self, Format};
use crate::ids::ScoreId;

mod filters;
mod metadata;
mod score;
mod upload;

pub use filters::{Filters, Sort};
pub use metadata::{Dimensions, Metadata, Part};
pub use score::{Author, Dates, Score, Sharing, Status};
pub use upload::{Create, Delete, Update, Visibility};

/// How many scores a full page has. A page with fewer is the last.
pub const PAGE: usize = 20;

/// `GET /score.{ext}`: searches scores.
///
/// Without a signature of a person it finds public scores. There is no total; pages go on until one has fewer than
/// [`PAGE`] scores.
///
/// ```
/// use segno_musescore::scores::{Filters, Search, Sort};
/// use segno_musescore::{Permission, Program};
///
/// let piano_and_flute = Search::new(
///     Filters::new()
///         .phrase("silver lake")
///         .part(Program::new(0).unwrap())
///         .part(Program::new(73).unwrap())
///         .permits(Permission::Share)
///         .sort(Sort::Views),
/// );
/// # let _ = piano_and_flute;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Search {
    filters: Filters,
    page: Option<u32>,
    format: Format,
}

impl Search {
    /// For what passes the filters.
    pub fn new(filters: Filters) -> Self {
        Self { filters, page: None, format: Format::Json }
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

impl Endpoint for Search {
    type Output = List<Score>;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.scores.search";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("score.{ext}", &[&self.format.extension()])?;
        self.filters.write(request)?;
        request.query_some("page", self.page);
        self.format.write(request);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<List<Score>, DecodeError> {
        format::read_list(&response)
    }
}

impl Paged for Search {
    type Item = Score;

    fn at(&self, cursor: &Cursor) -> Result<Self, BuildError> {
        Ok(self.clone().page(cursor.number()?))
    }

    fn page(&self, scores: List<Score>) -> Result<Page<Score>, DecodeError> {
        Ok(page_of(scores, self.page))
    }
}

/// A page of scores and where the next one is.
pub(crate) fn page_of(scores: List<Score>, number: Option<u32>) -> Page<Score> {
    let next = (scores.given() >= PAGE).then(|| number.unwrap_or(0).saturating_add(1));
    Page::new(scores.items).next(next.map(Cursor::from_number)).passed_over(scores.passed_over)
}

/// `GET /score/{id}.{ext}`: one score.
///
/// A private score opens to its owner's signature, or to anybody who knows its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Get {
    id: ScoreId,
    secret: Option<Secret>,
    format: Format,
}

impl Get {
    /// This score.
    pub fn new(id: ScoreId) -> Self {
        Self { id, secret: None, format: Format::Json }
    }

    /// With the secret of a private score.
    pub fn secret(mut self, secret: impl Into<Secret>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Another format than JSON.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl Endpoint for Get {
    type Output = Score;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.scores.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("score/{id}.{ext}", &[&self.id, &self.format.extension()])?;
        request.query_some("secret", self.secret.as_ref().map(Secret::expose));
        self.format.write(request);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Score, DecodeError> {
        format::read(&response)
    }
}
