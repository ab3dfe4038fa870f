//! Changing the tracks of a playlist. The service only replaces the whole list, so it is read first, all of it.

use crate::Access;
use crate::client::Client;
use crate::error::Error;
use crate::ids::{PlaylistUrn, TrackUrn};
use crate::playlists::{Change, Get, MAX_TRACKS, Playlist, PlaylistFields, Tracks};

/// A playlist whose tracks were not changed.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum PlaylistError {
    /// It would have more than 500 tracks.
    #[error("the playlist must have at most {MAX_TRACKS} tracks, found {would_have} with the new ones")]
    Full {
        /// How many it would have.
        would_have: usize,
    },
    /// The service shows fewer tracks than it counts, so writing the list back would lose the others.
    #[error(
        "the service counts {counted} tracks in the playlist and shows {shown}; writing the list would lose the others"
    )]
    Hidden {
        /// How many it counts.
        counted: u64,
        /// How many it shows.
        shown: usize,
    },
    /// The track is not in the playlist.
    #[error("the playlist has no track {0}")]
    Absent(TrackUrn),
    /// Reading the playlist or writing it failed; the error says whether a write may have arrived.
    #[error(transparent)]
    Call(#[from] Error),
}

impl std::fmt::Debug for PlaylistError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Client {
    /// The tracks of a playlist in their order, blocked ones too: what a change must write back.
    ///
    /// # Errors
    /// [`PlaylistError::Hidden`] if not all can be seen.
    pub async fn playlist_tracks(&self, playlist: PlaylistUrn) -> Result<Vec<TrackUrn>, PlaylistError> {
        let head = self.core().send(&Get::new(playlist).access(Access::ALL).show_tracks(false)).await?;
        // What is in the list twice is written back twice.
        let list = Tracks::new(playlist).access(Access::ALL).limit(200).distinct(false);
        // However many empty pages there are, none of them is taken for the end.
        let mut pages = self.core().pages(list);
        let (mut urns, mut counted) = (Vec::new(), 0);
        while let Some(page) = pages.next().await {
            let page = page?;
            // A track without a URN, or one that cannot be read, is in the playlist all the same.
            let is_item = |path: &&str| path.starts_with("collection") || path.starts_with('[');
            counted += page.items.len() + page.passed_over.paths().filter(is_item).count();
            urns.extend(page.items.into_iter().filter_map(|track| track.urn));
        }
        let counted = head.track_count.unwrap_or(0).max(counted as u64);
        if counted > urns.len() as u64 {
            return Err(PlaylistError::Hidden { counted, shown: urns.len() });
        }
        Ok(urns)
    }

    /// Adds tracks at the end of a playlist. Those that are in it already are not added again.
    ///
    /// # Errors
    /// [`PlaylistError`].
    pub async fn add_tracks(
        &self,
        playlist: PlaylistUrn,
        tracks: &[TrackUrn],
    ) -> Result<Playlist, PlaylistError> {
        let mut urns = self.playlist_tracks(playlist).await?;
        for track in tracks {
            if !urns.contains(track) {
                urns.push(*track);
            }
        }
        self.write_back(playlist, urns).await
    }

    /// Takes tracks out of a playlist. Those that are not in it are passed over.
    ///
    /// # Errors
    /// [`PlaylistError`].
    pub async fn remove_tracks(
        &self,
        playlist: PlaylistUrn,
        tracks: &[TrackUrn],
    ) -> Result<Playlist, PlaylistError> {
        let mut urns = self.playlist_tracks(playlist).await?;
        urns.retain(|urn| !tracks.contains(urn));
        self.write_back(playlist, urns).await
    }

    /// Moves a track within a playlist to the place `index`, counted from 0 without it; beyond the end means the end.
    ///
    /// # Errors
    /// [`PlaylistError`].
    pub async fn move_track(
        &self,
        playlist: PlaylistUrn,
        track: TrackUrn,
        index: usize,
    ) -> Result<Playlist, PlaylistError> {
        let mut urns = self.playlist_tracks(playlist).await?;
        let from = urns.iter().position(|urn| *urn == track).ok_or(PlaylistError::Absent(track))?;
        urns.remove(from);
        urns.insert(index.min(urns.len()), track);
        self.write_back(playlist, urns).await
    }

    async fn write_back(
        &self,
        playlist: PlaylistUrn,
        urns: Vec<TrackUrn>,
    ) -> Result<Playlist, PlaylistError> {
        if urns.len() > MAX_TRACKS {
            return Err(PlaylistError::Full { would_have: urns.len() });
        }
        Ok(self.send(&Change::new(playlist, PlaylistFields::new()).tracks(urns)).await?)
    }
}
