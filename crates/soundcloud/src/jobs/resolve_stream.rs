//! From a track to a URL that a player can open.

use std::time::Duration;

use segno_core::decode::Content;
use segno_core::url::Origin;
use segno_core::{Cause, Secret, SecretUrl, Timestamp};

use crate::client::Client;
use crate::error::Error;
use crate::ids::TrackUrn;
use crate::streams::{Follow, Get, Preview, StreamKind};

/// How many redirects on the API's own host are followed at most.
const MAX_REDIRECTS: u32 = 5;

/// Where a player finds a track. No token is needed there, and none must be sent there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamLocation {
    /// The kind of stream.
    pub kind: StreamKind,
    /// The URL. It is a key itself: whoever has it can hear the track until it expires.
    pub url: SecretUrl,
    /// When it expires, as far as its query tells.
    pub expires: Option<Timestamp>,
}

/// Why a track cannot be played.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// There is no stream of the wanted kinds: the track is blocked, or only its preview can be heard.
    #[error("the track has no stream of the wanted kinds; see its access level, or ask for other kinds")]
    None,
    /// The URL is plain http on another machine.
    #[error("the URL of the stream must be https, found {0}")]
    Insecure(Origin),
    /// The URL had expired when the service gave it out, twice.
    #[error(
        "the URL of the stream had expired when it arrived, twice; check the clock of this machine, or try later"
    )]
    Expired,
    /// The service redirected more than five times.
    #[error("the stream was redirected more than {MAX_REDIRECTS} times")]
    TooMany,
    /// A request for the streams, or along the redirects, failed.
    #[error(transparent)]
    Call(#[from] Error),
}

impl std::fmt::Debug for StreamError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Client {
    /// Finds the URL at which a player can hear a track: chooses the first kind of `preference` that there is, follows its
    /// URL with the token as far as it stays on the API, and returns the URL outside, which needs no token.
    ///
    /// # Errors
    /// [`StreamError`].
    pub async fn stream(
        &self,
        track: TrackUrn,
        preference: &[StreamKind],
        secret_token: Option<&Secret>,
    ) -> Result<StreamLocation, StreamError> {
        let mut get = Get::new(track);
        if let Some(token) = secret_token {
            get = get.secret_token(token);
        }
        // The service has given out URLs from a cache that had expired already: then once more.
        for _ in 0..2 {
            let streams = self.core().send(&get).await?;
            let (kind, url) = streams.choose(preference).ok_or(StreamError::None)?;
            if let Some(location) = self.locate(kind, url.clone()).await? {
                return Ok(location);
            }
        }
        Err(StreamError::Expired)
    }

    /// Finds the URL of a snippet of a track, of about 30 s.
    ///
    /// # Errors
    /// [`StreamError`].
    pub async fn preview(
        &self,
        track: TrackUrn,
        secret_token: Option<&Secret>,
    ) -> Result<StreamLocation, StreamError> {
        let mut preview = Preview::new(track);
        if let Some(token) = secret_token {
            preview = preview.secret_token(token);
        }
        for _ in 0..2 {
            let url = self.core().send(&preview).await?;
            if let Some(location) = self.locate(StreamKind::Preview, url).await? {
                return Ok(location);
            }
        }
        Err(StreamError::Expired)
    }

    /// Follows a URL to where the audio is; `None` if that has expired.
    async fn locate(&self, kind: StreamKind, url: SecretUrl) -> Result<Option<StreamLocation>, StreamError> {
        let url = self.final_url(url).await?;
        let expires = expiry(&url);
        let has_expired = expires.is_some_and(|expires| expires <= self.core().clock().wall());
        Ok((!has_expired).then_some(StreamLocation { kind, url, expires }))
    }

    async fn final_url(&self, mut url: SecretUrl) -> Result<SecretUrl, StreamError> {
        let base = Some(self.core().base_url().origin());
        for _ in 0..=MAX_REDIRECTS {
            let origin = url.origin();
            if let Some(origin) = origin.clone().filter(|origin| !origin.is_secure() && !origin.is_loopback())
            {
                return Err(StreamError::Insecure(origin));
            }
            if origin != base {
                return Ok(url);
            }
            // The audio itself on the API's own host is found by asking: the response does not redirect any more.
            url = match self.core().send(&Follow::new(url.clone())).await {
                Ok(next) => next,
                Err(error) if is_audio(&error) => return Ok(url),
                Err(error) => return Err(error.into()),
            };
        }
        Err(StreamError::TooMany)
    }
}

/// Whether a response that does not redirect is the audio itself, and not a page or a document with an error.
fn is_audio(error: &Error) -> bool {
    matches!(error.cause(), Cause::Api { status, headers, body, .. }
        if status.is_success() && Content::Binary.check(headers, body).is_ok())
}

/// When a signed URL expires, as far as its query tells.
fn expiry(url: &SecretUrl) -> Option<Timestamp> {
    url.expires_at()
}

impl StreamLocation {
    /// How much longer the URL is valid at `now`; `None` if it does not tell.
    #[must_use]
    pub fn good_for(&self, now: Timestamp) -> Option<Duration> {
        self.expires.map(|expires| expires.since(now))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn expires(url: &str) -> Option<String> {
        expiry(&url.parse().unwrap()).map(|time| time.to_string())
    }

    #[test]
    fn every_way_to_tell_when_a_url_expires() {
        let expected = Some("2026-11-21T20:15:00Z".to_owned());
        assert_eq!(expires("https://cdn.example/a.m3u8?expires=1795292100&signature=x"), expected);
        assert_eq!(expires("https://cdn.example/a?Expires=1795292100&Key-Pair-Id=K"), expected);
        assert_eq!(
            expires("https://cdn.example/a?X-Amz-Date=20261121T200500Z&X-Amz-Expires=600&X-Amz-Signature=s"),
            expected
        );
        let policy = r#"{"Statement":[{"Resource":"*://cdn.example/a","Condition":{"DateLessThan":{"AWS:EpochTime":1795292100}}}]}"#;
        let policy = STANDARD.encode(policy).replace('+', "-").replace('=', "_").replace('/', "~");
        assert_eq!(expires(&format!("https://cdn.example/a?Policy={policy}&Signature=s")), expected);
        for none in
            ["https://cdn.example/a", "https://cdn.example/a?expires=soon", "https://cdn.example/a?Policy=%%"]
        {
            assert_eq!(none.parse::<SecretUrl>().ok().as_ref().and_then(expiry), None, "{none}");
        }
        assert_eq!(expires("https://cdn.example/a?X-Amz-Date=2026é&X-Amz-Expires=600"), None);
    }
}
