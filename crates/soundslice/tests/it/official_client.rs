//! The known defects of the official client, each impossible here.

use segno_core::testing;
use segno_core::{Endpoint, Replay, Response};
use segno_sandbox::Sandbox;
use segno_soundslice::{
    Client, EmbedStatus, FolderId, PrintStatus, Source, Status, Syncpoint, UserId, folders, notation,
    recordings, slices, storage, syncpoints,
};

use crate::sample::{RECORDING, folder, responding, silent, slice, url};

fn body(endpoint: &impl Endpoint) -> String {
    let text = testing::wire(silent().core(), endpoint).unwrap();
    text.split_once("\n\n").map_or_else(String::new, |(_, body)| body.to_owned())
}

async fn sandbox() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let access = sandbox.description().soundslice;
    let builder = Client::builder(&access.app_id, access.password).base_url(&access.base_url);
    (sandbox, builder.build().unwrap())
}

#[tokio::test]
async fn d1_every_source_can_be_created() {
    let (_sandbox, client) = sandbox().await;
    let slice = client.send(&slices::Create::new()).await.unwrap().scorehash;
    let all = [
        recordings::Create::youtube(slice.clone(), "aB3-dE5_gH7"),
        recordings::Create::mp3_upload(slice.clone()),
        recordings::Create::video_url(slice.clone(), "https://media.example.net/a.mp4"),
        recordings::Create::video_upload(slice.clone()),
        recordings::Create::vimeo(slice.clone(), "76979871"),
        recordings::Create::wistia(slice.clone(), "abcde12345"),
        recordings::Create::mp3_url(slice.clone(), "https://media.example.net/a.mp3"),
    ];
    for create in all {
        client.send(&create).await.unwrap();
    }
    let sources: Vec<Source> = client
        .send(&recordings::List::new(slice))
        .await
        .unwrap()
        .into_iter()
        .filter_map(|r| r.source)
        .collect();
    assert_eq!(sources.iter().map(|source| source.number()).collect::<Vec<_>>(), [1, 2, 3, 4, 6, 7, 8]);
}

#[test]
fn d2_syncpoints_are_json_text() {
    let points = [Syncpoint::bar(0, 0.0), Syncpoint::bar(1, 2.0)];
    assert_eq!(
        body(&syncpoints::Set::new(RECORDING, &points[..])),
        "syncpoints=%5B%5B0%2C0%5D%2C%5B1%2C2%5D%5D"
    );
}

#[tokio::test]
async fn d3_and_d4_both_crops_arrive_and_zero_resets() {
    let (sandbox, client) = sandbox().await;
    sandbox.switches(|switches| switches.soundslice.media_duration_s = Some(60.0));
    let slice = client.send(&slices::Create::new()).await.unwrap().scorehash;
    let create = recordings::Create::mp3_url(slice.clone(), "https://media.example.net/a.mp3");
    let recording = client.send(&create).await.unwrap();
    let points = [Syncpoint::bar(0, 0.0)];
    let duration = async || client.send(&recordings::List::new(&slice)).await.unwrap()[0].cropped_duration;
    client.send(&syncpoints::Set::new(recording, &points[..]).crop_start(10.0).crop_end(50.0)).await.unwrap();
    assert_eq!(duration().await, Some(40.0));
    client.send(&syncpoints::Set::new(recording, &points[..]).crop_start(0.0)).await.unwrap();
    assert_eq!(duration().await, Some(50.0));
}

#[tokio::test]
async fn d5_an_empty_text_clears() {
    let (_sandbox, client) = sandbox().await;
    let slice = client.send(&slices::Create::new()).await.unwrap().scorehash;
    let (video, playlist) = ("https://media.example.net/a.mp4", "https://media.example.net/a.m3u8");
    let recording =
        client.send(&recordings::Create::video_url_and_hls(slice, video, playlist)).await.unwrap();
    let changed = client.send(&recordings::Change::new(recording).hls_url("")).await.unwrap();
    assert_eq!((changed.hls_url.as_str(), changed.source_data.as_str()), ("", video));
}

#[tokio::test]
async fn d6_folders_can_be_looked_into() {
    let (_sandbox, client) = sandbox().await;
    let folder = client.send(&folders::Create::new("Box")).await.unwrap();
    let slice = client.send(&slices::Create::new().folder(folder.clone())).await.unwrap().scorehash;
    let contents = client.send(&folders::Get::new(folder)).await.unwrap();
    assert_eq!(contents.slices[0].scorehash, slice);
}

#[test]
fn d7_a_slice_moves_to_another_account() {
    let to = slices::Move::new(slice(), Some(FolderId::from(5))).user(UserId::new(31));
    assert_eq!(body(&to), "folder_id=5&user_id=31");
}

#[tokio::test]
async fn d8_every_failure_is_a_typed_error() {
    for (status, text) in [(401, ""), (404, "<!DOCTYPE html>"), (500, "oops"), (502, "<html>")] {
        let error = responding(status, text).send(&slices::Create::new()).await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    }
    let unprocessable = responding(422, r#"{"error": "Please provide a name."}"#);
    let error = unprocessable.send(&folders::Create::new("x")).await.unwrap_err();
    assert_eq!(error.api().unwrap().to_string(), "Please provide a name.");
}

#[tokio::test]
async fn d9_a_failed_put_is_an_error_and_the_recording_is_known() {
    let failing = responding(403, "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message></Error>");
    let error = failing.send(&storage::Put::new(url(), "ID3")).await.unwrap_err();
    assert!(error.to_string().contains("SignatureDoesNotMatch"), "{error}");
    // The recording comes first, as a value of its own; the upload cannot lose it.
    let (_sandbox, client) = sandbox().await;
    let slice = client.send(&slices::Create::new()).await.unwrap().scorehash;
    let recording = client.send(&recordings::Create::mp3_upload(slice.clone())).await.unwrap();
    assert_eq!(client.send(&recordings::List::new(slice)).await.unwrap()[0].id, recording);
}

#[tokio::test]
async fn d10_absence_has_a_type() {
    assert_eq!(
        responding(200, r#"{"url": ""}"#).send(&notation::Original::new(slice())).await.unwrap(),
        None
    );
    assert_eq!(responding(404, "<!DOCTYPE html>").send(&slices::MusicXml::new(slice())).await.unwrap(), None);
}

#[test]
fn d11_a_linked_source_always_has_its_data() {
    let create = recordings::Create::vimeo(slice(), "");
    let error = testing::wire(silent().core(), &create).unwrap_err();
    assert_eq!(error.to_string(), "source_data: must not be empty for this source");
}

#[test]
fn d12_every_value_can_be_sent_explicitly() {
    let create = slices::Create::new()
        .status(Status::Private)
        .embed_status(EmbedStatus::AnyDomain)
        .print_status(PrintStatus::Off)
        .folder(folder());
    assert_eq!(body(&create), "status=1&embed_status=2&print_status=1&folder_id=5120");
}

#[tokio::test]
async fn d13_files_are_bytes() {
    let folder = segno_testkit::Folder::new();
    let path = folder.file("score.gp");
    let bytes = b"PK\x03\x04\r\n\x1a\xff binary".to_vec();
    std::fs::write(&path, &bytes).unwrap();
    let put = storage::Put::new(url(), segno_core::Body::file(&path).await.unwrap());
    let text = testing::wire_bytes(silent().core(), &put).await.unwrap();
    assert!(text.ends_with(&bytes), "not one byte is translated");
}

#[test]
fn d14_lists_are_lists() {
    let slices: Vec<slices::Slice> = slices::List::read(Response::new("[]".into())).unwrap().into();
    let recordings: Vec<recordings::Recording> =
        recordings::List::read(Response::new("[]".into())).unwrap().into();
    assert!(slices.is_empty() && recordings.is_empty());
}

#[tokio::test]
async fn d15_reads_are_repeated_connections_reused_and_time_bounded() {
    let (sandbox, client) = sandbox().await;
    sandbox.fault(segno_sandbox::Fault::status(503));
    client.send(&slices::List::new()).await.unwrap();
    assert_eq!(sandbox.requests().len(), 2);
    assert_eq!(slices::List::REPLAY, Replay::Safe);
    assert_eq!(segno_core::Timeouts::default().call, std::time::Duration::from_secs(60));
}
