//! Beats and their notes.

use super::arguments::Argument;
use super::lexer::Token;
use super::{Reader, drums};
use crate::diagnostic::DiagnosticKind;
use crate::error::Error;
use crate::harmonic;
use crate::outline::Struck;
use crate::span::Span;

/// A beat is not repeated more often than this.
const MAX_MULTIPLIER: i64 = 10_000;

/// A note as it is written.
struct Note {
    value: Value,
    string: Option<i64>,
    tied: bool,
    harmonic: Option<Option<f64>>,
    offset: u64,
}

/// What a note says of its key.
enum Value {
    Number(i64),
    Pitch(i32),
    /// A struck string without a pitch of its own.
    Dead,
    /// The note before goes on.
    Tie,
    /// A drum by its name.
    Name(String),
}

/// What the effects of a beat mean for its time.
struct Effects {
    dots: u32,
    tuplet: Option<Span>,
    grace: bool,
    tempo: Option<f64>,
}

impl Reader<'_> {
    /// Reads a beat; gives the place behind it.
    pub(super) fn beat(&mut self, mut place: Span) -> Result<Span, Error> {
        if self.lexer.accept(&Token::Colon)? {
            match self.lexer.next()? {
                Some(Token::Number(value)) => self.set_length(value)?,
                _ => return Err(self.lexer.broken("expected a number behind the colon")),
            }
            let properties = self.property_list()?;
            self.staff.tuplet = tuplet(&properties).unwrap_or_else(one);
        }
        self.effects.clear();
        let offset = self.lexer.place();
        let in_list = matches!(self.lexer.peek()?, Some(Token::Open));
        let notes = match self.lexer.peek()? {
            None | Some(Token::Tag(_) | Token::Bar) => return Ok(place),
            Some(Token::Word("r" | "R")) => {
                self.lexer.next()?;
                Vec::new()
            }
            Some(Token::Open) => {
                self.lexer.next()?;
                let mut notes = Vec::new();
                while !self.lexer.accept(&Token::Close)? {
                    if self.lexer.peek()?.is_none() {
                        return Err(self
                            .lexer
                            .broken("expected a closing parenthesis, found the end of the file"));
                    }
                    notes.push(self.note()?);
                    self.visit(1)?;
                }
                notes
            }
            _ => vec![self.note()?],
        };
        let mut notes = notes;
        if self.lexer.accept(&Token::Dot)? {
            match self.lexer.peek()? {
                Some(&Token::Number(value)) => {
                    self.lexer.next()?;
                    self.set_length(value)?;
                }
                // The dot before the sync points.
                Some(Token::Tag(_)) | None => {}
                _ => return Err(self.lexer.broken("expected a duration behind the dot")),
            }
        } else if self.staff.drums
            && !in_list
            && let Some(Note { string, value: Value::Number(_), .. }) = notes.first_mut()
            && let Some(duration) = string.take()
        {
            // Drums have no strings: what looks like one is the duration.
            self.set_length(duration)?;
        }
        let mut times = self.multiplier()?;
        let mut properties = core::mem::take(&mut self.effects);
        properties.extend(self.property_list()?);
        let effects = effects(&properties);
        times = times.max(self.multiplier()?);
        let tuplet = effects.tuplet.unwrap_or(self.staff.tuplet);
        let length = self.staff.length.dotted(effects.dots).and_then(|length| length.times(tuplet));
        let length = length.filter(|_| !effects.grace).unwrap_or(Span::ZERO);
        for _ in 0..times {
            self.visit(1 + notes.len())?;
            if let Some(tempo) = effects.tempo {
                let share = place.divided(self.bar_length());
                self.note_tempo(self.bar, share.unwrap_or(Span::ZERO), tempo, offset)?;
            }
            for note in &notes {
                self.strike(note, place, length, effects.grace)?;
            }
            place = place.add(length).unwrap_or(place);
        }
        Ok(place)
    }

    /// The length of the current bar as far as it is known.
    fn bar_length(&self) -> Span {
        let metre = self.metres.range(..=self.bar).next_back().map_or((4, 4), |(_, metre)| *metre);
        Span::ratio(metre.0.into(), metre.1.into()).filter(|length| length.is_positive()).unwrap_or_else(one)
    }

    fn multiplier(&mut self) -> Result<i64, Error> {
        if !self.lexer.accept(&Token::Star)? {
            return Ok(1);
        }
        match self.lexer.next()? {
            Some(Token::Number(times)) if (0..=MAX_MULTIPLIER).contains(&times) => Ok(times.max(1)),
            _ => Err(self.lexer.broken("expected a number from 1 to 10000 behind the star")),
        }
    }

    /// Sets the duration: 4 is a quarter, -2 two whole notes.
    fn set_length(&mut self, value: i64) -> Result<(), Error> {
        let length = match value {
            1..=1024 => Span::ratio(1, value.into()),
            -4 | -2 => Span::ratio((-value).into(), 1),
            _ => None,
        };
        match length {
            Some(length) => {
                self.staff.length = length;
                Ok(())
            }
            None => Err(self.lexer.broken("expected a duration: 1, 2, 4, 8 up to 1024, or -2 or -4")),
        }
    }

    fn note(&mut self) -> Result<Note, Error> {
        let token = self.lexer.next()?;
        let offset = self.lexer.place();
        let value = match &token {
            Some(Token::Number(number)) => Value::Number(*number),
            Some(Token::Word("x" | "X")) => Value::Dead,
            Some(Token::Word("-")) => Value::Tie,
            Some(Token::Word(word)) => self.named(word),
            Some(Token::Text(text)) if text == "x" => Value::Dead,
            Some(Token::Text(text)) if text == "-" => Value::Tie,
            Some(Token::Text(text)) => self.named(text),
            _ => return Err(self.lexer.broken("expected a note, a rest or a bar line")),
        };
        let mut string = None;
        if matches!(value, Value::Number(_) | Value::Dead | Value::Tie)
            && matches!(self.lexer.peek()?, Some(Token::Dot))
            && self.lexer.number_follows()
        {
            self.lexer.next()?;
            if let Some(Token::Number(number)) = self.lexer.next()? {
                string = Some(number);
            }
        }
        let mut note = Note { tied: matches!(value, Value::Tie), value, string, harmonic: None, offset };
        let list = self.property_list()?;
        for (name, arguments) in &list {
            match name.as_str() {
                "t" => note.tied = true,
                "nh" => note.harmonic = Some(None),
                "ah" | "th" | "ph" | "sh" | "fh" => {
                    note.harmonic = Some(Some(arguments.first().and_then(Argument::number).unwrap_or(12.0)));
                }
                "x" => note.harmonic = None,
                _ => {}
            }
        }
        // Where a beat says no duration, its own effects stand there too.
        self.effects.extend(list);
        Ok(note)
    }

    fn named(&self, word: &str) -> Value {
        match pitch(word).filter(|_| !self.staff.drums) {
            Some(key) => Value::Pitch(key),
            None => Value::Name(word.to_owned()),
        }
    }

    fn strike(&mut self, note: &Note, place: Span, length: Span, grace: bool) -> Result<(), Error> {
        if !self.outline.with_onsets {
            return Ok(());
        }
        let key = self.key(note);
        let line = |key: Option<i32>| match note.string {
            Some(string) => string,
            None => -1 - i64::from(key.unwrap_or(0).max(0)),
        };
        let place_of = |string: i64| (self.staff.number, self.voice, string);
        if note.tied {
            let before = match (&note.value, note.string) {
                // Without a string the one note before goes on.
                (Value::Tie, None) => self.last.get(&(self.staff.number, self.voice)).copied(),
                _ => self.ties.get(&place_of(line(key))).copied(),
            };
            if let Some((Some(onset), _)) = before {
                self.outline.prolong(onset, length);
                return Ok(());
            }
        }
        if key.is_none() && !self.staff.drums {
            let message = "a note without a pitch: left out";
            self.outline.diagnose(DiagnosticKind::BadValue, self.bar, note.offset, message);
            return Ok(());
        }
        let (part, bar, offset) = (self.staff.part, self.bar, note.offset);
        let slot = place_of(line(key));
        let onset = self.outline.strike(Struck { part, bar, place, length, key, grace, offset })?;
        self.ties.insert(slot, (onset, key));
        self.last.insert((self.staff.number, self.voice), (onset, key));
        Ok(())
    }

    /// The sounding key.
    fn key(&self, note: &Note) -> Option<i32> {
        let open = |string: i64| {
            let string = usize::try_from(string.checked_sub(1)?).ok()?;
            self.staff.tuning.get(string)?.checked_add(self.staff.capo)
        };
        let fretted = |fret: i64| {
            let open = note.string.and_then(open)?;
            let fret32 = i32::try_from(fret).ok()?;
            match note.harmonic {
                Some(None) => open.checked_add(harmonic::keys(fret as f64).unwrap_or(fret32)),
                Some(Some(above)) => {
                    open.checked_add(fret32)?.checked_add(harmonic::keys(above).unwrap_or(12))
                }
                None => open.checked_add(fret32),
            }
        };
        match &note.value {
            Value::Number(key) if self.staff.drums => i32::try_from(*key).ok().map(drums::numbered),
            Value::Number(fret) => fretted(*fret),
            Value::Pitch(key) => Some(*key),
            Value::Dead | Value::Tie => fretted(0),
            Value::Name(name) => self.drums.get(&name.to_lowercase()).copied().or_else(|| drums::named(name)),
        }
    }
}

fn one() -> Span {
    Span::ratio(1, 1).unwrap_or(Span::ZERO)
}

fn effects(properties: &[(String, Vec<Argument>)]) -> Effects {
    let has = |wanted: &str| properties.iter().any(|(name, _)| name == wanted);
    let tempo = properties.iter().find(|(name, _)| name == "tempo");
    Effects {
        dots: if has("dd") { 2 } else { u32::from(has("d")) },
        tuplet: tuplet(properties),
        grace: has("gr"),
        tempo: tempo.and_then(|(_, arguments)| arguments.first()?.number()),
    }
}

/// So many notes in the time of so many.
fn tuplet(properties: &[(String, Vec<Argument>)]) -> Option<Span> {
    let (_, arguments) = properties.iter().find(|(name, _)| name == "tu")?;
    let count = arguments.first()?.whole()?;
    let normal = arguments.get(1).and_then(Argument::whole).unwrap_or(match count {
        3 => 2,
        5..=7 => 4,
        9..=13 => 8,
        other => other,
    });
    Span::ratio(normal.into(), count.into()).filter(|ratio| ratio.is_positive())
}

/// The key of a pitch: `C4` is 60, `f#3`, `Bb2`.
pub(super) fn pitch(word: &str) -> Option<i32> {
    let mut letters = word.chars();
    let step = match letters.next()?.to_ascii_lowercase() {
        'c' => 0,
        'd' => 2,
        'e' => 4,
        'f' => 5,
        'g' => 7,
        'a' => 9,
        'b' => 11,
        _ => return None,
    };
    let rest = letters.as_str();
    let digits = rest.find(|c: char| c.is_ascii_digit())?;
    let accidental = match rest.get(..digits)? {
        "" => 0,
        "#" => 1,
        "##" | "x" => 2,
        "b" => -1,
        "bb" => -2,
        _ => return None,
    };
    let octave: i32 = rest.get(digits..)?.parse().ok().filter(|octave| (0..=10).contains(octave))?;
    Some(12 * (octave + 1) + step + accidental)
}
