//! From the tables to the bars.

use std::collections::HashMap;

use segno_syncpoint::{Ending, Fraction, Metre, RepeatEnd, RepeatStart, WrittenBar};

use super::content::{Bar, Harmonic, Note};
use super::tracks::Track;
use super::{Reader, drums};
use crate::diagnostic::DiagnosticKind;
use crate::directions::Direction;
use crate::error::{Error, Limit};
use crate::harmonic;
use crate::outline::{OutlineBar, Struck};
use crate::recording::{PlayedBars, Recording, RecordingPoint};
use crate::score::{Format, Part, Score};
use crate::span::Span;
use crate::xml::XmlSource;

/// Guitar Pro counts so many frames a second, whatever the audio file has.
const FRAMES: f64 = 44_100.0;

/// Where a tie goes on: the staff, the voice, and the string, or the key without strings.
type Line = (usize, usize, i64);

impl<S: XmlSource> Reader<S> {
    pub(super) fn play(mut self, format: Format) -> Result<Score, Error> {
        let order: Vec<i64> = self.order.clone();
        let mut tracks: Vec<Track> = Vec::new();
        for (index, id) in order.into_iter().enumerate() {
            let track = self.tracks.get(&id).cloned().unwrap_or_default();
            let part = Part {
                id: format!("P{}", index + 1),
                name: track.name.clone(),
                abbreviation: track.short.clone(),
                programs: track.programs.clone(),
            };
            self.outline.add_part(part)?;
            tracks.push(track);
        }
        let master = core::mem::take(&mut self.master_bars);
        let mut before: Option<(u32, u32)> = None;
        for (index, bar) in master.iter().enumerate() {
            let (beats, unit) = metre(&bar.time).unwrap_or_else(|| {
                let message = format!("invalid time signature {:?}: the one before goes on", bar.time);
                self.outline.note(DiagnosticKind::BadValue, bar.offset, message);
                before.unwrap_or((4, 4))
            });
            before = Some((beats, unit));
            let nominal = Fraction::new(beats, unit).unwrap_or(Fraction::ZERO);
            let mut written = WrittenBar::new((index + 1).to_string(), nominal);
            written.repeat_start = bar.repeat_start.then_some(RepeatStart::Printed);
            written.repeat_end = bar.repeat_end.map(|plays| RepeatEnd { plays, after_jump: None });
            if !bar.endings.is_empty() {
                let numbers = bar.endings.clone();
                written.endings.push(Ending { numbers, id: None, start: true, stop: None, staff: None });
            }
            let mut directions = Vec::new();
            for name in &bar.directions {
                self.outline.count_sign()?;
                match Direction::named(name) {
                    Some(direction) => directions.push(direction),
                    None => {
                        let message = format!("a direction {name:?} that is not known: left out");
                        self.outline.note(DiagnosticKind::Unsupported, bar.offset, message);
                    }
                }
            }
            directions.sort();
            directions.into_iter().for_each(|direction| direction.place(&mut written));
            let metre = Metre::simple(beats, unit);
            self.outline.add_bar(OutlineBar { written, metre, offset: bar.offset })?;
            self.outline.add_section(index, Span::ZERO, &bar.section)?;
        }
        self.master_bars = master;
        let contents = self.notes_of(&tracks)?;
        if self.anacrusis
            && let Some(&content) = contents.first().filter(|content| content.is_positive())
            && let Some(bar) = self.outline.bars.first_mut()
        {
            let actual = content.fraction();
            bar.written.actual =
                actual.filter(|actual| Span::from(*actual) != Span::from(bar.written.nominal));
            bar.written.implicit = true;
        }
        self.tempos(&contents)?;
        self.remarks();
        self.recording(format);
        self.outline.score(format)
    }

    /// Strikes the notes of all bars; gives how much each bar holds.
    fn notes_of(&mut self, tracks: &[Track]) -> Result<Vec<Span>, Error> {
        let master = core::mem::take(&mut self.master_bars);
        let bars = core::mem::take(&mut self.bars);
        let mut ties: HashMap<Line, usize> = HashMap::new();
        let mut contents = Vec::with_capacity(master.len());
        let staves: Vec<(usize, usize)> = tracks
            .iter()
            .enumerate()
            .flat_map(|(part, track)| (0..track.staves.len()).map(move |staff| (part, staff)))
            .collect();
        for (index, master_bar) in master.iter().enumerate() {
            let mut content = Span::ZERO;
            for (staff, (id, &(part, strings))) in master_bar.bars.iter().zip(&staves).enumerate() {
                let Some(bar) = bars.get(id) else { continue };
                if bar.simile {
                    self.told_simile(index, master_bar.offset);
                }
                let Some(track) = tracks.get(part) else { continue };
                let held = self.bar_of(track, bar, Place { part, strings, staff, bar: index }, &mut ties)?;
                content = content.max(held);
            }
            contents.push(content);
        }
        self.master_bars = master;
        Ok(contents)
    }

    fn told_simile(&mut self, bar: usize, offset: u64) {
        if !core::mem::replace(&mut self.told.simile, true) {
            let message = "a simile mark: the notes that it stands for are not listed again";
            self.outline.diagnose(DiagnosticKind::Unsupported, bar, offset, message);
        }
    }

    /// Strikes the notes of one bar of one staff; gives how much it holds.
    fn bar_of(
        &mut self,
        track: &Track,
        bar: &Bar,
        at: Place,
        ties: &mut HashMap<Line, usize>,
    ) -> Result<Span, Error> {
        let mut longest = Span::ZERO;
        let voices = core::mem::take(&mut self.voices);
        let beats = core::mem::take(&mut self.beats);
        let notes = core::mem::take(&mut self.notes);
        for (voice, id) in bar.voices.iter().enumerate() {
            let mut place = Span::ZERO;
            for id in voices.get(id).map(Vec::as_slice).unwrap_or_default() {
                let Some(beat) = beats.get(id) else { continue };
                self.visit(1 + beat.notes.len())?;
                let rhythm = self.rhythms.get(&beat.rhythm).copied().filter(|_| !beat.grace);
                let length = rhythm.unwrap_or(Span::ZERO);
                for note in beat.notes.iter().filter_map(|id| notes.get(id)) {
                    if self.outline.with_onsets {
                        self.strike(track, note, (at, voice, place), length, beat.grace, ties)?;
                    }
                }
                place = place.add(length).unwrap_or(place);
            }
            longest = longest.max(place);
        }
        (self.voices, self.beats, self.notes) = (voices, beats, notes);
        Ok(longest)
    }

    /// Counts what is visited: tables may lead to one thing as often as they like.
    fn visit(&mut self, count: usize) -> Result<(), Error> {
        match self.elements.checked_sub(count) {
            Some(left) => {
                self.elements = left;
                Ok(())
            }
            None => Err(self.outline.exceeded(Limit::Elements)),
        }
    }

    fn strike(
        &mut self,
        track: &Track,
        note: &Note,
        (at, voice, place): (Place, usize, Span),
        length: Span,
        grace: bool,
        ties: &mut HashMap<Line, usize>,
    ) -> Result<(), Error> {
        let key = if track.drums { drums::key(track, note) } else { key(track, at.strings, note) };
        let string = note.string.and_then(|string| i64::try_from(string).ok());
        let line = (at.staff, voice, string.unwrap_or_else(|| -1 - i64::from(key.unwrap_or(0).max(0))));
        if let Some(&onset) = ties.get(&line).filter(|_| note.tied) {
            self.outline.prolong(onset, length);
            return Ok(());
        }
        if key.is_none() && !track.drums {
            let message = "a note without a pitch: left out";
            self.outline.diagnose(DiagnosticKind::BadValue, at.bar, note.offset, message);
            return Ok(());
        }
        let struck = Struck { part: at.part, bar: at.bar, place, length, key, grace, offset: note.offset };
        match self.outline.strike(struck)? {
            Some(onset) => _ = ties.insert(line, onset),
            None => _ = ties.remove(&line),
        }
        Ok(())
    }

    fn remarks(&mut self) {
        if let Some(bar) = self.master_bars.iter().position(|bar| bar.fermata) {
            self.tell(|told| &mut told.fermata, bar, "fermatas are not played");
        }
        if let Some(bar) = self.master_bars.iter().position(|bar| bar.feel) {
            self.tell(|told| &mut told.feel, bar, "triplet feel: notes are listed as they are written");
        }
    }

    /// The audio track and where the bars are in it.
    fn recording(&mut self, format: Format) {
        let points = core::mem::take(&mut self.automations);
        let Some(backing) = self.backing.take() else {
            if let Some(point) = points.first() {
                let message = "sync points without an audio track: left out";
                self.outline.note(DiagnosticKind::MissingTarget, point.offset, message);
            }
            return;
        };
        let structure = segno_syncpoint::Structure {
            bars: self.outline.bars.iter().map(|bar| bar.written.clone()).collect(),
        };
        let played = structure.unroll(&format.policy()).ok().map(|play| PlayedBars::new(play.order()));
        let file = self.assets.get(&backing.asset).cloned().unwrap_or_default();
        let mut recording = Recording { file, enabled: backing.enabled, points: Vec::new() };
        if !backing.enabled {
            let message = "the audio track is switched off; its sync points are given all the same";
            self.outline.note(DiagnosticKind::Inferred, backing.offset, message);
        }
        if backing.local && recording.file.is_empty() {
            let message = "the audio track names a file that the score does not hold";
            self.outline.note(DiagnosticKind::MissingTarget, backing.offset, message);
        }
        for point in points {
            let bar = usize::try_from(point.sync.bar).ok().filter(|bar| *bar < structure.bars.len());
            let occurrence = u32::try_from(point.sync.occurrence).ok();
            let share = point.position.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
            let seconds = point.sync.frames.map(|frames| (frames - backing.padding) / FRAMES);
            let (Some(bar), Some(occurrence), Some(share), Some(seconds)) =
                (bar, occurrence, share, seconds.filter(|seconds| seconds.is_finite()))
            else {
                let message = "a sync point at a place that is not there: left out";
                self.outline.note(DiagnosticKind::BadValue, point.offset, message);
                continue;
            };
            recording.points.push(RecordingPoint { bar, occurrence, share, seconds });
            if played.as_ref().is_some_and(|played| played.get(bar, occurrence).is_none()) {
                let message = format!(
                    "a sync point for pass {} of a bar that is not played so often",
                    u64::from(occurrence) + 1
                );
                self.outline.diagnose(DiagnosticKind::MissingTarget, bar, point.offset, message);
            }
        }
        self.outline.recording = Some(recording);
    }
}

/// Which bar of which staff.
#[derive(Clone, Copy)]
struct Place {
    part: usize,
    /// The staff within its track.
    strings: usize,
    /// The staff within the score.
    staff: usize,
    bar: usize,
}

/// The sounding key of a note.
fn key(track: &Track, staff: usize, note: &Note) -> Option<i32> {
    let open = note.string.and_then(|string| track.staves.get(staff)?.open(string));
    let fret = note.fret.unwrap_or(0);
    let touched = note.harmonic.map(|kind| (kind, harmonic::keys(note.touched.unwrap_or(12.0)).unwrap_or(0)));
    match (open, touched) {
        (Some(open), Some((Harmonic::Natural, keys))) => open.checked_add(keys),
        (Some(open), other) if note.fret.is_some() => {
            open.checked_add(fret)?.checked_add(other.map_or(0, |(_, keys)| keys))
        }
        _ => note.key.or_else(|| note.octave?.checked_mul(12)?.checked_add(note.step?)),
    }
}

/// A time signature: `6/8`.
fn metre(text: &str) -> Option<(u32, u32)> {
    let (beats, unit) = text.split_once('/')?;
    let (beats, unit) = (beats.parse().ok()?, unit.parse().ok()?);
    ((1..=1_024).contains(&beats) && (1..=1_024).contains(&unit)).then_some((beats, unit))
}
