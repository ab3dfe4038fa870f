//! OAuth 1.0a of the old API, on both of its hosts: docs/services/soundcloud.md#the-old-api.

use std::sync::atomic::{AtomicU64, Ordering};

use segno_sandbox::{Host, SoundcloudApp};
use serde_json::json;

use super::{Api, between};
use crate::musescore::signing::{Signature, encode};
use crate::soundcloud::{MULTIPART, multipart, wav};
use crate::wire::{Request, Response};

/// Both hosts of the old API.
const HOSTS: [Host; 2] = [Host::SOUNDCLOUD, Host::SOUNDCLOUD_LEGACY];

static NONCE: AtomicU64 = AtomicU64::new(0);

/// A token and its secret.
type Pair = (String, String);

fn form(response: &Response) -> Vec<(String, String)> {
    form_urlencoded::parse(&response.body).into_owned().collect()
}

fn value(pairs: &[(String, String)], name: &str) -> String {
    pairs.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name} in {pairs:?}")).1.clone()
}

impl Api {
    fn first_app(&self) -> SoundcloudApp {
        self.sandbox.soundcloud_accounts().apps[0].clone()
    }

    fn signature(&self, method: &str, url: &str, app: &SoundcloudApp, token: Option<&Pair>) -> Signature {
        let oauth = [
            ("oauth_consumer_key", app.client_id.clone()),
            ("oauth_nonce", format!("n{}", NONCE.fetch_add(1, Ordering::Relaxed))),
            ("oauth_signature_method", "HMAC-SHA1".to_owned()),
            ("oauth_timestamp", self.sandbox.now().as_secs().to_string()),
        ];
        let oauth = oauth.into_iter().chain(token.map(|token| ("oauth_token", token.0.clone())));
        Signature {
            method: method.to_owned(),
            url: url.to_owned(),
            oauth: oauth.map(|(name, value)| (name.to_owned(), value)).collect(),
            form: Vec::new(),
            consumer_secret: app.client_secret.clone().unwrap_or_default(),
            token_secret: token.map(|token| token.1.clone()).unwrap_or_default(),
        }
    }

    fn old_url(&self, host: Host, path: &str) -> String {
        self.sandbox.origin(host) + path
    }

    async fn request_token(&self, host: Host, callback: &str) -> Pair {
        let url = self.old_url(host, "/oauth/request_token");
        let signature = self.signature("POST", &url, &self.first_app(), None).set("oauth_callback", callback);
        let response = post(&url, &signature.header()).await;
        assert_eq!(response.status, 200, "{}", response.text());
        let pairs = form(&response);
        assert_eq!(value(&pairs, "oauth_callback_confirmed"), "true");
        (value(&pairs, "oauth_token"), value(&pairs, "oauth_token_secret"))
    }

    /// The page's response to a decision.
    async fn authorize(&self, token: &str, more: &str) -> Response {
        let path = format!("/oauth/authorize?oauth_token={}{more}", encode(token));
        Request::new("GET", &self.old_url(Host::SOUNDCLOUD_WEB, &path)).send().await
    }

    async fn access_token(&self, host: Host, token: &Pair, verifier: &str) -> Response {
        let url = self.old_url(host, "/oauth/access_token");
        let signature =
            self.signature("POST", &url, &self.first_app(), Some(token)).set("oauth_verifier", verifier);
        post(&url, &signature.header()).await
    }

    /// All three legs.
    async fn log_in_old(&self, host: Host, user: &str) -> Pair {
        let token = self.request_token(host, "https://app.example/back?x=1").await;
        let page = self.authorize(&token.0, &format!("&auto=approve&username={user}")).await;
        let location = page.header("location").expect("a redirect");
        let query = location.strip_prefix("https://app.example/back?x=1&").expect(location);
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!(value(&pairs, "oauth_token"), token.0);
        let response = self.access_token(host, &token, &value(&pairs, "oauth_verifier")).await;
        assert_eq!(response.status, 200, "{}", response.text());
        let pairs = form(&response);
        (value(&pairs, "oauth_token"), value(&pairs, "oauth_token_secret"))
    }

    fn signed(&self, host: Host, method: &str, path: &str, token: &Pair) -> Request {
        let url = self.old_url(host, path);
        let header = self.signature(method, &url, &self.first_app(), Some(token)).header();
        Request::new(method, &url).header("Authorization", &header).header("Accept", "application/xml")
    }
}

async fn post(url: &str, authorization: &str) -> Response {
    Request::new("POST", url).header("Authorization", authorization).send().await
}

#[tokio::test]
async fn three_legs_and_signed_calls_on_both_hosts() {
    let api = Api::start().await;
    for host in HOSTS {
        let token = api.log_in_old(host, "reis").await;
        let me = api.signed(host, "GET", "/me", &token).send().await;
        assert_eq!(between(me.text(), "<permalink>", "</permalink>"), "reis", "{host}");
        // A token of one host is good on the other: they are two names of one API.
        for other in HOSTS {
            assert_eq!(api.signed(other, "GET", "/me/tracks?x=%C3%A9&a=", &token).send().await.status, 200);
        }
        // The query is signed with the rest.
        let url = api.old_url(host, "/me");
        let signature = api.signature("GET", &url, &api.first_app(), Some(&token));
        let in_query =
            Request::new("GET", &format!("{url}?{}", signature.pairs())).header("Accept", "application/xml");
        assert_eq!(in_query.send().await.status, 200);
    }
}

#[tokio::test]
async fn an_upload_is_signed_without_its_body_and_a_form_with_it() {
    let api = Api::start().await;
    for host in HOSTS {
        let token = api.log_in_old(host, "okafor").await;
        let body = multipart(
            &[("track[title]", "Harbour"), ("track[sharing]", "private")],
            &[("track[asset_data]", "harbour.wav", "audio/wav", &wav())],
        );
        let upload = api.signed(host, "POST", "/tracks", &token).header("Content-Type", MULTIPART);
        let made = upload.body(body).send().await;
        assert_eq!(made.status, 201, "{}", made.text());
        let id = between(made.text(), "<id type=\"integer\">", "</id>");
        assert_eq!(made.header("location"), Some(api.old_url(host, &format!("/tracks/{id}")).as_str()));

        let url = api.old_url(host, &format!("/tracks/{id}"));
        let mut signature = api.signature("PUT", &url, &api.first_app(), Some(&token));
        signature.form = vec![("track[title]".to_owned(), "Ebb & <flow>".to_owned())];
        let send = async |authorization: String, body: &str| {
            let request = Request::new("PUT", &url).header("Accept", "application/xml");
            request.header("Authorization", &authorization).form(body).send().await
        };
        let changed = send(signature.header(), "track%5Btitle%5D=Ebb+%26+%3Cflow%3E").await;
        assert_eq!(between(changed.text(), "<title>", "</title>"), "Ebb &amp; &lt;flow&gt;");
        let other = signature.clone().set("oauth_nonce", "another").header();
        assert_eq!(send(other, "track%5Btitle%5D=Stolen").await.status, 401, "the form is signed");
        let xml = api.signed(host, "PUT", &format!("/tracks/{id}/permissions"), &token);
        let xml = xml
            .header("Content-Type", "application/xml")
            .body("<permissions><user-id>5530</user-id></permissions>");
        assert_eq!(xml.send().await.status, 200);
        assert_eq!(api.signed(host, "DELETE", &format!("/tracks/{id}"), &token).send().await.status, 200);
    }
}

#[tokio::test]
async fn a_password_is_refused_where_signatures_are_wanted() {
    let api = Api::start().await;
    let password = api.sandbox.description().soundcloud.password;
    let basic = super::basic("okafor", &password);
    let get = async |host, accept: &str| {
        let request = Request::new("GET", &api.old_url(host, "/me")).header("Authorization", &basic);
        request.header("Accept", accept).send().await
    };
    assert_eq!(get(Host::SOUNDCLOUD_LEGACY, "application/xml").await.status, 200);
    let refused = get(Host::SOUNDCLOUD, "application/xml").await;
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (401, Some("OAuth realm=\"SoundCloud\""))
    );
    for accept in ["application/json", "*/*"] {
        assert_eq!(get(Host::SOUNDCLOUD, accept).await.status, 401, "{accept}");
    }
}

#[tokio::test]
async fn every_signature_is_checked() {
    let api = Api::start().await;
    let (host, app) = (Host::SOUNDCLOUD, api.first_app());
    let token = api.log_in_old(host, "okafor").await;
    let url = api.old_url(host, "/me");
    let good = || api.signature("GET", &url, &app, Some(&token));
    let send = async |signature: Signature| {
        let request = Request::new("GET", &url).header("Accept", "application/xml");
        let response = request.header("Authorization", &signature.header()).send().await;
        (response.status, between(response.text(), ">", "</").rsplit('>').next().expect("a text").to_owned())
    };
    let refusal = async |signature: Signature| {
        let (status, _) = send(signature.clone()).await;
        let response = Request::new("GET", &url).header("Accept", "application/xml");
        let response = response.header("Authorization", &signature.header()).send().await;
        (status, between(response.text(), "<error>", "</error>").to_owned())
    };
    assert_eq!(send(good()).await.0, 200);
    let said = |status, text: &str| (status, text.to_owned());
    assert_eq!(
        refusal(Signature { consumer_secret: "x".into(), ..good() }).await,
        said(401, "Invalid signature")
    );
    assert_eq!(
        refusal(Signature { token_secret: "x".into(), ..good() }).await,
        said(401, "Invalid signature")
    );
    assert_eq!(refusal(Signature { method: "PUT".into(), ..good() }).await, said(401, "Invalid signature"));
    let elsewhere = Signature { url: api.old_url(Host::SOUNDCLOUD_LEGACY, "/me"), ..good() };
    assert_eq!(refusal(elsewhere).await, said(401, "Invalid signature"));
    assert_eq!(refusal(good().set("oauth_consumer_key", "nobody")).await, said(401, "Invalid consumer"));
    assert_eq!(refusal(good().set("oauth_token", "nothing")).await, said(401, "Invalid access token"));
    assert_eq!(refusal(good().set("oauth_timestamp", "1899999000")).await, said(401, "Timestamp expired"));
    assert_eq!(
        refusal(good().set("oauth_timestamp", "soon")).await,
        said(400, "Malformed parameter oauth_timestamp")
    );
    assert_eq!(refusal(good().without("oauth_nonce")).await, said(400, "Missing parameter oauth_nonce"));
    let method = "Unsupported signature method PLAINTEXT";
    assert_eq!(refusal(good().set("oauth_signature_method", "PLAINTEXT")).await, said(400, method));
    let once = good();
    assert_eq!(send(once.clone()).await.0, 200);
    assert_eq!(refusal(once).await, said(401, "Nonce already used"));
    // The token belongs to the application that got it, and lives until it is revoked.
    let other = api.sandbox.soundcloud_accounts().apps[2].clone();
    let foreign = api.signature("GET", &url, &other, Some(&token));
    assert_eq!(refusal(foreign).await, said(401, "Invalid access token"));
    // Without a token an application reads what is public.
    assert_eq!(refusal(api.signature("GET", &url, &app, None)).await.0, 401);
    let tracks = api.old_url(host, "/tracks");
    let two_legs = api.signature("GET", &tracks, &app, None).header();
    let tracks =
        Request::new("GET", &tracks).header("Authorization", &two_legs).header("Accept", "application/xml");
    assert_eq!(tracks.send().await.status, 200);
    api.switch(&json!({"revoked_oauth1_tokens": [token.0]}));
    assert_eq!(refusal(good()).await, said(401, "Invalid access token"));
}

#[tokio::test]
async fn a_request_token_is_good_once_for_a_while_and_for_a_user_who_says_yes() {
    let api = Api::start().await;
    let host = Host::SOUNDCLOUD;
    let token = api.request_token(host, "oob").await;
    let undecided = api.access_token(host, &token, "x").await;
    assert_eq!(undecided.summary(), (401, "Invalid access token"));
    let page = api.authorize(&token.0, "").await;
    assert!(page.status == 200 && page.text().contains("<strong>Tape Deck</strong>"), "{}", page.text());
    // The page wants the password; `auto` does not.
    let decide = async |body: String| {
        Request::new("POST", &api.old_url(Host::SOUNDCLOUD_WEB, "/oauth/authorize")).form(&body).send().await
    };
    let wrong = format!("oauth_token={}&decision=approve&username=okafor&password=x", token.0);
    assert_eq!(decide(wrong).await.status, 401);
    let password = api.sandbox.description().soundcloud.password;
    let right = format!("oauth_token={}&decision=approve&username=reis&password={password}", token.0);
    let shown = decide(right.clone()).await;
    let verifier = between(shown.text(), "<code id=\"verifier\">", "</code>").to_owned();
    assert_eq!(decide(right).await.status, 401, "it is decided");
    assert_eq!(api.access_token(host, &token, "x").await.summary(), (401, "Invalid verifier"));
    let access = api.access_token(host, &token, &verifier).await;
    assert_eq!(access.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(api.access_token(host, &token, &verifier).await.status, 401, "it is spent");

    let token = api.request_token(host, "https://app.example/back").await;
    let denied = api.authorize(&token.0, "&auto=deny").await;
    let place = format!("https://app.example/back?oauth_problem=permission_denied&oauth_token={}", token.0);
    assert_eq!((denied.status, denied.header("location")), (302, Some(place.as_str())));
    assert_eq!(api.authorize(&token.0, "&auto=approve").await.status, 401);

    let token = api.request_token(host, "oob").await;
    api.sandbox.advance(std::time::Duration::from_secs(601));
    assert_eq!(api.authorize(&token.0, "&auto=approve").await.status, 401, "it has expired");

    let url = api.old_url(host, "/oauth/request_token");
    let app = api.first_app();
    for (callback, said) in [(None, "Missing"), (Some("back"), "Malformed")] {
        let signature = api.signature("POST", &url, &app, None);
        let signature =
            callback.map_or(signature.clone(), |callback| signature.set("oauth_callback", callback));
        let refused = post(&url, &signature.header()).await;
        assert_eq!(refused.summary(), (400, format!("{said} parameter oauth_callback").as_str()));
    }
    assert_eq!(Request::new("PUT", &url).send().await.status, 405);
    api.switch(&json!({"legacy": false}));
    assert_eq!(Request::new("POST", &url).send().await.status, 404, "the old API is not there");
}
