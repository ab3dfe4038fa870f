//! Artists, which responses with songs include; they have no endpoint.

use segno_core::DecodeError;
use segno_core::lenient::PassedOver;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ids::ArtistId;
use crate::json_api::{FromResource, Included, Resource};
use crate::media::ImageUrl;

/// An artist.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Artist {
    /// The identifier.
    pub id: ArtistId,
    /// The name.
    pub name: Option<String>,
    /// The URL of the image, 100 × 100 pixels unless resized.
    pub image: Option<ImageUrl>,
    /// Members that could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    name: Option<String>,
    image: Option<ImageUrl>,
    passed_over: PassedOver,
    other: Map<String, Value>,
}

impl FromResource for Artist {
    const TYPE: &'static str = "artists";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let Attributes { name, image, passed_over, other } = resource.read_attributes(included)?;
        let passed_over = resource.all_passed_over(passed_over);
        Ok(Self { id: ArtistId::received(&resource.id), name, image, passed_over, other })
    }
}
