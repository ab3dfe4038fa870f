//! Sound effects.

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, endpoint, lenient};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::client::Refresh;
use crate::error::ApiError;
use crate::ids::SoundEffectId;
use crate::json_api::{FromResource, Included, Resource, read_list, read_one};
use crate::media::Versions;
use crate::page::{Page, PageNumber};
use crate::terms::Terms;

/// A sound effect.
///
/// Requires a right that not every key has; without it the service responds with 403.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SoundEffect {
    /// The identifier.
    pub id: SoundEffectId,
    /// The title.
    pub title: Option<String>,
    /// A description.
    pub description: Option<String>,
    /// The name of its main category.
    pub primary_category: Option<String>,
    /// The name of its main subcategory.
    pub primary_subcategory: Option<String>,
    /// The names of all its categories.
    pub categories: Vec<String>,
    /// The names of all its subcategories.
    pub subcategories: Vec<String>,
    /// The length, in seconds.
    pub duration: Option<f64>,
    /// Links to the file; they expire.
    pub versions: Versions,
    /// Members that could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    title: Option<String>,
    description: Option<String>,
    primary_category: Option<String>,
    primary_subcategory: Option<String>,
    #[serde(deserialize_with = "lenient::list")]
    categories: Vec<String>,
    #[serde(deserialize_with = "lenient::list")]
    subcategories: Vec<String>,
    duration: Option<f64>,
    versions: Versions,
    passed_over: PassedOver,
    other: Map<String, Value>,
}

impl FromResource for SoundEffect {
    const TYPE: &'static str = "sound_effects";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let read: Attributes = resource.read_attributes(included)?;
        Ok(Self {
            id: SoundEffectId::received(&resource.id),
            title: read.title,
            description: read.description,
            primary_category: read.primary_category,
            primary_subcategory: read.primary_subcategory,
            categories: read.categories,
            subcategories: read.subcategories,
            duration: read.duration,
            versions: read.versions,
            passed_over: resource.all_passed_over(read.passed_over),
            other: read.other,
        })
    }
}

endpoint! {
    /// `GET /v1/sound_effects`: sound effects that meet both conditions.
    ///
    /// The text of the documentation mentions a filter by tags; no such parameter is known.
    pub struct List {}
    optional {
        /// Free text.
        query query: String = "filter[q]",
        /// Categories and subcategories, by id or name.
        query categories: Terms = "filter[categories]" via Terms::value,
    }
    pages: PageNumber,
    name: "soundstripe.sound_effects.list",
    method: GET,
    path: "sound_effects",
    replay: Safe,
    response: Page<SoundEffect>,
    error: ApiError,
    read: read_list,
}

endpoint! {
    /// `GET /v1/sound_effects/{sound_effect_id}`: one sound effect.
    pub struct Get { path id: SoundEffectId }
    name: "soundstripe.sound_effects.get",
    method: GET,
    path: "sound_effects/{sound_effect_id}",
    replay: Safe,
    response: SoundEffect,
    error: ApiError,
    read: read_one,
}

impl Refresh for SoundEffect {
    type Request = Get;

    fn request(&self) -> Get {
        Get::new(&self.id)
    }
}
