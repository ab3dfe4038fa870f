//! Tokens and logins.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use segno_core::Cause;
use segno_core::auth::AuthError;
use segno_core::auth::store::{MemoryStore, TokenStore as _};
use segno_soundcloud::{UserUrn, me, tracks, users};

use crate::peer::{app_client, logged_in, response, stored, tokens, user_client};
use crate::responses::ME;

#[tokio::test]
async fn pain_02_refresh_tokens_work_once_and_nobody_is_logged_out() {
    let store = stored();
    let (client, log, _) = logged_in(std::sync::Arc::clone(&store), |line| {
        if line.contains("/oauth/token") {
            return if line.contains("refresh_token=r1") {
                tokens(2)
            } else {
                response(400, r#"{"error":"invalid_grant"}"#)
            };
        }
        if line.contains("[OAuth t2]") { response(200, ME) } else { response(401, "") }
    });
    // The service has ended the token early; thirty tasks meet that at once.
    let tasks: Vec<_> = (0..30)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&me::Get::new()).await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(log.count("POST https://secure.soundcloud.com/oauth/token"), 1);
    assert_eq!(store.load().await.unwrap().token.unwrap().refresh.unwrap().expose(), "r2");
}

#[tokio::test]
async fn pain_03_the_quota_of_tokens_takes_no_site_down() {
    let issued = AtomicU32::new(0);
    let (client, log, clock) = app_client(MemoryStore::new(), move |line| {
        if line.contains("/oauth/token") {
            tokens(issued.fetch_add(1, Ordering::SeqCst))
        } else {
            response(200, "[]")
        }
    });
    for _ in 0..10 {
        client.send(&tracks::Search::new().q("x")).await.unwrap();
        clock.advance(Duration::from_secs(3600));
    }
    assert_eq!(
        log.count("POST https://secure.soundcloud.com/oauth/token [Basic "),
        1,
        "one token in ten hours"
    );
    assert_eq!(log.count("POST https://secure.soundcloud.com/oauth/token [-] grant_type=refresh_token"), 9);

    // A client that loses its refresh tokens is stopped before the service stops it.
    let store = std::sync::Arc::new(MemoryStore::new());
    let mut refused = None;
    for number in 0..31 {
        let (client, log, _) = app_client(std::sync::Arc::clone(&store), |line| {
            if line.contains("/oauth/token") {
                response(200, r#"{"access_token":"t"}"#)
            } else {
                response(200, "[]")
            }
        });
        match client.send(&tracks::Search::new().q("x")).await {
            Ok(_) => client.token_source().unwrap().forget().await.1.unwrap(),
            Err(error) => {
                assert!(log.lines().is_empty());
                refused = Some((number, error.to_string()));
            }
        }
    }
    let text = "soundcloud.tracks.search: not authorized: the quota is 30 tokens in one hour from one IP address; the next \
                 token can be requested in 3600 s (after 1 attempts)";
    let (number, given) = refused.unwrap();
    assert_eq!(number, 30);
    assert!(text.starts_with(given.trim_end_matches(" (after 1 attempts)")), "{given}");
}

#[tokio::test]
async fn pain_05_pkce_and_redirect_uri_cannot_be_got_wrong() {
    let (client, log, _) = logged_in(MemoryStore::new(), |_| tokens(1));
    let login = client.begin_login("https://my.example/callback").unwrap();
    let url = login.url().to_owned();
    assert!(url.starts_with("https://secure.soundcloud.com/authorize?client_id=app1&"), "{url}");
    let field = |text: &str, name: &str| {
        let mut pairs = form_urlencoded::parse(text.as_bytes());
        pairs.find(|(given, _)| given == name).map(|(_, value)| value.into_owned()).unwrap()
    };
    let query = url.split_once('?').unwrap().1.to_owned();
    assert_eq!(field(&query, "code_challenge_method"), "S256");
    let state = field(&query, "state");
    login.finish(&format!("https://my.example/callback?code=c1&state={state}")).await.unwrap();
    let sent = log.lines().pop().unwrap();
    let form = sent.split_once("[-] ").unwrap().1.to_owned();
    assert_eq!(field(&form, "redirect_uri"), field(&query, "redirect_uri"), "the same letter by letter");
    assert_ne!(
        field(&form, "code_verifier"),
        field(&query, "code_challenge"),
        "the verifier stays here until now"
    );
    // `finish` took the login: a second use does not compile. The token is in use.
    assert_eq!(client.token_source().unwrap().token().await.unwrap().expose(), "t1");
}

#[tokio::test]
async fn pain_14_a_page_of_the_firewall_at_the_refresh_means_try_later() {
    let store = stored();
    let asked = AtomicU32::new(0);
    let (client, _, clock) = logged_in(std::sync::Arc::clone(&store), move |line| {
        if !line.contains("/oauth/token") {
            return response(200, ME);
        }
        let page = "<!DOCTYPE HTML><TITLE>ERROR: The request could not be satisfied</TITLE>";
        if asked.fetch_add(1, Ordering::SeqCst) < 2 { response(403, page) } else { tokens(2) }
    });
    clock.advance(Duration::from_secs(4000));
    let error = client.send(&me::Get::new()).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Auth(AuthError::Unavailable(_))), "{error}");
    assert!(error.to_string().contains("The request could not be satisfied"), "{error}");
    client.send(&me::Get::new()).await.unwrap();
    assert_eq!(store.load().await.unwrap().token.unwrap().access.expose(), "t2");

    // And an error of the edge is told apart from one of the service.
    let (client, _) = user_client(|_| response(403, "<html><title>403</title>Request ID: aB3=</html>"));
    let error = client.send(&users::Get::new(UserUrn::new(1))).await.unwrap_err();
    assert!(error.api().unwrap().is_edge());
    assert_eq!(error.api().unwrap().edge_request_id.as_deref(), Some("aB3="));
}
