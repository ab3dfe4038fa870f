//! Measures: beats and notes of each track.

use super::Reader;
use super::effects::Harmonic;
use crate::diagnostic::DiagnosticKind;
use crate::error::Error;
use crate::harmonic;
use crate::outline::Struck;
use crate::span::Span;

/// Where a beat stands.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) bar: usize,
    pub(super) track: usize,
    pub(super) voice: usize,
    pub(super) place: Span,
    pub(super) length: Span,
    /// All notes of the beat are touched (version 3).
    pub(super) harmonic: Option<Harmonic>,
}

impl Reader<'_> {
    pub(super) fn measures(&mut self) -> Result<(), Error> {
        let voices = if self.is(500) { 2 } else { 1 };
        for bar in 0..self.bars {
            for track in 0..self.tracks.len() {
                self.bytes.inside = Some((bar, track));
                for voice in 0..voices {
                    let mut place = Span::ZERO;
                    for _ in 0..self.bytes.count("beats")? {
                        let length = self.beat(bar, track, voice, place)?;
                        place = place.add(length).unwrap_or(place);
                    }
                }
                // Some files end without the last one.
                if self.is(500) && !self.bytes.is_empty() {
                    self.bytes.skip(1)?;
                }
            }
        }
        self.bytes.inside = None;
        Ok(())
    }

    /// Reads a beat; gives how much time it takes.
    fn beat(&mut self, bar: usize, track: usize, voice: usize, place: Span) -> Result<Span, Error> {
        let offset = self.bytes.place();
        let flags = self.bytes.byte()?;
        let status = if flags & 0x40 != 0 { self.bytes.byte()? } else { 1 };
        let value = self.bytes.signed()?;
        let tuplet = if flags & 0x20 != 0 { self.bytes.int()? } else { 0 };
        if flags & 0x02 != 0 {
            self.chord()?;
        }
        if flags & 0x04 != 0 {
            self.bytes.long_text()?;
        }
        let harmonic = if flags & 0x08 != 0 { self.beat_effects()? } else { None };
        if flags & 0x10 != 0
            && let Some((tempo, beats)) = self.mix_table()?
        {
            if beats > 0 {
                let message = "a tempo that changes over several beats: it changes at once";
                self.tell(|told| &mut told.glide, bar, message);
            }
            self.tempo(bar, place, tempo)?;
        }
        let written = length(value, flags & 0x01 != 0, tuplet);
        let length = written.unwrap_or_else(|| {
            let message = format!("invalid duration {value}: the beat takes no time");
            self.outline.diagnose(DiagnosticKind::BadValue, bar, offset, message);
            Span::ZERO
        });
        let strings = self.bytes.byte()?;
        let at = At { bar, track, voice, place, length, harmonic };
        let count = self.tracks.get(track).map_or(0, |track| track.tuning.len());
        for string in (0..count).filter(|string| strings >> (6 - string) & 1 == 1) {
            self.note(at, string)?;
        }
        if self.is(500) && self.bytes.short()? & 0x0800 != 0 {
            self.bytes.skip(1)?;
        }
        // An empty beat fills up a voice that says nothing.
        Ok(if status == 0 { Span::ZERO } else { length })
    }

    fn note(&mut self, at: At, string: usize) -> Result<(), Error> {
        let offset = self.bytes.place();
        let flags = self.bytes.byte()?;
        let kind = if flags & 0x20 != 0 { Some(self.bytes.byte()?) } else { None };
        if flags & 0x01 != 0 && !self.is(500) {
            self.bytes.skip(2)?;
        }
        if flags & 0x10 != 0 {
            self.bytes.skip(1)?;
        }
        let mut fret = if flags & 0x20 != 0 { self.bytes.signed()? } else { 0 };
        if flags & 0x80 != 0 {
            self.bytes.skip(2)?;
        }
        if self.is(500) {
            self.bytes.skip(if flags & 0x01 != 0 { 9 } else { 1 })?;
        }
        let effects = if flags & 0x08 != 0 { self.note_effects()? } else { Default::default() };
        let line = (at.track, at.voice, string);
        let before = self.ties.get(&line).copied();
        let Some(kind) = kind else {
            let message = "a note without a fret: left out";
            self.outline.diagnose(DiagnosticKind::BadValue, at.bar, offset, message);
            return Ok(());
        };
        if kind == 2
            && let Some((onset, held)) = before
        {
            fret = held;
            if let Some(onset) = onset {
                self.outline.prolong(onset, at.length);
                return Ok(());
            }
        }
        if !self.outline.with_onsets {
            return Ok(());
        }
        if let Some(grace) = effects.grace {
            let key = self.key(at.track, string, grace, None);
            let struck = Struck {
                part: at.track,
                bar: at.bar,
                place: at.place,
                length: Span::ZERO,
                key,
                grace: true,
                offset,
            };
            self.outline.strike(struck)?;
        }
        let key = self.key(at.track, string, fret, effects.harmonic.or(at.harmonic));
        let (place, length) = (at.place, at.length);
        let onset = self.outline.strike(Struck {
            part: at.track,
            bar: at.bar,
            place,
            length,
            key,
            grace: false,
            offset,
        })?;
        self.ties.insert(line, (onset, fret));
        Ok(())
    }

    /// The sounding key of a string at a fret. Drums have their key for a fret.
    fn key(&self, track: usize, string: usize, fret: i8, touched: Option<Harmonic>) -> Option<i32> {
        let track = self.tracks.get(track)?;
        let fret = i32::from(fret);
        if track.drums {
            return Some(fret);
        }
        let open = *track.tuning.get(string)?;
        match touched {
            Some(Harmonic::Natural) => open.checked_add(harmonic::keys(fret.into()).unwrap_or(fret)),
            Some(Harmonic::At(other)) => {
                let above = f64::from(i32::from(other) - fret);
                open.checked_add(fret)?.checked_add(harmonic::keys(above).unwrap_or(12))
            }
            Some(Harmonic::Above(frets)) => {
                open.checked_add(fret)?.checked_add(harmonic::keys(frets.into()).unwrap_or(12))
            }
            Some(Harmonic::Tone(tone, octaves)) => {
                let held = open.checked_add(fret)?;
                let above =
                    i32::from(tone).checked_sub(held)?.rem_euclid(12) + 12 * i32::from(octaves.min(2));
                held.checked_add(if above == 0 { 12 } else { above })
            }
            Some(Harmonic::Octave) => open.checked_add(fret)?.checked_add(12),
            None => open.checked_add(fret),
        }
    }
}

/// The length of a beat: -2 is a whole note, 4 a sixty-fourth.
fn length(value: i8, dotted: bool, tuplet: i32) -> Option<Span> {
    let halvings = u32::try_from(i32::from(value) + 2).ok().filter(|halvings| *halvings <= 10)?;
    let plain = Span::ratio(1, 1 << halvings)?.dotted(u32::from(dotted))?;
    let normal = match tuplet {
        3 => 2,
        5..=7 => 4,
        9..=13 => 8,
        _ => return Some(plain),
    };
    plain.times(Span::ratio(normal, tuplet.into())?)
}
