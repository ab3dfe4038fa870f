//! Endings from their edges.

use std::collections::BTreeSet;

use segno_syncpoint::{Ending, EndingStop, WrittenBar};

use crate::diagnostic::DiagnosticKind;
use crate::draft::{Draft, DraftEnding, Edge};

/// A bracket in pieces is not longer than this.
const MAX_BRACKET_BARS: usize = 16;

/// An ending from its first bar to its last.
struct Bracket {
    numbers: Vec<u32>,
    /// The numbers that its text names.
    printed: Vec<u32>,
    first: usize,
    last: usize,
    /// How it ends; `None` if it does not, which leaves it to the policy how far it reaches.
    stop: Option<EndingStop>,
    offset: u64,
}

/// Puts the endings onto the bars that they cover.
pub(super) fn place(draft: &mut Draft, written: &mut [WrittenBar]) {
    let mut brackets = brackets(draft, written.len());
    reach_repeats(draft, written, &mut brackets);
    number(draft, written, &mut brackets);
    for bracket in brackets {
        for (index, bar) in written.iter_mut().enumerate().take(bracket.last + 1).skip(bracket.first) {
            bar.endings.push(Ending {
                numbers: bracket.numbers.clone(),
                id: None,
                start: index == bracket.first,
                stop: bracket.stop.filter(|_| index == bracket.last),
                staff: None,
            });
        }
    }
}

/// The endings of a draft, first to last.
fn brackets(draft: &mut Draft, bars: usize) -> Vec<Bracket> {
    let mut brackets: Vec<Bracket> = Vec::new();
    let mut open: Option<Bracket> = None;
    for bar in 0..bars {
        let edges = draft.bars.get_mut(bar).map(|bar| core::mem::take(&mut bar.endings)).unwrap_or_default();
        if let Some(start) = edges.iter().find(|edge| edge.edge == Edge::Start) {
            brackets.extend(open.take());
            open = Some(Bracket::at(bar, start));
        }
        let Some(end) = edges.into_iter().find(|edge| edge.edge != Edge::Start) else { continue };
        if open.is_none()
            && let Some(before) = goes_on(draft, &brackets, bar, &end)
        {
            let message =
                "an ending stops that did not start; it goes on with the one of the same number before it";
            draft.diagnose(DiagnosticKind::Ending, bar, end.offset, message);
            if let Some(bracket) = brackets.get_mut(before) {
                bracket.last = bar;
                bracket.stop = Some(stop_of(&end));
            }
            continue;
        }
        let mut bracket = open.take().unwrap_or_else(|| {
            let message = "an ending stops that did not start; it is taken to cover this bar alone";
            draft.diagnose(DiagnosticKind::Ending, bar, end.offset, message);
            Bracket::at(bar, &end)
        });
        if !end.numbers.is_empty() && end.numbers != bracket.numbers && !bracket.numbers.is_empty() {
            let message = "an ending stops under another number than it starts with; the first counts";
            draft.diagnose(DiagnosticKind::Ending, bar, end.offset, message);
        }
        bracket.last = bar;
        bracket.stop = Some(stop_of(&end));
        brackets.push(bracket);
    }
    if let Some(unclosed) = open {
        let message = "the last ending is not closed";
        draft.diagnose(DiagnosticKind::Ending, unclosed.first, unclosed.offset, message);
        brackets.push(unclosed);
    }
    brackets
}

/// A bracket that is closed too early, as where a line of music breaks, covers the bars up to the repeat sign behind which the
/// next ending begins: nobody plays the end of a first ending on the second pass.
fn reach_repeats(draft: &mut Draft, written: &[WrittenBar], brackets: &mut [Bracket]) {
    for index in 1..brackets.len() {
        let (Some(bracket), Some(next)) = (brackets.get(index - 1), brackets.get(index)) else { continue };
        let Some(sign) = next.first.checked_sub(1) else { continue };
        let (first, last, offset) = (bracket.first, bracket.last, bracket.offset);
        let repeats = |bar: &WrittenBar| bar.repeat_end.is_some();
        let bars = |from: usize, to: usize| written.get(from..to).unwrap_or_default();
        let to_come = bars(last + 1, sign + 1);
        let closed = bracket.stop.is_some() && !bars(first, last + 1).iter().any(repeats);
        let only_sign = to_come.iter().position(repeats) == to_come.len().checked_sub(1);
        if !closed
            || !only_sign
            || to_come.is_empty()
            || to_come.len() > MAX_BRACKET_BARS
            || to_come.iter().any(|bar| bar.repeat_start.is_some() || bar.section_break)
        {
            continue;
        }
        let message =
            "the bracket of an ending stops before its repeat sign; it covers the bars up to the sign";
        draft.diagnose(DiagnosticKind::Ending, first, offset, message);
        if let Some(bracket) = brackets.get_mut(index - 1) {
            bracket.last = sign;
        }
    }
}

const fn stop_of(edge: &DraftEnding) -> EndingStop {
    match edge.edge {
        Edge::Stop => EndingStop::Stop,
        Edge::Start | Edge::Discontinue => EndingStop::Discontinue,
    }
}

/// The ending that a further stop belongs to: a bracket that is drawn in pieces stops once in each.
fn goes_on(draft: &Draft, brackets: &[Bracket], bar: usize, end: &DraftEnding) -> Option<usize> {
    let last = brackets.len().checked_sub(1)?;
    let before =
        brackets.get(last).filter(|before| !end.numbers.is_empty() && before.numbers == end.numbers)?;
    let between = draft.bars.get(before.last..bar)?;
    let parted = between.len() > MAX_BRACKET_BARS
        || between.iter().any(|bar| bar.repeat_end.is_some())
        || draft.bars.get(before.last + 1..=bar)?.iter().any(|bar| bar.repeat_start.is_some());
    (!parted).then_some(last)
}

impl Bracket {
    fn at(bar: usize, edge: &DraftEnding) -> Self {
        Self {
            numbers: edge.numbers.clone(),
            printed: edge.printed.clone(),
            first: bar,
            last: bar,
            stop: None,
            offset: edge.offset,
        }
    }
}

/// Settles the numbers of endings: those without any follow from the ending before, and where the printed text says
/// another number, one of the two counts.
fn number(draft: &mut Draft, written: &[WrittenBar], brackets: &mut [Bracket]) {
    let mut rest = brackets;
    while !rest.is_empty() {
        // The endings of one repeat: no forward repeat lies between them.
        let opens = |bar: usize| written.get(bar).is_some_and(|bar| bar.repeat_start.is_some());
        let same = |pair: &[Bracket]| match pair {
            [left, right] => !(left.last + 1..=right.first).any(opens),
            _ => false,
        };
        let count = 1 + rest.windows(2).take_while(|pair| same(pair)).count();
        let (series, further) = rest.split_at_mut(count);
        settle(draft, written, series);
        rest = further;
    }
}

fn settle(draft: &mut Draft, written: &[WrittenBar], series: &mut [Bracket]) {
    for bracket in series.iter_mut().filter(|bracket| bracket.numbers.is_empty()) {
        bracket.numbers.clone_from(&bracket.printed);
    }
    let mut highest = 0;
    for bracket in series.iter_mut() {
        if bracket.numbers.is_empty() {
            bracket.numbers = vec![highest + 1];
            let message = format!("an ending without a number is taken as number {}", highest + 1);
            draft.diagnose(DiagnosticKind::Ending, bracket.first, bracket.offset, message);
        }
        highest = bracket.numbers.iter().copied().fold(highest, u32::max);
    }
    let differs = |bracket: &Bracket| !bracket.printed.is_empty() && bracket.printed != bracket.numbers;
    if !series.iter().any(differs) {
        return;
    }
    // Singers' verses are often printed where the file has two passes: numbers that fit together stay.
    let stated: Vec<u32> = series.iter().flat_map(|bracket| bracket.numbers.iter().copied()).collect();
    let plays: BTreeSet<u32> = (series.iter().flat_map(|bracket| bracket.first..=bracket.last))
        .filter_map(|bar| written.get(bar)?.repeat_end)
        .map(|end| end.plays)
        .collect();
    let fit = fit_together(&stated) && plays.iter().all(|&plays| plays as usize == stated.len());
    for bracket in series.iter_mut().filter(|bracket| differs(bracket)) {
        let message = if fit {
            "the printed text of an ending says other numbers than the file, whose numbers fit together and count"
        } else {
            "the printed text of an ending says another number than the file; the text counts"
        };
        draft.diagnose(DiagnosticKind::Contradiction, bracket.first, bracket.offset, message);
        if !fit {
            bracket.numbers.clone_from(&bracket.printed);
        }
    }
}

/// Whether each pass from the first on has its ending, and only one.
fn fit_together(numbers: &[u32]) -> bool {
    let all: BTreeSet<u32> = numbers.iter().copied().collect();
    all.len() == numbers.len() && all.last().is_none_or(|&last| last as usize == numbers.len())
}
