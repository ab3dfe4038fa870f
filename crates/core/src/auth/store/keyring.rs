//! Encryption of records, for stores that others may read: a database, its replicas and its backups.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{Record, StoreError};
use crate::Secret;

/// What an encrypted record begins with.
const MARK: &str = "segno1";
/// The bytes of a nonce.
const NONCE: usize = 24;
/// The bytes of a key.
const KEY: usize = 32;
/// The longest id of a key.
const ID: usize = 32;

/// Keys that encrypt records, by XChaCha20-Poly1305 with a random nonce. The first one encrypts; each decrypts what it encrypted, which
/// it knows by the id in the record. What was changed, or belongs to another login, is refused.
///
/// To change keys, put the new one first and start all processes anew; a record is encrypted with it the next time it is kept, which each
/// refresh does. Take the old one out once every login was refreshed.
///
/// ```
/// use segno_core::auth::store::Keyring;
///
/// // 32 bytes in base64 each, as `head -c 32 /dev/urandom | base64` writes them.
/// let keys: Keyring = "2026-11:YmFkIGtleXMgbWFrZSBiYWQgbmVpZ2hib3VycyAhISE=".parse()?;
/// # Ok::<(), segno_core::auth::store::KeyringError>(())
/// ```
#[derive(Clone)]
#[doc(alias("encryption", "rotation"))]
pub struct Keyring {
    keys: Vec<(String, XChaCha20Poly1305)>,
    reads_plain: bool,
}

/// Keys that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The id is not one.
    #[error("invalid id of key {number}: expected 1 to 32 ASCII letters, digits, - or _")]
    Id {
        /// Which key, from 1.
        number: usize,
    },
    /// The key is not one.
    #[error("invalid key {number}: expected 32 bytes as base64 behind its id and a colon")]
    Key {
        /// Which key, from 1.
        number: usize,
    },
    /// Two keys have one id.
    #[error("the ids of keys must differ, found {0} twice")]
    Twice(String),
}

impl Keyring {
    /// With the key that encrypts, and its id: 1 to 32 ASCII letters, digits, `-` or `_`, such as the month of its making.
    ///
    /// # Errors
    /// [`KeyringError::Id`].
    pub fn new(id: impl Into<String>, key: &[u8; KEY]) -> Result<Self, KeyringError> {
        Self { keys: Vec::new(), reads_plain: false }.also(id, key)
    }

    /// Decrypts with another key as well, one that encrypted before.
    ///
    /// # Errors
    /// [`KeyringError::Id`], [`KeyringError::Twice`].
    pub fn also(mut self, id: impl Into<String>, key: &[u8; KEY]) -> Result<Self, KeyringError> {
        let id = id.into();
        let allowed = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_');
        if id.is_empty() || id.len() > ID || !id.bytes().all(allowed) {
            return Err(KeyringError::Id { number: self.keys.len() + 1 });
        }
        if self.keys.iter().any(|(known, _)| *known == id) {
            return Err(KeyringError::Twice(id));
        }
        self.keys.push((id, XChaCha20Poly1305::new(key.into())));
        Ok(self)
    }

    /// Reads records that are not encrypted, too, for a store that had none so far: who can write to the store could put a login of
    /// their own there meanwhile. Take it out once every login was refreshed.
    #[must_use]
    pub fn reads_plain(mut self) -> Self {
        self.reads_plain = true;
        self
    }

    /// A record of the login `name` as text, encrypted.
    ///
    /// # Errors
    /// [`StoreError::Other`] if the operating system has no randomness.
    pub fn seal(&self, name: &str, record: &Record) -> Result<Secret, StoreError> {
        let failed = |text: &'static str| StoreError::Other(text.into());
        let (id, key) = self.keys.first().ok_or_else(|| failed("the keyring has no key"))?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| failed("the operating system gives no random numbers"))?;
        let text = Zeroizing::new(record.to_json().expose().to_owned());
        let payload = Payload { msg: text.as_bytes(), aad: &bound(id, name) };
        let sealed = key.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| failed("the record is too long to be encrypted"))?;
        Ok(Secret::new(format!("{MARK}.{id}.{}", URL_SAFE_NO_PAD.encode([&nonce[..], &sealed[..]].concat()))))
    }

    /// The record of the login `name`.
    ///
    /// # Errors
    /// [`StoreError::Other`] if the text is not encrypted, or with a key that is not here, or was changed, or is of another login;
    /// [`StoreError::Damaged`] if what was encrypted is not a record.
    pub fn open(&self, name: &str, text: &str) -> Result<Record, StoreError> {
        let failed = |text: String| Err(StoreError::Other(text.into()));
        let mut parts = text.splitn(3, '.');
        let (Some(MARK), Some(id), Some(sealed)) = (parts.next(), parts.next(), parts.next()) else {
            if self.reads_plain {
                return Record::from_json(text.as_bytes());
            }
            return failed(format!(
                "the record of {name:?} is not encrypted; let the keyring read it by Keyring::reads_plain, or log in again"
            ));
        };
        let Some((_, key)) = self.keys.iter().find(|(known, _)| known == id) else {
            let id: String = id.chars().take(ID).collect();
            return failed(format!(
                "the record of {name:?} is encrypted with the key {id:?}, which the keyring has not; add it by Keyring::also"
            ));
        };
        let sealed = URL_SAFE_NO_PAD.decode(sealed).unwrap_or_default();
        let opened = sealed.split_first_chunk::<NONCE>().and_then(|(nonce, sealed)| {
            let payload = Payload { msg: sealed, aad: &bound(id, name) };
            key.decrypt(&XNonce::from(*nonce), payload).ok()
        });
        let Some(opened) = opened.map(Zeroizing::new) else {
            return failed(format!(
                "the record of {name:?} cannot be decrypted with the key {id:?}: it was changed, is of another login, or another key \
                 has this id; restore it or log in again"
            ));
        };
        Record::from_json(&opened)
    }
}

/// What a record is bound to.
fn bound(id: &str, name: &str) -> Vec<u8> {
    format!("{MARK}.{id}.{name}").into_bytes()
}

/// Keys between commas, each as its id, a colon, and 32 bytes in base64: the form for an environment variable. The first one
/// encrypts.
impl FromStr for Keyring {
    type Err = KeyringError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut ring = Self { keys: Vec::new(), reads_plain: false };
        for (number, key) in text.trim().split(',').enumerate() {
            let number = number + 1;
            let (id, key) = key.trim().split_once(':').ok_or(KeyringError::Key { number })?;
            let bytes =
                Zeroizing::new(STANDARD.decode(key.trim()).map_err(|_| KeyringError::Key { number })?);
            let key =
                Zeroizing::new(<[u8; KEY]>::try_from(&bytes[..]).map_err(|_| KeyringError::Key { number })?);
            ring = ring.also(id, &key)?;
        }
        Ok(ring)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::store::Token;
    use proptest::prelude::*;

    fn record() -> Record {
        let mut token = Token::new("CANARY-access");
        token.refresh = Some("CANARY-refresh".into());
        Record::default().with(Some(token))
    }

    fn ring(id: &str, byte: u8) -> Keyring {
        Keyring::new(id, &[byte; 32]).unwrap()
    }

    #[test]
    fn what_is_sealed_shows_nothing_and_is_opened() {
        let ring = ring("2026-11", 7);
        let sealed = ring.seal("demo", &record()).unwrap();
        let text = sealed.expose();
        assert!(text.starts_with("segno1.2026-11.") && !text.contains("CANARY"), "{text}");
        assert_ne!(text, ring.seal("demo", &record()).unwrap().expose(), "each nonce is a new one");
        assert_eq!(ring.open("demo", text).unwrap(), record());
    }

    #[test]
    fn keys_are_changed_without_a_new_login() {
        let (old, new) = (ring("a", 1), ring("b", 2));
        let sealed = old.seal("demo", &record()).unwrap();
        let both = new.clone().also("a", &[1; 32]).unwrap();
        assert_eq!(both.open("demo", sealed.expose()).unwrap(), record());
        assert!(both.seal("demo", &record()).unwrap().expose().starts_with("segno1.b."));
        let line = new.open("demo", sealed.expose()).unwrap_err().to_string();
        assert!(line.contains("the key \"a\"") && line.contains("Keyring::also"), "{line}");
        let line = ring("a", 3).open("demo", sealed.expose()).unwrap_err().to_string();
        assert!(line.contains("another key has this id"), "{line}");
    }

    #[test]
    fn a_record_of_another_login_or_in_the_clear_is_refused() {
        let ring = ring("a", 1);
        let sealed = ring.seal("demo", &record()).unwrap();
        assert!(ring.open("other", sealed.expose()).is_err());
        // Nor under another id, even if it were the same key.
        let renamed = sealed.expose().replacen(".a.", ".b.", 1);
        assert!(ring.clone().also("b", &[1; 32]).unwrap().open("demo", &renamed).is_err());
        let plain = record().to_json();
        let line = ring.open("demo", plain.expose()).unwrap_err().to_string();
        assert!(line.contains("is not encrypted") && !line.contains("CANARY"), "{line}");
        assert_eq!(ring.clone().reads_plain().open("demo", plain.expose()).unwrap(), record());
    }

    #[test]
    fn a_keyring_is_read_from_text() {
        let key = STANDARD.encode([1; 32]);
        let ring: Keyring = format!("a:{key}, b:{}\n", STANDARD.encode([2; 32])).parse().unwrap();
        assert_eq!(format!("{ring:?}"), r#"["a", "b"]"#);
        let error = |text: &str| text.parse::<Keyring>().unwrap_err();
        assert_eq!(error(""), KeyringError::Key { number: 1 });
        assert_eq!(error(&format!("a:{key},b")), KeyringError::Key { number: 2 });
        assert_eq!(error(&format!("a:{}", &key[4..])), KeyringError::Key { number: 1 });
        assert_eq!(error(&format!("a.b:{key}")), KeyringError::Id { number: 1 });
        assert!(format!("{}:{key}", "a".repeat(32)).parse::<Keyring>().is_ok());
        assert_eq!(error(&format!("{}:{key}", "a".repeat(33))), KeyringError::Id { number: 1 });
        assert_eq!(error(&format!("a:{key},a:{key}")), KeyringError::Twice("a".into()));
    }

    proptest! {
        #[test]
        fn any_text_is_a_record_or_an_error(text in ".{0,200}", behind in "[A-Za-z0-9_-]{0,200}") {
            let ring = ring("a", 1);
            prop_assert!(ring.open("demo", &text).is_err());
            let text = format!("segno1.a.{behind}");
            prop_assert!(ring.open("demo", &text).is_err());
        }

        #[test]
        fn no_letter_can_be_changed(at in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_-]") {
            let ring = ring("a", 1);
            let sealed = ring.seal("demo", &record()).unwrap().expose().to_owned();
            let at = at.index(sealed.len());
            let changed = format!("{}{letter}{}", &sealed[..at], &sealed[at + 1..]);
            prop_assert!(changed == sealed || ring.open("demo", &changed).is_err());
        }
    }
}
