//! What can be said about a playlist.

use super::Playlist;
use crate::fields::{Described, Fields};
use crate::values::SetType;

/// What can be said about a playlist. What is left out is not sent.
pub type PlaylistFields = Fields<Playlist>;

impl Described for Playlist {
    const KIND: &'static str = "playlist";
    const ORDER: &'static [&'static str] = &[];
}

impl PlaylistFields {
    /// The EAN of the release.
    pub fn ean(self, ean: impl Into<String>) -> Self {
        self.with("ean", ean.into())
    }

    /// The URL on the site.
    pub fn permalink_url(self, permalink_url: impl Into<String>) -> Self {
        self.with("permalink_url", permalink_url.into())
    }

    /// The text of the link to a shop.
    pub fn purchase_title(self, purchase_title: impl Into<String>) -> Self {
        self.with("purchase_title", purchase_title.into())
    }

    /// Whether it is an album or a playlist.
    pub fn set_type(self, set_type: SetType) -> Self {
        self.with("set_type", set_type.as_str())
    }
}
