//! Playlists: docs/services/soundcloud.md#playlists.

use serde_json::json;

use super::{Api, MULTIPART, multipart, text, titles};

#[tokio::test]
async fn a_change_replaces_the_whole_list_and_keeps_its_order() {
    let api = Api::start().await;
    let (minuet, ode) = (api.track("Minuet in G").await, api.track("Ode to Joy").await);
    let home = api.track("Only at Home").await;
    let body = json!({"playlist": {"title": "Mix", "sharing": "private", "set_type": "album", "tracks": [{"urn": ode}, {"urn": minuet}]}});
    let made = api.send_json("POST", "/playlists", &body).await;
    let list = made.json();
    assert_eq!(
        (made.status, &list["sharing"], &list["playlist_type"]),
        (201, &json!("private"), &json!("album"))
    );
    assert_eq!(titles(&list["tracks"]), ["Ode to Joy", "Minuet in G"]);
    let path = format!("/playlists/{}", text(&list, "urn"));
    let change = json!({"playlist": {"tracks": [{"urn": minuet}, {"urn": home}, {"urn": ode}]}});
    let changed = api.send_json("PUT", &path, &change).await.json();
    assert_eq!((&changed["track_count"], &changed["title"]), (&json!(3), &json!("Mix")));
    assert_eq!(titles(&changed["tracks"]), ["Minuet in G", "Only at Home", "Ode to Joy"]);
    let kept = api.send_json("PUT", &path, &json!({"playlist": {"title": "Mix 2"}})).await.json();
    assert_eq!(kept["track_count"], 3);
    let number: u64 = minuet.rsplit(':').next().and_then(|number| number.parse().ok()).expect("a number");
    let old = json!({"playlist": {"tracks": [{"id": number}]}});
    assert_eq!(api.send_json("PUT", &path, &old).await.json()["track_count"], 1);
    api.switch(&json!({"strict": true}));
    assert_eq!(api.send_json("PUT", &path, &old).await.status, 422);
}

#[tokio::test]
async fn a_playlist_holds_500_tracks_that_exist() {
    let mut api = Api::start().await;
    let minuet = api.track("Minuet in G").await;
    let many =
        |count: usize| json!({"playlist": {"title": "Many", "tracks": vec![json!({"urn": minuet}); count]}});
    assert_eq!(api.send_json("POST", "/playlists", &many(500)).await.json()["track_count"], 500);
    assert_eq!(api.send_json("POST", "/playlists", &many(501)).await.status, 422);
    for tracks in [json!([{"urn": "soundcloud:tracks:1"}]), json!([{"title": "x"}]), json!("x")] {
        let body = json!({"playlist": {"title": "Bad", "tracks": tracks}});
        assert_eq!(api.send_json("POST", "/playlists", &body).await.status, 422, "{body}");
    }
    let broken =
        api.request("POST", "/playlists").header("Content-Type", "application/json").body("{").send().await;
    assert_eq!(
        (broken.status, &broken.json()["message"]),
        (422, &json!("Could not parse JSON request body."))
    );
    assert_eq!(api.created("playlists"), 1);
    let mine = api.playlist("Many").await;
    api.log_in("reis").await;
    for method in ["PUT", "DELETE"] {
        assert_eq!(api.send_json(method, &format!("/playlists/{mine}"), &many(1)).await.status, 404);
    }
}

#[tokio::test]
async fn forms_take_artwork_and_json_does_not() {
    let api = Api::start().await;
    let (minuet, ode) = (api.track("Minuet in G").await, api.track("Ode to Joy").await);
    let body = multipart(
        &[("playlist[title]", "Drawn"), ("playlist[tracks][][urn]", &format!("{minuet},{ode}"))],
        &[("playlist[artwork_data]", "a.gif", "image/gif", b"GIF89a-picture")],
    );
    let made = api.request("POST", "/playlists").header("Content-Type", MULTIPART).body(body).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.json()["artwork_url"].is_string());
    assert_eq!(made.json()["track_count"], 2);
    let body = json!({"playlist": {"title": "Plain", "artwork_data": "GIF89a"}});
    assert!(api.send_json("POST", "/playlists", &body).await.json()["artwork_url"].is_null());
}
