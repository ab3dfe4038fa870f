//! What two or more points say together.

use super::Context;
use super::diagnostic::{DiagnosticKind, Diagnostics, NotIncreasing, Suggestion};
use crate::point::Syncpoint;
use crate::position::Position;

/// Beats per minute that music has.
const PLAUSIBLE_BPM: core::ops::RangeInclusive<f64> = 10.0..=400.0;
/// A bar has at least one beat, and at most so many, where the metre is not known.
const MAX_BEATS: f64 = 12.0;
/// How much the tempo may change at a point.
const JUMP: f64 = 4.0;
/// How far a point may be from the line through its neighbours and still add nothing, in seconds.
const REDUNDANT: f64 = 1e-9;

type Indexed = (usize, Syncpoint);

/// `good` are the points with possible values, with their indexes in the list of `length` points.
pub(super) fn check(diagnostics: &mut Diagnostics, good: &[Indexed], length: usize, context: &Context<'_>) {
    let context = &if crop(diagnostics, context) {
        *context
    } else {
        Context { crop_start: None, crop_end: None, ..*context }
    };
    if let Some(&(0, first)) = good.first()
        && !context.fragment
        && first.position != Position::START
    {
        let point = before_first(good);
        let kind = DiagnosticKind::FirstNotBarZero { position: first.position };
        diagnostics.add(Some(0), kind, Suggestion::Insert { index: 0, point });
    }
    for (index, point) in good {
        single(diagnostics, *index, point, context);
    }
    for pair in good.windows(2) {
        if let [a, b] = pair {
            order(diagnostics, a, b);
        }
    }
    let rising = |a: &Indexed, b: &Indexed| b.1.position > a.1.position && b.1.time > a.1.time;
    let mut before: Option<(f64, &Indexed)> = None;
    for pair in good.windows(2) {
        let [a, b] = pair else { continue };
        let speed = rising(a, b).then(|| tempo(diagnostics, a, b, context));
        if let (Some((previous, first)), Some(speed)) = (before, speed) {
            jump(diagnostics, previous, speed, a);
            redundant(diagnostics, first, a, b);
        }
        before = speed.map(|speed| (speed, a));
    }
    hide(diagnostics, good);
    if length == 1 && good.len() == 1 {
        diagnostics.add(Some(0), DiagnosticKind::OnlyOnePoint, Suggestion::Ask);
    }
    end(diagnostics, good, length, context);
    diagnostics.sort_by_point();
}

/// True if the crop is one.
fn crop(diagnostics: &mut Diagnostics, context: &Context<'_>) -> bool {
    let bad = |value: Option<f64>| value.is_some_and(|value| !value.is_finite() || value < 0.0);
    let (start, end) = (context.crop_start, context.crop_end);
    if bad(start) || bad(end) {
        let keep = |value: Option<f64>| if bad(value) { None } else { value };
        let suggestion = Suggestion::SetCrop { start: keep(start), end: keep(end) };
        diagnostics.add(None, DiagnosticKind::CropNegative, suggestion);
        false
    } else if let (Some(start), Some(end)) = (start, end)
        && start >= end
    {
        let suggestion = if start == end {
            Suggestion::SetCrop { start: Some(start), end: None }
        } else {
            Suggestion::SetCrop { start: Some(end), end: Some(start) }
        };
        diagnostics.add(None, DiagnosticKind::CropInverted, suggestion);
        false
    } else {
        true
    }
}

/// The start of the first bar, on the line through the first two points, but not before the recording.
fn before_first(good: &[Indexed]) -> Syncpoint {
    let time = match good {
        [(_, a), (_, b), ..] if b.position > a.position && b.time > a.time => {
            a.time - a.position.bars() * (b.time - a.time) / (b.position.bars() - a.position.bars())
        }
        _ => 0.0,
    };
    Syncpoint::new(Position::START, time.max(0.0))
}

fn single(diagnostics: &mut Diagnostics, index: usize, point: &Syncpoint, context: &Context<'_>) {
    if let Some(bar_count) = context.bar_count
        // As numbers of bars: the highest bar has no bar line after it.
        && point.position.bars() > f64::from(bar_count)
    {
        let (line, offset) = (point.position.bar() == bar_count, 0.0);
        let suggestion =
            if line { Suggestion::SetOffset { index, offset } } else { Suggestion::Remove { index } };
        diagnostics.add(Some(index), DiagnosticKind::BeyondEnd { bar_count }, suggestion);
    }
    let before = context.crop_start.is_some_and(|start| point.time < start);
    let after = context.crop_end.is_some_and(|end| point.time > end);
    if before || after {
        // Points outside the crop still fix the tempo inside: nothing must be done.
        diagnostics.add(Some(index), DiagnosticKind::PointOutsideCrop, Suggestion::Ask);
    }
    if let Some(duration) = context.duration
        && point.time > duration
    {
        let suggestion = Suggestion::SetTime { index, time: duration };
        diagnostics.add(Some(index), DiagnosticKind::PointAfterAudioEnd { duration }, suggestion);
    }
}

fn order(diagnostics: &mut Diagnostics, (first, a): &Indexed, (second, b): &Indexed) {
    let (pa, pb) = (a.position, b.position);
    if pb < pa {
        let kind = DiagnosticKind::PositionNotIncreasing(NotIncreasing::Unsorted);
        diagnostics.add(Some(*second), kind, Suggestion::Sort);
    } else if pb.bars() <= pa.bars() {
        // Also for two places so close that no time lies between them.
        let same = pa.bar() == pb.bar();
        let kind = if same { NotIncreasing::Duplicate } else { NotIncreasing::SamePlace };
        let suggestion = Suggestion::Merge { first: *first, second: *second };
        diagnostics.add(Some(*second), DiagnosticKind::PositionNotIncreasing(kind), suggestion);
    } else if b.time <= a.time {
        let kind = DiagnosticKind::TimeNotIncreasing { previous: a.time, time: b.time };
        diagnostics.add(Some(*second), kind, Suggestion::Remove { index: *second });
    } else if b.time - a.time < 0.001 {
        let suggestion = Suggestion::Merge { first: *first, second: *second };
        diagnostics.add(Some(*second), DiagnosticKind::SubMillisecondGap, suggestion);
    }
}

/// Judges the tempo between two points; returns it in beats (or, without a grid, bars) per minute.
fn tempo(
    diagnostics: &mut Diagnostics,
    (_, a): &Indexed,
    (second, b): &Indexed,
    context: &Context<'_>,
) -> f64 {
    let minutes = (b.time - a.time) / 60.0;
    let (from, to) = (a.position.bars(), b.position.bars());
    let (low, high, speed) = match context.grid.and_then(|grid| grid.beats_between(from, to)) {
        Some(beats) => (beats / minutes, beats / minutes, beats / minutes),
        None => {
            let bars = (to - from) / minutes;
            (bars, bars * MAX_BEATS, bars)
        }
    };
    let bpm = if low > *PLAUSIBLE_BPM.end() {
        Some(low)
    } else if high < *PLAUSIBLE_BPM.start() {
        Some(high)
    } else {
        None
    };
    if let Some(bpm) = bpm {
        diagnostics.add(Some(*second), DiagnosticKind::ImplausibleTempo { bpm }, Suggestion::Ask);
    }
    speed
}

fn jump(diagnostics: &mut Diagnostics, before: f64, after: f64, (index, _): &Indexed) {
    let ratio = if before > after { before / after } else { after / before };
    if ratio > JUMP {
        diagnostics.add(Some(*index), DiagnosticKind::TempoJump { ratio }, Suggestion::Ask);
    }
}

fn redundant(diagnostics: &mut Diagnostics, (_, a): &Indexed, (index, b): &Indexed, (_, c): &Indexed) {
    let (from, to) = (a.position.bars(), c.position.bars());
    let line = a.time + (b.position.bars() - from) * (c.time - a.time) / (to - from);
    if (line - b.time).abs() <= REDUNDANT && a.hide == b.hide {
        diagnostics.add(Some(*index), DiagnosticKind::RedundantPoint, Suggestion::Remove { index: *index });
    }
}

fn hide(diagnostics: &mut Diagnostics, good: &[Indexed]) {
    let Some((last, point)) = good.last() else { return };
    if !point.hide {
        return;
    }
    let run = good.iter().rev().take_while(|(_, point)| point.hide).last();
    match run {
        Some((start, _)) if start != last => {
            let suggestion = Suggestion::SetHide { index: *last, hide: false };
            diagnostics.add(Some(*start), DiagnosticKind::HideNeverCleared, suggestion);
        }
        _ => {
            let suggestion = Suggestion::SetHide { index: *last, hide: false };
            diagnostics.add(Some(*last), DiagnosticKind::HideOnLastPoint, suggestion);
        }
    }
}

fn end(diagnostics: &mut Diagnostics, good: &[Indexed], length: usize, context: &Context<'_>) {
    let (Some(bar_count), Some((index, last))) = (context.bar_count, good.last()) else { return };
    if good.iter().any(|(_, point)| point.position.bars() >= f64::from(bar_count)) {
        return;
    }
    let ahead = bar_count_left(last, bar_count);
    let slope = good
        .iter()
        .rev()
        .nth(1)
        .map(|(_, before)| (last.time - before.time) / (last.position.bars() - before.position.bars()));
    let by_slope =
        slope.filter(|slope| slope.is_finite() && *slope > 0.0).map(|slope| last.time + ahead * slope);
    let place = Position::from_bars(f64::from(bar_count)).ok();
    let suggestion = match place.zip(by_slope.or(context.duration.filter(|duration| *duration > last.time))) {
        Some((end, time)) => {
            let time =
                context.duration.filter(|duration| *duration > last.time).map_or(time, |end| time.min(end));
            Suggestion::Insert { index: length, point: Syncpoint::new(end, time) }
        }
        None => Suggestion::Ask,
    };
    diagnostics.add(Some(*index), DiagnosticKind::MissingEndPoint { bar_count }, suggestion);
}

fn bar_count_left(last: &Syncpoint, bar_count: u32) -> f64 {
    f64::from(bar_count) - last.position.bars()
}
