//! Signed links that expire: docs/services/soundstripe.md#links-that-expire.

use std::time::Duration;

use super::{Api, included};
use crate::wire::Request;

async fn links(api: &Api) -> (String, String) {
    let document = api.document("/songs/1001").await;
    let id = document["data"]["relationships"]["audio_files"]["data"][0]["id"].clone();
    let versions = &included(&document, "audio_files", &id)["attributes"]["versions"];
    let link = |format: &str| versions[format].as_str().unwrap().to_owned();
    (link("mp3"), link("wav"))
}

#[tokio::test]
async fn real_sound_behind_links_that_want_no_key() {
    let api = Api::start().await;
    let (mp3, wav) = links(&api).await;
    let sound = Request::new("GET", &wav).send().await;
    assert_eq!((sound.status, sound.header("content-type")), (200, Some("audio/wav")));
    // WAV files of the service have 48 kHz and 24 bit.
    assert_eq!(&sound.body[..4], b"RIFF");
    assert_eq!(u32::from_le_bytes(sound.body[24..28].try_into().unwrap()), 48_000);
    assert_eq!(u16::from_le_bytes(sound.body[34..36].try_into().unwrap()), 24);
    let sound = Request::new("GET", &mp3).send().await;
    assert_eq!((sound.status, &sound.body[..3]), (200, &b"ID3"[..]));
    let key = api.sandbox.description().soundstripe.token;
    let with_key = Request::new("GET", &mp3).header("Authorization", &format!("Token {key}")).send().await;
    assert_eq!(with_key.status, 400);
    assert!(!mp3.starts_with(&api.sandbox.origin(segno_sandbox::Host::SOUNDSTRIPE)), "a host of its own");
    let part = Request::new("GET", &wav).header("Range", "bytes=4-7").send().await;
    assert_eq!((part.status, part.body.len()), (206, 4));
}

#[tokio::test]
async fn an_hour_later_they_are_gone_and_asking_again_helps() {
    let api = Api::start().await;
    let (old, _) = links(&api).await;
    api.sandbox.advance(Duration::from_secs(3599));
    assert_eq!(Request::new("GET", &old).send().await.status, 200);
    api.sandbox.advance(Duration::from_secs(1));
    assert_eq!(Request::new("GET", &old).send().await.status, 403);
    let (new, _) = links(&api).await;
    assert_eq!(Request::new("GET", &new).send().await.status, 200);
    api.switch("media_ttl_s", 5.0);
    let (short, _) = links(&api).await;
    api.sandbox.advance(Duration::from_secs(5));
    assert_eq!(Request::new("GET", &short).send().await.status, 403);
}
