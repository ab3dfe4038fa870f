//! What a sandbox tells about Soundslice.

use super::accounts::SoundsliceAccount;
use super::state::SoundsliceAccess;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// The accounts of the Soundslice host: the first one (whose first key the description gives), a second one that owns
    /// things which the first may not touch, and an organisation that the first belongs to.
    #[must_use]
    pub fn soundslice_accounts(&self) -> Vec<SoundsliceAccount> {
        self.services.soundslice.accounts()
    }

    /// Soundslice's base URL and the first account's first key.
    #[must_use]
    pub fn soundslice(&self) -> SoundsliceAccess {
        self.services.soundslice.access()
    }
}
