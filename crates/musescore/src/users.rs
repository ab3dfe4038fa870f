//! Members and their scores.
//!
//! ```
//! # use segno_musescore::{Client, Error, UserId, users};
//! # async fn example(client: Client) -> Result<(), Error> {
//! println!("{:?}", client.send(&users::Me::new()).await?);
//! let mut scores = client.items(users::Scores::new(UserId::new(17)));
//! while let Some(score) = scores.next().await {
//!     println!("{}", score?.title);
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::client::{Cursor, Paged};
use segno_core::lenient::{self, List, PassedOver};
use segno_core::{BuildError, Bytes, DecodeError, Page, Response, endpoint};
use serde::Deserialize;

use crate::error::ApiError;
use crate::format::{self, Format};
use crate::ids::UserId;
use crate::scores::{Filters, Score, page_of, write_list};

/// A member. [`Author`](crate::scores::Author) has the same under other names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(expecting = "a member")]
#[non_exhaustive]
pub struct User {
    /// The number of the member, as in the URL of the member's page.
    pub id: UserId,
    /// The name that is shown.
    #[serde(default)]
    pub name: String,
    /// The URL of the member's web page.
    #[serde(default)]
    pub permalink: String,
    /// The URL in this API, without an extension.
    #[serde(default)]
    pub uri: String,
    /// The URL of a picture of 48 by 48 pixels.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub avatar_url: Option<String>,
    /// What could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

/// A response without a name is not a member's: the desktop application takes it for a failure.
fn read(response: &Response<Bytes>) -> Result<User, DecodeError> {
    let user: User = format::read(response)?;
    if user.name.is_empty() {
        return Err(DecodeError::Shape {
            path: "name".into(),
            message: "expected the name of a member".into(),
        });
    }
    Ok(user)
}

endpoint! {
    /// `GET /me.{ext}`: the member whose token signs.
    #[derive(PartialEq, Eq)]
    pub struct Me {}
    optional {
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    name: "musescore.users.me",
    method: GET,
    path: "me",
    replay: Safe,
    write: |this, request| format::write(this.format.as_ref(), request),
    response: User,
    error: ApiError,
    read: read,
}

endpoint! {
    /// `GET /user/{id}.{ext}`: a member.
    #[derive(PartialEq, Eq)]
    pub struct Get { path id: UserId }
    optional {
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    name: "musescore.users.get",
    method: GET,
    path: "user/{id}",
    replay: Safe,
    write: |this, request| format::write(this.format.as_ref(), request),
    response: User,
    error: ApiError,
    read: read,
}

endpoint! {
    /// `GET /user/{id}/score.{ext}`: the scores of a member; with that member's signature the private ones too.
    ///
    /// Filters and pages are those of [`scores::Search`](crate::scores::Search).
    #[derive(PartialEq, Eq)]
    pub struct Scores { path id: UserId }
    optional {
        /// Only those that pass the filters.
        field filters: Filters,
        /// One page, from 0, where [`Client::pages`](crate::Client::pages) would read all.
        field page: u32,
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    name: "musescore.users.scores",
    method: GET,
    path: "user/{id}/score",
    replay: Safe,
    write: |this, request| write_list(this.filters.as_ref(), this.page, this.format.as_ref(), request),
    response: List<Score>,
    error: ApiError,
    read: format::read_list,
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
