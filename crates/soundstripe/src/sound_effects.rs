//! Sound effects.
//!
//! ```
//! # use segno_soundstripe::{Client, Terms, sound_effects};
//! # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let doors = sound_effects::List::new().categories(Terms::new().include("Doors")?).query("slow");
//! for effect in client.send(&doors).await?.items {
//!     println!("{:?} {:?} s", effect.title, effect.duration);
//! }
//! # Ok(())
//! # }
//! ```

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
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct SoundEffect {
    /// The identifier, for [`Get`] and private playlists.
    pub id: SoundEffectId,
    /// The title, such as `Heavy Wooden Door Slam`.
    pub title: Option<String>,
    /// A description of the sound.
    pub description: Option<String>,
    /// The name of its main category.
    pub primary_category: Option<String>,
    /// The name of its main subcategory.
    pub primary_subcategory: Option<String>,
    /// The names of all its categories.
    #[serde(default, deserialize_with = "lenient::list")]
    pub categories: Vec<String>,
    /// The names of all its subcategories.
    #[serde(default, deserialize_with = "lenient::list")]
    pub subcategories: Vec<String>,
    /// The length, in seconds.
    pub duration: Option<f64>,
    /// Links to the file; they expire.
    #[serde(default)]
    pub versions: Versions,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    #[serde(default)]
    pub other: Map<String, Value>,
}

impl FromResource for SoundEffect {
    const TYPE: &'static str = "sound_effects";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut effect: Self = resource.read(included)?;
        resource.add_passed_over(&mut effect.passed_over);
        Ok(effect)
    }
}

endpoint! {
    /// `GET /v1/sound_effects`: sound effects that meet both conditions.
    ///
    /// The text of the documentation mentions a filter by tags; no such parameter is known.
    pub struct List {}
    optional {
        /// Free text. Which fields are searched is not documented.
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
