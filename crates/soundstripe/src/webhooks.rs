//! Webhooks: the result of a Supe search, delivered to your `callback_url` and signed.
//!
//! That deliveries are signed with HMAC-SHA256 in `X-Soundstripe-Signature` and `X-Soundstripe-Timestamp` is documented;
//! what exactly is signed and how it is written is not. The defaults here are the form that services usually choose;
//! [`SignedPayload`] has the others. Check with one real delivery before you rely on it.

mod replay;
mod signature;

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use segno_core::{HeaderMap, Timestamp};
use serde_json::Value;
use sha2::Sha256;

use crate::json_api::one_from_value;
use crate::supe_searches::Search;
use replay::Seen;

/// The header with the signature, possibly several between commas.
pub const SIGNATURE_HEADER: &str = "x-soundstripe-signature";

/// The header with the time of the delivery.
pub const TIMESTAMP_HEADER: &str = "x-soundstripe-timestamp";

/// How far the time of a delivery may be from now, in either direction, unless told otherwise: 300 seconds.
pub const TOLERANCE: Duration = Duration::from_secs(300);

/// What the signature covers. A verifier accepts one form only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignedPayload {
    /// The timestamp, a full stop, the body.
    #[default]
    TimestampDotBody,
    /// The timestamp, then the body.
    TimestampBody,
    /// The body alone. **No protection against replay**: whoever once saw a delivery can send it again at any time.
    BodyOnly,
}

/// A delivery that must not be acted on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// There is no signature, or none that could be one. Answer 401.
    #[error("the delivery has no signature")]
    Unsigned,
    /// The signature belongs to something else: another body, another time, another secret. Answer 401.
    #[error("the signature does not belong to this body and time, or was made with another secret")]
    Forged,
    /// The time is missing or unreadable. Answer 400.
    #[error("the delivery has no readable timestamp")]
    Timestamp,
    /// Signed well, but too long ago or in the future. Answer 400; check the clock of this machine.
    #[error("the delivery is {off} s off the present, more than {tolerance} s")]
    Stale {
        /// How far off, in seconds.
        off: u64,
        /// How far off it may be, in seconds.
        tolerance: u64,
    },
    /// Signed well, but this very delivery was accepted before. Answer 200: the work is done.
    #[error("this delivery was accepted before")]
    Replayed,
    /// Signed well, but the body is no search. Answer 200 and tell somebody: it will not get better.
    #[error("the delivery is signed well, but cannot be read: {0}")]
    Body(String),
}

/// A delivery that is what it claims to be.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The search, completed or failed. Deliveries can come more than once: act once per search id.
    pub search: Search,
    /// When it was signed; not known with [`SignedPayload::BodyOnly`].
    pub signed_at: Option<Timestamp>,
    /// The signature as lower-case hexadecimal: the key under which several processes can share what they have seen.
    pub signature: String,
    /// The whole body.
    pub raw: Value,
}

/// Checks deliveries: signature first, then time, then whether it came before, then the content.
///
/// ```
/// use segno_core::Timestamp;
/// use segno_soundstripe::webhooks::Verifier;
///
/// let verifier = Verifier::new("demo-signing-secret")?;
/// let body = br#"{"data":{"id":"srch_77","type":"supe_searches","attributes":{"status":"completed"}}}"#;
/// let signature = "c870523a40dc9d745c6b5ba642b46bfcf59ba334dce6d2f6b396801376bdfffd";
/// let now = Timestamp::from_unix_seconds(1_790_000_010).unwrap();
/// let event = verifier.verify_parts(Some(signature), Some("1790000000"), body, now)?;
/// assert_eq!(event.search.id.as_str(), "srch_77");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Give it the body exactly as it arrived: parsing and printing it again breaks the signature. Deliveries that were
/// accepted are remembered as long as their time is within the tolerance, in this value; clones do not share it.
pub struct Verifier {
    keys: Vec<Hmac<Sha256>>,
    payload: SignedPayload,
    tolerance: Duration,
    seen: Option<Seen>,
}

/// An empty secret: everybody could sign with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the webhook secret is empty")]
pub struct EmptySecret;

impl Verifier {
    /// With the secret that deliveries are signed with.
    ///
    /// # Errors
    /// An empty secret: a sign of a forgotten setting.
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self, EmptySecret> {
        let verifier = Self {
            keys: Vec::new(),
            payload: SignedPayload::default(),
            tolerance: TOLERANCE,
            seen: Some(Seen::default()),
        };
        verifier.also(secret)
    }

    /// Accepts another secret as well, while secrets are changed over.
    ///
    /// # Errors
    /// An empty secret.
    pub fn also(mut self, secret: impl AsRef<[u8]>) -> Result<Self, EmptySecret> {
        let secret = secret.as_ref();
        if secret.is_empty() {
            return Err(EmptySecret);
        }
        self.keys.push(Hmac::new_from_slice(secret).map_err(|_| EmptySecret)?);
        Ok(self)
    }

    /// What the signature covers.
    #[must_use]
    pub fn payload(mut self, payload: SignedPayload) -> Self {
        self.payload = payload;
        self
    }

    /// How far the time of a delivery may be from now. Default 300 seconds.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Does not remember deliveries: for a program that remembers [`Event::signature`] itself, across processes.
    #[must_use]
    pub fn without_memory(mut self) -> Self {
        self.seen = None;
        self
    }

    /// Checks a delivery by its headers and its body.
    ///
    /// # Errors
    /// [`WebhookError`] says what is wrong and what to answer.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Event, WebhookError> {
        let text = |name: &str| {
            let mut values = headers.get_all(name).iter();
            let first = values.next()?.to_str().ok()?;
            // Two headers of one name leave open which of them was meant.
            values.next().is_none().then_some(first)
        };
        self.verify_parts(text(SIGNATURE_HEADER), text(TIMESTAMP_HEADER), body, now)
    }

    /// Checks a delivery by the texts of its two headers and its body.
    ///
    /// # Errors
    /// [`WebhookError`] says what is wrong and what to answer.
    pub fn verify_parts(
        &self,
        signature: Option<&str>,
        timestamp: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Event, WebhookError> {
        let candidates = signature::candidates(signature.unwrap_or_default());
        if candidates.is_empty() {
            return Err(WebhookError::Unsigned);
        }
        let timestamp = match self.payload {
            SignedPayload::BodyOnly => None,
            _ => Some(timestamp.ok_or(WebhookError::Timestamp)?),
        };
        let mac = self.matching(&candidates, timestamp, body).ok_or(WebhookError::Forged)?;
        let signed_at = match timestamp {
            Some(text) => Some(signature::moment(text).ok_or(WebhookError::Timestamp)?),
            None => None,
        };
        if let Some(signed_at) = signed_at {
            let off = now.since(signed_at).max(signed_at.since(now));
            if off > self.tolerance {
                return Err(WebhookError::Stale { off: off.as_secs(), tolerance: self.tolerance.as_secs() });
            }
            let expires = signed_at.plus(self.tolerance);
            if self.seen.as_ref().is_some_and(|seen| !seen.is_new(mac, expires, now)) {
                return Err(WebhookError::Replayed);
            }
        }
        let signature = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        let (search, raw) = read(body)?;
        Ok(Event { search, signed_at, signature, raw })
    }

    /// The MAC of the delivery under the first secret that made one of the candidates. Compared in constant time.
    fn matching(&self, candidates: &[[u8; 32]], timestamp: Option<&str>, body: &[u8]) -> Option<[u8; 32]> {
        self.keys.iter().find_map(|key| {
            let mut mac = key.clone();
            if let Some(timestamp) = timestamp {
                mac.update(timestamp.as_bytes());
            }
            if self.payload == SignedPayload::TimestampDotBody {
                mac.update(b".");
            }
            mac.update(body);
            let fits = candidates.iter().any(|candidate| mac.clone().verify_slice(candidate).is_ok());
            fits.then(|| mac.finalize().into_bytes().into())
        })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("secrets", &self.keys.len())
            .field("payload", &self.payload)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

/// Reads the body of a delivery: the document of the search, at the top or under `payload` or `search`.
fn read(body: &[u8]) -> Result<(Search, Value), WebhookError> {
    let raw: Value = segno_core::from_json(body).map_err(|error| WebhookError::Body(error.to_string()))?;
    let document = if raw.get("data").is_some() {
        &raw
    } else {
        raw.get("payload").or_else(|| raw.get("search")).unwrap_or(&raw)
    };
    let search = one_from_value(document).map_err(|error| WebhookError::Body(error.to_string()))?;
    Ok((search, raw))
}
