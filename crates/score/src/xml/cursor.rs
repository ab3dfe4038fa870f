//! Walking through the elements that matter, past those that do not.

use quick_xml::escape::{EscapeError, resolve_predefined_entity, unescape};
use quick_xml::events::Event;
use quick_xml::events::attributes::Attributes;

pub(crate) use super::feed::Source;
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

macro_rules! elements {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// The elements that the readers know by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Element { $($variant,)* Other }

        impl Element {
            fn named(name: &str) -> Self {
                match name { $($name => Self::$variant,)* _ => Self::Other }
            }
        }
    };
}

elements! {
    Note "note", Duration "duration", Chord "chord", Grace "grace", Rest "rest", Cue "cue", Tie "tie",
    Pitch "pitch", Step "step", Alter "alter", Octave "octave", Unpitched "unpitched", Instrument "instrument",
    Backup "backup", Forward "forward", Measure "measure", Part "part", Attributes "attributes",
    Divisions "divisions", Time "time", Beats "beats", BeatType "beat-type", SenzaMisura "senza-misura",
    Interchangeable "interchangeable", Transpose "transpose", Chromatic "chromatic", OctaveChange "octave-change",
    Barline "barline", BarStyle "bar-style", Repeat "repeat", Ending "ending", Segno "segno", Coda "coda",
    Direction "direction", DirectionType "direction-type", Words "words", Rehearsal "rehearsal", Symbol "symbol",
    Metronome "metronome", BeatUnit "beat-unit", BeatUnitDot "beat-unit-dot", PerMinute "per-minute",
    BeatUnitTied "beat-unit-tied", MetronomeNote "metronome-note", MetronomeType "metronome-type",
    MetronomeDot "metronome-dot", MetronomeTied "metronome-tied", MetronomeTuplet "metronome-tuplet",
    MetronomeRelation "metronome-relation", ActualNotes "actual-notes", NormalNotes "normal-notes",
    Offset "offset", Sound "sound", Staff "staff",
    ScorePartwise "score-partwise", ScoreTimewise "score-timewise", Work "work", WorkTitle "work-title",
    MovementTitle "movement-title", Identification "identification", Creator "creator", PartList "part-list",
    ScorePart "score-part", PartName "part-name", PartAbbreviation "part-abbreviation",
    MidiInstrument "midi-instrument", MidiProgram "midi-program", MidiChannel "midi-channel",
    MidiUnpitched "midi-unpitched", Credit "credit", CreditType "credit-type", CreditWords "credit-words",
    Container "container", Rootfiles "rootfiles", Rootfile "rootfile",
}

/// A walk through a document.
pub(crate) struct Cursor<S> {
    source: S,
    depth: usize,
    limits: Limits,
    /// The raw attributes of the element opened last.
    attributes: String,
    /// The name of the element opened last, if it is [`Element::Other`].
    name: String,
    /// Where text of the current element is gathered.
    text: String,
}

impl<S: Source> Cursor<S> {
    pub(crate) fn new(source: S, limits: &Limits) -> Self {
        Self {
            source,
            depth: 0,
            limits: limits.clone(),
            attributes: String::new(),
            name: String::new(),
            text: String::new(),
        }
    }

    /// Where the latest markup began.
    pub(crate) fn position(&self) -> Position {
        self.source.position()
    }

    /// Bytes before the latest markup.
    pub(crate) fn offset(&self) -> u64 {
        self.source.offset()
    }

    /// The name of the element opened last, if it is none of the known ones.
    pub(crate) fn unknown_name(&self) -> &str {
        &self.name
    }

    /// An error for a limit that is exceeded here.
    pub(crate) fn exceeded(&self, limit: Limit, allowed: usize) -> Error {
        Error::Limit { at: Some(self.position()), limit, allowed: allowed as u64 }
    }

    /// The next opened or closed element; text between is passed over.
    pub(crate) fn next(&mut self) -> Result<Token, Error> {
        self.step(false)
    }

    /// Passes over the rest of the element opened last, with all that is in it.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            if self.step(false)? == Token::End {
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
            if self.step(self.depth == inside)? == Token::End {
                break;
            }
        }
        Ok(self.text.trim())
    }

    fn step(&mut self, gather: bool) -> Result<Token, Error> {
        loop {
            match self.source.event()? {
                Event::Start(start) => {
                    if self.depth >= self.limits.depth {
                        return Err(self.exceeded(Limit::Depth, self.limits.depth));
                    }
                    self.depth += 1;
                    let name = start.name();
                    let element = Element::named(name.as_ref());
                    self.attributes.clear();
                    if element == Element::Other {
                        self.name.clear();
                        self.name.extend(name.as_ref().chars().take(64));
                    } else {
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
