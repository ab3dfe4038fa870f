//! Whatever a token server says, nothing of it is logged or shown.

use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::oauth2::{App, TokenResponse, TokenServer, TokenSource};
use segno_core::auth::store::{MemoryStore, TokenStore};
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::time::Clock;
use segno_core::{Client, Response, Retry};
use segno_testkit::Canary;

fn tokens(access: &str, refresh: &str) -> TokenResponse {
    let mut response = TokenResponse::new(access);
    response.refresh_token = Some(refresh.into());
    response.expires_in = Some(Duration::from_secs(3600));
    response
}

/// A login whose token is over, at a server that says nothing but this.
async fn over(body: &'static str) -> (TokenSource, Arc<MemoryStore>, Arc<ManualClock>) {
    let clock = ManualClock::stopped("2026-11-21T20:00:00Z".parse().unwrap());
    let client = Client::builder("https://login.example/")
        .transport(FnTransport::new(move |_| Ok(Response::new(body.into()))))
        .clock(Arc::clone(&clock) as Arc<dyn Clock>)
        .retry(Retry::never())
        .build()
        .unwrap();
    let server = TokenServer::new(client, App { id: "app".into(), secret: None });
    let store = Arc::new(MemoryStore::new());
    let source = TokenSource::user(server).build(Arc::clone(&store));
    source.install(tokens("a1", "r1")).await.unwrap();
    clock.advance(Duration::from_secs(4000));
    (source, store, clock)
}

#[tokio::test]
async fn nothing_secret_of_a_token_server_is_heard() {
    let mut canary = Canary::listen();
    canary.secret("a token", "CANARY");
    for body in [
        r#"{"access_token":"CANARY-a#","refresh_token":"CANARY-r#","expires_in":"CANARY"}"#,
        r#"{"access_token":"CANARY-a\n","refresh_token":"CANARY-r#","expires_in":3600}"#,
        r#"{"access_token":"CANARY-a#","refresh_token":["CANARY","CANARY"],"expires_in":true}"#,
        r#"{"access_token":"CANARY-a#","token_type":"mac","mac_key":"CANARY","refresh_token":"CANARY"}"#,
        r#"{"access_token":{"CANARY":"CANARY"}}"#,
        r#"{"access_token":"CANARY","refresh_token":"CANARY"#,
        r#"["CANARY"]"#,
        "access_token=CANARY%0A&refresh_token=CANARY",
        "CANARY=CANARY&access_tokenCANARY",
    ] {
        let (source, store, clock) = over(body).await;
        for _ in 0..3 {
            let outcome = source.token().await;
            canary.print(&outcome);
            let _ = canary.outcome(outcome);
            canary.print(&(source.status(), &source, store.load().await));
            clock.advance(Duration::from_secs(5000));
        }
        canary.print(&TokenResponse::read(&Response::new(body.into())));
        let _ = canary.outcome(source.install(tokens("CANARY\n", "CANARY")).await);
    }
    let heard = canary.silent();
    assert!(heard.contains("the token could not be refreshed"), "{heard}");
    assert!(heard.contains("the lifetime of the token (expires_in) cannot be read"), "{heard}");
}
