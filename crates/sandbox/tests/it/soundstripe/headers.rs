//! Headers, errors, the rate: docs/services/soundstripe.md#requests, docs/services/soundstripe.md#errors.

use std::time::Duration;

use serde_json::json;

use super::{Api, refusal};

#[tokio::test]
async fn a_missing_or_unknown_key_is_invalid_token() {
    let api = Api::start().await;
    let accept = |request: crate::wire::Request| request.header("Accept", "application/vnd.api+json");
    for authorization in [None, Some("Token nobody"), Some("Token"), Some("Basic YTpi")] {
        let mut request = accept(api.anonymous("GET", "/tags"));
        if let Some(value) = authorization {
            request = request.header("Authorization", value);
        }
        let response = request.send().await;
        assert_eq!(
            response.json(),
            json!({"errors": [{"detail": "Your API key is invalid.", "code": "invalid_token", "status": 401}]})
        );
        assert_eq!(response.status, 401);
    }
}

#[tokio::test]
async fn callers_in_the_wild_are_tolerated_unless_headers_are_strict() {
    let api = Api::start().await;
    let key = api.sandbox.description().soundstripe.token;
    let seen = [
        (format!("Token {key}"), "application/json"),
        (format!("Bearer {key}"), "*/*"),
        (format!("token token=\"{key}\""), "application/vnd.api+json; charset=utf-8"),
    ];
    for (authorization, accept) in &seen {
        let request = api.anonymous("GET", "/tags").header("Authorization", authorization);
        assert_eq!(request.header("Accept", accept).send().await.status, 200);
    }
    api.switch("strict_headers", true);
    for (place, (authorization, accept)) in seen.iter().enumerate() {
        let request = api.anonymous("GET", "/tags").header("Authorization", authorization);
        let expected = if place == 0 { 406 } else { 401 };
        assert_eq!(request.header("Accept", accept).send().await.status, expected, "{authorization}");
    }
    assert_eq!(api.get("/tags").await.status, 200);
    let without_content_type = api
        .anonymous("GET", "/tags")
        .header("Authorization", &format!("Token {key}"))
        .header("Accept", "application/vnd.api+json");
    assert_eq!(without_content_type.send().await.status, 415);
}

#[tokio::test]
async fn media_types_that_nobody_documents_are_refused() {
    let api = Api::start().await;
    let key = format!("Token {}", api.sandbox.description().soundstripe.token);
    let html = api.anonymous("GET", "/tags").header("Authorization", &key).header("Accept", "text/html");
    assert_eq!(refusal(&html.send().await).0, 406);
    let form = api.anonymous("POST", "/songs/1001/digital_usages").header("Authorization", &key);
    assert_eq!(refusal(&form.form("a=b").send().await).0, 415);
}

#[tokio::test]
async fn the_order_of_checks() {
    let mut api = Api::start().await;
    // Route before key.
    assert_eq!(refusal(&api.anonymous("GET", "/artists").send().await).0, 404);
    assert_eq!(refusal(&api.anonymous("PUT", "/songs").send().await).0, 404);
    // Right before Accept; sound effects need one of their own.
    api.account = 2;
    for path in ["/sound_effects", "/sound_effects/501", "/categories", "/categories/10"] {
        assert_eq!(refusal(&api.get(path).await).0, 403, "{path}");
    }
    assert_eq!(refusal(&api.get("/supe/search/srch_1").await).0, 403);
    assert_eq!(api.get("/songs/1001").await.status, 200);
}

#[tokio::test]
async fn the_twenty_sixth_request_within_a_second() {
    let api = Api::start().await;
    api.switch("rate_limit", 25);
    for _ in 0..25 {
        assert_eq!(api.get("/tags").await.status, 200);
    }
    let response = api.get("/tags").await;
    assert_eq!(refusal(&response).0, 429);
    assert_eq!(response.json()["errors"][0]["code"], "rate_limited");
    assert_eq!(response.header("retry-after"), Some("1"));
    // Refused requests do not count; the window slides by the sandbox's clock.
    api.sandbox.advance(Duration::from_secs(1));
    for _ in 0..25 {
        assert_eq!(api.get("/tags").await.status, 200);
    }
    api.switch("rate_limit_retry_after", false);
    assert_eq!(api.get("/tags").await.header("retry-after"), None);
    // Each key for itself.
    let other = Api { account: 1, ..api };
    assert_eq!(other.get("/tags").await.status, 200);
}
