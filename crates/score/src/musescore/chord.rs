//! Chords and rests: how long they are, and which notes they strike.

use super::measure::Measure;
use super::staff::{Staff, whole};
use super::tempo::Fermata;
use super::{Reader, fraction};
use crate::diagnostic::DiagnosticKind;
use crate::error::Error;
use crate::outline::Struck;
use crate::span::Span;
use crate::xml::{Token, XmlSource};

/// What a `Chord` or `Rest` element says.
#[derive(Default)]
struct Chord {
    kind: Option<Span>,
    /// It fills its measure, however long that is.
    whole: bool,
    dots: u32,
    duration: Option<Span>,
    grace: bool,
    /// A grace chord that sounds behind its main chord, before which it is written.
    after: bool,
    /// The tuplet that it belongs to, in versions 1 and 2.
    tuplet: Option<Span>,
    notes: Vec<Note>,
    stretch: Option<Option<f64>>,
}

/// What a `Note` element says.
#[derive(Default)]
pub(super) struct Note {
    key: Option<i32>,
    tied_on: bool,
    tied_back: bool,
    /// The tie leads so many staves down, and ends so many measures later.
    down: Option<(u32, i64)>,
    /// The tie comes from another staff.
    crossed: bool,
    /// Version 2: the tie that begins, and the spanners that end.
    tie: Option<String>,
    ends: Vec<String>,
    offset: u64,
}

impl<S: XmlSource> Reader<'_, S> {
    pub(super) fn chord(
        &mut self,
        staff: &mut Staff,
        measure: &mut Measure,
        sounds: bool,
    ) -> Result<(), Error> {
        let offset = self.cursor.offset();
        let mut chord = Chord::default();
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "durationType" => match self.cursor.text()? {
                    "measure" => chord.whole = true,
                    kind => chord.kind = Span::of_type(kind),
                },
                "dots" => chord.dots = self.number()?.unwrap_or(0),
                "duration" => {
                    // Version 2 writes the fraction as attributes.
                    let (z, n) = (self.cursor.attribute("z")?, self.cursor.attribute("n")?);
                    let text = self.cursor.text()?;
                    chord.duration = match (z, n) {
                        (Some(z), Some(n)) => fraction(&format!("{z}/{n}")),
                        _ => fraction(text),
                    };
                }
                "ticklen" => {
                    let ticks = self.number::<i64>()?;
                    chord.duration = ticks.map(|ticks| self.ticks(ticks.into()));
                }
                "tick" => {
                    if let Some(tick) = self.number::<i64>()? {
                        measure.place = self.ticks(tick.into()).sub(staff.begin).unwrap_or(measure.place);
                    }
                }
                "track" => measure.voice = self.number::<u32>()?.map_or(measure.voice, |track| track % 4),
                "acciaccatura" | "appoggiatura" | "grace4" | "grace8" | "grace16" | "grace32" => {
                    chord.grace = true;
                    self.cursor.skip()?;
                }
                "grace8after" | "grace16after" | "grace32after" => {
                    (chord.grace, chord.after) = (true, true);
                    self.cursor.skip()?;
                }
                "Tuplet" => {
                    let id = self.cursor.text()?;
                    chord.tuplet = staff.tuplets.get(id).copied();
                }
                "Note" if sounds => {
                    let note = self.note()?;
                    chord.notes.push(note);
                }
                "Articulation" => self.articulation(&mut chord)?,
                "Spanner" | "Volta" | "Ottava" | "endSpanner" => self.spanner(staff, measure)?,
                _ => self.cursor.skip()?,
            }
        }
        self.reach(measure.bar, measure.place);
        if let Some(stretch) = chord.stretch {
            self.fermatas.extend(Fermata::new(measure.bar, measure.place, stretch, offset));
        }
        let length = if chord.grace { Some(Span::ZERO) } else { self.length(&chord, staff, measure) };
        let Some(length) = length else {
            let message = "invalid duration of a chord or rest: it takes no time";
            self.outline.diagnose(DiagnosticKind::BadValue, measure.bar, offset, message);
            return Ok(());
        };
        if chord.after {
            measure.after.append(&mut chord.notes);
            return Ok(());
        }
        if self.outline.with_onsets {
            if !chord.grace && sounds && !measure.after.is_empty() {
                let here = measure.place;
                measure.place = here.add(length).unwrap_or(here);
                for note in core::mem::take(&mut measure.after) {
                    self.strike(staff, measure, &note, Span::ZERO, true)?;
                }
                measure.place = here;
            }
            for note in &chord.notes {
                self.strike(staff, measure, note, length, chord.grace)?;
            }
        }
        measure.place = measure.place.add(length).unwrap_or(measure.place);
        Ok(())
    }

    /// How long a chord or rest is.
    fn length(&self, chord: &Chord, staff: &Staff, measure: &Measure) -> Option<Span> {
        if chord.whole && chord.duration.is_none() {
            return Some(self.bar_length(measure.bar));
        }
        let written = match chord.duration {
            Some(duration) => duration,
            None => chord.kind?.dotted(chord.dots)?,
        };
        let ratio = measure.tuplets.last().copied().or(chord.tuplet);
        let length = match ratio {
            // Ticks are the true length.
            Some(ratio) if self.version >= 1.12 || chord.kind.is_some() => written.times(ratio)?,
            _ => written,
        };
        let length = length.times(staff.stretch)?;
        (!length.is_negative()).then_some(length)
    }

    /// Version 2 and older: a fermata stands among the articulations of its chord or rest.
    fn articulation(&mut self, chord: &mut Chord) -> Result<(), Error> {
        let (mut fermata, mut stretch, mut played) = (false, None, true);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "subtype" => {
                    let kind = self.cursor.text()?.to_ascii_lowercase();
                    fermata = kind.contains("fermata");
                }
                "timeStretch" => stretch = self.number::<f64>()?,
                "play" => played = self.cursor.text()? != "0",
                _ => self.cursor.skip()?,
            }
        }
        if fermata && played {
            chord.stretch = Some(stretch);
        }
        Ok(())
    }

    fn note(&mut self) -> Result<Note, Error> {
        let mut note = Note { offset: self.cursor.offset(), ..Note::default() };
        // Up to 1.11 the key is an attribute.
        note.key = self.cursor.attribute("pitch")?.and_then(|key| key.parse().ok());
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "pitch" => note.key = self.number()?,
                "Tie" => {
                    note.tied_on = true;
                    note.tie = self.cursor.attribute("id")?;
                    self.cursor.skip()?;
                }
                "endSpanner" => {
                    note.ends.extend(self.cursor.attribute("id")?);
                    self.cursor.skip()?;
                }
                "Spanner" if self.cursor.attribute("type")?.as_deref() == Some("Tie") => {
                    while let Token::Open(_) = self.cursor.next()? {
                        let next = match self.cursor.name() {
                            "next" => true,
                            "prev" => false,
                            _ => {
                                self.cursor.skip()?;
                                continue;
                            }
                        };
                        *(if next { &mut note.tied_on } else { &mut note.tied_back }) = true;
                        let (staves, measures) = self.far_end()?;
                        if next {
                            note.down = u32::try_from(staves)
                                .ok()
                                .filter(|staves| *staves > 0)
                                .map(|staves| (staves, measures));
                        } else {
                            note.crossed = staves != 0;
                        }
                    }
                }
                _ => self.cursor.skip()?,
            }
        }
        Ok(note)
    }

    /// The other end of a tie: how many staves and measures away.
    fn far_end(&mut self) -> Result<(i64, i64), Error> {
        let (mut staves, mut measures) = (0, 0);
        while let Token::Open(_) = self.cursor.next()? {
            while let Token::Open(_) = self.cursor.next()? {
                match self.cursor.name() {
                    "staves" => staves = self.number()?.unwrap_or(0),
                    "measures" => measures = self.number()?.unwrap_or(0),
                    _ => self.cursor.skip()?,
                }
            }
        }
        Ok((staves, measures))
    }

    /// Strikes a note, or lengthens the one that it is tied to.
    fn strike(
        &mut self,
        staff: &mut Staff,
        measure: &Measure,
        note: &Note,
        length: Span,
        grace: bool,
    ) -> Result<(), Error> {
        let Some(key) = note.key else {
            let message = "a note without a pitch: left out";
            self.outline.diagnose(DiagnosticKind::BadValue, measure.bar, note.offset, message);
            return Ok(());
        };
        let tied = if note.crossed {
            let tied = self.crossing.remove(&(staff.id, measure.bar, key));
            if tied.is_none() {
                let message = "a tie from a lower staff: the note is listed as struck";
                self.unsupported(measure.bar, note.offset, message);
            }
            tied
        } else if self.version < 1.15 || note.tied_back {
            let own = staff.ties.remove(&(measure.voice, key));
            // A tie may lead into another voice.
            own.or_else(|| {
                note.tied_back.then(|| (0..4).find_map(|voice| staff.ties.remove(&(voice, key))))?
            })
        } else {
            note.ends.iter().find_map(|id| staff.tie_ids.remove(id))
        };
        let onset = match tied {
            Some(onset) => {
                self.outline.prolong(onset, length);
                Some(onset)
            }
            None => {
                let shift = self.spanners.octaves(staff.id, measure.bar, measure.place);
                self.outline.strike(Struck {
                    part: staff.part,
                    bar: measure.bar,
                    place: measure.place,
                    length,
                    key: Some(key.saturating_add(shift)),
                    grace,
                    offset: note.offset,
                })?
            }
        };
        if let Some(onset) = onset.filter(|_| note.tied_on && !grace) {
            if let Some((staves, measures)) = note.down {
                let bar = i64::try_from(measure.bar).ok().and_then(|bar| bar.checked_add(measures));
                let bar = bar.and_then(|bar| usize::try_from(bar).ok());
                self.crossing.extend(bar.map(|bar| ((staff.id.saturating_add(staves), bar, key), onset)));
                return Ok(());
            }
            match &note.tie {
                Some(id) => _ = staff.tie_ids.insert(id.clone(), onset),
                None => _ = staff.ties.insert((measure.voice, key), onset),
            }
        }
        Ok(())
    }

    /// Versions 1 and 2 name a tuplet, versions 3 and 4 open one.
    pub(super) fn tuplet(&mut self, staff: &mut Staff, measure: &mut Measure) -> Result<(), Error> {
        let id = self.cursor.attribute("id")?;
        let (mut normal, mut actual, mut outer) = (1_u16, 1_u16, None);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "normalNotes" => normal = self.number()?.unwrap_or(0),
                "actualNotes" => actual = self.number()?.unwrap_or(0),
                "Tuplet" => {
                    let id = self.cursor.text()?;
                    outer = staff.tuplets.get(id).copied();
                }
                _ => self.cursor.skip()?,
            }
        }
        let outer = outer.or(measure.tuplets.last().copied()).unwrap_or_else(whole);
        let ratio = Span::ratio(normal.into(), actual.into()).filter(|ratio| ratio.is_positive());
        let ratio = ratio.and_then(|ratio| ratio.times(outer)).unwrap_or_else(|| {
            let message = format!("invalid tuplet of {actual} in the time of {normal}: read without it");
            self.outline.diagnose(DiagnosticKind::BadValue, measure.bar, measure.offset, message);
            outer
        });
        match id {
            Some(id) if self.version < 3.0 => _ = staff.tuplets.insert(id, ratio),
            _ => measure.tuplets.push(ratio),
        }
        Ok(())
    }
}
