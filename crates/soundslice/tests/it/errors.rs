//! The error line of every failure that is documented or was observed, per endpoint.

use segno_core::Endpoint;
use segno_soundslice::slices;

use crate::sample::{self, Visit, responding, slice};

/// The statuses and bodies of docs/services/soundslice.md, and those of a gateway.
const FAILURES: [(u16, &str); 9] = [
    (401, ""),
    (403, "{}"),
    (404, "<!DOCTYPE html>\n<!--[if lt IE 8]>\n<title>Page not found</title>"),
    (405, ""),
    (422, r#"{"errors": {"folder_id": ["This folder ID is invalid."]}}"#),
    (422, r#"{"error": "Invalid folder ID."}"#),
    (429, "{}"),
    (500, "Server Error (500)"),
    (502, "<html><head><title>502 Bad Gateway</title></head></html>"),
];

/// The errors of the storage behind presigned URLs.
const STORAGE: [(u16, &str); 3] = [
    (
        403,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
    ),
    (
        400,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>",
    ),
    (
        501,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NotImplemented</Code><Message>A header you provided implies functionality that is not implemented</Message></Error>",
    ),
];

#[tokio::test]
async fn every_error_line() {
    struct Lines(Vec<(&'static str, String)>);

    // The visitor cannot await, so each endpoint gets a runtime of its own on a thread of its own.
    impl Visit for Lines {
        fn visit<E: Endpoint<Output: std::fmt::Debug>>(&mut self, endpoint: &E) {
            let failures =
                if E::NAME.starts_with("soundslice.storage.") { &STORAGE[..] } else { &FAILURES[..] };
            let mut lines = String::new();
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                    for (status, body) in failures {
                        let outcome = runtime.block_on(responding(*status, body).send(endpoint));
                        let line = outcome.err().map_or_else(|| "no error".into(), |error| error.to_string());
                        lines.push_str(&format!("{status} {line}\n"));
                    }
                });
            });
            self.0.push((E::NAME, lines));
        }
    }

    let mut lines = Lines(Vec::new());
    sample::every_endpoint(&mut lines);
    for (name, lines) in lines.0 {
        insta::assert_snapshot!(name, lines);
    }
}

#[tokio::test]
async fn predicates_tell_what_to_do() {
    let get = slices::Get::new(slice());
    let error = async |status, body| responding(status, body).send(&get).await.unwrap_err();
    assert!(error(401, "").await.is_auth());
    assert!(error(403, "{}").await.is_auth());
    assert!(error(404, "<!DOCTYPE html>").await.is_not_found());
    assert!(error(429, "{}").await.is_rate_limited());
    assert!(error(200, "{\"name\"").await.is_decode());
    assert_eq!(error(500, "").await.attempts(), 3, "a read is tried again");
    let create = responding(500, "").send(&slices::Create::new()).await.unwrap_err();
    assert_eq!(create.attempts(), 1, "a creation is not");
    assert!(create.may_have_taken_effect());
}

#[tokio::test]
async fn responses_that_cannot_be_read() {
    let get = slices::Get::new(slice());
    let line = async |body| responding(200, body).send(&get).await.unwrap_err().to_string();
    insta::assert_snapshot!(line("").await, @"soundslice.slices.get: 200 OK, but the response cannot be read: the body is empty");
    insta::assert_snapshot!(line("<html><title>Log in</title>").await, @r#"soundslice.slices.get: 200 OK, but the response cannot be read: it is a web page titled "Log in""#);
    insta::assert_snapshot!(line("{\"name\": \"x").await, @"soundslice.slices.get: 200 OK, but the response cannot be read: the JSON ends in the middle, after 11 bytes");
    insta::assert_snapshot!(line("[\"CANARY\"]").await, @"soundslice.slices.get: 200 OK, but the response cannot be read: expected a slice, found a list");
}
