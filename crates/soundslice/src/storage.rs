//! The storage behind presigned URLs: plain PUT and GET, without credentials and without a media type.
//!
//! ```no_run
//! # use segno_soundslice::{Client, RecordingId, recordings, storage};
//! # async fn example(client: Client, recording: RecordingId) -> Result<(), Box<dyn std::error::Error>> {
//! let url = client.send(&recordings::StartUpload::new(recording)).await?;
//! client.send(&storage::Put::new(url, std::fs::read("studio.mp3")?)).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::decode::{Content, read_unit};
use segno_core::{Body, Bytes, SecretUrl, endpoint};

use crate::error::ApiError;

endpoint! {
    /// `PUT` to a presigned URL: uploads the bytes of a file.
    ///
    /// The URL comes from [`notation::StartUpload`](crate::notation::StartUpload) or
    /// [`recordings::StartUpload`](crate::recordings::StartUpload) and works for a few minutes. The storage checks the signature
    /// against the headers, so only `Host` and `Content-Length` are sent. The last upload wins, each is processed.
    pub struct Put { field url: SecretUrl, field body: Body }
    name: "soundslice.storage.put",
    method: PUT,
    replay: Idempotent,
    write: |this, request| {
        request.upload_to("presigned upload", &this.url, &this.body);
        Ok(())
    },
    response: (),
    error: ApiError,
    read: |response| read_unit(response, |_| false),
}

endpoint! {
    /// `GET` from a presigned URL: the bytes of a file. The URL works for 15 minutes.
    pub struct Get { field url: SecretUrl }
    name: "soundslice.storage.get",
    method: GET,
    replay: Safe,
    write: |this, request| {
        request.download_from("presigned download", &this.url);
        Ok(())
    },
    response: Bytes,
    error: ApiError,
    content: Content::File,
    read: |response| Ok(response.body().clone()),
}
