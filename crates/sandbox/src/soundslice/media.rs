//! Uploaded media and its duration.

mod mp3;
mod wav;

use std::io::{BufReader, Read, Seek};
use std::sync::Arc;

use http::StatusCode;
use serde::Serialize;

use super::desk::{Desk, SERVICE};
use super::refusal;
use super::switches::{Outcome, seconds};
use super::world::Status;
use crate::house::House;
use crate::reply::Reply;
use crate::storage::Object;

/// POST `/recordings/RECORDING_ID/media/`
pub(super) fn start_upload(desk: &mut Desk<'_>, id: u64) -> Result<Reply, Reply> {
    #[derive(Serialize)]
    struct Link {
        url: String,
    }
    if !desk.recording(id)?.source.is_upload() {
        return Err(refusal::invalid("Media can be uploaded only for recordings whose source is 2 or 4."));
    }
    let path = format!("/soundslice-audio/uploads/{id}-{}", desk.world.token());
    let life = seconds(desk.switches.upload_life_s);
    let url = desk
        .house
        .storage
        .upload_url(desk.house, &path, life, move |house, object| arrived(house, id, &object));
    Ok(Reply::python_json(StatusCode::CREATED, &Link { url }))
}

/// Processes an upload. The bytes themselves are not kept: no call gives them back.
fn arrived(house: &Arc<House>, id: u64, object: &Object) {
    let switches = house.switches.lock().soundslice.clone();
    let content = examine(object);
    {
        let mut world = house.soundslice.world.lock();
        let Some(recording) = world.recordings.get_mut(&id) else { return };
        recording.status = Status::Processing;
        recording.duration = None;
    }
    house.clock.after(seconds(switches.media_delay_s), move |house| {
        let good = match house.switches.lock().soundslice.media_outcome {
            Outcome::ByContent => content != Content::Unknown,
            Outcome::Ready => true,
            Outcome::Error => false,
        };
        let mut world = house.soundslice.world.lock();
        let Some(recording) = world.recordings.get_mut(&id) else { return };
        if !good {
            recording.status = Status::Error;
            return;
        }
        let duration = if let Content::Audio(seconds) = content { Some(seconds) } else { None };
        recording.status = Status::Ready;
        recording.duration = duration;
        house.effects.created(SERVICE, "media");
    });
}

/// Seconds of a WAV or MP3 file; `None` for anything else.
pub(crate) fn seconds_of_audio(reader: &mut BufReader<impl Read + Seek>, len: u64) -> Option<f64> {
    wav::duration(reader, len).or_else(|| mp3::duration(reader, len))
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
