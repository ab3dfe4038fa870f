//! Uploaded media and its duration.

use std::io::BufReader;
use std::sync::Arc;

use http::StatusCode;
use serde::Serialize;

use super::context::RequestContext;
use super::error::{self, Result};
use super::source::Status;
use super::state::{SERVICE, Soundslice};
use crate::kit::{Response, seconds};
use crate::media::{mp3, wav};
use crate::storage::Object;

/// POST `/recordings/RECORDING_ID/media/`
pub(super) fn start_upload(context: &mut RequestContext<'_>, id: u64) -> Result {
    #[derive(Serialize)]
    struct Link {
        url: String,
    }
    if !context.recording(id)?.source.is_upload() {
        return Err(error::invalid("Media can be uploaded only for recordings whose source is 2 or 4."));
    }
    let path = format!("/soundslice-audio/uploads/{id}-{}", context.store.token());
    let life = seconds(context.switches.upload_life_s);
    let service = context.service;
    let url = service
        .storage
        .upload_url(&path, life, service, move |service, object| arrived(service, id, &object));
    Ok(Response::python_json(StatusCode::CREATED, &Link { url }))
}

/// Processes an upload. The bytes themselves are not kept: no request gives them back.
fn arrived(service: &Arc<Soundslice>, id: u64, object: &Object) {
    let content = examine(object);
    {
        let mut store = service.store.lock();
        let Some(recording) = store.recordings.get_mut(&id) else { return };
        recording.status = Status::Processing;
        recording.duration = None;
    }
    let delay = seconds(service.switches.standing().media_delay_s);
    let service = Arc::clone(service);
    Arc::clone(&service.sandbox).clock.after(delay, move || {
        let good = service.switches.standing().media_outcome.is_good(content != Content::Unknown);
        let mut store = service.store.lock();
        let Some(recording) = store.recordings.get_mut(&id) else { return };
        if !good {
            recording.status = Status::Error;
            return;
        }
        let duration = if let Content::Audio(seconds) = content { Some(seconds) } else { None };
        recording.status = Status::Ready;
        recording.duration = duration;
        service.sandbox.effects.created(SERVICE, "media");
    });
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Content {
    /// MP3 or WAV, with its seconds.
    Audio(f64),
    /// A container whose duration is not read.
    Video,
    Unknown,
}

fn examine(object: &Object) -> Content {
    let mut reader = BufReader::with_capacity(64 * 1024, object.content.reader());
    let len = object.content.len();
    let Ok(start) = object.content.read_at(0, 16) else { return Content::Unknown };
    if let Some(seconds) = wav::duration(&mut reader, len) {
        return Content::Audio(seconds);
    }
    // MP4 and QuickTime; WebM and Matroska; AVI; Ogg; MPEG program stream; Flash video.
    let video = start.get(4..8) == Some(b"ftyp".as_slice())
        || start.starts_with(b"\x1a\x45\xdf\xa3")
        || (start.starts_with(b"RIFF") && start.get(8..12) == Some(b"AVI ".as_slice()))
        || start.starts_with(b"OggS")
        || start.starts_with(b"\x00\x00\x01\xba")
        || start.starts_with(b"FLV\x01");
    if video {
        return Content::Video;
    }
    match mp3::duration(&mut reader, len) {
        Some(seconds) => Content::Audio(seconds),
        None => Content::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{Content, examine};
    use crate::storage::Object;

    fn object(bytes: Vec<u8>) -> Object {
        Object::from_bytes(bytes, SystemTime::UNIX_EPOCH)
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(
            magic in prop_oneof![Just(""), Just("RIFF"), Just("ID3"), Just("RIFF....WAVE")],
            bytes in vec(any::<u8>(), 0..2000),
        ) {
            let content = examine(&object([magic.as_bytes(), &bytes].concat()));
            if let Content::Audio(seconds) = content {
                prop_assert!(seconds.is_finite() && seconds >= 0.0);
            }
        }

        #[test]
        fn no_damage_to_a_wav_file_breaks_the_reader(place in 0_usize..60, byte: u8, length in 0_usize..1100) {
            let mut file = b"RIFF\x24\x04\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\x04\0\0".to_vec();
            file.resize(44 + 1024, 0);
            prop_assert_eq!(examine(&object(file.clone())), Content::Audio(1024.0 / 8000.0));
            file[place] = byte;
            file.truncate(length);
            examine(&object(file));
        }

        #[test]
        fn no_damage_to_an_mp3_file_breaks_the_reader(places in vec((0_usize..1251, any::<u8>()), 0..6), length in 0_usize..1251) {
            let mut frame = vec![0xff, 0xfb, 0x90, 0x00];
            frame.resize(417, 0);
            let mut file = frame.repeat(3);
            prop_assert_eq!(examine(&object(file.clone())), Content::Audio(3.0 * 1152.0 / 44_100.0));
            for (place, byte) in places {
                file[place] = byte;
            }
            file.truncate(length);
            examine(&object(file));
        }
    }
}
