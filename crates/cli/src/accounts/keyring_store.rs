//! Secrets in the keyring of the system: Secret Service, Keychain, Credential Manager.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use keyring::v1::{Entry, Error};
use segno_core::auth::Reason;
use segno_core::auth::store::{Lease, Record, StoreError, Swapped, TokenStore};
use segno_core::time::{Clock as _, SystemClock};
use segno_core::{BoxFuture, Secret};

use crate::failure::Failure;

/// The name under which the keyring shows the entries.
const SERVICE: &str = "segno";
/// How long another process may hold the lock: as long as a lease lasts, and a little more.
const PATIENCE: Duration = Duration::from_secs(50);
const PAUSE: Duration = Duration::from_millis(50);

/// Set to keep secrets in files although there is a keyring.
const OFF: &str = "SEGNO_NO_KEYRING";

fn entry(name: &str) -> Result<Entry, Error> {
    if std::env::var_os(OFF).is_some_and(|value| !value.is_empty()) {
        return Err(Error::NoDefaultStore);
    }
    Entry::new(SERVICE, name)
}

/// Whether the system has a keyring that can be talked to.
pub(super) fn is_there() -> bool {
    entry("probe").is_ok()
}

pub(super) fn read(name: &str) -> Result<Option<Secret>, Failure> {
    match entry(name).and_then(|entry| entry.get_password()) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(unavailable(&error)),
    }
}

pub(super) fn write(name: &str, secret: &Secret) -> Result<(), Failure> {
    entry(name).and_then(|entry| entry.set_password(secret.expose())).map_err(|error| unavailable(&error))
}

pub(super) fn delete(name: &str) -> Result<(), Failure> {
    match entry(name).and_then(|entry| entry.delete_credential()) {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(unavailable(&error)),
    }
}

fn unavailable(error: &Error) -> Failure {
    // Some errors carry what they could not read: only the kind is told.
    let what = match error {
        Error::NoDefaultStore => "there is no keyring here",
        Error::NoStorageAccess(_) => "the keyring is locked or cannot be reached",
        _ => "the keyring failed",
    };
    Failure::new(format!("{what}; unlock it, or log in again with {OFF}=1 to keep the key in a private file"))
}

/// Tokens in the keyring. Processes take turns by the lock of a file, which ends with the process.
pub(super) struct KeyringStore {
    name: String,
    lock: PathBuf,
}

impl KeyringStore {
    pub(super) fn new(name: &str, lock: PathBuf) -> Self {
        Self { name: name.to_owned(), lock }
    }

    async fn lock(&self, kind: &str) -> Result<File, StoreError> {
        let path = self.lock.with_extension(kind);
        let failed = |error: std::io::Error| StoreError::Io(Reason::from_error(error));
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        let tries = PATIENCE.as_millis() / PAUSE.as_millis();
        for _ in 0..tries {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => SystemClock.sleep(PAUSE).await,
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
        Err(StoreError::Busy { place: path.display().to_string().into(), seconds: PATIENCE.as_secs() })
    }

    /// The keyring blocks: it may ask the user for a password.
    async fn kept(&self) -> Result<Record, StoreError> {
        let name = self.name.clone();
        let read = tokio::task::spawn_blocking(move || read(&name)).await.map_err(broken)?;
        match read.map_err(|error| StoreError::Other(error.to_string().into()))? {
            Some(text) => Record::from_json(text.expose().as_bytes()),
            None => Ok(Record::default()),
        }
    }
}

fn broken(error: tokio::task::JoinError) -> StoreError {
    StoreError::Other(error.to_string().into())
}

impl TokenStore for KeyringStore {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        Box::pin(self.kept())
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        Box::pin(async move {
            let _lock = self.lock("lock").await?;
            let current = self.kept().await?;
            if !next.follows(&current)? {
                return Ok(Swapped::Conflict(current));
            }
            let (name, text) = (self.name.clone(), next.to_json());
            let written = tokio::task::spawn_blocking(move || write(&name, &text)).await.map_err(broken)?;
            written.map(|()| Swapped::Done).map_err(|error| StoreError::Other(error.to_string().into()))
        })
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async move { Ok(Lease::new(self.lock("lease").await?)) })
    }
}
