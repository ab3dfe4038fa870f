//! What can be said about a playlist.

use segno_core::request::Multipart;
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::values::{License, SetType, Sharing, tag_list};

/// What can be said about a playlist. What is left out is not sent.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "fields do nothing until they are given to a playlist"]
pub struct PlaylistFields(Fields);

impl PlaylistFields {
    /// No fields, which changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(self, name: &'static str, value: impl Into<Value>) -> Self {
        Self(self.0.set(&[], name, value))
    }

    /// The title, which must not be empty.
    pub fn title(self, title: impl Into<String>) -> Self {
        self.with("title", Value::String(title.into()))
    }

    /// A description, as plain text.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.with("description", Value::String(description.into()))
    }

    /// The EAN of the release.
    pub fn ean(self, ean: impl Into<String>) -> Self {
        self.with("ean", Value::String(ean.into()))
    }

    /// One genre, in the user's own words.
    pub fn genre(self, genre: impl Into<String>) -> Self {
        self.with("genre", Value::String(genre.into()))
    }

    /// The name of the label.
    pub fn label_name(self, label_name: impl Into<String>) -> Self {
        self.with("label_name", Value::String(label_name.into()))
    }

    /// The last part of the URL on the site.
    pub fn permalink(self, permalink: impl Into<String>) -> Self {
        self.with("permalink", Value::String(permalink.into()))
    }

    /// The URL on the site.
    pub fn permalink_url(self, permalink_url: impl Into<String>) -> Self {
        self.with("permalink_url", Value::String(permalink_url.into()))
    }

    /// The text of the link to a shop.
    pub fn purchase_title(self, purchase_title: impl Into<String>) -> Self {
        self.with("purchase_title", Value::String(purchase_title.into()))
    }

    /// The URL of a shop.
    pub fn purchase_url(self, purchase_url: impl Into<String>) -> Self {
        self.with("purchase_url", Value::String(purchase_url.into()))
    }

    /// The name or number of the release.
    pub fn release(self, release: impl Into<String>) -> Self {
        self.with("release", Value::String(release.into()))
    }

    /// The date of the release, `yyyy-mm-dd`.
    pub fn release_date(self, release_date: impl Into<String>) -> Self {
        self.with("release_date", Value::String(release_date.into()))
    }

    /// Who sees it; the service's default is everybody.
    pub fn sharing(self, sharing: Sharing) -> Self {
        self.with("sharing", sharing.as_str())
    }

    /// Under which licence it is published.
    pub fn license(self, license: License) -> Self {
        self.with("license", license.as_str())
    }

    /// Whether it is an album or a playlist.
    pub fn set_type(self, set_type: SetType) -> Self {
        self.with("set_type", set_type.as_str())
    }

    /// The tags, written as for tracks.
    pub fn tags<T: AsRef<str>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        self.with("tag_list", tag_list(tags))
    }

    /// True if no field is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn title_set(&self) -> Option<&str> {
        self.0.text("title")
    }

    pub(super) fn json(&self) -> Map<String, Value> {
        self.0.json()
    }

    pub(super) fn parts(&self, form: &mut Multipart) {
        self.0.parts("playlist", form);
    }
}
