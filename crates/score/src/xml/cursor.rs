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
            // Byte strings become a tree of comparisons; strings would be compared one after the other.
            fn named(name: &[u8]) -> Self {
                match name { $($name => Self::$variant,)* _ => Self::Other }
            }
        }
    };
}

elements! {
    Note b"note", Duration b"duration", Chord b"chord", Grace b"grace", Rest b"rest", Cue b"cue", Tie b"tie",
    Pitch b"pitch", Step b"step", Alter b"alter", Octave b"octave", Unpitched b"unpitched", Instrument b"instrument",
    Backup b"backup", Forward b"forward", Measure b"measure", Part b"part", Attributes b"attributes",
    Divisions b"divisions", Time b"time", Beats b"beats", BeatType b"beat-type", SenzaMisura b"senza-misura",
    Interchangeable b"interchangeable", Transpose b"transpose", Chromatic b"chromatic", OctaveChange b"octave-change",
    Barline b"barline", BarStyle b"bar-style", Repeat b"repeat", Ending b"ending", Segno b"segno", Coda b"coda",
    Direction b"direction", DirectionType b"direction-type", Words b"words", Rehearsal b"rehearsal", Symbol b"symbol",
    Metronome b"metronome", BeatUnit b"beat-unit", BeatUnitDot b"beat-unit-dot", PerMinute b"per-minute",
    BeatUnitTied b"beat-unit-tied", MetronomeNote b"metronome-note", MetronomeType b"metronome-type",
    MetronomeDot b"metronome-dot", MetronomeTied b"metronome-tied", MetronomeTuplet b"metronome-tuplet",
    MetronomeRelation b"metronome-relation", ActualNotes b"actual-notes", NormalNotes b"normal-notes",
    Offset b"offset", Sound b"sound", Staff b"staff",
    ScorePartwise b"score-partwise", ScoreTimewise b"score-timewise", Work b"work", WorkTitle b"work-title",
    MovementTitle b"movement-title", Identification b"identification", Creator b"creator", PartList b"part-list",
    ScorePart b"score-part", PartName b"part-name", PartAbbreviation b"part-abbreviation",
    MidiInstrument b"midi-instrument", MidiProgram b"midi-program", MidiChannel b"midi-channel",
    MidiUnpitched b"midi-unpitched", Credit b"credit", CreditType b"credit-type", CreditWords b"credit-words",
    Key b"key", Fifths b"fifths", Type b"type", Dot b"dot", TimeModification b"time-modification",
    Software b"software", Encoding b"encoding",
    Container b"container", Rootfiles b"rootfiles", Rootfile b"rootfile",
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
}

impl<S: Source> Cursor<S> {
    pub(crate) fn new(source: S, limits: &Limits) -> Self {
        Self {
            source,
            depth: 0,
            elements: 0,
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
                    let element = Element::named(name.as_ref().as_bytes());
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
