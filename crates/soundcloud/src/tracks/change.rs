//! Changing a track.

use segno_core::request::Multipart;
use segno_core::{BuildError, RequestWriter, endpoint};
use serde_json::json;

use super::{Artwork, Track, TrackFields};
use crate::ApiError;
use crate::ids::TrackUrn;
use crate::read::object;

endpoint! {
    /// `PUT /tracks/{track_urn}`: changes what is given and leaves the rest. The audio cannot be replaced.
    ///
    /// Sent as JSON, or as a form if there is artwork.
    pub struct Change { path track: TrackUrn, field fields: TrackFields }
    optional {
        /// Replaces the cover picture. The specification says that this is for paying accounts.
        field artwork: Artwork,
    }
    name: "soundcloud.tracks.change",
    method: PUT,
    path: "tracks/{track_urn}",
    replay: Idempotent,
    write: Self::write_body,
    response: Track,
    error: ApiError,
    read: object,
}

impl Change {
    fn write_body(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        self.fields.check()?;
        let Some(artwork) = &self.artwork else {
            if self.fields.is_empty() {
                return Err(BuildError::value("fields", "must not be empty: there is nothing to change"));
            }
            return request.json(&json!({ "track": self.fields.json() }));
        };
        let mut form = Multipart::new();
        self.fields.parts(&mut form);
        artwork.part(&mut form, "track[artwork_data]");
        request.multipart(form);
        Ok(())
    }
}
