//! What can be said about a track when it is uploaded or changed.

use segno_core::BuildError;
use segno_core::request::Multipart;
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::values::{EmbeddableBy, License, Sharing, tag_list};

/// The order of the specification, in which fields are sent.
const ORDER: [&str; 19] = [
    "title",
    "permalink",
    "sharing",
    "embeddable_by",
    "purchase_url",
    "description",
    "genre",
    "label_name",
    "release",
    "release_date",
    "streamable",
    "downloadable",
    "license",
    "commentable",
    "reveal_stats",
    "reveal_comments",
    "isrc",
    "metadata_artist",
    "tag_list",
];

/// What can be said about a track. What is left out is not sent: an upload takes the service's defaults, a change leaves it
/// as it is.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "fields do nothing until they are given to an upload or a change"]
pub struct TrackFields(Fields);

impl TrackFields {
    /// No fields, which changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(self, name: &'static str, value: impl Into<Value>) -> Self {
        Self(self.0.set(&ORDER, name, value))
    }

    /// The title, which must not be empty.
    pub fn title(self, title: impl Into<String>) -> Self {
        self.with("title", Value::String(title.into()))
    }

    /// The last part of the URL on the site.
    pub fn permalink(self, permalink: impl Into<String>) -> Self {
        self.with("permalink", Value::String(permalink.into()))
    }

    /// Who sees it; the service's default is everybody.
    pub fn sharing(self, sharing: Sharing) -> Self {
        self.with("sharing", sharing.as_str())
    }

    /// Who may embed the player.
    pub fn embeddable_by(self, embeddable_by: EmbeddableBy) -> Self {
        self.with("embeddable_by", embeddable_by.as_str())
    }

    /// The URL of a shop.
    pub fn purchase_url(self, purchase_url: impl Into<String>) -> Self {
        self.with("purchase_url", Value::String(purchase_url.into()))
    }

    /// A description, as plain text.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.with("description", Value::String(description.into()))
    }

    /// One genre, in the user's own words.
    pub fn genre(self, genre: impl Into<String>) -> Self {
        self.with("genre", Value::String(genre.into()))
    }

    /// The name of the label.
    pub fn label_name(self, label_name: impl Into<String>) -> Self {
        self.with("label_name", Value::String(label_name.into()))
    }

    /// The name or number of the release.
    pub fn release(self, release: impl Into<String>) -> Self {
        self.with("release", Value::String(release.into()))
    }

    /// The date of the release, `yyyy-mm-dd`.
    pub fn release_date(self, release_date: impl Into<String>) -> Self {
        self.with("release_date", Value::String(release_date.into()))
    }

    /// Whether it can be played; the service's default is true.
    pub fn streamable(self, streamable: bool) -> Self {
        self.with("streamable", streamable)
    }

    /// Whether it can be downloaded; the service's default is true.
    pub fn downloadable(self, downloadable: bool) -> Self {
        self.with("downloadable", downloadable)
    }

    /// The licence; the service's default is all rights reserved.
    pub fn license(self, license: License) -> Self {
        self.with("license", license.as_str())
    }

    /// Whether comments are allowed; the service's default is true.
    pub fn commentable(self, commentable: bool) -> Self {
        self.with("commentable", commentable)
    }

    /// Whether the counts of plays and likes are shown; `false` is quiet mode.
    pub fn reveal_stats(self, reveal_stats: bool) -> Self {
        self.with("reveal_stats", reveal_stats)
    }

    /// Whether comments are shown; `false` is quiet mode.
    pub fn reveal_comments(self, reveal_comments: bool) -> Self {
        self.with("reveal_comments", reveal_comments)
    }

    /// The ISRC of the recording.
    pub fn isrc(self, isrc: impl Into<String>) -> Self {
        self.with("isrc", Value::String(isrc.into()))
    }

    /// The artist, where that is not the uploader.
    pub fn metadata_artist(self, metadata_artist: impl Into<String>) -> Self {
        self.with("metadata_artist", Value::String(metadata_artist.into()))
    }

    /// The tags. Those of several words are quoted; machine tags are `namespace:key=value`.
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
        self.0.parts("track", form);
    }

    pub(super) fn check(&self) -> Result<(), BuildError> {
        if let Some(date) = self.0.text("release_date") {
            let digits = |range: std::ops::Range<usize>| {
                date.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
            };
            let shaped = date.len() >= 10 && digits(0..4) && digits(5..7) && digits(8..10);
            if !shaped || date.as_bytes()[4] != b'-' || date.as_bytes()[7] != b'-' {
                return Err(BuildError::value("release_date", "must be a date such as 2026-02-11"));
            }
        }
        Ok(())
    }
}
