//! Which members things have (docs/services/soundcloud.md#what-a-thing-looks-like), and which content type responses have.

use serde_json::{Value, json};

use super::Api;

/// The members of the OpenAPI document, without those that only old replies or examples have.
const USER: &str = "avatar_url city country description discogs_name first_name followers_count followings_count \
    full_name urn kind created_at last_modified last_name permalink permalink_url plan playlist_count \
    public_favorites_count reposts_count track_count uri username website website_title subscriptions";
const ME: &str = "comments_count likes_count locale online primary_email_confirmed private_playlists_count \
    private_tracks_count quota upload_seconds_left";
const TRACK: &str = "kind title artwork_url bpm comment_count commentable created_at description download_count \
    downloadable duration embeddable_by favoritings_count genre urn isrc key_signature label_name license \
    metadata_artist permalink_url playback_count purchase_title purchase_url release release_day release_month \
    release_year sharing stream_url streamable tag_list uri user user_favorite user_playback_count waveform_url \
    available_country_codes access download_url reposts_count reveal_stats reveal_comments secret_uri";
const PLAYLIST: &str = "title urn kind artwork_url created_at description downloadable duration ean embeddable_by \
    genre label_id label_name last_modified license permalink permalink_url playlist_type purchase_title \
    purchase_url release release_day release_month release_year sharing streamable tag_list track_count tracks \
    type uri user user_urn likes_count label tracks_uri tags";
const COMMENT: &str = "body created_at urn kind user_urn timestamp track_urn uri user";
const COMMENT_USER: &str = "urn kind permalink username last_modified uri permalink_url avatar_url \
    followers_count followings_count reposts_count public_favorites_count";
const PROFILE: &str = "created_at urn kind service title url username";
const STOREFRONT: &str = "track_urn title type link link_title description image_url price";

fn assert_members(thing: &Value, tables: &[&str]) {
    let mut wanted: Vec<&str> = tables.iter().flat_map(|table| table.split_whitespace()).collect();
    wanted.sort_unstable();
    let mut there: Vec<&str> =
        thing.as_object().unwrap_or_else(|| panic!("{thing}")).keys().map(String::as_str).collect();
    there.sort_unstable();
    assert_eq!(there, wanted);
}

#[tokio::test]
async fn things_have_every_member_of_their_tables_and_no_other() {
    let api = Api::start().await;
    let (minuet, walks) = (api.track("Minuet in G").await, api.playlist("Coast Walks").await);
    assert_members(&api.get("/users/5530").await.json(), &[USER]);
    let me = api.get("/me").await.json();
    assert_members(&me, &[USER, ME]);
    assert_members(&me["quota"], &["unlimited_upload_quota upload_seconds_used upload_seconds_left"]);
    let track = api.get(&format!("/tracks/{minuet}")).await.json();
    assert_members(&track, &[TRACK]);
    assert_members(&track["user"], &[USER]);
    let list = api.get(&format!("/playlists/{walks}")).await.json();
    assert_members(&list, &[PLAYLIST]);
    assert_members(&list["tracks"][0], &[TRACK]);
    let comment = &api.get(&format!("/tracks/{minuet}/comments")).await.json()["collection"][0];
    assert_members(comment, &[COMMENT]);
    assert_members(&comment["user"], &[COMMENT_USER]);
    assert_members(&api.get("/users/5512/web-profiles").await.json()[0], &[PROFILE]);
    let card = json!({"title": "Get the tape", "type": "cassette", "link": "https://shop.example/tape"});
    assert_members(
        &api.send_json("PUT", &format!("/tracks/{minuet}/storefront"), &card).await.json(),
        &[STOREFRONT],
    );
    let activity = &api.get("/me/feed").await.json();
    assert_members(&activity["collection"][0], &["type created_at origin reposter"]);
    assert_members(activity, &["collection future_href"]);
}

#[tokio::test]
async fn dates_have_slashes() {
    let api = Api::start().await;
    let me = api.get("/me").await.json();
    let date = me["created_at"].as_str().expect("a date");
    let pattern: String = date.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    assert_eq!(pattern, "9999/99/99 99:99:99 +9999");
}

#[tokio::test]
async fn each_status_has_its_content_type() {
    let api = Api::start().await;
    let minuet = api.track("Minuet in G").await;
    let with_charset = Some("application/json; charset=utf-8");
    let without = Some("application/json");
    let storefront = json!({"title": "x", "type": "cd", "link": "https://a.example"});
    let theirs = api.track("Ah ! vous dirai-je").await;
    for (method, path, body, status, content_type) in [
        ("GET", "/me".to_owned(), None, 200, with_charset),
        (
            "POST",
            format!("/tracks/{minuet}/comments"),
            Some(json!({"comment": {"body": "x"}})),
            201,
            with_charset,
        ),
        ("GET", "/resolve?url=https://soundcloud.com/reis".to_owned(), None, 302, with_charset),
        ("GET", "/me/tracks?limit=0".to_owned(), None, 400, with_charset),
        ("GET", "/tracks/1".to_owned(), None, 404, without),
        ("PUT", format!("/tracks/{theirs}/storefront"), Some(storefront), 403, without),
        ("PUT", "/me/followings/5512".to_owned(), None, 422, without),
    ] {
        let mut request = api.request(method, &path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await;
        assert_eq!(
            (response.status, response.header("content-type")),
            (status, content_type),
            "{method} {path}"
        );
    }
    let anonymous = api.anonymous("GET", "/me").send().await;
    assert_eq!((anonymous.status, anonymous.header("content-type")), (401, with_charset));
    api.switch(&json!({"actions": {"calls": 0, "window_s": 60}}));
    let limited = api.send("POST", &format!("/likes/tracks/{minuet}")).await;
    assert_eq!((limited.status, limited.header("content-type")), (429, without));
}
