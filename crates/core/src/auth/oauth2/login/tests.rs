use std::sync::{Arc, Mutex};

use http::{Request, Response};
use proptest::prelude::*;

use super::*;
use crate::auth::oauth2::{App, TokenServer};
use crate::auth::store::{Lease, MemoryStore, Record, StoreError, Swapped, TokenStore};
use crate::testing::{FnTransport, ManualClock};
use crate::{BoxFuture, Bytes, Client};

type Seen = Arc<Mutex<Vec<String>>>;

fn source(status: u16, body: &'static str) -> (TokenSource, Arc<MemoryStore>, Seen) {
    let (source, store, seen, _) = timed(status, body, "app 1");
    (source, store, seen)
}

fn timed(
    status: u16,
    body: &'static str,
    id: &str,
) -> (TokenSource, Arc<MemoryStore>, Seen, Arc<ManualClock>) {
    let seen = Seen::default();
    let clock = ManualClock::new("2026-11-21T20:00:00Z".parse().unwrap());
    let log = Arc::clone(&seen);
    let client = Client::builder("https://secure.example/")
        .transport(FnTransport::new(move |request: Request<Bytes>| {
            let head = format!("{} {}", request.method(), request.uri());
            log.lock().unwrap().push(format!("{head} {}", String::from_utf8_lossy(request.body())));
            Ok(Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap())
        }))
        .clock(Arc::clone(&clock) as Arc<dyn Clock>)
        .build()
        .unwrap();
    let store = Arc::new(MemoryStore::new());
    let server = TokenServer::new(client, App { id: id.into(), secret: Some("s3cret".into()) });
    (TokenSource::user(server).scheme("OAuth").build(Arc::clone(&store)), store, seen, clock)
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
    let (source, _, _) = source(200, TOKENS);
    let login = source.begin_login(REDIRECT).unwrap();
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
    let (source, store, seen) = source(200, TOKENS);
    let login = source.begin_login(REDIRECT).unwrap();
    let (verifier, state) = (login.verifier.clone(), login.state.expose().to_owned());
    login.finish(&format!("{REDIRECT}?code=1-99-7-x%2By&state={state}")).await.unwrap();
    let seen = seen.lock().unwrap().join("\n");
    let expected = format!(
        "POST https://secure.example/oauth/token grant_type=authorization_code&client_id=app+1&client_secret=s3cret\
        &redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fcallback&code_verifier={}&code=1-99-7-x%2By",
        verifier.expose()
    );
    assert_eq!(seen, expected);
    assert_eq!(source.token().await.unwrap().expose(), "2-400113--Zk3pQ");
    let kept = store.load().await.unwrap().token.unwrap();
    assert_eq!(kept.refresh.unwrap().expose(), "r-81f0a6");
    assert_eq!(kept.expires, Some("2026-11-21T20:59:59Z".parse().unwrap()));
}

#[tokio::test]
async fn what_does_not_belong_to_this_login() {
    let response = async |response: &str| {
        let (source, _, seen) = source(200, TOKENS);
        let login = source.begin_login(REDIRECT).unwrap();
        let response = response.replace("STATE", login.state.expose());
        let error = login.finish(&response).await.unwrap_err();
        assert!(seen.lock().unwrap().is_empty(), "nothing was sent");
        error
    };
    assert!(matches!(response("code=1&state=forged").await, LoginError::State));
    assert!(matches!(response("code=1").await, LoginError::State));
    assert!(matches!(response("").await, LoginError::State));
    assert!(matches!(response("error=access_denied&state=forged").await, LoginError::State));
    assert!(matches!(response("state=STATE").await, LoginError::NoCode));
    assert!(matches!(response("state=STATE&code=").await, LoginError::NoCode));
    assert!(matches!(response("state=STATE&code=1&code=2").await, LoginError::Twice));
    let denied = response("/cb?error=access_denied&error_description=The+user+said+no&state=STATE").await;
    assert_eq!(denied.to_string(), "the login was refused: access_denied (The user said no)");
}

#[tokio::test]
async fn a_form_post_and_a_fragment_are_responses_too() {
    for shape in ["code=9&state=STATE", "?state=STATE&code=9#_=_", "/callback?state=STATE&code=9"] {
        let (source, _, _) = source(200, TOKENS);
        let login = source.begin_login(REDIRECT).unwrap();
        let response = shape.replace("STATE", login.state.expose());
        login.finish(&response).await.unwrap();
    }
}

#[tokio::test]
async fn a_code_that_was_used_says_so() {
    let (source, _, _) = source(400, r#"{"error":"invalid_grant"}"#);
    let login = source.begin_login(REDIRECT).unwrap();
    let response = format!("code=used&state={}", login.state.expose());
    let error = login.finish(&response).await.unwrap_err();
    assert_eq!(error.to_string(), "oauth2.token.exchange: 400 Bad Request: invalid_grant");
}

#[test]
fn a_redirect_uri_that_is_none_is_refused() {
    let (source, _, _) = source(200, TOKENS);
    for uri in ["", "callback", "http://a b/"] {
        assert_eq!(source.begin_login(uri).unwrap_err(), AuthError::Unusable("redirect URI"));
    }
}

#[tokio::test]
async fn a_login_is_finished_by_another_process() {
    let record = source(500, "").0.begin_login(REDIRECT).unwrap().to_record();
    let (other, store, seen) = source(200, TOKENS);
    let login = Login::from_record(&other, &record).unwrap();
    assert_eq!(login.to_record(), record);
    assert_eq!(login.redirect_uri(), REDIRECT);
    // The page may be opened again, as after a reload: it is the same one.
    let begun = source(500, "").0.begin_login(REDIRECT).unwrap();
    assert_eq!(Login::from_record(&other, &begun.to_record()).unwrap().url(), begun.url());
    let (verifier, state) = (login.verifier.clone(), login.state.expose().to_owned());
    assert!(matches!(
        Login::from_record(&other, &record).unwrap().finish("code=1&state=forged").await,
        Err(LoginError::State)
    ));
    login.finish(&format!("code=1&state={state}")).await.unwrap();
    assert!(seen.lock().unwrap()[0].contains(&format!("code_verifier={}", verifier.expose())));
    assert!(store.load().await.unwrap().token.is_some());
}

#[tokio::test]
async fn a_login_expires() {
    let (source, _, seen, clock) = timed(200, TOKENS, "app 1");
    let (login, longer) = (source.begin_login(REDIRECT).unwrap(), source.begin_login(REDIRECT).unwrap());
    let longer = longer.valid_for(Duration::from_secs(3600));
    assert_eq!(login.expires(), "2026-11-21T20:10:00Z".parse().unwrap());
    let (record, longer_record) = (login.to_record(), longer.to_record());
    clock.advance(Duration::from_secs(599));
    assert!(Login::from_record(&source, &record).is_ok());
    clock.advance(Duration::from_secs(1));
    let over = |error: LoginError| {
        assert!(matches!(error, LoginError::Expired(_)), "{error}");
        assert_eq!(error.to_string(), "the login expired at 2026-11-21T20:10:00Z; begin a new one");
    };
    over(Login::from_record(&source, &record).unwrap_err());
    let response = |login: &Login| format!("code=1&state={}", login.state.expose());
    // What does not belong to the login has no say in this either.
    let again = || {
        let (verifier, state) = (login.verifier.clone(), login.state.clone());
        Login::of(source.clone(), verifier, state, REDIRECT.into(), login.until).unwrap()
    };
    assert!(matches!(again().finish("code=1&state=forged").await, Err(LoginError::State)));
    over(again().finish(&response(&login)).await.unwrap_err());
    assert!(seen.lock().unwrap().is_empty(), "the code was not sent");
    let longer = Login::from_record(&source, &longer_record).unwrap();
    let response = response(&longer);
    longer.finish(&response).await.unwrap();
}

#[test]
fn what_is_no_record_of_ours() {
    let (source, _, _, _) = timed(200, TOKENS, "app 1");
    let login = source.begin_login(REDIRECT).unwrap();
    let record = login.to_record();
    let error = |source: &TokenSource, record: &str| {
        let error = Login::from_record(source, &record.into()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(login.verifier.expose()) && !shown.contains("CANARY"), "{shown}");
        error.to_string()
    };
    let text = record.expose();
    let expected = "invalid login record: expected the JSON of Login::to_record, found something else at line 1, column ";
    let moment = "2026-11-21T20:10:00Z";
    for wrong in ["", "null", "{}", "[]", &text[..text.len() - 1], &text.replace(moment, "CANARY")] {
        assert!(error(&source, wrong).starts_with(expected), "{wrong}");
    }
    let other = timed(200, TOKENS, "app 2").0;
    assert_eq!(error(&other, text), "invalid login record: it was begun by a client with another client id");
    let short = "invalid login record: its verifier or state is too short";
    assert_eq!(error(&source, &text.replace(login.state.expose(), "")), short, "or any response would do");
    assert_eq!(error(&source, &text.replace(login.verifier.expose(), "v")), short);
    let nowhere = error(&source, &text.replace(REDIRECT, "nowhere"));
    assert!(nowhere.starts_with("invalid login record: invalid redirect URI: "), "{nowhere}");
}

#[tokio::test]
async fn words_of_a_refusal_are_one_line() {
    let (source, _, _) = source(200, TOKENS);
    let login = source.begin_login(REDIRECT).unwrap();
    let state = login.state.expose();
    let long = "x".repeat(5000);
    let response = format!("error=no%0Away&error_description=%1B%5B31m{long}&state={state}");
    let text = login.finish(&response).await.unwrap_err().to_string();
    assert!(text.starts_with("the login was refused: no way ([31mxxx"), "{text}");
    assert!(text.len() < 300 && !text.contains(char::is_control), "{text}");
}

/// The code is worth nothing if what it brings cannot be kept, so it is not sent then.
#[tokio::test]
async fn a_code_is_sent_only_when_the_tokens_can_be_kept() {
    struct Full;

    impl TokenStore for Full {
        fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
            Box::pin(std::future::ready(Ok(Record::default())))
        }

        fn swap(&self, _: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
            Box::pin(std::future::ready(Err(StoreError::Io("/x/tokens.json: no space".into()))))
        }

        fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
            Box::pin(std::future::ready(Ok(Lease::new(()))))
        }
    }

    let (kept, _, seen) = source(200, TOKENS);
    let full = TokenSource::user(kept.server().clone()).build(Full);
    let login = full.begin_login(REDIRECT).unwrap();
    let (record, response) = (login.to_record(), format!("code=1&state={}", login.state.expose()));
    let error = login.finish(&response).await.unwrap_err();
    let expected = "the token store: /x/tokens.json: no space; nothing was asked of the server";
    assert_eq!(error.to_string(), expected);
    assert_eq!(full.check_store().await.unwrap_err().to_string(), expected);
    assert!(seen.lock().unwrap().is_empty());
    // So it works yet, from the record, when there is room.
    Login::from_record(&kept, &record).unwrap().finish(&response).await.unwrap();
}

#[cfg(feature = "loopback")]
#[tokio::test]
async fn what_a_listener_received() {
    use crate::auth::loopback::Ending;
    let (source, store, _) = source(200, TOKENS);
    let login = source.begin_login(REDIRECT).unwrap();
    let state = login.state.expose().to_owned();
    let judge = login.judge();
    let ending = |query: String| judge(&Redirected::parse(&query));
    assert_eq!(ending("code=1&state=other".into()), Ending::Foreign);
    assert_eq!(ending("code=1".into()), Ending::Foreign);
    assert_eq!(ending(format!("error=access_denied&state={state}")), Ending::Denied);
    let query = format!("code=a%2Bb&state={state}");
    assert_eq!(ending(query.clone()), Ending::Granted);
    login.finish_received(&Redirected::parse(&query)).await.unwrap();
    assert!(store.load().await.unwrap().token.is_some());
}

#[test]
fn never_printed() {
    let (source, _, _) = source(200, TOKENS);
    let login = source.begin_login(REDIRECT).unwrap();
    let resumed = Login::from_record(&source, &login.to_record()).unwrap();
    let shown = format!("{login:?} {resumed:#?} {:?}", login.to_record());
    assert!(!shown.contains(login.verifier.expose()) && !shown.contains(login.state.expose()), "{shown}");
}

proptest! {
    #[test]
    fn any_text_is_a_record_or_an_error(text in "\\PC{0,80}", cut in 0usize..400, letter in any::<char>()) {
        let (source, _, _) = source(200, TOKENS);
        let _ = Login::from_record(&source, &Secret::new(text.as_str()));
        let record = source.begin_login(REDIRECT).unwrap().to_record();
        let mut broken = record.expose().to_owned();
        let at = cut % broken.len();
        broken.replace_range(at..=at, &letter.to_string());
        if let Ok(login) = Login::from_record(&source, &Secret::new(broken.as_str())) {
            prop_assert!(login.verifier.expose().len() >= 43 && login.state.expose().len() >= 22);
            prop_assert!(login.url().starts_with("https://secure.example/authorize?"));
        }
        prop_assert!(Login::from_record(&source, &Secret::new(&record.expose()[..at])).is_err());
    }

    #[test]
    fn any_response_is_judged_without_a_panic(response in "\\PC{0,60}", with_state in any::<bool>()) {
        let (source, _, _) = source(200, TOKENS);
        let login = source.begin_login(REDIRECT).unwrap();
        let response =
            if with_state { format!("state={}&{response}", login.state.expose()) } else { response };
        let code = login.code(&Redirected::parse(&response));
        prop_assert!(with_state || matches!(code, Err(LoginError::State | LoginError::Twice)));
    }
}
