//! `cargo xtask demo`: a score from MuseScore onto Soundslice, bar lines tied to seconds, against the sandbox.
//!
//! Everything goes through the public interface of the crates, as in a program of somebody else.

use std::process::ExitCode;
use std::time::Duration;

use segno_musescore::Credentials;
use segno_sandbox::Sandbox;
use segno_soundslice::core::Body;
use segno_soundslice::{
    Client, EmbedStatus, MediaUpload, NotationUpload, RecordingId, Scorehash, Status, folders, recordings,
    slices, syncpoints,
};
use segno_syncpoint::{Crop, SyncMap, simplify, wire};

use crate::{runtime, say};

mod listener;
mod piece;
mod player;
mod progress;
mod report;

use piece::Piece;

const USAGE: &str = "usage: cargo xtask demo";

/// How far the bar lines of the published map may be off, in seconds. A listener does not notice less.
const TOLERANCE: f64 = 0.02;

/// Runs the demo and writes `target/demo/report.html`.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    if !arguments.is_empty() {
        return Err(USAGE.into());
    }
    runtime()?.block_on(play()).map_err(|error| format!("the demo stopped: {error}"))?;
    Ok(ExitCode::SUCCESS)
}

/// What is on Soundslice when the demo is through.
struct Published {
    slice: Scorehash,
    recording: RecordingId,
    map: SyncMap,
    crop: Crop,
}

async fn play() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let description = sandbox.description();
    let (from, to) = (description.musescore, description.soundslice);
    say(format_args!("The sandbox plays MuseScore at {} and Soundslice at {}", from.base_url, to.base_url));
    let musescore = segno_musescore::Client::builder(Credentials::key(from.consumer_key))
        .base_url(&from.base_url)
        .oauth_url(&from.oauth_url)
        .web_url(&from.web_url)
        .static_url(&from.static_url)
        .build()?;
    let client = Client::builder(&to.app_id, to.password).base_url(&to.base_url).build()?;

    let piece = Piece::find(&musescore, "Minuet in G").await?;
    say(format_args!(
        "{} by {}: {} written bars, {} played",
        piece.title,
        piece.composer,
        piece.written(),
        piece.play.len()
    ));

    let published = publish(&client, &piece).await?;
    check(&client, &piece, &published).await?;
    let account = report::Account::read(&client).await?;
    let file = report::write(&piece, &published, &account)?;
    say(format_args!("The report: {}", file.display()));
    sandbox.stop().await;
    Ok(())
}

async fn publish(client: &Client, piece: &Piece) -> Result<Published, Box<dyn std::error::Error>> {
    let folder = client.send(&folders::Create::new("Published by the demo")).await?;
    let create = slices::Create::new()
        .name(&piece.title)
        .artist(&piece.composer)
        .status(Status::SecretUrl)
        .embed_status(EmbedStatus::AllowlistedDomains)
        .folder(folder.clone());
    let created = client.send(&create).await?;
    let slice = created.scorehash.clone();
    say(format_args!("Folder {folder}, slice {slice}"));

    // The notation, with the news that it is processed.
    let listener = listener::Listener::open().await?;
    let bar = progress::Bar::new("notation", piece.notation.len() as u64);
    let upload = NotationUpload::new(slice.clone(), piece.notation.clone()).callback_url(listener.url());
    client.upload_notation(upload.progress(bar.report())).await?;
    bar.finish();
    let callback = listener.callback(Duration::from_secs(30)).await?;
    if !callback.slice.means(&slice, created.slug.as_ref()) {
        return Err(format!("the callback is about another slice: {:?}", callback.slice).into());
    }
    callback.outcome.map_err(|reason| format!("the notation was refused: {reason}"))?;
    say("Soundslice called back: the notation is processed");

    // The recording.
    let create = recordings::Create::mp3_upload(slice.clone()).name("Studio recording");
    let recording = client.send(&create).await?;
    let bar = progress::Bar::new("recording", piece.recording.len() as u64);
    let upload = MediaUpload::new(recording, Body::from(piece.recording.clone()));
    let upload = upload.wait(slice.clone(), Duration::from_secs(60)).progress(bar.report());
    client.upload_media(upload).await?;
    bar.finish();

    // The bar lines: as few points as keep every one of them in its place.
    let whole = &piece.map;
    let bars: Vec<f64> = whole.points().iter().map(|point| point.position.bars()).collect();
    let times: Vec<f64> = whole.points().iter().map(|point| point.time).collect();
    let fewest = simplify::minimum(&bars, &times, TOLERANCE, &simplify::Rules::KEEP)?;
    let kept: Vec<_> = fewest.points.iter().map(|point| whole.points()[point.index]).collect();
    let map = SyncMap::new(kept)?;
    let crop = Crop::new(0.0, Some(whole.last().time))?;
    let set = syncpoints::Set::new(recording, &map).crop_start(crop.start()).crop_end(whole.last().time);
    client.send(&set).await?;
    let (all, few, off) = (whole.points().len(), map.points().len(), TOLERANCE * 1000.0);
    say(format_args!("Syncpoints: {few} of {all} bar lines keep all within {off:.0} ms"));
    Ok(Published { slice, recording, map, crop })
}

/// Reads everything back and compares it: byte for byte, point for point.
async fn check(
    client: &Client,
    piece: &Piece,
    published: &Published,
) -> Result<(), Box<dyn std::error::Error>> {
    let slice = client.send(&slices::Get::new(&published.slice)).await?;
    let same =
        slice.name == piece.title && slice.artist == piece.composer && slice.has_notation == Some(true);
    if !same || slice.recording_count != Some(1) {
        return Err(format!("the slice is not what was published: {slice:?}").into());
    }
    let mut notation = Vec::new();
    client.download_notation(&published.slice, &mut notation).await?.ok_or("the notation is gone")?;
    if notation != piece.notation {
        return Err("the notation is not byte for byte what was uploaded".into());
    }
    let back: SyncMap = client.send(&syncpoints::Get::of(published.recording)).await?;
    if back.points() != published.map.points() {
        return Err(format!("the syncpoints differ: {}", wire::write(back.points())).into());
    }
    let recordings = client.send(&recordings::List::new(&published.slice)).await?;
    let duration = recordings.first().and_then(|recording| recording.cropped_duration);
    let expected = published.crop.duration_of(piece.map.last().time);
    if duration.is_none_or(|duration| (duration - expected).abs() > 1e-6) {
        return Err(format!("the recording lasts {duration:?} s, not {expected} s").into());
    }
    say(format_args!(
        "Read back: notation byte for byte, {} syncpoints point for point, {expected:.1} s to play",
        back.points().len()
    ));
    Ok(())
}
