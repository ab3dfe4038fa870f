//! The songs of a curated playlist, over all pages.

use segno_core::endpoint;

use super::{Include, Playlist};
use crate::error::ApiError;
use crate::ids::PlaylistId;
use crate::json_api::read_list_within;
use crate::page::{Page, PageNumber};
use crate::songs::Song;

endpoint! {
    /// `GET /v1/playlists/{playlist_id}`: the songs of a curated playlist, with their artists and audio files.
    ///
    /// The same resource as [`Get`](super::Get), read as a list of its songs: [`Client::items`](crate::Client::items) gives all of
    /// them.
    pub struct Songs { path playlist: PlaylistId }
    optional {
        /// Whether every audio file of each song is included, or the primary one only (the default).
        field include_alternate_audio_files: bool,
    }
    pages: PageNumber,
    name: "soundstripe.playlists.songs",
    method: GET,
    path: "playlists/{playlist_id}",
    replay: Safe,
    write: |this, request| {
        request.query("include", Include::new().artists().audio_files());
        request.query_some("filter[include_alternate_audio_files]", this.include_alternate_audio_files);
        Ok(())
    },
    response: Page<Song>,
    error: ApiError,
    // A song that the document does not include is on the page nevertheless.
    read: |response| read_list_within(response, |playlist: Playlist| {
        let lost = playlist.passed_over.paths().filter(|path| path.starts_with("relationships.songs."));
        let given = playlist.song_ids.len() + lost.count();
        (playlist.songs, playlist.passed_over, given)
    }),
}
