//! Audio files, which responses with songs include; they have no endpoint.

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, lenient, open_enum};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ids::{AudioFileId, SongId};
use crate::json_api::{FromResource, Included, Resource};
use crate::media::Versions;

/// One recording of a song: the whole piece, a cut, a mix without vocals.
///
/// The service was seen to describe files in two ways, with `instrumental` (documented) or with `file_extension`,
/// `exclusions` and `vocal_degree` (older); either or both may be there.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct AudioFile {
    /// The identifier, as in [`Song::audio_file_ids`](crate::songs::Song::audio_file_ids).
    pub id: AudioFileId,
    /// A label such as `Instrumental [Primary]`.
    pub description: Option<String>,
    /// The length, in seconds.
    pub duration: Option<f64>,
    /// True for a file without vocals; see [`is_instrumental`](AudioFile::is_instrumental).
    pub instrumental: Option<bool>,
    /// Links to the file; they expire within an hour, in a Supe result within 7 days.
    #[serde(default)]
    pub versions: Versions,
    /// The format of the master, such as `wav` (older form).
    pub file_extension: Option<String>,
    /// Of unknown meaning; only ever seen empty (older form).
    #[serde(default, deserialize_with = "lenient::list")]
    pub exclusions: Vec<Value>,
    /// How much singing there is (older form).
    pub vocal_degree: Option<VocalDegree>,
    /// The song it belongs to, where the service sends it.
    pub song_id: Option<SongId>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    #[serde(default)]
    pub other: Map<String, Value>,
}

open_enum! {
    /// How much singing a file has.
    pub enum VocalDegree: text {
        /// The file has no vocals.
        Instrumental = "instrumental",
    }
}

impl AudioFile {
    /// Whether the file is without vocals: `instrumental`, or else `vocal_degree`, or else not known.
    ///
    /// The text of the documentation defines `instrumental` as whether a file *has* vocals; its name and its examples mean the
    /// opposite, and so does this.
    #[must_use]
    pub fn is_instrumental(&self) -> Option<bool> {
        self.instrumental.or_else(|| match self.vocal_degree.as_ref()? {
            VocalDegree::Instrumental => Some(true),
            VocalDegree::Other(_) => None,
        })
    }
}

impl FromResource for AudioFile {
    const TYPE: &'static str = "audio_files";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut file: Self = resource.read(included)?;
        resource.add_passed_over(&mut file.passed_over);
        Ok(file)
    }
}
