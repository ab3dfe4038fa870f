//! Publishes a folder of scores: each `NAME.musicxml` becomes a slice in a folder of the account, with the recording `NAME.mp3` and the
//! syncpoints `NAME.json` that lie beside it. What is there already, by its name, is left alone: run it again after a failure.
//!
//! ```text
//! SOUNDSLICE_APP_ID=… SOUNDSLICE_PASSWORD=… cargo run -p segno-soundslice --example publish_folder -- scores/
//! ```
//!
//! Against the sandbox: `cargo xtask example publish_folder crates/sandbox/assets`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::HashSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use segno_soundslice::core::Body;
use segno_soundslice::{Client, MediaUpload, NotationUpload, folders, recordings, slices, syncpoints};

/// How long the service may take to process a file.
const LIMIT: Duration = Duration::from_secs(600);

#[tokio::main]
async fn main() -> ExitCode {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    match publish(Path::new(&folder)).await {
        Ok(count) => {
            println!("{count} published");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn publish(folder: &Path) -> Result<usize, Box<dyn Error>> {
    let client = Client::from_env()?;
    let mut there = HashSet::new();
    let mut slices = client.stream(&slices::List::new()).await?;
    while let Some(slice) = slices.next().await {
        there.insert(slice?.name);
    }
    let mut scores: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    scores.retain(|path| path.extension().is_some_and(|extension| extension == "musicxml"));
    scores.sort();

    let mut target = None;
    let mut count = 0;
    for score in scores {
        let name = score.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if there.contains(&name) {
            println!("{name}: is there");
            continue;
        }
        let parent = match &target {
            Some(id) => id,
            None => &*target.insert(client.send(&folders::Create::new("Published scores")).await?),
        };
        let slice = client.send(&slices::Create::new().name(&name).folder(parent.clone())).await?.scorehash;
        client.upload_notation(NotationUpload::new(&slice, Body::file(&score).await?).wait(LIMIT)).await?;
        println!("{name}: https://www.soundslice.com/slices/{slice}/");
        count += 1;

        let audio = score.with_extension("mp3");
        if !audio.is_file() {
            continue;
        }
        let recording = client.send(&recordings::Create::mp3_upload(&slice).name("Recording")).await?;
        client
            .upload_media(MediaUpload::new(recording, Body::file(&audio).await?).wait(&slice, LIMIT))
            .await?;
        let points = score.with_extension("json");
        if points.is_file() {
            // As they are: any JSON that the service's own form has.
            let points: serde_json::Value = serde_json::from_slice(&std::fs::read(points)?)?;
            client.send(&syncpoints::Set::new(recording, &points)).await?;
        }
    }
    Ok(count)
}
