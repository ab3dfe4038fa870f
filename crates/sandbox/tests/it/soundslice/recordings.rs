//! Recordings: docs/services/soundslice.md#recordings.

use serde_json::json;

use super::{Api, FORBIDDEN};

#[tokio::test]
async fn create_and_list_write_the_documented_bytes() {
    let api = Api::start().await;
    api.sandbox.switches(|switches| switches.soundslice.media_duration_s = Some(62.0));
    let slice = api.slice("").await;
    let path = format!("/slices/{slice}/recordings/");
    assert_eq!(api.get(&path).await.summary(), (200, "[]"));
    let form = "source=3&source_data=https%3A%2F%2Fmedia.example.net%2Fv%2Fetude.mp4&hls_url=https%3A%2F%2Fmedia.example.net%2Fv%2Fetude.m3u8&name=Camera+A";
    let created = api.post(&path, form).await;
    let first = created.json()["id"].as_u64().expect("an id");
    assert_eq!(created.summary(), (201, format!("{{\"id\": {first}}}").as_str()));
    let second = api.post(&path, "source=2").await.json()["id"].as_u64().expect("an id");
    let points = "syncpoints=%5B%5B0%2C0%5D%2C%5B4%2C9.6%5D%2C%5B4%2C11.25%2C240%5D%2C%5B8%2C20.5%2C0%2C1%5D%5D&crop_start=1.5&crop_end=62.0";
    assert_eq!(
        api.post(&format!("/recordings/{first}/syncpoints/"), points).await.summary(),
        (200, format!("{{\"id\": {first}}}").as_str())
    );
    let expected = format!(
        r#"[{{"id": {first}, "name": "Camera A", "cropped_duration": 60.5, "source": 3, "source_data": "https://media.example.net/v/etude.mp4", "hls_url": "https://media.example.net/v/etude.m3u8", "syncpoint_count": 4, "status": "ready"}}, {{"id": {second}, "name": "Audio", "cropped_duration": null, "source": 2, "source_data": "", "hls_url": "", "syncpoint_count": 0, "status": "waiting"}}]"#
    );
    assert_eq!(api.get(&path).await.summary(), (200, expected.as_str()));
    assert_eq!(api.get(&format!("/slices/{slice}/")).await.json()["recording_count"], 2);
}

#[tokio::test]
async fn each_source_has_its_rules() {
    let api = Api::start().await;
    let data = "source_data=https%3A%2F%2Fexample.net%2Fa";
    for (form, name, source_data, status) in [
        ("source=1&source_data=aB3-dE5_gH7".to_owned(), "Video", "aB3-dE5_gH7", "ready"),
        ("source=1&source_data=https://youtu.be/aB3-dE5_gH7".to_owned(), "Video", "aB3-dE5_gH7", "ready"),
        ("source=2".to_owned(), "Audio", "", "waiting"),
        ("source=2&source_data=ignored".to_owned(), "Audio", "", "waiting"),
        (format!("source=3&{data}"), "Video", "https://example.net/a", "ready"),
        ("source=3&hls_url=https://example.net/a.m3u8".to_owned(), "Video", "", "ready"),
        ("source=4".to_owned(), "Video", "", "waiting"),
        ("source=6&source_data=76979871".to_owned(), "Video", "76979871", "ready"),
        ("source=7&source_data=abcde12345".to_owned(), "Video", "abcde12345", "ready"),
        (format!("source=8&{data}"), "Audio", "https://example.net/a", "ready"),
    ] {
        let (slice, id) = api.recording(&form).await;
        let recording = api.only_recording(&slice).await;
        assert_eq!(recording["id"], id, "{form}");
        assert_eq!(recording["name"], name, "{form}");
        assert_eq!(recording["source_data"], source_data, "{form}");
        assert_eq!(recording["status"], status, "{form}");
        let duration = if status == "ready" { json!(180.0) } else { json!(null) };
        assert_eq!(recording["cropped_duration"], duration, "{form}");
    }
    let slice = api.slice("").await;
    let path = format!("/slices/{slice}/recordings/");
    let required = (422, r#"{"error": "This field is required."}"#);
    for form in ["", "source=1", "source=3", "source=6", "source=7", "source=8", "source=8&source_data="] {
        assert_eq!(api.post(&path, form).await.summary(), required, "{form}");
    }
    for source in ["0", "5", "9", "mp3"] {
        let message =
            format!(r#"{{"error": "Select a valid choice. {source} is not one of the available choices."}}"#);
        assert_eq!(api.post(&path, &format!("source={source}")).await.summary(), (422, message.as_str()));
    }
    let long = format!("source=2&name={}", "a".repeat(101));
    assert_eq!(
        api.post(&path, &long).await.summary(),
        (422, r#"{"error": "Ensure this value has at most 100 characters (it has 101)."}"#)
    );
    assert_eq!(api.post(&path, "source=8&source_data=file:///etc/passwd").await.status, 422);
    assert_eq!(api.get(&path).await.text(), "[]");
}

#[tokio::test]
async fn reorder_needs_every_recording_once() {
    let api = Api::start().await;
    let slice = api.slice("").await;
    let path = format!("/slices/{slice}/recordings/");
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(api.post(&path, "source=2").await.json()["id"].as_u64().expect("an id"));
    }
    let order = async |order: &str| api.post(&format!("{path}order/"), &format!("order={order}")).await;
    let [a, b, c] = ids[..] else { unreachable!() };
    let done = order(&format!("{a}%2C{c}%2C{b}")).await;
    assert_eq!(done.summary(), (200, "{}"));
    let listed = async || -> Vec<u64> {
        let list = api.get(&path).await.json();
        list.as_array().expect("a list").iter().map(|it| it["id"].as_u64().expect("an id")).collect()
    };
    assert_eq!(listed().await, [a, c, b]);
    let foreign = api.recording("source=2").await.1;
    for wrong in [
        String::new(),
        "x".into(),
        format!("{a},{b}"),
        format!("{a},{b},{b}"),
        format!("{a},{b},{c},{foreign}"),
        format!("{a},{b},{foreign}"),
        format!("{a}, {b}, {c}"),
    ] {
        let refused = order(&wrong).await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.json()["error"].is_string());
    }
    assert_eq!(listed().await, [a, c, b]);
    let last = api.post(&path, "source=2").await.json()["id"].as_u64().expect("an id");
    assert_eq!(listed().await, [a, c, b, last], "a new recording is the last");
}

#[tokio::test]
async fn change_touches_only_what_is_sent_and_clears_with_an_empty_string() {
    let api = Api::start().await;
    let (_, id) = api.recording("source=3&source_data=https://media.example.net/v/etude.mp4&hls_url=https://media.example.net/v/etude.m3u8&name=Camera+A").await;
    let path = format!("/recordings/{id}/");
    let changed = api.post(&path, "name=Camera+B&hls_url=").await;
    assert_eq!(
        changed.summary(),
        (200, format!(r#"{{"id": {id}, "name": "Camera B", "source_data": "https://media.example.net/v/etude.mp4", "hls_url": ""}}"#).as_str())
    );
    let refused = api.post(&path, "source_data=").await;
    assert_eq!(refused.status, 422, "one of the two must stay");
    assert_eq!(api.post(&path, "").await.json()["source_data"], "https://media.example.net/v/etude.mp4");
    assert_eq!(api.post(&path, &format!("name={}", "a".repeat(101))).await.status, 422);
    for (form, field) in [
        ("source=1&source_data=aB3-dE5_gH7", "source_data"),
        ("source=2", "source_data"),
        ("source=2", "hls_url"),
        ("source=8&source_data=https://example.net/a.mp3", "hls_url"),
    ] {
        let (_, id) = api.recording(form).await;
        let refused =
            api.post(&format!("/recordings/{id}/"), &format!("{field}=https://example.net/b")).await;
        assert_eq!(refused.status, 422, "{form} {field}");
        assert!(refused.json()["error"].is_string());
    }
    let (_, id) = api.recording("source=8&source_data=https://example.net/a.mp3").await;
    let changed = api.post(&format!("/recordings/{id}/"), "source_data=https://example.net/b.mp3").await;
    assert_eq!(changed.json()["source_data"], "https://example.net/b.mp3");
}

#[tokio::test]
async fn delete_gives_the_name() {
    let mut api = Api::start().await;
    let (slice, id) = api.recording("source=2").await;
    api.as_second();
    for (method, path) in
        [("DELETE", ""), ("POST", ""), ("POST", "media/"), ("GET", "syncpoints/"), ("POST", "syncpoints/")]
    {
        let response = api.request(method, &format!("/recordings/{id}/{path}")).body("").send().await;
        assert_eq!(response.summary(), FORBIDDEN, "{method} {path}");
    }
    api.as_first();
    assert_eq!(api.delete(&format!("/recordings/{id}/")).await.summary(), (200, r#"{"name": "Audio"}"#));
    assert_eq!(api.delete(&format!("/recordings/{id}/")).await.summary(), FORBIDDEN);
    assert_eq!(api.get(&format!("/slices/{slice}/recordings/")).await.text(), "[]");
}
