//! From a track to an address that a player can open.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use segno_core::{Cause, Content, Origin, Secret, SecretUrl, Timestamp};
use serde_json::Value;

use crate::client::Client;
use crate::error::Error;
use crate::ids::TrackUrn;
use crate::streams::{Follow, Get, Preview, StreamKind};

/// The most redirects on the API's own host.
const MAX_REDIRECTS: u32 = 5;

/// Where a player finds a track. No token is needed there, and none must be sent there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamLocation {
    /// What it is.
    pub kind: StreamKind,
    /// The address. It is a key itself: whoever has it can hear the track until it expires.
    pub url: SecretUrl,
    /// When it expires, as far as its query tells.
    pub expires: Option<Timestamp>,
}

/// A track that cannot be heard.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// There is no stream of the wanted kinds: the track is blocked, or only its preview can be heard.
    #[error("there is no stream of the wanted kinds; look at the track's access")]
    None,
    /// The address is plain http on another machine.
    #[error("the stream is at {0}, which is not encrypted; it is refused")]
    Insecure(Origin),
    /// The address had expired when it was given out, twice.
    #[error("the address of the stream had expired when the service gave it out, twice")]
    Expired,
    /// Redirected too often.
    #[error("the stream was redirected more than {MAX_REDIRECTS} times")]
    TooMany,
    /// A request failed.
    #[error(transparent)]
    Call(#[from] Error),
}

impl Client {
    /// Finds where a player can hear a track: chooses the first kind of `preference` that there is, follows its address
    /// with the token as far as it stays on the API, and gives the address outside, which is asked for without the token.
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
        // The service has given out addresses from a cache that were over already: then once more.
        for _ in 0..2 {
            let streams = self.core().send(&get).await?;
            let (kind, url) = streams.choose(preference).ok_or(StreamError::None)?;
            let url = self.final_url(url.clone()).await?;
            if let Some(location) = self.fresh(kind, url) {
                return Ok(location);
            }
        }
        Err(StreamError::Expired)
    }

    /// Finds where a player can hear a snippet of a track, of about 30 s.
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
            let first = self.core().send(&preview).await?;
            let url = self.final_url(first).await?;
            if let Some(location) = self.fresh(StreamKind::Preview, url) {
                return Ok(location);
            }
        }
        Err(StreamError::Expired)
    }

    fn fresh(&self, kind: StreamKind, url: SecretUrl) -> Option<StreamLocation> {
        let expires = expiry(&url);
        let over = expires.is_some_and(|expires| expires <= self.core().clock().wall());
        (!over).then_some(StreamLocation { kind, url, expires })
    }

    async fn final_url(&self, mut url: SecretUrl) -> Result<SecretUrl, StreamError> {
        let base = self.core().base(None).map(segno_core::BaseUrl::origin);
        for _ in 0..=MAX_REDIRECTS {
            let origin = url.origin();
            if let Some(origin) = origin.clone().filter(|origin| !origin.is_secure() && !origin.is_loopback())
            {
                return Err(StreamError::Insecure(origin));
            }
            if origin != base {
                return Ok(url);
            }
            // A file on the API's own host that is no redirect any more is found by asking: the response is the music.
            url = match self.core().send(&Follow::new(url.clone())).await {
                Ok(next) => next,
                Err(error) if is_music(&error) => return Ok(url),
                Err(error) => return Err(error.into()),
            };
        }
        Err(StreamError::TooMany)
    }
}

/// Whether a response that is no redirect is the music itself, and not a page or a document that says why there is none.
fn is_music(error: &Error) -> bool {
    matches!(error.cause(), Cause::Api { status, headers, body, .. }
        if status.is_success() && Content::Binary.check(headers, body).is_ok())
}

/// When a signed address expires, in the forms of CloudFront (`Expires`, `Policy`), of S3 (`X-Amz-Date` and
/// `X-Amz-Expires`) and of others (`expires`).
pub(crate) fn expiry(url: &SecretUrl) -> Option<Timestamp> {
    let query = url.uri().query().unwrap_or_default();
    let value = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.into_owned())
    };
    if let Some(expires) = value("expires").and_then(|text| text.parse().ok()) {
        return Timestamp::from_unix_seconds(expires);
    }
    if let (Some(date), Some(seconds)) = (value("x-amz-date"), value("x-amz-expires")) {
        let part = |range| date.get(range);
        let (day, time) = (part(0..8)?, part(9..15)?);
        let text = format!(
            "{}-{}-{}T{}:{}:{}Z",
            day.get(..4)?,
            day.get(4..6)?,
            day.get(6..)?,
            time.get(..2)?,
            time.get(2..4)?,
            time.get(4..)?
        );
        return Some(text.parse::<Timestamp>().ok()?.plus(Duration::from_secs(seconds.parse().ok()?)));
    }
    // CloudFront writes base64 with letters that a URL carries.
    let policy = value("policy")?.replace('-', "+").replace('_', "=").replace('~', "/");
    let policy: Value = serde_json::from_slice(&STANDARD.decode(policy).ok()?).ok()?;
    let moment = policy.pointer("/Statement/0/Condition/DateLessThan/AWS:EpochTime")?;
    Timestamp::from_unix_seconds(moment.as_i64()?)
}

impl StreamLocation {
    /// How much longer the address is good at `now`; `None` if it does not say.
    #[must_use]
    pub fn good_for(&self, now: Timestamp) -> Option<Duration> {
        self.expires.map(|expires| expires.since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expires(url: &str) -> Option<String> {
        expiry(&url.parse().unwrap()).map(|moment| moment.to_string())
    }

    #[test]
    fn every_way_to_say_when_an_address_expires() {
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
