use std::sync::{Arc, Mutex};

use http::{Request, Response};

use super::*;
use crate::auth::oauth2::{App, TokenServer};
use crate::auth::store::{MemoryStore, TokenStore as _};
use crate::testing::{FnTransport, ManualClock};
use crate::{Bytes, Client};

type Seen = Arc<Mutex<Vec<String>>>;

fn grant(status: u16, body: &'static str) -> (Grant, Arc<MemoryStore>, Seen) {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let client = Client::builder("https://secure.example/".parse().unwrap())
        .transport(FnTransport::new(move |request: Request<Bytes>| {
            let head = format!("{} {}", request.method(), request.uri());
            log.lock().unwrap().push(format!("{head} {}", String::from_utf8_lossy(request.body())));
            Ok(Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap())
        }))
        .clock(ManualClock::new("2026-11-21T20:00:00Z".parse().unwrap()))
        .build()
        .unwrap();
    let store = Arc::new(MemoryStore::new());
    let server = TokenServer::new(client, App { id: "app 1".into(), secret: Some("s3cret".into()) });
    (Grant::user(server).scheme("OAuth").build(Arc::clone(&store)), store, seen)
}

const REDIRECT: &str = "http://127.0.0.1:8400/callback";
const TOKENS: &str = r#"{"access_token":"2-400113--Zk3pQ","token_type":"bearer","expires_in":3599,"refresh_token":"r-81f0a6","scope":""}"#;

#[test]
fn the_vector_of_rfc_7636() {
    let verifier = Secret::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

#[test]
fn the_url_carries_the_challenge_and_never_the_verifier() {
    let (grant, _, _) = grant(200, TOKENS);
    let login = grant.login(REDIRECT).unwrap();
    let (front, query) = login.url().split_once('?').unwrap();
    assert_eq!(front, "https://secure.example/authorize");
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let names: Vec<_> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    let expected =
        ["client_id", "redirect_uri", "response_type", "code_challenge", "code_challenge_method", "state"];
    assert_eq!(names, expected);
    assert_eq!(pairs[0].1, "app 1");
    assert_eq!(pairs[1].1, REDIRECT);
    assert_eq!((pairs[2].1.as_str(), pairs[4].1.as_str()), ("code", "S256"));
    assert_eq!(pairs[3].1, challenge(&login.verifier));
    assert_eq!(pairs[5].1, login.state().expose());
    assert!(!login.url().contains(login.verifier.expose()));
    assert_eq!(login.verifier.expose().len(), 43);
    assert_ne!(login.verifier, login.state);
}

#[tokio::test]
async fn a_login_from_url_to_store() {
    let (grant, store, seen) = grant(200, TOKENS);
    let login = grant.login(REDIRECT).unwrap();
    let (verifier, state) = (login.verifier.clone(), login.state.expose().to_owned());
    login.finish(&format!("{REDIRECT}?code=1-99-7-x%2By&state={state}")).await.unwrap();
    let seen = seen.lock().unwrap().join("\n");
    let expected = format!(
        "POST https://secure.example/oauth/token grant_type=authorization_code&client_id=app+1&client_secret=s3cret\
        &redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fcallback&code_verifier={}&code=1-99-7-x%2By",
        verifier.expose()
    );
    assert_eq!(seen, expected);
    assert_eq!(grant.token().await.unwrap().expose(), "2-400113--Zk3pQ");
    let kept = store.load().await.unwrap().token.unwrap();
    assert_eq!(kept.refresh.unwrap().expose(), "r-81f0a6");
    assert_eq!(kept.expires, Some("2026-11-21T20:59:59Z".parse().unwrap()));
}

#[tokio::test]
async fn what_is_no_answer_to_this_login() {
    let answer = async |answer: &str| {
        let (grant, _, seen) = grant(200, TOKENS);
        let login = grant.login(REDIRECT).unwrap();
        let answer = answer.replace("STATE", login.state.expose());
        let error = login.finish(&answer).await.unwrap_err();
        assert!(seen.lock().unwrap().is_empty(), "nothing was sent");
        error
    };
    assert!(matches!(answer("code=1&state=forged").await, LoginError::State));
    assert!(matches!(answer("code=1").await, LoginError::State));
    assert!(matches!(answer("").await, LoginError::State));
    assert!(matches!(answer("error=access_denied&state=forged").await, LoginError::State));
    assert!(matches!(answer("state=STATE").await, LoginError::NoCode));
    assert!(matches!(answer("state=STATE&code=").await, LoginError::NoCode));
    assert!(matches!(answer("state=STATE&code=1&code=2").await, LoginError::Twice));
    let denied = answer("/cb?error=access_denied&error_description=The+person+said+no&state=STATE").await;
    assert_eq!(denied.to_string(), "the login was refused: access_denied (The person said no)");
}

#[tokio::test]
async fn a_form_post_and_a_fragment_are_answers_too() {
    for shape in ["code=9&state=STATE", "?state=STATE&code=9#_=_", "/callback?state=STATE&code=9"] {
        let (grant, _, _) = grant(200, TOKENS);
        let login = grant.login(REDIRECT).unwrap();
        let answer = shape.replace("STATE", login.state.expose());
        login.finish(&answer).await.unwrap();
    }
}

#[tokio::test]
async fn a_code_that_was_used_says_so() {
    let (grant, _, _) = grant(400, r#"{"error":"invalid_grant"}"#);
    let login = grant.login(REDIRECT).unwrap();
    let answer = format!("code=used&state={}", login.state.expose());
    let error = login.finish(&answer).await.unwrap_err();
    assert_eq!(error.to_string(), "oauth2.token.exchange: 400 Bad Request: invalid_grant");
}

#[test]
fn a_redirect_uri_that_is_none_is_refused() {
    let (grant, _, _) = grant(200, TOKENS);
    for uri in ["", "callback", "http://a b/"] {
        assert_eq!(grant.login(uri).unwrap_err(), AuthError::Unusable("redirect URI"));
    }
}

#[test]
fn never_printed() {
    let (grant, _, _) = grant(200, TOKENS);
    let login = grant.login(REDIRECT).unwrap();
    let shown = format!("{login:?}");
    assert!(!shown.contains(login.verifier.expose()) && !shown.contains(login.state.expose()), "{shown}");
}
