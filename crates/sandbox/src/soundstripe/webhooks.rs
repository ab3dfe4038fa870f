//! Webhooks: the document of a search, signed, to its `callback_url`.

use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::document::MEDIA_TYPE;
use super::state::{SERVICE, Soundstripe};
use super::switches::WebhookRedelivery;
use crate::kit::{Delivery, seconds};

/// How often a delivery is tried.
const TRIES: u32 = 5;

/// How long the receiver may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The document of a search on its way to a receiver.
pub(super) struct Webhook {
    account: usize,
    url: String,
    body: String,
    /// Those of the delivery before, if it is repeated as it was.
    headers: Option<Vec<(String, String)>>,
    /// Tries of the delivery under way, this one among them.
    tries: u32,
    /// How often it succeeded.
    successes: u32,
}

/// Sends a webhook, and again with a doubled delay until the receiver returns 2xx or it was tried five times.
pub(super) fn send(service: &Arc<Soundstripe>, account: usize, url: String, body: String) {
    deliver(service, Webhook { account, url, body, headers: None, tries: 1, successes: 0 });
}

fn deliver(service: &Arc<Soundstripe>, webhook: Webhook) {
    let headers = webhook.headers.clone().unwrap_or_else(|| {
        let timestamp = service.sandbox.clock.unix().to_string();
        let secret = &service.accounts.all()[webhook.account].key.webhook_secret;
        let signature = sign(secret, &timestamp, &webhook.body);
        vec![
            ("Content-Type".to_owned(), MEDIA_TYPE.to_owned()),
            ("X-Soundstripe-Signature".to_owned(), signature),
            ("X-Soundstripe-Timestamp".to_owned(), timestamp),
        ]
    });
    let delivery = Delivery {
        service: SERVICE,
        url: webhook.url.clone(),
        headers: headers.clone(),
        body: webhook.body.clone(),
        timeout: TIMEOUT,
    };
    let id = service.sandbox.outbox.send(delivery);
    let repeats = service.switches.standing().webhook_repeats;
    if webhook.tries < TRIES || webhook.successes < repeats {
        check_later(service, Webhook { headers: Some(headers), ..webhook }, id);
    }
}

/// Looks later what became of a delivery; one that is still under way is looked at again.
fn check_later(service: &Arc<Soundstripe>, webhook: Webhook, id: u64) {
    let first = service.switches.standing().webhook_retry_s;
    let delay = seconds(first * f64::from(1u32 << (webhook.tries - 1)));
    // Never at once: a receiver needs a moment, by any clock.
    let job = Arc::clone(service);
    service.sandbox.clock.after(delay.max(Duration::from_millis(10)), move || {
        let switches = job.switches.standing();
        let headers = match switches.webhook_redelivery {
            WebhookRedelivery::SignedAgain => None,
            WebhookRedelivery::Same => webhook.headers.clone(),
        };
        match job.sandbox.outbox.status(id) {
            Some(None) => check_later(&job, webhook, id),
            Some(Some(200..=299)) if webhook.successes < switches.webhook_repeats => {
                deliver(&job, Webhook { headers, tries: 1, successes: webhook.successes + 1, ..webhook });
            }
            Some(Some(200..=299)) | None => {}
            Some(_) if webhook.tries < TRIES => {
                deliver(&job, Webhook { headers, tries: webhook.tries + 1, ..webhook });
            }
            Some(_) => {}
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
    #[test]
    fn a_signature_is_over_timestamp_and_body() {
        let body = r#"{"data":{"id":"srch_77","type":"supe_searches","attributes":{"status":"completed"}}}"#;
        assert_eq!(
            super::sign("demo-signing-secret", "1790000000", body),
            "c870523a40dc9d745c6b5ba642b46bfcf59ba334dce6d2f6b396801376bdfffd"
        );
    }
}
