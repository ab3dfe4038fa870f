//! TLS and passwords: what is trusted, what is refused and how that reads. The server's certificate is for `localhost` and of an
//! authority that is made by the test.

use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::store::{StoreError, TokenStore as _};
use segno_core::testing::{ManualClock, rate_limit_contract, seen_contract, token_store_contract};
use segno_redis::{Redis, RedisBuilder, RedisError};
use segno_testkit::Server;

/// What a server says that can be reached, as one line. It must be said at once: waiting changes nothing.
async fn refusal(builder: RedisBuilder) -> String {
    let clock = ManualClock::new("2026-11-21T20:00:00Z".parse().unwrap());
    let redis = builder.clock(Arc::clone(&clock) as _).build().unwrap();
    let error = redis.tokens("demo").load().await.unwrap_err();
    assert!(matches!(error, StoreError::Io(_)), "{error:?}");
    assert!(clock.slept().is_empty(), "asked again: {error}");
    for text in [error.to_string(), format!("{error:?}"), format!("{redis:?}")] {
        assert!(!text.contains(Server::PASSWORD), "{text}");
        assert!(!text.contains("CANARY"), "{text}");
    }
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_that_is_given_is_trusted() {
    let server = Server::redis_tls().await.unwrap();
    let redis = Redis::builder(&server.url()).authority(server.authority().unwrap()).build().unwrap();
    token_store_contract(redis.tokens("demo")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_refused_at_once_and_the_line_says_what_to_do() {
    let server = Server::redis_tls().await.unwrap();
    let (url, authority) = (server.url(), server.authority().unwrap());
    // The system's.
    let unknown = refusal(Redis::builder(&url)).await;
    assert!(unknown.starts_with("redis://localhost:"), "{unknown}");
    assert!(
        unknown.contains("UnknownIssuer") && unknown.contains("the certificate of its authority"),
        "{unknown}"
    );
    // Another one of the same name.
    let other = Server::redis_tls().await.unwrap().authority().unwrap();
    let foreign = refusal(Redis::builder(&url).authority(other)).await;
    assert!(
        foreign.contains("certificate") && foreign.contains("the certificate of its authority"),
        "{foreign}"
    );
    // The certificate is for a name and not for the address.
    let elsewhere =
        refusal(Redis::builder(&url.replace("localhost", "127.0.0.1")).authority(authority.clone()));
    let elsewhere = elsewhere.await;
    assert!(elsewhere.contains("not valid for name \"127.0.0.1\""), "{elsewhere}");
    assert!(!elsewhere.contains("the certificate of its authority"), "{elsewhere}");

    let wrong = url.replace(Server::PASSWORD, "CANARY-wrong");
    let wrong = refusal(Redis::builder(&wrong).authority(authority.clone())).await;
    assert!(
        wrong.contains("authentication failed") && wrong.contains("check user and password in the URL"),
        "{wrong}"
    );
    let none = url.replace(&format!(":{}@", Server::PASSWORD), "");
    let none = refusal(Redis::builder(&none).authority(authority)).await;
    assert!(none.contains("NOAUTH") && none.contains("check user and password in the URL"), "{none}");
}

/// A server without TLS says nothing, as one that is paused does, so it is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_may_be_what_does_not_respond() {
    let server = Server::redis().await.unwrap();
    let redis = Redis::new(&server.url().replace("redis://", "rediss://")).unwrap();
    let line = redis.tokens("demo").load().await.unwrap_err().to_string();
    assert!(
        line.ends_with("no response within 2 s; is it one that speaks TLS, as rediss:// says?"),
        "{line}"
    );
}

#[test]
fn an_invalid_url_is_told_without_what_is_in_it() {
    for url in [
        "rediss://worker:CANARY@localhost:port/",
        "rediss://worker:CANARY@local host/",
        "rediss://worker:CANARY@localhost:6379/database",
        "postgres://worker:CANARY@localhost/",
        "rediss://worker:CANARY/x@localhost:6379/",
        "rediss://worker:CANARY?x=1@localhost:6379/",
        "CANARY",
    ] {
        let error = Redis::new(url).unwrap_err();
        assert!(matches!(error, RedisError::Url(_)), "{error:?}");
        assert!(!format!("{error} {error:?} {:?}", Redis::builder(url)).contains("CANARY"), "{error}");
    }
    for pem in ["", "CANARY", "-----BEGIN CERTIFICATE-----\nCANARY\n-----END CERTIFICATE-----\n"] {
        let error = Redis::builder("rediss://localhost/").authority(pem).build().unwrap_err();
        assert!(matches!(error, RedisError::Authority) && !error.to_string().contains("CANARY"), "{error}");
    }
}

/// The line that tells what a user may not do names all that it must be allowed.
#[tokio::test(flavor = "multi_thread")]
async fn the_rights_that_are_named_are_enough() {
    let server = Server::redis().await.unwrap();
    let grant = |rights: &[&str]| {
        let user = ["acl", "setuser", "worker", "reset", "on", ">x", "~segno:*"];
        let output = server.ask_redis().args(user).args(rights).output().unwrap();
        assert_eq!(output.stdout, b"OK\n");
    };
    let redis = || Redis::builder(&server.url().replace("://", "://worker:x@"));
    grant(&[]);
    let none = refusal(redis()).await;
    // A right that a script lacks is told in other words.
    grant(&["+eval", "+evalsha", "+script|load"]);
    let some = refusal(redis()).await;
    for line in [&none, &some] {
        assert!(line.contains("allow the user the keys of the prefix"), "{line}");
    }
    grant(&none.split(' ').filter(|word| word.starts_with('+')).collect::<Vec<_>>());
    let redis = redis().build().unwrap();
    token_store_contract(redis.tokens("demo")).await;
    rate_limit_contract(redis.limit("demo", Duration::from_secs(10), 1), Duration::from_secs(10)).await;
    seen_contract(redis.seen("demo")).await;
}
