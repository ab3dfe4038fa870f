//! The list of tracks with its filters.

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Timestamp,
};

use super::{Track, TrackType};
use crate::ApiError;
use crate::legacy::xml::{document, items};
use crate::legacy::{TrackId, XML};
use crate::values::date_time;

/// Which tracks a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Filter {
    /// Everything that the caller may see.
    All,
    /// Public ones; so it is without a filter.
    Public,
    /// Private ones that the caller may see.
    Private,
    /// Those that can be heard.
    Streamable,
    /// Those that can be downloaded.
    Downloadable,
}

impl Filter {
    /// The word on the wire.
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
pub enum Order {
    /// By the upload.
    CreatedAt,
    /// By popularity.
    Hotness,
}

impl Order {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::Hotness => "hotness",
        }
    }
}

/// `GET /tracks`: several filters find what passes all of them
#[derive(Clone, Debug, Default)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct List {
    pairs: Vec<(&'static str, String)>,
    lists: Vec<(&'static str, Vec<String>)>,
}

impl List {
    /// All public tracks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those that are found by these words.
    pub fn q(self, words: impl Into<String>) -> Self {
        self.pair("q", words.into())
    }

    /// Others than the public ones.
    pub fn filter(self, filter: Filter) -> Self {
        self.pair("filter", filter.as_str().to_owned())
    }

    /// In this order.
    pub fn order(self, order: Order) -> Self {
        self.pair("order", order.as_str().to_owned())
    }

    /// With so many beats per minute, both ends included.
    pub fn bpm(self, from: impl Into<Option<u32>>, to: impl Into<Option<u32>>) -> Self {
        self.between(("bpm[from]", "bpm[to]"), from.into(), to.into())
    }

    /// Of this length in milliseconds, both ends included.
    pub fn duration(self, from: impl Into<Option<u64>>, to: impl Into<Option<u64>>) -> Self {
        self.between(("duration[from]", "duration[to]"), from.into(), to.into())
    }

    /// Uploaded between these moments, both included.
    pub fn created_at(self, from: impl Into<Option<Timestamp>>, to: impl Into<Option<Timestamp>>) -> Self {
        self.between(
            ("created_at[from]", "created_at[to]"),
            from.into().map(date_time),
            to.into().map(date_time),
        )
    }

    /// Only these tracks.
    pub fn ids(self, tracks: impl IntoIterator<Item = TrackId>) -> Self {
        self.list("ids", tracks)
    }

    /// Of these genres.
    pub fn genres<T: ToString>(self, genres: impl IntoIterator<Item = T>) -> Self {
        self.list("genres", genres)
    }

    /// Of these types.
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
}

impl Endpoint for List {
    type Output = Vec<Track>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.legacy.tracks.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.accept(XML);
        for (name, value) in &self.pairs {
            request.query(*name, value);
        }
        for (name, values) in &self.lists {
            // An empty list would be no filter at all.
            if values.is_empty() || values.iter().any(|value| value.trim().is_empty()) {
                return Err(BuildError::value(name, "has nothing in it, or something empty"));
            }
            if values.iter().any(|value| value.contains(',')) {
                return Err(BuildError::value(name, "has a comma in it, which would make two of one"));
            }
            request.query(*name, values.join(","));
        }
        request.path("tracks", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<Track>, DecodeError> {
        items(&document(&response)?)
    }
}
