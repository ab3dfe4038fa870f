//! From the times of notes to the times of bars.

use segno_syncpoint::Playthrough;

use crate::aligned::{Aligned, Bar, Basis, Break, Note, STEP};
use crate::coarse::{Decoded, Lead};
use crate::features::Features;
use crate::fine::{Events, Found, rates};

/// Seconds of music from which the tempo between notes is taken.
const MEMORY: f64 = 2.0;
/// A note this near to a bar line is written on it, in seconds as written.
const NEAR: f64 = 2e-3;

pub(crate) fn assemble(
    decoded: &Decoded,
    score: &Events,
    found: &[Found],
    playthrough: Playthrough,
    features: &Features,
) -> Aligned {
    let bars = bars(decoded, score, found);
    let mut notes = Vec::with_capacity(found.len());
    for (event, found) in score.events.iter().zip(found) {
        let length = score.quarters.get(event.bar).copied().unwrap_or(0.0);
        let offset = if length > 0.0 { (480.0 * event.offset / length).clamp(0.0, 479.0) } else { 0.0 };
        notes.push(Note { played: event.bar, offset, seconds: found.seconds, spread: found.spread });
    }
    let mut breaks: Vec<Break> = Vec::new();
    let leads = decoded.leads.iter().enumerate().skip(1);
    for (next, _) in leads.filter(|(_, lead)| **lead != Lead::Tempo) {
        let (end, begin) = (decoded.spans[next - 1].1, decoded.spans[next].0);
        breaks.push(Break { played: next - 1, seconds: if begin > end { end..begin } else { begin..begin } });
    }
    let mut aligned = Aligned {
        playthrough,
        bars,
        notes,
        before: 0.0,
        after: 0.0,
        breaks,
        tuning_cents: features.tuning_cents(),
        transposition: 0,
        match_: decoded.match_,
        margin: f64::INFINITY,
        seconds: features.seconds(),
    };
    let end = last_end(decoded, score, found, features.seconds());
    let end = straighten(&mut aligned, end);
    aligned.before = aligned.bars.first().map_or(0.0, |bar| bar.seconds);
    aligned.after = (features.seconds() - end).max(0.0);
    aligned
}

/// When each bar begins.
fn bars(decoded: &Decoded, score: &Events, found: &[Found]) -> Vec<Bar> {
    let events = &score.events;
    let seconds: Vec<f64> = found.iter().map(|found| found.seconds).collect();
    let rates = rates(events, &seconds, MEMORY);
    let mut bars = Vec::with_capacity(decoded.order.len());
    for (played, written) in decoded.order.iter().enumerate() {
        let line = score.lines[played];
        let next = events.partition_point(|event| event.at < line - NEAR / 2.0);
        let before = next.checked_sub(1);
        let (seconds, spread, basis) = match (before, events.get(next)) {
            (_, Some(event)) if event.at - line < NEAR => (seconds[next], found[next].spread, Basis::Struck),
            (Some(before), Some(event)) => {
                let share = (line - events[before].at) / (event.at - events[before].at);
                let gap = seconds[next] - seconds[before];
                let spread = found[before].spread.max(found[next].spread) + 0.05 * gap.max(0.0);
                (seconds[before] + share * gap, spread, Basis::Between)
            }
            (None, Some(event)) => {
                let lead = (event.at - line) * rates[next];
                (seconds[next] - lead, found[next].spread + 0.02 + 0.05 * lead, Basis::Between)
            }
            (Some(before), None) => {
                let late = (line - events[before].at) * rates[before];
                (seconds[before] + late, (found[before].spread + 0.1 * late).max(0.3), Basis::Silent)
            }
            (None, None) => {
                let span = decoded.spans[played];
                (span.0, (span.1 - span.0).max(1.0), Basis::Silent)
            }
        };
        bars.push(Bar { played, written: *written, seconds, spread, basis });
    }
    bars
}

/// When the last bar ends: at the tempo that it has, or when a held chord is let go.
fn last_end(decoded: &Decoded, score: &Events, found: &[Found], seconds: f64) -> f64 {
    let times: Vec<f64> = found.iter().map(|found| found.seconds).collect();
    let rate = rates(&score.events, &times, MEMORY).last().copied();
    let end = score.lines.last().copied().unwrap_or(0.0);
    let by_tempo = match (rate, score.events.last(), times.last()) {
        (Some(rate), Some(event), Some(time)) => time + (end - event.at) * rate,
        _ => 0.0,
    };
    let by_ear = decoded.spans.last().map_or(0.0, |span| span.1);
    // The ear is off by as much as a frame or two, and hears the room; a held chord is longer than that.
    let end = if by_ear > by_tempo + 0.5 { by_ear } else { by_tempo };
    end.min(seconds)
}

/// Makes all times rise and lie inside the recording. Gives the end of the last bar.
fn straighten(aligned: &mut Aligned, end: f64) -> f64 {
    // Each bar, then its notes but the one on its line.
    let mut times: Vec<&mut f64> = Vec::with_capacity(aligned.bars.len() + aligned.notes.len() + 1);
    let mut notes = aligned.notes.iter_mut().peekable();
    let mut on_line: Vec<(usize, &mut f64)> = Vec::new();
    for bar in &mut aligned.bars {
        let played = bar.played;
        times.push(&mut bar.seconds);
        while let Some(note) = notes.next_if(|note| note.played <= played) {
            if note.offset > 0.0 {
                times.push(&mut note.seconds);
            } else {
                on_line.push((played, &mut note.seconds));
            }
        }
    }
    let mut end = end;
    times.push(&mut end);
    let limit = aligned.seconds;
    let count = times.len() as f64;
    // More points than the recording has milliseconds stand closer.
    let step = STEP.min(limit / (count + 1.0));
    let mut least = 0.0;
    for time in &mut times {
        **time = if time.is_finite() { time.max(least) } else { least };
        least = **time + step;
    }
    let mut most = limit;
    for time in times.iter_mut().rev() {
        **time = time.min(most);
        most = **time - step;
    }
    let lines: Vec<f64> = aligned.bars.iter().map(|bar| bar.seconds).collect();
    for (played, time) in on_line {
        *time = lines[played];
    }
    end
}

impl Aligned {
    /// Takes into the spreads that each bar may as well be so many seconds away.
    pub(crate) fn doubted(&mut self, doubts: &[f64]) {
        let more = |played: usize| 0.5 * doubts.get(played).copied().unwrap_or(0.0);
        for bar in &mut self.bars {
            bar.spread = bar.spread.hypot(more(bar.played));
        }
        for note in &mut self.notes {
            note.spread = note.spread.hypot(more(note.played));
        }
    }

    /// Moves all times to those of the whole recording.
    pub(crate) fn delayed(&mut self, by: f64, seconds: f64) {
        for bar in &mut self.bars {
            bar.seconds += by;
        }
        for note in &mut self.notes {
            note.seconds += by;
        }
        for stop in &mut self.breaks {
            stop.seconds = stop.seconds.start + by..stop.seconds.end + by;
        }
        self.after += seconds - self.seconds - by;
        self.before += by;
        self.seconds = seconds;
    }
}
