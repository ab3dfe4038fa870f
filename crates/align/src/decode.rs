//! Recordings as files: MP3, AAC, ALAC, FLAC, Ogg Vorbis, WAV, AIFF, through symphonia.

use std::fmt;
use std::io::{Read, Seek, SeekFrom};

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use crate::{Analyzer, Features, RateError};

/// Why a recording cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes cannot be read.
    Io(std::io::Error),
    /// The format is not known.
    Unsupported(String),
    /// The file is damaged from the start, or holds no sound.
    Damaged(String),
    /// The sample rate cannot be analysed.
    Rate(RateError),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the recording cannot be read: {error}"),
            Self::Unsupported(what) => write!(f, "the recording's format is not known: {what}"),
            Self::Damaged(what) => write!(f, "the recording is damaged: {what}"),
            Self::Rate(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DecodeError {}

impl From<Fault> for DecodeError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::IoError(error) => Self::Io(error),
            Fault::Unsupported(what) => Self::Unsupported(what.to_owned()),
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// Reads the first sound track of a file.
///
/// # Errors
/// See [`DecodeError`].
pub fn read(source: impl Read + Seek + Send + Sync + 'static) -> Result<Features, DecodeError> {
    let stream = MediaSourceStream::new(Box::new(Source(source)), Default::default());
    let mut format = symphonia::default::get_probe().probe(
        &Hint::new(),
        stream,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let track = format
        .default_track(TrackType::Audio)
        .ok_or_else(|| DecodeError::Damaged("no sound track".to_owned()))?;
    let id = track.id;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .ok_or_else(|| DecodeError::Unsupported("the codec is not named".to_owned()))?
        .clone();
    let mut decoder =
        symphonia::default::get_codecs().make_audio_decoder(&parameters, &AudioDecoderOptions::default())?;
    let mut analyzer: Option<(u32, Analyzer)> = None;
    let mut samples: Vec<f32> = Vec::new();
    while let Some(packet) = format.next_packet()? {
        if packet.track_id != id {
            continue;
        }
        let Ok(buffer) = decoder.decode(&packet) else { continue };
        let (channels, rate) = (buffer.spec().channels().count(), buffer.spec().rate());
        samples.resize(buffer.samples_interleaved(), 0.0);
        buffer.copy_to_slice_interleaved(&mut samples);
        let (_, analyzer) = match &mut analyzer {
            Some(known) => known,
            None => analyzer.insert((rate, Analyzer::new(rate).map_err(DecodeError::Rate)?)),
        };
        analyzer.push_interleaved(&samples, channels);
    }
    let (_, analyzer) = analyzer.ok_or_else(|| DecodeError::Damaged("no sound".to_owned()))?;
    Ok(analyzer.finish())
}

struct Source<T>(T);

impl<T: Read> Read for Source<T> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<T: Seek> Seek for Source<T> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

impl<T: Read + Seek + Send + Sync> MediaSource for Source<T> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        None
    }
}
