//! Finds music for a video: a mood, at most so many seconds, without voices; downloads the first song that fits, and gets the code that
//! clears it on YouTube.
//!
//! ```text
//! SOUNDSTRIPE_API_KEY=… cargo run -p segno-soundstripe --example music_for_video -- Hopeful 180
//! ```
//!
//! Against the sandbox: `cargo xtask example music_for_video Hopeful 200`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::process::ExitCode;

use segno_soundstripe::{Client, Terms, digital_usages, songs};

#[tokio::main]
async fn main() -> ExitCode {
    match find().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn find() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mood = arguments.next().unwrap_or_else(|| "Hopeful".to_owned());
    let longest: u32 = arguments.next().map_or(Ok(180), |seconds| seconds.parse())?;

    let client = Client::from_env()?;
    let list = songs::List::new().mood(Terms::new().include(&mood)?).duration_max(longest).instrumental(true);
    let mut found = client.items(list);
    while let Some(song) = found.next().await {
        let song = song?;
        let title = song.title.as_deref().unwrap_or("without a title");
        let Some(mp3) = song.primary_audio().and_then(|file| file.versions.mp3.as_ref()) else {
            println!("{title} has no MP3");
            continue;
        };
        let path = format!("{}.mp3", song.id);
        let downloaded = client.download_to(mp3, &path).await?;
        println!("{title}: {path}, {} bytes", downloaded.bytes);
        // One code clears one song in one video; each call makes another.
        let usage = client.send(&digital_usages::Create::new(song.id)).await?;
        println!("into the description of the video: {}", usage.youtube_code);
        return Ok(());
    }
    Err(format!("no song fits: {mood}, at most {longest} s, without voices").into())
}
