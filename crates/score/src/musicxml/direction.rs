//! Directions and sounds: jumps, signs, tempo, rehearsal marks.

use super::Reader;
use super::barline::numbers;
use super::tempo::sound;
use crate::diagnostic::DiagnosticKind;
use crate::draft::{DraftSection, DraftSign, DraftTempo, Pace, SignKind};
use crate::error::Error;
use crate::span::Span;
use crate::words::{self, Leap, Until};
use crate::xml::{Element, Source, Token};
use segno_syncpoint::RepeatStart;

/// Longer words are no signs and need not be kept.
const LONGEST: usize = 400;

/// Longer names of signs are cut.
const LONGEST_NAME: usize = 100;

/// What a `sound` element says.
#[derive(Default)]
struct Sound {
    da_capo: bool,
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
    pace: Option<Pace>,
    rehearsal: String,
    sound: Sound,
    /// The direction's offset, if it holds for playback too.
    shift: Option<Span>,
}

impl<S: Source> Reader<'_, S> {
    pub(super) fn direction(&mut self, part: usize, bar: usize) -> Result<(), Error> {
        let at = self.cursor.offset();
        let mut direction = Direction::default();
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::DirectionType => self.direction_type(&mut direction)?,
                Element::Offset => {
                    let sounds = self.cursor.flag("sound")? == Some(true);
                    let shift = self.shift(part)?;
                    direction.shift = shift.filter(|_| sounds);
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
                Element::Words | Element::Symbol => {
                    let text = self.cursor.text()?;
                    // Symbols are SMuFL glyph names.
                    let text = match text {
                        "coda" | "codaSquare" if element == Element::Symbol => "𝄌",
                        "segno" | "segnoSerpent1" | "segnoSerpent2" if element == Element::Symbol => "𝄋",
                        _ if element == Element::Symbol => "",
                        text => text,
                    };
                    if direction.words.len() + text.len() < LONGEST {
                        direction.words.push_str(if direction.words.is_empty() { "" } else { " " });
                        direction.words.push_str(text);
                    }
                }
                Element::Rehearsal => {
                    let text = self.cursor.text()?;
                    if direction.rehearsal.len() + text.len() < LONGEST {
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
                    let pace = self.metronome()?;
                    direction.pace = direction.pace.or(pace);
                }
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }

    fn sound(&mut self, part: usize, bar: usize) -> Result<Sound, Error> {
        let at = self.cursor.offset();
        let tempo = self.cursor.attribute("tempo")?;
        let mut sound = Sound {
            da_capo: self.cursor.flag("dacapo")? == Some(true),
            dal_segno: self.label("dalsegno")?,
            segno: self.label("segno")?,
            coda: self.label("coda")?,
            to_coda: self.label("tocoda")?,
            // Either "yes" or the length of the last note; "no" is not in the format but means itself.
            fine: self.cursor.attribute("fine")?.is_some_and(|fine| fine != "no"),
            forward_repeat: self.cursor.flag("forward-repeat")? == Some(true),
            passes: numbers(&self.cursor.attribute("time-only")?.unwrap_or_default()),
            tempo: tempo.as_deref().and_then(|tempo| tempo.parse::<f64>().ok()),
            shift: None,
        };
        sound.tempo = sound.tempo.filter(|&tempo| self::sound(Pace::Sound(tempo)));
        if let (Some(tempo), None) = (tempo, sound.tempo) {
            let message = format!("the tempo {tempo:.40} is not usable");
            self.draft.remark(DiagnosticKind::BadValue, bar, at, message);
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
        Ok(self.cursor.attribute(attribute)?.map(|name| name.chars().take(LONGEST_NAME).collect()))
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
        let printed = direction.pace;
        if let Some(tempo) = direction.sound.tempo {
            self.draft.tempos.push(DraftTempo { bar, place, pace: Pace::Sound(tempo), offset: at });
            let differs = |printed: f64| (printed / tempo - 1.0).abs() > 0.01;
            if matches!(printed, Some(Pace::Printed(printed)) if differs(printed)) {
                let message = "the metronome mark and the playback tempo differ; the playback tempo counts";
                self.draft.remark(DiagnosticKind::Contradiction, bar, at, message);
            }
        } else if let Some(pace) = printed {
            self.draft.tempos.push(DraftTempo { bar, place, pace, offset: at });
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

    fn signs(&mut self, part: usize, bar: usize, at: u64, place: Span, direction: Direction) {
        let Direction { words, segno, coda, sound, .. } = direction;
        let phrase = words::read(&words).unwrap_or_default();
        let spoken = phrase.sign;
        let mut jump = match phrase.jump {
            Some(Leap::Beginning) => Some(SignKind::DaCapo),
            Some(Leap::Segno) => Some(SignKind::DalSegno),
            None => None,
        };
        let stated = if sound.da_capo {
            Some(SignKind::DaCapo)
        } else {
            sound.dal_segno.as_ref().map(|_| SignKind::DalSegno)
        };
        if stated.is_some() && jump.is_some() && stated != jump {
            let message = "the words and the playback say different jumps; the playback counts";
            self.draft.remark(DiagnosticKind::Contradiction, bar, at, message);
        }
        jump = stated.or(jump);
        let mut put = |kind, name: Option<String>, symbol_only| {
            let (until, then_coda, repeats) = (None, false, None);
            let name = name.filter(|name| !name.is_empty());
            let passes = if matches!(kind, SignKind::DaCapo | SignKind::DalSegno) {
                sound.passes.clone()
            } else {
                Vec::new()
            };
            let mut sign = DraftSign {
                bar,
                kind,
                name,
                place,
                at_end: false,
                until,
                then_coda,
                repeats,
                passes,
                symbol_only,
                part,
                offset: at,
            };
            if kind.is_jump() {
                sign.until = phrase.until;
                // The sign may stand for the word: "D.S. al" and the symbol.
                if sign.until.is_none() && coda {
                    sign.until = Some(Until::ToCoda);
                }
                sign.then_coda = phrase.then_coda || sign.until == Some(Until::ToCoda);
                sign.repeats = phrase.repeats;
            }
            self.draft.sign(sign);
        };
        if let Some(kind) = jump {
            put(kind, sound.dal_segno.clone().filter(|_| kind == SignKind::DalSegno), false);
        }
        let to_coda = sound.to_coda.is_some() || spoken == Some(words::Sign::ToCoda);
        if to_coda {
            put(SignKind::ToCoda, sound.to_coda.clone(), false);
        }
        if sound.segno.is_some() || ((segno || spoken == Some(words::Sign::Segno)) && jump.is_none()) {
            put(SignKind::Segno, sound.segno.clone(), sound.segno.is_none() && spoken.is_none());
        }
        let plain_coda = (coda || spoken == Some(words::Sign::Coda)) && jump.is_none() && !to_coda;
        if sound.coda.is_some() || plain_coda {
            let symbol_only = sound.coda.is_none() && spoken != Some(words::Sign::Coda);
            put(SignKind::Coda, sound.coda.clone(), symbol_only);
        }
        if sound.fine || spoken == Some(words::Sign::Fine) {
            put(SignKind::Fine, None, false);
        }
        if !sound.passes.is_empty() && jump.is_none() && (to_coda || sound.fine) {
            let message = "time-only is read for da capo and dal segno only";
            self.draft.remark(DiagnosticKind::Unsupported, bar, at, message);
        }
    }
}
