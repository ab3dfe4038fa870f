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
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AudioFile {
    /// The identifier.
    pub id: AudioFileId,
    /// A label such as `Instrumental [Primary]`.
    pub description: Option<String>,
    /// The length, in seconds.
    pub duration: Option<f64>,
    /// True for a file without vocals; see [`is_instrumental`](AudioFile::is_instrumental).
    pub instrumental: Option<bool>,
    /// Links to the file; they expire within an hour, in a Supe result within 7 days.
    pub versions: Versions,
    /// The format of the master, such as `wav` (older form).
    pub file_extension: Option<String>,
    /// Of unknown meaning; only ever seen empty (older form).
    pub exclusions: Vec<Value>,
    /// How much singing there is (older form).
    pub vocal_degree: Option<VocalDegree>,
    /// The song it belongs to, where the service sends it.
    pub song_id: Option<SongId>,
    /// Members that could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

open_enum! {
    /// How much singing a file has.
    pub enum VocalDegree: text {
        /// None.
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

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    description: Option<String>,
    duration: Option<f64>,
    instrumental: Option<bool>,
    versions: Versions,
    file_extension: Option<String>,
    #[serde(deserialize_with = "lenient::list")]
    exclusions: Vec<Value>,
    vocal_degree: Option<VocalDegree>,
    song_id: Option<SongId>,
    passed_over: PassedOver,
    other: Map<String, Value>,
}

impl FromResource for AudioFile {
    const TYPE: &'static str = "audio_files";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let read: Attributes = resource.read_attributes(included)?;
        Ok(Self {
            id: AudioFileId::received(&resource.id),
            description: read.description,
            duration: read.duration,
            instrumental: read.instrumental,
            versions: read.versions,
            file_extension: read.file_extension,
            exclusions: read.exclusions,
            vocal_degree: read.vocal_degree,
            song_id: read.song_id,
            passed_over: resource.all_passed_over(read.passed_over),
            other: read.other,
        })
    }
}
