//! oEmbed: the player of a track, a playlist or a user as HTML for a web page.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, oembed};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let page = "https://soundcloud.com/okafor/minuet-in-g";
//! let player = client.send(&oembed::Get::new(page).max_height(166).show_comments(false)).await?;
//! println!("{}", player.html.as_str());
//! # Ok(())
//! # }
//! ```
//!
//! [`widget::Widget`] makes such a frame without asking the service.

use std::fmt;

use segno_core::decode::{from_json, from_value, is_html, read_json};
use segno_core::lenient::PassedOver;
pub use segno_core::vocabulary::{Callback, Width};
use segno_core::{BuildError, Bytes, DecodeError, RequestWriter, Response, endpoint};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ApiError;
use crate::client::WEB;
use crate::legacy::Element;
use crate::read::SiteUrl;
use crate::resolve::Resolved;
use crate::widget::{self, Color};

endpoint! {
    /// `GET /oembed` on the web host: the player of what is at a URL on the site. Needs no token; what is private takes its
    /// secret link.
    pub struct Get { field url: SiteUrl }
    optional {
        /// The format of the response; JSON unless set.
        field format: Format,
        /// The greatest width in pixels; without it the player takes the whole width.
        query max_width: u32 = "maxwidth",
        /// The greatest height in pixels; without it 166 for a track and 450 for a playlist.
        query max_height: u32 = "maxheight",
        /// The color of buttons and waveform.
        query color: Color,
        /// Whether the player starts by itself.
        query auto_play: bool,
        /// Whether comments are shown on the waveform.
        query show_comments: bool,
        /// Whether the player is an iframe; older pages of the service offered one of Flash.
        query iframe: bool,
    }
    name: "soundcloud.oembed.get",
    method: GET,
    path: "oembed",
    replay: Safe,
    write: Self::query,
    response: Player,
    error: ApiError,
    read: read,
}

impl Get {
    fn query(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        let url = self.url.as_str().trim();
        if url.is_empty() {
            return Err(BuildError::value("url", "must be the URL of a track, playlist or user on the site"));
        }
        request.base(WEB);
        request.anonymous();
        request.query("url", url);
        let format = self.format.as_ref().unwrap_or(&Format::Json);
        request.query("format", format.name());
        if let Format::Jsonp(callback) = format {
            request.query("callback", callback);
        }
        request.accept(format.media_type());
        Ok(())
    }
}

/// The format of a response. All of them are read to the same values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `json`, which is the default.
    #[default]
    Json,
    /// `js`: JSON in a call of a function, for scripts of web pages.
    Jsonp(Callback),
    /// `xml`: an `<oembed>` with a child for each member.
    Xml,
}

impl Format {
    fn name(&self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jsonp(_) => "js",
            Self::Xml => "xml",
        }
    }

    fn media_type(&self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Jsonp(_) => "text/javascript",
            Self::Xml => "text/xml, application/xml",
        }
    }
}

/// The player of something on the site. Older responses lack the description, the thumbnail and the author.
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
    /// The name of the service: `SoundCloud`.
    #[serde(default)]
    pub provider_name: String,
    /// The URL of the service.
    #[serde(default)]
    pub provider_url: String,
    /// The width of the player.
    pub width: Option<Width>,
    /// The height of the player, in pixels.
    pub height: Option<u32>,
    /// The title of what it plays, and by whom: `TITLE by USER`.
    #[serde(default)]
    pub title: String,
    /// What its owner says of it; may be long.
    pub description: Option<String>,
    /// The URL of a picture.
    pub thumbnail_url: Option<String>,
    /// The HTML to put into a web page: an iframe of the widget. It comes from outside and is not sanitised.
    pub html: Html,
    /// The name of the user.
    pub author_name: Option<String>,
    /// The URL of the user's page.
    pub author_url: Option<String>,
    /// What could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

impl Player {
    /// What the player plays, by the `url` parameter of the widget in its frame; `None` if there is no widget with the URL of
    /// a track, playlist or user.
    #[must_use]
    pub fn plays(&self) -> Option<Resolved> {
        let widget = widget::source_of_frame(&self.html.0)?;
        let query = widget.split_once('?')?.1.split('#').next()?;
        let (_, url) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "url")?;
        Resolved::at(url.parse().ok()?)
    }
}

/// HTML for a web page. That of something private has the token that opens it, so it is not printed by `Debug`.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Html(String);

impl Html {
    /// The HTML, with its token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Html({} bytes)", self.0.len())
    }
}

/// Reads a response in any of the three formats, told apart by content.
fn read(response: &Response<Bytes>) -> Result<Player, DecodeError> {
    let body = response.body();
    let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if start.starts_with(b"<") && !is_html(start) {
        return from_value(&members(start)?, None);
    }
    match argument(start) {
        Some(inside) => from_json(inside),
        None => read_json(response),
    }
}

/// The children of `<oembed>` as the members of an object.
fn members(document: &[u8]) -> Result<Value, DecodeError> {
    let document = Element::parse(document).map_err(|error| DecodeError::Other(error.to_string()))?;
    if document.name() != "oembed" {
        return Err(DecodeError::Other(format!("expected <oembed>, found <{}>", document.name())));
    }
    // The tree has names with dashes, whatever the document has.
    let member =
        |child: &Element| (child.name().replace('-', "_"), child.text().map_or(Value::Null, Value::from));
    Ok(document.children().iter().map(member).collect::<Map<_, _>>().into())
}

/// What stands between the first and the last parenthesis of a call of a function.
fn argument(text: &[u8]) -> Option<&[u8]> {
    let open = text.iter().position(|byte| *byte == b'(')?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$./* ".contains(byte);
    let close = text.iter().rposition(|byte| *byte == b')').filter(|close| *close > open)?;
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b';';
    let is_call = text[..open].iter().all(is_name) && text[close + 1..].iter().all(is_end);
    is_call.then(|| text[open + 1..close].trim_ascii())
}

#[cfg(test)]
mod tests;
