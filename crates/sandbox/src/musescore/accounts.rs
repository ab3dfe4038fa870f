//! Users, consumers and the tokens that are valid from the start.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::kit::{Seed, alphanumeric};

/// A user of the MuseScore host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MusescoreAccount {
    /// The `id` of the user object.
    pub user_id: u64,
    /// The screen name, and the name to log in with.
    pub name: String,
    /// The name in URLs of pages.
    pub page: String,
    /// The password, for the login with user name and password.
    pub password: String,
    /// Whether the user may log in.
    #[serde(rename = "standing")]
    pub access: LoginAccess,
    /// A consumer of the user's own and a token of the user for it.
    pub keys: Option<MusescoreKeys>,
    /// The user's scores, as they now are, by ID.
    pub scores: Vec<MusescoreScore>,
}

/// Whether a user may log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LoginAccess {
    /// The user can log in.
    Active,
    /// The login fails with `USER_DENIED`.
    Blocked,
    /// The login fails with `USER_NOT_ACTIVATED`.
    NotActivated,
}

/// A consumer and a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MusescoreKeys {
    /// `oauth_consumer_key`: which application asks.
    pub consumer_key: String,
    /// What the application signs with.
    pub consumer_secret: String,
    /// A token of the user for this consumer.
    pub access_token: String,
    /// What signs beside the consumer secret, for the token.
    pub access_token_secret: String,
}

/// What an account owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MusescoreScore {
    /// The number of the score.
    pub id: u64,
    /// The number of its version; another one after each update of the file.
    pub vid: u64,
    /// What opens its files, and the score itself when it is private.
    pub secret: String,
    /// Whether only the owner sees it.
    pub private: bool,
    /// The title as the score object has it.
    pub title: String,
    /// The note that came with the last update.
    pub revision_log: Option<String>,
}

pub(super) struct Accounts(Vec<MusescoreAccount>);

pub(super) const FIRST: u64 = 88_214;
pub(super) const SECOND: u64 = 90_377;

impl Accounts {
    pub(super) fn new(seed: Seed) -> Self {
        let mut rng = seed.rng("musescore.access");
        let mut keys = || MusescoreKeys {
            consumer_key: alphanumeric(&mut rng, 32),
            consumer_secret: alphanumeric(&mut rng, 32),
            access_token: alphanumeric(&mut rng, 32),
            access_token_secret: alphanumeric(&mut rng, 32),
        };
        let keys = [keys(), keys()];
        let mut password = || alphanumeric(&mut rng, 16);
        let mut account = |name: &str, page: &str, user_id, access, keys| MusescoreAccount {
            user_id,
            name: name.to_owned(),
            page: page.to_owned(),
            password: password(),
            access,
            keys,
            scores: Vec::new(),
        };
        let [first, second] = keys;
        Self(vec![
            account("R. Okafor", "okafor", FIRST, LoginAccess::Active, Some(first)),
            account("M. Lindqvist", "lindqvist", SECOND, LoginAccess::Active, Some(second)),
            account("J. Moreau", "moreau", 90_412, LoginAccess::Blocked, None),
            account("S. Ito", "ito", 90_418, LoginAccess::NotActivated, None),
        ])
    }

    pub(super) fn all(&self) -> &[MusescoreAccount] {
        &self.0
    }

    /// The user that seeded things without another owner belong to.
    pub(super) fn first(&self) -> u64 {
        FIRST
    }

    pub(super) fn user(&self, id: u64) -> Option<&MusescoreAccount> {
        self.0.iter().find(|account| account.user_id == id)
    }

    /// The user with this page.
    pub(super) fn by_page(&self, page: &str) -> Option<&MusescoreAccount> {
        self.0.iter().find(|account| account.page.eq_ignore_ascii_case(page))
    }

    pub(super) fn first_keys(&self) -> Option<&MusescoreKeys> {
        self.0.iter().find_map(|account| account.keys.as_ref())
    }

    pub(super) fn consumer_secret(&self, key: &str) -> Option<String> {
        let mut keys = self.0.iter().filter_map(|account| account.keys.as_ref());
        keys.find(|keys| keys.consumer_key == key).map(|keys| keys.consumer_secret.clone())
    }

    /// User and secret of a seeded token of this consumer.
    pub(super) fn access_token(&self, consumer: &str, token: &str) -> Option<(u64, String)> {
        self.0.iter().find_map(|account| {
            let keys = account.keys.as_ref()?;
            let fits = keys.consumer_key == consumer && keys.access_token == token;
            fits.then(|| (account.user_id, keys.access_token_secret.clone()))
        })
    }

    /// Who has this name and password.
    pub(super) fn login(&self, name: &str, password: &str) -> Option<(u64, LoginAccess)> {
        let mut accounts = self.0.iter().filter(|account| account.name == name || account.page == name);
        let account = accounts.next()?;
        let right = bool::from(account.password.as_bytes().ct_eq(password.as_bytes()));
        right.then_some((account.user_id, account.access))
    }
}
