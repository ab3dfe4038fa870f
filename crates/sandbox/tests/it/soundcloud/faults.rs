//! Faults for the next so many requests, by switches that stand for these alone.

use std::time::Duration;

use segno_sandbox::{Fault, FaultKind, Host};
use serde_json::{Value, json};

use super::{Api, MULTIPART, VERIFIER, multipart, text, wav};
use crate::wire::Response;

impl Api {
    fn fault(&self, path: &str, times: u32, switches: &Value) {
        let host = if path.starts_with("/oauth") { Host::SOUNDCLOUD_AUTH } else { Host::SOUNDCLOUD };
        self.sandbox.fault(Fault::switches(host, switches).expect("a fault").path(path).times(times));
    }
}

async fn upload(api: &Api) -> Response {
    let body = multipart(
        &[("track[title]", "Low Tide")],
        &[("track[asset_data]", "low-tide.wav", "audio/wav", &wav())],
    );
    api.request("POST", "/tracks").header("Content-Type", MULTIPART).body(body).send().await
}

#[tokio::test]
async fn lists_are_wrong_for_the_next_requests_only() {
    let api = Api::start().await;
    let path = "/me/tracks?linked_partitioning=true&limit=1";
    let right = api.get(path).await.json();
    api.fault("/me/tracks", 2, &json!({"pages": "repeated"}));
    // Requests to other paths meet nothing.
    assert_eq!(api.get("/me").await.status, 200);
    for _ in 0..2 {
        let page = api.get(path).await.json();
        assert_eq!(page["collection"], right["collection"]);
        assert!(text(&page, "next_href").ends_with("/me/tracks?linked_partitioning=true&limit=1"), "{page}");
    }
    assert_eq!(api.get(path).await.json(), right);
    api.fault("/me/tracks", 1, &json!({"pages": "empty_first"}));
    let page = api.get(path).await.json();
    assert_eq!((&page["collection"], page["next_href"].is_string()), (&json!([]), true));
    api.fault("/me/tracks", 1, &json!({"pages": "foreign_host"}));
    assert!(text(&api.get(path).await.json(), "next_href").starts_with("http://api-internal.invalid/"));
    api.fault("/me/likes", 1, &json!({"pages": "dropped_access"}));
    let likes = "/me/likes/tracks?linked_partitioning=true&limit=1&access=playable,preview";
    assert!(!text(&api.get(likes).await.json(), "next_href").contains("access"));
    assert!(text(&api.get(likes).await.json(), "next_href").contains("access"));
    assert_eq!(api.sandbox.unused_faults(), []);
}

#[tokio::test]
async fn every_body_of_a_429_comes_on_any_path() {
    let api = Api::start().await;
    let refuse = json!({"calls": 0, "window_s": 60});
    for (shape, part) in [
        ("meta", "\"reset_time\":\"2030/03/17 17:47:40 +0000\""),
        ("code", "\"error_code\":\"rate_limit_exceeded\""),
        ("spam", "\"spam_warning_urn\":\"soundcloud:spam-warnings:"),
        ("gateway", "{\n  \"error\": \"Rate Limit Exceeded\"\n}\n"),
        ("edge", "Please slow down."),
    ] {
        api.fault("/me", 1, &json!({"edge": refuse, "rate_limit_shape": shape}));
        let refused = api.get("/me").await;
        assert!(refused.status == 429 && refused.text().contains(part), "{shape}: {}", refused.text());
        assert_eq!(api.get("/me").await.status, 200, "{shape}");
    }
}

#[tokio::test]
async fn other_refusals_take_their_form_from_a_fault() {
    let api = Api::start().await;
    let lost = "/tracks/soundcloud:tracks:1";
    for (shape, body) in [
        ("errors", r#"{"errors":[{"error_message":"404 - Not Found"}]}"#),
        ("error", r#"{"error":"404 - Not Found"}"#),
        ("empty", ""),
    ] {
        api.fault("/tracks/", 1, &json!({"error_shape": shape}));
        assert_eq!(api.get(lost).await.summary(), (404, body), "{shape}");
    }
    assert_eq!(api.get(lost).await.json()["code"], 404);
    api.fault("/tracks", 1, &json!({"email_confirmed": false, "unauthorized_body": "newline"}));
    let refused = upload(&api).await;
    assert_eq!((refused.summary(), refused.header("content-type")), ((401, "\n"), Some("text/plain")));
    assert_eq!(upload(&api).await.status, 201);
}

#[tokio::test]
async fn a_refresh_can_fail_once_without_spending_the_token() {
    let api = Api::start().await;
    let pair = api.exchange(&api.code("&auto=approve").await, VERIFIER).await.json();
    let token = text(&pair, "refresh_token");
    api.fault("/oauth/token", 1, &json!({"refresh": "invalid_grant"}));
    assert_eq!(api.refresh(&token).await.summary(), (400, r#"{"error":"invalid_grant"}"#));
    assert_eq!(api.refresh(&token).await.status, 200);
}

#[tokio::test]
async fn each_upload_has_its_own_delay_and_outcome() {
    let api = Api::start().await;
    api.switch(&json!({"legacy_ids": true}));
    api.fault(
        "/tracks",
        1,
        &json!({"processing": "failed", "processing_delay_s": 20, "created_status": "200"}),
    );
    api.fault("/tracks", 1, &json!({"processing_delay_s": 10}));
    let (first, second, third) = (upload(&api).await, upload(&api).await, upload(&api).await);
    assert_eq!([first.status, second.status, third.status], [200, 201, 201]);
    let tracks = [first, second, third].map(|made| format!("/tracks/{}", text(&made.json(), "urn")));
    for (advance, states) in [
        (0, ["processing", "processing", "finished"]),
        (10, ["processing", "finished", "finished"]),
        (10, ["failed", "finished", "finished"]),
    ] {
        api.sandbox.advance(Duration::from_secs(advance));
        for (track, state) in tracks.iter().zip(states) {
            // `state` is a member of old replies only.
            assert_eq!(api.get(track).await.json()["state"], state, "{track} after {advance}");
        }
    }
}

#[tokio::test]
async fn members_and_links_are_odd_once() {
    let api = Api::start().await;
    let path = format!("/tracks/{}", api.track("Minuet in G").await);
    let right = api.get(&path).await.json();
    for (switches, member, odd) in [
        (json!({"members": "null"}), "title", Value::Null),
        (json!({"members": "unknown_enums"}), "access", json!("something-new")),
    ] {
        api.fault("/tracks/", 1, &switches);
        assert_eq!(api.get(&path).await.json()[member], odd, "{switches}");
        assert_eq!(api.get(&path).await.json(), right);
    }
    api.fault("/tracks/", 1, &json!({"uri_form": "number"}));
    let number = path.rsplit(':').next().expect("a number");
    assert!(text(&api.get(&path).await.json(), "uri").ends_with(&format!("/tracks/{number}")));
    api.fault(&format!("{path}/preview"), 1, &json!({"expired_streams": true}));
    for status in [403, 200] {
        let place = api.get(&format!("{path}/preview")).await;
        let place = place.header("location").expect("a location").to_owned();
        assert_eq!(crate::wire::Request::new("GET", &place).send().await.status, status);
    }
}

#[tokio::test]
async fn a_comment_can_be_odd_too() {
    let api = Api::start().await;
    let path = format!("/tracks/{}/comments", api.track("Minuet in G").await);
    api.fault("/tracks/", 1, &json!({"members": "missing"}));
    let comment = &api.get(&path).await.json()["collection"][0];
    let members: Vec<&String> = comment.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["body", "kind", "urn"]);
}

#[tokio::test]
async fn pages_can_be_empty_for_long_and_short() {
    let api = Api::start().await;
    let base = api.sandbox.description().soundcloud.base_url;
    let path = "/me/tracks?linked_partitioning=true&limit=2&access=playable";
    let right = api.get(path).await.json();
    api.fault("/me/tracks", 12, &json!({"pages": "empty"}));
    let (mut next, mut seen) = (path.to_owned(), Vec::new());
    for _ in 0..12 {
        let page = api.get(&next).await.json();
        assert_eq!(page["collection"], json!([]));
        next = format!("/{}", text(&page, "next_href").strip_prefix(&base).expect("a link on this base"));
        assert!(!seen.contains(&next), "{next}");
        seen.push(next.clone());
    }
    assert_eq!(api.get(&next).await.json(), right);
    api.fault("/me/tracks", 1, &json!({"pages": "short"}));
    let short = api.get(path).await.json();
    assert_eq!(short["collection"].as_array().map(Vec::len), Some(1));
    let next = text(&short, "next_href");
    let rest = api.get(&next[base.len() - 1..]).await.json();
    assert_eq!(rest["collection"][0], right["collection"][1]);
}

#[tokio::test]
async fn pages_in_html_come_from_the_edge() {
    let api = Api::start().await;
    for status in [403, 502, 503, 504] {
        for path in ["/oauth/token", "/me"] {
            let host = if path == "/me" { Host::SOUNDCLOUD } else { Host::SOUNDCLOUD_AUTH };
            api.sandbox.fault(Fault::new(FaultKind::html(status)).on(host));
            let response = if path == "/me" { api.get(path).await } else { api.refresh("x").await };
            assert_eq!((response.status, response.header("content-type")), (status, Some("text/html")));
            let page = response.text();
            assert!(page.contains("<TITLE>ERROR: The request could not be satisfied</TITLE>"), "{page}");
            assert!(page.contains("cloudfront") && page.contains("Request ID: "), "{page}");
        }
    }
}
