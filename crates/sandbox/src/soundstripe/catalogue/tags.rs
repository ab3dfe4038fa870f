//! Tags of songs.

use std::borrow::Cow;

/// A tag of songs.
#[derive(Clone, Debug)]
pub(in crate::soundstripe) struct Tag {
    pub(in crate::soundstripe) id: String,
    pub(in crate::soundstripe) name: Cow<'static, str>,
    pub(in crate::soundstripe) category: TagCategory,
}

/// The four kinds of tags, in the order of a song's attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::soundstripe) enum TagCategory {
    Characteristic,
    Genre,
    Instrument,
    Mood,
}

impl TagCategory {
    pub(in crate::soundstripe) const ALL: [Self; 4] =
        [Self::Characteristic, Self::Genre, Self::Instrument, Self::Mood];

    pub(in crate::soundstripe) fn name(self) -> &'static str {
        match self {
            Self::Characteristic => "characteristic",
            Self::Genre => "genre",
            Self::Instrument => "instrument",
            Self::Mood => "mood",
        }
    }
}

/// The id of a tag: lower case, each run of anything but letters and digits an underscore.
pub(in crate::soundstripe) fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_")
}
