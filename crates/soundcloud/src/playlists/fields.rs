//! What can be said about a playlist.

use segno_core::Multipart;
use serde_json::{Map, Value};

use crate::values::{License, SetType, Sharing, tag_list};

/// What can be said about a playlist. What is left out is not sent.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "fields do nothing until they are given to a playlist"]
pub struct PlaylistFields {
    set: Vec<(&'static str, String)>,
}

macro_rules! texts {
    ($( $(#[$doc:meta])* $name:ident ),* $(,)?) => {
        $( $(#[$doc])*
        pub fn $name(self, value: impl Into<String>) -> Self {
            self.with(stringify!($name), value.into())
        } )*
    };
}

impl PlaylistFields {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    texts! {
        /// The title.
        title,
        /// What the owner says about it.
        description,
        /// The release's EAN.
        ean,
        /// The genre.
        genre,
        /// The name of the label.
        label_name,
        /// The last part of the address on the site.
        permalink,
        /// The address on the site.
        permalink_url,
        /// What the link to buy it says.
        purchase_title,
        /// Where to buy it.
        purchase_url,
        /// The name or number of the release.
        release,
        /// The day of the release, `yyyy-mm-dd`.
        release_date,
    }

    /// Who can see it; public unless said otherwise.
    pub fn sharing(self, sharing: Sharing) -> Self {
        self.with("sharing", sharing.as_str().to_owned())
    }

    /// The terms.
    pub fn license(self, license: License) -> Self {
        self.with("license", license.as_str().to_owned())
    }

    /// What it is.
    pub fn set_type(self, set_type: SetType) -> Self {
        self.with("set_type", set_type.as_str().to_owned())
    }

    /// The tags, written as for tracks.
    pub fn tags<T: AsRef<str>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        self.with("tag_list", tag_list(tags))
    }

    /// True if nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        match self.set.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.set.push((name, value)),
        }
        self
    }

    pub(super) fn title_set(&self) -> Option<&str> {
        self.set.iter().find(|(name, _)| *name == "title").map(|(_, title)| title.as_str())
    }

    pub(super) fn json(&self) -> Map<String, Value> {
        self.set.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect()
    }

    pub(super) fn parts(&self, form: &mut Multipart) {
        for (name, value) in &self.set {
            form.text(&format!("playlist[{name}]"), value);
        }
    }
}
