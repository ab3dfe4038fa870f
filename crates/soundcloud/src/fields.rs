//! What can be said about a track or playlist: named values that go into a JSON object or a form.

use std::marker::PhantomData;

use segno_core::request::Multipart;
use serde_json::{Map, Value};

use crate::values::{License, Sharing, tag_list};

/// What can be said about a track ([`TrackFields`](crate::tracks::TrackFields)) or a playlist
/// ([`PlaylistFields`](crate::playlists::PlaylistFields)), each thing at most once. What is left out is not sent: a new one
/// takes the service's defaults, a change leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "fields do nothing until they are given to an upload or a change"]
pub struct Fields<Of> {
    set: Vec<(&'static str, Value)>,
    of: PhantomData<Of>,
}

/// What has fields: the name and the order that the service gives them.
pub trait Described {
    /// The word before the brackets in the names of a form.
    const KIND: &'static str;
    /// The order in which fields are sent; the others keep the order in which they were set.
    const ORDER: &'static [&'static str];
}

impl<Of: Described> Fields<Of> {
    /// No fields, which changes nothing.
    pub fn new() -> Self {
        Self { set: Vec::new(), of: PhantomData }
    }

    /// Sets a value, which goes before those whose names stand behind it in the order.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let place = |name: &str| Of::ORDER.iter().position(|known| *known == name);
        self.set.retain(|(known, _)| *known != name);
        let at = self.set.iter().position(|(known, _)| place(known) > place(name)).unwrap_or(self.set.len());
        self.set.insert(at, (name, value.into()));
        self
    }

    /// The title, which must not be empty.
    pub fn title(self, title: impl Into<String>) -> Self {
        self.with("title", title.into())
    }

    /// The last part of the URL on the site.
    pub fn permalink(self, permalink: impl Into<String>) -> Self {
        self.with("permalink", permalink.into())
    }

    /// Who sees it; the service's default is everybody.
    pub fn sharing(self, sharing: Sharing) -> Self {
        self.with("sharing", sharing.as_str())
    }

    /// The URL of a shop.
    pub fn purchase_url(self, purchase_url: impl Into<String>) -> Self {
        self.with("purchase_url", purchase_url.into())
    }

    /// A description, as plain text.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.with("description", description.into())
    }

    /// One genre, in the user's own words.
    pub fn genre(self, genre: impl Into<String>) -> Self {
        self.with("genre", genre.into())
    }

    /// The record label that publishes it.
    pub fn label_name(self, label_name: impl Into<String>) -> Self {
        self.with("label_name", label_name.into())
    }

    /// The name or number of the release.
    pub fn release(self, release: impl Into<String>) -> Self {
        self.with("release", release.into())
    }

    /// The date of the release, `yyyy-mm-dd`.
    pub fn release_date(self, release_date: impl Into<String>) -> Self {
        self.with("release_date", release_date.into())
    }

    /// Under which licence it is published; the service's default for tracks is all rights reserved.
    pub fn license(self, license: License) -> Self {
        self.with("license", license.as_str())
    }

    /// The tags. Those of several words are quoted; machine tags are `namespace:key=value`.
    pub fn tags<T: AsRef<str>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        self.with("tag_list", tag_list(tags))
    }

    /// True if no field is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.set.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.as_str())
    }

    pub(crate) fn title_set(&self) -> Option<&str> {
        self.text("title")
    }

    /// As members of a JSON object.
    pub(crate) fn json(&self) -> Map<String, Value> {
        self.set.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// As parts `kind[name]` of a form.
    pub(crate) fn parts(&self, form: &mut Multipart) {
        for (name, value) in &self.set {
            let name = format!("{}[{name}]", Of::KIND);
            match value {
                Value::String(text) => form.text(&name, text),
                other => form.text(&name, other),
            }
        }
    }
}
