//! What a request is for.

use http::Method;

use super::accounts::SoundstripeAccount;
use super::error::{self, Result};

/// A request of the API, named as the rows of the documentation; ids as they stand in the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Songs,
    Song(String),
    DigitalUsage(String),
    Tags,
    SoundEffects,
    SoundEffect(String),
    Categories,
    Category(String),
    Playlists,
    Playlist(String),
    PlaylistCategories,
    PlaylistCategory(String),
    PrivatePlaylists,
    CreatePrivatePlaylist,
    PrivatePlaylist(String),
    UpdatePrivatePlaylist(String),
    DeletePrivatePlaylist(String),
    AddItems(String, ItemKind),
    RemoveItems(String, ItemKind),
    StartSearch,
    Search(String),
    UploadAsset,
    Asset(String),
}

/// What a private playlist holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    Songs,
    SoundEffects,
}

impl ItemKind {
    /// The type name, which is also the `media_type`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Songs => "songs",
            Self::SoundEffects => "sound_effects",
        }
    }

    /// The attribute with the ids.
    pub(super) fn ids(self) -> &'static str {
        match self {
            Self::Songs => "song_ids",
            Self::SoundEffects => "sound_effect_ids",
        }
    }

    pub(super) fn of(name: &str) -> Option<Self> {
        [Self::Songs, Self::SoundEffects].into_iter().find(|kind| kind.name() == name)
    }
}

impl Route {
    /// The request behind method and path; `None` for anything else.
    pub(super) fn find(method: &Method, segments: &[String]) -> Option<Self> {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (&"v1", rest) = segments.split_first()? else { return None };
        let id = |id: &str| id.to_owned();
        Some(match (method.as_str(), rest) {
            ("GET", ["songs"]) => Self::Songs,
            ("GET", ["songs", song]) => Self::Song(id(song)),
            ("POST", ["songs", song, "digital_usages"]) => Self::DigitalUsage(id(song)),
            ("GET", ["tags"]) => Self::Tags,
            ("GET", ["sound_effects"]) => Self::SoundEffects,
            ("GET", ["sound_effects", effect]) => Self::SoundEffect(id(effect)),
            ("GET", ["categories"]) => Self::Categories,
            ("GET", ["categories", category]) => Self::Category(id(category)),
            ("GET", ["playlists"]) => Self::Playlists,
            ("GET", ["playlists", playlist]) => Self::Playlist(id(playlist)),
            ("GET", ["playlist_categories"]) => Self::PlaylistCategories,
            ("GET", ["playlist_categories", category]) => Self::PlaylistCategory(id(category)),
            ("GET", ["my_media", "playlists"]) => Self::PrivatePlaylists,
            ("POST", ["my_media", "playlists"]) => Self::CreatePrivatePlaylist,
            ("GET", ["my_media", "playlists", playlist]) => Self::PrivatePlaylist(id(playlist)),
            ("PATCH", ["my_media", "playlists", playlist]) => Self::UpdatePrivatePlaylist(id(playlist)),
            ("DELETE", ["my_media", "playlists", playlist]) => Self::DeletePrivatePlaylist(id(playlist)),
            ("POST", ["my_media", "playlists", playlist, kind]) => {
                Self::AddItems(id(playlist), ItemKind::of(kind)?)
            }
            ("DELETE", ["my_media", "playlists", playlist, kind]) => {
                Self::RemoveItems(id(playlist), ItemKind::of(kind)?)
            }
            ("POST", ["supe", "search"]) => Self::StartSearch,
            ("GET", ["supe", "search", search]) => Self::Search(id(search)),
            ("POST", ["supe", "assets"]) => Self::UploadAsset,
            ("GET", ["supe", "assets", asset]) => Self::Asset(id(asset)),
            _ => return None,
        })
    }

    /// Whether a body in JSON belongs to it.
    pub(super) fn takes_json(&self) -> bool {
        matches!(
            self,
            Self::DigitalUsage(_)
                | Self::CreatePrivatePlaylist
                | Self::UpdatePrivatePlaylist(_)
                | Self::AddItems(..)
                | Self::RemoveItems(..)
                | Self::StartSearch
        )
    }

    /// Refuses an account that lacks the right to the request.
    pub(super) fn check_right(&self, account: &SoundstripeAccount) -> Result<()> {
        match self {
            Self::SoundEffects
            | Self::SoundEffect(_)
            | Self::Categories
            | Self::Category(_)
            | Self::AddItems(_, ItemKind::SoundEffects)
            | Self::RemoveItems(_, ItemKind::SoundEffects)
                if !account.sound_effects =>
            {
                Err(error::forbidden("sound effects"))
            }
            Self::StartSearch | Self::Search(_) | Self::UploadAsset | Self::Asset(_) if !account.supe => {
                Err(error::forbidden("Supe"))
            }
            _ => Ok(()),
        }
    }
}
