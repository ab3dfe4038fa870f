//! Every endpoint driven once against the sandbox, or the real service, and its exchange kept as a file.

use segno_core::transport::hyper::Hyper;
use segno_core::{Body, Timeouts};
use segno_sandbox::{Host, Sandbox};
use segno_soundslice::{
    Client, EmbedStatus, FolderId, PrintStatus, RecordingId, Scorehash, Status, folders, lists, notation,
    recordings, slices, storage, syncpoints,
};
use segno_testkit::Recording;

use crate::sample::POINTS;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// When the recorded exchanges happen: far enough ahead that no presigned URL of a fixture is mistaken for a real one.
const THEN: u64 = 1_900_000_000;

const SCORE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<score-partwise version=\"4.0\"><part-list>\
    <score-part id=\"P1\"><part-name>Cello</part-name></score-part></part-list>\
    <part id=\"P1\"><measure number=\"1\"/></part></score-partwise>\n";

/// Each endpoint once as it should go, and the documented failures. If the account is somebody's own (`live`), its whole
/// catalogue must not end up in a file.
pub(crate) async fn drive(
    r: &mut Recording,
    client: &Client,
    live: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let top =
        r.keep("folders/create-top", async || client.send(&folders::Create::new("Studies")).await).await?;
    let folder = r
        .keep("folders/create", async || {
            client.send(&folders::Create::new("Warm-ups").parent(top.clone())).await
        })
        .await?;
    r.keep("folders/list", async || client.send(&folders::List::new().parent(top.clone())).await).await?;
    if !live {
        r.keep("folders/list-top", async || client.send(&folders::List::new()).await).await?;
    }
    r.keep("folders/rename", async || {
        client.send(&folders::Rename::new(folder.clone(), "Warm-ups (old)")).await
    })
    .await?;

    let create = slices::Create::new()
        .name("Morning Étude")
        .artist("R. Okafor")
        .status(Status::SecretUrl)
        .embed_status(EmbedStatus::AllowlistedDomains)
        .print_status(PrintStatus::Allowed)
        .folder(folder.clone());
    let slice = r.keep("slices/create", async || client.send(&create).await).await?.scorehash;
    let plain =
        r.keep("slices/create-untitled", async || client.send(&slices::Create::new()).await).await?.scorehash;
    let lost = slices::Create::new().name("Lost").folder(FolderId::from(999_999));
    r.keep("slices/create-422", async || client.send(&lost).await)
        .await
        .expect_err("a folder that does not exist");
    r.keep("folders/get", async || client.send(&folders::Get::new(&folder)).await).await?;
    r.keep("folders/delete-422", async || client.send(&folders::Delete::new(&folder)).await)
        .await
        .expect_err("it has a slice");
    r.keep("slices/musicxml-404", async || client.send(&slices::MusicXml::new(&slice)).await).await?;

    let start = notation::StartUpload::new(&slice);
    let url = r.keep("notation/start_upload", async || client.send(&start).await).await?;
    r.keep("storage/put", async || client.send(&storage::Put::new(url.clone(), Body::from(SCORE))).await)
        .await?;
    let original =
        r.keep("notation/original", async || client.send(&notation::Original::new(&slice)).await).await?;
    let original = original.ok_or("no original")?;
    r.keep("storage/get", async || client.send(&storage::Get::new(original.clone())).await).await?;
    r.keep("notation/original-none", async || client.send(&notation::Original::new(plain.clone())).await)
        .await?;
    r.keep("slices/musicxml", async || client.send(&slices::MusicXml::new(&slice)).await).await?;

    let (video, playlist) =
        ("https://media.example.net/v/etude.mp4", "https://media.example.net/v/etude.m3u8");
    let camera = recordings::Create::video_url_and_hls(slice.clone(), video, playlist).name("Camera A");
    let camera = r.keep("recordings/create", async || client.send(&camera).await).await?;
    let audio = recordings::Create::mp3_upload(slice.clone());
    let audio = r.keep("recordings/create-upload", async || client.send(&audio).await).await?;
    let youtube = recordings::Create::youtube(slice.clone(), "https://www.youtube.com/watch?v=aB3-dE5_gH7");
    let youtube = r.keep("recordings/create-youtube", async || client.send(&youtube).await).await?;
    let set = syncpoints::Set::new(camera, &POINTS[..]).crop_start(1.5).crop_end(62.0);
    r.keep("syncpoints/set", async || client.send(&set).await).await?;
    r.keep("syncpoints/get", async || client.send(&syncpoints::Get::new(camera)).await).await?;
    r.keep("syncpoints/get-none", async || client.send(&syncpoints::Get::new(youtube)).await).await?;
    let order = recordings::Reorder::new(slice.clone(), [youtube, audio, camera]);
    r.keep("recordings/reorder", async || client.send(&order).await).await?;
    let few = recordings::Reorder::new(slice.clone(), [youtube]);
    r.keep("recordings/reorder-422", async || client.send(&few).await)
        .await
        .expect_err("two recordings are missing");
    r.keep("recordings/list", async || client.send(&recordings::List::new(&slice)).await).await?;
    let change = recordings::Change::new(camera).name("Camera B").hls_url("");
    r.keep("recordings/change", async || client.send(&change).await).await?;
    r.keep("recordings/start_upload", async || client.send(&recordings::StartUpload::new(audio)).await)
        .await?;
    let linked = recordings::StartUpload::new(camera);
    r.keep("recordings/start_upload-422", async || client.send(&linked).await)
        .await
        .expect_err("a linked video takes no upload");
    r.keep("recordings/delete", async || client.send(&recordings::Delete::new(youtube)).await).await?;
    let unknown = recordings::Delete::new(RecordingId::new(999_999_999));
    r.keep("recordings/delete-403", async || client.send(&unknown).await)
        .await
        .expect_err("no such recording");

    r.keep("slices/get", async || client.send(&slices::Get::new(&slice)).await).await?;
    let unknown: Scorehash = "ZZZZZ".parse()?;
    r.keep("slices/get-403", async || client.send(&slices::Get::new(&unknown)).await)
        .await
        .expect_err("no such slice");
    r.keep("slices/move", async || client.send(&slices::Move::new(slice.clone(), Some(top.clone()))).await)
        .await?;
    r.keep("slices/move-root", async || client.send(&slices::Move::new(slice.clone(), None)).await).await?;
    let nowhere = slices::Move::new(slice.clone(), Some(FolderId::from(999_999)));
    r.keep("slices/move-422", async || client.send(&nowhere).await)
        .await
        .expect_err("a folder that does not exist");
    let copy = r
        .keep("slices/duplicate", async || client.send(&slices::Duplicate::new(&slice)).await)
        .await?
        .scorehash;

    let list = r.keep("lists/create", async || client.send(&lists::Create::new("Warm-ups")).await).await?;
    r.keep("lists/rename", async || client.send(&lists::Rename::new(list.clone(), "Warm-ups (old)")).await)
        .await?;
    let add = lists::AddSlices::new(list.clone(), [slice.clone(), copy.clone()]);
    r.keep("lists/add_slices", async || client.send(&add).await).await?;
    r.keep("lists/remove_slice", async || {
        client.send(&lists::RemoveSlice::new(list.clone(), copy.clone())).await
    })
    .await?;

    r.keep("folders/delete", async || client.send(&folders::Delete::new(&folder)).await).await?;
    r.keep("folders/delete-404", async || client.send(&folders::Delete::new(FolderId::from(999_999))).await)
        .await
        .expect_err("none such");
    if !live {
        r.keep("slices/list", async || client.send(&slices::List::new()).await).await?;
    }
    r.keep("slices/delete", async || client.send(&slices::Delete::new(copy.clone())).await).await?;
    // Nothing is left behind, which matters where the service is real.
    for slice in [slice, plain] {
        client.send(&slices::Delete::new(slice)).await?;
    }
    client.send(&folders::Delete::new(top)).await?;
    Ok(())
}

/// A client for a sandbox, whose calls are kept.
pub(crate) fn client(sandbox: &Sandbox, recording: &mut Recording) -> Client {
    let access = sandbox.description().soundslice;
    recording.secret("the password", &access.password);
    recording.secret("the credentials", &format!("{}:{}", access.app_id, access.password));
    let builder = Client::builder(&access.app_id, access.password).base_url(&access.base_url);
    builder.settings(|core| recording.settings(core)).build().unwrap()
}

#[tokio::test]
async fn from_the_sandbox() {
    let sandbox = Sandbox::builder().seed(1).frozen_at(THEN).start().await.unwrap();
    let hosts = [(Host::SOUNDSLICE, "soundslice.example"), (Host::STORAGE, "storage.example")];
    let hosts = hosts.map(|(host, name)| (sandbox.origin(host), name));
    let mut recording = Recording::new(Hyper::new(Timeouts::default()), FOLDER, hosts);
    let client = client(&sandbox, &mut recording);
    drive(&mut recording, &client, false).await.unwrap();
    recording.finish();
}

/// Runs only when it is told which service is real (`cargo xtask fixtures --live soundslice`).
#[tokio::test]
async fn from_the_real_service() {
    if std::env::var("SEGNO_LIVE").as_deref() != Ok("soundslice") {
        return;
    }
    let hyper = Hyper::new(Timeouts::default());
    let mut recording = Recording::new(hyper, FOLDER, []).others_stay();
    let client =
        Client::builder_from_env().unwrap().settings(|core| recording.settings(core)).build().unwrap();
    drive(&mut recording, &client, true).await.unwrap();
    recording.finish();
}
