//! The shapes of refusals, and what switches do to them: docs/services/soundcloud.md#rate-limits, docs/services/soundcloud.md#errors.

use std::time::Duration;

use serde_json::json;

use super::{Api, text};

#[tokio::test]
async fn every_shape_of_an_error_can_be_had() {
    let api = Api::start().await;
    let lost = "/tracks/soundcloud:tracks:1";
    let full = api.get(lost).await;
    assert_eq!(full.header("content-type"), Some("application/json"));
    assert_eq!(
        full.json(),
        json!({
            "code": 404, "message": "404 - Not Found", "status": "404 - Not Found", "error": null,
            "link": "https://developers.soundcloud.com/docs/api/explorer/open-api",
            "errors": [{"error_message": "404 - Not Found"}],
        })
    );
    for (shape, body) in [
        (
            "short_object",
            r#"{"code":404,"link":"https://developers.soundcloud.com/docs/api/explorer/open-api","message":"404 - Not Found"}"#,
        ),
        ("errors", r#"{"errors":[{"error_message":"404 - Not Found"}]}"#),
        ("error_texts", r#"{"errors":["404 - Not Found"]}"#),
        ("error", r#"{"error":"404 - Not Found"}"#),
        ("empty", ""),
        ("text", "404 - Not Found"),
        (
            "xml",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<errors><error>404 - Not Found</error></errors>\n",
        ),
    ] {
        api.switch(&json!({"error_shape": shape}));
        assert_eq!(api.get(lost).await.summary(), (404, body), "{shape}");
    }
    api.switch(&json!({"error_shape": "html"}));
    let page = api.get(lost).await;
    assert!(page.text().contains("<TITLE>ERROR: The request could not be satisfied</TITLE>"));
    assert!(page.text().contains("Request ID: "));
}

#[tokio::test]
async fn a_401_tells_little() {
    let api = Api::start().await;
    for header in ["OAuth nope", "nope", "Token x"] {
        let response = api.anonymous("GET", "/me").header("Authorization", header).send().await;
        let body = response.json();
        assert_eq!(
            (response.status, &body["message"], &body["errors"]),
            (401, &json!(""), &json!([])),
            "{header}"
        );
    }
    let request = api.anonymous("GET", "/me").header("Authorization", &format!("beARer {}", api.token));
    assert_eq!(request.send().await.status, 200);
    api.switch(&json!({"unauthorized_body": "newline"}));
    let bare = api.anonymous("GET", "/me").header("Authorization", "OAuth nope").send().await;
    assert_eq!((bare.summary(), bare.header("content-type")), ((401, "\n"), Some("text/plain")));
    assert_eq!(api.anonymous("GET", &format!("/me?oauth_token={}", api.token)).send().await.status, 401);
}

#[tokio::test]
async fn every_body_of_a_429_can_be_had() {
    let api = Api::start().await;
    let urn = api.track("Ah ! vous dirai-je").await;
    api.switch(&json!({"plays_per_24h": 1}));
    let play = || api.get_path(format!("/tracks/{urn}/stream"));
    assert_eq!(play().await.status, 302);
    let refused = play().await;
    assert_eq!(
        (refused.status, refused.json()),
        (
            429,
            json!({"errors": [{"meta": {
                "rate_limit": {"group": "plays", "max_nr_of_requests": 1, "time_window": "PT24H"},
                "remaining_requests": 0, "reset_time": "2030/03/18 17:46:40 +0000",
            }}]})
        )
    );
    for (shape, part) in [
        ("code", "\"error_code\":\"rate_limit_exceeded\""),
        ("spam", "\"spam_warning_urn\":\"soundcloud:spam-warnings:"),
        ("gateway", "{\n  \"error\": \"Rate Limit Exceeded\"\n}\n"),
        ("edge", "Please slow down."),
    ] {
        api.switch(&json!({"rate_limit_shape": shape}));
        let refused = play().await;
        assert!(refused.status == 429 && refused.text().contains(part), "{shape}: {}", refused.text());
    }
    api.sandbox.advance(Duration::from_secs(86_400));
    assert_eq!(play().await.status, 401, "the token has ended meanwhile");
}

impl Api {
    async fn get_path(&self, path: String) -> crate::wire::Response {
        self.get(&path).await
    }
}

#[tokio::test]
async fn limits_on_actions_gateway_and_edge() {
    let api = Api::start().await;
    let urn = api.track("Minuet in G").await;
    api.switch(&json!({"actions": {"calls": 2, "window_s": 60}}));
    for status in [200, 200, 429] {
        let response = api.send("POST", &format!("/likes/tracks/{urn}")).await;
        assert_eq!(response.status, status);
        if status == 429 {
            assert!(text(&response.json(), "spam_warning_urn").starts_with("soundcloud:spam-warnings:"));
        }
    }
    let count = api.sandbox.effects().of("soundcloud", "track_likes");
    assert_eq!((count.created, count.changed), (1, 0), "liking twice is one like");
    api.sandbox.advance(Duration::from_secs(60));
    assert_eq!(api.send("POST", &format!("/likes/tracks/{urn}")).await.status, 200);
    api.switch(&json!({"gateway": {"calls": 0, "window_s": 1}}));
    assert_eq!(api.get("/me").await.summary(), (429, "{\n  \"error\": \"Rate Limit Exceeded\"\n}\n"));
    api.switch(&json!({"edge": {"calls": 0, "window_s": 1}}));
    assert_eq!(api.get("/me").await.summary(), (429, "Please slow down."));
}

#[tokio::test]
async fn follows_are_capped_and_not_of_oneself() {
    let api = Api::start().await;
    assert_eq!(api.send("PUT", "/me/followings/5512").await.status, 422);
    api.switch(&json!({"follow_cap": 1}));
    let refused = api.send("PUT", "/me/followings/5547").await;
    assert_eq!(refused.status, 422);
    assert!(text(&refused.json(), "message").contains("maximum"));
    assert_eq!(api.send("PUT", "/me/followings/5530").await.status, 200, "already followed");
    assert_eq!(api.send("DELETE", "/me/followings/5547").await.status, 404);
}

#[tokio::test]
async fn odd_members_and_old_numbers() {
    let api = Api::start().await;
    let urn = api.track("Minuet in G").await;
    let path = format!("/tracks/{urn}");
    assert_eq!(api.get(&path).await.json().get("id"), None);
    api.switch(&json!({"legacy_ids": true, "uri_form": "number"}));
    let track = api.get(&path).await.json();
    let number = urn.rsplit(':').next().expect("a number");
    assert_eq!((track["id"].to_string().as_str(), &track["state"]), (number, &json!("finished")));
    assert!(text(&track, "uri").ends_with(&format!("/tracks/{number}")));
    api.switch(&json!({"members": "null"}));
    let track = api.get(&path).await.json();
    assert!(track["title"].is_null() && track["urn"] == urn.as_str());
    api.switch(&json!({"members": "missing"}));
    assert_eq!(api.get(&path).await.json().as_object().expect("an object").len(), 3);
    api.switch(&json!({"members": "unknown_enums"}));
    assert_eq!(api.get(&path).await.json()["access"], "something-new");
    api.switch(&json!({"members": "none", "strict": true}));
    assert_eq!(api.get(&format!("/tracks/{number}")).await.status, 400);
    // Each operation takes its own parameters and those of paging.
    for (path, status) in [
        ("/tracks?colour=red", 400),
        ("/tracks?sort=asc", 400),
        ("/me/playlists?access=playable", 400),
        (
            "/users/soundcloud:users:5530/tracks?sort=asc&access=playable&limit=1&linked_partitioning=true",
            200,
        ),
        ("/tracks?bpm%5Bfrom%5D=1&created_at[to]=2040-01-01+00:00:00&urns=soundcloud:tracks:1", 200),
        ("/me/playlists?show_tracks=false&cursor=9999-12-31T23:59:59.000Z,playlists,99999999999", 200),
    ] {
        assert_eq!(api.get(path).await.status, status, "{path}");
    }
    assert_eq!(api.get(&path).await.status, 200);
}
