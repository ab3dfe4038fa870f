//! Files of the user.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::Failure;

/// A score is a few megabytes at most; what is larger is something else.
const MAX_TEXT: u64 = 256 << 20;

/// Whether `-` was given in place of a file: standard input.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a file whole, or what a pipe has; not a recording or a video. `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if is_standard_input(path) {
        static IS_READ: AtomicBool = AtomicBool::new(false);
        if IS_READ.swap(true, Ordering::Relaxed) {
            return Err(Failure::usage("standard input was read already; give - only once"));
        }
        return limited(path, io::stdin().lock());
    }
    let file = File::open(path).map_err(|error| Failure::file(path, error))?;
    let about = file.metadata().map_err(|error| Failure::file(path, error))?;
    if about.is_dir() {
        return Err(Failure::file(path, "this is a folder; give a file"));
    }
    if about.len() > MAX_TEXT {
        return Err(Failure::file(
            path,
            format_args!("{} bytes are too many for a score or a list of points", about.len()),
        ));
    }
    limited(path, file)
}

/// What a reader has; one that does not end is refused.
fn limited(path: &Path, reader: impl io::Read) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    reader.take(MAX_TEXT + 1).read_to_end(&mut bytes).map_err(|error| Failure::file(path, error))?;
    if bytes.len() as u64 > MAX_TEXT {
        return Err(Failure::file(
            path,
            format_args!(
                "this goes on after {MAX_TEXT} bytes, which are too many for a score or a list of points"
            ),
        ));
    }
    Ok(bytes)
}

/// The first bytes of a file.
pub(crate) fn start(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| Failure::file(path, error))
}

/// Reads a file of text.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    text(path, read(path)?)
}

/// The text in what was read from a file.
pub(crate) fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| match kind(error.as_bytes()) {
        Some(kind) => Failure::file(path, format_args!("this is {kind}, not text")),
        None => Failure::file(
            path,
            "this is not text; points are text in one of the formats of `segno points convert --help`",
        ),
    })
}

/// What a file is by its first bytes, for those that are often given by mistake.
pub(crate) fn kind(bytes: &[u8]) -> Option<&'static str> {
    let riff = |form: &[u8]| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(form);
    Some(match bytes {
        [b'I', b'D', b'3', ..] => "an MP3 recording",
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => "an MP3 recording",
        _ if riff(b"WAVE") => "a WAV recording",
        _ if bytes.starts_with(b"fLaC") => "a FLAC recording",
        _ if bytes.starts_with(b"OggS") => "an Ogg recording",
        _ if bytes.starts_with(b"FORM") && bytes.get(8..12).is_some_and(|form| form.starts_with(b"AIF")) => {
            "an AIFF recording"
        }
        _ if bytes.get(4..8) == Some(b"ftyp") => "an MP4 or M4A recording",
        _ if bytes.starts_with(b"%PDF") => "a PDF",
        _ if bytes.starts_with(b"\x89PNG") || bytes.starts_with(&[0xff, 0xd8, 0xff]) => "a picture",
        _ if bytes.starts_with(b"MThd") => "a MIDI file",
        _ if bytes.starts_with(b"PK\x03\x04") => "a ZIP file, such as a compressed score",
        _ => return None,
    })
}

/// Whether a file is a recording by its first bytes.
pub(crate) fn is_recording(bytes: &[u8]) -> bool {
    kind(bytes).is_some_and(|kind| kind.ends_with("recording"))
}
