//! Recordings and videos of the user: what is found out about them before anything is made.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use clap::Args;
use segno_core::Body;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::files;

mod mp3;
mod mp4;

/// Whether a file that breaks off is sent all the same.
#[derive(Args, Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Truncated {
    /// Send a recording although its end is missing
    #[arg(long)]
    allow_truncated: bool,
}

/// A recording or video that can be sent.
pub(crate) struct Media {
    pub(crate) body: Body,
    pub(crate) is_video: bool,
    /// How long it plays, if the file tells.
    pub(crate) seconds: Option<f64>,
}

/// What the inside of a file tells.
#[derive(Debug, Default, PartialEq)]
struct Content {
    seconds: Option<f64>,
    /// What is missing at its end.
    missing: Option<String>,
}

impl Media {
    /// Looks at a file. What is clearly no recording, or has lost its end, is refused.
    pub(crate) async fn open(path: &Path, truncated: Truncated) -> Result<Self, Failure> {
        if files::is_standard_input(path) {
            return Err(Failure::usage(
                "a recording must be a file, because it is read more than once, found -",
            ));
        }
        let about = fs::metadata(path).map_err(|error| Failure::file(path, error))?;
        if about.is_dir() {
            return Err(Failure::file(path, "this is a folder; give a file"));
        }
        if !about.is_file() {
            return Err(Failure::file(
                path,
                "this is a pipe or a device, and a recording is read more than once; save it in a file",
            ));
        }
        if about.len() == 0 {
            return Err(Failure::file(path, "the file is empty; give a recording"));
        }
        let start = files::start(path)?;
        let kind = files::kind(&start);
        // A name that is wrong does not make a recording a video.
        let is_video = is_video(path) && kind != Some("an MP3 recording");
        if is_video {
            if let Some(kind) = kind.filter(|kind| !kind.ends_with("recording")) {
                return Err(Failure::file(path, format_args!("this is {kind}, not a video")));
            }
        } else if !files::is_recording(&start) {
            let kind = kind.map_or_else(String::new, |kind| format!("{kind}, "));
            return Err(Failure::file(path, format_args!("this is {kind}not a recording; give an MP3")));
        }
        let Content { seconds, missing } = look(path)?;
        refuse_truncated(path, missing, truncated)?;
        let body = Body::file(path).await.map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self { body, is_video, seconds })
    }
}

/// Refuses a recording of any kind whose end is missing, as far as its kind tells that.
pub(crate) fn is_whole(path: &Path, truncated: Truncated) -> Result<(), Failure> {
    refuse_truncated(path, look(path)?.missing, truncated)
}

fn refuse_truncated(path: &Path, missing: Option<String>, truncated: Truncated) -> Result<(), Failure> {
    match missing {
        Some(missing) if !truncated.allow_truncated => Err(Failure::file(
            path,
            format_args!("the file is not whole: {missing}; get all of it, or add --allow-truncated"),
        )),
        _ => Ok(()),
    }
}

fn look(path: &Path) -> Result<Content, Failure> {
    let failed = |error| Failure::file(path, error);
    let file = File::open(path).map_err(failed)?;
    let len = file.metadata().map_err(failed)?.len();
    let start = files::start(path)?;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let found = if start.get(4..8) == Some(b"ftyp") {
        mp4::look(file.get_mut(), len)
    } else if files::kind(&start) == Some("an MP3 recording") {
        mp3::look(&mut file, len)
    } else {
        Ok(Content::default())
    };
    found.map_err(failed)
}

fn is_video(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    matches!(ending.as_str(), "mp4" | "mov" | "m4v" | "webm" | "mkv" | "avi")
}
