//! From the address of a page to the score or the member behind it.

use segno_core::http::header::LOCATION;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, StatusCode,
};

use crate::error::ApiError;
use crate::format::Format;
use crate::ids::{ScoreId, UserId};
use crate::scores::Score;
use crate::users::User;

/// `GET /resolve.{ext}`: what the address of a page stands for.
///
/// The service answers with a redirect to the resource. It is not followed, because a followed request would carry a
/// signature that was made for another address; [`Client::resolve`](crate::Client::resolve) asks for the resource anew.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Resolve {
    url: String,
    format: Format,
}

impl Resolve {
    /// The page of a score or a member, such as `http://musescore.com/ada/scores/7301`.
    pub fn new(page_url: impl Into<String>) -> Self {
        Self { url: page_url.into(), format: Format::Json }
    }

    /// Another format than JSON for the errors, and for what the location names.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl Endpoint for Resolve {
    type Output = Resolved;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.resolve";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.url.trim().is_empty() {
            return Err(BuildError::value("url", "is the address of the page of a score or a member"));
        }
        request.path("resolve.{ext}", &[&self.format.extension()])?;
        request.query("url", &self.url);
        self.format.write(request);
        request.keep_redirects();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Resolved, DecodeError> {
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let location =
            location.ok_or_else(|| DecodeError::Other("it is no redirect with a Location".into()))?;
        Resolved::of(location).ok_or_else(|| {
            DecodeError::Other("the Location is neither a score nor a member of the API".into())
        })
    }

    fn accepts(status: StatusCode) -> bool {
        status.is_success() || matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
    }
}

/// What a page stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resolved {
    /// A score.
    Score(ScoreId),
    /// A member.
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

/// What a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resource {
    /// A score.
    Score(Box<Score>),
    /// A member.
    User(User),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_of_the_api() {
        let score = Some(Resolved::Score(ScoreId(7301)));
        for location in [
            "http://api.musescore.com/services/rest/score/7301.json?oauth_consumer_key=k",
            "http://127.0.0.1:8406/services/rest/score/7301.xml",
            "/services/rest/score/7301.jsonp?callback=cb",
            "http://api.musescore.com/services/rest/score/7301",
            "http://api.musescore.com/services/rest/score/7301.xml&oauth_consumer_key=k",
        ] {
            assert_eq!(Resolved::of(location), score, "{location}");
        }
        assert_eq!(Resolved::of("/services/rest/user/88.json"), Some(Resolved::User(UserId(88))));
        for location in ["", "/", "http://musescore.com/", "/score/x.json", "/score/", "/set/1.json", "score"]
        {
            assert_eq!(Resolved::of(location), None, "{location}");
        }
    }
}
