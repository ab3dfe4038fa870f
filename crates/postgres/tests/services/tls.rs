//! TLS and passwords: what is trusted, what is refused and how that reads. The server's certificate is for `localhost` and of an
//! authority that is made by the test.

use std::sync::Arc;

use segno_core::auth::store::TokenStore as _;
use segno_core::testing::{ManualClock, token_store_contract};
use segno_postgres::{Postgres, PostgresBuilder, PostgresError};
use segno_testkit::Server;

/// What a server says that can be reached, as one line. It must be said at once: waiting changes nothing.
async fn refusal(builder: PostgresBuilder) -> String {
    let clock = ManualClock::new("2026-11-21T20:00:00Z".parse().unwrap());
    let database = builder.clock(Arc::clone(&clock) as _).build().unwrap();
    let error = database.tokens("demo").load().await.unwrap_err();
    assert!(clock.slept().is_empty(), "asked again: {error}");
    for text in [error.to_string(), format!("{error:?}"), format!("{database:?}")] {
        assert!(!text.contains("CANARY"), "{text}");
    }
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_that_is_given_is_trusted() {
    let server = Server::postgres_tls().await.unwrap();
    for mode in ["require", "verify-ca", "verify-full"] {
        let url = server.url().replace("=require", &format!("={mode}"));
        let database = Postgres::builder(&url).authority(server.authority().unwrap()).build().unwrap();
        database.migrate().await.unwrap();
        token_store_contract(database.tokens(mode)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_refused_at_once_and_the_line_says_what_to_do() {
    let server = Server::postgres_tls().await.unwrap();
    let (url, authority) = (server.url(), server.authority().unwrap());
    // The system's.
    let unknown = refusal(Postgres::builder(&url)).await;
    assert!(unknown.starts_with("postgres://localhost:"), "{unknown}");
    assert!(
        unknown.contains("UnknownIssuer") && unknown.contains("the certificate of its authority"),
        "{unknown}"
    );
    // Another one of the same name.
    let other = Server::postgres_tls().await.unwrap().authority().unwrap();
    let foreign = refusal(Postgres::builder(&url).authority(other)).await;
    assert!(
        foreign.contains("certificate") && foreign.contains("the certificate of its authority"),
        "{foreign}"
    );
    // The certificate is for a name and not for the address.
    let elsewhere = Postgres::builder(&url.replace("localhost", "127.0.0.1")).authority(authority.clone());
    let elsewhere = refusal(elsewhere).await;
    assert!(elsewhere.contains("not valid for name \"127.0.0.1\""), "{elsewhere}");
    assert!(!elsewhere.contains("the certificate of its authority"), "{elsewhere}");

    let wrong = url.replace(Server::PASSWORD, "CANARY-wrong");
    let wrong = refusal(Postgres::builder(&wrong).authority(authority.clone())).await;
    assert!(wrong.contains("password authentication failed for user \"segno\" (28P01)"), "{wrong}");
    let none = url.replace(&format!(":{}@", Server::PASSWORD), "@");
    let none = refusal(Postgres::builder(&none).authority(authority.clone())).await;
    assert!(none.contains("password missing"), "{none}");
    let missing = url.replace("/segno?", "/nothing?");
    let missing = refusal(Postgres::builder(&missing).authority(authority)).await;
    assert!(missing.contains("database \"nothing\" does not exist (3D000)"), "{missing}");
    let plain = refusal(Postgres::builder(&url.replace("=require", "=disable"))).await;
    assert!(plain.contains("no encryption (28000)"), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let server = Server::postgres().await.unwrap();
    let line = refusal(Postgres::builder(&server.url().replace("=disable", "=require"))).await;
    assert!(line.contains("server does not support TLS"), "{line}");
}

#[test]
fn an_invalid_url_is_told_without_what_is_in_it() {
    for url in [
        "postgres://segno:CANARY@localhost:port/segno",
        "postgres://segno:CANARY@localhost/segno?sslmode=CANARY",
        // The part behind the first @ would be a host.
        "postgres://segno:x@CANARY@localhost/segno",
        "postgres://segno:CANARY@/segno",
        "redis://segno:CANARY@localhost/",
        "CANARY",
    ] {
        let error = Postgres::new(url).unwrap_err();
        assert!(matches!(error, PostgresError::Url(_)), "{error:?}");
        assert!(!format!("{error} {error:?} {:?}", Postgres::builder(url)).contains("CANARY"), "{error}");
    }
    for pem in ["", "CANARY", "-----BEGIN CERTIFICATE-----\nCANARY\n-----END CERTIFICATE-----\n"] {
        let error = Postgres::builder("postgres://localhost/segno?sslmode=require").authority(pem).build();
        let error = error.unwrap_err();
        assert!(matches!(error, PostgresError::Tls(_)) && error.to_string().contains("PEM"), "{error}");
    }
}
