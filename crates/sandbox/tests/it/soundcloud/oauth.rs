//! Consent, tokens, sign-out: docs/services/soundcloud.md#authorization.

use std::time::Duration;

use serde_json::json;

use super::{Api, CHALLENGE, VERIFIER, text};

#[tokio::test]
async fn a_code_becomes_a_pair_of_tokens_once() {
    let api = Api::start().await;
    let code = api.code("&auto=approve").await;
    let response = api.exchange(&code, VERIFIER).await;
    assert_eq!(response.status, 200, "{}", response.text());
    let pair = response.json();
    assert_eq!(
        (&pair["token_type"], &pair["expires_in"], &pair["scope"]),
        (&json!("bearer"), &json!(3599), &json!(""))
    );
    assert_ne!(pair["access_token"], pair["refresh_token"]);
    let me = api
        .anonymous("GET", "/me")
        .header("Authorization", &format!("OAuth {}", text(&pair, "access_token")));
    assert_eq!(me.send().await.json()["permalink"], "okafor");
    assert_eq!(api.exchange(&code, VERIFIER).await.summary(), (400, r#"{"error":"invalid_grant"}"#));
    assert_eq!(api.created("tokens"), 1);
}

#[tokio::test]
async fn codes_are_bound_and_short_lived() {
    let api = Api::start().await;
    // The verifier of another challenge, and the challenge itself in its place.
    for wrong in [&"x".repeat(43), CHALLENGE] {
        let code = api.code("&auto=approve").await;
        assert_eq!(api.exchange(&code, wrong).await.summary(), (400, r#"{"error":"invalid_grant"}"#));
    }
    let code = api.code("&auto=approve").await;
    let elsewhere = format!(
        "grant_type=authorization_code&{}&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F&code_verifier={VERIFIER}&code={code}",
        api.client()
    );
    assert_eq!(api.token(&elsewhere).await.summary(), (400, r#"{"error":"invalid_grant"}"#));
    let code = api.code("&auto=approve").await;
    api.sandbox.advance(Duration::from_secs(600));
    assert_eq!(api.exchange(&code, VERIFIER).await.status, 400);
}

#[tokio::test]
async fn refresh_tokens_work_once_and_live_long() {
    let api = Api::start().await;
    let pair = api.exchange(&api.code("&auto=approve").await, VERIFIER).await.json();
    api.sandbox.advance(Duration::from_secs(100_000));
    let old = text(&pair, "refresh_token");
    let new = api.refresh(&old).await;
    assert_eq!(new.status, 200, "{}", new.text());
    assert_ne!(new.json()["refresh_token"], pair["refresh_token"]);
    assert_eq!(api.refresh(&old).await.summary(), (400, r#"{"error":"invalid_grant"}"#));
    assert_eq!(api.refresh(&text(&new.json(), "refresh_token")).await.status, 200);
    api.switch(&json!({"refresh": "invalid_grant"}));
    assert_eq!(api.refresh("whatever").await.status, 400);
}

#[tokio::test]
async fn access_tokens_end_after_3599_seconds() {
    let api = Api::start().await;
    api.sandbox.advance(Duration::from_secs(3598));
    assert_eq!(api.get("/me").await.status, 200);
    api.sandbox.advance(Duration::from_secs(1));
    let gone = api.get("/me").await;
    assert_eq!((gone.status, &gone.json()["message"]), (401, &json!("")));
}

#[tokio::test]
async fn the_token_endpoint_refuses_with_the_documented_errors() {
    let api = Api::start().await;
    let client = api.client();
    for (form, status, error) in [
        (client.clone(), 400, "invalid_request"),
        (format!("{client}&grant_type=authorization_code"), 400, "invalid_request"),
        (format!("{client}&grant_type=password"), 400, "unsupported_grant_type"),
        (
            "grant_type=refresh_token&client_id=a&client_secret=b&refresh_token=c".to_owned(),
            401,
            "invalid_client",
        ),
        (format!("{client}&grant_type=refresh_token&refresh_token=c"), 400, "invalid_grant"),
        // Credentials in the body are not for this grant.
        (format!("{client}&grant_type=client_credentials"), 401, "invalid_client"),
    ] {
        let response = api.token(&form).await;
        assert_eq!((response.status, &response.json()), (status, &json!({"error": error})), "{form}");
    }
    assert_eq!(api.auth("GET", "/oauth/token").send().await.status, 405);
    let json = json!({"grant_type": "client_credentials"});
    assert_eq!(
        api.auth("POST", "/oauth/token").json(&json).send().await.summary(),
        (400, r#"{"error":"invalid_request"}"#)
    );
    let parts = super::multipart(&[("grant_type", "refresh_token"), ("refresh_token", "c")], &[]);
    let parts = api.auth("POST", "/oauth/token").header("Content-Type", super::MULTIPART).body(parts);
    assert_eq!(parts.send().await.summary(), (400, r#"{"error":"invalid_request"}"#));
    api.switch(&json!({"client_credentials": "both"}));
    let in_form = api.token(&format!("{client}&grant_type=client_credentials")).await;
    assert_eq!(in_form.status, 200, "{}", in_form.text());
}

#[tokio::test]
async fn application_tokens_are_rationed_by_fixed_windows() {
    let api = Api::start().await;
    for _ in 0..30 {
        assert_eq!(api.client_credentials().await.status, 200);
    }
    let refused = api.client_credentials().await;
    assert_eq!(refused.summary(), (429, r#"{"error":"rate_limit_exceeded"}"#));
    assert_eq!(refused.header("www-authenticate"), Some("Basic"));
    assert_eq!(refused.header("retry-after"), None);
    api.switch(&json!({"rate_limit_shape": "meta", "retry_after_s": 9}));
    let refused = api.client_credentials().await;
    assert_eq!(refused.json()["errors"][0]["meta"]["rate_limit"]["bucket"], "by-ip");
    assert_eq!(refused.header("retry-after"), Some("9"));
    api.sandbox.advance(Duration::from_secs(3600));
    assert_eq!(api.client_credentials().await.status, 200);
}

#[tokio::test]
async fn the_consent_page_can_be_filled_in() {
    let api = Api::start().await;
    let page = api.auth("GET", &format!("/authorize?{}", api.authorization())).send().await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<form method=\"post\" action=\"/authorize\">"), "{}", page.text());
    assert!(page.text().contains("name=\"state\" value=\"xyz\""));
    for part in [
        "<strong>Tape Deck</strong>",
        "http://127.0.0.1:8765/callback",
        "<label>User name",
        "<label>Password",
        ">Connect</button>",
        ">Cancel</button>",
    ] {
        assert!(page.text().contains(part), "{part} in {}", page.text());
    }
    let access = api.sandbox.description().soundcloud;
    let send =
        |more: String| api.auth("POST", "/authorize").form(&format!("{}&{more}", api.authorization())).send();
    let wrong = send("username=okafor&password=nope&decision=approve".to_owned()).await;
    assert_eq!(wrong.status, 401);
    assert!(
        wrong.text().contains("role=\"alert\"") && wrong.text().contains("value=\"okafor\""),
        "{}",
        wrong.text()
    );
    assert_eq!(send(String::new()).await.status, 400, "neither button");
    let denied = send("decision=deny".to_owned()).await;
    let location = denied.header("location").expect("a location");
    assert!(location.starts_with("http://127.0.0.1:8765/callback?error=access_denied&"), "{location}");
    let approved = send(format!("username=reis&password={}&decision=approve", access.password)).await;
    let location = approved.header("location").expect("a location").to_owned();
    let code = location.split_once("code=").and_then(|rest| rest.1.split_once('&')).expect("a code").0;
    let pair = api.exchange(code, VERIFIER).await.json();
    let me = api
        .anonymous("GET", "/me")
        .header("Authorization", &format!("Bearer {}", text(&pair, "access_token")));
    assert_eq!(me.send().await.json()["permalink"], "reis");
}

#[tokio::test]
async fn bad_authorization_requests_go_back_with_an_error_or_nowhere() {
    let api = Api::start().await;
    let good = api.authorization();
    for (from, to, error) in [
        ("response_type=code", "response_type=token", "unsupported_response_type"),
        ("response_type=code", "x=y", "invalid_request"),
        ("S256", "plain", "invalid_request"),
        (CHALLENGE, "short", "invalid_request"),
    ] {
        let query = good.replace(from, to);
        let response = api.auth("GET", &format!("/authorize?{query}&auto=approve")).send().await;
        let location = response.header("location").expect("a location").to_owned();
        let expected = format!("http://127.0.0.1:8765/callback?error={error}&");
        assert!(location.starts_with(&expected) && location.ends_with("state=xyz"), "{location}");
    }
    for (from, to) in [("8765", "8766"), ("http%3A", "https%3A"), ("client_id=", "client_id=x")] {
        let query = good.replace(from, to);
        let response = api.auth("GET", &format!("/authorize?{query}&auto=approve")).send().await;
        assert_eq!((response.status, response.header("location")), (400, None), "{to}");
    }
    api.switch(&json!({"any_loopback_port": true}));
    let query = good.replace("8765", "50123");
    let response = api.auth("GET", &format!("/authorize?{query}&auto=deny")).send().await;
    assert!(
        response
            .header("location")
            .expect("a location")
            .starts_with("http://127.0.0.1:50123/callback?error=access_denied")
    );
}

#[tokio::test]
async fn sign_out_ends_the_session_at_once() {
    let api = Api::start().await;
    let pair = api.exchange(&api.code("&auto=approve").await, VERIFIER).await.json();
    let send = |body: serde_json::Value| api.auth("POST", "/sign-out").json(&body).send();
    let nothing = send(json!({})).await;
    assert_eq!((nothing.status, &nothing.json()["message"]), (400, &json!("bad_request")));
    assert_eq!(send(json!({"access_token": pair["access_token"]})).await.status, 200);
    let again = send(json!({"access_token": pair["access_token"]})).await;
    assert_eq!((again.status, &again.json()["message"]), (401, &json!("unauthorized")));
    assert_eq!(api.refresh(&text(&pair, "refresh_token")).await.status, 400);
    // The API host's twin needs no body.
    assert_eq!(api.send("POST", "/sign-out").await.status, 200);
    assert_eq!(api.get("/me").await.status, 401);
}

#[tokio::test]
async fn applications_read_public_things_only() {
    let mut api = Api::start().await;
    api.as_app().await;
    for path in ["/tracks", "/users/okafor-is-no-id", "/me", "/me/tracks"] {
        let status = api.get(path).await.status;
        assert_eq!(
            status,
            if path == "/tracks" {
                200
            } else if path.starts_with("/me") {
                401
            } else {
                404
            },
            "{path}"
        );
    }
    let urn = api.track("Minuet in G").await;
    assert_eq!(api.send("POST", &format!("/likes/tracks/{urn}")).await.status, 401);
    assert_eq!(api.send("POST", "/tracks").await.status, 401);
    assert_eq!(api.created("track_likes"), 0);
}

#[tokio::test]
async fn the_old_endpoints_are_gone_unless_switched_on() {
    let api = Api::start().await;
    let access = api.sandbox.description().soundcloud;
    let form = format!("{}&grant_type=password&username=okafor&password={}", api.client(), access.password);
    assert_eq!(api.anonymous("POST", "/oauth2/token").form(&form).send().await.status, 410);
    api.switch(&json!({"old_oauth": true}));
    let pair = api.anonymous("POST", "/oauth2/token").form(&form).send().await;
    assert_eq!(pair.status, 200, "{}", pair.text());
    let used = format!("{}&grant_type=refresh_token&refresh_token=no", api.client());
    let refused = api.anonymous("POST", "/oauth2/token").form(&used).send().await;
    assert_eq!((refused.status, &refused.json()["error_code"]), (401, &json!("invalid_grant")));
    let body = pair.json();
    assert_eq!((&body["expires_in"], &body["scope"]), (&json!(21_599), &json!("*")));
    assert_eq!(api.anonymous("GET", "/oauth2/token").send().await.status, 405);
    // A token that was asked for so never ends, and needs no other one.
    let forever = format!("{form}&scope=non-expiring");
    let forever = api.anonymous("POST", "/oauth2/token").form(&forever).send().await.json();
    assert_eq!((forever.as_object().unwrap().len(), &forever["scope"]), (2, &json!("non-expiring")));
    api.sandbox.advance(Duration::from_secs(21_600));
    for (token, status) in [(&body, 401), (&forever, 200)] {
        let token = format!("OAuth {}", text(token, "access_token"));
        assert_eq!(api.anonymous("GET", "/me").header("authorization", &token).send().await.status, status);
    }
}

#[tokio::test]
async fn a_code_without_a_challenge_is_good_at_the_old_endpoint_only() {
    let api = Api::start().await;
    api.switch(&json!({"old_oauth": true}));
    let access = api.sandbox.description().soundcloud;
    let asked = format!(
        "client_id={}&redirect_uri={}&response_type=code&scope=non-expiring&state=x",
        access.client_id, "http%3A%2F%2F127.0.0.1%3A8765%2Fcallback"
    );
    let page = api.anonymous("GET", &format!("/connect?{asked}")).send().await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("action=\"/connect\""), "{}", page.text());
    let given = format!("{asked}&decision=approve&username=okafor&password={}", access.password);
    let code = async || {
        let response = api.anonymous("POST", "/connect").form(&given).send().await;
        assert_eq!(response.status, 302, "{}", response.text());
        let location = response.header("location").unwrap().to_owned();
        assert!(location.ends_with("&state=x"), "{location}");
        location.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    };
    assert_eq!(api.exchange(&code().await, VERIFIER).await.status, 400);
    let exchange = format!(
        "{}&grant_type=authorization_code&redirect_uri={}&code={}",
        api.client(),
        "http%3A%2F%2F127.0.0.1%3A8765%2Fcallback",
        code().await
    );
    let token = api.anonymous("POST", "/oauth2/token").form(&exchange).send().await.json();
    assert_eq!(token["scope"], "non-expiring");
    // Nobody gets such a code by asking the present endpoint for it.
    let smuggled = api.auth("GET", &format!("/authorize?{asked}&old=true&auto=approve")).send().await;
    assert!(smuggled.header("location").unwrap().contains("error=invalid_request"));
    for kind in ["token", "code_and_token"] {
        let asked = asked.replace("response_type=code", &format!("response_type={kind}"));
        let refused = api.anonymous("GET", &format!("/connect?{asked}")).send().await;
        assert!(refused.header("location").unwrap().contains("unsupported_response_type"), "{kind}");
    }
}

#[tokio::test]
async fn the_old_endpoint_rations_tokens_too() {
    let api = Api::start().await;
    api.switch(&json!({"old_oauth": true, "client_credentials_per_1h": 2}));
    let form = format!("{}&grant_type=client_credentials", api.client());
    let ask = async |form: &str| api.anonymous("POST", "/oauth2/token").form(form).send().await;
    assert_eq!(ask(&form).await.status, 200);
    // Both endpoints draw from the same ration.
    assert_eq!(api.client_credentials().await.status, 200);
    let refused = ask(&form).await;
    let body = refused.json();
    assert_eq!(
        (refused.status, &body["message"], &body["error_code"]),
        (429, &json!("rate_limit_exceeded"), &json!("rate_limit_exceeded"))
    );
    assert!(text(&body, "link").ends_with("/docs/api/rate-limits#errors"));
    assert_eq!(api.client_credentials().await.status, 429);
    let public = &api.sandbox.soundcloud_accounts().apps[1].client_id;
    assert_eq!(ask(&format!("client_id={public}&grant_type=client_credentials")).await.status, 401);
}
