#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::Timestamp;
use segno_soundstripe::webhooks::{SignedPayload, Verifier, WebhookError};

fuzz_target!(|input: (&str, &str, &[u8])| {
    let (signature, timestamp, body) = input;
    let Some(now) = Timestamp::from_unix_seconds(1_790_000_000) else { return };
    for payload in [SignedPayload::TimestampDotBody, SignedPayload::TimestampBody, SignedPayload::BodyOnly] {
        let Ok(verifier) = Verifier::new("a secret that the fuzzer does not know") else { return };
        let result = verifier.payload(payload).check(Some(signature), Some(timestamp), body, now);
        assert!(matches!(result, Err(WebhookError::Unsigned | WebhookError::Forged)), "accepted: {result:?}");
    }
});
