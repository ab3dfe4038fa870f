//! oEmbed: the player of a score as HTML for a web page.
//!
//! ```
//! # use segno_musescore::{Client, Error, oembed};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let page = "http://musescore.com/ada/scores/7301";
//! let player = client.send(&oembed::Get::new(page).max_width(640)).await?;
//! println!("{}", player.html);
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::PassedOver;
pub use segno_core::vocabulary::Width;
use segno_core::{BuildError, RequestWriter, endpoint};
use serde::Deserialize;

use crate::client::WEB;
use crate::error::ApiError;
use crate::format::{self, Format};

endpoint! {
    /// `GET /oembed/endpoint` on the web host: the player of a public score. Needs no key.
    ///
    /// Takes the URL of the page of a score, such as `http://musescore.com/ada/scores/7301`.
    #[derive(PartialEq, Eq)]
    pub struct Get { field url: String }
    optional {
        /// The greatest width in pixels; without it the player takes the whole width.
        field max_width: u32,
        /// The greatest height in pixels; without it the player is 394 pixels high.
        field max_height: u32,
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    name: "musescore.oembed.get",
    method: GET,
    path: "oembed/endpoint",
    replay: Safe,
    write: Self::query,
    response: Player,
    error: ApiError,
    read: format::read,
}

impl Get {
    fn query(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.url.trim().is_empty() {
            return Err(BuildError::value("url", "must be the URL of the page of a score"));
        }
        let format = self.format.as_ref().unwrap_or(&Format::Json);
        request.base(WEB);
        request.query("url", &self.url);
        // The format is a parameter here, not an extension. The documentation also says `js` once.
        request.query("format", format.name());
        request.query_some("maxwidth", self.max_width);
        request.query_some("maxheight", self.max_height);
        request.query_some("callback", format.callback());
        request.anonymous();
        Ok(())
    }
}

/// The player of a score.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(expecting = "a player")]
#[non_exhaustive]
pub struct Player {
    /// The kind of the embedded content: `rich`.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The version of oEmbed: `1.0`.
    #[serde(default)]
    pub version: String,
    /// The name of the service: `MuseScore.com`.
    #[serde(default)]
    pub provider_name: String,
    /// The URL of the front page of the service.
    #[serde(default)]
    pub provider_url: String,
    /// The width of the player.
    pub width: Option<Width>,
    /// The height of the player, in pixels.
    pub height: Option<u32>,
    /// The HTML to put into a web page. It comes from outside and is not sanitised.
    pub html: String,
    /// The title of the score.
    #[serde(default)]
    pub title: String,
    /// The name of the member who published it.
    #[serde(default)]
    pub author_name: String,
    /// The URL of that member's page.
    #[serde(default)]
    pub author_url: String,
    /// The URL of the page of the score.
    #[serde(default)]
    pub original_url: String,
    /// What could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}
