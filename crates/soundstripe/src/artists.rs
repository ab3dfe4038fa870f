//! Artists, which responses with songs include; they have no endpoint.

use segno_core::DecodeError;
use segno_core::lenient::PassedOver;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ids::ArtistId;
use crate::json_api::{FromResource, Included, Resource};
use crate::media::ImageUrl;

/// An artist of a song.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Artist {
    /// The identifier, as in [`Song::artist_ids`](crate::songs::Song::artist_ids).
    pub id: ArtistId,
    /// The name, as it is credited.
    pub name: Option<String>,
    /// The URL of the image, 100 × 100 pixels unless resized.
    pub image: Option<ImageUrl>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    #[serde(default)]
    pub other: Map<String, Value>,
}

impl FromResource for Artist {
    const TYPE: &'static str = "artists";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut artist: Self = resource.read(included)?;
        resource.add_passed_over(&mut artist.passed_over);
        Ok(artist)
    }
}
