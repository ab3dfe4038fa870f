//! The service and its state.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::accounts::{Accounts, SoundstripeAccount};
use super::catalogue::{Additions, Catalogue};
use super::store::Store;
use super::switches::Switches;
use super::tones::Tones;
use crate::kit::{Host, Mutex, SandboxState, Seed, Switchboard};
use crate::storage::Storage;

/// The service's name among the effects and callbacks.
pub(super) const SERVICE: &str = "soundstripe";

/// A Soundstripe API key and where it is good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundstripeAccess {
    /// The API's base URL, with a slash at the end.
    pub base_url: String,
    /// The API key, for `Authorization: Token KEY`.
    pub token: String,
    /// The secret that webhooks are signed with.
    pub webhook_secret: String,
}

/// Soundstripe: its catalogue, and what requests can change.
pub(crate) struct Soundstripe {
    pub(super) sandbox: Arc<SandboxState>,
    pub(super) storage: Arc<Storage>,
    pub(crate) switches: Switchboard<Switches>,
    pub(super) seed: Seed,
    pub(super) accounts: Accounts,
    /// Made when it is first asked for: thousands of songs are of no use to tests of other services.
    catalogue: Mutex<Option<Arc<Catalogue>>>,
    tones: OnceLock<Tones>,
    pub(super) store: Mutex<Store>,
}

impl Soundstripe {
    pub(crate) fn new(
        seed: Seed,
        sandbox: &Arc<SandboxState>,
        storage: &Arc<Storage>,
        switches: Switches,
    ) -> Self {
        Self {
            sandbox: Arc::clone(sandbox),
            storage: Arc::clone(storage),
            switches: Switchboard::new(switches),
            seed,
            accounts: Accounts::new(seed),
            catalogue: Mutex::default(),
            tones: OnceLock::new(),
            store: Mutex::new(Store::new(seed)),
        }
    }

    /// How the first account gets in.
    pub(crate) fn access(&self) -> SoundstripeAccess {
        let key = self.accounts.first_key();
        SoundstripeAccess {
            base_url: self.sandbox.origin(Host::SOUNDSTRIPE) + "/v1/",
            token: key.token,
            webhook_secret: key.webhook_secret,
        }
    }

    /// Every account with its keys and the private playlists that it has now.
    pub(super) fn accounts(&self) -> Vec<SoundstripeAccount> {
        let store = self.store.lock();
        let mut accounts = self.accounts.all().to_vec();
        for (index, account) in accounts.iter_mut().enumerate() {
            account.private_playlists = store.playlists_of(index).map(|(id, _)| id).collect();
        }
        accounts
    }

    pub(super) fn catalogue(&self) -> Arc<Catalogue> {
        let mut catalogue = self.catalogue.lock();
        Arc::clone(catalogue.get_or_insert_with(|| Arc::new(Catalogue::new(self.seed))))
    }

    /// Adds to the catalogue.
    pub(super) fn extend(&self, additions: Additions) {
        let mut catalogue = self.catalogue.lock();
        let catalogue = catalogue.get_or_insert_with(|| Arc::new(Catalogue::new(self.seed)));
        Arc::make_mut(catalogue).extend(additions);
    }

    /// Takes away what was added to the catalogue.
    pub(super) fn forget_additions(&self) {
        self.catalogue.lock().take_if(|catalogue| catalogue.extended);
    }

    pub(super) fn tones(&self) -> &Tones {
        self.tones.get_or_init(Tones::new)
    }
}
