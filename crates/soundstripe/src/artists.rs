//! Artists. There is no endpoint for them: they come with songs.

use segno_core::DecodeError;
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
    /// A picture, 100 × 100 pixels unless resized.
    pub image: Option<ImageUrl>,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

#[derive(Deserialize)]
struct Attributes {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    image: Option<ImageUrl>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl FromResource for Artist {
    const TYPE: &'static str = "artists";

    fn from_resource(resource: &Resource, _: &Included<'_>) -> Result<Self, DecodeError> {
        let Attributes { name, image, other } = resource.read_attributes()?;
        Ok(Self { id: ArtistId::wire(&resource.id), name, image, other })
    }
}
