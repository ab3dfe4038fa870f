//! Calls and jobs dropped at every point at which they wait: the client works on, nothing is held, and no unfinished file is left.

use std::fmt::Debug;
use std::time::Duration;

use segno_core::testing::{FnTransport, ManualClock};
use segno_core::{Endpoint, Timestamp};
use segno_sandbox::Sandbox;
use segno_soundslice::{Client, MediaUpload, NotationUpload, Scorehash, notation, recordings, slices};
use segno_testkit::{Folder, Hesitant, after_downloads, drop_calls, drop_everywhere};

use crate::decode::documented;
use crate::sample::{self, Visit};

#[test]
fn every_call() {
    #[derive(Default)]
    struct Dropped(usize);

    impl Visit for Dropped {
        fn visit<E: Endpoint<Output: Debug>>(&mut self, endpoint: &E) {
            let response = documented::<E>();
            let transport = Hesitant(FnTransport::new(move |_| Ok(response.clone())));
            let clock = ManualClock::new(Timestamp::from_unix_seconds(1_900_000_000).unwrap());
            let builder = Client::builder("demoApp7", "s3cret-pass");
            let client = builder.settings(|core| core.transport(transport).clock(clock).connections(1));
            let client = client.build().unwrap();
            let dropped = drop_calls(async || client.send(endpoint).await);
            assert!(dropped >= 3, "{}: {dropped}", E::NAME);
            self.0 += dropped;
        }
    }

    let mut dropped = Dropped::default();
    sample::every_endpoint(&mut dropped);
    assert!(dropped.0 > 28 * 3, "{}", dropped.0);
}

const SCORE: &str = "<?xml version=\"1.0\"?><score-partwise version=\"4.0\"><part-list><score-part id=\"P1\">\
    <part-name>Flute</part-name></score-part></part-list><part id=\"P1\"><measure number=\"1\"/></part></score-partwise>";

async fn slice(client: &Client) -> Scorehash {
    client.send(&slices::Create::new().name("Étude")).await.unwrap().scorehash
}

/// Over real connections to the sandbox, one at a time.
#[tokio::test]
async fn jobs() {
    let sandbox = Sandbox::builder().seed(3).start().await.unwrap();
    let access = sandbox.description().soundslice;
    let builder = Client::builder(&access.app_id, access.password).base_url(&access.base_url);
    let client = builder.settings(|core| core.connections(1)).build().unwrap();
    let first = slice(&client).await;
    let works = async || assert_eq!(client.send(&slices::Get::new(&first)).await.unwrap().scorehash, first);

    let notation = async || {
        let upload = NotationUpload::new(&first, SCORE);
        client.upload_notation(upload).await.unwrap();
    };
    let mut counts = vec![drop_everywhere(notation, async |_| works().await).await];
    let media = async || {
        let recording = client.send(&recordings::Create::mp3_upload(&first)).await.unwrap();
        let upload = MediaUpload::new(recording, vec![0xFF; 100_000]).wait(&first, Duration::from_secs(60));
        let _ = client.upload_media(upload).await;
    };
    counts.push(drop_everywhere(media, async |_| works().await).await);
    let url = async || client.send(&notation::Original::new(&first)).await.unwrap().unwrap();
    counts.push(drop_everywhere(url, async |_| works().await).await);
    let written = async || {
        let mut file = Vec::new();
        client.download_notation(&first, &mut file).await.unwrap().unwrap();
        assert_eq!(file, SCORE.as_bytes());
    };
    counts.push(drop_everywhere(written, async |_| works().await).await);
    let folder = Folder::new();
    let path = folder.file("etude.musicxml");
    let saved = async || client.download_notation_to(&first, &path).await.unwrap().unwrap();
    let after = async |_| {
        works().await;
        after_downloads(&folder).await;
        if let Ok(file) = std::fs::read(&path) {
            assert_eq!(file, SCORE.as_bytes());
            std::fs::remove_file(&path).unwrap();
        }
    };
    counts.push(drop_everywhere(saved, after).await);
    assert!(counts.iter().all(|count| *count > 1), "{counts:?}");
}
