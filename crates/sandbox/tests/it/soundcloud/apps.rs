//! Registered applications (docs/services/soundcloud.md#authorization): several, each with codes, tokens and rights of its own.

use segno_sandbox::SoundcloudApp;
use serde_json::json;

use super::{Api, CHALLENGE, MULTIPART, VERIFIER, multipart, text, wav};
use crate::wire::Response;

fn client(app: &SoundcloudApp) -> String {
    let secret = app.client_secret.as_ref().map(|secret| format!("&client_secret={secret}"));
    format!("client_id={}{}", app.client_id, secret.unwrap_or_default())
}

fn escaped(uri: &str) -> String {
    uri.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

impl Api {
    /// The application's code for `okafor`.
    async fn code_of(&self, app: &SoundcloudApp, redirect_uri: &str) -> Response {
        let path = format!(
            "/authorize?client_id={}&redirect_uri={}&response_type=code&code_challenge={CHALLENGE}\
             &code_challenge_method=S256&auto=approve",
            app.client_id,
            escaped(redirect_uri)
        );
        self.auth("GET", &path).send().await
    }

    /// The response to an exchange of this application's code by the application of these credentials.
    async fn exchange_of(&self, app: &SoundcloudApp, client: &str) -> Response {
        let redirect_uri = &app.redirect_uris[0];
        let asked = self.code_of(app, redirect_uri).await;
        let location = asked.header("location").expect("a location");
        let code = location.strip_prefix(&format!("{redirect_uri}?code=")).expect("a code");
        self.redeem(code, redirect_uri, client).await
    }

    async fn redeem(&self, code: &str, redirect_uri: &str, client: &str) -> Response {
        self.token(&format!(
            "grant_type=authorization_code&{client}&redirect_uri={}&code_verifier={VERIFIER}&code={code}",
            escaped(redirect_uri)
        ))
        .await
    }
}

#[tokio::test]
async fn a_public_application_needs_no_secret_and_has_none() {
    let mut api = Api::start().await;
    let apps = api.sandbox.soundcloud_accounts().apps;
    let public = &apps[1];
    assert_eq!(public.client_secret, None);
    let pair = api.exchange_of(public, &client(public)).await;
    assert_eq!(pair.status, 200, "{}", pair.text());
    let form = format!(
        "grant_type=refresh_token&{}&refresh_token={}",
        client(public),
        text(&pair.json(), "refresh_token")
    );
    let pair = api.token(&form).await.json();
    api.token = text(&pair, "access_token");
    assert_eq!(api.get("/me").await.json()["permalink"], "okafor");
    // A confidential one does not get by without, and a public one cannot speak for itself.
    let confidential = format!("client_id={}", apps[0].client_id);
    assert_eq!(
        api.exchange_of(&apps[0], &confidential).await.summary(),
        (401, r#"{"error":"invalid_client"}"#)
    );
    let invented = format!("{}&client_secret=x", client(public));
    assert_eq!(api.exchange_of(public, &invented).await.status, 401);
    let basic = api.auth("POST", "/oauth/token").header("Authorization", &basic(&public.client_id, ""));
    assert_eq!(basic.form("grant_type=client_credentials").send().await.status, 401);
}

fn basic(id: &str, secret: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}")))
}

#[tokio::test]
async fn an_application_that_may_not_write_reads() {
    let mut api = Api::start().await;
    let readers = api.sandbox.soundcloud_accounts().apps[2].clone();
    let urn = api.track("Minuet in G").await;
    api.token = text(&api.exchange_of(&readers, &client(&readers)).await.json(), "access_token");
    assert_eq!(api.get("/me/tracks").await.status, 200);
    let body = multipart(&[("track[title]", "x")], &[("track[asset_data]", "x.wav", "audio/wav", &wav())]);
    let upload = api.request("POST", "/tracks").header("Content-Type", MULTIPART).body(body).send().await;
    assert_eq!((upload.status, &upload.json()["message"]), (401, &json!("")));
    for (method, path) in [
        ("POST", format!("/likes/tracks/{urn}")),
        ("PUT", "/me/followings/5547".to_owned()),
        ("DELETE", format!("/tracks/{urn}")),
        ("POST", format!("/tracks/{urn}/comments")),
    ] {
        assert_eq!(api.send(method, &path).await.status, 401, "{method} {path}");
    }
    assert_eq!(api.created("tracks") + api.created("track_likes") + api.created("follows"), 0);
    assert_eq!(api.send("POST", "/sign-out").await.status, 200);
}

#[tokio::test]
async fn codes_and_refresh_tokens_are_good_for_their_application_only() {
    let api = Api::start().await;
    let apps = api.sandbox.soundcloud_accounts().apps;
    let asked = api.code_of(&apps[0], &apps[0].redirect_uris[0]).await;
    let location = asked.header("location").expect("a location");
    let code = location.split_once("code=").expect("a code").1;
    let invalid = (400, r#"{"error":"invalid_grant"}"#);
    for other in &apps[1..] {
        let stolen = api.redeem(code, &apps[0].redirect_uris[0], &client(other)).await;
        assert_eq!(stolen.summary(), invalid, "{}", other.name);
    }
    let pair = api.redeem(code, &apps[0].redirect_uris[0], &client(&apps[0])).await;
    assert_eq!(pair.status, 200, "the rightful owner still gets in: {}", pair.text());
    let token = text(&pair.json(), "refresh_token");
    let form = |app| format!("grant_type=refresh_token&{}&refresh_token={token}", client(app));
    assert_eq!(api.token(&form(&apps[2])).await.summary(), invalid);
    assert_eq!(api.token(&form(&apps[0])).await.status, 200);
    // Nor may one application have another's redirect URI.
    assert_eq!(api.code_of(&apps[0], &apps[1].redirect_uris[0]).await.status, 400);
}

#[tokio::test]
async fn tokens_of_applications_are_counted_for_each() {
    let api = Api::start().await;
    let apps = api.sandbox.soundcloud_accounts().apps;
    api.switch(&json!({"client_credentials_per_12h": 2}));
    let ask = async |app: &SoundcloudApp| {
        let secret = app.client_secret.as_deref().unwrap_or_default();
        let request =
            api.auth("POST", "/oauth/token").header("Authorization", &basic(&app.client_id, secret));
        request.form("grant_type=client_credentials").send().await.status
    };
    assert_eq!([ask(&apps[0]).await, ask(&apps[0]).await, ask(&apps[0]).await], [200, 200, 429]);
    assert_eq!(ask(&apps[2]).await, 200);
    // What the IP address is refused for is not counted for the application.
    api.switch(&json!({"client_credentials_per_12h": 50, "client_credentials_per_1h": 3}));
    for _ in 0..60 {
        assert_eq!(ask(&apps[2]).await, 429);
    }
    api.switch(&json!({"client_credentials_per_1h": 30}));
    assert_eq!(ask(&apps[2]).await, 200);
}

#[tokio::test]
async fn further_applications_are_registered_and_removed_by_switch() {
    let mut api = Api::start().await;
    let mine = json!({"client_id": "mine", "client_secret": "s3cret", "redirect_uris": ["http://127.0.0.1:5000/cb", "https://app.example/cb"]});
    api.switch(&json!({"apps": [mine]}));
    let app: SoundcloudApp = serde_json::from_value(mine).expect("an application");
    assert!(app.may_write);
    let pair = api.exchange_of(&app, &client(&app)).await;
    assert_eq!(pair.status, 200, "{}", pair.text());
    assert_eq!(api.code_of(&app, "https://app.example/cb").await.status, 302);
    assert_eq!(api.code_of(&app, "http://127.0.0.1:5001/cb").await.status, 400);
    api.switch(&json!({"any_loopback_port": true}));
    assert_eq!(api.code_of(&app, "http://127.0.0.1:5001/cb").await.status, 302);
    assert_eq!(api.code_of(&app, "http://127.0.0.1:5001/other").await.status, 400);
    api.token = text(&pair.json(), "access_token");
    assert_eq!(api.get("/me").await.status, 200);
    api.switch(&json!({"apps": []}));
    assert_eq!(api.get("/me").await.status, 401, "its tokens go with it");
    let wrong = json!({"soundcloud": {"apps": [{"client_id": "x", "colour": 1}]}});
    let error = api.sandbox.set_switches(&wrong).expect_err("an application with a colour");
    assert!(error.to_string().contains("soundcloud.apps") && error.to_string().contains("colour"), "{error}");
}

#[tokio::test]
async fn plays_are_counted_for_each_application() {
    let mut api = Api::start().await;
    let readers = api.sandbox.soundcloud_accounts().apps[2].clone();
    let path = format!("/tracks/{}/stream", api.track("Ah ! vous dirai-je").await);
    api.switch(&json!({"plays_per_24h": 1}));
    assert_eq!([api.get(&path).await.status, api.get(&path).await.status], [302, 429]);
    api.token = text(&api.exchange_of(&readers, &client(&readers)).await.json(), "access_token");
    assert_eq!([api.get(&path).await.status, api.get(&path).await.status], [302, 429]);
}
