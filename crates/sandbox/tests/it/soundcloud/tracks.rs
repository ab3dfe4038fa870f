//! Upload, processing, change, storefront, comments: docs/services/soundcloud.md#uploads.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Api, MULTIPART, multipart, text, wav};
use crate::wire::Response;

async fn upload(api: &Api, texts: &[(&str, &str)], file: &[u8]) -> Response {
    let body = multipart(texts, &[("track[asset_data]", "harbour.wav", "audio/wav", file)]);
    api.request("POST", "/tracks").header("Content-Type", MULTIPART).body(body).send().await
}

const TITLE: (&str, &str) = ("track[title]", "Low Tide");

#[tokio::test]
async fn an_upload_is_processed_by_the_clock() {
    let api = Api::start().await;
    api.switch(&json!({"processing_delay_s": 5, "legacy_ids": true}));
    let made =
        upload(&api, &[TITLE, ("track[sharing]", "private"), ("track[artist]", "ignored")], &wav()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let track = made.json();
    assert_eq!(
        (&track["duration"], &track["state"], &track["sharing"]),
        (&json!(0), &json!("processing"), &json!("private"))
    );
    let path = format!("/tracks/{}", text(&track, "urn"));
    assert_eq!(api.get(&format!("{path}/streams")).await.status, 404);
    api.sandbox.advance(Duration::from_secs(5));
    let done = api.get(&path).await.json();
    // 8000 samples at 8 kHz.
    assert_eq!((&done["duration"], &done["state"]), (&json!(1000), &json!("finished")));
    assert_eq!(api.get(&format!("{path}/streams")).await.status, 200);
    assert_eq!(api.created("tracks"), 1);
    api.switch(&json!({"processing": "failed"}));
    let failed = upload(&api, &[TITLE], &wav()).await.json();
    api.sandbox.advance(Duration::from_secs(5));
    assert_eq!(api.get(&format!("/tracks/{}", text(&failed, "urn"))).await.json()["state"], "failed");
    assert_eq!(text(&failed, "permalink_url"), "https://soundcloud.com/okafor/low-tide-1");
}

#[tokio::test]
async fn uploads_are_refused_for_what_they_lack() {
    let api = Api::start().await;
    for (texts, file, status) in [
        (&[TITLE][..], &b""[..], 422),
        (&[TITLE], b"no audio at all", 422),
        (&[], b"ID3-audio", 422),
        (&[TITLE, ("track[sharing]", "secret")], b"ID3-audio", 422),
        (&[TITLE, ("track[license]", "mine")], b"ID3-audio", 422),
        (&[TITLE, ("track[release_date]", "soon")], b"ID3-audio", 422),
        (
            &[TITLE, ("track[downloadable]", "Yes"), ("track[release_date]", "2026-02-11T00:00:00Z")],
            b"ID3-audio",
            201,
        ),
        (&[TITLE], b"fLaC-audio", 201),
    ] {
        let response = upload(&api, texts, file).await;
        assert_eq!(response.status, status, "{texts:?} {}", response.text());
    }
    let nothing = api.request("POST", "/tracks").form("track%5Btitle%5D=x").send().await;
    assert_eq!(
        (nothing.status, &nothing.json()["message"]),
        (422, &json!("unable to process provided asset_data"))
    );
    api.switch(&json!({"max_upload_bytes": 8000}));
    assert_eq!(upload(&api, &[TITLE], &wav()).await.status, 413);
    assert_eq!(api.created("tracks"), 2);
}

#[tokio::test]
async fn who_may_not_upload_gets_a_bare_401() {
    let mut api = Api::start().await;
    for (change, back) in [
        (json!({"email_confirmed": false}), json!({"email_confirmed": true})),
        (json!({"app_may_write": false}), json!({"app_may_write": true})),
        (json!({"quota_s": 1}), json!({"quota_s": null})),
    ] {
        api.switch(&change);
        let refused = upload(&api, &[TITLE], &wav()).await;
        let body = refused.json();
        assert_eq!(
            (refused.status, &body["message"], &body["errors"]),
            (401, &json!(""), &json!([])),
            "{change}"
        );
        api.switch(&back);
    }
    let me = api.get("/me").await.json();
    assert_eq!(
        (&me["quota"]["unlimited_upload_quota"], &me["upload_seconds_left"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(upload(&api, &[TITLE], &wav()).await.status, 201);
    api.switch(&json!({"created_status": "200"}));
    assert_eq!(upload(&api, &[TITLE], &wav()).await.status, 200);
    api.as_app().await;
    assert_eq!(upload(&api, &[TITLE], &wav()).await.status, 401);
}

#[tokio::test]
async fn an_upload_of_many_pieces_arrives_whole() {
    let api = Api::start().await;
    // 3 MB: well over what stays in memory.
    let mut file = wav();
    file[40..44].copy_from_slice(&3_000_000_u32.to_le_bytes());
    file.resize(44 + 3_000_000, 0x80);
    let track = upload(&api, &[TITLE], &file).await.json();
    let path = format!("/tracks/{}", text(&track, "urn"));
    assert_eq!(api.get(&path).await.json()["duration"], 375_000);
    let link = api.get(&format!("{path}/download")).await;
    let bytes = crate::wire::Request::new("GET", link.header("location").expect("a location")).send().await;
    assert!(bytes.status == 200 && bytes.body == file);
}

#[tokio::test]
async fn changes_touch_only_what_they_name_and_only_ones_own() {
    let mut api = Api::start().await;
    let (mine, theirs) = (api.track("Minuet in G").await, api.track("Ah ! vous dirai-je").await);
    let path = format!("/tracks/{mine}");
    let before = api.get(&path).await.json();
    let change = json!({"track": {"tag_list": "sea \"field recording\"", "downloadable": false, "release_date": "2025-12-31"}});
    let after = api.send_json("PUT", &path, &change).await.json();
    assert_eq!(
        (&after["tag_list"], &after["downloadable"]),
        (&json!("sea \"field recording\""), &json!(false))
    );
    let ignored = json!({"track": {"key_signature": "C", "available_country_codes": "PT", "purchase_title": "Buy", "colour": "red"}});
    assert_eq!(api.send_json("PUT", &path, &ignored).await.json(), after);
    assert_eq!(
        (&after["release_year"], &after["release_month"], &after["release_day"]),
        (&json!(2025), &json!(12), &json!(31))
    );
    assert_eq!(
        (&after["title"], &after["bpm"], &after["download_url"]),
        (&before["title"], &before["bpm"], &Value::Null)
    );
    let png = b"\x89PNG\r\n\x1a\n-picture";
    let body =
        multipart(&[("track[description]", "new")], &[("track[artwork_data]", "a.png", "image/png", png)]);
    let drawn =
        api.request("PUT", &path).header("Content-Type", MULTIPART).body(body.clone()).send().await.json();
    assert!(drawn["artwork_url"].is_string() && drawn["description"] == "new");
    let bad = multipart(&[], &[("track[artwork_data]", "a.png", "image/png", b"words")]);
    assert_eq!(
        api.request("PUT", &path).header("Content-Type", MULTIPART).body(bad).send().await.status,
        422
    );
    assert_eq!(api.request("PUT", &path).json(&json!({"title": "x"})).send().await.status, 400);
    assert_eq!(
        api.request("PUT", &path).header("Content-Type", "application/json").body("{").send().await.status,
        422
    );
    assert_eq!(api.send_json("PUT", &path, &json!({"track": {"title": " "}})).await.status, 422);
    for method in ["PUT", "DELETE"] {
        let response =
            api.send_json(method, &format!("/tracks/{theirs}"), &json!({"track": {"title": "x"}})).await;
        assert_eq!(response.status, 404, "{method}");
    }
    assert_eq!(api.send("DELETE", &path).await.summary(), (200, ""));
    api.log_in("reis").await;
    assert_eq!(api.get("/me/likes/tracks").await.json(), json!([]), "the like went with the track");
}

#[tokio::test]
async fn private_things_open_for_owner_and_secret_only() {
    let mut api = Api::start().await;
    let sketch = api.track("Sketch for a Tape").await;
    let path = format!("/tracks/{sketch}");
    let track = api.get(&path).await.json();
    let secret = text(&track, "secret_uri");
    let secret = secret.split_once("secret_token=").expect("a token").1.to_owned();
    assert!(secret.starts_with("s-") && text(&track, "permalink_url").ends_with(&secret));
    api.log_in("reis").await;
    assert_eq!(api.get(&path).await.status, 404);
    assert_eq!(api.get(&format!("{path}?secret_token=s-wrong")).await.status, 404);
    let opened = api.get(&format!("{path}?secret_token={secret}")).await.json();
    assert_eq!((&opened["title"], &opened["secret_uri"]), (&json!("Sketch for a Tape"), &Value::Null));
    assert_eq!(api.get(&format!("{path}/streams?secret_token={secret}")).await.status, 200);
    assert_eq!(api.get(&format!("{path}/streams")).await.status, 404);
    let url = format!("/resolve?url=https://soundcloud.com/okafor/sketch-for-a-tape/{secret}");
    let location = api.get(&url).await.header("location").expect("a location").to_owned();
    assert!(location.ends_with(&format!("{sketch}?secret_token={secret}")), "{location}");
}

#[tokio::test]
async fn a_storefront_is_replaced_whole() {
    let api = Api::start().await;
    let (mine, theirs) = (api.track("Minuet in G").await, api.track("Ah ! vous dirai-je").await);
    let path = format!("/tracks/{mine}/storefront");
    let card = json!({"title": "Get the tape", "type": "cassette", "link": "https://shop.example/tape", "link_title": "Buy"});
    assert_eq!(api.send_json("PUT", &path, &card).await.json()["link_title"], "Buy");
    let bare = json!({"title": "Get the tape", "type": "cassette", "link": "https://shop.example/tape"});
    assert_eq!(api.send_json("PUT", &path, &bare).await.json()["link_title"], Value::Null);
    for bad in [
        json!({"storefront": card}),
        json!({"title": "x", "type": "cassette"}),
        json!({"title": "x", "type": "shellac", "link": "https://a.example"}),
        json!({"title": "x".repeat(101), "type": "cd", "link": "https://a.example"}),
        json!({"title": "x", "type": "cd", "link": "ftp://a.example"}),
    ] {
        assert_eq!(api.send_json("PUT", &path, &bad).await.status, 400, "{bad}");
    }
    assert_eq!(api.send_json("PUT", &format!("/tracks/{theirs}/storefront"), &card).await.status, 403);
    api.switch(&json!({"plan": "Free"}));
    assert_eq!(api.send_json("PUT", &path, &card).await.status, 403);
}

#[tokio::test]
async fn comments_need_a_body_and_an_open_track() {
    let mut api = Api::start().await;
    let minuet = api.track("Minuet in G").await;
    let path = format!("/tracks/{minuet}/comments");
    let made =
        api.send_json("POST", &path, &json!({"comment": {"body": "here", "timestamp": "42000"}})).await;
    assert_eq!((made.status, &made.json()["timestamp"]), (201, &json!(42_000)));
    for bad in [
        json!({"comment": {"body": " "}}),
        json!({"body": "x"}),
        json!({"comment": {"body": "x", "timestamp": "soon"}}),
    ] {
        assert_eq!(api.send_json("POST", &path, &bad).await.status, 422, "{bad}");
    }
    let quiet = json!({"track": {"commentable": false, "reveal_comments": false, "reveal_stats": false}});
    assert_eq!(api.send_json("PUT", &format!("/tracks/{minuet}"), &quiet).await.status, 200);
    assert_eq!(api.send_json("POST", &path, &json!({"comment": {"body": "x"}})).await.status, 422);
    api.log_in("reis").await;
    assert_eq!(api.get(&path).await.json()["collection"], json!([]));
    assert_eq!(api.get(&format!("/tracks/{minuet}")).await.json()["playback_count"], Value::Null);
    api.as_first();
    assert_eq!(api.get(&path).await.json()["collection"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn secrets_open_their_track_and_nothing_else() {
    let mut api = Api::start().await;
    let (sketch, ideas) = (api.track("Sketch for a Tape").await, api.get("/me/playlists").await.json());
    let secret = |uri: String| uri.rsplit(['=', '/']).next().expect("a secret").to_owned();
    let track_secret = secret(text(&api.get(&format!("/tracks/{sketch}")).await.json(), "secret_uri"));
    let ideas =
        ideas.as_array().expect("lists").iter().find(|list| list["title"] == "Ideas").expect("a list");
    let (list, list_secret) = (text(ideas, "urn"), secret(text(ideas, "permalink_url")));
    api.log_in("reis").await;
    for (method, path, secret, status) in [
        ("GET", format!("/tracks/{sketch}"), &track_secret, 200),
        ("GET", format!("/tracks/{sketch}/preview"), &track_secret, 302),
        ("GET", format!("/tracks/{sketch}/streams"), &track_secret, 200),
        ("GET", format!("/playlists/{list}"), &list_secret, 200),
        ("GET", format!("/playlists/{list}/tracks"), &list_secret, 200),
        ("GET", format!("/tracks/{sketch}/comments"), &track_secret, 404),
        ("GET", format!("/tracks/{sketch}/favoriters"), &track_secret, 404),
        ("GET", format!("/tracks/{sketch}/related"), &track_secret, 404),
        ("GET", format!("/playlists/{list}/reposters"), &list_secret, 404),
        ("POST", format!("/likes/tracks/{sketch}"), &track_secret, 404),
        ("DELETE", format!("/tracks/{sketch}"), &track_secret, 404),
    ] {
        let response = api.send(method, &format!("{path}?secret_token={secret}")).await;
        assert_eq!(response.status, status, "{method} {path}");
        assert_eq!(api.send(method, &path).await.status, 404, "{method} {path} without the secret");
    }
}

#[tokio::test]
async fn uploads_take_their_length_off_the_quota() {
    let api = Api::start().await;
    let quota = async || {
        let me = api.get("/me").await.json();
        let number = |key: &str| me["quota"][key].as_u64().expect("a number");
        assert_eq!(me["upload_seconds_left"], me["quota"]["upload_seconds_left"]);
        (number("upload_seconds_used"), number("upload_seconds_left"))
    };
    let (used, left) = quota().await;
    assert_eq!(used + left, 10_800);
    let made = upload(&api, &[TITLE], &wav()).await.json();
    assert_eq!(quota().await, (used + 1, left - 1));
    // Two seconds left, a file of three: refused only when its length is known.
    api.switch(&json!({"quota_s": used + 3}));
    let mut three = wav();
    three[40..44].copy_from_slice(&24_000_u32.to_le_bytes());
    three.resize(44 + 24_000, 0x80);
    let refused = upload(&api, &[TITLE], &three).await;
    assert_eq!((refused.status, &refused.json()["message"]), (401, &json!("")));
    assert_eq!(upload(&api, &[TITLE], &wav()).await.status, 201);
    assert_eq!(quota().await, (used + 2, 1));
    // It counts from the upload on, and no more when processing fails or the track is deleted.
    api.switch(&json!({"processing": "failed", "processing_delay_s": 5}));
    assert_eq!(upload(&api, &[TITLE], &wav()).await.status, 201);
    assert_eq!(quota().await, (used + 3, 0));
    assert_eq!(upload(&api, &[TITLE], &wav()).await.status, 401);
    api.sandbox.advance(Duration::from_secs(5));
    assert_eq!(quota().await, (used + 2, 1));
    assert_eq!(api.send("DELETE", &format!("/tracks/{}", text(&made, "urn"))).await.status, 200);
    assert_eq!(quota().await, (used + 1, 2));
}

/// An AIFF file of so many sample frames at 44100 Hz, without its sound: the rate is the 80-bit float of the AIFF 1.3 specification's
/// example in many encoders, 0x400EAC44000000000000.
fn aiff(frames: u32) -> Vec<u8> {
    let mut file = b"FORM\0\0\0\x2eAIFFNAME\0\0\0\x03abc\0COMM\0\0\0\x12\0\x01".to_vec();
    file.extend(frames.to_be_bytes());
    file.extend(b"\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0");
    file
}

/// The example of RFC 9639, appendix D.2, up to its samples: 44100 Hz, two channels, 16 bits, 19 samples; with another count.
fn flac(samples: u32) -> Vec<u8> {
    let mut file = b"fLaC\0\0\0\x22\x00\x10\x00\x10\x00\x00\x17\x00\x00\x44\x0a\xc4\x42\xf0".to_vec();
    file.extend(samples.to_be_bytes());
    file.extend([0; 16]);
    file
}

#[tokio::test]
async fn durations_come_from_the_bytes() {
    let api = Api::start().await;
    for (file, milliseconds) in [
        (aiff(88_200), 2000),
        (flac(44_100 * 3), 3000),
        (b"OggS-whose-length-is-not-read".to_vec(), 180_000),
        // FLAC of unknown length.
        (flac(0), 180_000),
    ] {
        let made = upload(&api, &[TITLE], &file).await.json();
        let track = api.get(&format!("/tracks/{}", text(&made, "urn"))).await.json();
        assert_eq!(track["duration"], milliseconds);
    }
    // A day is the most.
    api.switch(&json!({"quota_s": null}));
    assert_eq!(upload(&api, &[TITLE], &flac(44_100 * 86_400)).await.status, 201);
    assert_eq!(upload(&api, &[TITLE], &flac(44_100 * 86_401)).await.status, 422);
}

#[tokio::test]
async fn a_body_without_announced_length_is_cut_off_at_the_limit() {
    let api = Api::start().await;
    api.switch(&json!({"max_upload_bytes": 1000}));
    let head = multipart(&[TITLE], &[]);
    let head = &head[..head.len() - b"--b7d1--\r\n".len()];
    let mut body = head.to_vec();
    body.extend(
        b"--b7d1\r\nContent-Disposition: form-data; name=\"track[asset_data]\"; filename=\"a\"\r\n\r\n",
    );
    // Form overhead is 32 MiB.
    body.resize(40 * 1024 * 1024, b'x');
    let chunked = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let origin = api.sandbox.origin(segno_sandbox::Host::SOUNDCLOUD);
    let address = origin.strip_prefix("http://").expect("an address");
    let mut bytes = format!(
        "POST /tracks HTTP/1.1\r\nHost: {address}\r\nAuthorization: OAuth {}\r\nContent-Type: {MULTIPART}\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        api.token
    )
    .into_bytes();
    bytes.extend(chunked);
    let (response, _) = crate::wire::exchange(address, &bytes).await;
    let response = Response::parse(&response);
    assert_eq!((response.status, &response.json()["code"]), (413, &json!(413)));
    assert_eq!(api.created("tracks"), 0);
}

#[tokio::test]
async fn the_type_that_is_none_is_a_form() {
    let api = Api::start().await;
    let body = multipart(&[TITLE], &[("track[asset_data]", "harbour.wav", "audio/wav", &wav())]);
    let content_type = MULTIPART.replace("form-data", "x-www-form-urlencoded");
    let made = api.request("POST", "/tracks").header("Content-Type", &content_type).body(body).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    for content_type in ["multipart/x-www-form-urlencoded", "application/x-www-form-urlencoded"] {
        let request = api.request("POST", "/tracks").header("Content-Type", content_type);
        let refused = request.body("track%5Btitle%5D=x").send().await;
        assert_eq!(
            (refused.status, &refused.json()["message"]),
            (422, &json!("unable to process provided asset_data"))
        );
    }
}

#[tokio::test]
async fn hidden_comments_are_hidden_everywhere() {
    let mut api = Api::start().await;
    let minuet = api.track("Minuet in G").await;
    let path = format!("/tracks/{minuet}");
    let comment = text(&api.get(&format!("{path}/comments")).await.json()["collection"][0], "urn");
    let quiet = json!({"track": {"reveal_comments": false}});
    assert_eq!(api.send_json("PUT", &path, &quiet).await.json()["comment_count"], 2);
    assert_eq!(api.get(&format!("/comments/{comment}")).await.status, 200);
    api.log_in("reis").await;
    assert_eq!(api.get(&path).await.json()["comment_count"], Value::Null);
    assert_eq!(api.get(&format!("/comments/{comment}")).await.status, 404);
}

#[tokio::test]
async fn every_user_has_a_plan_a_quota_and_a_country_of_their_own() {
    let mut api = Api::start().await;
    let home = api.track("Only at Home").await;
    let joy = api.track("Joy (live)").await;
    api.log_in("reis").await;
    let card = json!({"title": "x", "type": "cd", "link": "https://a.example"});
    let storefront = format!("/tracks/{joy}/storefront");
    assert_eq!(api.get("/me").await.json()["plan"], "Free");
    assert_eq!(api.send_json("PUT", &storefront, &card).await.status, 403);
    api.switch(&json!({"users": {
        "reis": {"plan": "Pro", "quota_s": null},
        "rui": {"email_confirmed": false, "country": "GB", "password": "segredo"},
    }}));
    let me = api.get("/me").await.json();
    assert_eq!((&me["plan"], &me["quota"]["unlimited_upload_quota"]), (&json!("Pro"), &json!(true)));
    assert_eq!(api.send_json("PUT", &storefront, &card).await.status, 200);
    api.log_in("rui").await;
    assert_eq!(api.get("/me").await.json()["primary_email_confirmed"], false);
    assert_eq!(upload(&api, &[TITLE], &wav()).await.status, 401);
    assert_eq!(api.get(&format!("/tracks/{home}")).await.json()["access"], "playable");
    api.as_first();
    assert_eq!(api.get(&format!("/tracks/{home}")).await.json()["access"], "blocked");
    let log_in = async |password: &str| {
        let form = format!("{}&username=rui&password={password}&decision=approve", api.authorization());
        api.auth("POST", "/authorize").form(&form).send().await.status
    };
    let usual = api.sandbox.description().soundcloud.password;
    assert_eq!((log_in(&usual).await, log_in("segredo").await), (401, 302));
}
