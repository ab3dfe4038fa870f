//! What the readers of formats gather that state the form of a piece themselves, so that nothing about it is inferred.
//!
//! The drafts of MusicXML and MIDI say less than they mean and go through `assemble`; an outline is already what it means.

use segno_syncpoint::playthrough::DiagnosticKind as Unplayed;
use segno_syncpoint::{BarGrid, Fraction, GridBar, Metre, Structure, WrittenBar};

use crate::diagnostic::DiagnosticKind;
use crate::draft::{self, Diagnostics};
use crate::error::{Error, Limit};
use crate::options::{Limits, Options};
use crate::recording::Recording;
use crate::score::{Format, Onset, Part, Pause, Score, Section, Tempo};
use crate::span::Span;

/// A tempo above this is not one.
const MAX_TEMPO: f64 = 1e6;

/// A score as gathered from a file that states its form.
pub(crate) struct Outline {
    pub(crate) title: Option<String>,
    pub(crate) movement: Option<String>,
    pub(crate) composer: Option<String>,
    pub(crate) parts: Vec<Part>,
    pub(crate) bars: Vec<OutlineBar>,
    tempos: Vec<OutlineTempo>,
    sections: Vec<Section>,
    pauses: Vec<Pause>,
    onsets: Vec<Onset>,
    pub(crate) recording: Option<Recording>,
    pub(crate) diagnostics: Diagnostics,
    /// The notes are asked for.
    pub(crate) with_onsets: bool,
    limits: Limits,
    signs: usize,
}

/// A bar with all that it says.
pub(crate) struct OutlineBar {
    pub(crate) written: WrittenBar,
    pub(crate) metre: Metre,
    /// The byte at which it stands.
    pub(crate) offset: u64,
}

/// A tempo at a place; of several at one place the last one counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutlineTempo {
    pub(crate) bar: usize,
    pub(crate) place: Span,
    pub(crate) quarter_bpm: f64,
    pub(crate) offset: u64,
}

impl Outline {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            title: None,
            movement: None,
            composer: None,
            parts: Vec::new(),
            bars: Vec::new(),
            tempos: Vec::new(),
            sections: Vec::new(),
            pauses: Vec::new(),
            onsets: Vec::new(),
            recording: None,
            diagnostics: Diagnostics::new(options),
            with_onsets: options.onsets,
            limits: options.limits.clone(),
            signs: 0,
        }
    }

    pub(crate) fn add_part(&mut self, part: Part) -> Result<usize, Error> {
        within(self.parts.len(), Limit::Parts, self.limits.parts)?;
        self.parts.push(part);
        Ok(self.parts.len() - 1)
    }

    pub(crate) fn add_bar(&mut self, bar: OutlineBar) -> Result<(), Error> {
        within(self.bars.len(), Limit::Bars, self.limits.bars)?;
        self.bars.push(bar);
        Ok(())
    }

    /// Refuses a file with too many bars before they are put together.
    #[cfg(any(feature = "guitar-pro", feature = "alphatex"))]
    pub(crate) fn check_bars(&self, count: usize) -> Result<(), Error> {
        within(count, Limit::Bars, self.limits.bars)
    }

    /// The error for what there is too much of.
    #[cfg(any(feature = "guitar-pro", feature = "alphatex"))]
    pub(crate) fn exceeded(&self, limit: Limit) -> Error {
        Error::Limit { at: None, limit, allowed: self.limits.elements as u64 }
    }

    /// How often a passage is played, as a repeat sign says it; 2 if that cannot be.
    pub(crate) fn plays(&mut self, stated: &str, bar: usize, offset: u64) -> u32 {
        draft::plays(stated).unwrap_or_else(|message| {
            self.diagnose(DiagnosticKind::BadValue, bar, offset, message);
            2
        })
    }

    /// The passes that an ending names, without those that cannot be.
    pub(crate) fn passes<'a>(&mut self, stated: impl Iterator<Item = &'a str>, offset: u64) -> Vec<u32> {
        let (mut passes, mut odd) = (Vec::new(), false);
        for stated in stated {
            match draft::count(stated).filter(|&pass| pass > 0 && passes.len() < draft::MAX_NUMBERS) {
                Some(pass) => passes.push(pass),
                None => odd = true,
            }
        }
        if odd {
            let message =
                "an ending has numbers that are no pass from 1 to 999, or too many: these are left out";
            self.note(DiagnosticKind::Ending, offset, message);
        }
        passes
    }

    /// Counts a segno, coda, fine or jump that is put onto a bar.
    pub(crate) fn count_sign(&mut self) -> Result<(), Error> {
        within(self.signs, Limit::Signs, self.limits.signs)?;
        self.signs += 1;
        Ok(())
    }

    fn marks(&self) -> usize {
        self.tempos.len() + self.sections.len() + self.pauses.len()
    }

    fn count_mark(&self) -> Result<(), Error> {
        within(self.marks(), Limit::Marks, self.limits.marks)
    }

    /// Adds a tempo in quarters a minute; one that cannot be is a diagnostic.
    pub(crate) fn add_tempo(&mut self, tempo: OutlineTempo) -> Result<(), Error> {
        self.count_mark()?;
        if !tempo.quarter_bpm.is_finite() || tempo.quarter_bpm <= 0.0 || tempo.quarter_bpm > MAX_TEMPO {
            let message = format!("invalid tempo {}: left out", tempo.quarter_bpm);
            self.diagnose(DiagnosticKind::BadValue, tempo.bar, tempo.offset, message);
            return Ok(());
        }
        self.tempos.push(tempo);
        Ok(())
    }

    /// The tempos so far, in order of their places, one at a place.
    pub(crate) fn settled_tempos(&self) -> Vec<OutlineTempo> {
        let mut tempos = self.tempos.clone();
        tempos.sort_by_key(|tempo| (tempo.bar, tempo.place));
        tempos.dedup_by(|later, earlier| {
            let same = (later.bar, later.place) == (earlier.bar, earlier.place);
            if same {
                *earlier = *later;
            }
            same
        });
        tempos
    }

    /// Replaces the tempos.
    #[cfg(feature = "musescore")]
    pub(crate) fn set_tempos(&mut self, tempos: Vec<OutlineTempo>) -> Result<(), Error> {
        self.tempos = tempos;
        // These are all there are; none comes on top.
        within(self.marks().saturating_sub(1), Limit::Marks, self.limits.marks)
    }

    pub(crate) fn add_section(&mut self, bar: usize, place: Span, text: &str) -> Result<(), Error> {
        self.count_mark()?;
        let text: String = one_line(text);
        if let Some(offset) = place.fraction().filter(|_| !text.is_empty()) {
            self.sections.push(Section { bar, offset, text });
        }
        Ok(())
    }

    #[cfg(feature = "musescore")]
    pub(crate) fn add_pause(&mut self, bar: usize, place: Span, seconds: f64) -> Result<(), Error> {
        self.count_mark()?;
        match place.fraction() {
            Some(offset) if seconds.is_finite() && (0.0..=3_600.0).contains(&seconds) => {
                if seconds > 0.0 {
                    self.pauses.push(Pause { bar, offset, seconds });
                }
            }
            _ => {
                let offset = self.bars.get(bar).map_or(0, |bar| bar.offset);
                let message = format!("invalid pause of {seconds} seconds: left out");
                self.diagnose(DiagnosticKind::BadValue, bar, offset, message);
            }
        }
        Ok(())
    }

    /// Adds a note that is struck, and gives its index; `None` if it has no place that can be expressed.
    pub(crate) fn strike(&mut self, note: Struck) -> Result<Option<usize>, Error> {
        within(self.onsets.len(), Limit::Onsets, self.limits.onsets)?;
        let (Some(offset), Some(duration)) = (note.place.fraction(), note.length.fraction()) else {
            self.diagnose(
                DiagnosticKind::BadValue,
                note.bar,
                note.offset,
                "a note lies outside of its bar: left out",
            );
            return Ok(None);
        };
        let key = match note.key {
            Some(key) => match u8::try_from(key).ok().filter(|key| *key < 128) {
                Some(key) => Some(key),
                None => {
                    let message = format!("invalid key {key}: expected 0 to 127; the note is left out");
                    self.diagnose(DiagnosticKind::BadValue, note.bar, note.offset, message);
                    return Ok(None);
                }
            },
            None => None,
        };
        let duration = if note.grace { Fraction::ZERO } else { duration };
        self.onsets.push(Onset { part: note.part, bar: note.bar, offset, key, duration, grace: note.grace });
        Ok(Some(self.onsets.len() - 1))
    }

    /// Lengthens a note by one that is tied to it.
    pub(crate) fn prolong(&mut self, onset: usize, length: Span) {
        let Some(onset) = self.onsets.get_mut(onset) else { return };
        let sum = length.fraction().and_then(|length| onset.duration.checked_add(length));
        onset.duration = sum.unwrap_or(onset.duration);
    }

    pub(crate) fn diagnose(
        &mut self,
        kind: DiagnosticKind,
        bar: usize,
        offset: u64,
        message: impl Into<String>,
    ) {
        let number = self.bars.get(bar).map_or("", |bar| bar.written.number.as_str());
        self.diagnostics.add(kind, Some((bar, number)), offset, message.into());
    }

    /// Adds a diagnostic that is about no bar.
    pub(crate) fn note(&mut self, kind: DiagnosticKind, offset: u64, message: impl Into<String>) {
        self.diagnostics.add(kind, None, offset, message.into());
    }

    /// The score.
    pub(crate) fn score(mut self, format: Format) -> Result<Score, Error> {
        if self.bars.is_empty() {
            return Err(Error::NoBars);
        }
        let mut tempos = Vec::new();
        for OutlineTempo { bar, place, quarter_bpm, offset } in self.settled_tempos() {
            match place.fraction() {
                Some(offset) => tempos.push(Tempo { bar, offset, quarter_bpm }),
                None => self.diagnose(
                    DiagnosticKind::BadValue,
                    bar,
                    offset,
                    "a tempo lies outside of its bar: left out",
                ),
            }
        }
        let grid = self.bars.iter().map(|bar| GridBar {
            nominal: bar.written.nominal,
            actual: bar.written.length(),
            metre: bar.metre.clone(),
            implicit: bar.written.implicit,
        });
        let grid = BarGrid { bars: grid.collect() };
        let offsets: Vec<u64> = self.bars.iter().map(|bar| bar.offset).collect();
        let structure = Structure { bars: self.bars.into_iter().map(|bar| bar.written).collect() };
        unplayed(&structure, format, &offsets, &mut self.diagnostics);
        self.onsets.sort_by_key(|onset| (onset.bar, onset.offset, onset.part));
        self.sections.sort_by_key(|section| (section.bar, section.offset));
        self.pauses.sort_by_key(|pause| (pause.bar, pause.offset));
        Ok(Score {
            format,
            title: self.title,
            movement: self.movement,
            composer: self.composer,
            parts: self.parts,
            structure,
            grid,
            tempos,
            sections: self.sections,
            pauses: self.pauses,
            recording: self.recording,
            onsets: self.onsets,
            diagnostics: self.diagnostics.kept,
            diagnostics_dropped: self.diagnostics.dropped,
        })
    }
}

/// A note to be struck.
pub(crate) struct Struck {
    pub(crate) part: usize,
    pub(crate) bar: usize,
    pub(crate) place: Span,
    pub(crate) length: Span,
    /// `None` for percussion without a known key.
    pub(crate) key: Option<i32>,
    pub(crate) grace: bool,
    pub(crate) offset: u64,
}

/// Tells which bars the format's own player never comes to.
fn unplayed(structure: &Structure, format: Format, offsets: &[u64], diagnostics: &mut Diagnostics) {
    let Ok(play) = structure.unroll(&format.policy()) else { return };
    let silent = play.diagnostics().iter().filter(|diagnostic| diagnostic.kind == Unplayed::BarNeverPlayed);
    let bars: Vec<usize> = silent.map(|diagnostic| diagnostic.bar).collect();
    for run in bars.chunk_by(|a, b| a + 1 == *b) {
        let &[first, ..] = run else { continue };
        let message = match run.len() {
            1 => "this bar is never played".to_owned(),
            count => format!("this bar and the {} after it are never played", count - 1),
        };
        let number = structure.bars.get(first).map_or("", |bar| bar.number.as_str());
        let offset = offsets.get(first).copied().unwrap_or(0);
        diagnostics.add(DiagnosticKind::NeverPlayed, Some((first, number)), offset, message);
    }
}

/// A text on one line, without control characters, and not too long.
pub(crate) fn one_line(text: &str) -> String {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    plain.chars().filter(|c| !c.is_control()).take(1_000).collect()
}

/// Whether one more is allowed.
fn within(count: usize, limit: Limit, allowed: usize) -> Result<(), Error> {
    if count < allowed { Ok(()) } else { Err(Error::Limit { at: None, limit, allowed: allowed as u64 }) }
}
