//! A write that leaves everything as it was is no effect.

use serde_json::json;

use super::{Api, text};

#[tokio::test]
async fn a_thing_that_is_written_twice_changes_once() {
    let api = Api::start().await;
    let track = api.track("Minuet in G").await;
    let list = api.send_json("POST", "/playlists", &json!({"playlist": {"title": "Warm-ups"}})).await;
    let list = text(&list.json(), "urn");
    let card = |title: &str| json!({"title": title, "type": "cd", "link": "https://a.example"});
    let storefront = format!("/tracks/{track}/storefront");
    for (kind, path, body, count) in [
        ("tracks", format!("/tracks/{track}"), json!({"track": {"title": "Minuet"}}), (0, 1)),
        ("playlists", format!("/playlists/{list}"), json!({"playlist": {"title": "Scales"}}), (1, 1)),
        (
            "playlists",
            format!("/playlists/{list}"),
            json!({"playlist": {"tracks": [{"urn": track}]}}),
            (1, 2),
        ),
        ("storefronts", storefront.clone(), card("x"), (1, 0)),
        ("storefronts", storefront, card("y"), (1, 1)),
    ] {
        for _ in 0..2 {
            let response = api.send_json("PUT", &path, &body).await;
            assert_eq!(response.status, 200, "{path}: {}", response.text());
            let effects = api.sandbox.effects().of("soundcloud", kind);
            assert_eq!((effects.created, effects.changed), count, "{path} {body}");
            // When a thing was written last is no part of what it is.
            api.sandbox.advance(std::time::Duration::from_secs(60));
        }
    }
}

#[tokio::test]
async fn who_follows_twice_is_one_follower() {
    let api = Api::start().await;
    let me = api.get("/me").await.json()["urn"].clone();
    let users = api.get("/users?q=a").await.json();
    let others = users["collection"].as_array().or(users.as_array()).expect("users");
    let followed = api.get("/me/followings").await.json().to_string();
    let other = others
        .iter()
        .map(|user| &user["urn"])
        .find(|urn| **urn != me && !followed.contains(urn.as_str().unwrap()));
    let path = format!("/me/followings/{}", other.expect("somebody to follow").as_str().unwrap());
    for status in [201, 200] {
        assert_eq!(api.send("PUT", &path).await.status, status);
        let effects = api.sandbox.effects().of("soundcloud", "follows");
        assert_eq!((effects.created, effects.changed), (1, 0));
    }
}
