//! Webhooks: the result of a Supe search, delivered to your `callback_url` and signed.
//!
//! Deliveries are signed with HMAC-SHA256 in `X-Soundstripe-Signature` and `X-Soundstripe-Timestamp`; what exactly is signed, and
//! how it is written, is not documented. The defaults here are the usual form of such signatures; [`SignedPayload`] has the
//! others. Check with one real delivery before you rely on it.
//!
//! A handler verifies, does its work, and accepts when the work is done. Until then the same delivery is verified again:
//! if the work fails, respond with 500, and the service sends it once more.
//!
//! ```
//! use segno_core::{HeaderMap, StatusCode, Timestamp};
//! use segno_soundstripe::supe_searches::Search;
//! use segno_soundstripe::webhooks::Verifier;
//!
//! /// What a handler of axum does with `State<Verifier>`, `HeaderMap` and `Bytes`.
//! async fn delivered(verifier: &Verifier, headers: &HeaderMap, body: &[u8]) -> StatusCode {
//!     let event = match verifier.verify(headers, body, Timestamp::from(std::time::SystemTime::now())).await {
//!         Ok(event) => event,
//!         // 200 for a delivery that was accepted before, 401 or 400 for one that must not be acted on.
//!         Err(error) => return error.status(),
//!     };
//!     if store(&event.search).await.is_err() {
//!         return StatusCode::INTERNAL_SERVER_ERROR;
//!     }
//!     match event.accept().await {
//!         Ok(()) => StatusCode::OK,
//!         Err(_) => StatusCode::SERVICE_UNAVAILABLE,
//!     }
//! }
//! # async fn store(_: &Search) -> Result<(), std::io::Error> { Ok(()) }
//! # let _ = delivered;
//! ```
//!
//! Two copies of one delivery that arrive at the same moment are both verified, and so is one whose handler ended between
//! its work and [`accept`](Event::accept): the work must be safe to do twice for one search.

mod signature;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use segno_core::{HeaderMap, StatusCode, Timestamp};
use serde_json::Value;
use sha2::Sha256;

use crate::json_api::one_from_value;
use crate::supe_searches::Search;

pub use segno_core::webhook::{Delivery, MemorySeen, Seen, SeenError};

/// The header with the signature, possibly several between commas.
pub const SIGNATURE_HEADER: &str = "x-soundstripe-signature";

/// The header with the time of the delivery.
pub const TIMESTAMP_HEADER: &str = "x-soundstripe-timestamp";

/// How far the time of a delivery may be from now by default, in either direction: 300 seconds.
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

/// A delivery that must not be processed. [`status`](WebhookError::status) is the status of the response to it.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The signature is missing or malformed. Respond with 401.
    #[error(
        "invalid signature: expected hexadecimal or base64 of 32 bytes in the header x-soundstripe-signature"
    )]
    Unsigned,
    /// The signature is of another body or time, or made with another secret. Respond with 401.
    #[error(
        "invalid signature: expected that of this body and time; check the webhook secret, and pass the body as it came"
    )]
    Forged,
    /// The time is missing or malformed. Respond with 400.
    #[error(
        "invalid timestamp: expected Unix seconds, milliseconds or RFC 3339 in the header x-soundstripe-timestamp"
    )]
    Timestamp,
    /// Validly signed, but too long ago or in the future. Respond with 400; check the clock of this machine.
    #[error(
        "the timestamp must be within {tolerance} s of now, found {off} s; check the clock of this machine"
    )]
    Stale {
        /// How far off, in seconds.
        off: u64,
        /// How far off it may be, in seconds.
        tolerance: u64,
    },
    /// Validly signed, but this very delivery was [accepted](Event::accept) before. Respond with 200: the work is done.
    #[error("this delivery was accepted before; respond with 200 and do nothing")]
    Replayed,
    /// Validly signed, but the body is not a search. Respond with 200, as another delivery would be no better, and log it.
    #[error("invalid body of a validly signed delivery: {0}")]
    Body(String),
    /// The [`Seen`] failed, so it is unknown whether the delivery was accepted before. Respond with 503, so that it comes
    /// again.
    #[error("the memory of deliveries failed, respond with 503 to have the delivery again: {0}")]
    Seen(#[from] SeenError),
}

impl fmt::Debug for WebhookError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl WebhookError {
    /// The status of the response to the delivery.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unsigned | Self::Forged => StatusCode::UNAUTHORIZED,
            Self::Timestamp | Self::Stale { .. } => StatusCode::BAD_REQUEST,
            Self::Replayed | Self::Body(_) => StatusCode::OK,
            Self::Seen(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A delivery whose signature, time and content are valid.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The search, completed or failed. The service may send more than one delivery for it, each with a signature of its
    /// own: act once per search id.
    pub search: Search,
    /// When it was signed; `None` with [`SignedPayload::BodyOnly`].
    pub signed_at: Option<Timestamp>,
    /// The signature as lower-case hexadecimal.
    pub signature: String,
    /// The whole body as JSON, with members that this crate does not know.
    pub raw: Value,
    acceptance: Option<Acceptance>,
}

impl Event {
    /// Logs that the work is done: the same delivery is [`Replayed`](WebhookError::Replayed) from now on. An event without a time,
    /// and one of [`Verifier::check`], cannot be logged, and nothing happens.
    ///
    /// # Errors
    /// If the memory failed. Respond with 503: the delivery comes again, and the work is done once more.
    pub async fn accept(&self) -> Result<(), SeenError> {
        match &self.acceptance {
            Some(Acceptance { seen, delivery }) => seen.accept(delivery).await,
            None => Ok(()),
        }
    }
}

/// Where the acceptance of an event is remembered.
#[derive(Clone)]
struct Acceptance {
    seen: Arc<dyn Seen>,
    delivery: Delivery,
}

impl fmt::Debug for Acceptance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Acceptance")
    }
}

impl PartialEq for Acceptance {
    fn eq(&self, other: &Self) -> bool {
        self.delivery == other.delivery
    }
}

/// Checks deliveries: signature first, then time, then whether it was accepted before, then the content.
///
/// ```
/// use segno_core::Timestamp;
/// use segno_soundstripe::webhooks::Verifier;
///
/// let verifier = Verifier::new("demo-signing-secret")?;
/// let body = br#"{"data":{"id":"srch_77","type":"supe_searches","attributes":{"status":"completed"}}}"#;
/// let signature = "c870523a40dc9d745c6b5ba642b46bfcf59ba334dce6d2f6b396801376bdfffd";
/// let now = Timestamp::from_unix_seconds(1_790_000_010).unwrap();
/// let event = verifier.check(Some(signature), Some("1790000000"), body, now)?;
/// assert_eq!(event.search.id.as_str(), "srch_77");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Give it the body exactly as it arrived: parsing and printing it again breaks the signature. Deliveries that were
/// accepted are remembered as long as their time is within the tolerance: in this value and its clones, which share one memory, or in a
/// [memory](Verifier::seen) of your own.
#[derive(Clone)]
#[doc(alias("webhook", "HMAC", "signature"))]
pub struct Verifier {
    keys: Vec<Hmac<Sha256>>,
    payload: SignedPayload,
    tolerance: Duration,
    seen: Arc<dyn Seen>,
}

/// An empty secret, with which everybody could sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the webhook secret must not be empty")]
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
            seen: Arc::new(MemorySeen::new()),
        };
        verifier.also(secret)
    }

    /// Accepts another secret as well, for a change of secrets.
    ///
    /// # Errors
    /// If the secret is empty.
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

    /// Another memory: one that several processes share, or that outlives this one.
    #[must_use]
    pub fn seen(mut self, seen: impl Seen) -> Self {
        self.seen = Arc::new(seen);
        self
    }

    /// Checks a delivery by its headers and its body.
    ///
    /// # Errors
    /// [`WebhookError`], with the status to respond.
    pub async fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Event, WebhookError> {
        let text = |name: &str| {
            let mut values = headers.get_all(name).iter();
            let first = values.next()?.to_str().ok()?;
            // Of two headers of one name neither can be trusted.
            values.next().is_none().then_some(first)
        };
        self.verify_parts(text(SIGNATURE_HEADER), text(TIMESTAMP_HEADER), body, now).await
    }

    /// Checks a delivery by the texts of its two headers and its body.
    ///
    /// # Errors
    /// [`WebhookError`], with the status to respond.
    pub async fn verify_parts(
        &self,
        signature: Option<&str>,
        timestamp: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Event, WebhookError> {
        let (signature, signed_at) = self.signed(signature, timestamp, body, now)?;
        let acceptance = signed_at.map(|signed_at| Acceptance {
            seen: Arc::clone(&self.seen),
            delivery: Delivery::new(signature.clone(), now, signed_at.plus(self.tolerance)),
        });
        if let Some(Acceptance { seen, delivery }) = &acceptance
            && seen.was_accepted(delivery).await?
        {
            return Err(WebhookError::Replayed);
        }
        let (search, raw) = read(body)?;
        Ok(Event { search, signed_at, signature, raw, acceptance })
    }

    /// Checks signature, time and content of a delivery without a memory, so it needs no runtime: for applications that detect
    /// repeated deliveries themselves, by the signature or the search.
    ///
    /// # Errors
    /// [`WebhookError`], with the status to respond.
    pub fn check(
        &self,
        signature: Option<&str>,
        timestamp: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Event, WebhookError> {
        let (signature, signed_at) = self.signed(signature, timestamp, body, now)?;
        let (search, raw) = read(body)?;
        Ok(Event { search, signed_at, signature, raw, acceptance: None })
    }

    /// The signature of a delivery that was validly signed not too long ago, and when that was.
    fn signed(
        &self,
        signature: Option<&str>,
        timestamp: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(String, Option<Timestamp>), WebhookError> {
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
        }
        Ok((mac.iter().map(|byte| format!("{byte:02x}")).collect(), signed_at))
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
    let raw: Value =
        segno_core::decode::from_json(body).map_err(|error| WebhookError::Body(error.to_string()))?;
    let document = if raw.get("data").is_some() {
        &raw
    } else {
        raw.get("payload").or_else(|| raw.get("search")).unwrap_or(&raw)
    };
    let search = one_from_value(document).map_err(|error| WebhookError::Body(error.to_string()))?;
    Ok((search, raw))
}
