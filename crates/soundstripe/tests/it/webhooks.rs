//! Deliveries: a signed one, and everything that must be refused.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::{BoxFuture, HeaderMap, Timestamp};
use segno_soundstripe::supe_searches::SearchStatus;
use segno_soundstripe::webhooks::{
    Delivery, Seen, SeenError, SignedPayload, TOLERANCE, Verifier, WebhookError,
};

// As Python computes them: hmac.new(SECRET, TIMESTAMP + b"." + BODY, "sha256").hexdigest().
pub(crate) const SECRET: &str = "demo-signing-secret";
pub(crate) const TIMESTAMP: &str = "1790000000";
pub(crate) const BODY: &[u8] =
    br#"{"data":{"id":"srch_77","type":"supe_searches","attributes":{"status":"completed"}}}"#;
pub(crate) const HEX: &str = "c870523a40dc9d745c6b5ba642b46bfcf59ba334dce6d2f6b396801376bdfffd";
const BASE64: &str = "yHBSOkDcnXRca1umQrRr/PWbozTc5tL2s5aAE3a9//0=";
const HEX_WITHOUT_DOT: &str = "80e66181130811c7611eaf40d299eb4f7d6caf8cd8d4d03e7ebf736da1a8efc0";
const HEX_BODY_ONLY: &str = "12df6030d601406895ce2c1e1a05e6fddaae8ad40efbdb809349516924fc2c87";

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_790_000_000 + seconds).unwrap()
}

fn verifier() -> Verifier {
    Verifier::new(SECRET).unwrap()
}

fn verify(
    verifier: &Verifier,
    signature: &str,
    timestamp: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<String, WebhookError> {
    verifier.check(Some(signature), Some(timestamp), body, now).map(|event| event.search.id.to_string())
}

#[test]
fn a_signed_delivery_is_verified() {
    assert_eq!(BODY.len(), 84);
    for signature in [HEX, BASE64, &format!("sha256={HEX}"), &format!("v1=00,v1={HEX}")] {
        let event = verifier().check(Some(signature), Some(TIMESTAMP), BODY, at(0)).unwrap();
        assert_eq!(event.search.id.as_str(), "srch_77");
        assert_eq!(event.search.status, Some(SearchStatus::Completed));
        assert_eq!(event.signature, HEX);
        assert_eq!(event.signed_at, Some(at(0)));
    }
}

#[test]
fn one_form_per_verifier() {
    let forms = [
        (SignedPayload::TimestampDotBody, HEX),
        (SignedPayload::TimestampBody, HEX_WITHOUT_DOT),
        (SignedPayload::BodyOnly, HEX_BODY_ONLY),
    ];
    for (form, _) in forms {
        for (other, signature) in forms {
            let verifier = verifier().payload(form);
            let result = verify(&verifier, signature, TIMESTAMP, BODY, at(0));
            assert_eq!(result.is_ok(), form == other, "{form:?} {other:?}");
        }
    }
}

#[test]
fn forged() {
    let verifier = verifier();
    let forged = |signature: &str, timestamp: &str, body: &[u8]| {
        assert_eq!(verify(&verifier, signature, timestamp, body, at(0)), Err(WebhookError::Forged));
    };
    let tampered = String::from_utf8(BODY.to_vec()).unwrap().replace("srch_77", "srch_78");
    forged(HEX, TIMESTAMP, tampered.as_bytes());
    forged(HEX, TIMESTAMP, &[BODY, b"\n"].concat());
    forged(HEX, "1790000001", BODY);
    forged(&"0".repeat(64), TIMESTAMP, BODY);
    forged(HEX_BODY_ONLY, TIMESTAMP, BODY);
    let other = Verifier::new("another-secret").unwrap();
    assert_eq!(verify(&other, HEX, TIMESTAMP, BODY, at(0)), Err(WebhookError::Forged));
}

#[test]
fn unsigned() {
    let verifier = verifier();
    assert_eq!(verifier.check(None, Some(TIMESTAMP), BODY, at(0)), Err(WebhookError::Unsigned));
    assert_eq!(verify(&verifier, "v1=", TIMESTAMP, BODY, at(0)), Err(WebhookError::Unsigned));
    assert_eq!(verifier.check(Some(HEX), None, BODY, at(0)), Err(WebhookError::Timestamp));
}

#[test]
fn stale() {
    let stale = |seconds| verify(&verifier(), HEX, TIMESTAMP, BODY, at(seconds));
    assert!(stale(300).is_ok());
    assert!(stale(-300).is_ok());
    assert_eq!(stale(301), Err(WebhookError::Stale { off: 301, tolerance: 300 }));
    assert_eq!(stale(-301), Err(WebhookError::Stale { off: 301, tolerance: 300 }));
    let patient = verifier().tolerance(Duration::from_secs(3600));
    assert!(verify(&patient, HEX, TIMESTAMP, BODY, at(3600)).is_ok());
    // The signature is looked at first: a forger learns nothing about the clock.
    assert_eq!(verify(&verifier(), HEX, "1", BODY, at(0)), Err(WebhookError::Forged));
}

#[tokio::test]
async fn a_delivery_is_a_replay_when_it_was_accepted_and_not_before() {
    let verifier = verifier();
    let verify =
        async |signature: &str, now| verifier.verify_parts(Some(signature), Some(TIMESTAMP), BODY, now).await;
    // The handler of the first one fails, so nothing is accepted, and the same bytes come again.
    let first = verify(HEX, at(0)).await.unwrap();
    let again = verify(HEX, at(10)).await.unwrap();
    assert_eq!(first.search, again.search);
    again.accept().await.unwrap();
    for spelling in [HEX, BASE64, &HEX.to_uppercase()] {
        assert_eq!(verify(spelling, at(20)).await, Err(WebhookError::Replayed));
    }
    // Clones share what they have seen; another verifier has a memory of its own.
    let clone = verifier.clone();
    let replayed = clone.verify_parts(Some(HEX), Some(TIMESTAMP), BODY, at(20)).await;
    assert_eq!(replayed.unwrap_err().status(), 200, "the work is done");
    assert!(self::verifier().verify_parts(Some(HEX), Some(TIMESTAMP), BODY, at(20)).await.is_ok());
    // To accept twice does no harm, and who asks no memory is not refused.
    first.accept().await.unwrap();
    assert!(verifier.check(Some(HEX), Some(TIMESTAMP), BODY, at(20)).is_ok());
    let late = at(i64::try_from(TOLERANCE.as_secs()).unwrap() + 1);
    assert!(matches!(verify(HEX, late).await, Err(WebhookError::Stale { .. })));
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_the_same_way_each_time() {
    let verifier = verifier();
    for _ in 0..3 {
        let error =
            verifier.verify_parts(Some(HELLO_AT), Some(TIMESTAMP), b"hello", at(0)).await.unwrap_err();
        assert!(matches!(error, WebhookError::Body(_)), "{error}");
        assert_eq!(error.status(), 200);
    }
}

/// A memory that several processes would share: what is in it, and whether it can be reached.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<(HashSet<String>, bool)>>);

impl Seen for Shared {
    fn was_accepted<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<bool, SeenError>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            let state = self.0.lock().unwrap();
            if state.1 { Err(SeenError::new("down")) } else { Ok(state.0.contains(&delivery.signature)) }
        })
    }

    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), SeenError>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            let mut state = self.0.lock().unwrap();
            if state.1 {
                return Err(SeenError::new("down"));
            }
            assert_eq!(delivery.lifetime(), TOLERANCE - Duration::from_secs(10));
            state.0.insert(delivery.signature.clone());
            Ok(())
        })
    }
}

#[tokio::test]
async fn two_processes_share_a_memory() {
    let shared = Shared::default();
    let (one, other) = (verifier().seen(shared.clone()), verifier().seen(shared.clone()));
    let event = one.verify_parts(Some(HEX), Some(TIMESTAMP), BODY, at(10)).await.unwrap();
    assert!(other.verify_parts(Some(HEX), Some(TIMESTAMP), BODY, at(10)).await.is_ok(), "not accepted yet");
    event.accept().await.unwrap();
    let replayed = other.verify_parts(Some(HEX), Some(TIMESTAMP), BODY, at(10)).await;
    assert_eq!(replayed, Err(WebhookError::Replayed));

    // What cannot be looked up must come again, whatever it is.
    shared.0.lock().unwrap().1 = true;
    let error = one.verify_parts(Some(HEX), Some(TIMESTAMP), BODY, at(10)).await.unwrap_err();
    assert_eq!(error, WebhookError::Seen(SeenError::new("down")));
    assert_eq!(error.status(), 503);
    assert!(event.accept().await.is_err());
    // A forger is told nothing of it.
    let forged = one.verify_parts(Some(HEX), Some("1790000001"), BODY, at(10)).await;
    assert_eq!(forged, Err(WebhookError::Forged));
    assert_eq!(WebhookError::Forged.status(), 401);
}

/// Compiles only if a handler can be spawned.
#[allow(dead_code)]
fn verifying_is_send(verifier: &'static Verifier, event: &'static segno_soundstripe::webhooks::Event) {
    fn send(_: impl Send) {}
    send(verifier.verify_parts(None, None, BODY, at(0)));
    send(event.accept());
}

#[test]
fn secrets_are_changed_over() {
    let both = Verifier::new("new-secret").unwrap().also(SECRET).unwrap();
    assert!(verify(&both, HEX, TIMESTAMP, BODY, at(0)).is_ok());
    assert!(Verifier::new("").is_err());
    assert!(verifier().also("").is_err());
    assert!(!format!("{both:?}").contains("secret\""), "{both:?}");
}

#[tokio::test]
async fn headers_by_name() {
    let mut headers = HeaderMap::new();
    headers.insert("X-Soundstripe-Signature", HEX.parse().unwrap());
    headers.insert("X-Soundstripe-Timestamp", TIMESTAMP.parse().unwrap());
    assert!(verifier().verify(&headers, BODY, at(0)).await.is_ok());
    headers.append("X-Soundstripe-Signature", HEX.parse().unwrap());
    assert_eq!(verifier().verify(&headers, BODY, at(0)).await, Err(WebhookError::Unsigned));
}

/// Signed by another implementation: `printf '%s' "$body" | openssl dgst -sha256 -hmac demo-signing-secret`.
#[test]
fn every_envelope() {
    let cases = [
        (
            r#"{"payload":{"data":{"id":"srch_1","type":"supe_searches","attributes":{"status":"failed"}}}}"#,
            PAYLOAD,
        ),
        (r#"{"search":{"data":{"id":"srch_1","type":"supe_searches"}}}"#, SEARCH),
    ];
    for (body, signature) in cases {
        let verifier = verifier().payload(SignedPayload::BodyOnly);
        let event = verifier.check(Some(signature), None, body.as_bytes(), at(0)).unwrap();
        assert_eq!(event.search.id.as_str(), "srch_1");
        assert_eq!(event.signed_at, None);
        assert_eq!(event.raw, serde_json::from_str::<serde_json::Value>(body).unwrap());
    }
    let verifier = verifier().payload(SignedPayload::BodyOnly);
    let error = verifier.check(Some(HELLO), None, b"hello", at(0)).unwrap_err();
    assert!(matches!(error, WebhookError::Body(_)), "{error}");
}

const PAYLOAD: &str = "95e7d52fd9f0120933001d82096d522f0717af050e2db339ee6d4c00e43a2838";
const SEARCH: &str = "f501177460d541de79f7517e79ae5cff83c7e5c3b2dde2f3165bcc4cd51a576c";
const HELLO: &str = "0aa97436f8dbc0402ce5bc193efc9348fd4d745c1ee6ccb67e30a6a93b07fe88";
/// `printf '1790000000.hello' | openssl dgst -sha256 -hmac demo-signing-secret`
const HELLO_AT: &str = "7441ed0d5acd77cc3d62509f18bb8703b45e8890a68b26637b38a9c173e71e7b";
