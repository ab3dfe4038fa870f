//! Bars, voices, beats, notes and rhythms, each by its number.

use super::Reader;
use crate::error::Error;
use crate::span::Span;
use crate::xml::{Token, XmlSource};

/// A bar of one staff.
#[derive(Clone, Debug, Default)]
pub(super) struct Bar {
    pub(super) voices: Vec<i64>,
    /// It sounds like the one or two before it.
    pub(super) simile: bool,
}

/// A chord or rest of one voice.
#[derive(Clone, Debug, Default)]
pub(super) struct Beat {
    pub(super) rhythm: i64,
    pub(super) notes: Vec<i64>,
    pub(super) grace: bool,
}

/// A note.
#[derive(Clone, Debug, Default)]
pub(super) struct Note {
    /// Tied to the note before it on the same string.
    pub(super) tied: bool,
    /// From the lowest.
    pub(super) string: Option<usize>,
    pub(super) fret: Option<i32>,
    /// The key as the file states it.
    pub(super) key: Option<i32>,
    pub(super) octave: Option<i32>,
    pub(super) step: Option<i32>,
    pub(super) articulation: Option<usize>,
    pub(super) element: Option<usize>,
    pub(super) variation: Option<usize>,
    pub(super) harmonic: Option<Harmonic>,
    pub(super) touched: Option<f64>,
    pub(super) offset: u64,
}

/// How a harmonic is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Harmonic {
    /// The open string is touched.
    Natural,
    /// The string is held at its fret and touched elsewhere.
    Other,
}

impl<S: XmlSource> Reader<S> {
    pub(super) fn bar(&mut self) -> Result<(), Error> {
        let id = self.id()?;
        let mut bar = Bar::default();
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Voices" => bar.voices = self.numbers()?,
                "SimileMark" => bar.simile = !matches!(self.cursor.text()?, "" | "None"),
                _ => self.cursor.skip()?,
            }
        }
        self.bars.insert(id, bar);
        Ok(())
    }

    pub(super) fn voice(&mut self) -> Result<(), Error> {
        let id = self.id()?;
        let mut beats = Vec::new();
        while let Token::Open(_) = self.cursor.next()? {
            if self.cursor.name() == "Beats" { beats = self.numbers()? } else { self.cursor.skip()? }
        }
        self.voices.insert(id, beats);
        Ok(())
    }

    pub(super) fn beat(&mut self) -> Result<(), Error> {
        let id = self.id()?;
        let mut beat = Beat { rhythm: -1, ..Beat::default() };
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Rhythm" => {
                    beat.rhythm = self.cursor.attribute("ref")?.and_then(|id| id.parse().ok()).unwrap_or(-1);
                    self.cursor.skip()?;
                }
                "Notes" => beat.notes = self.numbers()?,
                "GraceNotes" => {
                    beat.grace = true;
                    self.cursor.skip()?;
                }
                _ => self.cursor.skip()?,
            }
        }
        self.beats.insert(id, beat);
        Ok(())
    }

    pub(super) fn note(&mut self) -> Result<(), Error> {
        let id = self.id()?;
        let mut note = Note { offset: self.cursor.offset(), ..Note::default() };
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Tie" => {
                    note.tied = self.cursor.attribute("destination")?.as_deref() == Some("true");
                    self.cursor.skip()?;
                }
                "InstrumentArticulation" => note.articulation = self.number()?,
                "Properties" => self.note_properties(&mut note)?,
                _ => self.cursor.skip()?,
            }
        }
        self.notes.insert(id, note);
        Ok(())
    }

    fn note_properties(&mut self, note: &mut Note) -> Result<(), Error> {
        while let Token::Open(_) = self.cursor.next()? {
            let name = self.cursor.attribute("name")?.unwrap_or_default();
            while let Token::Open(_) = self.cursor.next()? {
                match (name.as_str(), self.cursor.name()) {
                    ("String", "String") => note.string = self.number()?,
                    ("Fret", "Fret") => note.fret = self.number()?,
                    ("Midi", "Number") => note.key = self.number()?,
                    ("Octave", "Number" | "Octave") => note.octave = self.number()?,
                    ("Tone", "Step") => note.step = self.number()?,
                    ("Element", "Element") => note.element = self.number()?,
                    ("Variation", "Variation") => note.variation = self.number()?,
                    ("HarmonicFret", "HFret") => note.touched = self.number()?,
                    ("HarmonicType", "HType") => {
                        note.harmonic = match self.cursor.text()? {
                            "" | "NoHarmonic" => None,
                            "Natural" => Some(Harmonic::Natural),
                            _ => Some(Harmonic::Other),
                        };
                    }
                    _ => self.cursor.skip()?,
                }
            }
        }
        Ok(())
    }

    pub(super) fn rhythm(&mut self) -> Result<(), Error> {
        let id = self.id()?;
        let one = || Span::ratio(1, 1);
        let (mut length, mut dots, mut tuplets) = (None, 0, one());
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "NoteValue" => length = value(self.cursor.text()?),
                "AugmentationDot" => {
                    dots = self.cursor.attribute("count")?.and_then(|count| count.parse().ok()).unwrap_or(0);
                    self.cursor.skip()?;
                }
                "PrimaryTuplet" | "SecondaryTuplet" => {
                    let (mut num, mut den) = (self.cursor.attribute("num")?, self.cursor.attribute("den")?);
                    while let Token::Open(_) = self.cursor.next()? {
                        match self.cursor.name() {
                            "Num" => num = self.words()?,
                            "Den" => den = self.words()?,
                            _ => self.cursor.skip()?,
                        }
                    }
                    let number = |text: Option<String>| text.and_then(|text| text.parse::<u16>().ok());
                    let ratio = number(den)
                        .zip(number(num))
                        .and_then(|(den, num)| Span::ratio(den.into(), num.into()));
                    tuplets = tuplets.zip(ratio).and_then(|(all, ratio)| all.times(ratio));
                }
                _ => self.cursor.skip()?,
            }
        }
        let length = length.and_then(|length| length.dotted(dots)?.times(tuplets?));
        self.rhythms.extend(length.filter(|length| length.is_positive()).map(|length| (id, length)));
        Ok(())
    }
}

/// The length of a note value.
fn value(name: &str) -> Option<Span> {
    let name = match name {
        "Long" => "long",
        "DoubleWhole" => "breve",
        "Whole" => "whole",
        "Half" => "half",
        "Quarter" => "quarter",
        "Eighth" => "eighth",
        "32nd" => "32nd",
        name => name,
    };
    Span::of_type(name)
}
