//! Accounts and their API keys.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::kit::{Seed, hexadecimal};

/// An account on the Soundstripe host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundstripeAccount {
    /// The name of the account's holder.
    pub name: String,
    /// The API key and the secret of the account.
    pub key: SoundstripeKey,
    /// Whether it has the right to sound effects and their categories; without: 403.
    pub sound_effects: bool,
    /// Whether it has the right to Supe; without: 403.
    pub supe: bool,
    /// The ids of its private playlists, as they now are.
    pub private_playlists: Vec<u64>,
}

/// An API key and the secret that goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundstripeKey {
    /// The API key, for `Authorization: Token KEY`.
    pub token: String,
    /// The secret that its webhooks are signed with.
    pub webhook_secret: String,
}

/// All accounts: two that have every right, and one with songs only.
pub(super) struct Accounts(Vec<SoundstripeAccount>);

impl Accounts {
    pub(super) fn new(seed: Seed) -> Self {
        let mut rng = seed.rng("soundstripe.access");
        let mut account = |name: &str, sound_effects, supe| SoundstripeAccount {
            name: name.to_owned(),
            key: SoundstripeKey {
                token: hexadecimal(&mut rng, 40),
                webhook_secret: format!("whsec_{}", hexadecimal(&mut rng, 32)),
            },
            sound_effects,
            supe,
            private_playlists: Vec::new(),
        };
        Self(vec![
            account("Lighthouse Pictures", true, true),
            account("Tern & Gull", true, true),
            account("Songs only", false, false),
        ])
    }

    pub(super) fn all(&self) -> &[SoundstripeAccount] {
        &self.0
    }

    pub(super) fn first_key(&self) -> SoundstripeKey {
        self.0[0].key.clone()
    }

    /// The number of the account with this key.
    pub(super) fn of(&self, token: &str) -> Option<usize> {
        self.0.iter().position(|account| account.key.token.as_bytes().ct_eq(token.as_bytes()).into())
    }
}
