//! Digital usages: codes that clear YouTube claims.

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, endpoint};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::ids::{DigitalUsageId, SongId};
use crate::json_api::{FromResource, Included, MEDIA_TYPE, Resource, read_one};

/// A recorded use of a song on YouTube.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DigitalUsage {
    /// The identifier.
    pub id: DigitalUsageId,
    /// The code that goes into the description of the video, at the time of its upload: later it lifts no claim. It
    /// clears one song in one video.
    pub youtube_code: String,
    /// Members that could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

#[derive(Deserialize)]
struct Attributes {
    youtube_code: String,
    #[serde(default)]
    passed_over: PassedOver,
    #[serde(default)]
    other: Map<String, Value>,
}

impl FromResource for DigitalUsage {
    const TYPE: &'static str = "digital_usages";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let Attributes { youtube_code, passed_over, other } = resource.read_attributes(included)?;
        let passed_over = resource.all_passed_over(passed_over);
        Ok(Self { id: DigitalUsageId::received(&resource.id), youtube_code, passed_over, other })
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
