//! The notation of a slice: the original file, and uploading another.

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, FormPairs, Method, Replay, RequestWriter, Response, SecretUrl,
    lenient, read_json,
};
use serde::Deserialize;

use crate::error::ApiError;
use crate::ids::Scorehash;

/// `GET /slices/SCOREHASH/notation-file/`: where the uploaded file can be downloaded, for 15 minutes.
///
/// `None` if the slice has no original file. [`Client::download_notation`](crate::Client::download_notation) fetches
/// it in one call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Original(pub Scorehash);

impl Endpoint for Original {
    type Output = Option<SecretUrl>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.notation.original";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/{scorehash}/notation-file/", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<Option<SecretUrl>, DecodeError> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(deserialize_with = "lenient::link")]
            url: String,
        }

        let Wire { url } = read_json(&response)?;
        if url.trim().is_empty() {
            return Ok(None);
        }
        let url = url.parse().map(Some);
        url.map_err(|error| DecodeError::Shape { path: "url".into(), message: format!("{error}") })
    }
}

/// `POST /slices/SCOREHASH/notation-file/`: asks for a URL to which the notation file is then PUT. Only for accounts
/// with that right.
///
/// Formats: MusicXML, Guitar Pro, PowerTab, TuxGuitar. [`Client::upload_notation`](crate::Client::upload_notation)
/// does both steps.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct StartUpload {
    slice: Scorehash,
    callback_url: Option<String>,
}

impl StartUpload {
    /// For a slice.
    pub fn new(slice: Scorehash) -> Self {
        Self { slice, callback_url: None }
    }

    /// A URL, beginning with `http://` or `https://`, that the service POSTs to when the file is processed; see
    /// [`callback`](crate::callback).
    pub fn callback_url(mut self, url: impl Into<String>) -> Self {
        self.callback_url = Some(url.into());
        self
    }
}

impl Endpoint for StartUpload {
    /// Where the file goes: works for a few minutes.
    type Output = SecretUrl;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.notation.start_upload";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/{scorehash}/notation-file/", &[&self.slice])?;
        let mut form = FormPairs::new();
        if let Some(url) = &self.callback_url {
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(BuildError::value("callback_url", "it must begin with http:// or https://"));
            }
            form.push("callback_url", url);
        }
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<SecretUrl, DecodeError> {
        upload_url(&response)
    }
}

/// The one member of a response to the start of an upload.
pub(crate) fn upload_url(response: &Response<Bytes>) -> Result<SecretUrl, DecodeError> {
    #[derive(Deserialize)]
    struct Wire {
        url: SecretUrl,
    }

    Ok(read_json::<Wire>(response)?.url)
}
