//! Logins against a small service that checks what it is sent.

use std::time::Duration;

use segno_core::Bytes;
use segno_core::auth::oauth1::{Callback, Key, base_string};
use segno_core::http::header::AUTHORIZATION;
use segno_core::http::{Request, Response};
use segno_musescore::{Access, Client, Consumer, LoginError, users};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::bodies;
use crate::clients::{Log, client, consumer, ok};

/// The value of a parameter of the header, decoded.
fn parameter(header: &str, name: &str) -> Option<String> {
    let quoted = header.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    let pairs = format!("http://x/?v={quoted}");
    let redirected = segno_core::auth::loopback::Redirected::parse(pairs.split_once('?')?.1);
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
    let form = segno_core::auth::loopback::Redirected::parse(body);
    pairs.extend(form.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())));
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let base = base_string(request.method(), request.uri(), pairs);
    let expected = Key::new(&consumer_secret.into(), &token_secret.into()).sign(&base);
    parameter(header, "oauth_signature") == Some(expected)
}

fn denied(words: &str) -> Response<Bytes> {
    Response::builder().status(401).body(format!("[\"{words}\"]").into()).unwrap()
}

/// A service of the 1.0a: remembers nothing, because every secret follows from its token.
fn service() -> (Client, Log) {
    client(Access::Program(consumer()), |request| {
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

    let person = client.with_access(Access::Person(consumer(), token));
    assert_eq!(person.send(&users::Me::new()).await.unwrap().name, "Zdena");
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
fn browse(page: &str, log: &Log, answer: &'static str) -> tokio::task::JoinHandle<String> {
    assert_eq!(page, "http://127.0.0.1:8407/oauth/authorize?oauth_token=req-11");
    let header = log.lock().unwrap()[0].headers()[AUTHORIZATION].to_str().unwrap().to_owned();
    let callback = parameter(&header, "oauth_callback").unwrap();
    let address = callback.strip_prefix("http://").unwrap().strip_suffix("/callback").unwrap().to_owned();
    tokio::spawn(async move {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET /callback?{answer} HTTP/1.1\r\nHost: x\r\n\r\n");
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
    assert!(browser.unwrap().await.unwrap().contains("You are connected"));
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

#[tokio::test]
async fn what_cannot_begin() {
    let (bare, _) = client(Access::key("KEY"), |_| ok(""));
    let error = bare.begin_login(Callback::OutOfBand).await.unwrap_err();
    assert!(matches!(error, LoginError::NoSecret), "{error}");
    let plain = Client::builder(Access::Program(Consumer::new("k", "s")))
        .oauth_url("http://api.musescore.com/oauth/")
        .settings(|core| core.transport(segno_core::testing::FnTransport::new(|_| panic!("sent"))))
        .build()
        .unwrap();
    let error = plain.login_with_password("ada", "CANARY").await.unwrap_err();
    assert!(matches!(error, LoginError::Insecure), "{error}");
}
