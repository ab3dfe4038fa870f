//! Endings from their edges.

use segno_syncpoint::{Ending, EndingStop, WrittenBar};

use crate::diagnostic::DiagnosticKind;
use crate::draft::{Draft, DraftEnding, Edge};

/// An ending that has begun.
struct Open {
    numbers: Vec<u32>,
    bar: usize,
    offset: u64,
}

/// Puts the endings onto the bars that they cover.
pub(super) fn place(draft: &mut Draft, written: &mut [WrittenBar]) {
    let mut open: Option<Open> = None;
    // The highest pass of the endings since the last one without a predecessor, to number those without a number.
    let mut highest = 0;
    for bar in 0..written.len() {
        let edges = draft.bars.get_mut(bar).map(|bar| core::mem::take(&mut bar.endings)).unwrap_or_default();
        if written.get(bar).is_some_and(|bar| bar.repeat_start.is_some()) && open.is_none() {
            highest = 0;
        }
        if let Some(start) = edges.iter().find(|edge| edge.edge == Edge::Start) {
            if let Some(unclosed) = open.take() {
                close_open(written, unclosed);
            }
            let numbers = numbered(draft, bar, start, highest);
            highest = numbers.iter().copied().fold(highest, u32::max);
            open = Some(Open { numbers, bar, offset: start.offset });
        }
        let Some(end) = edges.iter().find(|edge| edge.edge != Edge::Start) else { continue };
        let stop = if end.edge == Edge::Stop { EndingStop::Stop } else { EndingStop::Discontinue };
        if let Some(begun) = open.take() {
            if !end.numbers.is_empty() && end.numbers != begun.numbers {
                let message = "an ending stops under another number than it starts with; the first counts";
                draft.remark(DiagnosticKind::Ending, bar, end.offset, message);
            }
            cover(written, &begun, bar, Some(stop));
        } else {
            let message = "an ending stops that did not start; it is taken to cover this bar alone";
            draft.remark(DiagnosticKind::Ending, bar, end.offset, message);
            let numbers = numbered(draft, bar, end, highest);
            highest = numbers.iter().copied().fold(highest, u32::max);
            cover(written, &Open { numbers, bar, offset: end.offset }, bar, Some(stop));
        }
    }
    if let Some(unclosed) = open {
        let message = "the last ending is not closed";
        draft.remark(DiagnosticKind::Ending, unclosed.bar, unclosed.offset, message);
        close_open(written, unclosed);
    }
}

/// An ending without an end is noted at its first bar; how far it reaches is for the policy to say.
fn close_open(written: &mut [WrittenBar], open: Open) {
    let bar = open.bar;
    cover(written, &open, bar, None);
}

fn cover(written: &mut [WrittenBar], open: &Open, last: usize, stop: Option<EndingStop>) {
    for (index, bar) in written.iter_mut().enumerate().take(last + 1).skip(open.bar) {
        bar.endings.push(Ending {
            numbers: open.numbers.clone(),
            id: None,
            start: index == open.bar,
            stop: stop.filter(|_| index == last),
            staff: None,
        });
    }
}

/// The numbers of an ending; those of one without any follow from the ending before.
fn numbered(draft: &mut Draft, bar: usize, edge: &DraftEnding, highest: u32) -> Vec<u32> {
    if !edge.numbers.is_empty() {
        return edge.numbers.clone();
    }
    let number = highest + 1;
    let message = format!("an ending without a number is taken as number {number}");
    draft.remark(DiagnosticKind::Ending, bar, edge.offset, message);
    vec![number]
}
