//! Walking through the elements that matter, past those that do not.

use quick_xml::escape::{EscapeError, resolve_predefined_entity, unescape};
use quick_xml::events::Event;
use quick_xml::events::attributes::Attributes;

pub(crate) use super::source::XmlSource;
use crate::error::{Error, Limit, Position};
use crate::options::Limits;

/// What comes next among the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// An element was opened; its attributes can be asked for until the next call.
    Open(Element),
    /// The innermost open element was closed.
    Close,
    /// The document is over.
    End,
}

/// The elements that the readers know by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub(crate) enum Element {
    Note, Duration, Chord, Grace, Rest, Cue, Tie, Pitch, Step, Alter, Octave, Unpitched, Instrument, Backup,
    Forward, Measure, Part, Attributes, Divisions, Time, Beats, BeatType, SenzaMisura, Transpose,
    Chromatic, OctaveChange, Barline, BarStyle, Repeat, Ending, Segno, Coda, Direction,
    DirectionType, Words, Rehearsal, Symbol, Metronome, BeatUnit, BeatUnitDot, PerMinute, BeatUnitTied,
    MetronomeNote, MetronomeType, MetronomeDot, MetronomeTuplet, MetronomeRelation,
    ActualNotes, NormalNotes, Offset, Sound, ScorePartwise, ScoreTimewise, Work, WorkTitle,
    MovementTitle, Identification, Creator, PartList, ScorePart, PartName, PartAbbreviation, MidiInstrument,
    MidiProgram, MidiUnpitched, Credit, CreditType, CreditWords, Key, Fifths, Type, Dot,
    TimeModification, Software, Encoding, Rootfile, Other,
}

impl Element {
    // Byte strings become a tree of comparisons; strings would be compared one after the other.
    #[rustfmt::skip]
    fn named(name: &[u8]) -> Self {
        match name {
            b"note" => Self::Note, b"duration" => Self::Duration, b"chord" => Self::Chord,
            b"grace" => Self::Grace, b"rest" => Self::Rest, b"cue" => Self::Cue, b"tie" => Self::Tie,
            b"pitch" => Self::Pitch, b"step" => Self::Step, b"alter" => Self::Alter,
            b"octave" => Self::Octave, b"unpitched" => Self::Unpitched, b"instrument" => Self::Instrument,
            b"backup" => Self::Backup, b"forward" => Self::Forward, b"measure" => Self::Measure,
            b"part" => Self::Part, b"attributes" => Self::Attributes, b"divisions" => Self::Divisions,
            b"time" => Self::Time, b"beats" => Self::Beats, b"beat-type" => Self::BeatType,
            b"senza-misura" => Self::SenzaMisura,
            b"transpose" => Self::Transpose, b"chromatic" => Self::Chromatic,
            b"octave-change" => Self::OctaveChange, b"barline" => Self::Barline,
            b"bar-style" => Self::BarStyle, b"repeat" => Self::Repeat, b"ending" => Self::Ending,
            b"segno" => Self::Segno, b"coda" => Self::Coda, b"direction" => Self::Direction,
            b"direction-type" => Self::DirectionType, b"words" => Self::Words,
            b"rehearsal" => Self::Rehearsal, b"symbol" => Self::Symbol, b"metronome" => Self::Metronome,
            b"beat-unit" => Self::BeatUnit, b"beat-unit-dot" => Self::BeatUnitDot,
            b"per-minute" => Self::PerMinute, b"beat-unit-tied" => Self::BeatUnitTied,
            b"metronome-note" => Self::MetronomeNote, b"metronome-type" => Self::MetronomeType,
            b"metronome-dot" => Self::MetronomeDot,
            b"metronome-tuplet" => Self::MetronomeTuplet, b"metronome-relation" => Self::MetronomeRelation,
            b"actual-notes" => Self::ActualNotes, b"normal-notes" => Self::NormalNotes,
            b"offset" => Self::Offset, b"sound" => Self::Sound,
            b"score-partwise" => Self::ScorePartwise, b"score-timewise" => Self::ScoreTimewise,
            b"work" => Self::Work, b"work-title" => Self::WorkTitle,
            b"movement-title" => Self::MovementTitle, b"identification" => Self::Identification,
            b"creator" => Self::Creator, b"part-list" => Self::PartList, b"score-part" => Self::ScorePart,
            b"part-name" => Self::PartName, b"part-abbreviation" => Self::PartAbbreviation,
            b"midi-instrument" => Self::MidiInstrument, b"midi-program" => Self::MidiProgram,
            b"midi-unpitched" => Self::MidiUnpitched,
            b"credit" => Self::Credit, b"credit-type" => Self::CreditType,
            b"credit-words" => Self::CreditWords, b"key" => Self::Key, b"fifths" => Self::Fifths,
            b"type" => Self::Type, b"dot" => Self::Dot, b"time-modification" => Self::TimeModification,
            b"software" => Self::Software, b"encoding" => Self::Encoding,
            b"rootfile" => Self::Rootfile,
            _ => Self::Other,
        }
    }
}

/// What a step does with what it meets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Elements are named, text is passed over.
    Walk,
    /// Text is gathered as well.
    Gather,
    /// Nothing counts but the depth.
    Skip,
}

/// A walk through a document.
pub(crate) struct Cursor<S> {
    source: S,
    depth: usize,
    /// How many elements were opened.
    elements: usize,
    limits: Limits,
    /// The raw attributes of the element opened last.
    attributes: String,
    /// The name of the element opened last, if it is [`Element::Other`].
    name: String,
    /// Where text of the current element is gathered.
    text: String,
    /// Every element is [`Element::Other`], with its name and attributes.
    by_name: bool,
}

/// As much of a name as a message needs.
fn beginning(name: &str) -> &str {
    if name.len() <= 64 {
        return name;
    }
    name.char_indices().nth(64).and_then(|(end, _)| name.get(..end)).unwrap_or(name)
}

impl<S: XmlSource> Cursor<S> {
    pub(crate) fn new(source: S, limits: &Limits) -> Self {
        Self {
            source,
            depth: 0,
            elements: 0,
            limits: limits.clone(),
            attributes: String::new(),
            name: String::new(),
            text: String::new(),
            by_name: false,
        }
    }

    /// A walk through a document of another vocabulary than MusicXML's: elements are known by [`name`](Self::name) alone.
    #[cfg(any(feature = "guitar-pro", feature = "musescore"))]
    pub(crate) fn by_name(source: S, limits: &Limits) -> Self {
        Self { by_name: true, ..Self::new(source, limits) }
    }

    /// Where the latest markup began.
    pub(crate) fn position(&self) -> Position {
        self.source.position()
    }

    /// Bytes before the latest markup.
    pub(crate) fn offset(&self) -> u64 {
        self.source.offset()
    }

    /// The name of the element opened last, if it is not a known one.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// An error for a limit that is exceeded here.
    pub(crate) fn exceeded(&self, limit: Limit, allowed: usize) -> Error {
        Error::Limit { at: Some(self.position()), limit, allowed: allowed as u64 }
    }

    /// The next opened or closed element; text between is passed over.
    pub(crate) fn next(&mut self) -> Result<Token, Error> {
        self.step(Step::Walk)
    }

    /// Passes over the rest of the element opened last, with all that is in it.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            if self.step(Step::Skip)? == Token::End {
                break;
            }
        }
        Ok(())
    }

    /// The text of the element opened last, without surrounding white space; elements in it are passed over.
    pub(crate) fn text(&mut self) -> Result<&str, Error> {
        let (inside, outside) = (self.depth, self.depth.saturating_sub(1));
        self.text.clear();
        while self.depth > outside {
            let step = if self.depth == inside { Step::Gather } else { Step::Skip };
            if self.step(step)? == Token::End {
                break;
            }
        }
        Ok(self.text.trim())
    }

    fn step(&mut self, step: Step) -> Result<Token, Error> {
        let gather = step == Step::Gather;
        loop {
            match self.source.event()? {
                Event::Start(start) => {
                    if self.depth >= self.limits.depth {
                        return Err(self.exceeded(Limit::Depth, self.limits.depth));
                    }
                    self.depth += 1;
                    self.elements += 1;
                    if self.elements > self.limits.elements {
                        return Err(self.exceeded(Limit::Elements, self.limits.elements));
                    }
                    if step != Step::Walk {
                        return Ok(Token::Open(Element::Other));
                    }
                    let name = start.name();
                    let named = || Element::named(name.as_ref().as_bytes());
                    let element = if self.by_name { Element::Other } else { named() };
                    self.attributes.clear();
                    if element == Element::Other {
                        self.name.clear();
                        self.name.push_str(beginning(name.as_ref()));
                    }
                    if element != Element::Other || self.by_name {
                        self.attributes.push_str(start.attributes_raw());
                    }
                    return Ok(Token::Open(element));
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Token::Close);
                }
                Event::Text(text) if gather => self.text.push_str(&text.xml10_content()),
                Event::CData(text) if gather => self.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(character)) if gather => self.text.push(character),
                    Ok(Some(_)) => {}
                    Ok(None) => match resolve_predefined_entity(&reference.xml10_content()) {
                        Some(text) if gather => self.text.push_str(text),
                        Some(_) => {}
                        None => {
                            let name = reference.xml10_content().chars().take(64).collect();
                            return Err(Error::Entity { at: self.source.position(), name });
                        }
                    },
                    Err(error) => {
                        let what = error.to_string();
                        return Err(Error::Syntax { at: self.source.position(), what });
                    }
                },
                Event::DocType(declaration) if declaration.xml10_content().contains("<!ENTITY") => {
                    return Err(Error::EntityDeclaration { at: self.source.position() });
                }
                Event::Eof if self.depth > 0 => {
                    return Err(Error::Truncated { at: self.source.position(), open: self.depth });
                }
                Event::Eof => return Ok(Token::End),
                _ => {}
            }
            if self.text.len() > self.limits.token {
                return Err(self.exceeded(Limit::Token, self.limits.token));
            }
        }
    }

    /// The value of an attribute of the element opened last, without surrounding white space.
    pub(crate) fn attribute(&self, name: &str) -> Result<Option<String>, Error> {
        if self.attributes.is_empty() {
            return Ok(None);
        }
        // Without the check for doubles, which takes quadratic time; the first one counts.
        for attribute in Attributes::new(&self.attributes, 0).with_checks(false) {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(error) => return Err(Error::Syntax { at: self.position(), what: error.to_string() }),
            };
            if attribute.key.as_ref() == name {
                return match unescape(&attribute.value) {
                    Ok(value) => Ok(Some(value.trim().to_owned())),
                    Err(EscapeError::UnrecognizedEntity(_, entity)) => {
                        Err(Error::Entity { at: self.position(), name: entity.chars().take(64).collect() })
                    }
                    Err(error) => Err(Error::Syntax { at: self.position(), what: error.to_string() }),
                };
            }
        }
        Ok(None)
    }

    /// Whether an attribute of the element opened last is `yes`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Error> {
        Ok(self.attribute(name)?.and_then(|value| match value.as_str() {
            "yes" | "true" | "1" => Some(true),
            "no" | "false" | "0" => Some(false),
            _ => None,
        }))
    }
}
