//! Digital usages: codes that clear YouTube claims.
//!
//! ```
//! # use segno_soundstripe::{Client, Error, ids::SongId, digital_usages};
//! # async fn example(client: Client, song: SongId) -> Result<(), Error> {
//! // Each call makes a code, so it is sent once.
//! let usage = client.send(&digital_usages::Create::new(song)).await?;
//! println!("put this into the description of the video: {}", usage.youtube_code);
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, endpoint};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::ids::{DigitalUsageId, SongId};
use crate::json_api::{FromResource, Included, MEDIA_TYPE, Resource, read_one};

/// A recorded use of a song on YouTube.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct DigitalUsage {
    /// The identifier of this usage; no endpoint takes it.
    pub id: DigitalUsageId,
    /// The code that goes into the description of the video, at the time of its upload: later it lifts no claim. It
    /// clears one song in one video.
    pub youtube_code: String,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    #[serde(default)]
    pub other: Map<String, Value>,
}

impl FromResource for DigitalUsage {
    const TYPE: &'static str = "digital_usages";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut usage: Self = resource.read(included)?;
        resource.add_passed_over(&mut usage.passed_over);
        Ok(usage)
    }
}

endpoint! {
    /// `POST /v1/songs/{song_id}/digital_usages`: a new YouTube code for a song.
    ///
    /// Every call makes another code, so the request is not repeated once it may have arrived: after an error with
    /// [`may_have_taken_effect`](segno_core::Error::may_have_taken_effect) a code may exist that was never received.
    pub struct Create { path song: SongId }
    name: "soundstripe.digital_usages.create",
    method: POST,
    path: "songs/{song_id}/digital_usages",
    replay: Unsafe,
    write: |_, request| request.json_as(MEDIA_TYPE, &json!({"data": {"type": DigitalUsage::TYPE}})),
    response: DigitalUsage,
    error: ApiError,
    read: read_one,
}
