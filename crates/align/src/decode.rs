//! Recordings as files: MP3, AAC, ALAC, FLAC, Ogg Vorbis, WAV, AIFF, through symphonia.
//!
//! ```
//! use std::io::Cursor;
//!
//! use segno_align::{Aligned, Aligner, decode};
//! use segno_score::Score;
//! use segno_syncpoint::simplify::Rules;
//!
//! /// Syncpoints for Soundslice from the bytes of a recording. The score is read with its onsets.
//! fn syncpoints(recording: Vec<u8>, score: &Score) -> Result<String, Box<dyn std::error::Error>> {
//!     let features = decode::read(Cursor::new(recording))?;
//!     let aligned: Aligned = Aligner::new(score).align(&features)?;
//!     let map = aligned.map()?.simplified(0.03, &Rules::KEEP)?.map;
//!     Ok(segno_syncpoint::wire::write(map.points()))
//! }
//! # let _ = syncpoints;
//! ```

mod edits;
mod names;

use std::fmt;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use crate::analyzer::MAX_SECONDS;
use crate::{Analyzer, Features, RateError};
use edits::Edits;

/// Why a recording cannot be read.
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes cannot be read.
    Io(std::io::Error),
    /// The file's format is not read: what it is, as far as that is known.
    Unsupported(String),
    /// The file is read but not what its sound is coded as.
    #[non_exhaustive]
    Codec {
        /// What the codec is called, such as `Opus`.
        name: String,
    },
    /// The file is damaged from the start, or holds no sound.
    Damaged(String),
    /// The sample rate cannot be analysed.
    Rate(RateError),
}

/// What to do about a format that is not read.
const CONVERT: &str = "convert it to FLAC, MP3 or WAV, as ffmpeg does";

impl fmt::Debug for DecodeError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the recording cannot be read: {error}"),
            Self::Unsupported(what) => {
                write!(f, "the recording's format is not read: {what}; {CONVERT}")
            }
            Self::Codec { name } => {
                write!(f, "the recording is coded as {name}, which is not decoded; {CONVERT}")
            }
            Self::Damaged(what) => write!(f, "the recording is damaged: {what}"),
            Self::Rate(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Rate(error) => Some(error),
            Self::Unsupported(_) | Self::Codec { .. } | Self::Damaged(_) => None,
        }
    }
}

/// Apart from the type, so that no type of the decoders stands in the interface.
fn failed(fault: Fault) -> DecodeError {
    match fault {
        Fault::IoError(error) => DecodeError::Io(error),
        Fault::Unsupported(what) => DecodeError::Unsupported(what.to_owned()),
        other => DecodeError::Damaged(other.to_string()),
    }
}

/// Analyses the sound of a file, from the start of the source: a [`File`](std::fs::File), or bytes in a
/// [`Cursor`](std::io::Cursor). Times are those that a player shows: see [`samples`].
///
/// # Errors
/// See [`DecodeError`]. A packet that is damaged is passed over as players do, and a file that breaks off is read as far as it
/// goes.
pub fn read(source: impl Read + Seek + Send + Sync + 'static) -> Result<Features, DecodeError> {
    let mut analyzer: Option<Analyzer> = None;
    samples(source, |samples, channels, rate| {
        let analyzer = match &mut analyzer {
            Some(analyzer) => analyzer,
            None => analyzer.insert(Analyzer::new(rate)?),
        };
        analyzer.push_interleaved(samples, channels);
        Ok(())
    })?;
    analyzer.map(Analyzer::finish).ok_or_else(|| DecodeError::Damaged("no sound".to_owned()))
}

/// Decodes the sound of a file, from the start of the source. `each` gets the samples of all channels in turn, the number of
/// channels and the sample rate, which stays the same.
///
/// What players leave out is left out: the silence that encoders of MP3 and Vorbis put before and after the sound, and that of
/// AAC where an MP4 file's edit list tells of it. (A bare AAC stream does not tell, and players do not agree on it.)
///
/// # Errors
/// As [`read`], and those of `each`.
pub fn samples(
    mut source: impl Read + Seek + Send + Sync + 'static,
    mut each: impl FnMut(&[f32], usize, u32) -> Result<(), RateError>,
) -> Result<(), DecodeError> {
    let edits = edits::read(&mut source).map_err(DecodeError::Io)?;
    let container = head(&mut source).map_err(DecodeError::Io)?;
    let stream = MediaSourceStream::new(Box::new(Source(source)), Default::default());
    let probed = symphonia::default::get_probe().probe(
        &Hint::new(),
        stream,
        FormatOptions::default(),
        MetadataOptions::default(),
    );
    let mut format = probed.map_err(|fault| match (container, fault) {
        // Whatever a reader took it for.
        (Some(name), Fault::Unsupported(_) | Fault::DecodeError(_) | Fault::IoError(_)) => {
            DecodeError::Unsupported(name.to_owned())
        }
        (_, fault) => failed(fault),
    })?;
    let track = format
        .default_track(TrackType::Audio)
        .ok_or_else(|| DecodeError::Damaged("no sound track".to_owned()))?;
    let id = track.id;
    let edits = edits.into_iter().find(|(track, _)| *track == id).map(|(_, edits)| edits);
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .ok_or_else(|| DecodeError::Codec { name: "something that the file does not name".to_owned() })?
        .clone();
    let unsupported = |what: &str| {
        let name = names::codec(parameters.codec)
            .map_or_else(|| format!("codec {}", parameters.codec), str::to_owned);
        // A decoder that there is says what it misses.
        let known = symphonia::default::get_codecs().get_audio_decoder(parameters.codec).is_some();
        DecodeError::Codec { name: if known { format!("{name} of a kind ({what})") } else { name } }
    };
    let made =
        symphonia::default::get_codecs().make_audio_decoder(&parameters, &AudioDecoderOptions::default());
    let mut decoder = made.map_err(|fault| match fault {
        Fault::Unsupported(what) => unsupported(what),
        fault => failed(fault),
    })?;
    // Why not even one packet could be decoded.
    let mut reason: Option<DecodeError> = None;
    let mut played: Option<Played> = None;
    let mut samples: Vec<f32> = Vec::new();
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) if played.is_none() && reason.is_some() => return reason.map_or(Ok(()), Err),
            Ok(None) => return Ok(()),
            Err(_) if played.is_some() => return Ok(()),
            Err(fault) => return Err(reason.unwrap_or_else(|| failed(fault))),
        };
        if packet.track_id != id {
            continue;
        }
        let buffer = match decoder.decode(&packet) {
            Ok(buffer) => buffer,
            Err(Fault::Unsupported(what)) => {
                reason.get_or_insert_with(|| unsupported(what));
                continue;
            }
            Err(_) => continue,
        };
        let (channels, rate) = (buffer.spec().channels().count(), buffer.spec().rate());
        samples.resize(buffer.samples_interleaved(), 0.0);
        buffer.copy_to_slice_interleaved(&mut samples);
        let played = match &mut played {
            Some(played) => played,
            None => {
                let new = Played::new(rate, edits.as_ref());
                let mut silence = new.silence;
                while silence > 0 {
                    let block = silence.min(4096);
                    each(&[0.0; 4096][..block as usize], 1, rate).map_err(DecodeError::Rate)?;
                    silence -= block;
                }
                played.insert(new)
            }
        };
        // A stream that changes its rate in the middle has no one time base.
        if played.rate != rate || channels == 0 {
            continue;
        }
        for span in played.next(samples.len() / channels) {
            let span = span.start * channels..span.end * channels;
            each(samples.get(span).unwrap_or_default(), channels, rate).map_err(DecodeError::Rate)?;
        }
    }
}

/// What the file is by its first bytes, where that is not what is read. Leaves the source where it was.
fn head(source: &mut (impl Read + Seek)) -> Result<Option<&'static str>, std::io::Error> {
    let begin = source.stream_position()?;
    let mut head = Vec::new();
    source.by_ref().take(64).read_to_end(&mut head)?;
    source.seek(SeekFrom::Start(begin))?;
    Ok(names::container(&head))
}

/// Which of the decoded samples are played.
struct Played {
    rate: u32,
    /// Samples of silence before the first.
    silence: u64,
    /// What is played of the coded sound, in samples. Without a list, all of it.
    parts: Vec<Range<u64>>,
    /// How many samples were decoded.
    position: u64,
}

impl Played {
    fn new(rate: u32, edits: Option<&Edits>) -> Self {
        let place = |seconds: f64| (seconds * f64::from(rate)).round() as u64;
        let mut out =
            Self { rate, silence: 0, parts: Vec::from([Range { start: 0, end: u64::MAX }]), position: 0 };
        if let Some(edits) = edits {
            out.parts = edits.parts.iter().map(|part| place(part.start)..place(part.end)).collect();
            out.silence = place(edits.silence.min(MAX_SECONDS));
        }
        out
    }

    /// Of the next so many samples, those that are played.
    fn next(&mut self, count: usize) -> Vec<Range<usize>> {
        let (begin, end) = (self.position, self.position + count as u64);
        self.position = end;
        let within = |place: u64| (place.clamp(begin, end) - begin) as usize;
        let spans = self.parts.iter().map(|part| within(part.start)..within(part.end));
        spans.filter(|span| !span.is_empty()).collect()
    }
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
