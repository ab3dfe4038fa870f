//! Copies every score of the user onto this disk, as it was published and as MusicXML. What is there already is not fetched again, so a copy
//! can be kept up to date.
//!
//! ```text
//! MUSESCORE_CONSUMER_KEY=… MUSESCORE_CONSUMER_SECRET=… MUSESCORE_TOKEN_FILE=token.json \
//!     cargo run -p segno-musescore --example mirror_account -- scores/
//! ```
//!
//! Against the sandbox: `cargo xtask example mirror_account target/scores`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use segno_musescore::files::{self, File};
use segno_musescore::{Client, users};

#[tokio::main]
async fn main() -> ExitCode {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "scores".to_owned());
    match mirror(Path::new(&folder)).await {
        Ok((fetched, kept)) => {
            println!("{fetched} files fetched, {kept} were there");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn mirror(folder: &Path) -> Result<(u32, u32), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let client = Client::from_env()?;
    let me = client.send(&users::Me::new()).await?;
    let (mut fetched, mut kept) = (0, 0);
    let mut scores = client.items(users::Scores::new(me.id));
    while let Some(score) = scores.next().await {
        let score = score?;
        // The version is part of the name: a score that was changed is fetched again.
        let version = score.vid.as_ref().map_or_else(String::new, |version| format!("-{version}"));
        for (file, extension) in [(File::MuseScore, "mscz"), (File::MusicXml, "mxl")] {
            let path = folder.join(format!("{}{version}.{extension}", score.id));
            if path.exists() {
                kept += 1;
                continue;
            }
            match client.call(&files::Get::of(&score, file)).download_to(&path).await {
                Ok(_) => fetched += 1,
                // Not every score has every file.
                Err(error) if files::is_unavailable(&error) => println!("{}: has no {file}", score.title),
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok((fetched, kept))
}
