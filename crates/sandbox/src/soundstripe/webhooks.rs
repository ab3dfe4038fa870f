//! Webhooks: the document of a search, signed, to its `callback_url`.

use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::document::MEDIA_TYPE;
use crate::house::House;
use crate::outbox::{self, Delivery};

/// How often a delivery is tried.
const TRIES: u32 = 5;

/// How long the receiver may take.
const TIME_OUT: Duration = Duration::from_secs(10);

const SIGNATURE: &str = "X-Soundstripe-Signature";

/// Sends a delivery, and again with a doubled delay until it is answered with 2xx or was tried five times. Each try has
/// a timestamp and a signature of its own.
pub(super) fn send(house: &Arc<House>, account: usize, url: String, body: String, attempt: u32) {
    let timestamp = house.clock.unix().to_string();
    let secret = &house.soundstripe.accounts.all()[account].key.webhook_secret;
    let signature = sign(secret, &timestamp, &body);
    let headers = vec![
        ("Content-Type".to_owned(), MEDIA_TYPE.to_owned()),
        (SIGNATURE.to_owned(), signature.clone()),
        ("X-Soundstripe-Timestamp".to_owned(), timestamp),
    ];
    let delivery = Delivery {
        service: "soundstripe",
        url: url.clone(),
        headers,
        body: body.clone(),
        time_out: TIME_OUT,
    };
    let known = house.outbox.callbacks().len();
    outbox::send(house, delivery);
    if attempt < TRIES {
        check_later(house, account, url, body, attempt, signature, known);
    }
}

/// Looks later whether a delivery succeeded; one that is still under way is looked at again.
fn check_later(
    house: &Arc<House>,
    account: usize,
    url: String,
    body: String,
    attempt: u32,
    signature: String,
    known: usize,
) {
    let first = house.switches.lock().soundstripe.webhook_retry_s;
    let delay = Duration::try_from_secs_f64(first * f64::from(1u32 << (attempt - 1))).unwrap_or_default();
    // Never at once: a receiver needs a moment, by any clock.
    house.clock.after(delay.max(Duration::from_millis(10)), move |house| {
        let callbacks = house.outbox.callbacks();
        let sent = callbacks.get(known..).and_then(|sent| {
            sent.iter().find(|sent| {
                sent.url == url
                    && sent.headers.iter().any(|(name, value)| name == SIGNATURE && *value == signature)
            })
        });
        match sent.map(|sent| (sent.status, &sent.error)) {
            None | Some((Some(200..=299), _)) => {}
            Some((None, None)) => check_later(house, account, url, body, attempt, signature, known),
            Some(_) => send(house, account, url, body, attempt + 1),
        }
    });
}

/// Lower-case hexadecimal of HMAC-SHA256 over timestamp, full stop, body.
fn sign(secret: &str, timestamp: &str, body: &str) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    for part in [timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    /// Section 9.13 of the fact sheet.
    #[test]
    fn the_vector_of_the_sheet() {
        let body = r#"{"data":{"id":"srch_77","type":"supe_searches","attributes":{"status":"completed"}}}"#;
        assert_eq!(
            super::sign("demo-signing-secret", "1790000000", body),
            "c870523a40dc9d745c6b5ba642b46bfcf59ba334dce6d2f6b396801376bdfffd"
        );
    }
}
