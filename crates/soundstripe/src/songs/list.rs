//! Searching songs.

use std::fmt;

use segno_core::{BuildError, RequestWriter, endpoint};

use super::Song;
use crate::error::ApiError;
use crate::json_api::read_list;
use crate::page::{Page, PageNumber};
use crate::terms::Terms;

endpoint! {
    /// `GET /v1/songs`: songs that meet every condition.
    ///
    /// ```
    /// use segno_soundstripe::{Terms, songs};
    ///
    /// let list = songs::List::new()
    ///     .mood(Terms::new().include("hopeful")?.exclude("Scary")?)
    ///     .bpm_min(80)
    ///     .bpm_max(120)
    ///     .include_alternate_audio_files(true);
    /// # let _ = list;
    /// # Ok::<(), segno_soundstripe::TermError>(())
    /// ```
    ///
    /// [`Client::send`](crate::Client::send) gives one page, [`Client::items`](crate::Client::items) the songs of all pages.
    pub struct List {}
    optional {
        /// Free text. Which fields are searched is not documented.
        query query: String = "filter[q]",
        /// The slowest tempo, in whole beats per minute, at most 2,147,483,647.
        query bpm_min: u32 = "filter[bpm][min]",
        /// The fastest tempo, in whole beats per minute, at most 2,147,483,647.
        query bpm_max: u32 = "filter[bpm][max]",
        /// The shortest length of the primary audio file, in whole seconds, at most 2,147,483,647.
        query duration_min: u32 = "filter[duration][min]",
        /// The longest length of the primary audio file, in whole seconds, at most 2,147,483,647.
        query duration_max: u32 = "filter[duration][max]",
        /// Whether any audio file of a song may have the required length, not only the primary one.
        query consider_alternate_audio_files: bool = "filter[duration][consider_alternate_audio_files]",
        /// How energetic the songs are.
        query energy: Energy = "filter[energy]",
        /// Whether every audio file of each song is included, or the primary one only (the default).
        query include_alternate_audio_files: bool = "filter[include_alternate_audio_files]",
        /// True: only songs with at least one instrumental file; false: only songs without one.
        query instrumental: bool = "filter[instrumental]",
        /// True: only songs with at least one vocal file; false: only songs without one.
        query vocals: bool = "filter[vocals]",
        /// Tags of the character. All that exist: [`tags::List`](crate::tags::List).
        query characteristic: Terms = "filter[tags][characteristic]" via Terms::value,
        /// Tags of the genre.
        query genre: Terms = "filter[tags][genre]" via Terms::value,
        /// Tags of the instrument.
        query instrument: Terms = "filter[tags][instrument]" via Terms::value,
        /// Tags of the mood.
        query mood: Terms = "filter[tags][mood]" via Terms::value,
        /// The note of the musical key, such as `C`. Not documented: one client was seen to send it.
        query unverified_key_name: String = "filter[key][name]",
        /// The mode of the musical key, such as `minor`. Not documented: one client was seen to send it.
        query unverified_key_mode: String = "filter[key][mode]",
    }
    pages: PageNumber,
    name: "soundstripe.songs.list",
    method: GET,
    path: "songs",
    replay: Safe,
    write: Self::check,
    response: Page<Song>,
    error: ApiError,
    read: read_list,
}

impl List {
    fn check(&self, _: &mut RequestWriter) -> Result<(), BuildError> {
        for (field, min, max) in
            [("bpm", self.bpm_min, self.bpm_max), ("duration", self.duration_min, self.duration_max)]
        {
            if let Some(bound) = min.max(max).filter(|bound| i32::try_from(*bound).is_err()) {
                return Err(BuildError::value(field, format!("must be at most {}, found {bound}", i32::MAX)));
            }
            if let (Some(min), Some(max)) = (min, max)
                && min > max
            {
                let message = format!("must have a minimum of at most the maximum {max}, found {min}");
                return Err(BuildError::value(field, message));
            }
        }
        Ok(())
    }
}

/// How energetic a song is. Songs can be filtered by it; it is not among their attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Energy {
    /// `very_low`, the calmest.
    VeryLow,
    /// `low`, between very low and medium.
    Low,
    /// `medium`, between low and high.
    Medium,
    /// `high`, the highest.
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
