//! The accounts that were logged in: their keys and tokens in the keyring of the system, or in files that their owner alone can
//! read where there is no keyring.
//!
//! A key is kept as the environment variables that it stands for, so that an account and the environment are read alike.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use segno_core::Secret;
use segno_core::auth::store::{FileStore, Record, Swapped, TokenStore};
use segno_core::environment::env_var_if_set;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::places;

#[cfg(feature = "keyring")]
mod keyring_store;

/// The account of those who name none.
const DEFAULT: &str = "default";
/// What the tokens of a user are called, and those that an application has for itself.
const USER: &str = "tokens";
const APP: &str = "app";
/// What is written to find out whether there is a keyring.
#[cfg(feature = "keyring")]
const PROBE: &str = "probe";

/// A service that one logs in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Service {
    Soundslice,
    Soundstripe,
    Soundcloud,
    Musescore,
}

impl Service {
    pub(crate) const ALL: [Self; 4] =
        [Self::Soundslice, Self::Soundstripe, Self::Soundcloud, Self::Musescore];

    /// As arguments have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Soundslice => "soundslice",
            Self::Soundstripe => "soundstripe",
            Self::Soundcloud => "soundcloud",
            Self::Musescore => "musescore",
        }
    }

    /// As the service writes itself.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Soundslice => "Soundslice",
            Self::Soundstripe => "Soundstripe",
            Self::Soundcloud => "SoundCloud",
            Self::Musescore => "MuseScore",
        }
    }

    /// The environment variables without which there is no client.
    pub(crate) fn needed(self) -> &'static [&'static str] {
        match self {
            Self::Soundslice => &["SOUNDSLICE_APP_ID", "SOUNDSLICE_PASSWORD"],
            Self::Soundstripe => &["SOUNDSTRIPE_API_KEY"],
            Self::Soundcloud => &["SOUNDCLOUD_CLIENT_ID", "SOUNDCLOUD_CLIENT_SECRET"],
            Self::Musescore => &["MUSESCORE_CONSUMER_KEY", "MUSESCORE_CONSUMER_SECRET"],
        }
    }

    /// Whether the environment has credentials.
    pub(crate) fn in_environment(self) -> Result<bool, Failure> {
        let alone = match self {
            Self::Soundcloud => Some("SOUNDCLOUD_ACCESS_TOKEN"),
            _ => None,
        };
        for name in alone.iter().chain(self.needed().first()) {
            let set = env_var_if_set(name).map_err(|error| Failure::usage(error.to_string()))?;
            if set.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One login of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    service: Service,
    name: String,
}

impl Account {
    pub(crate) fn new(service: Service, name: Option<&str>) -> Result<Self, Failure> {
        let name = name.unwrap_or(DEFAULT);
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.chars().all(allowed) {
            return Err(Failure::usage(format!(
                "invalid account {name:?}: expected up to 64 letters, digits, '-', '_' and '.'"
            )));
        }
        Ok(Self { service, name: name.to_owned() })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn service(&self) -> Service {
        self.service
    }

    fn entry(&self, what: &str) -> String {
        format!("{}.{}.{what}", self.service, self.name)
    }
}

/// Where the secrets of an account are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    Keyring,
    File,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyring => "keyring",
            Self::File => "file",
        })
    }
}

/// What is kept where; the file `accounts.json` of the configuration, in which there is no secret.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Accounts {
    accounts: BTreeMap<String, BTreeMap<String, Place>>,
}

impl Accounts {
    pub(crate) fn open() -> Result<Self, Failure> {
        let path = Self::path()?;
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(|error| Failure::file(&path, error))?,
        };
        serde_json::from_slice(&bytes).map_err(|error| {
            Failure::file(
                &path,
                format_args!("{error}; move it away and log in again with `segno auth login`"),
            )
        })
    }

    fn path() -> Result<PathBuf, Failure> {
        Ok(places::config()?.join("accounts.json"))
    }

    fn save(&self) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| Failure::new(error.to_string()))?;
        places::write_private(&Self::path()?, &text)
    }

    /// All accounts with the places of their secrets.
    pub(crate) fn all(&self) -> Vec<(Account, Place)> {
        let accounts = Service::ALL.into_iter().flat_map(|service| {
            let known = self.accounts.get(service.name()).into_iter().flatten();
            known.map(move |(name, place)| (Account { service, name: name.clone() }, *place))
        });
        accounts.collect()
    }

    fn place(&self, account: &Account) -> Option<Place> {
        self.accounts.get(account.service.name())?.get(&account.name).copied()
    }

    /// Whether there is such an account, whatever is left of its key.
    pub(crate) fn knows(&self, account: &Account) -> bool {
        self.place(account).is_some()
    }

    /// The key of an account, as environment variables; `None` if there is no such account.
    pub(crate) fn read(&self, account: &Account) -> Result<Option<BTreeMap<String, Secret>>, Failure> {
        let Some(place) = self.place(account) else { return Ok(None) };
        let Some(text) = read_secret(place, &account.entry("key"))? else { return Ok(None) };
        let values: BTreeMap<String, String> = serde_json::from_str(text.expose()).map_err(|_| {
            let login = format!("{} --account {}", account.service, account.name);
            let damaged = "what is kept of this account is damaged";
            match place {
                Place::Keyring => Failure::login(&login, damaged),
                Place::File => match secret_file(&account.entry("key")) {
                    Ok(path) => Failure::login(&login, damaged).of(&path),
                    Err(failure) => failure,
                },
            }
        })?;
        Ok(Some(values.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()))
    }

    /// Keeps a login that was accepted: the key of the account, and the tokens of its user or, without one, of the application.
    pub(crate) async fn keep(
        &mut self,
        account: &Account,
        place: Place,
        values: &BTreeMap<String, String>,
        user: bool,
        tokens: Record,
    ) -> Result<(), Failure> {
        // The tokens first: nobody sees them before there is a key.
        let (kept, gone) = if user { (USER, APP) } else { (APP, USER) };
        if tokens.token.is_some() {
            replace_tokens(place, &account.entry(kept), tokens).await?;
        }
        let text = serde_json::to_string(values).map_err(|error| Failure::new(error.to_string()))?;
        write_secret(place, &account.entry("key"), &Secret::new(text))?;
        let known = self.accounts.entry(account.service.name().to_owned()).or_default();
        let before = known.insert(account.name.clone(), place);
        self.save()?;
        delete_secret(place, &account.entry(gone))?;
        match before.filter(|before| *before != place) {
            Some(before) => delete_all(before, account),
            None => Ok(()),
        }
    }

    /// Forgets an account with its key and tokens.
    pub(crate) fn remove(&mut self, account: &Account) -> Result<(), Failure> {
        let Some(place) = self.place(account) else { return Ok(()) };
        delete_all(place, account)?;
        if let Some(known) = self.accounts.get_mut(account.service.name()) {
            known.remove(&account.name);
        }
        self.save()
    }

    /// Whether a user has logged in with this account.
    pub(crate) fn has_tokens(&self, account: &Account) -> Result<bool, Failure> {
        let place = self.place(account).unwrap_or(Place::File);
        Ok(read_secret(place, &account.entry(USER))?.is_some_and(|text| text.expose().contains("\"token\"")))
    }

    /// Where the tokens of the user of this account are kept from call to call.
    pub(crate) fn tokens(&self, account: &Account) -> Result<Arc<dyn TokenStore>, Failure> {
        store(self.place(account).unwrap_or(Place::File), &account.entry(USER))
    }

    /// Where the tokens that the application has for itself are kept from call to call.
    pub(crate) fn app_tokens(&self, account: &Account) -> Result<Arc<dyn TokenStore>, Failure> {
        store(self.place(account).unwrap_or(Place::File), &account.entry(APP))
    }
}

/// Where the tokens that an application has for itself are kept from call to call, if its key is in the environment; `key` is what
/// tells it from others.
pub(crate) fn app_tokens(key: &str) -> Result<Arc<dyn TokenStore>, Failure> {
    store(Place::File, &format!("environment+{key}.{APP}"))
}

fn store(place: Place, entry: &str) -> Result<Arc<dyn TokenStore>, Failure> {
    match place {
        #[cfg(feature = "keyring")]
        Place::Keyring => {
            let lock = secret_file(&format!("{entry}.lock"))?;
            Ok(Arc::new(keyring_store::KeyringStore::new(entry, lock)))
        }
        _ => {
            let store = FileStore::open(secret_file(entry)?);
            Ok(Arc::new(store.map_err(|error| Failure::new(error.to_string()))?))
        }
    }
}

/// Keeps new tokens in place of those that are there, and of what cannot be read.
async fn replace_tokens(place: Place, entry: &str, tokens: Record) -> Result<(), Failure> {
    let failed = |error: segno_core::auth::store::StoreError| Failure::new(error.to_string());
    let opened = store(place, entry);
    let store = match opened {
        Ok(store) => store,
        Err(_) => {
            delete_secret(place, entry)?;
            store(place, entry)?
        }
    };
    let mut known = store.load().await.map_err(failed)?;
    loop {
        let mut next = known.with(tokens.token.clone());
        next.issued.extend(tokens.issued.iter().copied());
        match store.swap(next).await.map_err(failed)? {
            Swapped::Done => return Ok(()),
            Swapped::Conflict(other) => known = other,
        }
    }
}

/// Where a login will be kept: in the keyring, or in a file where the system has no keyring. It is tried, so that nobody goes through
/// a login that cannot be kept.
pub(crate) fn keeper() -> Result<Place, Failure> {
    places::writable(&places::config()?)?;
    #[cfg(feature = "keyring")]
    if keyring_store::write(PROBE, &Secret::new(PROBE)).is_ok() {
        keyring_store::delete(PROBE)?;
        return Ok(Place::Keyring);
    }
    places::writable(&places::state()?.join("secrets"))?;
    Ok(Place::File)
}

/// Whether there is a keyring here.
pub(crate) fn keyring() -> bool {
    #[cfg(feature = "keyring")]
    return keyring_store::is_there();
    #[cfg(not(feature = "keyring"))]
    false
}

/// The file of a secret where there is no keyring.
fn secret_file(entry: &str) -> Result<PathBuf, Failure> {
    let folder = places::state()?.join("secrets");
    places::private_folder(&folder)?;
    Ok(folder.join(format!("{entry}.json")))
}

fn read_secret(place: Place, entry: &str) -> Result<Option<Secret>, Failure> {
    match place {
        #[cfg(feature = "keyring")]
        Place::Keyring => keyring_store::read(entry),
        #[cfg(not(feature = "keyring"))]
        Place::Keyring => {
            Err(Failure::new("the secret is in the keyring, for which this segno was not built"))
        }
        Place::File => {
            let path = secret_file(entry)?;
            match fs::read_to_string(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                read => {
                    let text = read.map_err(|error| Failure::file(&path, error))?;
                    places::is_private(&path)?;
                    Ok(Some(Secret::new(text)))
                }
            }
        }
    }
}

fn write_secret(place: Place, entry: &str, secret: &Secret) -> Result<(), Failure> {
    match place {
        #[cfg(feature = "keyring")]
        Place::Keyring => keyring_store::write(entry, secret),
        _ => places::write_private(&secret_file(entry)?, secret.expose().as_bytes()),
    }
}

/// Everything that is kept of an account.
fn delete_all(place: Place, account: &Account) -> Result<(), Failure> {
    ["key", USER, APP].into_iter().try_for_each(|what| delete_secret(place, &account.entry(what)))
}

fn delete_secret(place: Place, entry: &str) -> Result<(), Failure> {
    match place {
        #[cfg(feature = "keyring")]
        Place::Keyring => keyring_store::delete(entry),
        #[cfg(not(feature = "keyring"))]
        Place::Keyring => Ok(()),
        Place::File => {
            let path = secret_file(entry)?;
            for path in [path.clone(), path.with_extension("json.lock"), path.with_extension("json.lease")] {
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(Failure::file(&path, error));
                    }
                    _ => {}
                }
            }
            Ok(())
        }
    }
}
