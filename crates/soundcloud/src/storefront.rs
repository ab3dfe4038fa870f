//! The card under a track that leads to a shop. It can be set, not read.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, TrackUrn, storefront};
//! # async fn example(client: Client, track: TrackUrn) -> Result<(), Error> {
//! let product = storefront::ProductType::Vinyl;
//! let card = storefront::Set::new(track, product, "Low Tide", "https://shop.example.com/low-tide");
//! client.send(&card.price("12 EUR")).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::PassedOver;
use segno_core::{BuildError, RequestWriter, endpoint, open_enum};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ApiError;
use crate::ids::TrackUrn;
use crate::read::{Model, OtherMembers, object};

open_enum! {
    /// The kind of thing that a card offers.
    pub enum ProductType: text {
        /// Files to download.
        Digital = "digital",
        /// A vinyl record.
        Vinyl = "vinyl",
        /// A compact disc.
        Cd = "cd",
        /// A music cassette.
        Cassette = "cassette",
        /// Clothes and other merchandise to wear.
        Apparel = "apparel",
        /// A set of samples to make music of.
        SamplePack = "sample_pack",
        /// A subscription, paid again and again.
        Subscription = "subscription",
        /// A ticket for a concert.
        LiveEvent = "live_event",
        /// Access to a broadcast on the network.
        LiveStream = "live_stream",
        /// What the service itself calls `other`.
        AnythingElse = "other",
    }
}

/// The card under a track.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a storefront")]
#[non_exhaustive]
pub struct Storefront {
    /// The track under which the card stands.
    pub track_urn: Option<TrackUrn>,
    /// The title of the card.
    pub title: Option<String>,
    /// The kind of thing that the card offers.
    #[serde(rename = "type")]
    pub product: Option<ProductType>,
    /// The URL that the card leads to.
    pub link: Option<String>,
    /// The text of the link.
    pub link_title: Option<String>,
    /// A longer text below the title.
    pub description: Option<String>,
    /// The URL of a picture. It cannot be set.
    pub image_url: Option<String>,
    /// The price as text.
    pub price: Option<String>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl Model for Storefront {
    const EXPECTED: &'static str = "a storefront";

    fn other(&mut self) -> &mut OtherMembers {
        &mut self.other
    }
}

endpoint! {
    /// `PUT /tracks/{track_urn}/storefront`: replaces the whole card; what is left out is cleared.
    ///
    /// The title has at most 100 characters, the link (http or https) at most 255.
    pub struct Set { path track: TrackUrn, field product: ProductType, field title: String, field link: String }
    optional {
        /// The text of the link, at most 50 characters.
        field link_title: String,
        /// A longer text, at most 500 characters.
        field description: String,
        /// The price as text, at most 20 characters.
        field price: String,
    }
    name: "soundcloud.storefront.set",
    method: PUT,
    path: "tracks/{track_urn}/storefront",
    replay: Idempotent,
    write: Self::write_json,
    response: Storefront,
    error: ApiError,
    read: object,
}

impl Set {
    fn write_json(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if !self.link.starts_with("http://") && !self.link.starts_with("https://") {
            return Err(BuildError::value("link", "must be an http or https URL"));
        }
        if self.title.trim().is_empty() {
            return Err(BuildError::value("title", "must not be empty"));
        }
        let fields: [(&'static str, Option<&str>, usize); 6] = [
            ("title", Some(&self.title), 100),
            ("type", Some(self.product.as_str()), 100),
            ("link", Some(&self.link), 255),
            ("link_title", self.link_title.as_deref(), 50),
            ("description", self.description.as_deref(), 500),
            ("price", self.price.as_deref(), 20),
        ];
        let mut card = Map::new();
        for (name, value, limit) in fields {
            let Some(value) = value else { continue };
            let count = value.chars().count();
            if count > limit {
                let reason = format!("must have at most {limit} characters, found {count}");
                return Err(BuildError::value(name, reason));
            }
            card.insert(name.into(), Value::from(value));
        }
        request.json(&card)
    }
}
