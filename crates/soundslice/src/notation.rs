//! The notation of a slice: the original file, and uploading another.
//!
//! ```
//! # use segno_soundslice::{Client, Error, Scorehash, notation, storage};
//! # async fn example(client: Client, scorehash: Scorehash) -> Result<(), Error> {
//! // In two steps; `Client::upload_notation` does both and waits.
//! let url = client.send(&notation::StartUpload::new(&scorehash)).await?;
//! client.send(&storage::Put::new(url, "<score-partwise/>")).await?;
//! if let Some(original) = client.send(&notation::Original::new(&scorehash)).await? {
//!     println!("{} bytes", client.send(&storage::Get::new(original)).await?.len());
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::decode::read_json;
use segno_core::{BuildError, Bytes, DecodeError, Response, SecretUrl, endpoint, lenient};
use serde::Deserialize;

use crate::error::ApiError;
use crate::ids::Scorehash;

endpoint! {
    /// `GET /slices/{scorehash}/notation-file/`: where the uploaded file can be downloaded, for 15 minutes.
    ///
    /// `None` if the slice has no original file. [`Client::download_notation`](crate::Client::download_notation) fetches it in
    /// one call.
    pub struct Original { path scorehash: Scorehash }
    name: "soundslice.notation.original",
    method: GET,
    path: "slices/{scorehash}/notation-file/",
    replay: Safe,
    response: Option<SecretUrl>,
    error: ApiError,
    read: read_download_url,
}

fn read_download_url(response: &Response<Bytes>) -> Result<Option<SecretUrl>, DecodeError> {
    #[derive(Deserialize)]
    struct Wire {
        #[serde(deserialize_with = "lenient::link")]
        url: String,
    }

    let Wire { url } = read_json(response)?;
    if url.trim().is_empty() {
        return Ok(None);
    }
    let url = url.parse().map(Some);
    url.map_err(|error| DecodeError::Shape { path: "url".into(), message: format!("{error}") })
}

endpoint! {
    /// `POST /slices/{scorehash}/notation-file/`: requests a URL, which works for a few minutes, to which the notation file is
    /// then PUT. Only for accounts with that right.
    ///
    /// Formats: MusicXML, Guitar Pro, PowerTab, TuxGuitar. [`Client::upload_notation`](crate::Client::upload_notation) does both
    /// steps.
    #[derive(PartialEq)]
    pub struct StartUpload { path scorehash: Scorehash }
    optional {
        /// A URL, beginning with `http://` or `https://`, that the service POSTs to when the file is processed; see
        /// [`callback`](crate::callback).
        form callback_url: String,
    }
    name: "soundslice.notation.start_upload",
    method: POST,
    path: "slices/{scorehash}/notation-file/",
    replay: Idempotent,
    write: |this, _| match &this.callback_url {
        Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => {
            Err(BuildError::value("callback_url", "must begin with http:// or https://"))
        }
        _ => Ok(()),
    },
    response: SecretUrl,
    error: ApiError,
    read: read_upload_url,
}

/// Reads the one member of a response to the start of an upload.
pub(crate) fn read_upload_url(response: &Response<Bytes>) -> Result<SecretUrl, DecodeError> {
    #[derive(Deserialize)]
    struct Wire {
        url: SecretUrl,
    }

    Ok(read_json::<Wire>(response)?.url)
}
