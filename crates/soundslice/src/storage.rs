//! The storage behind presigned URLs: plain PUT and GET, without credentials and without a media type.

use segno_core::{
    Body, BuildError, Bytes, Content, DecodeError, Endpoint, Method, Replay, RequestWriter, Response,
    SecretUrl, read_unit,
};

use crate::error::ApiError;

/// `PUT` to a presigned URL: uploads the bytes of a file.
///
/// The storage checks the signature against the headers, so nothing is sent but `Host` and `Content-Length`. The URL
/// works for a few minutes; the last upload wins, each is processed.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Put {
    url: SecretUrl,
    body: Body,
}

impl Put {
    /// To a URL from [`notation::StartUpload`](crate::notation::StartUpload) or
    /// [`recordings::StartUpload`](crate::recordings::StartUpload).
    pub fn new(url: SecretUrl, body: impl Into<Body>) -> Self {
        Self { url, body: body.into() }
    }
}

impl Endpoint for Put {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.storage.put";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.url("presigned upload", self.url.clone());
        request.body(self.body.clone());
        request.transfer();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        read_unit(&response, |_| false)
    }
}

/// `GET` from a presigned URL: the bytes of a file. Works for 15 minutes.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Get(pub SecretUrl);

impl Endpoint for Get {
    type Output = Bytes;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.storage.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;
    const CONTENT: Content = Content::File;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.url("presigned download", self.0.clone());
        request.transfer();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}
