//! What can be said about a track when it is uploaded or changed.

use segno_core::BuildError;

use super::Track;
use crate::fields::{Described, Fields};
use crate::values::EmbeddableBy;

/// What can be said about a track. What is left out is not sent: an upload takes the service's defaults, a change leaves it
/// as it is.
pub type TrackFields = Fields<Track>;

impl Described for Track {
    const KIND: &'static str = "track";
    /// That of the specification.
    const ORDER: &'static [&'static str] = &[
        "title",
        "permalink",
        "sharing",
        "embeddable_by",
        "purchase_url",
        "description",
        "genre",
        "label_name",
        "release",
        "release_date",
        "streamable",
        "downloadable",
        "license",
        "commentable",
        "reveal_stats",
        "reveal_comments",
        "isrc",
        "metadata_artist",
        "tag_list",
    ];
}

impl TrackFields {
    /// Who may embed the player.
    pub fn embeddable_by(self, embeddable_by: EmbeddableBy) -> Self {
        self.with("embeddable_by", embeddable_by.as_str())
    }

    /// Whether it can be played; the service's default is true.
    pub fn streamable(self, streamable: bool) -> Self {
        self.with("streamable", streamable)
    }

    /// Whether it can be downloaded; the service's default is true.
    pub fn downloadable(self, downloadable: bool) -> Self {
        self.with("downloadable", downloadable)
    }

    /// Whether comments are allowed; the service's default is true.
    pub fn commentable(self, commentable: bool) -> Self {
        self.with("commentable", commentable)
    }

    /// Whether the counts of plays and likes are shown; `false` is quiet mode.
    pub fn reveal_stats(self, reveal_stats: bool) -> Self {
        self.with("reveal_stats", reveal_stats)
    }

    /// Whether comments are shown; `false` is quiet mode.
    pub fn reveal_comments(self, reveal_comments: bool) -> Self {
        self.with("reveal_comments", reveal_comments)
    }

    /// The ISRC of the recording.
    pub fn isrc(self, isrc: impl Into<String>) -> Self {
        self.with("isrc", isrc.into())
    }

    /// The artist, where that is not the uploader.
    pub fn metadata_artist(self, metadata_artist: impl Into<String>) -> Self {
        self.with("metadata_artist", metadata_artist.into())
    }

    pub(super) fn check(&self) -> Result<(), BuildError> {
        if let Some(date) = self.text("release_date") {
            let digits = |range: std::ops::Range<usize>| {
                date.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
            };
            let shaped = date.len() >= 10 && digits(0..4) && digits(5..7) && digits(8..10);
            if !shaped || date.as_bytes()[4] != b'-' || date.as_bytes()[7] != b'-' {
                return Err(BuildError::value("release_date", "must be a date such as 2026-02-11"));
            }
        }
        Ok(())
    }
}
