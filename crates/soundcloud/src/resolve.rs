//! From a URL on the site to the track, playlist or user behind it.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, resolve::Resolve};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let found = client.send(&Resolve::new("https://soundcloud.com/okafor/minuet-in-g")).await?;
//! println!("{}", found.urn);
//! # Ok(())
//! # }
//! ```

use segno_core::vocabulary::IntoParameter;
use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Response, Secret, SecretUrl, endpoint};

use crate::ids::Urn;
use crate::playlists::{self, Playlist};
use crate::read::SiteUrl;
use crate::streams::location;
use crate::tracks::{self, Track};
use crate::users::{self, User};
use crate::{ApiError, Client};

endpoint! {
    /// `GET /resolve`: the resource behind a URL on soundcloud.com or on.soundcloud.com, which may end in the token of
    /// something private.
    ///
    /// The service responds with a redirect, which is the result and is not followed: [`Client::resolve_track`] and its
    /// siblings go on with the token.
    pub struct Resolve { field url: SiteUrl }
    name: "soundcloud.resolve",
    method: GET,
    path: "resolve",
    replay: Safe,
    write: |resolve, request| {
        let url = resolve.url.as_str().trim();
        if url.is_empty() {
            return Err(BuildError::value("url", "must not be empty"));
        }
        request.query("url", url);
        request.keep_redirects();
        Ok(())
    },
    response: Resolved,
    error: ApiError,
    accepts: |status| status.is_redirection(),
    read: resolved,
}

impl IntoParameter<SiteUrl> for &str {
    fn into_parameter(self) -> SiteUrl {
        self.into()
    }
}

impl IntoParameter<SiteUrl> for String {
    fn into_parameter(self) -> SiteUrl {
        self.into()
    }
}

/// What is behind a URL on the site.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resolved {
    /// The track, playlist, user or comment.
    pub urn: Urn,
    /// The token that opens it, if it is private.
    pub secret_token: Option<Secret>,
    /// Its URL on the API.
    pub location: SecretUrl,
}

fn resolved(response: &Response<Bytes>) -> Result<Resolved, DecodeError> {
    let location = location(response)?;
    Resolved::at(location).ok_or_else(|| {
        DecodeError::Other("expected the URL of a track, playlist or user, found another".into())
    })
}

impl Resolved {
    /// What is at a URL of the API; `None` unless it is a track, playlist, user or comment.
    pub(crate) fn at(location: SecretUrl) -> Option<Self> {
        let urn = Urn::at_url(&location.expose())?;
        let query = location.uri().query().unwrap_or_default();
        let secret_token = form_urlencoded::parse(query.as_bytes())
            .find(|(name, value)| name == "secret_token" && !value.is_empty())
            .map(|(_, value)| Secret::new(value));
        Some(Self { urn, secret_token, location })
    }
}

impl Client {
    /// The track behind a URL on the site.
    ///
    /// # Errors
    /// If nothing is there (404), or something else.
    pub async fn resolve_track(&self, url: &str) -> Result<Track, crate::Error> {
        let resolved = self.send(&Resolve::new(url)).await?;
        let Urn::Track(urn) = resolved.urn else { return Err(other("track", &resolved)) };
        let mut get = tracks::Get::new(urn);
        if let Some(token) = &resolved.secret_token {
            get = get.secret_token(token);
        }
        self.send(&get).await
    }

    /// The playlist behind a URL on the site, with its tracks.
    ///
    /// # Errors
    /// If nothing is there (404), or something else.
    pub async fn resolve_playlist(&self, url: &str) -> Result<Playlist, crate::Error> {
        let resolved = self.send(&Resolve::new(url)).await?;
        let Urn::Playlist(urn) = resolved.urn else { return Err(other("playlist", &resolved)) };
        let mut get = playlists::Get::new(urn);
        if let Some(token) = &resolved.secret_token {
            get = get.secret_token(token);
        }
        self.send(&get).await
    }

    /// The user behind a URL on the site.
    ///
    /// # Errors
    /// If nothing is there (404), or something else.
    pub async fn resolve_user(&self, url: &str) -> Result<User, crate::Error> {
        let resolved = self.send(&Resolve::new(url)).await?;
        let Urn::User(urn) = resolved.urn else { return Err(other("user", &resolved)) };
        self.send(&users::Get::new(urn)).await
    }
}

fn other(wanted: &str, resolved: &Resolved) -> crate::Error {
    let reason = format!("must lead to a {wanted}, found {}", resolved.urn);
    crate::Error::build(<Resolve as Endpoint>::NAME, BuildError::value("url", reason))
}
