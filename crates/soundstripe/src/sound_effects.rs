//! Sound effects.

use segno_core::lenient::PassedOver;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, lenient,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::client::Refresh;
use crate::error::ApiError;
use crate::ids::SoundEffectId;
use crate::json_api::{FromResource, Included, Resource, read_list, read_one};
use crate::media::Versions;
use crate::page::{Page, Paging, paged};
use crate::simple::by_id;
use crate::terms::Terms;

/// A sound effect.
///
/// Needs a right that not every key has; without it the service answers 403.
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
    /// What could not be read.
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
            id: SoundEffectId::wire(&resource.id),
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

/// `GET /v1/sound_effects`: sound effects that meet both conditions.
///
/// The words of the documentation speak of a filter by tags; no such parameter is known.
#[derive(Clone, Debug, Default)]
#[must_use = "a request does nothing until it is sent"]
pub struct List {
    q: Option<String>,
    categories: Terms,
    paging: Paging,
}

impl List {
    /// All sound effects, in pages of 100.
    pub fn new() -> Self {
        Self::default()
    }

    /// Free text.
    pub fn query(mut self, words: impl Into<String>) -> Self {
        self.q = Some(words.into());
        self
    }

    /// Categories and subcategories, by id or name.
    pub fn categories(mut self, terms: Terms) -> Self {
        self.categories = terms;
        self
    }
}

paged!(List, SoundEffect);

impl Endpoint for List {
    type Output = Page<SoundEffect>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.sound_effects.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("sound_effects", &[])?;
        request.query_some("filter[q]", self.q.as_deref());
        request.query_some("filter[categories]", self.categories.value());
        self.paging.write(request)
    }

    fn read(response: Response<Bytes>) -> Result<Page<SoundEffect>, DecodeError> {
        read_list(&response)
    }
}

by_id!(
    /// `GET /v1/sound_effects/{sound_effect_id}`: one sound effect.
    Get(SoundEffectId) -> SoundEffect, "soundstripe.sound_effects.get", GET Safe "sound_effects/{sound_effect_id}", read_one
);

impl Refresh for SoundEffect {
    type Again = Get;

    fn again(&self) -> Get {
        Get::new(&self.id)
    }
}
