//! Guitar Pro 3, 4 and 5: numbers and texts one after the other, without any mark to find the way by.

mod bytes;
mod effects;
mod head;
mod measures;
mod tracks;

use std::collections::HashMap;

use crate::diagnostic::DiagnosticKind;
use crate::error::{Error, Limit};
use crate::options::Options;
use crate::outline::{Outline, OutlineTempo};
use crate::score::{Format, Score};
use crate::span::Span;
use bytes::Bytes;
use tracks::Track;

/// The length of the field that names the version.
const VERSION_FIELD: usize = 30;

/// The version of a file, as a number: 406 is 4.06.
type Version = u16;

/// Reads a score.
pub(super) fn read(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    if bytes.len() as u64 > options.limits.bytes {
        return Err(Error::Limit { at: None, limit: Limit::Bytes, allowed: options.limits.bytes });
    }
    let mut bytes = Bytes::new(bytes);
    let name = bytes.sized_text(VERSION_FIELD)?;
    let (version, excerpt) = known(&name)?;
    bytes.version = version;
    // An excerpt of the clipboard says first which bars and tracks it was.
    for _ in 0..excerpt {
        bytes.int()?;
    }
    let mut reader = Reader {
        bytes,
        version,
        outline: Outline::new(options),
        bars: 0,
        programs: Vec::new(),
        tracks: Vec::new(),
        ties: HashMap::new(),
        told: Told::default(),
    };
    reader.head()?;
    reader.measures()?;
    reader.outline.score(Format::GuitarPro5)
}

/// The version of a name, and how many numbers of an excerpt follow it.
fn known(name: &str) -> Result<(Version, usize), Error> {
    Ok(match name {
        "FICHIER GUITAR PRO v3.00" => (300, 0),
        "FICHIER GUITAR PRO v4.00" => (400, 0),
        "FICHIER GUITAR PRO v4.06" | "FICHIER GUITAR PRO L4.06" => (406, 0),
        "CLIPBOARD GUITAR PRO 4.0 [c6]" => (406, 4),
        "FICHIER GUITAR PRO v5.00" => (500, 0),
        "FICHIER GUITAR PRO v5.10" => (510, 0),
        "CLIPBOARD GP 5.0" => (500, 7),
        "CLIPBOARD GP 5.1" | "CLIPBOARD GP 5.2" => (510, 7),
        _ => {
            let version = name.chars().take(VERSION_FIELD).collect();
            let expected =
                "3.00, 4.00, 4.06, 5.00 or 5.10; open the file in Guitar Pro 5 or later and save it again";
            return Err(Error::Version { format: super::NAME, version, expected });
        }
    })
}

/// A score being read.
struct Reader<'a> {
    bytes: Bytes<'a>,
    version: Version,
    outline: Outline,
    /// How many bars there are.
    bars: usize,
    /// The programs of the MIDI channels.
    programs: Vec<i32>,
    tracks: Vec<Track>,
    /// By track, voice and string: the note that sounded last, and its fret.
    ties: HashMap<(usize, usize, usize), (Option<usize>, i8)>,
    told: Told,
}

impl Reader<'_> {
    fn is(&self, version: Version) -> bool {
        self.version >= version
    }

    fn tempo(&mut self, bar: usize, place: Span, quarters: i32) -> Result<(), Error> {
        let offset = self.bytes.place();
        self.outline.add_tempo(OutlineTempo { bar, place, quarter_bpm: f64::from(quarters), offset })
    }

    /// Tells of something once.
    fn tell(&mut self, told: fn(&mut Told) -> &mut bool, bar: usize, message: &str) {
        if !core::mem::replace(told(&mut self.told), true) {
            self.outline.diagnose(DiagnosticKind::Unsupported, bar, self.bytes.place(), message);
        }
    }
}

/// What was told once already.
#[derive(Default)]
struct Told {
    feel: bool,
    glide: bool,
}
