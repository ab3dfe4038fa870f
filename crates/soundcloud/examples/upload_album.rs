//! Uploads a folder of recordings as an album, one after the other with progress, and makes a playlist of them in the order of their names.
//! What was uploaded before, by its title, is not uploaded again.
//!
//! ```text
//! SOUNDCLOUD_CLIENT_ID=… SOUNDCLOUD_CLIENT_SECRET=… SOUNDCLOUD_TOKEN_FILE=tokens.json \
//!     cargo run -p segno-soundcloud --example upload_album -- album/ "Low Tide"
//! ```
//!
//! The example `login` fills the token file. Against the sandbox: `cargo xtask example upload_album crates/sandbox/assets "Old dances"`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use segno_soundcloud::playlists::{self, PlaylistFields};
use segno_soundcloud::tracks::{self, Asset, Format, TrackFields, Upload};
use segno_soundcloud::{Client, SetType, Sharing};

/// How long a track may take until it can be heard.
const LIMIT: Duration = Duration::from_secs(600);

#[tokio::main]
async fn main() -> ExitCode {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let title = std::env::args().nth(2).unwrap_or_else(|| "An album".to_owned());
    match upload(Path::new(&folder), &title).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn upload(folder: &Path, title: &str) -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let mut there = HashMap::new();
    let mut own = client.pages(tracks::Mine::new()).items();
    while let Some(track) = own.next().await {
        let track = track?;
        there.extend(track.title.zip(track.urn));
    }
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|path| Format::of_name(&path.to_string_lossy()).is_some());
    files.sort();

    let mut urns = Vec::new();
    for file in files {
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(urn) = there.get(&name) {
            println!("{name}: is there");
            urns.push(*urn);
            continue;
        }
        let fields = TrackFields::new().sharing(Sharing::Private);
        let upload = Upload::new(&*name, Asset::file(&file).await?).fields(fields);
        let shown = name.clone();
        let job = client.upload(upload).wait_until_ready(LIMIT).progress(move |progress| {
            let total = progress.total.unwrap_or(progress.bytes).max(1);
            print!("\r{shown}: {:3} %", progress.bytes * 100 / total);
        });
        let track = job.send().await?.track;
        println!("\r{name}: {}", track.permalink_url.as_ref().map_or("uploaded", |_| "can be heard"));
        urns.extend(track.urn);
    }
    let fields = PlaylistFields::new().set_type(SetType::Album).sharing(Sharing::Private);
    let album = client.send(&playlists::Create::new(title).fields(fields).tracks(urns)).await?;
    println!("{title}: {} tracks", album.track_count.unwrap_or_default());
    Ok(())
}
