//! What comes out of a file.

use segno_syncpoint::{BarGrid, Fraction, Structure};

use crate::Diagnostic;

/// Quarter notes a minute where a score gives no tempo: the value that MIDI prescribes and notation programs use.
pub const DEFAULT_TEMPO: f64 = 120.0;

/// A score as far as time and order of its bars are concerned.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Score {
    /// The format that was read.
    pub format: Format,
    /// The work's title; the movement's, or the credit on the first page, if it has none.
    pub title: Option<String>,
    /// The movement's title, if the work has one of its own.
    pub movement: Option<String>,
    /// Who wrote the music.
    pub composer: Option<String>,
    /// The parts, in score order.
    pub parts: Vec<Part>,
    /// The written bars with their repeats, endings, markers and jumps.
    pub structure: Structure,
    /// Lengths and metres of the written bars, index for index those of the structure.
    pub grid: BarGrid,
    /// The tempo marks in written order, at most one at a place.
    pub tempos: Vec<Tempo>,
    /// Rehearsal marks and MIDI markers in written order.
    pub sections: Vec<Section>,
    /// The notes of all parts by bar and offset, if [`Options::onsets`](crate::Options::onsets) asks for them.
    pub onsets: Vec<Onset>,
    /// What in the file is contradictory, incomplete or not understood.
    pub diagnostics: Vec<Diagnostic>,
    /// How many further diagnostics were not kept.
    pub diagnostics_dropped: usize,
}

/// The format that a score was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// MusicXML as text (`.musicxml`, `.xml`).
    #[default]
    MusicXml,
    /// MusicXML in a ZIP archive (`.mxl`).
    Mxl,
    /// Standard MIDI File of format 0, 1 or 2 (`.mid`), also inside RIFF (`.rmi`).
    Midi,
}

/// A part (an instrument) of a score.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The identifier in the file: `P1`; the track number from 1 for MIDI.
    pub id: String,
    /// The name that is printed before the first system; may be empty.
    pub name: String,
    /// The printed short name.
    pub abbreviation: Option<String>,
    /// The General MIDI programs that the part uses, 0..=127, in the file's order.
    pub programs: Vec<u8>,
}

/// The tempo from a place on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tempo {
    /// The written bar, zero-based.
    pub bar: usize,
    /// Where in the bar.
    pub offset: Fraction,
    /// Quarter notes a minute, above 0.
    pub quarter_bpm: f64,
}

/// A rehearsal mark or marker.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// The written bar, zero-based.
    pub bar: usize,
    /// Where in the bar.
    pub offset: Fraction,
    /// The text of the mark.
    pub text: String,
}

/// A note that is struck: ties are merged into their first note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Onset {
    /// The part, an index into [`Score::parts`].
    pub part: usize,
    /// The written bar, zero-based.
    pub bar: usize,
    /// Where in the bar.
    pub offset: Fraction,
    /// The sounding MIDI key, 60 = middle C; `None` for percussion without a known key. Quarter tones are rounded.
    pub key: Option<u8>,
    /// The written length with ties; zero for a grace note.
    pub duration: Fraction,
    /// A grace note: it is struck a little before its place.
    pub grace: bool,
}

impl Tempo {
    /// The tempo from a place in a written bar (zero-based) on, in quarter notes a minute.
    #[must_use]
    pub const fn new(bar: usize, offset: Fraction, quarter_bpm: f64) -> Self {
        Self { bar, offset, quarter_bpm }
    }
}

impl Section {
    /// A mark at a place in a written bar (zero-based).
    #[must_use]
    pub fn new(bar: usize, offset: Fraction, text: impl Into<String>) -> Self {
        Self { bar, offset, text: text.into() }
    }
}

impl Onset {
    /// A note of a part (an index into [`Score::parts`]) at a place in a written bar (zero-based); no grace note.
    #[must_use]
    pub const fn new(part: usize, bar: usize, offset: Fraction, key: Option<u8>, duration: Fraction) -> Self {
        Self { part, bar, offset, key, duration, grace: false }
    }
}
