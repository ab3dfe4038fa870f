//! The URL that an MP3 of one's own goes to. Not documented; used by the service's desktop application.
//!
//! ```no_run
//! # use segno_musescore::{Client, signed_url, scores::Score};
//! # async fn example(client: Client, score: Score) -> Result<(), Box<dyn std::error::Error>> {
//! // `Client::upload_mp3` does both, and asks again if the URL expired.
//! let url = client.send(&signed_url::Get::new(score.id, score.vid.ok_or("it has no version")?)).await?;
//! client.send(&signed_url::Put::new(url, std::fs::read("studio.mp3")?)).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::decode::read_unit;
use segno_core::{
    Body, BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, SecretUrl,
    endpoint,
};
use serde::Deserialize;

use crate::error::ApiError;
use crate::format::{self, Format};
use crate::ids::{ScoreId, VersionId};

endpoint! {
    /// `GET /signedurl/{id}/{vid}/mp3.{ext}`: a URL for the MP3 of one version of a score. Needs its owner's signature.
    #[derive(PartialEq, Eq)]
    pub struct Get { path id: ScoreId, path version: VersionId }
    optional {
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    name: "musescore.signed_url.get",
    method: GET,
    path: "signedurl/{id}/{vid}/mp3",
    replay: Safe,
    write: |this, request| format::write(this.format.as_ref(), request),
    response: SecretUrl,
    error: ApiError,
    read: |response| {
        #[derive(Deserialize)]
        #[serde(expecting = "a signed URL")]
        struct Wire {
            url: SecretUrl,
        }

        Ok(format::read::<Wire>(response)?.url)
    },
}

/// `PUT` to a signed URL: the bytes of an MP3.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Put {
    url: SecretUrl,
    body: Body,
}

impl Put {
    /// To the URL from [`Get`].
    pub fn new(url: SecretUrl, mp3: impl Into<Body>) -> Self {
        Self { url, body: mp3.into() }
    }
}

impl Endpoint for Put {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.signed_url.put";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.body.is_empty() {
            return Err(BuildError::value("body", "must not be empty"));
        }
        request.upload_to("signed upload", &self.url, &self.body);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        read_unit(&response, |_| false)
    }
}
