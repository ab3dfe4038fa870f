//! The songs of a curated playlist, over all pages.

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};

use super::{Include, Playlist};
use crate::error::ApiError;
use crate::ids::PlaylistId;
use crate::json_api::read_list_within;
use crate::page::{Page, Paging, paged};
use crate::songs::Song;

/// `GET /v1/playlists/{playlist_id}`: the songs of a curated playlist, with their artists and audio files.
///
/// The same resource as [`Get`](super::Get), taken as a list of its songs: give it to
/// [`Client::items`](crate::Client::items) for all of them.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Songs {
    playlist: PlaylistId,
    alternates: Option<bool>,
    paging: Paging,
}

impl Songs {
    /// The songs of this playlist, in pages of 100.
    pub fn of(playlist: impl Into<PlaylistId>) -> Self {
        Self { playlist: playlist.into(), alternates: None, paging: Paging::default() }
    }

    /// Whether every audio file of each song comes with it, or the primary one only (the default).
    pub fn include_alternate_audio_files(mut self, all: bool) -> Self {
        self.alternates = Some(all);
        self
    }
}

paged!(Songs, Song);

impl Endpoint for Songs {
    type Output = Page<Song>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.playlists.songs";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("playlists/{playlist_id}", &[&self.playlist])?;
        Include::new().artists().audio_files().write(request);
        request.query_some("filter[include_alternate_audio_files]", self.alternates);
        self.paging.write(request)
    }

    fn read(response: Response<Bytes>) -> Result<Page<Song>, DecodeError> {
        // A song that the document does not include is on the page nevertheless.
        read_list_within(&response, |playlist: Playlist| {
            let lost = playlist.passed_over.paths().filter(|path| path.starts_with("relationships.songs."));
            let given = playlist.song_ids.len() + lost.count();
            (playlist.songs, playlist.passed_over, given)
        })
    }
}
