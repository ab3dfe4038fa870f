//! What stands between the notes: chords, effects, the mix table.

use super::Reader;
use crate::error::Error;

/// How a string is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Harmonic {
    /// The open string, at the note's fret.
    Natural,
    /// The string that is held, at another fret.
    At(i8),
    /// The string that is held, so many frets above the finger.
    Above(i8),
    /// The string that is held: the step of the scale that sounds, and the octaves above.
    Tone(u8, u8),
    /// The string that is held, an octave higher.
    Octave,
}

/// What the effects of a note mean for what is struck.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NoteEffects {
    pub(super) harmonic: Option<Harmonic>,
    /// The fret of the grace note before it.
    pub(super) grace: Option<i8>,
}

impl Reader<'_> {
    pub(super) fn chord(&mut self) -> Result<(), Error> {
        if self.is(500) {
            self.bytes.skip(17)?;
            return self.diagram();
        }
        if self.bytes.byte()? == 0 {
            self.bytes.long_text()?;
            let strings = if self.is(406) { 7 } else { 6 };
            if self.bytes.int()? != 0 {
                self.bytes.skip(4 * strings)?;
            }
            return Ok(());
        }
        if self.is(400) {
            self.bytes.skip(16)?;
            return self.diagram();
        }
        self.bytes.skip(25)?;
        self.bytes.sized_text(34)?;
        self.bytes.skip(4 + 6 * 4 + 36)
    }

    /// The name and fingering of a chord.
    fn diagram(&mut self) -> Result<(), Error> {
        self.bytes.sized_text(21)?;
        self.bytes.skip(4 + 4 + 7 * 4 + 1 + 5 + 26)
    }

    pub(super) fn beat_effects(&mut self) -> Result<Option<Harmonic>, Error> {
        let flags = self.bytes.byte()?;
        if !self.is(400) {
            if flags & 0x20 != 0 {
                self.bytes.skip(5)?;
            }
            if flags & 0x40 != 0 {
                self.bytes.skip(2)?;
            }
            return Ok(match flags & 0x0C {
                0 => None,
                0x04 => Some(Harmonic::Natural),
                _ => Some(Harmonic::Octave),
            });
        }
        let more = self.bytes.byte()?;
        if flags & 0x20 != 0 {
            self.bytes.skip(1)?;
        }
        if more & 0x04 != 0 {
            self.bend()?;
        }
        if flags & 0x40 != 0 {
            self.bytes.skip(2)?;
        }
        if more & 0x02 != 0 {
            self.bytes.skip(1)?;
        }
        Ok(None)
    }

    fn bend(&mut self) -> Result<(), Error> {
        self.bytes.skip(5)?;
        let points = self.bytes.count("points of a bend")?;
        self.bytes.skip(points.saturating_mul(9))
    }

    /// Reads a change of the mix; if the tempo changes, gives it, and over how many beats.
    pub(super) fn mix_table(&mut self) -> Result<Option<(i32, u8)>, Error> {
        self.bytes.skip(1)?;
        if self.is(500) {
            self.bytes.skip(16)?;
        }
        let mut changes = 0;
        for _ in 0..6 {
            if self.bytes.signed()? >= 0 {
                changes += 1;
            }
        }
        if self.is(500) {
            self.bytes.long_text()?;
        }
        let tempo = self.bytes.int()?;
        // How many beats each change takes.
        self.bytes.skip(changes)?;
        let mut beats = 0;
        if tempo >= 0 {
            beats = self.bytes.byte()?;
            self.bytes.skip(usize::from(self.is(510)))?;
        }
        if self.is(400) {
            self.bytes.skip(1)?;
        }
        if self.is(500) {
            self.bytes.skip(1)?;
        }
        if self.is(510) {
            self.bytes.long_text()?;
            self.bytes.long_text()?;
        }
        Ok(Some((tempo, beats)).filter(|(tempo, _)| *tempo >= 0))
    }

    pub(super) fn note_effects(&mut self) -> Result<NoteEffects, Error> {
        let flags = self.bytes.byte()?;
        let more = if self.is(400) { self.bytes.byte()? } else { 0 };
        let mut effects = NoteEffects::default();
        if flags & 0x01 != 0 {
            self.bend()?;
        }
        if flags & 0x10 != 0 {
            effects.grace = Some(self.bytes.signed()?);
            self.bytes.skip(if self.is(500) { 4 } else { 3 })?;
        }
        if more & 0x04 != 0 {
            self.bytes.skip(1)?;
        }
        if more & 0x08 != 0 {
            self.bytes.skip(1)?;
        }
        if more & 0x10 != 0 {
            effects.harmonic = match (self.bytes.signed()?, self.is(500)) {
                (1, _) => Some(Harmonic::Natural),
                (2, true) => {
                    let tone = self.bytes.byte()?;
                    self.bytes.skip(1)?;
                    Some(Harmonic::Tone(tone, self.bytes.byte()?))
                }
                (3, true) => Some(Harmonic::At(self.bytes.signed()?)),
                // Version 4 has a kind for each fret.
                (15, false) => Some(Harmonic::Above(5)),
                (17, false) => Some(Harmonic::Above(7)),
                (0, _) => None,
                _ => Some(Harmonic::Octave),
            };
        }
        if more & 0x20 != 0 {
            self.bytes.skip(2)?;
        }
        Ok(effects)
    }
}
