//! The service's words in errors: on one line, not too long, and without the client's own secrets.

use std::time::Duration;

use segno_core::auth::{Basic, StaticToken};
use segno_core::client::OneLine;
use segno_core::endpoint::PlainApiError;
use segno_core::request::FormPairs;
use segno_core::{
    ApiError, BuildError, Bytes, DecodeError, Endpoint, HeaderMap, Method, Replay, RequestWriter, Response,
    Secret, StatusCode,
};

use crate::example::{Reply, Service};

/// What a careless service crate does: it shows all that the service says.
#[derive(Debug)]
struct Loud(String);

impl ApiError for Loud {
    fn read(_: StatusCode, _: &HeaderMap, body: &Bytes) -> Self {
        Self(String::from_utf8_lossy(body).into_owned())
    }
}

impl std::fmt::Display for Loud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// `POST /token` with secrets in its form.
struct Exchange<A>(std::marker::PhantomData<fn() -> A>);

impl<A: ApiError> Endpoint for Exchange<A> {
    type Output = Vec<u32>;
    type ApiError = A;
    const NAME: &'static str = "example.token.exchange";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        let mut pairs = FormPairs::new();
        pairs.push("client_secret", "CANARY-form");
        request.form(pairs);
        request.path("token", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<u32>, DecodeError> {
        segno_core::decode::read_json(&response)
    }
}

const LOUD: Exchange<Loud> = Exchange(std::marker::PhantomData);
const PLAIN: Exchange<PlainApiError> = Exchange(std::marker::PhantomData);

#[tokio::test]
async fn every_error_is_one_line_of_at_most_400_characters() {
    let evil = [
        "first\nsecond\r\n\tthird",
        "\u{1b}[31mred\u{7}\u{0}\u{7f}\u{9b}31m",
        "right-to-left \u{202e} and \u{2028} separators \u{2029} and \u{feff}",
        &"x".repeat(60_000),
        &"\n".repeat(60_000),
        &"é".repeat(500),
    ];
    for text in evil {
        let body = text.to_owned();
        let service = Service::new(move |_, number| {
            let wait = if number == 0 { "1" } else { "3600" };
            Ok(Reply::new(429).header("retry-after", wait).body(&body))
        });
        let error = service.client().0.build().unwrap().send(&LOUD).await.unwrap_err();
        for line in [error.to_string(), OneLine(error.api().unwrap()).to_string()] {
            assert!(line.chars().count() <= 400, "{}", line.chars().count());
            assert!(
                !line.contains(|c: char| c.is_control() || "\u{202e}\u{2028}\u{2029}\u{feff}".contains(c)),
                "{line}"
            );
        }
        let line = error.to_string();
        assert!(line.starts_with("example.token.exchange: 429 Too Many Requests: "), "{line}");
        assert!(
            line.ends_with(
                "(after 2 attempts in 1 s); the service asks to wait 3600 s; 1 s were waited already"
            ),
            "{line}"
        );
        assert!(format!("{error:?}").lines().count() == 1);
    }
}

#[test]
fn a_line_is_cut_where_it_is_too_long_and_not_before() {
    assert_eq!(OneLine("a\nb").to_string(), "a\\nb");
    assert_eq!(OneLine("x".repeat(400)).to_string(), "x".repeat(400));
    let cut = OneLine("x".repeat(401)).to_string();
    assert_eq!((cut.chars().count(), cut.ends_with("x…")), (400, true));
    assert_eq!(OneLine("Étude — 練習曲 “ok”").to_string(), "Étude — 練習曲 “ok”");
}

#[tokio::test]
async fn what_a_client_sent_as_a_secret_is_struck_from_what_it_hears() {
    let said = [
        "bad password hunter2hunter2 for demoApp7",
        "GET /x?password=hunter2%32",
        "no client CANARY-form",
        "not Basic ZGVtb0FwcDc6aHVudGVyMmh1bnRlcjI=",
        "the key was CANARY-told",
    ];
    for body in said {
        let page = format!("<!doctype html><title>{body}</title>");
        for (status, body) in [(401, body.to_owned()), (401, page.clone()), (200, page)] {
            let service = Service::new(move |_, _| Ok(Reply::new(status).body(&body)));
            let (builder, _) = service.client();
            let client = builder
                .authorize(Basic::new("demoApp7", &"hunter2hunter2".into()).unwrap())
                .secret(Secret::from("CANARY-told"))
                .build()
                .unwrap();
            let loud = client.send(&LOUD).await.unwrap_err();
            let plain = client.send(&PLAIN).await.unwrap_err();
            for shown in [
                loud.to_string(),
                plain.to_string(),
                format!("{loud:?} {:?} {:?}", loud.cause(), loud.api()),
                plain.api().map(ToString::to_string).unwrap_or_default(),
            ] {
                for secret in ["hunter2hunter2", "CANARY", "ZGVtb0FwcDc6"] {
                    assert!(!shown.contains(secret), "{shown}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_token_is_struck_and_the_rest_is_told() {
    let service = Service::new(|_, _| Ok(Reply::new(403).body("token CANARY-1/x may not write")));
    let (builder, _) = service.client();
    let client =
        builder.authorize(StaticToken::new("Bearer", &"CANARY-1/x".into()).unwrap()).build().unwrap();
    let error = client.send(&PLAIN).await.unwrap_err();
    assert_eq!(error.to_string(), "example.token.exchange: 403 Forbidden: token [redacted] may not write");
}

/// An error that drips must not hold a transfer for days.
#[tokio::test]
async fn an_error_of_a_transfer_has_the_time_of_a_call() {
    let service = Service::new(|_, _| Ok(Reply::new(400).body("too b").stalls()));
    let (builder, clock) = service.client();
    // Silence alone would not end it: the peer says a letter before each.
    let timeouts = segno_core::Timeouts::default().silence(Duration::MAX);
    let client = builder.timeouts(timeouts).build().unwrap();
    let error = client.call(&PLAIN).open().await.unwrap_err();
    assert_eq!(error.to_string(), "example.token.exchange: 400 Bad Request: too b", "what came is told");
    assert!(clock.slept().contains(&Duration::from_secs(60)));
    // A call whose own deadline is nearer keeps the status, too.
    let error = client.call(&PLAIN).deadline(Duration::from_secs(7)).send().await.unwrap_err();
    assert_eq!(error.to_string(), "example.token.exchange: 400 Bad Request: too b");
}

/// The secrets that sign are on no request, and are struck all the same.
#[cfg(feature = "oauth1")]
#[tokio::test]
async fn what_signs_is_struck_too() {
    use segno_core::auth::oauth1::{AccessToken, Consumer, OAuth1};
    let service = Service::new(|_, _| {
        Ok(Reply::new(401).body("wrong key: CANARY-consumer or CANARY-token%2F1, demo-key"))
    });
    let (builder, _) = service.client();
    let signature = OAuth1::new(&Consumer::new("demo-key", "CANARY-consumer"))
        .token(&AccessToken::new("public-part", "CANARY-token/1"));
    let error = builder.authorize(signature).build().unwrap().send(&LOUD).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.token.exchange: 401 Unauthorized: wrong key: [redacted] or [redacted], demo-key"
    );
}

/// What the support of a service asks for first.
#[tokio::test]
async fn the_identifier_of_a_request_is_told_under_each_of_its_names() {
    for name in ["x-request-id", "x-amz-request-id", "request-id"] {
        for (status, body) in [(400, "no"), (200, "no JSON")] {
            let service = Service::new(move |_, _| Ok(Reply::new(status).header(name, "req-7").body(body)));
            let error = service.client().0.build().unwrap().send(&PLAIN).await.unwrap_err();
            assert_eq!(error.request_id(), Some("req-7"), "{name} of a {status}");
        }
    }
    let service = Service::new(|_, _| Ok(Reply::new(400)));
    let error = service.client().0.build().unwrap().send(&PLAIN).await.unwrap_err();
    assert_eq!(error.request_id(), None);
}

/// The evidence of an error is its first 64 KiB.
#[tokio::test]
async fn of_an_endless_error_the_beginning_is_kept() {
    let service = Service::new(|_, _| {
        Ok((0..5).fold(Reply::new(500), |reply, piece| reply.body([b'a' + piece; 30_000])))
    });
    let error = service.client().0.build().unwrap().send(&PLAIN).await.unwrap_err();
    let body = error.body().unwrap();
    assert_eq!((body.len(), body[0], body[65_535]), (65_536, b'a', b'c'));
}
