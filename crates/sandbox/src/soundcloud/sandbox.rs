//! What a sandbox tells about SoundCloud.

use super::accounts::SoundcloudAccounts;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// The applications and users of the SoundCloud host: one application with every right, a public one, one that may only
    /// read; three users, who own tracks and playlists, private ones among them.
    #[must_use]
    pub fn soundcloud_accounts(&self) -> SoundcloudAccounts {
        self.services.soundcloud.accounts()
    }
}
