//! Consumer key and signature: docs/services/musescore.md#access and docs/services/musescore.md#oauth-10a.

use std::time::Duration;

use segno_sandbox::Host;

use super::{Site, refusal, said};
use crate::wire::Request;

async fn me(site: &Site, header: &str) -> (u16, String) {
    let url = site.rest("/me.json");
    let response = Request::new("GET", &url).header("Authorization", header).send().await;
    if response.status == 200 { said(200, "") } else { refusal(&response) }
}

#[tokio::test]
async fn a_consumer_key_opens_public_resources() {
    let site = Site::start().await;
    let score = site.score(false);
    assert_eq!(site.get(&format!("/score/{}.json", score.id)).await.status, 200);
    let url = site.rest("/score.json");
    let none = Request::new("GET", &url).send().await;
    assert_eq!(refusal(&none), said(401, "Invalid consumer"));
    let unknown = Request::new("GET", &format!("{url}?oauth_consumer_key=nobody")).send().await;
    assert_eq!(refusal(&unknown), said(401, "Invalid consumer"));
    // A user is more than a consumer.
    assert_eq!(refusal(&site.get("/me.json").await), said(401, "Access denied"));
}

#[tokio::test]
async fn signatures_are_checked() {
    let site = Site::start().await;
    let url = site.rest("/me.json");
    let sign = || site.signature("GET", &url);
    assert_eq!(me(&site, &sign().header()).await, said(200, ""));
    let mut wrong = sign();
    wrong.token_secret = "other".into();
    assert_eq!(me(&site, &wrong.header()).await, said(401, "Invalid signature"));
    let elsewhere = site.signature("GET", &site.rest("/me.xml"));
    assert_eq!(me(&site, &elsewhere.header()).await, said(401, "Invalid signature"));
    let method = site.signature("POST", &url);
    assert_eq!(me(&site, &method.header()).await, said(401, "Invalid signature"));
    assert_eq!(
        me(&site, &sign().set("oauth_token", "nobody").header()).await,
        said(401, "Invalid access token")
    );
    assert_eq!(
        me(&site, &sign().set("oauth_consumer_key", "nobody").header()).await,
        said(401, "Invalid consumer")
    );
    // Another consumer's token.
    let mut theirs = sign();
    let other = site.account(1).keys.expect("keys");
    theirs = theirs.set("oauth_consumer_key", &other.consumer_key);
    theirs.consumer_secret = other.consumer_secret;
    assert_eq!(me(&site, &theirs.header()).await, said(401, "Invalid access token"));
}

#[tokio::test]
async fn an_application_signs_without_a_token() {
    let mut site = Site::start().await;
    site.keys.access_token.clear();
    site.keys.access_token_secret.clear();
    assert_eq!(site.get_signed("/score.json").await.status, 200);
    assert_eq!(refusal(&site.get_signed("/me.json").await), said(401, "Access denied"));
    // A token that is sent empty is signed as an empty value.
    let url = site.rest("/score.json");
    let empty = site.signature("GET", &url).set("oauth_token", "");
    assert_eq!(Request::new("GET", &url).header("Authorization", &empty.header()).send().await.status, 200);
}

#[tokio::test]
async fn the_timestamp_must_be_near_and_the_nonce_new() {
    let site = Site::start().await;
    let url = site.rest("/me.json");
    let at = |time: u64| site.signature("GET", &url).set("oauth_timestamp", &time.to_string()).header();
    let now = super::NOW;
    for (time, status) in [(now - 300, 200), (now + 300, 200), (now - 301, 401), (now + 301, 401)] {
        assert_eq!(me(&site, &at(time)).await.0, status, "{time}");
    }
    assert_eq!(me(&site, &at(now - 301)).await, said(401, "USER_TIMESTAMP_EXPIRED"));
    site.sandbox.switches(|switches| switches.musescore.timestamp_window_s = 10.0);
    assert_eq!(me(&site, &at(now - 11)).await, said(401, "USER_TIMESTAMP_EXPIRED"));
    site.sandbox.switches(|switches| switches.musescore.timestamp_window_s = 300.0);

    let once = site.signature("GET", &url).set("oauth_timestamp", &(now + 300).to_string());
    assert_eq!(me(&site, &once.header()).await, said(200, ""));
    assert_eq!(me(&site, &once.header()).await, said(401, "Nonce already used"));
    // Remembered as long as the timestamp counts.
    site.sandbox.advance(Duration::from_secs(600));
    assert_eq!(me(&site, &once.header()).await, said(401, "Nonce already used"));
    // The same nonce with another timestamp, or without the token, is another one.
    let later = once.clone().set("oauth_timestamp", &(now + 301).to_string());
    assert_eq!(me(&site, &later.header()).await, said(200, ""));
    let mut application = once.without("oauth_token");
    application.token_secret.clear();
    assert_eq!(me(&site, &application.header()).await, said(401, "Access denied"));
    // A wrong signature uses up no nonce.
    let good = site.signature("GET", &url).set("oauth_timestamp", &(now + 600).to_string());
    let mut bad = good.clone();
    bad.consumer_secret = "other".into();
    assert_eq!(me(&site, &bad.header()).await, said(401, "Invalid signature"));
    assert_eq!(me(&site, &good.header()).await, said(200, ""));
}

#[tokio::test]
async fn revoked_tokens_no_longer_count() {
    let site = Site::start().await;
    let url = site.rest("/me.json");
    let token = site.keys.access_token.clone();
    site.sandbox.switches(|switches| switches.musescore.revoked_tokens = vec![token]);
    assert_eq!(me(&site, &site.signature("GET", &url).header()).await, said(401, "Invalid access token"));
    site.sandbox.switches(|switches| switches.musescore.revoked_tokens.clear());
    assert_eq!(me(&site, &site.signature("GET", &url).header()).await.0, 200);
}

#[tokio::test]
async fn the_protocol_is_kept() {
    let site = Site::start().await;
    let url = site.rest("/me.json");
    let sign = || site.signature("GET", &url);
    for missing in ["oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature_method"] {
        let response = me(&site, &sign().without(missing).header()).await;
        assert_eq!(response, said(400, &format!("Missing parameter {missing}")));
    }
    let response = me(&site, "OAuth oauth_consumer_key=\"x\"").await;
    assert_eq!(response, said(400, "Missing parameter oauth_signature"));
    let cases = [
        (sign().set("oauth_version", "2.0"), "Unsupported version"),
        (sign().set("oauth_signature_method", "RSA-SHA1"), "Unsupported signature method RSA-SHA1"),
        (sign().set("oauth_signature_method", "PLAINTEXT"), "Unsupported signature method PLAINTEXT"),
        (sign().set("oauth_timestamp", "-5"), "Malformed parameter oauth_timestamp"),
        (sign().set("oauth_timestamp", "0"), "Malformed parameter oauth_timestamp"),
        (sign().set("oauth_nonce", ""), "Malformed parameter oauth_nonce"),
        (sign().set("oauth_token_secret", "x"), "Unsupported parameter oauth_token_secret"),
    ];
    for (signature, text) in cases {
        assert_eq!(me(&site, &signature.header()).await, said(400, text));
    }
    let twice = format!("{}, oauth_version=\"1.0\"", sign().header());
    assert_eq!(me(&site, &twice).await, said(400, "Repeated parameter oauth_version"));
    assert_eq!(me(&site, "OAuth oauth_token=x").await, said(400, "Malformed Authorization header"));
    // The key in the query besides the one in the header.
    let again = format!("{url}?oauth_consumer_key={}", site.keys.consumer_key);
    let header = site.signature("GET", &again).header();
    let response = Request::new("GET", &again).header("Authorization", &header).send().await;
    assert_eq!(refusal(&response), said(400, "Repeated parameter oauth_consumer_key"));
    // `oauth_version` may be left out.
    assert_eq!(me(&site, &sign().without("oauth_version").header()).await, said(200, ""));
}

#[tokio::test]
async fn plaintext_is_a_switch() {
    let site = Site::with(|switches| switches.plaintext = true).await;
    let keys = &site.keys;
    let header = |secret: &str| {
        format!(
            "OAuth oauth_consumer_key=\"{}\",oauth_token=\"{}\",oauth_signature_method=\"PLAINTEXT\",\
             oauth_signature=\"{}%26{secret}\"",
            keys.consumer_key, keys.access_token, keys.consumer_secret
        )
    };
    let right = header(&keys.access_token_secret);
    assert_eq!(me(&site, &right).await, said(200, ""));
    // Without nonce it works again.
    assert_eq!(me(&site, &right).await, said(200, ""));
    assert_eq!(me(&site, &header("other")).await, said(401, "Invalid signature"));
}

#[tokio::test]
async fn parameters_come_in_header_query_or_form() {
    let site = Site::start().await;
    let url = site.rest("/me.json");
    let query = format!("{url}?{}", site.signature("GET", &url).pairs());
    assert_eq!(Request::new("GET", &query).send().await.status, 200);

    // The form is signed with its other fields; here it is no upload, which is found out after the signature.
    let url = site.rest("/score.json");
    let mut signature = site.signature("POST", &url);
    signature.form = vec![("title".into(), "a b+c*é".into())];
    let response = Request::new("POST", &url).form(&signature.pairs()).send().await;
    assert_eq!(refusal(&response), said(406, "An upload must be multipart/form-data"));
    let changed = signature.clone().set("oauth_nonce", "another").pairs().replace("title=a", "title=b");
    let response = Request::new("POST", &url).form(&changed).send().await;
    assert_eq!(refusal(&response), said(401, "Invalid signature"));

    // White space, none, or a comma at the end; the scheme in any case; a realm that is not signed.
    let url = site.rest("/me.json");
    let odd = |change: fn(String) -> String| change(site.signature("GET", &url).header());
    for header in [
        odd(|header| header.replace(", ", ",")),
        odd(|header| header + " ,"),
        odd(|header| header.replace("OAuth ", "oauth realm=\"a, b\", ")),
        odd(|header| header.replace(", ", " ,\t ")),
    ] {
        assert_eq!(me(&site, &header).await, said(200, ""), "{header}");
    }
}

#[tokio::test]
async fn a_query_is_decoded_before_it_is_signed() {
    let site = Site::start().await;
    for query in ["text=a+b", "text=a%20b", "text=%22a%22&part=0,73", "text=a&&x", "?=&text"] {
        let url = site.rest(&format!("/score.json?{query}"));
        let header = site.signature("GET", &url).header();
        let response = Request::new("GET", &url).header("Authorization", &header).send().await;
        assert_eq!(response.status, 200, "{query}: {}", response.text());
    }
}

#[tokio::test]
async fn other_methods_are_named() {
    let site = Site::start().await;
    let score = site.score(false).id;
    for (method, path, allow) in [
        ("PUT", "/score.json".to_owned(), "GET, HEAD, POST"),
        ("POST", format!("/score/{score}.json"), "GET, HEAD, DELETE"),
        ("GET", format!("/score/{score}/update.json"), "POST"),
        ("DELETE", "/me.json".to_owned(), "GET, HEAD"),
    ] {
        let response = site.signed(method, &path).send().await;
        assert_eq!(refusal(&response), said(405, "Method not allowed"), "{path}");
        assert_eq!(response.header("allow"), Some(allow));
    }
    let url = site.api("/oauth/request_token");
    assert_eq!(Request::new("DELETE", &url).send().await.status, 405);
}

#[tokio::test]
async fn a_host_header_decides_the_signature() {
    let site = Site::start().await;
    // A client that signs for `localhost` and sends `127.0.0.1` is refused.
    let origin = site.sandbox.origin(Host::MUSESCORE);
    let local = site.rest("/me.json").replace(&origin, &origin.replace("127.0.0.1", "localhost"));
    assert_eq!(me(&site, &site.signature("GET", &local).header()).await, said(401, "Invalid signature"));
}

#[tokio::test]
async fn the_control_port_tells_the_credentials() {
    let site = Site::start().await;
    let told =
        Request::new("GET", &format!("{}/accounts", site.sandbox.origin(Host::CONTROL))).send().await.json();
    let accounts = told["musescore"].as_array().expect("accounts");
    let standing: Vec<_> = accounts.iter().map(|account| account["standing"].as_str()).collect();
    assert_eq!(standing, [Some("active"), Some("active"), Some("blocked"), Some("not_activated")]);
    let access = site.sandbox.description().musescore;
    assert_eq!(accounts[0]["keys"]["access_token"], access.access_token);
    assert_eq!(accounts[0]["keys"]["consumer_secret"], access.consumer_secret);
    assert_eq!(access.base_url, site.rest("/"));
    assert_eq!(access.oauth_url, site.api("/oauth/"));
    for account in &accounts[..2] {
        assert!(account["scores"].as_array().expect("scores").iter().any(|score| score["private"] == true));
    }
    // The same after a reset, and in another sandbox with this seed.
    site.sandbox.reset();
    assert_eq!(site.sandbox.musescore_accounts(), Site::start().await.sandbox.musescore_accounts());
}
