//! Logins against a small service that checks what it is sent.

use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::AuthError;
use segno_core::auth::oauth1::{self, Callback, Key, base_string};
use segno_core::auth::store::{MemoryStore, TokenStore as _};
use segno_core::http::header::AUTHORIZATION;
use segno_core::http::{Request, Response};
use segno_core::{Bytes, Timestamp};
use segno_musescore::{AccessToken, Client, Consumer, Credentials, LoginError, users};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::bodies;
use crate::clients::{Log, client, consumer, ok};

/// The value of a parameter of the header, decoded.
fn parameter(header: &str, name: &str) -> Option<String> {
    let quoted = header.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    let pairs = format!("http://x/?v={quoted}");
    let redirected = segno_core::auth::Redirected::parse(pairs.split_once('?')?.1);
    redirected.get("v").map(str::to_owned)
}

/// Checks the signature with the secrets that belong to the step.
fn is_signed(request: &Request<Bytes>, consumer_secret: &str, token_secret: &str) -> bool {
    let header = request.headers()[AUTHORIZATION].to_str().unwrap();
    let names = [
        "oauth_callback",
        "oauth_consumer_key",
        "oauth_nonce",
        "oauth_signature_method",
        "oauth_timestamp",
        "oauth_token",
        "oauth_verifier",
        "oauth_version",
    ];
    let mut pairs: Vec<(String, String)> =
        names.iter().filter_map(|name| Some(((*name).to_owned(), parameter(header, name)?))).collect();
    let body = std::str::from_utf8(request.body()).unwrap();
    let form = segno_core::auth::Redirected::parse(body);
    pairs.extend(form.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())));
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let base = base_string(request.method(), request.uri(), pairs);
    let expected = Key::new(&consumer_secret.into(), &token_secret.into()).sign(&base);
    parameter(header, "oauth_signature") == Some(expected)
}

fn denied(message: &str) -> Response<Bytes> {
    Response::builder().status(401).body(format!("[\"{message}\"]").into()).unwrap()
}

/// A service of the 1.0a: remembers nothing, because every secret follows from its token.
fn service() -> (Client, Log) {
    service_for(Credentials::Application(consumer()))
}

fn service_for(access: Credentials) -> (Client, Log) {
    client(access, |request| {
        const SECRET: &str = "emu app&secret=1";
        let header = request.headers()[AUTHORIZATION].to_str().unwrap();
        match request.uri().path() {
            "/oauth/request_token" if is_signed(request, SECRET, "") => {
                match parameter(header, "oauth_callback") {
                    Some(_) => {
                        ok("oauth_token=req-11&oauth_token_secret=req%26sec&oauth_callback_confirmed=true")
                    }
                    None => denied("No callback"),
                }
            }
            "/oauth/access_token" if !request.body().is_empty() => {
                let body = "x_auth_mode=client_auth&x_auth_password=pass+%26+word&x_auth_username=ada";
                if request.body() == body && is_signed(request, SECRET, "") {
                    ok("oauth_token=acc-3&oauth_token_secret=s3")
                } else {
                    let body = r#"[{"code":"USER_AUTHENTICATION_FAILED"}]"#;
                    Response::builder().status(401).body(body.into()).unwrap()
                }
            }
            "/oauth/access_token" if is_signed(request, SECRET, "req&sec") => {
                match parameter(header, "oauth_verifier").as_deref() {
                    Some("V 42") => ok("oauth_token=acc-1&oauth_token_secret=s1&user=88"),
                    None => ok("oauth_token=acc-2&oauth_token_secret=s2"),
                    Some(_) => denied("Invalid verifier"),
                }
            }
            "/services/rest/me.json" if is_signed(request, SECRET, "s1") => ok(bodies::USER),
            _ => denied("Invalid signature"),
        }
    })
}

#[tokio::test]
async fn out_of_band() {
    let (client, log) = service();
    let pending = client.begin_login(Callback::OutOfBand).await.unwrap();
    assert!(pending.callback_confirmed());
    assert_eq!(client.authorize_url(&pending), "http://127.0.0.1:8407/oauth/authorize?oauth_token=req-11");
    let verified = pending.clone().verifier(" V 42\n").unwrap();
    let token = client.finish_login(&verified).await.unwrap();
    assert_eq!((token.token.expose(), token.secret.expose()), ("acc-1", "s1"));
    let header = log.lock().unwrap()[0].headers()[AUTHORIZATION].to_str().unwrap().to_owned();
    assert_eq!(parameter(&header, "oauth_callback").as_deref(), Some("oob"));

    let user = client.with_credentials(Credentials::User(consumer(), token));
    assert_eq!(user.send(&users::Me::new()).await.unwrap().name, "Zdena");
    client.send(&users::Me::new()).await.expect_err("the first client is still nobody");

    let wrong = pending.verifier("V 43").unwrap();
    let error = client.finish_login(&wrong).await.unwrap_err();
    assert_eq!(error.to_string(), "musescore.oauth.access_token: 401 Unauthorized: Invalid verifier");
}

#[tokio::test]
async fn a_service_of_the_first_1_0_has_no_verifier() {
    let (client, _) = service();
    let pending = client.begin_login(Callback::OutOfBand).await.unwrap();
    let token = client.finish_login(&pending.without_verifier()).await.unwrap();
    assert_eq!(token.token.expose(), "acc-2");
}

/// A browser: follows the redirect that the service would make after consent.
fn browse(page: &str, log: &Log, response: &'static str) -> tokio::task::JoinHandle<String> {
    assert_eq!(page, "http://127.0.0.1:8407/oauth/authorize?oauth_token=req-11");
    let header = log.lock().unwrap()[0].headers()[AUTHORIZATION].to_str().unwrap().to_owned();
    let callback = parameter(&header, "oauth_callback").unwrap();
    let host = callback.strip_prefix("http://").unwrap().strip_suffix("/callback").unwrap().to_owned();
    tokio::spawn(async move {
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let request = format!("GET /callback?{response} HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).await.unwrap();
        page
    })
}

const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn in_a_browser() {
    let (client, log) = service();
    let mut browser = None;
    let token = client
        .login_in_browser(0, LIMIT, |page| {
            browser = Some(browse(page, &log, "oauth_token=req-11&oauth_verifier=V%2042"));
        })
        .await
        .unwrap();
    assert_eq!(token.token.expose(), "acc-1");
    assert!(browser.unwrap().await.unwrap().contains("Access was granted"));
}

#[tokio::test]
async fn refused_in_a_browser() {
    let (client, log) = service();
    let mut browser = None;
    let error = client
        .login_in_browser(0, LIMIT, |page| {
            browser = Some(browse(page, &log, "oauth_problem=permission_denied&oauth_token=req-11"));
        })
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "access was not granted (permission_denied)");
    assert!(browser.unwrap().await.unwrap().contains("Not connected"));
    assert_eq!(log.lock().unwrap().len(), 1, "nothing was asked for after the refusal");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let (client, log) = service();
    let error = client.login_in_browser(port, LIMIT, |_| panic!("nobody is sent there")).await.unwrap_err();
    let expected = format!("could not listen for the redirect: port {port} of 127.0.0.1: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn name_and_password() {
    let (client, log) = service();
    let token = client.login_with_password("ada", "pass & word").await.unwrap();
    assert_eq!(token.token.expose(), "acc-3");
    let LoginError::Call(error) = client.login_with_password("ada", "wrong").await.unwrap_err() else {
        panic!("another error");
    };
    assert!(error.api().unwrap().is_wrong_password());
    assert!(!format!("{error} {error:?}").contains("wrong"));
    assert_eq!(log.lock().unwrap().len(), 2);
}

/// A web application with two instances: one begins the login, the other has the user sent back to it.
#[tokio::test]
async fn a_login_is_finished_by_another_process() {
    let (one, _) = service();
    let pending = one.begin_login(Callback::Url("https://my.example/callback".into())).await.unwrap();
    let (key, record) = (pending.token().expose().to_owned(), pending.to_record());
    assert_eq!(key, "req-11", "what the redirect brings back");
    drop((one, pending));
    let (other, _) = service();
    let back = "https://my.example/callback?oauth_token=req-11&oauth_verifier=V%2042";
    let verified = other.resume_login(&record).unwrap().redirected(back).unwrap();
    assert_eq!(other.finish_login(&verified).await.unwrap(), AccessToken::new("acc-1", "s1"));
    // Another user's redirect does not end it.
    let stranger = back.replace("req-11", "req-12");
    assert_eq!(
        other.resume_login(&record).unwrap().redirected(&stranger).unwrap_err(),
        oauth1::LoginError::Foreign
    );
    let shown = format!("{record:?} {verified:?}");
    assert!(!shown.contains("req") && !shown.contains("V 42"), "{shown}");
}

#[tokio::test]
async fn a_login_expires() {
    let (client, log) = service();
    let pending = client.begin_login(Callback::OutOfBand).await.unwrap();
    assert_eq!(pending.expires().unix_seconds(), 1_400_000_600, "in ten minutes");
    let over = pending.valid_until(Timestamp::from_unix_seconds(1_400_000_000).unwrap());
    let error = client.finish_login(&over.verifier("V 42").unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "the login expired at 2014-05-13T16:53:20Z; begin a new one");
    assert_eq!(log.lock().unwrap().len(), 1, "and the token is not asked for");
}

/// A login goes into the store of the client, and the next process finds it there.
#[tokio::test]
async fn a_token_is_kept() {
    let store = Arc::new(MemoryStore::new());
    let stored = || Credentials::stored(consumer(), Arc::clone(&store));
    let (client, log) = service_for(stored());
    let error = client.send(&users::Me::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "musescore.users.me: not authorized: nobody has logged in: call client.login_in_browser(), or begin_login() and \
         finish_login() in a web application"
    );
    assert!(log.lock().unwrap().is_empty());
    let pending = client.begin_login(Callback::OutOfBand).await.unwrap();
    let token = client.finish_login(&pending.verifier("V 42").unwrap()).await.unwrap();
    assert_eq!(token, AccessToken::new("acc-1", "s1"));
    assert_eq!(client.send(&users::Me::new()).await.unwrap().name, "Zdena");
    let (next, _) = service_for(stored());
    assert_eq!(next.send(&users::Me::new()).await.unwrap().name, "Zdena");
    // Also one that came with a password, and one that came in a browser.
    next.login_with_password("ada", "pass & word").await.unwrap();
    assert_eq!(store.load().await.unwrap().token.unwrap().access.expose(), "acc-3");
    let (client, log) = service_for(stored());
    let mut browser = None;
    let open = |page: &str| browser = Some(browse(page, &log, "oauth_token=req-11&oauth_verifier=V%2042"));
    client.login_in_browser(0, LIMIT, open).await.unwrap();
    assert!(browser.unwrap().await.unwrap().contains("Access was granted"));
    assert_eq!(store.load().await.unwrap().token.unwrap().access.expose(), "acc-1");
    assert!(!format!("{:?}", client.credentials()).contains("acc-1"));
}

#[tokio::test]
async fn what_cannot_begin() {
    let (bare, _) = client(Credentials::key("KEY"), |_| ok(""));
    let error = bare.begin_login(Callback::OutOfBand).await.unwrap_err();
    assert!(matches!(error, LoginError::NoSecret), "{error}");
    let plain = Client::builder(Credentials::Application(Consumer::new("k", "s")))
        .oauth_url("http://api.musescore.com/oauth/")
        .settings(|core| core.transport(segno_core::testing::FnTransport::new(|_| panic!("sent"))))
        .build()
        .unwrap();
    let error = plain.login_with_password("ada", "CANARY").await.unwrap_err();
    assert!(matches!(error, LoginError::Insecure), "{error}");
}

/// Whatever stands in the redirect or in the way of a store, the error is one short line.
#[tokio::test]
async fn the_error_of_a_login_is_one_short_line() {
    let (client, _) = service();
    let pending = client.begin_login(Callback::Url("http://127.0.0.1/callback".into())).await.unwrap();
    let problem = "so%20sorry%0A%E2%80%AE".repeat(90);
    let refused = pending
        .redirected(&format!("http://127.0.0.1/callback?oauth_token=req-11&oauth_problem={problem}"))
        .unwrap_err();
    let store = AuthError::Store("/a/very/long/path\n\u{202e}".repeat(90).into());
    for error in [LoginError::from(refused), LoginError::from(store)] {
        let error = error.to_string();
        assert!(error.chars().count() <= 400 && !error.contains(['\n', '\u{202e}']), "{error}");
    }
}
