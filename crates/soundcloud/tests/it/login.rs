//! Sessions: signing out, and a login at this machine.

use segno_core::Cause;
use segno_core::auth::AuthError;
use segno_core::auth::oauth2::LoginError;
use segno_core::auth::store::{MemoryStore, TokenStore as _};
use segno_core::time::SystemClock;
use segno_soundcloud::{Client, me};

use crate::peer::{app_client, builder, logged_in, response, stored, tokens, user_client};
use crate::responses::ME;

#[tokio::test]
async fn signing_out_forgets_the_tokens_whatever_the_service_says() {
    // A page in the place of the response: the session lives on, and that is said.
    let page = "<!DOCTYPE html><title>Log in to the network</title>";
    for (status, body, ended) in [(200, "", true), (401, "", true), (500, "", false), (200, page, false)] {
        let store = stored();
        let (client, log, _) = logged_in(std::sync::Arc::clone(&store), move |line| {
            if line.contains("/sign-out") { response(status, body) } else { response(200, ME) }
        });
        client.send(&me::Get::new()).await.unwrap();
        let outcome = client.sign_out().await;
        assert_eq!(outcome.is_ok(), ended, "{outcome:?}");
        let told = "POST https://secure.soundcloud.com/sign-out [-] {\"access_token\":\"t1\"}";
        assert!(log.lines().iter().any(|line| line == told), "{:?}", log.lines());
        assert_eq!(store.load().await.unwrap().token, None);
        let error = client.send(&me::Get::new()).await.unwrap_err();
        assert!(matches!(error.cause(), Cause::Auth(AuthError::LoginNeeded(_))), "{error}");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_that_another_process_has_renewed() {
    let store = stored();
    let peer = |line: &str| match line {
        line if line.contains("/oauth/token") => tokens(2),
        line if line.contains("/sign-out") => response(200, ""),
        _ => response(200, ME),
    };
    let (first, log, _) = logged_in(std::sync::Arc::clone(&store), peer);
    let (second, _, clock) = logged_in(store, peer);
    first.send(&me::Get::new()).await.unwrap();
    clock.advance(std::time::Duration::from_secs(3590));
    second.send(&me::Get::new()).await.unwrap();
    first.sign_out().await.unwrap();
    let told = "POST https://secure.soundcloud.com/sign-out [-] {\"access_token\":\"t2\"}";
    assert!(log.lines().iter().any(|line| line == told), "{:?}", log.lines());
}

#[tokio::test]
async fn a_refresh_names_the_redirect_uri_if_that_is_wished() {
    for wished in [false, true] {
        let (builder, log, clock) =
            builder(|line| Ok(if line.contains("/token") { tokens(2) } else { response(200, ME) }));
        let builder = builder.user("app1", Some("s3cret".into()), stored());
        let builder = if wished { builder.redirect_uri_in_refresh("https://my.example/cb") } else { builder };
        let client = builder.build().unwrap();
        clock.advance(std::time::Duration::from_secs(3590));
        client.send(&me::Get::new()).await.unwrap();
        assert_eq!(log.lines()[0].contains("redirect_uri=https%3A%2F%2Fmy.example%2Fcb"), wished);
    }
}

#[tokio::test]
async fn a_fixed_token_signs_out_at_the_api() {
    let (client, log) = user_client(|_| response(200, ""));
    client.sign_out().await.unwrap();
    assert_eq!(log.lines(), ["POST https://api.soundcloud.com/sign-out [OAuth t1] "]);
}

#[tokio::test]
async fn who_was_not_built_for_a_login_says_so() {
    let error = |client: &Client| client.begin_login("https://my.example/callback").unwrap_err().to_string();
    let (fixed, _) = user_client(|_| response(200, ""));
    let expected = "this client has a fixed access token (SOUNDCLOUD_ACCESS_TOKEN, or ClientBuilder::token) and cannot log \
                    users in; leave that out, and set SOUNDCLOUD_CLIENT_ID, SOUNDCLOUD_CLIENT_SECRET and \
                    SOUNDCLOUD_TOKEN_FILE instead";
    assert_eq!(error(&fixed), expected);
    let (own, log, _) = app_client(MemoryStore::new(), |_| response(200, ""));
    let expected = "this client has the application's own rights, and no place to keep a user's login; set SOUNDCLOUD_TOKEN_FILE to \
                    the path of a file for Client::from_env(), or build it with Client::builder().user(…)";
    assert_eq!(error(&own), expected);
    let (nobody, _, _) = builder(|_| Ok(response(200, "")));
    let expected = "this client has no credentials; build it with Client::builder().user(…)";
    assert_eq!(error(&nobody.build().unwrap()), expected);
    #[cfg(feature = "loopback")]
    {
        let opened = |_: &str| panic!("nobody is sent to a login that cannot be kept");
        let error = own.login_in_browser(0, std::time::Duration::from_secs(1), opened).await.unwrap_err();
        assert!(error.to_string().contains("set SOUNDCLOUD_TOKEN_FILE"), "{error}");
    }
    assert!(log.lines().is_empty());
    assert!(Client::builder().base_url("nonsense").build().is_err());
}

#[tokio::test]
async fn the_first_run_says_what_to_call() {
    let (client, log, _) = logged_in(MemoryStore::new(), |_| response(200, ME));
    let error = client.send(&me::Get::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "soundcloud.me.get: not authorized: nobody has logged in: call client.login_in_browser(), or client.begin_login() in a web \
         application"
    );
    assert!(log.lines().is_empty());
}

/// A web application with two instances: one begins the login, the other has the user sent back to it.
#[tokio::test]
async fn a_login_is_finished_by_another_process() {
    let begun = {
        let (one, log, _) = logged_in(MemoryStore::new(), |_| response(500, ""));
        let login = one.begin_login("https://my.example/callback").unwrap();
        assert!(log.lines().is_empty());
        (login.state().expose().to_owned(), login.to_record())
    };
    let (state, record) = begun;
    let store = std::sync::Arc::new(MemoryStore::new());
    let (other, log, clock) = logged_in(std::sync::Arc::clone(&store), |line| {
        if line.contains("/oauth/token") { tokens(7) } else { response(200, ME) }
    });
    let login = other.resume_login(&record).unwrap();
    login.finish(&format!("?code=c1&state={state}")).await.unwrap();
    assert!(log.lines()[0].contains("&code_verifier="), "{:?}", log.lines());
    assert_eq!(store.load().await.unwrap().token.unwrap().access.expose(), "t7");
    other.send(&me::Get::new()).await.unwrap();
    // Too late, or of another client.
    clock.advance(std::time::Duration::from_secs(600));
    let error = other.resume_login(&record).unwrap_err();
    assert!(matches!(error, LoginError::Expired(_)), "{error}");
    let stranger =
        builder(|_| Ok(response(200, ""))).0.user("app2", None, MemoryStore::new()).build().unwrap();
    let error = stranger.resume_login(&record).unwrap_err();
    assert_eq!(error.to_string(), "invalid login record: it was begun by a client with another client id");
}

#[test]
fn nothing_of_a_client_is_secret_when_printed() {
    let (client, _, _) = logged_in(stored(), |_| response(200, ""));
    let builder = || Client::builder().base_url("http://127.0.0.1:1/");
    let granted = builder().user("app1", Some("s3cret".into()), stored());
    let shown = format!("{client:?} {granted:?} {:?}", builder().token("t1"));
    assert!(!shown.contains("s3cret") && !shown.contains("t1"), "{shown}");
}

#[test]
fn secrets_do_not_travel_over_plain_http() {
    for (api, auth) in [
        ("http://api.soundcloud.com/", "https://secure.soundcloud.com/"),
        ("https://api.soundcloud.com/", "http://secure.soundcloud.com/"),
    ] {
        let builder = Client::builder().base_url(api).auth_url(auth).app("app1", "s3cret", stored());
        let error = builder.build().unwrap_err();
        assert!(error.to_string().contains("are not sent to http://"), "{error}");
    }
    assert!(Client::builder().base_url("http://127.0.0.1:1/").auth_url("http://[::1]:1/").build().is_ok());
}

/// A browser's GET of a page on this machine.
#[cfg(feature = "loopback")]
fn visit(url: &str) -> String {
    use std::io::{Read as _, Write as _};

    let (host, target) = url.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let request = format!("GET /{target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

/// The same with a server that checks challenge, verifier and redirect URI on its own.
#[cfg(feature = "loopback")]
#[tokio::test]
async fn a_login_at_this_machine_with_the_sandbox() {
    use segno_sandbox::Sandbox;
    use segno_soundcloud::LoginError;

    let sandbox =
        Sandbox::builder().seed(1).switches(|switches| switches.soundcloud.any_loopback_port = true);
    let sandbox = sandbox.start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let client = Client::builder().base_url(&access.base_url).auth_url(&access.auth_url);
    let store = MemoryStore::new();
    let client = client.user(&access.client_id, Some(access.client_secret.into()), store).build().unwrap();
    for decision in ["deny", "approve"] {
        let open = move |url: &str| {
            let url = url.to_owned();
            tokio::spawn(async move {
                let back = crate::browser::decide(&url, decision).await;
                std::thread::spawn(move || visit(&back));
            });
        };
        let outcome = client.login_in_browser(0, std::time::Duration::from_secs(20), open).await;
        assert_eq!(outcome.is_ok(), decision == "approve", "{outcome:?}");
        if let Err(error) = outcome {
            assert!(matches!(error, LoginError::Login(_)), "{error}");
            assert!(error.to_string().starts_with("the login was refused: access_denied"), "{error}");
        }
    }
    assert_eq!(client.send(&me::Get::new()).await.unwrap().permalink.as_deref(), Some("okafor"));
}

#[cfg(feature = "loopback")]
#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let (client, log, _) = logged_in(MemoryStore::new(), |_| response(200, ""));
    let opened = |_: &str| panic!("nobody is sent there");
    let error = client.login_in_browser(port, std::time::Duration::from_secs(1), opened).await.unwrap_err();
    let expected = format!("could not listen for the redirect: port {port} of 127.0.0.1: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert!(log.lines().is_empty());
}

/// The whole way with a real listener: the "browser" is a raw request to the redirect URI.
#[cfg(feature = "loopback")]
#[tokio::test]
async fn a_login_at_this_machine() {
    use std::time::Duration;

    let (builder, _, _) = builder(|_| Ok(tokens(1)));
    // A listener behind a real socket needs the real clock.
    let builder = builder.settings(|core| core.clock(std::sync::Arc::new(SystemClock)));
    let store = std::sync::Arc::new(MemoryStore::new());
    let client = builder.user("app1", Some("s3cret".into()), std::sync::Arc::clone(&store)).build().unwrap();
    let open = |url: &str| {
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(url.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
        let find = |name: &str| pairs.iter().find(|(given, _)| given == name).unwrap().1.clone();
        let (redirect_uri, state) = (find("redirect_uri"), find("state"));
        std::thread::spawn(move || {
            // Another user's redirect first: it does not count.
            visit(&format!("{redirect_uri}?code=evil&state=forged"));
            visit(&format!("{redirect_uri}?code=c1&state={state}"))
        });
    };
    client.login_in_browser(0, Duration::from_secs(20), open).await.unwrap();
    assert_eq!(store.load().await.unwrap().token.unwrap().access.expose(), "t1");
}
