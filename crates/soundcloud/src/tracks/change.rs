//! Changing a track.

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Multipart, Replay, RequestWriter, Response,
};
use serde_json::json;

use super::{Artwork, Track, TrackFields};
use crate::ApiError;
use crate::ids::TrackUrn;
use crate::read::object;

/// `PUT /tracks/{track_urn}`: changes what is given and leaves the rest. The audio cannot be replaced.
///
/// Sent as JSON, or as a form if there is artwork.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Change {
    track: TrackUrn,
    fields: TrackFields,
    artwork: Option<Artwork>,
}

impl Change {
    /// Changes these fields.
    pub fn new(track: impl Into<TrackUrn>, fields: TrackFields) -> Self {
        Self { track: track.into(), fields, artwork: None }
    }

    /// Replaces the picture. The specification says that this is for paying accounts.
    pub fn artwork(mut self, artwork: Artwork) -> Self {
        self.artwork = Some(artwork);
        self
    }
}

impl Endpoint for Change {
    type Output = Track;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.tracks.change";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("tracks/{track_urn}", &[&self.track])?;
        self.fields.check()?;
        let Some(artwork) = &self.artwork else {
            if self.fields.is_empty() {
                return Err(BuildError::value("fields", "are empty: there is nothing to change"));
            }
            return request.json(&json!({ "track": self.fields.json() }));
        };
        let mut form = Multipart::new();
        self.fields.parts(&mut form);
        artwork.part(&mut form, "track[artwork_data]");
        request.multipart(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Track, DecodeError> {
        object(&response)
    }
}
