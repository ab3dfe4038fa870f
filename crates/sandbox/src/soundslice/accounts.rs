//! Accounts and their API keys.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::kit::{Seed, alphanumeric};

/// An account on the Soundslice host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundsliceAccount {
    /// The name of the account's holder.
    pub name: String,
    /// As the `user_id` of Move slice.
    pub user_id: u64,
    /// Its API keys; an organisation has none.
    pub keys: Vec<SoundsliceKey>,
    /// The organisations that it belongs to.
    pub member_of: Vec<u64>,
    /// The IDs of its folders, as they now are.
    pub folders: Vec<u64>,
    /// The scorehashes of its slices, as they now are.
    pub slices: Vec<String>,
    /// Its lists, as they now are; no request of the API gives them.
    pub lists: Vec<SoundsliceList>,
}

/// A list of slices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundsliceList {
    /// The ID of the list: five letters and digits.
    pub id: String,
    /// The name that the list was given.
    pub name: String,
    /// The ID of the list that it is in.
    pub parent: Option<String>,
    /// The scorehashes in it.
    pub slices: Vec<String>,
}

/// An API key: user name and password of HTTP Basic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundsliceKey {
    /// User name of HTTP Basic.
    pub app_id: String,
    /// Password of HTTP Basic.
    pub password: String,
}

/// All accounts: the first one, its neighbour, and an organisation of the first.
pub(super) struct Accounts(Vec<SoundsliceAccount>);

pub(super) const FIRST: u64 = 31_207;
pub(super) const SECOND: u64 = 31_460;
pub(super) const ORGANISATION: u64 = 31_902;
/// An organisation that the first account does not belong to.
pub(super) const OTHER_ORGANISATION: u64 = 32_015;

impl Accounts {
    pub(super) fn new(seed: Seed) -> Self {
        let mut rng = seed.rng("soundslice.keys");
        let mut key =
            || SoundsliceKey { app_id: alphanumeric(&mut rng, 20), password: alphanumeric(&mut rng, 32) };
        let account = |name: &str, user_id, keys, member_of| SoundsliceAccount {
            name: name.to_owned(),
            user_id,
            keys,
            member_of,
            folders: Vec::new(),
            slices: Vec::new(),
            lists: Vec::new(),
        };
        let (first, second) = (vec![key(), key()], vec![key()]);
        Self(vec![
            account("R. Okafor", FIRST, first, vec![ORGANISATION]),
            account("M. Lindqvist", SECOND, second, vec![OTHER_ORGANISATION]),
            account("Harbour Music School", ORGANISATION, Vec::new(), Vec::new()),
            account("Northside Ensemble", OTHER_ORGANISATION, Vec::new(), Vec::new()),
        ])
    }

    pub(super) fn all(&self) -> &[SoundsliceAccount] {
        &self.0
    }

    pub(super) fn first_key(&self) -> SoundsliceKey {
        let key = self.0.iter().flat_map(|account| &account.keys).next();
        key.cloned().unwrap_or_else(|| SoundsliceKey { app_id: String::new(), password: String::new() })
    }

    /// The account that a key belongs to.
    pub(super) fn user_of(&self, app_id: &str, password: &str) -> Option<u64> {
        let fits = |key: &SoundsliceKey| {
            key.app_id == app_id && bool::from(key.password.as_bytes().ct_eq(password.as_bytes()))
        };
        self.0.iter().find(|account| account.keys.iter().any(fits)).map(|account| account.user_id)
    }

    /// Whether one account belongs to another, an organisation.
    pub(super) fn belongs(&self, user: u64, organisation: u64) -> bool {
        self.0.iter().any(|account| account.user_id == user && account.member_of.contains(&organisation))
    }
}
