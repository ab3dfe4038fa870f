//! From the URL of a page to the score or the member behind it.
//!
//! ```
//! # use segno_musescore::{Client, Error};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let page = "http://musescore.com/okafor/scores/52352";
//! println!("{:?}", client.resolve(page).await?);
//! # Ok(())
//! # }
//! ```

use segno_core::http::header::LOCATION;
use segno_core::{BuildError, Bytes, DecodeError, RequestWriter, Response, endpoint};

use crate::error::ApiError;
use crate::format::{self, Format};
use crate::ids::{ScoreId, UserId};
use crate::scores::Score;
use crate::users::User;

endpoint! {
    /// `GET /resolve.{ext}`: the score or the member that a page shows.
    ///
    /// Takes the URL of the page, such as `http://musescore.com/ada/scores/7301`. The response is a redirect to the resource. It
    /// is not followed, because a followed request would carry a signature that was made for another URL;
    /// [`Client::resolve`](crate::Client::resolve) asks for the resource anew.
    #[derive(PartialEq, Eq)]
    pub struct Resolve { query url: String }
    optional {
        /// The format of errors and of what the location names; JSON unless set.
        field format: Format,
    }
    name: "musescore.resolve.get",
    method: GET,
    path: "resolve",
    replay: Safe,
    write: Self::check,
    response: Resolved,
    error: ApiError,
    accepts: |status| status.is_success() || matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308),
    read: read,
}

impl Resolve {
    fn check(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.url.trim().is_empty() {
            return Err(BuildError::value("url", "must be the URL of the page of a score or a member"));
        }
        request.keep_redirects();
        format::write(self.format.as_ref(), request)
    }
}

fn read(response: &Response<Bytes>) -> Result<Resolved, DecodeError> {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let location = location
        .ok_or_else(|| DecodeError::Other("expected a redirect with a Location, found none".into()))?;
    Resolved::of(location).ok_or_else(|| {
        DecodeError::Other("expected a Location of a score or a member of the API, found another".into())
    })
}

/// What a page shows, by its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resolved {
    /// The page of a score.
    Score(ScoreId),
    /// The page of a member.
    User(UserId),
}

impl Resolved {
    /// Reads the end of the path alone: wherever the location points, the resource is asked for at the client's own base.
    fn of(location: &str) -> Option<Self> {
        let path = location.split(['?', '#', '&']).next()?;
        let mut segments = path.rsplit('/');
        let (last, kind) = (segments.next()?, segments.next()?);
        let id = last.split('.').next()?;
        match kind {
            "score" => id.parse().ok().map(Self::Score),
            "user" => id.parse().ok().map(Self::User),
            _ => None,
        }
    }
}

/// What a page shows, as the API describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resource {
    /// The score of a page.
    Score(Box<Score>),
    /// The member of a page.
    User(User),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_of_the_api() {
        let score = Some(Resolved::Score(ScoreId::new(7301)));
        for location in [
            "http://api.musescore.com/services/rest/score/7301.json?oauth_consumer_key=k",
            "http://127.0.0.1:8406/services/rest/score/7301.xml",
            "/services/rest/score/7301.jsonp?callback=cb",
            "http://api.musescore.com/services/rest/score/7301",
            "http://api.musescore.com/services/rest/score/7301.xml&oauth_consumer_key=k",
        ] {
            assert_eq!(Resolved::of(location), score, "{location}");
        }
        assert_eq!(Resolved::of("/services/rest/user/88.json"), Some(Resolved::User(UserId::new(88))));
        for location in ["", "/", "http://musescore.com/", "/score/x.json", "/score/", "/set/1.json", "score"]
        {
            assert_eq!(Resolved::of(location), None, "{location}");
        }
    }
}
