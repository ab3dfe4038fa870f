//! The service and its state.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::accounts::{Accounts, MusescoreAccount, MusescoreKeys, MusescoreScore};
use super::rendering::Renderer;
use super::store::{Score, Store};
use super::switches::Switches;
use crate::kit::{Host, Mutex, SandboxState, Seed, Switchboard};
use crate::storage::Storage;

/// The service's name among the effects.
pub(super) const SERVICE: &str = "musescore";

/// A MuseScore consumer, a token of a user, and where they are good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MusescoreAccess {
    /// The base URL of REST, with a slash at the end.
    pub base_url: String,
    /// The base URL of OAuth, with a slash at the end.
    pub oauth_url: String,
    /// The web site: the page where users grant access, oEmbed, pages of scores and users.
    pub web_url: String,
    /// The host of score files.
    pub static_url: String,
    /// `oauth_consumer_key`: which application asks.
    pub consumer_key: String,
    /// What the application signs with.
    pub consumer_secret: String,
    /// A token of the user.
    pub access_token: String,
    /// What signs beside the consumer secret, for the token.
    pub access_token_secret: String,
}

/// MuseScore with its users' scores.
pub(crate) struct Musescore {
    pub(super) sandbox: Arc<SandboxState>,
    pub(super) storage: Arc<Storage>,
    pub(crate) switches: Switchboard<Switches>,
    pub(super) seed: Seed,
    pub(super) accounts: Accounts,
    pub(super) renderer: Renderer,
    pub(super) store: Mutex<Store>,
}

impl Musescore {
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
            renderer: Renderer::new(),
            store: Mutex::new(Store::new(seed)),
        }
    }

    /// How the first user of the first consumer gets in.
    pub(crate) fn access(&self) -> MusescoreAccess {
        let text = |member: fn(&MusescoreKeys) -> &String| {
            self.accounts.first_keys().map(member).cloned().unwrap_or_default()
        };
        MusescoreAccess {
            base_url: self.sandbox.origin(Host::MUSESCORE) + "/services/rest/",
            oauth_url: self.sandbox.origin(Host::MUSESCORE) + "/oauth/",
            web_url: self.sandbox.origin(Host::MUSESCORE_WEB) + "/",
            static_url: self.sandbox.origin(Host::MUSESCORE_STATIC) + "/",
            consumer_key: text(|keys| &keys.consumer_key),
            consumer_secret: text(|keys| &keys.consumer_secret),
            access_token: text(|keys| &keys.access_token),
            access_token_secret: text(|keys| &keys.access_token_secret),
        }
    }

    /// Every user with keys and scores.
    pub(super) fn accounts(&self) -> Vec<MusescoreAccount> {
        let store = self.store.lock();
        let mut accounts = self.accounts.all().to_vec();
        for account in &mut accounts {
            let scores = store.scores.values().filter(|score| score.owner == account.user_id);
            let describe = |score: &Score| MusescoreScore {
                id: score.id,
                vid: score.vid,
                secret: score.secret.clone(),
                private: score.private,
                title: score.title.clone(),
                revision_log: score.revision_log.clone(),
            };
            account.scores = scores.map(describe).collect();
        }
        accounts
    }
}
