//! Scores: search, read, publish, update, delete.

use segno_core::client::{Cursor, Paged};
use segno_core::lenient::List;
use segno_core::{BuildError, DecodeError, Page, RequestWriter, Secret, endpoint};

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

endpoint! {
    /// `GET /score.{ext}`: searches scores.
    ///
    /// Without a user's signature it finds public scores. There is no total; pages go on until one has fewer than [`PAGE`] scores.
    ///
    /// ```
    /// use segno_musescore::scores::{Filters, Search, Sort};
    /// use segno_musescore::{MidiProgram, Permission};
    ///
    /// let piano_and_flute = Search::new(
    ///     Filters::new()
    ///         .phrase("silver lake")
    ///         .part(MidiProgram::new(0).unwrap())
    ///         .part(MidiProgram::new(73).unwrap())
    ///         .permits(Permission::Share)
    ///         .sort(Sort::Views),
    /// );
    /// # let _ = piano_and_flute;
    /// ```
    #[derive(PartialEq, Eq)]
    pub struct Search { field filters: Filters }
    optional {
        /// One page, from 0, where [`Client::pages`](crate::Client::pages) would read all.
        field page: u32,
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    name: "musescore.scores.search",
    method: GET,
    path: "score",
    replay: Safe,
    write: |this, request| write_list(Some(&this.filters), this.page, this.format.as_ref(), request),
    response: List<Score>,
    error: ApiError,
    read: format::read_list,
}

/// What the lists of scores share: filters, page and format.
pub(crate) fn write_list(
    filters: Option<&Filters>,
    page: Option<u32>,
    format: Option<&Format>,
    request: &mut RequestWriter,
) -> Result<(), BuildError> {
    if let Some(filters) = filters {
        filters.write(request)?;
    }
    request.query_some("page", page);
    format::write(format, request)
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

/// A page of scores and where the next one is. A score that could not be read counts: a full page is not the last.
pub(crate) fn page_of(scores: List<Score>, number: Option<u32>) -> Page<Score> {
    let next = (scores.given() >= PAGE).then(|| number.unwrap_or(0).saturating_add(1));
    Page::new(scores.items).next(next.map(Cursor::from_number)).passed_over(scores.passed_over)
}

endpoint! {
    /// `GET /score/{id}.{ext}`: one score.
    ///
    /// A private score opens to its owner's signature, or to anybody who knows its secret.
    #[derive(PartialEq, Eq)]
    pub struct Get { path id: ScoreId }
    optional {
        /// The secret of a private score.
        query secret: Secret,
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    name: "musescore.scores.get",
    method: GET,
    path: "score/{id}",
    replay: Safe,
    write: |this, request| format::write(this.format.as_ref(), request),
    response: Score,
    error: ApiError,
    read: format::read,
}
