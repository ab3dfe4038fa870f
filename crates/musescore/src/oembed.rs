//! oEmbed: the player of a score as HTML for a web page.

use std::fmt;

use segno_core::lenient::{self, PassedOver};
use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde::{Deserialize, Deserializer};

use crate::error::ApiError;
use crate::format::{self, Format};

/// `GET /oembed/endpoint` on the web host: the player of a public score. Needs no key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Get {
    url: String,
    max_width: Option<u32>,
    max_height: Option<u32>,
    format: Format,
}

impl Get {
    /// For the page of a score, such as `http://musescore.com/ada/scores/7301`.
    pub fn new(page_url: impl Into<String>) -> Self {
        Self { url: page_url.into(), max_width: None, max_height: None, format: Format::Json }
    }

    /// No wider than so many pixels; without it the player takes the whole width.
    pub fn max_width(mut self, pixels: u32) -> Self {
        self.max_width = Some(pixels);
        self
    }

    /// No higher than so many pixels; without it the player is 394 high.
    pub fn max_height(mut self, pixels: u32) -> Self {
        self.max_height = Some(pixels);
        self
    }

    /// Another format than JSON.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl Endpoint for Get {
    type Output = Player;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.oembed.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.url.trim().is_empty() {
            return Err(BuildError::value("url", "is the address of the page of a score"));
        }
        request.base("web");
        request.path("oembed/endpoint", &[])?;
        request.query("url", &self.url);
        // The format is a parameter here, not an extension. The documentation also says `js` once.
        request.query("format", self.format.extension());
        request.query_some("maxwidth", self.max_width);
        request.query_some("maxheight", self.max_height);
        self.format.write(request);
        request.anonymous();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Player, DecodeError> {
        format::read(&response)
    }
}

/// The player of a score.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(expecting = "a player")]
#[non_exhaustive]
pub struct Player {
    /// `rich`
    #[serde(default, rename = "type")]
    pub kind: String,
    /// `1.0`
    #[serde(default)]
    pub version: String,
    /// `MuseScore.com`
    #[serde(default)]
    pub provider_name: String,
    /// The front page of the service.
    #[serde(default)]
    pub provider_url: String,
    /// How wide the player is.
    pub width: Option<Width>,
    /// How high it is, in pixels.
    pub height: Option<u32>,
    /// What to put into the page. It comes from outside: put it nowhere that you would not put a stranger's HTML.
    pub html: String,
    /// The title of the score.
    #[serde(default)]
    pub title: String,
    /// Who published it.
    #[serde(default)]
    pub author_name: String,
    /// That member's page.
    #[serde(default)]
    pub author_url: String,
    /// The page of the score.
    #[serde(default)]
    pub original_url: String,
    /// What could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

/// The width of a player. oEmbed knows pixels only; this service also answers a share of the page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// So many pixels.
    Pixels(u32),
    /// As CSS would write it: `100%`.
    Text(Box<str>),
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels(pixels) => pixels.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Width {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = lenient::text(deserializer)?;
        match text.trim() {
            share if share.ends_with('%') => Ok(Self::Text(share.into())),
            pixels => pixels
                .parse()
                .map(Self::Pixels)
                .map_err(|_| serde::de::Error::custom("expected a number of pixels or a percentage")),
        }
    }
}
