//! The address that an MP3 of one's own goes to. Not documented; seen in the service's own program.

use segno_core::{
    Body, BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, SecretUrl,
    read_unit,
};
use serde::Deserialize;

use crate::error::ApiError;
use crate::format::{self, Format};
use crate::ids::{ScoreId, VersionId};

/// `GET /signedurl/{id}/{vid}/{encoding}.{ext}`: an address for the MP3 of one version of a score. Needs its owner's
/// signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Get {
    id: ScoreId,
    version: VersionId,
    format: Format,
}

impl Get {
    /// For this version of this score.
    pub fn new(id: ScoreId, version: VersionId) -> Self {
        Self { id, version, format: Format::Json }
    }

    /// Another format than JSON.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl Endpoint for Get {
    type Output = SecretUrl;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.signed_url.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        let arguments: &[&dyn std::fmt::Display] =
            &[&self.id, &self.version, &"mp3", &self.format.extension()];
        request.path("signedurl/{id}/{vid}/{encoding}.{ext}", arguments)?;
        self.format.write(request);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<SecretUrl, DecodeError> {
        #[derive(Deserialize)]
        struct Wire {
            url: SecretUrl,
        }

        Ok(format::read::<Wire>(&response)?.url)
    }
}

/// `PUT` to a signed address: the bytes of an MP3.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Put {
    url: SecretUrl,
    body: Body,
}

impl Put {
    /// To the address from [`Get`].
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
            return Err(BuildError::value("body", "the file is empty"));
        }
        request.url("signed upload", self.url.clone());
        request.body(self.body.clone());
        request.transfer();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        read_unit(&response, |_| false)
    }
}
