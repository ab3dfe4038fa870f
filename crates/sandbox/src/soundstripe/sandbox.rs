//! What a sandbox tells about Soundstripe.

use super::accounts::SoundstripeAccount;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// The accounts of the Soundstripe host: two with every right and private playlists of their own, and one that has the
    /// right to songs only.
    #[must_use]
    pub fn soundstripe_accounts(&self) -> Vec<SoundstripeAccount> {
        self.services.soundstripe.accounts()
    }
}
