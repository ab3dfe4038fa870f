//! The service and its state.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::accounts::{Accounts, SoundsliceAccount, SoundsliceKey};
use super::store::Store;
use super::switches::Switches;
use crate::kit::{Host, Mutex, SandboxState, Seed, Switchboard};
use crate::storage::Storage;

/// The service's name among the effects and callbacks.
pub(super) const SERVICE: &str = "soundslice";

/// A Soundslice API key and where it is good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundsliceAccess {
    /// The API's base URL, with a slash at the end.
    pub base_url: String,
    /// User name of HTTP Basic.
    pub app_id: String,
    /// Password of HTTP Basic.
    pub password: String,
}

/// Soundslice with all that its accounts own.
pub(crate) struct Soundslice {
    pub(super) sandbox: Arc<SandboxState>,
    pub(super) storage: Arc<Storage>,
    pub(crate) switches: Switchboard<Switches>,
    pub(super) seed: Seed,
    pub(super) accounts: Accounts,
    pub(super) store: Mutex<Store>,
}

impl Soundslice {
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
            store: Mutex::new(Store::new(seed)),
        }
    }

    /// How the first account gets in.
    pub(crate) fn access(&self) -> SoundsliceAccess {
        let base_url = self.sandbox.origin(Host::SOUNDSLICE) + "/api/v1/";
        let SoundsliceKey { app_id, password } = self.accounts.first_key();
        SoundsliceAccess { base_url, app_id, password }
    }

    /// Every account with its keys and what it owns.
    pub(super) fn accounts(&self) -> Vec<SoundsliceAccount> {
        let store = self.store.lock();
        let mut accounts = self.accounts.all().to_vec();
        for account in &mut accounts {
            let slices = store.slices.values().filter(|slice| slice.owner == account.user_id);
            account.slices = slices.map(|slice| slice.scorehash.clone()).collect();
            let folders = store.folders.values().filter(|folder| folder.owner == account.user_id);
            account.folders = folders.map(|folder| folder.id).collect();
            let lists = store.lists.iter().filter(|(_, list)| list.owner == account.user_id);
            account.lists = lists.map(|(id, list)| store.describe_list(id, list)).collect();
        }
        accounts
    }
}
