//! Streams (docs/services/soundcloud.md#streams): links that need the token and lead to short-lived ones that do not.

use std::time::Duration;

use serde_json::json;

use super::{Api, text};
use crate::wire::Request;

async fn follow(api: &Api, link: &str) -> String {
    let request = Request::new("GET", link).header("Authorization", &format!("OAuth {}", api.token));
    let response = request.send().await;
    assert_eq!(response.status, 302, "{}", response.text());
    response.header("location").expect("a location").to_owned()
}

#[tokio::test]
async fn a_playable_track_can_be_heard_through_its_links() {
    let api = Api::start().await;
    let minuet = api.track("Minuet in G").await;
    let streams = api.get(&format!("/tracks/{minuet}/streams")).await.json();
    let link = text(&streams, "hls_aac_160_url");
    let base = format!("{}tracks/{minuet}/streams/", api.sandbox.description().soundcloud.base_url);
    let ids = [("hls_aac_160_url", "/hls"), ("hls_mp3_128_url", "/hls"), ("preview_mp3_128_url", "/preview")];
    let ids = ids.map(|(member, tail)| {
        let link = text(&streams, member);
        link.strip_prefix(&base).and_then(|rest| rest.strip_suffix(tail)).expect("a stream's link").to_owned()
    });
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
    let crossed = format!("/tracks/{minuet}/streams/{}/preview", ids[0]);
    assert_eq!(api.get(&crossed).await.status, 404);
    assert_eq!(Request::new("GET", &link).send().await.status, 401, "the link needs the token");
    let place = follow(&api, &link).await;
    assert!(
        place.starts_with(&api.sandbox.description().storage.base_url) && place.contains("Expires="),
        "{place}"
    );
    let playlist = Request::new("GET", &place).send().await;
    assert_eq!(playlist.header("content-type"), Some("application/vnd.apple.mpegurl"));
    assert!(playlist.text().starts_with("#EXTM3U\n"));
    let segments: Vec<&str> = playlist.text().lines().filter(|line| line.starts_with("http")).collect();
    let lengths = playlist.text().lines().filter_map(|line| line.strip_prefix("#EXTINF:"));
    let lengths: Vec<f64> =
        lengths.map(|length| length.trim_end_matches(',').parse().expect("seconds")).collect();
    let duration =
        api.get(&format!("/tracks/{minuet}")).await.json()["duration"].as_f64().expect("a duration");
    // Ten seconds each; RFC 8216, section 4.3.3.1: none rounds to more than the target duration.
    assert_eq!((segments.len(), lengths.len()), (lengths.len(), (duration / 10_000.0).ceil() as usize));
    assert!(segments.len() > 3 && playlist.text().contains("#EXT-X-TARGETDURATION:10\n"));
    assert!(lengths.iter().all(|length| *length <= 10.0));
    assert!((lengths.iter().sum::<f64>() * 1000.0 - duration).abs() < 1.0);
    let mut audio = Vec::new();
    for segment in &segments {
        let part = Request::new("GET", segment).send().await;
        assert_eq!((part.status, part.header("content-type")), (200, Some("audio/mpeg")));
        audio.extend(part.body);
    }
    assert!(audio == include_bytes!("../../../assets/minuet-in-g.mp3"));
    api.sandbox.advance(Duration::from_secs(299));
    assert_eq!(Request::new("GET", segments[1]).send().await.status, 200);
    api.sandbox.advance(Duration::from_secs(1));
    for link in [place.as_str(), segments[0], segments[1]] {
        assert_eq!(Request::new("GET", link).send().await.status, 403);
    }
}

#[tokio::test]
async fn a_preview_is_thirty_seconds() {
    let api = Api::start().await;
    let tide = api.track("Low Tide").await;
    let streams = api.get(&format!("/tracks/{tide}/streams")).await.json();
    assert_eq!(streams.as_object().expect("an object").keys().collect::<Vec<_>>(), ["preview_mp3_128_url"]);
    let whole = include_bytes!("../../../assets/minuet-in-g.mp3").len() as f64;
    let duration = api.get(&format!("/tracks/{tide}")).await.json()["duration"].as_f64().expect("a duration");
    for link in [
        text(&streams, "preview_mp3_128_url"),
        format!("{}tracks/{tide}/preview", api.sandbox.description().soundcloud.base_url),
    ] {
        let bytes = Request::new("GET", &follow(&api, &link).await).send().await;
        let expected = whole * 30_000.0 / duration;
        assert!((bytes.body.len() as f64 - expected).abs() < 2.0, "{} of {whole}", bytes.body.len());
        // The file says in its first frame how many frames it has; the preview does not.
        let says = |bytes: &[u8]| bytes[..1024].windows(4).any(|four| four == b"Xing" || four == b"Info");
        assert!(says(include_bytes!("../../../assets/minuet-in-g.mp3")) && !says(&bytes.body));
    }
    api.switch(&json!({"expired_streams": true}));
    let place = follow(&api, &text(&streams, "preview_mp3_128_url")).await;
    assert_eq!(Request::new("GET", &place).send().await.status, 403);
    let home = api.track("Only at Home").await;
    for tail in ["streams", "preview", "stream"] {
        assert_eq!(api.get(&format!("/tracks/{home}/{tail}")).await.status, 404, "{tail} of a blocked track");
    }
}

#[tokio::test]
async fn streams_count_as_plays_only_by_switch() {
    let api = Api::start().await;
    let minuet = api.track("Minuet in G").await;
    let path = format!("/tracks/{minuet}/streams");
    api.switch(&json!({"plays_per_24h": 0}));
    assert_eq!(api.get(&path).await.status, 200);
    assert_eq!(api.get(&format!("/tracks/{minuet}/stream")).await.status, 429);
    api.switch(&json!({"streams_count_as_plays": true}));
    assert_eq!(api.get(&path).await.status, 429);
}
