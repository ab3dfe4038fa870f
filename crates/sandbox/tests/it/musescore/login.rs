//! Tokens: docs/services/musescore.md#oauth-10a.

use segno_sandbox::{LoginFailure, OauthMode};

use super::{Site, refusal, said};
use crate::wire::{Request, Response};

const CALLBACK: &str = "http://127.0.0.1:9/done?a=1";

fn value(form: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(form.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Asks for a request token.
async fn ask(site: &Site, callback: Option<&str>) -> Response {
    let url = site.api("/oauth/request_token");
    let mut signature = site.signature("POST", &url).without("oauth_token");
    signature.token_secret.clear();
    if let Some(callback) = callback {
        signature = signature.set("oauth_callback", callback);
    }
    Request::new("POST", &url).header("Authorization", &signature.header()).send().await
}

/// Token and secret of a response.
fn pair(response: &Response) -> (String, String) {
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("application/x-www-form-urlencoded"));
    let text = |name| value(response.text(), name).expect("a value");
    (text("oauth_token"), text("oauth_token_secret"))
}

async fn exchange(site: &Site, token: &(String, String), verifier: Option<&str>) -> Response {
    let url = site.api("/oauth/access_token");
    let mut signature = site.signature("POST", &url).set("oauth_token", &token.0);
    signature.token_secret.clone_from(&token.1);
    if let Some(verifier) = verifier {
        signature = signature.set("oauth_verifier", verifier);
    }
    Request::new("POST", &url).header("Authorization", &signature.header()).send().await
}

async fn visit(site: &Site, query: &str) -> Response {
    Request::new("GET", &site.web(&format!("/oauth/authorize?{query}"))).send().await
}

/// The name in `/me` with a new token.
async fn name(site: &mut Site, token: (String, String)) -> String {
    (site.keys.access_token, site.keys.access_token_secret) = token;
    let me = site.get_signed("/me.json").await.json();
    me["name"].as_str().expect("a name").to_owned()
}

#[tokio::test]
async fn three_legs() {
    let mut site = Site::start().await;
    let asked = ask(&site, Some(CALLBACK)).await;
    assert_eq!(value(asked.text(), "oauth_callback_confirmed").as_deref(), Some("true"));
    let token = pair(&asked);
    // Not agreed to yet.
    assert_eq!(refusal(&exchange(&site, &token, Some("x")).await), said(401, "Invalid access token"));
    let back = visit(&site, &format!("oauth_token={}&auto=approve", token.0)).await;
    assert_eq!(back.status, 302);
    let location = back.header("location").expect("a location");
    let query = location.strip_prefix(&format!("{CALLBACK}&oauth_token={}&oauth_verifier=", token.0));
    let verifier = query.expect("the callback with its own query").to_owned();
    assert_eq!(refusal(&exchange(&site, &token, None).await), said(401, "Invalid verifier"));
    assert_eq!(refusal(&exchange(&site, &token, Some("x")).await), said(401, "Invalid verifier"));
    let wrong = (token.0.clone(), "other".to_owned());
    assert_eq!(refusal(&exchange(&site, &wrong, Some(&verifier)).await), said(401, "Invalid signature"));
    let access = pair(&exchange(&site, &token, Some(&verifier)).await);
    // Spent.
    assert_eq!(refusal(&exchange(&site, &token, Some(&verifier)).await), said(401, "Invalid access token"));
    assert_eq!(visit(&site, &format!("oauth_token={}&auto=approve", token.0)).await.status, 401);
    assert_eq!((site.created("request_tokens"), site.created("access_tokens")), (1, 1));
    assert_eq!(name(&mut site, access).await, site.account(0).name);
}

#[tokio::test]
async fn a_user_reads_and_clicks() {
    let mut site = Site::start().await;
    let token = pair(&ask(&site, Some("oob")).await);
    let page = visit(&site, &format!("oauth_token={}", token.0)).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.text().contains(&site.keys.consumer_key));
    for button in
        ["<button name=\"decision\" value=\"approve\">", "<button name=\"decision\" value=\"deny\">"]
    {
        assert!(page.text().contains(button));
    }
    let second = site.account(1);
    let form = format!("oauth_token={}&user={}&decision=approve", token.0, second.user_id);
    let done = Request::new("POST", &site.web("/oauth/authorize")).form(&form).send().await;
    assert_eq!(done.status, 200);
    let (_, rest) = done.text().split_once("<code id=\"verifier\">").expect("a verifier");
    let verifier = rest.split('<').next().expect("its end").to_owned();
    let access = pair(&exchange(&site, &token, Some(&verifier)).await);
    assert_eq!(name(&mut site, access).await, second.name);
}

#[tokio::test]
async fn a_user_may_say_no() {
    let site = Site::start().await;
    let token = pair(&ask(&site, Some(CALLBACK)).await);
    let back = visit(&site, &format!("oauth_token={}&auto=deny", token.0)).await;
    let expected = format!("{CALLBACK}&oauth_problem=permission_denied&oauth_token={}", token.0);
    assert_eq!((back.status, back.header("location")), (302, Some(expected.as_str())));
    assert_eq!(refusal(&exchange(&site, &token, Some("x")).await), said(401, "Invalid access token"));
    let token = pair(&ask(&site, Some("oob")).await);
    let page = visit(&site, &format!("oauth_token={}&auto=deny", token.0)).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("denied"));
    assert_eq!(visit(&site, "oauth_token=nobody").await.status, 401);
}

#[tokio::test]
async fn plain_oauth_1_0_in_compat_mode_only() {
    let mut site = Site::start().await;
    let asked = ask(&site, None).await;
    assert_eq!(value(asked.text(), "oauth_callback_confirmed"), None);
    let token = pair(&asked);
    assert_eq!(visit(&site, &format!("oauth_token={}&auto=approve", token.0)).await.status, 200);
    let access = pair(&exchange(&site, &token, None).await);
    let first = site.account(0).name;
    assert_eq!(name(&mut site, access).await, first);
    // The callback of that time came with the visit, and no verifier went back.
    let token = pair(&ask(&site, None).await);
    let query = format!("oauth_token={}&auto=approve&oauth_callback=http://a.example/", token.0);
    let back = visit(&site, &query).await;
    let expected = format!("http://a.example/?oauth_token={}", token.0);
    assert_eq!(back.header("location"), Some(expected.as_str()));

    let open = pair(&ask(&site, None).await);
    visit(&site, &format!("oauth_token={}&auto=approve", open.0)).await;
    site.sandbox.switches(|switches| switches.musescore.oauth_mode = OauthMode::Strict);
    assert_eq!(refusal(&ask(&site, None).await), said(400, "Missing parameter oauth_callback"));
    assert_eq!(refusal(&exchange(&site, &open, None).await), said(401, "Invalid verifier"));
}

#[tokio::test]
async fn request_tokens_are_asked_for_properly() {
    let site = Site::start().await;
    for callback in ["done", "http://", "/done", "", "http://a.example/#b"] {
        let response = ask(&site, Some(callback)).await;
        assert_eq!(refusal(&response), said(400, "Malformed parameter oauth_callback"), "{callback}");
    }
    assert_eq!(ask(&site, Some("segno:done")).await.status, 200);
    // With a token secret in the key the signature is another one.
    let url = site.api("/oauth/request_token");
    let signature = site.signature("POST", &url).without("oauth_token").set("oauth_callback", "oob");
    let response = Request::new("POST", &url).header("Authorization", &signature.header()).send().await;
    assert_eq!(refusal(&response), said(401, "Invalid signature"));
    // GET, with everything in the query.
    let mut signature = site.signature("GET", &url).without("oauth_token").set("oauth_callback", "oob");
    signature.token_secret.clear();
    assert_eq!(Request::new("GET", &format!("{url}?{}", signature.pairs())).send().await.status, 200);
    // An access token is no request token.
    let url = site.api("/oauth/access_token");
    let signature = site.signature("POST", &url).set("oauth_verifier", "x");
    let response = Request::new("POST", &url).header("Authorization", &signature.header()).send().await;
    assert_eq!(refusal(&response), said(401, "Invalid access token"));
    // And no unsigned request gets anything.
    assert_eq!(Request::new("POST", &url).send().await.status, 400);
}

async fn log_in(site: &Site, name: &str, password: &str) -> Response {
    let url = site.api("/oauth/access_token");
    let mut signature = site.signature("POST", &url).without("oauth_token");
    signature.token_secret.clear();
    signature.form =
        [("x_auth_username", name), ("x_auth_password", password), ("x_auth_mode", "client_auth")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
    Request::new("POST", &url).form(&signature.pairs()).send().await
}

#[tokio::test]
async fn name_and_password() {
    let mut site = Site::start().await;
    let accounts = site.sandbox.musescore_accounts();
    let access = pair(&log_in(&site, &accounts[1].name, &accounts[1].password).await);
    assert_eq!(name(&mut site, access).await, accounts[1].name);
    let wrong = log_in(&site, &accounts[0].name, "guess").await;
    assert_eq!(wrong.summary(), (401, r#"[{"code":"USER_AUTHENTICATION_FAILED"}]"#));
    let unknown = log_in(&site, "nobody", "guess").await;
    assert_eq!(refusal(&unknown), said(401, "USER_AUTHENTICATION_FAILED"));
    let blocked = log_in(&site, &accounts[2].name, &accounts[2].password).await;
    assert_eq!(refusal(&blocked), said(401, "USER_DENIED"));
    site.sandbox.switches(|switches| switches.musescore.login_failure = LoginFailure::NotAcceptable);
    let sleeping = log_in(&site, &accounts[3].name, &accounts[3].password).await;
    assert_eq!(refusal(&sleeping), said(406, "USER_NOT_ACTIVATED"));
    site.sandbox.switches(|switches| switches.musescore.xauth = false);
    let off = log_in(&site, &accounts[1].name, &accounts[1].password).await;
    assert_eq!(refusal(&off), said(400, "Missing parameter oauth_token"));
}
