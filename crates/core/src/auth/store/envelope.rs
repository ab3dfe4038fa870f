//! How the record of a login stands in a store.

use std::sync::Arc;

#[cfg(feature = "encryption")]
use super::Keyring;
use super::{Record, StoreError};
use crate::Secret;

/// What a store on a server writes for the record of one login: its JSON, or that encrypted. For stores of your own.
///
/// ```
/// use segno_core::auth::store::{Envelope, Record};
///
/// let envelope = Envelope::plain("soundcloud");
/// let text = envelope.seal(&Record::default())?;
/// assert_eq!(envelope.open(text.expose())?, Record::default());
/// # Ok::<(), segno_core::auth::store::StoreError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Envelope {
    name: Arc<str>,
    #[cfg(feature = "encryption")]
    keys: Option<Arc<Keyring>>,
}

impl Envelope {
    /// Records of the login `name`, not encrypted.
    #[must_use]
    pub fn plain(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            #[cfg(feature = "encryption")]
            keys: None,
        }
    }

    /// Encrypts what is sealed, and opens what one of the keys encrypted.
    #[cfg(feature = "encryption")]
    #[must_use]
    pub fn encrypted(self, keys: Keyring) -> Self {
        Self { keys: Some(Arc::new(keys)), ..self }
    }

    /// The name of the login.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A record as text.
    ///
    /// # Errors
    /// [`StoreError::Other`] if it cannot be encrypted: the operating system has no randomness.
    pub fn seal(&self, record: &Record) -> Result<Secret, StoreError> {
        #[cfg(feature = "encryption")]
        if let Some(keys) = &self.keys {
            return keys.seal(&self.name, record);
        }
        Ok(record.to_json())
    }

    /// The record in a text.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the text is not a record; [`StoreError::Other`] if it cannot be decrypted.
    pub fn open(&self, text: &str) -> Result<Record, StoreError> {
        #[cfg(feature = "encryption")]
        if let Some(keys) = &self.keys {
            return keys.open(&self.name, text);
        }
        Record::from_json(text.as_bytes())
    }
}
