//! What can be said about a track when it is uploaded or changed.

use segno_core::{BuildError, Multipart};
use serde_json::{Map, Value};

use crate::values::{EmbeddableBy, License, Sharing, tag_list};

macro_rules! fields {
    ($( $(#[$doc:meta])* $name:ident : $kind:ident ),* $(,)?) => {
        /// What can be said about a track. What is left out is not sent: an upload takes the service's defaults, a
        /// change leaves it as it is.
        #[derive(Clone, Debug, Default, PartialEq)]
        #[must_use = "fields do nothing until they are given to an upload or a change"]
        pub struct TrackFields {
            $( $name: Option<fields!(@type $kind)>, )*
            tag_list: Option<String>,
        }

        impl TrackFields {
            /// Nothing.
            pub fn new() -> Self {
                Self::default()
            }

            $( fields!(@setter $(#[$doc])* $name $kind); )*

            /// The tags. Those of several words are quoted; machine tags are `namespace:key=value`.
            pub fn tags<T: AsRef<str>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
                self.tag_list = Some(tag_list(tags));
                self
            }

            /// The fields that are set, in the order of the specification.
            fn set(&self) -> Vec<(&'static str, Value)> {
                let mut set: Vec<(&'static str, Value)> = Vec::new();
                $( if let Some(value) = &self.$name {
                    set.push((stringify!($name), fields!(@value $kind value)));
                } )*
                if let Some(value) = &self.tag_list {
                    set.push(("tag_list", Value::from(value.as_str())));
                }
                set
            }
        }
    };
    (@type text) => { String };
    (@type switch) => { bool };
    (@type sharing) => { Sharing };
    (@type license) => { License };
    (@type embeddable) => { EmbeddableBy };
    (@value switch $value:ident) => { Value::from(*$value) };
    (@value text $value:ident) => { Value::from($value.as_str()) };
    (@value $kind:ident $value:ident) => { Value::from($value.as_str()) };
    (@setter $(#[$doc:meta])* $name:ident text) => {
        $(#[$doc])*
        pub fn $name(mut self, value: impl Into<String>) -> Self {
            self.$name = Some(value.into());
            self
        }
    };
    (@setter $(#[$doc:meta])* $name:ident $kind:ident) => {
        $(#[$doc])*
        pub fn $name(mut self, value: fields!(@type $kind)) -> Self {
            self.$name = Some(value);
            self
        }
    };
}

fields! {
    /// The title.
    title: text,
    /// The last part of the address on the site.
    permalink: text,
    /// Who can see it; public unless said otherwise.
    sharing: sharing,
    /// Who may put a player on a page.
    embeddable_by: embeddable,
    /// Where to buy it.
    purchase_url: text,
    /// What the owner says about it.
    description: text,
    /// The genre.
    genre: text,
    /// The name of the label.
    label_name: text,
    /// The name or number of the release.
    release: text,
    /// The day of the release, `yyyy-mm-dd`.
    release_date: text,
    /// Whether it can be heard; yes unless said otherwise.
    streamable: switch,
    /// Whether it can be downloaded; yes unless said otherwise.
    downloadable: switch,
    /// The terms; all rights reserved unless said otherwise.
    license: license,
    /// Whether comments are taken; yes unless said otherwise.
    commentable: switch,
    /// Whether counts are shown; `false` is quiet mode.
    reveal_stats: switch,
    /// Whether comments are shown; `false` is quiet mode.
    reveal_comments: switch,
    /// The recording's ISRC.
    isrc: text,
    /// The artist, where that is not the uploader.
    metadata_artist: text,
}

impl TrackFields {
    /// True if nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set().is_empty()
    }

    pub(super) fn title_set(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// As members of the JSON object `track`.
    pub(super) fn json(&self) -> Map<String, Value> {
        self.set().into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// As parts `track[…]` of a form.
    pub(super) fn parts(&self, form: &mut Multipart) {
        for (name, value) in self.set() {
            let name = format!("track[{name}]");
            match value {
                Value::String(text) => form.text(&name, text),
                other => form.text(&name, other),
            }
        }
    }

    pub(super) fn check(&self) -> Result<(), BuildError> {
        if let Some(date) = &self.release_date {
            let digits = |range: std::ops::Range<usize>| {
                date.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
            };
            let shaped = date.len() >= 10 && digits(0..4) && digits(5..7) && digits(8..10);
            if !shaped || date.as_bytes()[4] != b'-' || date.as_bytes()[7] != b'-' {
                return Err(BuildError::value("release_date", "is written like 2026-02-11"));
            }
        }
        Ok(())
    }
}
