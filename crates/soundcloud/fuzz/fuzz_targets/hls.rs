//! Any playlist, behind any pieces: no panic, nothing requested but what the playlist names, and audio that ends.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use segno_soundcloud::core::http::Request;
use segno_soundcloud::core::testing::{FnTransport, ManualClock};
use segno_soundcloud::core::{Bytes, Response, Retry, Timestamp};
use segno_soundcloud::{Client, TrackUrn};

const HLS: &str = "https://api.soundcloud.com/tracks/soundcloud:tracks:1/streams/6f1c/hls";

fuzz_target!(|input: (&str, &[u8])| {
    let (playlist, piece) = (input.0.to_owned(), Bytes::copy_from_slice(input.1));
    let transport = Arc::new(FnTransport::new(move |request: Request<Bytes>| {
        let path = request.uri().path();
        let respond = |status: u16, body: Bytes| Ok(Response::builder().status(status).body(body).unwrap());
        if path.ends_with("/streams") {
            return respond(200, format!(r#"{{"hls_aac_160_url":"{HLS}"}}"#).into());
        }
        if path.ends_with("/hls") {
            let list = "https://cdn.example/a/list.m3u8?expires=9999999999";
            return Ok(Response::builder().status(302).header("location", list).body(Bytes::new()).unwrap());
        }
        if path == "/a/list.m3u8" {
            return respond(200, playlist.clone().into());
        }
        // A key has 16 bytes; a piece is what it is.
        if path.ends_with("key") { respond(200, vec![7; 16].into()) } else { respond(200, piece.clone()) }
    }));
    let clock = ManualClock::new(Timestamp::from_unix_seconds(1_795_292_100).unwrap());
    let client = Client::builder()
        .token("t")
        .settings(move |core| core.transport(Arc::clone(&transport)).clock(clock.clone()).retry(Retry::never()))
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut audio = match client.audio(TrackUrn::new(1)).open().await {
            Ok(audio) => audio,
            Err(error) => {
                assert!(!error.to_string().contains(char::is_control), "{error:?}");
                return;
            }
        };
        assert!(input.0.contains("#EXT-X-ENDLIST") && audio.pieces() > 0);
        let mut given = 0;
        while let Some(bytes) = audio.next().await {
            match bytes {
                // A piece may be the playlist itself, or what stands before it.
                Ok(bytes) => assert!(bytes.len() <= input.1.len().max(input.0.len()).max(HLS.len() * 2)),
                Err(_) => break,
            }
            given += 1;
        }
        assert!(given <= audio.pieces());
    });
});
