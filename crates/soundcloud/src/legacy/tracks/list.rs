//! The list of tracks with its filters.

use segno_core::{BuildError, RequestWriter, Timestamp, endpoint, lenient};

use super::{Track, TrackType};
use crate::ApiError;
use crate::legacy::xml::items;
use crate::legacy::{TrackId, XML};
use crate::values::date_time;

/// Which tracks a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Filter {
    /// All that the caller may see.
    All,
    /// Public ones, the default.
    Public,
    /// Private ones that the caller may see.
    Private,
    /// Those that can be heard.
    Streamable,
    /// Those that can be downloaded.
    Downloadable,
}

impl Filter {
    /// The value as it goes over the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Public => "public",
            Self::Private => "private",
            Self::Streamable => "streamable",
            Self::Downloadable => "downloadable",
        }
    }
}

/// The order of a list of tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// By the date of the upload, `created_at`.
    CreatedAt,
    /// By popularity, `hotness`.
    Hotness,
}

impl Order {
    /// The value as it goes over the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::Hotness => "hotness",
        }
    }
}

endpoint! {
    /// `GET /tracks`: all public tracks, or those that pass every filter.
    pub struct List {}
    state { pairs: Vec<(&'static str, String)>, lists: Vec<(&'static str, Vec<String>)> }
    name: "soundcloud.legacy.tracks.list",
    method: GET,
    path: "tracks",
    replay: Safe,
    write: Self::write_query,
    response: lenient::List<Track>,
    error: ApiError,
    read: items,
}

impl List {
    /// The text to search for.
    pub fn q(self, text: impl Into<String>) -> Self {
        self.pair("q", text.into())
    }

    /// Which tracks; the public ones by default.
    pub fn filter(self, filter: Filter) -> Self {
        self.pair("filter", filter.as_str().to_owned())
    }

    /// By what the list is sorted.
    pub fn order(self, order: Order) -> Self {
        self.pair("order", order.as_str().to_owned())
    }

    /// Only tracks of a tempo in beats per minute, both ends included.
    pub fn bpm(self, from: impl Into<Option<u32>>, to: impl Into<Option<u32>>) -> Self {
        self.between(("bpm[from]", "bpm[to]"), from.into(), to.into())
    }

    /// Only tracks of a length in milliseconds, both ends included.
    pub fn duration(self, from: impl Into<Option<u64>>, to: impl Into<Option<u64>>) -> Self {
        self.between(("duration[from]", "duration[to]"), from.into(), to.into())
    }

    /// Only tracks that were uploaded between two dates, both included.
    pub fn created_at(self, from: impl Into<Option<Timestamp>>, to: impl Into<Option<Timestamp>>) -> Self {
        let (from, to) = (from.into().map(date_time), to.into().map(date_time));
        self.between(("created_at[from]", "created_at[to]"), from, to)
    }

    /// Only tracks with one of these numbers.
    pub fn ids(self, tracks: impl IntoIterator<Item = TrackId>) -> Self {
        self.list("ids", tracks)
    }

    /// Only tracks of these genres.
    pub fn genres<T: ToString>(self, genres: impl IntoIterator<Item = T>) -> Self {
        self.list("genres", genres)
    }

    /// Only tracks of these kinds.
    pub fn types(self, types: impl IntoIterator<Item = TrackType>) -> Self {
        self.list("types", types)
    }

    fn pair(mut self, name: &'static str, value: String) -> Self {
        self.pairs.retain(|(known, _)| *known != name);
        self.pairs.push((name, value));
        self
    }

    fn list<T: ToString>(mut self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        self.lists.retain(|(known, _)| *known != name);
        self.lists.push((name, values.into_iter().map(|value| value.to_string()).collect()));
        self
    }

    fn between<T: ToString>(
        mut self,
        names: (&'static str, &'static str),
        from: Option<T>,
        to: Option<T>,
    ) -> Self {
        for (name, value) in [(names.0, from), (names.1, to)] {
            self.pairs.retain(|(known, _)| *known != name);
            self.pairs.extend(value.map(|value| (name, value.to_string())));
        }
        self
    }

    fn write_query(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.accept(XML);
        for (name, value) in &self.pairs {
            request.query(*name, value);
        }
        for (name, values) in &self.lists {
            // An empty list would filter nothing.
            if values.is_empty() || values.iter().any(|value| value.trim().is_empty()) {
                return Err(BuildError::value(name, "must not be empty or hold an empty text"));
            }
            if values.iter().any(|value| value.contains(',')) {
                return Err(BuildError::value(name, "must not hold a comma, which would make two of one"));
            }
            request.query(*name, values.join(","));
        }
        Ok(())
    }
}
