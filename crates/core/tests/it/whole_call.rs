//! What is said of a failed call is said of all its attempts.

use std::time::Duration;

use segno_core::decode::read_unit;
use segno_core::endpoint::PlainApiError;
use segno_core::transport::{Phase, TransportError, TransportErrorKind};
use segno_core::{
    Body, BuildError, Bytes, DecodeError, Endpoint, Error, Method, Replay, RequestWriter, Response,
};

use crate::example::{Reply, Service, lost};

/// The four kinds of methods with an output of nothing: 0 DELETE, 1 POST, 2 PUT, 3 GET.
struct Call<const METHOD: u8>;

impl<const METHOD: u8> Endpoint for Call<METHOD> {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.things.call";
    const METHOD: Method = match METHOD {
        0 => Method::DELETE,
        1 => Method::POST,
        2 => Method::PUT,
        _ => Method::GET,
    };
    const REPLAY: Replay = match METHOD {
        0 | 2 => Replay::Idempotent,
        1 => Replay::Unsafe,
        _ => Replay::Safe,
    };

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.body(Body::empty());
        request.path("things", &[])
    }

    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        read_unit(&response, |_| false)
    }
}

/// A deletion that is documented to give what was deleted.
struct Take;

impl Endpoint for Take {
    type Output = Vec<String>;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.things.take";
    const METHOD: Method = Method::DELETE;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("things", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<String>, DecodeError> {
        segno_core::decode::read_json(&response)
    }
}

fn refused() -> TransportError {
    let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    TransportError::new(Phase::NotSent, TransportErrorKind::Connect, refused)
}

/// How an attempt ends: a status, `lost` after it was sent, or `refused` before.
fn attempt(how: &str) -> Result<Reply, TransportError> {
    match how {
        "lost" => Err(lost(Phase::MaybeSent)),
        "refused" => Err(refused()),
        status => Ok(Reply::new(status.parse().unwrap()).header("location", "/login")),
    }
}

/// What comes of a call whose attempts end so; the last one repeats.
async fn called<E: Endpoint>(
    endpoint: &E,
    attempts: &'static [&'static str],
) -> Result<E::Output, Error<E::ApiError>> {
    let service = Service::new(move |_, number| attempt(attempts[number.min(attempts.len() - 1)]));
    service.client().0.build().unwrap().send(endpoint).await
}

#[tokio::test]
async fn an_earlier_attempt_that_may_have_arrived_counts() {
    let cases: [(&[&str], bool, bool); 14] = [
        // Attempts; may have taken effect; nothing was sent.
        (&["lost", "refused"], true, false),
        (&["lost", "409"], true, false),
        (&["lost", "429"], true, false),
        (&["lost", "302"], true, false),
        (&["lost", "403"], true, false),
        (&["500", "401"], true, false),
        (&["500", "403"], true, false),
        (&["503", "refused"], true, false),
        (&["429", "refused"], false, false),
        (&["429", "403"], false, false),
        (&["refused"], false, true),
        (&["404"], false, false),
        (&["401"], false, false),
        (&["409"], false, false),
    ];
    for (attempts, effect, unsent) in cases {
        let error = called(&Call::<0>, attempts).await.unwrap_err();
        assert_eq!(error.may_have_taken_effect(), effect, "{attempts:?}: {error}");
        assert_eq!(error.is_connect(), unsent, "{attempts:?}: {error}");
        let doubt = error.to_string().contains("; an earlier one may have arrived)");
        let last = attempts.last().is_some_and(|last| ["302", "500"].contains(last));
        assert_eq!(doubt, effect && attempts.len() > 1 && !last, "{attempts:?}: {error}");
        // The same holds for whoever gives the service's error another name.
        let renamed = error.map_api(|_| PlainApiError::default());
        assert_eq!((renamed.may_have_taken_effect(), renamed.is_connect()), (effect, unsent));
    }
}

#[tokio::test]
async fn the_line_says_so() {
    let error = called(&Call::<0>, &["lost", "403"]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.things.call: 403 Forbidden (after 2 attempts; an earlier one may have arrived)"
    );
    let error = called(&Call::<3>, &["lost", "403"]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.things.call: 403 Forbidden (after 2 attempts)",
        "a request that only reads leaves no doubt"
    );
}

#[tokio::test]
async fn any_redirect_of_a_request_that_writes_may_have_arrived() {
    for status in [&["300"], &["301"], &["302"], &["303"], &["304"], &["307"], &["308"]] {
        let error = called(&Call::<1>, status).await.unwrap_err();
        assert!(error.may_have_taken_effect(), "{error}");
        let error = called(&Call::<2>, status).await.unwrap_err();
        assert!(error.may_have_taken_effect(), "{error}");
    }
}

#[tokio::test]
async fn what_an_earlier_attempt_may_have_deleted_is_deleted() {
    for attempts in [&["lost", "404"], &["lost", "410"], &["500", "404"], &["504", "410"]] {
        called(&Call::<0>, attempts).await.unwrap();
    }
    // Not when nothing can have deleted it, not for other methods, and not where something else was documented to come.
    for attempts in [&["404"][..], &["410"], &["429", "404"], &["refused", "404"]] {
        assert!(called(&Call::<0>, attempts).await.unwrap_err().is_not_found(), "{attempts:?}");
    }
    assert!(called(&Call::<2>, &["lost", "404"]).await.unwrap_err().is_not_found());
    let error = called(&Take, &["lost", "404"]).await.unwrap_err();
    assert!(error.is_not_found() && error.may_have_taken_effect(), "{error}");
}

#[tokio::test]
async fn a_deadline_speaks_of_what_left_before_it() {
    // The first attempt was lost; the second waits for a service that says nothing.
    let service = Service::new(|_, number| match number {
        0 => Err(refused()),
        _ => Ok(Reply::ok().stalls()),
    });
    let client = service.client().0.build().unwrap();
    let error = client.call(&Call::<1>).deadline(Duration::from_secs(5)).send().await.unwrap_err();
    assert!(error.is_timeout() && error.may_have_taken_effect(), "{error}");

    let service = Service::new(|_, _| Err(refused()));
    let client = service.client().0.build().unwrap();
    let error = client.call(&Call::<1>).deadline(Duration::from_millis(1)).send().await.unwrap_err();
    assert!(!error.may_have_taken_effect(), "{error}");
}
