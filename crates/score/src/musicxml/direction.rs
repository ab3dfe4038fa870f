//! Directions and sounds: jumps, signs, tempo, rehearsal marks.

use super::Reader;
use super::tempo::sound;
use crate::diagnostic::DiagnosticKind;
use crate::draft::{DraftHeading, DraftSection, DraftSign, DraftTempo, SignKind, TempoValue};
use crate::error::Error;
use crate::span::Span;
use crate::words::{self, JumpEnd, JumpTarget};
use crate::xml::{Element, Token, XmlSource};
use segno_syncpoint::RepeatStart;

/// Longer words are not signs and need not be kept.
const MAX_WORDS_BYTES: usize = 400;

/// Longer names of signs are cut.
const MAX_LABEL_CHARS: usize = 100;

/// What a `sound` element says.
#[derive(Default)]
struct Sound {
    da_capo: Option<bool>,
    dal_segno: Option<String>,
    segno: Option<String>,
    coda: Option<String>,
    to_coda: Option<String>,
    fine: bool,
    forward_repeat: bool,
    passes: Vec<u32>,
    tempo: Option<f64>,
    /// Its own offset in the bar.
    shift: Option<Span>,
}

/// What a `direction` element says.
#[derive(Default)]
struct Direction {
    words: String,
    segno: bool,
    coda: bool,
    value: Option<TempoValue>,
    rehearsal: String,
    sound: Sound,
    /// The direction's offset, if it holds for playback too.
    shift: Option<Span>,
    /// The direction's offset, if it is not said to hold for playback.
    printed_shift: Option<Span>,
}

impl Direction {
    fn say(&mut self, words: &str) {
        if self.words.len() + words.len() < MAX_WORDS_BYTES {
            self.words.push_str(if self.words.is_empty() { "" } else { " " });
            self.words.push_str(words);
        }
    }
}

impl<S: XmlSource> Reader<'_, S> {
    pub(super) fn direction(&mut self, part: usize, bar: usize) -> Result<(), Error> {
        let at = self.cursor.offset();
        let mut direction = Direction::default();
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::DirectionType => self.direction_type(&mut direction)?,
                Element::Offset => {
                    let sounds = self.cursor.flag("sound")?;
                    let shift = self.shift(part)?;
                    direction.shift = shift.filter(|_| sounds == Some(true));
                    direction.printed_shift = shift.filter(|_| sounds.is_none());
                }
                Element::Sound => direction.sound = self.sound(part, bar)?,
                _ => self.cursor.skip()?,
            }
        }
        self.interpret(part, bar, at, direction);
        Ok(())
    }

    /// Reads a `sound` that stands in the bar on its own.
    pub(super) fn lone_sound(&mut self, part: usize, bar: usize) -> Result<(), Error> {
        let at = self.cursor.offset();
        let sound = self.sound(part, bar)?;
        self.interpret(part, bar, at, Direction { sound, ..Direction::default() });
        Ok(())
    }

    fn direction_type(&mut self, direction: &mut Direction) -> Result<(), Error> {
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::Words => {
                    let font = self.cursor.attribute("font-family")?;
                    direction.say(&words::plain(self.cursor.text()?, font.as_deref()));
                }
                Element::Symbol => direction.say(words::glyph(self.cursor.text()?)),
                Element::Rehearsal => {
                    let text = self.cursor.text()?;
                    if direction.rehearsal.len() + text.len() < MAX_WORDS_BYTES {
                        direction.rehearsal.push_str(text);
                    }
                }
                Element::Segno => {
                    direction.segno = true;
                    self.cursor.skip()?;
                }
                Element::Coda => {
                    direction.coda = true;
                    self.cursor.skip()?;
                }
                Element::Metronome => {
                    let value = self.metronome()?;
                    direction.value = direction.value.or(value);
                }
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }

    fn sound(&mut self, part: usize, bar: usize) -> Result<Sound, Error> {
        let at = self.cursor.offset();
        let tempo = self.cursor.attribute("tempo")?;
        let time_only = self.cursor.attribute("time-only")?.unwrap_or_default();
        let mut sound = Sound {
            da_capo: self.cursor.flag("dacapo")?,
            dal_segno: self.label("dalsegno")?,
            segno: self.label("segno")?,
            coda: self.label("coda")?,
            to_coda: self.label("tocoda")?,
            // Either "yes" or the length of the last note; "no" is not in the format but means itself.
            fine: self.cursor.attribute("fine")?.is_some_and(|fine| fine != "no"),
            forward_repeat: self.cursor.flag("forward-repeat")? == Some(true),
            passes: self.passes(&time_only, DiagnosticKind::BadValue, bar, at),
            tempo: tempo.as_deref().and_then(|tempo| tempo.parse::<f64>().ok()),
            shift: None,
        };
        sound.tempo = sound.tempo.filter(|&tempo| self::sound(TempoValue::Sound(tempo)));
        if let (Some(tempo), None) = (tempo, sound.tempo) {
            let message = format!("the tempo {tempo:.40} is not usable");
            self.draft.diagnose(DiagnosticKind::BadValue, bar, at, message);
        }
        while let Token::Open(element) = self.cursor.next()? {
            if element == Element::Offset {
                sound.shift = self.shift(part)?;
            } else {
                self.cursor.skip()?;
            }
        }
        Ok(sound)
    }

    /// A name that signs and jumps share, cut to a sensible length.
    pub(super) fn label(&self, attribute: &str) -> Result<Option<String>, Error> {
        Ok(self.cursor.attribute(attribute)?.map(|name| name.chars().take(MAX_LABEL_CHARS).collect()))
    }

    fn shift(&mut self, part: usize) -> Result<Option<Span>, Error> {
        let Some(divisions) = self.states.get(part).map(|state| state.divisions) else { return Ok(None) };
        Ok(Span::decimal(self.cursor.text()?).and_then(|shift| shift.of_quarter(divisions)))
    }

    /// Turns a direction into signs, tempos and sections.
    fn interpret(&mut self, part: usize, bar: usize, at: u64, direction: Direction) {
        let here = self.states.get(part).map_or(Span::ZERO, |state| state.here);
        let shift = direction.sound.shift.or(direction.shift).unwrap_or(Span::ZERO);
        let place = here.add(shift).map_or(here, |place| place.max(Span::ZERO));
        let printed = direction.value;
        let tempo_place = if direction.sound.tempo.is_some() || printed.is_some() {
            self.tempo_place(bar, at, here, place, &direction)
        } else {
            place
        };
        if let Some(tempo) = direction.sound.tempo {
            self.draft.tempos.push(DraftTempo {
                bar,
                part,
                place: tempo_place,
                value: TempoValue::Sound(tempo),
                offset: at,
            });
            let differs = |printed: f64| (printed / tempo - 1.0).abs() > 0.01;
            if matches!(printed, Some(TempoValue::Printed(printed)) if differs(printed)) {
                let message = "the metronome mark and the playback tempo differ; the playback tempo counts";
                self.draft.diagnose(DiagnosticKind::Contradiction, bar, at, message);
            }
        } else if let Some(value) = printed {
            self.draft.tempos.push(DraftTempo { bar, part, place: tempo_place, value, offset: at });
        }
        if !direction.rehearsal.is_empty() {
            let text = direction.rehearsal.split_whitespace().collect::<Vec<_>>().join(" ");
            self.draft.sections.push(DraftSection { bar, place, text });
        }
        if direction.sound.forward_repeat
            && let Some(draft) = self.draft.bars.get_mut(bar)
        {
            draft.repeat_start = draft.repeat_start.or(Some(RepeatStart::Implied));
        }
        self.signs(part, bar, at, place, direction);
    }

    /// Where a tempo holds from: MuseScore writes where it means it and does not say that it holds for playback.
    fn tempo_place(&mut self, bar: usize, at: u64, here: Span, place: Span, direction: &Direction) -> Span {
        let Some(shift) = direction.printed_shift else { return place };
        if direction.sound.shift.is_some() || shift == Span::ZERO {
            return place;
        }
        let (message, place) = if self.musescore {
            let message = "the offset of a tempo is not said to hold for playback, but MuseScore means it";
            (message, here.add(shift).map_or(here, |place| place.max(Span::ZERO)))
        } else {
            ("the offset of a tempo is not said to hold for playback; the tempo holds where it stands", place)
        };
        self.draft.diagnose(DiagnosticKind::Inferred, bar, at, message);
        place
    }

    fn signs(&mut self, part: usize, bar: usize, at: u64, place: Span, direction: Direction) {
        let Direction { words, segno, coda, rehearsal, sound, .. } = direction;
        let (text, marked) = if words.is_empty() { (rehearsal, true) } else { (words, false) };
        // A coda that is only a rehearsal mark is the name of a part of the piece, unless a jump needs it.
        let spoken = words::read(&text).filter(|phrase| !marked || phrase.sign != Some(words::Sign::Coda));
        if let Some(kind) = words::heading(&text).filter(|_| spoken.is_none()) {
            self.draft.headings.push(DraftHeading { bar, place, kind, offset: at });
        }
        if words::is_numbered(&text) {
            let kind = words::Heading::Movement;
            self.draft.headings.push(DraftHeading { bar, place, kind, offset: at });
        }
        let stated = if sound.da_capo == Some(true) {
            Some(SignKind::DaCapo)
        } else {
            sound.dal_segno.as_ref().map(|_| SignKind::DalSegno)
        };
        if spoken.is_none() && stated.is_none() && words::mentions(&text) {
            let message =
                "the words speak of a da capo or dal segno but say more than that; not taken for a jump";
            self.draft.diagnose(DiagnosticKind::Unsupported, bar, at, message);
        }
        let phrase = spoken
            .unwrap_or_else(|| if stated.is_some() { words::hints(&text) } else { words::Phrase::default() });
        let said = match phrase.jump {
            Some(JumpTarget::Beginning) if sound.da_capo != Some(false) => Some(SignKind::DaCapo),
            Some(JumpTarget::Segno) => Some(SignKind::DalSegno),
            _ => None,
        };
        if stated.is_some() && said.is_some() && stated != said {
            let message = "the words and the playback say different jumps; the playback counts";
            self.draft.diagnose(DiagnosticKind::Contradiction, bar, at, message);
        }
        let jump = stated.or(said);
        let sign = |kind, name: Option<String>| DraftSign {
            name: name.filter(|name| !name.is_empty()),
            place,
            part,
            offset: at,
            ..DraftSign::new(bar, kind)
        };
        if let Some(kind) = jump {
            let mut sign = sign(kind, sound.dal_segno.clone().filter(|_| kind == SignKind::DalSegno));
            // The sign may stand for the word: "D.S. al" and the symbol.
            sign.until = phrase.until.or(coda.then_some(JumpEnd::ToCoda));
            sign.then_coda = phrase.then_coda || sign.until == Some(JumpEnd::ToCoda);
            sign.repeats = phrase.repeats;
            sign.names_piece = phrase.names_piece;
            sign.words_only = stated.is_none();
            // The first time is when a jump is taken anyway, by the letter of the format; who writes so means no more.
            if sound.passes != [1] {
                sign.passes.clone_from(&sound.passes);
            }
            self.draft.sign(sign);
        }
        // Playback outranks words here too: "Fine" over a to-coda is where one leaves for the coda.
        let sounds = sound.to_coda.is_some() || sound.segno.is_some() || sound.coda.is_some() || sound.fine;
        let spoken = phrase.sign.filter(|sign| {
            !sounds
                || match sign {
                    words::Sign::Segno => sound.segno.is_some(),
                    words::Sign::Coda => sound.coda.is_some(),
                    words::Sign::ToCoda => sound.to_coda.is_some(),
                    words::Sign::Fine => sound.fine,
                }
        });
        if spoken != phrase.sign {
            let message = "the words and the playback say different signs; the playback counts";
            self.draft.diagnose(DiagnosticKind::Contradiction, bar, at, message);
        }
        let to_coda = sound.to_coda.is_some() || spoken == Some(words::Sign::ToCoda);
        if to_coda {
            self.draft.sign(sign(SignKind::ToCoda, sound.to_coda.clone()));
        }
        if sound.segno.is_some() || ((segno || spoken == Some(words::Sign::Segno)) && jump.is_none()) {
            self.draft.sign(sign(SignKind::Segno, sound.segno.clone()));
        }
        let plain_coda = (coda || spoken == Some(words::Sign::Coda)) && jump.is_none() && !to_coda;
        if sound.coda.is_some() || plain_coda {
            let symbol_only = sound.coda.is_none() && spoken != Some(words::Sign::Coda);
            self.draft.sign(DraftSign { symbol_only, ..sign(SignKind::Coda, sound.coda.clone()) });
        }
        if sound.fine || spoken == Some(words::Sign::Fine) {
            self.draft.sign(sign(SignKind::Fine, None));
        }
        if !sound.passes.is_empty() && jump.is_none() && (to_coda || sound.fine) {
            let message = "time-only is read for da capo and dal segno only";
            self.draft.diagnose(DiagnosticKind::Unsupported, bar, at, message);
        }
    }
}
