//! What a sandbox tells about MuseScore.

use super::accounts::MusescoreAccount;
use super::state::MusescoreAccess;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// The users of the MuseScore host: two with keys and scores, public and private; one that is blocked and one that is not
    /// activated, for logins that fail.
    #[must_use]
    pub fn musescore_accounts(&self) -> Vec<MusescoreAccount> {
        self.services.musescore.accounts()
    }

    /// MuseScore's base URLs, and the first user's consumer and token.
    #[must_use]
    pub fn musescore(&self) -> MusescoreAccess {
        self.services.musescore.access()
    }
}
