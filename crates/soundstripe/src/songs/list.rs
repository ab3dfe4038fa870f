//! Searching songs.

use std::fmt;

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};

use super::Song;
use crate::error::ApiError;
use crate::json_api::read_list;
use crate::page::{Page, Paging, paged};
use crate::terms::Terms;

/// `GET /v1/songs`: songs that meet every condition.
///
/// ```
/// use segno_soundstripe::{Terms, songs};
///
/// let list = songs::List::new()
///     .mood(Terms::new().include("hopeful")?.exclude("Scary")?)
///     .bpm(Some(80), Some(120))
///     .include_alternate_audio_files(true);
/// # let _ = list;
/// # Ok::<(), segno_soundstripe::TermError>(())
/// ```
///
/// Send it for one page; give it to [`Client::items`](crate::Client::items) for all of them.
#[derive(Clone, Debug, Default)]
#[must_use = "a request does nothing until it is sent"]
pub struct List {
    q: Option<String>,
    bpm: Bounds,
    duration: Bounds,
    consider_alternate_audio_files: Option<bool>,
    energy: Option<Energy>,
    include_alternate_audio_files: Option<bool>,
    instrumental: Option<bool>,
    vocals: Option<bool>,
    characteristic: Terms,
    genre: Terms,
    instrument: Terms,
    mood: Terms,
    key_name: Option<String>,
    key_mode: Option<String>,
    paging: Paging,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bounds {
    min: Option<u32>,
    max: Option<u32>,
}

impl Bounds {
    fn write(self, request: &mut RequestWriter, field: &'static str) -> Result<(), BuildError> {
        if let Some(bound) = self.min.max(self.max).filter(|bound| i32::try_from(*bound).is_err()) {
            return Err(BuildError::value(field, format!("must be at most {}, found {bound}", i32::MAX)));
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min > max
        {
            return Err(BuildError::value(
                field,
                format!("the lower bound {min} is above the upper bound {max}"),
            ));
        }
        request.query_some(format!("filter[{field}][min]"), self.min);
        request.query_some(format!("filter[{field}][max]"), self.max);
        Ok(())
    }
}

/// How energetic a song is. It can be asked for but is no attribute of a song.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Energy {
    /// `very_low`
    VeryLow,
    /// `low`
    Low,
    /// `medium`
    Medium,
    /// `high`; there is no `very_high`.
    High,
}

impl fmt::Display for Energy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::VeryLow => "very_low",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

impl List {
    /// All songs, in pages of 100.
    pub fn new() -> Self {
        Self::default()
    }

    /// Free text. Which fields are searched is not documented.
    pub fn query(mut self, words: impl Into<String>) -> Self {
        self.q = Some(words.into());
        self
    }

    /// Bounds of the tempo, in whole beats per minute, at most 2,147,483,647.
    pub fn bpm(mut self, min: Option<u32>, max: Option<u32>) -> Self {
        self.bpm = Bounds { min, max };
        self
    }

    /// Bounds of the length of the primary audio file, in whole seconds, at most 2,147,483,647.
    pub fn duration(mut self, min: Option<u32>, max: Option<u32>) -> Self {
        self.duration = Bounds { min, max };
        self
    }

    /// Whether any audio file of a song may meet the bounds of [`duration`](List::duration), not only the primary one.
    /// Without bounds it changes nothing.
    pub fn consider_alternate_audio_files(mut self, any: bool) -> Self {
        self.consider_alternate_audio_files = Some(any);
        self
    }

    /// How energetic the songs are.
    pub fn energy(mut self, energy: Energy) -> Self {
        self.energy = Some(energy);
        self
    }

    /// Whether every audio file of each song comes with it, or the primary one only (the default).
    pub fn include_alternate_audio_files(mut self, all: bool) -> Self {
        self.include_alternate_audio_files = Some(all);
        self
    }

    /// True: only songs with at least one instrumental file; false: none that has one.
    pub fn instrumental(mut self, wanted: bool) -> Self {
        self.instrumental = Some(wanted);
        self
    }

    /// True: only songs with at least one vocal file; false: none that has one.
    pub fn vocals(mut self, wanted: bool) -> Self {
        self.vocals = Some(wanted);
        self
    }

    /// Tags that say what the music does. All that exist: [`tags::List`](crate::tags::List).
    pub fn characteristic(mut self, terms: Terms) -> Self {
        self.characteristic = terms;
        self
    }

    /// Tags of the genre.
    pub fn genre(mut self, terms: Terms) -> Self {
        self.genre = terms;
        self
    }

    /// Tags of the instrument.
    pub fn instrument(mut self, terms: Terms) -> Self {
        self.instrument = terms;
        self
    }

    /// Tags of the mood.
    pub fn mood(mut self, terms: Terms) -> Self {
        self.mood = terms;
        self
    }

    /// The note of the musical key, such as `C`. Not documented: one caller was seen to send it.
    pub fn unverified_key_name(mut self, name: impl Into<String>) -> Self {
        self.key_name = Some(name.into());
        self
    }

    /// The mode of the musical key, such as `minor`. Not documented: one caller was seen to send it.
    pub fn unverified_key_mode(mut self, mode: impl Into<String>) -> Self {
        self.key_mode = Some(mode.into());
        self
    }
}

paged!(List, Song);

impl Endpoint for List {
    type Output = Page<Song>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.songs.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("songs", &[])?;
        request.query_some("filter[q]", self.q.as_deref());
        self.bpm.write(request, "bpm")?;
        self.duration.write(request, "duration")?;
        request.query_some(
            "filter[duration][consider_alternate_audio_files]",
            self.consider_alternate_audio_files,
        );
        request.query_some("filter[energy]", self.energy);
        request.query_some("filter[include_alternate_audio_files]", self.include_alternate_audio_files);
        request.query_some("filter[instrumental]", self.instrumental);
        request.query_some("filter[vocals]", self.vocals);
        request.query_some("filter[tags][characteristic]", self.characteristic.value());
        request.query_some("filter[tags][genre]", self.genre.value());
        request.query_some("filter[tags][instrument]", self.instrument.value());
        request.query_some("filter[tags][mood]", self.mood.value());
        request.query_some("filter[key][name]", self.key_name.as_deref());
        request.query_some("filter[key][mode]", self.key_mode.as_deref());
        self.paging.write(request)
    }

    fn read(response: Response<Bytes>) -> Result<Page<Song>, DecodeError> {
        read_list(&response)
    }
}
