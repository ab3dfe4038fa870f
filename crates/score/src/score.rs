//! What comes out of a file.

use segno_syncpoint::{BarGrid, Fraction, Policy, Structure};

use crate::{Diagnostic, Recording};

/// Quarter notes a minute where a score gives no tempo: the value that MIDI prescribes and notation programs use.
pub const DEFAULT_TEMPO: f64 = 120.0;

/// A score as far as time and order of its bars are concerned.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[doc(alias("MusicXML", "MIDI", "MXL"))]
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
    /// Silence on top of the bars' lengths, in written order.
    pub pauses: Vec<Pause>,
    /// The recording that the file is tied to.
    pub recording: Option<Recording>,
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
    /// Guitar Pro 7 and 8 (`.gp`), or the score file out of such an archive.
    GuitarPro,
    /// Guitar Pro 6 (`.gpx`).
    GuitarPro6,
    /// Guitar Pro 3, 4 and 5 (`.gp3`, `.gp4`, `.gp5`).
    GuitarPro5,
    /// MuseScore's archive (`.mscz`).
    Mscz,
    /// MuseScore's own XML (`.mscx`).
    Mscx,
    /// alphaTex, the text format of alphaTab.
    AlphaTex,
}

impl Format {
    /// What the format is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MusicXml => "MusicXML",
            Self::Mxl => "compressed MusicXML",
            Self::Midi => "MIDI",
            Self::GuitarPro => "Guitar Pro 7 or 8",
            Self::GuitarPro6 => "Guitar Pro 6",
            Self::GuitarPro5 => "Guitar Pro 3, 4 or 5",
            Self::Mscz => "compressed MuseScore",
            Self::Mscx => "MuseScore",
            Self::AlphaTex => "alphaTex",
        }
    }

    /// The rules by which the program whose format this is orders the bars; common practice for formats of no one program.
    #[must_use]
    pub const fn policy(self) -> Policy {
        match self {
            Self::MusicXml | Self::Mxl | Self::Midi => Policy::CLASSICAL,
            Self::GuitarPro | Self::GuitarPro6 | Self::GuitarPro5 | Self::AlphaTex => Policy::GUITAR_PRO,
            Self::Mscz | Self::Mscx => Policy::MUSESCORE,
        }
    }
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

/// Silence on top of a bar's length.
///
/// One at the end of a bar that closes a [section](segno_syncpoint::WrittenBar::section_break) comes once, when another
/// section is played next, whichever bar was the last one before.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Pause {
    /// The written bar, zero-based.
    pub bar: usize,
    /// Where in the bar; its length for a pause behind the last note.
    pub offset: Fraction,
    /// How long it lasts, above 0.
    pub seconds: f64,
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

impl Pause {
    /// So many seconds of silence at a place in a written bar (zero-based).
    #[must_use]
    pub const fn new(bar: usize, offset: Fraction, seconds: f64) -> Self {
        Self { bar, offset, seconds }
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
