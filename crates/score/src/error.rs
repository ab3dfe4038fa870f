//! What can be wrong with a file so that nothing comes out of it.

use core::fmt;

/// A place in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Position {
    /// Bytes before the place. In a file that is not UTF-8 they are counted after conversion to UTF-8.
    pub offset: u64,
    /// The line, from 1.
    pub line: u64,
    /// The character in the line, from 1.
    pub column: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Which of the [`Limits`](crate::Limits) a file exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes of the whole text, after decompression.
    Bytes,
    /// Bytes of one tag, text, comment or document type declaration.
    Token,
    /// Elements inside each other.
    Depth,
    /// Elements of the whole document.
    Elements,
    /// Bytes of text for each byte of the archive.
    Ratio,
    /// Written bars.
    Bars,
    /// Parts of the score.
    Parts,
    /// Segnos, codas, fines and jumps together.
    Signs,
    /// Tempo marks and rehearsal marks together.
    Marks,
    /// Notes, if they are collected.
    Onsets,
    /// Files in an archive.
    Entries,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "bytes",
            Self::Token => "bytes in one piece of markup",
            Self::Depth => "nested elements",
            Self::Elements => "elements",
            Self::Ratio => "bytes of text for each byte in the archive",
            Self::Bars => "bars",
            Self::Parts => "parts",
            Self::Signs => "signs and jumps",
            Self::Marks => "tempo and rehearsal marks",
            Self::Onsets => "notes",
            Self::Entries => "files in the archive",
        })
    }
}

/// Why a file could not be read. A file that can be read but contradicts itself is not an error: see
/// [`Diagnostic`](crate::Diagnostic).
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The XML is not well-formed.
    #[error("{at}: {what}")]
    Syntax {
        /// Where the faulty markup begins.
        at: Position,
        /// What is wrong with it.
        what: String,
    },
    /// The file ends inside an element.
    #[error("{at}: the file ends with {open} elements still open")]
    Truncated {
        /// Where the file ends.
        at: Position,
        /// How many elements were not closed.
        open: usize,
    },
    /// The bytes are not text of the file's encoding.
    #[error("{at}: invalid text: the bytes are not valid {encoding}")]
    Text {
        /// Where the faulty bytes, or the markup with them, begin.
        at: Position,
        /// The encoding that the file is in.
        encoding: &'static str,
    },
    /// A character that XML forbids, such as NUL.
    #[error("{at}: the control character U+{code:04X} is forbidden in XML")]
    Character {
        /// Where the character stands.
        at: Position,
        /// Its number in Unicode.
        code: u32,
    },
    /// The XML declaration names an encoding that the WHATWG Encoding Standard does not know.
    #[error("unsupported encoding {name:?}: expected one that web browsers know, such as UTF-8")]
    Encoding {
        /// The name as declared.
        name: String,
    },
    /// A reference to an entity that is not one of the five predefined ones. Nothing else is ever expanded.
    #[error("{at}: the entity &{name}; is not one of the predefined five")]
    Entity {
        /// Where the markup with the reference begins.
        at: Position,
        /// The name of the entity, without `&` and `;`.
        name: String,
    },
    /// The document type declaration declares entities.
    #[error("{at}: a document must not declare entities of its own")]
    EntityDeclaration {
        /// Where the declaration begins.
        at: Position,
    },
    /// The file is larger than the caller allows.
    #[error("{}more than {allowed} {limit}", place(*.at))]
    Limit {
        /// Where it was noticed, in text.
        at: Option<Position>,
        /// What there is too much of.
        limit: Limit,
        /// How much the caller allows.
        allowed: u64,
    },
    /// The XML is something else than a score.
    #[error("{at}: <{root}> is not a score: expected MusicXML, MuseScore or Guitar Pro")]
    Root {
        /// Where the root element begins.
        at: Position,
        /// Its name; empty if there is no element.
        root: String,
    },
    /// The score has no bars.
    #[error("the score has no bars")]
    NoBars,
    /// A file in an archive could not be read.
    #[error("{file}: {error}")]
    Member {
        /// The name of the file in the archive.
        file: String,
        /// What is wrong with that file.
        #[source]
        error: Box<Self>,
    },
    /// The compressed file cannot be opened, or holds no score.
    #[error("invalid archive: {what}")]
    Archive {
        /// What is wrong, and where in the file if that is known.
        what: String,
    },
    /// The MIDI file cannot be read.
    #[error("invalid MIDI file: {what}")]
    Midi {
        /// What is wrong, and where in the file if that is known.
        what: String,
    },
    /// The MIDI file counts SMPTE frames instead of ticks per quarter, so that it has no bars.
    #[error("the MIDI file counts time in SMPTE frames and therefore has no bars")]
    Smpte,
    /// The bytes are of no format that this crate reads.
    #[error("unknown format: expected MusicXML, MXL, MIDI, Guitar Pro 3 to 8, MuseScore or alphaTex")]
    UnknownFormat,
    /// The file is of a known format, but of a version that is not read.
    #[error("unsupported {format} version {version:?}: expected {expected}")]
    Version {
        /// What the format is called.
        format: &'static str,
        /// The version as the file states it.
        version: String,
        /// The versions that are read, and what to do with another.
        expected: &'static str,
    },
    /// The file breaks off, or holds what no file of its version can.
    #[error("invalid {format} file of version {version}: {place}: {what}")]
    Broken {
        /// What the format is called.
        format: &'static str,
        /// The version of the format.
        version: String,
        /// Where: the byte, and the bar and track if these are known.
        place: String,
        /// What is wrong there.
        what: String,
    },
    /// The file is of a known format that is not read.
    #[error("unsupported format {format}: {advice}")]
    Unsupported {
        /// What the format is called.
        format: &'static str,
        /// How the program that wrote it exports one that is read.
        advice: &'static str,
    },
    /// The format is known, but its reader is switched off in this build.
    #[error("unsupported format {}: segno-score must be built with the feature {feature:?}", .format.name())]
    SwitchedOff {
        /// The format.
        format: crate::Format,
        /// The cargo feature with its reader.
        feature: &'static str,
    },
    /// The reader that was passed in failed.
    #[error("reading failed: {0}")]
    Io(#[from] std::io::Error),
}

impl fmt::Debug for Error {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    /// Where in the text the error was noticed, if it belongs to a place.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Syntax { at, .. }
            | Self::Truncated { at, .. }
            | Self::Text { at, .. }
            | Self::Character { at, .. }
            | Self::Entity { at, .. }
            | Self::EntityDeclaration { at }
            | Self::Root { at, .. } => Some(*at),
            Self::Limit { at, .. } => *at,
            Self::Member { error, .. } => error.position(),
            _ => None,
        }
    }
}

fn place(at: Option<Position>) -> String {
    at.map_or_else(String::new, |at| format!("{at}: "))
}
