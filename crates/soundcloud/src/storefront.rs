//! The card under a track that leads to a shop. It can be set, not read.

use segno_core::lenient::PassedOver;
use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ApiError;
use crate::ids::TrackUrn;
use crate::read::{Model, OtherMembers, object, words};

words!(
    /// What is sold.
    ProductType {
        /// Files.
        Digital = "digital",
        /// Vinyl.
        Vinyl = "vinyl",
        /// CD.
        Cd = "cd",
        /// Cassette.
        Cassette = "cassette",
        /// Clothes.
        Apparel = "apparel",
        /// Samples.
        SamplePack = "sample_pack",
        /// A subscription.
        Subscription = "subscription",
        /// A concert.
        LiveEvent = "live_event",
        /// A broadcast.
        LiveStream = "live_stream",
        /// Anything else.
        AnythingElse = "other",
    }
);

/// The card under a track.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a storefront")]
#[non_exhaustive]
pub struct Storefront {
    /// Under which track.
    pub track_urn: Option<TrackUrn>,
    /// What it says.
    pub title: Option<String>,
    /// What is sold.
    #[serde(rename = "type")]
    pub product: Option<ProductType>,
    /// Where it leads.
    pub link: Option<String>,
    /// What the link says.
    pub link_title: Option<String>,
    /// More words.
    pub description: Option<String>,
    /// The picture. It cannot be set.
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

/// `PUT /tracks/{track_urn}/storefront`: replaces the whole card; what is left out is cleared
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Put {
    track: TrackUrn,
    title: String,
    product: ProductType,
    link: String,
    link_title: Option<String>,
    description: Option<String>,
    price: Option<String>,
}

impl Put {
    /// A card with a title (at most 100 letters) and a link (http or https, at most 255).
    pub fn new(
        track: impl Into<TrackUrn>,
        product: ProductType,
        title: impl Into<String>,
        link: impl Into<String>,
    ) -> Self {
        let (track, title, link) = (track.into(), title.into(), link.into());
        Self { track, title, product, link, link_title: None, description: None, price: None }
    }

    /// What the link says, at most 50 letters.
    pub fn link_title(mut self, words: impl Into<String>) -> Self {
        self.link_title = Some(words.into());
        self
    }

    /// More words, at most 500 letters.
    pub fn description(mut self, words: impl Into<String>) -> Self {
        self.description = Some(words.into());
        self
    }

    /// The price as text, at most 20 letters.
    pub fn price(mut self, words: impl Into<String>) -> Self {
        self.price = Some(words.into());
        self
    }
}

impl Endpoint for Put {
    type Output = Storefront;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.storefront.put";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("tracks/{track_urn}/storefront", &[&self.track])?;
        if !self.link.starts_with("http://") && !self.link.starts_with("https://") {
            return Err(BuildError::value("link", "is no http or https address"));
        }
        if self.title.trim().is_empty() {
            return Err(BuildError::value("title", "is empty"));
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
        for (name, value, most) in fields {
            let Some(value) = value else { continue };
            let letters = value.chars().count();
            if letters > most {
                return Err(BuildError::value(
                    name,
                    format!("has {letters} letters; at most {most} are taken"),
                ));
            }
            card.insert(name.into(), Value::from(value));
        }
        request.json(&card)
    }

    fn read(response: Response<Bytes>) -> Result<Storefront, DecodeError> {
        object(&response)
    }
}
