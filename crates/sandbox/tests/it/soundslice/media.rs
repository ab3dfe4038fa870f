//! Media: docs/services/soundslice.md#recordings.

use std::time::Duration;

use segno_sandbox::Outcome;
use serde_json::{Value, json};

use super::{Api, put, text};

/// A WAV header as RIFF has it, and silence.
fn wav(rate: u32, channels: u16, bits: u16, frames: u32) -> Vec<u8> {
    let block = channels * bits / 8;
    let data = frames * u32::from(block);
    let mut file = b"RIFF".to_vec();
    file.extend((data + 36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(block)).to_le_bytes());
    file.extend(block.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend(data.to_le_bytes());
    file.resize(file.len() + data as usize, 0);
    file
}

/// MPEG 1 layer III frames of 128 kbit/s at 44.1 kHz: 417 bytes, 1152 samples each.
fn mp3(frames: usize) -> Vec<u8> {
    let mut frame = vec![0xff, 0xfb, 0x90, 0x00];
    frame.resize(417, 0);
    frame.repeat(frames)
}

/// Uploads to a new recording; what the list then says of it.
async fn uploaded(api: &Api, source: u8, bytes: &[u8]) -> Value {
    let (slice, id) = api.recording(&format!("source={source}")).await;
    put(&api.upload_url(&format!("/recordings/{id}/media/"), "").await, bytes).await;
    api.only_recording(&slice).await
}

#[tokio::test]
async fn the_duration_is_read_from_the_bytes() {
    let api = Api::start().await;
    let id3 = [b"ID3\x04\0\0\0\0\x02\x01".as_slice(), &[0; 257], &mp3(100)].concat();
    let mut info = mp3(51);
    // Side information of a stereo frame is 32 bytes; 50 frames follow; 576 + 1000 samples are not music.
    info[36..40].copy_from_slice(b"Info");
    info[40..44].copy_from_slice(&1_u32.to_be_bytes());
    info[44..48].copy_from_slice(&50_u32.to_be_bytes());
    info[48..52].copy_from_slice(b"LAME");
    info[69..72].copy_from_slice(&[0x24, 0x03, 0xe8]);
    // MPEG 2, 64 kbit/s at 22.05 kHz: 208 bytes, 576 samples.
    let mut low = vec![0xff, 0xf3, 0x80, 0x00];
    low.resize(208, 0);
    for (bytes, samples, rate) in [
        (wav(44_100, 2, 16, 66_150), 66_150.0, 44_100.0),
        (wav(8_000, 1, 8, 1_000), 1_000.0, 8_000.0),
        (mp3(100), 115_200.0, 44_100.0),
        ([mp3(100), vec![0xff, 0xfb, 0x90]].concat(), 115_200.0, 44_100.0),
        (id3, 115_200.0, 44_100.0),
        (info, 50.0 * 1152.0 - 1576.0, 44_100.0),
        (low.repeat(30), 30.0 * 576.0, 22_050.0),
    ] {
        let recording = uploaded(&api, 2, &bytes).await;
        assert_eq!(recording["status"], "ready");
        let duration = recording["cropped_duration"].as_f64().expect("a duration");
        assert!((duration - samples / rate).abs() < 1e-9, "{duration} for {samples} at {rate}");
    }
    assert_eq!(api.sandbox.effects().of("soundslice", "media").created, 7);
}

#[tokio::test]
async fn other_media_is_as_long_as_the_switch_says_and_junk_is_an_error() {
    let api = Api::start().await;
    let recording = uploaded(&api, 4, b"\0\0\0\x18ftypmp42\0\0\0\0").await;
    assert_eq!((&recording["status"], &recording["cropped_duration"]), (&json!("ready"), &json!(180.0)));
    for junk in [
        b"".as_slice(),
        b"ID3-fake-mp3",
        b"RIFF\0\0\0\0WAVE",
        b"hello, this is text",
        &[0xff; 5000],
        &mp3(1)[..400],
    ] {
        let recording = uploaded(&api, 2, junk).await;
        assert_eq!((&recording["status"], &recording["cropped_duration"]), (&json!("error"), &Value::Null));
    }
}

#[tokio::test]
async fn a_recording_goes_from_waiting_over_processing_to_its_end() {
    let api = Api::start().await;
    api.sandbox.switches(|switches| switches.soundslice.media_delay_s = 30.0);
    let (slice, id) = api.recording("source=2").await;
    let state = async || {
        let recording = api.only_recording(&slice).await;
        (text(&recording, "status"), recording["cropped_duration"].clone())
    };
    let path = format!("/recordings/{id}/media/");
    let started = api.post(&path, "").await;
    assert_eq!(started.status, 201);
    assert_eq!(started.json().as_object().expect("an object").keys().collect::<Vec<_>>(), ["url"]);
    assert_eq!(state().await, ("waiting".to_owned(), Value::Null));
    put(&text(&started.json(), "url"), &wav(8_000, 1, 8, 4_000)).await;
    assert_eq!(state().await, ("processing".to_owned(), Value::Null));
    api.sandbox.advance(Duration::from_secs(30));
    assert_eq!(state().await, ("ready".to_owned(), json!(0.5)));
    api.sandbox.switches(|switches| switches.soundslice.media_outcome = Outcome::Error);
    put(&api.upload_url(&path, "").await, &wav(8_000, 1, 8, 8_000)).await;
    api.sandbox.advance(Duration::from_secs(30));
    assert_eq!(state().await, ("error".to_owned(), Value::Null));
    api.sandbox.switches(|switches| switches.soundslice.media_outcome = Outcome::Ready);
    put(&api.upload_url(&path, "").await, b"anything").await;
    api.sandbox.advance(Duration::from_secs(30));
    assert_eq!(state().await, ("ready".to_owned(), json!(180.0)));
}

#[tokio::test]
async fn only_uploads_take_media() {
    let api = Api::start().await;
    for form in ["source=1&source_data=aB3-dE5_gH7", "source=8&source_data=https://example.net/a.mp3"] {
        let (_, id) = api.recording(form).await;
        let refused = api.post(&format!("/recordings/{id}/media/"), "").await;
        assert_eq!(refused.status, 422);
        assert!(refused.json()["error"].is_string());
    }
}

#[tokio::test]
async fn a_deleted_recording_takes_no_harm_from_a_late_upload() {
    let api = Api::start().await;
    api.sandbox.switches(|switches| switches.soundslice.media_delay_s = 30.0);
    let (_, id) = api.recording("source=2").await;
    let url = api.upload_url(&format!("/recordings/{id}/media/"), "").await;
    put(&url, &mp3(3)).await;
    api.delete(&format!("/recordings/{id}/")).await;
    api.sandbox.advance(Duration::from_secs(30));
    assert_eq!(put(&url, &mp3(3)).await.status, 200);
    assert_eq!(api.sandbox.effects().of("soundslice", "media").created, 0);
}
