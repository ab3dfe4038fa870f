//! Whether the same sound lies at the same place in every format.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use segno_align::decode::samples;

use crate::say;
use crate::shell::root;

const RATE: u32 = 44_100;
/// How far a sound is looked for, in samples.
const REACH: i64 = 4_000;

/// What is expected of a file.
#[derive(Clone, Copy)]
enum Expected {
    /// Every sound lies where it lies in the WAV file.
    Exact,
    /// The sound is late by this many samples: the file does not tell what its encoder put before it.
    Late(i64),
    /// It is refused, and the error names this.
    Refused(&'static str),
}

use Expected::{Exact, Late, Refused};

/// Formats with the arguments that make ffmpeg write them.
const FORMATS: [(&str, &[&str], Expected); 24] = [
    ("wav", &["-c:a", "pcm_s24le"], Exact),
    ("wav", &["-c:a", "pcm_f32le"], Exact),
    ("aiff", &["-c:a", "pcm_s16be"], Exact),
    ("flac", &["-c:a", "flac"], Exact),
    ("mp3", &["-c:a", "libmp3lame", "-b:a", "128k"], Exact),
    ("mp3", &["-c:a", "libmp3lame", "-b:a", "320k"], Exact),
    ("mp3", &["-c:a", "libmp3lame", "-q:a", "5"], Exact),
    ("m4a", &["-c:a", "aac", "-b:a", "128k"], Exact),
    ("mp4", &["-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart"], Exact),
    ("mp4", &["-c:a", "aac", "-b:a", "96k", "-movflags", "+frag_keyframe+delay_moov"], Exact),
    // Written before the encoder's delay is known.
    ("mp4", &["-c:a", "aac", "-b:a", "96k", "-movflags", "+frag_keyframe+empty_moov"], Late(1024)),
    ("m4a", &["-c:a", "alac"], Exact),
    ("mov", &["-c:a", "pcm_s16le"], Exact),
    ("ogg", &["-c:a", "libvorbis", "-q:a", "4"], Exact),
    ("ogg", &["-c:a", "libvorbis", "-b:a", "320k"], Exact),
    ("oga", &["-c:a", "flac"], Exact),
    ("aac", &["-c:a", "aac", "-b:a", "128k"], Late(1024)),
    ("opus", &["-c:a", "libopus"], Refused("Opus")),
    ("mp4", &["-c:a", "libopus"], Refused("Opus")),
    ("mp4", &["-c:a", "ac3"], Refused("AC-3")),
    ("wav", &["-c:a", "adpcm_ms"], Refused("ADPCM")),
    ("webm", &["-c:a", "libopus"], Refused("WebM")),
    ("wma", &["-c:a", "wmav2"], Refused("Windows Media")),
    ("ogg", &["-c:a", "libspeex", "-ar", "16000"], Refused("Speex")),
];

pub(crate) fn run() -> Result<ExitCode, String> {
    let folder = root().join("target/align");
    std::fs::create_dir_all(&folder).map_err(|fault| fault.to_string())?;
    let wav = folder.join("sound.wav");
    std::fs::write(&wav, sound()).map_err(|fault| fault.to_string())?;
    let truth = decoded(&wav)?;
    say(format_args!("{:<6}  {:<52}  {:>8} of {} samples", "format", "options", "found", truth.len()));
    let mut wrong = 0;
    for (index, (extension, arguments, expected)) in FORMATS.iter().enumerate() {
        let path = folder.join(format!("sound{index}.{extension}"));
        let status = Command::new("ffmpeg")
            .args(["-y", "-v", "error", "-i"])
            .arg(&wav)
            .args(*arguments)
            .arg(&path)
            .stderr(Stdio::null())
            .status()
            .map_err(|fault| format!("ffmpeg: {fault}"))?;
        let found = if status.success() { Some(decoded(&path)) } else { None };
        let (right, what) = match (found, expected) {
            (None, _) => (true, "not written: this ffmpeg has no such encoder".to_owned()),
            (Some(Ok(found)), expected) => {
                let shift = shift(&truth, &found);
                let right = match expected {
                    Exact => shift == 0,
                    Late(by) => shift == *by,
                    Refused(_) => false,
                };
                (right, format!("{:>8}  moved by {shift}", found.len()))
            }
            (Some(Err(error)), Refused(name)) => (error.contains(name), error),
            (Some(Err(error)), _) => (false, error),
        };
        wrong += u8::from(!right);
        let wrong = if right { "" } else { "  NOT AS EXPECTED" };
        say(format_args!("{extension:<6}  {:<52}  {what}{wrong}", arguments.join(" ")));
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Bursts of noise as a WAV file of 16 bits.
fn sound() -> Vec<u8> {
    let mut state = 1_u32;
    let samples: Vec<u8> = (0..5 * RATE)
        .flat_map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let loud = if n % 11_000 < 3_000 { 0.25 } else { 0.0 };
            let noise = f64::from(state >> 8) / f64::from(1 << 24) - 0.5;
            ((loud * noise * 65_536.0) as i16).to_le_bytes()
        })
        .collect();
    let mut out = b"RIFF".to_vec();
    out.extend((36 + samples.len() as u32).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16_u32.to_le_bytes());
    out.extend([1_u16, 1].into_iter().flat_map(u16::to_le_bytes));
    out.extend([RATE, 2 * RATE].into_iter().flat_map(u32::to_le_bytes));
    out.extend([2_u16, 16].into_iter().flat_map(u16::to_le_bytes));
    out.extend(b"data");
    out.extend((samples.len() as u32).to_le_bytes());
    out.extend(samples);
    out
}

fn decoded(path: &Path) -> Result<Vec<f32>, String> {
    let source = std::fs::File::open(path).map_err(|fault| fault.to_string())?;
    let mut out = Vec::new();
    samples(source, |samples, channels, _| {
        out.extend(samples.chunks_exact(channels).map(|all| all.iter().sum::<f32>() / channels as f32));
        Ok(())
    })
    .map_err(|fault| fault.to_string())?;
    Ok(out)
}

/// By how many samples `found` is later, where the two agree best.
fn shift(truth: &[f32], found: &[f32]) -> i64 {
    let from = 22_000_usize;
    let likeness = |shift: i64| {
        let pairs = (from..from + 30_000).filter_map(|at| {
            let other = usize::try_from(at as i64 + shift).ok()?;
            Some(f64::from(truth.get(at)? * found.get(other)?))
        });
        pairs.sum::<f64>()
    };
    (-REACH..=REACH).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap_or(0)
}
