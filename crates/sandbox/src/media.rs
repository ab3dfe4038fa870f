//! How long audio lasts, read from its bytes.

pub(crate) mod mp3;
pub(crate) mod wav;

use std::io::{BufReader, Read, Seek};

/// Seconds of a WAV or MP3 file; `None` for anything else.
pub(crate) fn seconds_of_audio(reader: &mut BufReader<impl Read + Seek>, len: u64) -> Option<f64> {
    wav::duration(reader, len).or_else(|| mp3::duration(reader, len))
}
