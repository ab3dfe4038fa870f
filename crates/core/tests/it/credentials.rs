//! Credentials: once per attempt, bound to an origin, dropped on the way to another; and which redirects are followed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::header::AUTHORIZATION;
use segno_core::auth::{AuthError, AuthRequest, Authorize, CredentialVersion, StaticToken};
use segno_core::endpoint::PlainApiError;
use segno_core::request::Base;
use segno_core::{
    BoxFuture, BuildError, Bytes, Client, DecodeError, Endpoint, HeaderMap, Method, Replay, RequestWriter,
    Response, SecretUrl, StatusCode,
};

use crate::example::{Reply, Service};

/// `GET /things/7`, or a URL of its own.
#[derive(Default)]
struct Get {
    url: Option<&'static str>,
    cookie: bool,
}

impl Endpoint for Get {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.things.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.cookie {
            request.header(http::header::COOKIE, "session=CANARY")?;
        }
        match self.url {
            Some(url) => request.url("{presigned}", url.parse::<SecretUrl>().unwrap()),
            None => request.path("things/{id}", &[&7])?,
        }
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

/// Counts up with every attempt, in a header and in the query; gets better once when it is rejected.
#[derive(Clone, Default)]
struct Counter {
    attempts: Arc<AtomicU64>,
    rejections: Arc<AtomicU64>,
    hopeless: bool,
}

impl Authorize for Counter {
    fn authorize<'a>(
        &'a self,
        attempt: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        let number = self.attempts.fetch_add(1, Ordering::SeqCst) + 1;
        let value = http::HeaderValue::try_from(format!("Count {number}")).unwrap();
        attempt.headers.insert(AUTHORIZATION, value.clone());
        attempt.headers.insert("x-signature", value);
        let uri = format!("{}?signature={number}", attempt.uri);
        *attempt.uri = uri.parse().unwrap();
        Box::pin(std::future::ready(Ok(CredentialVersion(number))))
    }

    fn rejected(&self, ticket: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        self.rejections.fetch_add(ticket.0, Ordering::SeqCst);
        Box::pin(std::future::ready(Ok(!self.hopeless)))
    }
}

fn client(service: &Service, credentials: impl Authorize) -> Client {
    service.client().0.authorize(credentials).build().unwrap()
}

fn authorizations(service: &Service) -> Vec<Option<String>> {
    service.seen().iter().map(|seen| seen.header("authorization").map(str::to_owned)).collect()
}

#[tokio::test]
async fn every_attempt_is_authorized_anew() {
    let service = Service::new(|_, number| Ok(if number < 2 { Reply::new(503) } else { Reply::ok() }));
    client(&service, Counter::default()).send(&Get::default()).await.unwrap();
    assert_eq!(authorizations(&service), [1, 2, 3].map(|n| Some(format!("Count {n}"))));
    let queries: Vec<_> = service.seen().iter().map(|seen| seen.uri.query().unwrap().to_owned()).collect();
    assert_eq!(
        queries,
        ["signature=1", "signature=2", "signature=3"],
        "nothing is left over from an attempt"
    );
}

#[tokio::test]
async fn a_401_gets_one_more_try_and_no_second_one() {
    let service = Service::new(|_, number| Ok(if number == 0 { Reply::new(401) } else { Reply::ok() }));
    let counter = Counter::default();
    client(&service, counter.clone()).send(&Get::default()).await.unwrap();
    assert_eq!(counter.rejections.load(Ordering::SeqCst), 1);

    let service = Service::new(|_, _| Ok(Reply::new(401)));
    let error = client(&service, Counter::default()).send(&Get::default()).await.unwrap_err();
    assert_eq!((service.seen().len(), error.attempts()), (2, 2));
    assert!(error.is_auth());

    let service = Service::new(|_, _| Ok(Reply::new(401)));
    let hopeless = Counter { hopeless: true, ..Counter::default() };
    let error = client(&service, hopeless).send(&Get::default()).await.unwrap_err();
    assert_eq!((service.seen().len(), error.attempts()), (1, 1));
}

#[tokio::test]
async fn a_401_to_what_is_sent_once_is_told() {
    struct Large;

    impl Endpoint for Large {
        type Output = ();
        type ApiError = PlainApiError;
        const NAME: &'static str = "example.files.upload";
        const METHOD: Method = Method::POST;
        const REPLAY: Replay = Replay::Once;

        fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
            request.path("files", &[])
        }

        fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
            Ok(())
        }
    }

    let service = Service::new(|_, _| Ok(Reply::new(401)));
    let counter = Counter::default();
    let error = client(&service, counter.clone()).send(&Large).await.unwrap_err();
    assert_eq!((service.seen().len(), error.attempts()), (1, 1));
    assert_eq!(counter.rejections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_401_does_not_use_up_a_retry() {
    let service = Service::new(|_, number| {
        Ok(match number {
            0 => Reply::new(401),
            1 | 2 => Reply::new(503),
            _ => Reply::ok(),
        })
    });
    client(&service, Counter::default()).send(&Get::default()).await.unwrap();
    assert_eq!(service.seen().len(), 4);
}

#[tokio::test]
async fn a_401_of_a_stranger_is_not_about_our_credentials() {
    let service = Service::new(|seen, _| {
        Ok(match seen.uri.host() {
            Some("api.example") => Reply::new(302).header("location", "https://cdn.example/x"),
            _ => Reply::new(401),
        })
    });
    let counter = Counter::default();
    client(&service, counter.clone()).send(&Get::default()).await.unwrap_err();
    assert_eq!(counter.rejections.load(Ordering::SeqCst), 0);
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn credentials_go_to_their_origin_and_nowhere_else() {
    let foreign = [
        "https://api.example:8443/v1/things",
        "https://api.example.evil.example/v1/things",
        "https://storage.example/upload?Signature=x",
    ];
    for url in foreign {
        let service = Service::new(|_, _| Ok(Reply::ok()));
        let client = client(&service, StaticToken::new("Token", &"CANARY".into()).unwrap());
        client.send(&Get { url: Some(url), cookie: false }).await.unwrap();
        let seen = service.seen();
        assert_eq!(
            seen[0].headers.keys().collect::<Vec<_>>(),
            ["host", "accept-encoding"],
            "nothing that a signature could be over"
        );
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_travels_without_anything_private() {
    let service = Service::new(|_, number| {
        Ok(match number {
            0 => Reply::new(302).header("location", "/v2/things/7"),
            1 => Reply::new(307).header("location", "https://cdn.example/things/7?sig=1"),
            2 => Reply::new(301).header("location", "https://api.example/back"),
            _ => Reply::ok(),
        })
    });
    client(&service, Counter::default()).send(&Get { url: None, cookie: true }).await.unwrap();
    let seen = service.seen();
    let private = |headers: &HeaderMap| {
        ["authorization", "cookie", "x-signature"].map(|name| headers.contains_key(name))
    };
    assert_eq!(private(&seen[0].headers), [true; 3]);
    assert_eq!(private(&seen[1].headers), [true; 3], "the same origin");
    assert_eq!(seen[1].uri.query(), Some("signature=2"), "authorized anew");
    assert_eq!(private(&seen[2].headers), [false; 3], "another origin");
    assert_eq!(seen[2].header("host"), Some("cdn.example"));
    assert_eq!(seen[2].uri.query(), Some("sig=1"));
    assert_eq!(private(&seen[3].headers), [false; 3], "and not on the way back, which the stranger chose");
}

#[tokio::test]
async fn redirects_that_are_not_followed_are_errors() {
    let to =
        |location: &'static str| Service::new(move |_, _| Ok(Reply::new(302).header("location", location)));
    let service = to("/again");
    let error = client(&service, Counter::default()).send(&Get::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "example.things.get: redirected more than 5 times");
    assert_eq!(service.seen().len(), 6);

    let error =
        client(&to("http://api.example/"), Counter::default()).send(&Get::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "example.things.get: redirected from https to http, which is not followed");
}

/// `POST /things`, and `GET` of a redirect whose target is the response.
struct Post;
struct Locate;

impl Endpoint for Post {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.things.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("things", &[])
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

impl Endpoint for Locate {
    type Output = String;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.things.locate";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.keep_redirects();
        request.path("things/{id}/stream", &[&7])
    }

    fn read(response: Response<Bytes>) -> Result<String, DecodeError> {
        Ok(response.headers()["location"].to_str().unwrap().to_owned())
    }

    fn accepts(status: StatusCode) -> bool {
        status == StatusCode::FOUND
    }
}

#[tokio::test]
async fn a_redirected_post_is_not_sent_again_somewhere_else() {
    let service = Service::new(|_, _| Ok(Reply::new(307).header("location", "/elsewhere")));
    let error = client(&service, Counter::default()).send(&Post).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.things.create: redirected, which is followed for GET and HEAD only"
    );
    assert_eq!(service.seen().len(), 1);
}

#[tokio::test]
async fn a_documented_redirect_gives_its_location() {
    let service = Service::new(|_, _| Ok(Reply::new(302).header("location", "https://cdn.example/a?sig=1")));
    let location = client(&service, Counter::default()).send(&Locate).await.unwrap();
    assert_eq!(location, "https://cdn.example/a?sig=1");
    assert_eq!(service.seen().len(), 1);
}

#[tokio::test]
async fn credentials_do_not_travel_in_the_clear() {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let token = || StaticToken::new("Token", &"CANARY".into()).unwrap();
    let client =
        |base: &str| Client::builder(base).transport(service.clone()).authorize(token()).build().unwrap();
    let error = client("http://api.example/").send(&Get::default()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.things.get: not authorized: credentials are not sent to http://api.example:80 over plain http; use https"
    );
    assert!(service.seen().is_empty());
    client("http://127.0.0.1:8400/").send(&Get::default()).await.unwrap();
    assert_eq!(authorizations(&service), [Some("Token CANARY".to_owned())]);
}

#[tokio::test]
async fn credentials_belong_to_whatever_is_the_base_url_in_the_end() {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let credentials = StaticToken::new("Token", &"CANARY".into()).unwrap();
    let builder =
        Client::builder("https://api.example/").authorize(credentials).base_url("https://own.example/");
    let client = builder.transport(service.clone()).build().unwrap();
    client.send(&Get::default()).await.unwrap();
    assert_eq!(authorizations(&service), [Some("Token CANARY".to_owned())]);
    assert_eq!(client.base_url().to_string(), "https://own.example/");
}

#[test]
fn a_builder_keeps_the_first_error() {
    let error = |builder: segno_core::ClientBuilder| builder.build().unwrap_err().to_string();
    let nonsense = Client::builder("https://api.example/")
        .base(Base::new("auth", "https://auth.example/"), "nonsense")
        .user_agent("\n");
    assert_eq!(error(nonsense), "invalid base URL (auth): expected an absolute http or https URL");
    let mended = Client::builder("nonsense").base_url("https://api.example/");
    assert_eq!(error(mended), "invalid base URL (api): expected an absolute http or https URL");
}
