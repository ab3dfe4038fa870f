//! Values of parameters and members: access, sharing, licences, dates, tags.

use std::fmt;
use std::ops::BitOr;

use segno_core::{Timestamp, open_enum};

/// Which tracks a list shows, by what the caller may do with them. Lists hide blocked tracks unless asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Access(u8);

impl Access {
    /// Tracks that can be heard whole.
    pub const PLAYABLE: Self = Self(1);
    /// Tracks of which a snippet can be heard.
    pub const PREVIEW: Self = Self(2);
    /// Tracks that cannot be heard: their country or their owner says no.
    pub const BLOCKED: Self = Self(4);
    /// Playable tracks, previews and blocked tracks.
    pub const ALL: Self = Self(7);
    /// What most lists show unless told otherwise: playable and preview.
    pub const LISTENABLE: Self = Self(3);
}

impl BitOr for Access {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [(1, "playable"), (2, "preview"), (4, "blocked")];
        let names = names.iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, name)| *name);
        f.write_str(&names.collect::<Vec<_>>().join(","))
    }
}

open_enum! {
    /// What the caller may do with a track. It depends on the account, the country and the owner's choice.
    pub enum AccessLevel: text {
        /// The whole track can be heard.
        Playable = "playable",
        /// A snippet can be heard.
        Preview = "preview",
        /// Nothing can be heard.
        Blocked = "blocked",
    }
}

open_enum! {
    /// Who sees a track or playlist.
    pub enum Sharing: text {
        /// Everybody, without an account as well.
        Public = "public",
        /// The owner, and whoever has the secret link.
        Private = "private",
    }
}

open_enum! {
    /// Who may embed a player on a page.
    pub enum EmbeddableBy: text {
        /// Everybody may embed it.
        All = "all",
        /// The owner alone may embed it.
        Me = "me",
        /// Nobody may embed it.
        None = "none",
    }
}

open_enum! {
    /// The licence of a track or playlist.
    pub enum License: text {
        /// All rights reserved, the service's default.
        AllRightsReserved = "all-rights-reserved",
        /// No rights reserved: public domain.
        NoRightsReserved = "no-rights-reserved",
        /// Creative Commons: attribution.
        CcBy = "cc-by",
        /// Creative Commons: attribution, non-commercial.
        CcByNc = "cc-by-nc",
        /// Creative Commons: attribution, no derivatives.
        CcByNd = "cc-by-nd",
        /// Creative Commons: attribution, share alike.
        CcBySa = "cc-by-sa",
        /// Creative Commons: attribution, non-commercial, no derivatives.
        CcByNcNd = "cc-by-nc-nd",
        /// Creative Commons: attribution, non-commercial, share alike.
        CcByNcSa = "cc-by-nc-sa",
    }
}

open_enum! {
    /// The kind of a playlist.
    pub enum SetType: text {
        /// A release, shown as an album.
        Album = "album",
        /// A selection of tracks, one's own or others'.
        Playlist = "playlist",
    }
}

/// The order of a list of tracks by their upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// The oldest upload first.
    OldestFirst,
    /// The newest upload first.
    NewestFirst,
}

impl Sort {
    /// The value as it goes over the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OldestFirst => "asc",
            Self::NewestFirst => "desc",
        }
    }
}

/// A date as filters take it, in UTC: `yyyy-mm-dd hh:mm:ss`, which is RFC 3339 without its letters and fractions.
pub(crate) fn date_time(timestamp: Timestamp) -> String {
    timestamp.to_string().replace('T', " ").chars().take(19).collect()
}

/// Tags as one text: separated by spaces, those of several words in double quotes. Quotes inside a tag are left out,
/// because they cannot be written.
#[must_use]
pub fn tag_list<T: AsRef<str>>(tags: impl IntoIterator<Item = T>) -> String {
    let mut list = String::new();
    for tag in tags {
        let words: Vec<_> = tag.as_ref().split_whitespace().collect();
        let tag = words.join(" ").replace('"', "");
        if tag.is_empty() {
            continue;
        }
        if !list.is_empty() {
            list.push(' ');
        }
        if tag.contains(' ') {
            list.push('"');
            list.push_str(&tag);
            list.push('"');
        } else {
            list.push_str(&tag);
        }
    }
    list
}

/// The tags of a text that [`tag_list`] made.
#[must_use]
pub fn tags(list: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let (mut tag, mut quoted) = (String::new(), false);
    for letter in list.chars().chain([' ']) {
        match letter {
            '"' => quoted = !quoted,
            letter if letter.is_whitespace() && !quoted => {
                if !tag.is_empty() {
                    tags.push(std::mem::take(&mut tag));
                }
            }
            letter => tag.push(letter),
        }
    }
    // A quote that was never closed.
    if !tag.trim().is_empty() {
        tags.extend(tag.split_whitespace().map(str::to_owned));
    }
    tags
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn access_as_the_query_has_it() {
        assert_eq!(Access::ALL.to_string(), "playable,preview,blocked");
        assert_eq!(Access::LISTENABLE.to_string(), "playable,preview");
        assert_eq!((Access::BLOCKED | Access::PLAYABLE).to_string(), "playable,blocked");
    }

    #[test]
    fn tags_of_several_words_are_quoted() {
        assert_eq!(
            tag_list(["sea", "field recording", "geo:lat=1.5", " "]),
            "sea \"field recording\" geo:lat=1.5"
        );
        assert_eq!(tags("sea \"field recording\""), ["sea", "field recording"]);
        assert_eq!(tags("a \"b c"), ["a", "b", "c"]);
    }

    proptest! {
        #[test]
        fn any_text_is_a_list_that_reads_back(text in "[ \"a-cé\t]{0,20}") {
            let once = tag_list(tags(&text));
            prop_assert_eq!(tag_list(tags(&once)), once);
        }

        #[test]
        fn tags_come_back(given in prop::collection::vec("[a-zé:=]{1,5}( [a-z]{1,4})?", 0..6)) {
            prop_assert_eq!(tags(&tag_list(&given)), given);
        }
    }
}
