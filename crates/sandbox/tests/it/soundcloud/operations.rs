//! Each of the 64 operations of the OpenAPI document, once as it should go.

use serde_json::{Value, json};

use super::{Api, MULTIPART, multipart, text, wav};

const USER: &str = "soundcloud:users:5530";

#[tokio::test]
async fn every_operation_responds_with_its_status_and_shape() {
    let mut api = Api::start().await;
    let (mine, theirs) = (api.track("Minuet in G").await, api.track("Ah ! vous dirai-je").await);
    let list = api.playlist("Coast Walks").await;
    let objects = |body: &Value| body["collection"].is_array();
    let array = |body: &Value| body.is_array();
    let kind = |kind: &'static str| move |body: &Value| body["kind"] == kind;
    type Check<'a> = Box<dyn Fn(&Value) -> bool + 'a>;
    let rows: Vec<(&str, String, u16, Check<'_>)> = vec![
        ("GET", "/me".into(), 200, Box::new(kind("user"))),
        ("GET", "/me/activities".into(), 200, Box::new(objects)),
        ("GET", "/me/activities/all/own".into(), 200, Box::new(objects)),
        ("GET", "/me/activities/tracks".into(), 200, Box::new(objects)),
        ("GET", "/me/feed".into(), 200, Box::new(objects)),
        ("GET", "/me/feed/tracks".into(), 200, Box::new(objects)),
        ("GET", "/me/recently-played/tracks".into(), 200, Box::new(array)),
        ("GET", "/me/likes/tracks?linked_partitioning=1".into(), 200, Box::new(objects)),
        ("GET", "/me/likes/playlists".into(), 200, Box::new(array)),
        ("GET", "/me/followings".into(), 200, Box::new(objects)),
        ("GET", "/me/followings/tracks?linked_partitioning=true".into(), 200, Box::new(array)),
        ("GET", format!("/me/followings/{USER}"), 200, Box::new(kind("user"))),
        ("PUT", "/me/followings/5547".into(), 201, Box::new(kind("user"))),
        (
            "PUT",
            "/me/followings/5547".into(),
            200,
            Box::new(|body| *body == json!({"status": "200 - Successful"})),
        ),
        (
            "DELETE",
            "/me/followings/5547".into(),
            200,
            Box::new(|body| *body == json!({"status": "Status(200) - OK"})),
        ),
        ("GET", "/me/followers".into(), 200, Box::new(objects)),
        ("GET", format!("/me/followers/{USER}"), 200, Box::new(kind("user"))),
        ("GET", "/me/playlists".into(), 200, Box::new(array)),
        ("GET", "/me/tracks".into(), 200, Box::new(array)),
        ("GET", "/me/reposts/tracks".into(), 200, Box::new(array)),
        ("GET", "/me/reposts/playlists".into(), 200, Box::new(array)),
        ("GET", "/tracks?q=minuet".into(), 200, Box::new(array)),
        ("GET", "/playlists".into(), 200, Box::new(array)),
        ("GET", "/users?q=reis".into(), 200, Box::new(objects)),
        ("GET", format!("/playlists/{list}"), 200, Box::new(kind("playlist"))),
        ("GET", format!("/playlists/{list}/tracks"), 200, Box::new(array)),
        ("GET", format!("/playlists/{list}/reposters"), 200, Box::new(objects)),
        ("GET", format!("/tracks/{}", theirs.replace(':', "%3A")), 200, Box::new(kind("track"))),
        ("GET", format!("/tracks/{theirs}/preview"), 302, Box::new(|body| body["status"] == "302 - Found")),
        (
            "GET",
            format!("/tracks/{theirs}/streams"),
            200,
            Box::new(|body| body["hls_aac_160_url"].is_string()),
        ),
        ("GET", format!("/tracks/{theirs}/comments"), 200, Box::new(objects)),
        ("POST", format!("/tracks/{theirs}/comments"), 201, Box::new(kind("comment"))),
        ("GET", format!("/tracks/{theirs}/favoriters"), 200, Box::new(objects)),
        ("GET", format!("/tracks/{theirs}/reposters"), 200, Box::new(objects)),
        ("GET", format!("/tracks/{theirs}/related"), 200, Box::new(array)),
        (
            "GET",
            "/resolve?url=https://soundcloud.com/reis".into(),
            302,
            Box::new(|body| body["location"].is_string()),
        ),
        ("GET", format!("/users/{USER}"), 200, Box::new(kind("user"))),
        ("GET", format!("/users/{USER}/related"), 200, Box::new(objects)),
        ("GET", format!("/users/{USER}/favorites"), 200, Box::new(array)),
        ("GET", format!("/users/{USER}/followers"), 200, Box::new(objects)),
        ("GET", format!("/users/{USER}/followings"), 200, Box::new(objects)),
        ("GET", format!("/users/{USER}/followings/5512"), 200, Box::new(kind("user"))),
        ("GET", format!("/users/{USER}/playlists"), 200, Box::new(array)),
        ("GET", format!("/users/{USER}/tracks"), 200, Box::new(array)),
        ("GET", "/users/5512/web-profiles".into(), 200, Box::new(|body| body[0]["kind"] == "web-profile")),
        ("GET", format!("/users/{USER}/likes/tracks"), 200, Box::new(array)),
        ("GET", format!("/users/{USER}/likes/playlists"), 200, Box::new(array)),
        ("GET", format!("/users/{USER}/reposts/tracks"), 200, Box::new(array)),
        ("GET", format!("/users/{USER}/reposts/playlists"), 200, Box::new(array)),
        (
            "POST",
            format!("/likes/tracks/{mine}"),
            200,
            Box::new(|body| *body == json!({"status": "200 - OK"})),
        ),
        (
            "DELETE",
            format!("/likes/tracks/{mine}"),
            200,
            Box::new(|body| *body == json!({"status": "200 - OK"})),
        ),
        (
            "DELETE",
            format!("/likes/playlists/{list}"),
            200,
            Box::new(|body| *body == json!({"status": "200 - OK"})),
        ),
        (
            "POST",
            format!("/likes/playlists/{list}"),
            200,
            Box::new(|body| *body == json!({"status": "200 - OK"})),
        ),
        ("POST", format!("/reposts/tracks/{theirs}"), 201, Box::new(Value::is_null)),
        ("DELETE", format!("/reposts/tracks/{theirs}"), 200, Box::new(Value::is_null)),
        ("DELETE", format!("/reposts/playlists/{list}"), 200, Box::new(Value::is_null)),
        ("POST", format!("/reposts/playlists/{list}"), 201, Box::new(Value::is_null)),
    ];
    let mut seen = rows.len();
    for (method, path, status, fits) in rows {
        let mut request = api.request(method, &path);
        if path.ends_with("/comments") && method == "POST" {
            request = request.json(&json!({"comment": {"body": "nice break here", "timestamp": 42_000}}));
        }
        let response = request.send().await;
        assert_eq!(response.status, status, "{method} {path}: {}", response.text());
        let body = if response.body.is_empty() { Value::Null } else { response.json() };
        assert!(fits(&body), "{method} {path}: {body}");
        if !response.body.is_empty() {
            assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"), "{path}");
        }
        if method == "GET" && status == 200 {
            let anonymous = api.anonymous(method, &path).send().await;
            let message = text(&anonymous.json(), "message");
            assert!(
                anonymous.status == 401 && message.contains("must contain the Authorization header"),
                "{path}"
            );
        }
    }
    // One operation stands there twice; the writes with bodies follow: upload, change and delete of a track, storefront, and the same
    // three of a playlist; sign-out comes last.
    seen -= 1;
    let body = multipart(
        &[("track[title]", "Harbour"), ("track[sharing]", "private")],
        &[("track[asset_data]", "harbour.wav", "audio/wav", &wav())],
    );
    let made = api.request("POST", "/tracks").header("Content-Type", MULTIPART).body(body).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    let urn = text(&made.json(), "urn");
    assert_eq!(made.header("location"), made.json()["uri"].as_str());
    let path = format!("/tracks/{urn}");
    assert_eq!(
        api.send_json("PUT", &path, &json!({"track": {"title": "Harbour II"}})).await.json()["title"],
        "Harbour II"
    );
    let card = json!({"title": "Get the tape", "type": "cassette", "link": "https://shop.example/tape", "price": "12 EUR"});
    let shown = api.send_json("PUT", &format!("{path}/storefront"), &card).await;
    assert_eq!((shown.status, &shown.json()["track_urn"]), (200, &json!(urn)));
    assert_eq!(api.send("DELETE", &path).await.status, 200);
    assert_eq!(api.get(&path).await.status, 404);
    let made = api
        .send_json("POST", "/playlists", &json!({"playlist": {"title": "New", "tracks": [{"urn": mine}]}}))
        .await;
    assert_eq!((made.status, &made.json()["track_count"]), (201, &json!(1)));
    let path = format!("/playlists/{}", text(&made.json(), "urn"));
    assert_eq!(
        api.send_json("PUT", &path, &json!({"playlist": {"title": "Newer"}})).await.json()["title"],
        "Newer"
    );
    assert_eq!(api.send("DELETE", &path).await.status, 200);
    assert_eq!(api.send("POST", "/sign-out").await.status, 200);
    assert_eq!(seen + 8, 64);
    api.log_in("reis").await;
    assert_eq!(api.get("/me").await.json()["permalink"], "reis");
}

#[tokio::test]
async fn wrong_methods_and_paths() {
    let api = Api::start().await;
    let urn = api.track("Minuet in G").await;
    // Methods that these paths do not have, and paths that lead nowhere.
    for method in ["POST", "PATCH"] {
        let response = api.send(method, &format!("/tracks/{urn}/storefront")).await;
        assert_eq!((response.status, response.header("allow")), (405, Some("PUT")));
    }
    assert_eq!(api.send("PUT", &format!("/tracks/{urn}/stream")).await.status, 405);
    assert_eq!(api.send("PUT", &format!("/me/tracks/{urn}")).await.status, 405);
    assert_eq!(api.get(&format!("/me/tracks/{urn}")).await.status, 404);
    for path in ["/me/connections", "/tracks/soundcloud:users:5512", "/users/x", "/"] {
        assert_eq!(api.get(path).await.status, 404, "{path}");
    }
    assert_eq!(
        api.send_json("POST", "/me/playlists", &json!({"playlist": {"title": "Alias"}})).await.status,
        201
    );
    let comments = api.get(&format!("/tracks/{urn}/comments")).await.json();
    let id = text(&comments["collection"][0], "urn");
    assert_eq!(api.get(&format!("/comments/{id}")).await.json()["kind"], "comment");
}
