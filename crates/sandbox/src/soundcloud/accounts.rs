//! Who and what can log in, for the control port.

use serde::{Deserialize, Serialize};

use super::apps::SoundcloudApp;
use super::show::urn;
use super::state::Soundcloud;
use super::store::User;

/// Everybody and everything that can log in on the SoundCloud host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundcloudAccounts {
    /// The seeded applications: one with every right (the description's), a public one, one that may only read.
    pub apps: Vec<SoundcloudApp>,
    /// The users, the description's first.
    pub users: Vec<SoundcloudUser>,
}

/// A user of the SoundCloud host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundcloudUser {
    /// The URN of the user: `soundcloud:users:5512`.
    pub urn: String,
    /// The name that they log in with, which is also their page's.
    pub username: String,
    /// The password that they log in with.
    pub password: String,
    /// The URNs of their tracks, as they now are.
    pub tracks: Vec<String>,
    /// The URNs of their playlists, as they now are.
    pub playlists: Vec<String>,
}

impl Soundcloud {
    /// Applications and users, and what these own.
    pub(super) fn accounts(&self) -> SoundcloudAccounts {
        let store = self.store.lock();
        let user = |user: &User| {
            let tracks = store.tracks.values().filter(|track| track.owner == user.id);
            let playlists = store.playlists.values().filter(|list| list.owner == user.id);
            SoundcloudUser {
                urn: urn("users", user.id),
                username: user.permalink.clone(),
                password: self.password.clone(),
                tracks: tracks.map(|track| urn("tracks", track.id)).collect(),
                playlists: playlists.map(|list| urn("playlists", list.id)).collect(),
            }
        };
        SoundcloudAccounts { apps: self.apps.to_vec(), users: store.users.values().map(user).collect() }
    }
}
