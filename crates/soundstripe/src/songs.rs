//! Songs: search, one song, and what belongs to it.
//!
//! ```
//! # use segno_soundstripe::{Client, Terms, songs};
//! # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let hopeful = songs::List::new().mood(Terms::new().include("Hopeful")?).bpm_min(90).bpm_max(110);
//! let mut items = client.items(hopeful);
//! while let Some(song) = items.next().await {
//!     println!("{:?}", song?.title);
//! }
//! let song = client.send(&songs::Get::new(1001)).await?;
//! println!("{} alternate recordings", song.alternate_audio().count());
//! # Ok(())
//! # }
//! ```

mod key;
mod list;

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, endpoint, lenient};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::artists::Artist;
use crate::audio_files::AudioFile;
use crate::client::Refresh;
use crate::error::ApiError;
use crate::ids::{ArtistId, AudioFileId, SongId};
use crate::json_api::{FromResource, Included, Resource, read_one};

pub use key::Key;
pub use list::{Energy, List};

/// A song with its artists and audio files.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Song {
    /// The identifier, for [`Get`], playlists and digital usages.
    pub id: SongId,
    /// The title, such as `Golden Hour`.
    pub title: Option<String>,
    /// The tempo, in beats per minute.
    pub bpm: Option<f64>,
    /// Whether the lyrics are explicit.
    pub explicit: Option<bool>,
    /// The musical key, such as A minor.
    pub key: Option<Key>,
    /// The tags by category; names, not ids.
    #[serde(default)]
    pub tags: SongTags,
    /// The lyrics, where the service gives them; not documented.
    pub lyrics: Option<String>,
    /// A description, where the service gives one; not documented.
    pub description: Option<String>,
    /// The ids of the artists, the primary one first.
    #[serde(skip)]
    pub artist_ids: Vec<ArtistId>,
    /// The artists that the response includes, in the same order.
    #[serde(skip)]
    pub artists: Vec<Artist>,
    /// The ids of the audio files, the primary one first. Without
    /// [`include_alternate_audio_files`](List::include_alternate_audio_files) a list has the primary one only.
    #[serde(skip)]
    pub audio_file_ids: Vec<AudioFileId>,
    /// The audio files that the response includes, in the same order.
    #[serde(skip)]
    pub audio_files: Vec<AudioFile>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    #[serde(default)]
    pub other: Map<String, Value>,
}

/// The names of a song's tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SongTags {
    /// Its character, such as `Building`.
    #[serde(deserialize_with = "lenient::list")]
    pub characteristic: Vec<String>,
    /// Its genre, such as `Folk`.
    #[serde(deserialize_with = "lenient::list")]
    pub genre: Vec<String>,
    /// Its instruments, such as `Cello`.
    #[serde(deserialize_with = "lenient::list")]
    pub instrument: Vec<String>,
    /// Its mood, such as `Hopeful`.
    #[serde(deserialize_with = "lenient::list")]
    pub mood: Vec<String>,
}

impl Song {
    /// The primary artist: the first one of the linkage. `None` if the song has none or the response does not include it.
    #[must_use]
    pub fn primary_artist(&self) -> Option<&Artist> {
        let id = self.artist_ids.first()?;
        self.artists.iter().find(|artist| artist.id == *id)
    }

    /// The primary audio file: the first one of the linkage. `None` if the song has none or the response does not include it.
    #[must_use]
    pub fn primary_audio(&self) -> Option<&AudioFile> {
        let id = self.audio_file_ids.first()?;
        self.audio_files.iter().find(|file| file.id == *id)
    }

    /// The audio files besides the primary one: cuts, mixes, loops.
    pub fn alternate_audio(&self) -> impl Iterator<Item = &AudioFile> {
        let primary = self.audio_file_ids.first();
        self.audio_files.iter().filter(move |file| primary != Some(&file.id))
    }
}

impl FromResource for Song {
    const TYPE: &'static str = "songs";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut song: Self = resource.read(included)?;
        resource.add_passed_over(&mut song.passed_over);
        song.artist_ids = resource.linked_ids("artists", Artist::TYPE, ArtistId::received);
        song.artists = included.resolve(resource, "artists")?;
        song.audio_file_ids = resource.linked_ids("audio_files", AudioFile::TYPE, AudioFileId::received);
        song.audio_files = included.resolve(resource, "audio_files")?;
        Ok(song)
    }
}

endpoint! {
    /// `GET /v1/songs/{song_id}`: one song.
    ///
    /// The response includes all artists and audio files, or, by another source, the primary ones only.
    pub struct Get { path id: SongId }
    name: "soundstripe.songs.get",
    method: GET,
    path: "songs/{song_id}",
    replay: Safe,
    response: Song,
    error: ApiError,
    read: read_one,
}

impl Refresh for Song {
    type Request = Get;

    fn request(&self) -> Get {
        Get::new(&self.id)
    }
}
