//! From what was gathered to a score: lengths, endings, labels, tempos.

mod endings;
mod movements;
mod signs;
mod tempos;

use std::cmp::Ordering;
use std::collections::HashSet;

use segno_syncpoint::playthrough::DiagnosticKind as Unplayed;
use segno_syncpoint::{BarGrid, Fraction, GridBar, Metre, Policy, Structure, WrittenBar};

use crate::diagnostic::DiagnosticKind;
use crate::draft::{Draft, DraftBar};
use crate::score::{Format, Score, Section};
use crate::span::Span;

/// A bar may differ from its metre by this much (in whole notes) because of rounded tuplets.
const ROUNDING: (i128, i128) = (1, 128);

/// A measure of a part in a metre of its own does not span more bars of the others than this.
const MAX_SPANNED: usize = 64;

/// Puts a score together.
pub(crate) fn score(mut draft: Draft, format: Format) -> Score {
    draft.bars.iter_mut().for_each(fill_with_rests);
    let (mut written, mut grid) = (Vec::new(), Vec::new());
    for bar in 0..draft.bars.len() {
        let Some((plain, counted)) = lengths(&mut draft, bar) else { continue };
        written.push(plain);
        grid.push(counted);
    }
    // A bar before the first full one, or in the middle of a repeat, is short on purpose; the last one may be too.
    diagnose_lengths(&mut draft, &written);
    // Stable: over one bar the first part's heading comes first.
    draft.headings.sort_by_key(|heading| heading.bar);
    let movements = movements::split(&mut draft, &mut written);
    endings::place(&mut draft, &mut written);
    signs::place(&mut draft, &mut written, &movements);
    let tempos = tempos::settle(&mut draft);
    let sections = sections(&mut draft);
    let structure = Structure { bars: written };
    diagnose_unplayed(&mut draft, &structure);
    spread(&mut draft, &grid);
    draft.onsets.sort_by_key(|onset| (onset.bar, onset.offset, onset.part));
    let titles = draft.titles;
    let title = titles.work.clone().or_else(|| titles.movement.clone()).or(titles.credit).or(titles.printed);
    Score {
        format,
        title,
        movement: titles.movement.filter(|_| titles.work.is_some()),
        composer: titles.composer.or(titles.printed_composer),
        parts: draft.parts,
        structure,
        grid: BarGrid { bars: grid },
        tempos,
        sections,
        pauses: Vec::new(),
        recording: None,
        onsets: draft.onsets,
        diagnostics: draft.diagnostics.kept,
        diagnostics_dropped: draft.diagnostics.dropped,
    }
}

/// Tells which bars are never played: whatever the signs mean, nobody writes music for that.
fn diagnose_unplayed(draft: &mut Draft, structure: &Structure) {
    let leads = |bar: &WrittenBar| {
        bar.repeat_end.is_some() || !bar.jumps.is_empty() || !bar.endings.is_empty() || bar.section_break
    };
    if !structure.bars.iter().any(leads) {
        return;
    }
    let Ok(play) = structure.unroll(&Policy::CLASSICAL) else { return };
    let unplayed =
        |diagnostic: &&segno_syncpoint::playthrough::Diagnostic| diagnostic.kind == Unplayed::BarNeverPlayed;
    let bars: Vec<usize> =
        play.diagnostics().iter().filter(unplayed).map(|diagnostic| diagnostic.bar).collect();
    for run in bars.chunk_by(|a, b| a + 1 == *b) {
        let &[first, ..] = run else { continue };
        let offset = draft.bars.get(first).map_or(0, |bar| bar.offset);
        let message = match run.len() {
            1 => "this bar is never played in the usual order".to_owned(),
            count => format!("this bar and the {} after it are never played in the usual order", count - 1),
        };
        draft.diagnose(DiagnosticKind::NeverPlayed, first, offset, message);
    }
}

/// A whole-measure rest fills its bar; a pickup is as long as the notes in it.
fn fill_with_rests(bar: &mut DraftBar) {
    if bar.rest > bar.length && !(bar.implicit && bar.filled) {
        bar.length = bar.rest;
        bar.filled = true;
    }
}

/// Moves the notes of measures that span several bars into the bars where they sound.
fn spread(draft: &mut Draft, grid: &[GridBar]) {
    let free = &draft.free_parts;
    for onset in draft.onsets.iter_mut().filter(|onset| free.contains(&onset.part)) {
        for _ in 0..MAX_SPANNED {
            let Some(bar) = grid.get(onset.bar).filter(|bar| onset.offset >= bar.actual) else { break };
            let rest = Span::from(onset.offset).sub(Span::from(bar.actual)).and_then(Span::fraction);
            let Some(rest) = rest.filter(|_| onset.bar + 1 < grid.len()) else { break };
            onset.offset = rest;
            onset.bar += 1;
        }
    }
}

/// The bar without its signs, and its line in the grid.
fn lengths(draft: &mut Draft, index: usize) -> Option<(WrittenBar, GridBar)> {
    let bar = draft.bars.get(index)?;
    let promised = nominal(&bar.metre);
    let (number, implicit, offset, filled) = (bar.number.clone(), bar.implicit, bar.offset, bar.filled);
    let metre = bar.metre.clone();
    let held = if filled { bar.length.fraction() } else { None };
    if filled && held.is_none() {
        draft.diagnose(
            DiagnosticKind::BadValue,
            index,
            offset,
            "the bar's length does not fit; its metre's is taken",
        );
    }
    let (nominal, actual) = match (promised, held) {
        // Senza misura: the bar is as long as what it holds.
        (None, held) => {
            let length = held.unwrap_or(Fraction::new(4, 4)?);
            (length, length)
        }
        (Some(nominal), None) => (nominal, nominal),
        (Some(nominal), Some(held)) => (nominal, rounded(nominal, held)),
    };
    let mut written = WrittenBar::new(number, nominal);
    written.actual = (actual != nominal).then_some(actual);
    written.implicit = implicit;
    written.repeat_start = draft.bars.get(index)?.repeat_start;
    written.repeat_end = draft.bars.get(index)?.repeat_end;
    written.section_break = draft.bars.get(index)?.section_break;
    Some((written, GridBar { nominal, actual, metre, implicit }))
}

/// The length that a metre promises, written as the time signature; `None` for senza misura or absurd values.
pub(crate) fn nominal(metre: &Metre) -> Option<Fraction> {
    let mut total: Option<Fraction> = None;
    for part in &metre.parts {
        let beats = part.groups.iter().try_fold(0_u32, |sum, &beats| sum.checked_add(beats))?;
        let term = Fraction::new(beats, part.unit)?;
        total = Some(match total {
            None => term,
            Some(sum) => {
                // Over the smaller unit: 3/8 + 2/4 is 7/8.
                let exact = sum.checked_add(term)?;
                let unit = sum.denominator().max(term.denominator());
                match (unit % exact.denominator(), unit / exact.denominator()) {
                    (0, factor) => Fraction::new(exact.numerator().checked_mul(factor)?, unit)?,
                    _ => exact,
                }
            }
        });
    }
    total
}

/// The length held, or the nominal one if the two differ by no more than rounding.
fn rounded(nominal: Fraction, held: Fraction) -> Fraction {
    let rounding = Span::ratio(ROUNDING.0, ROUNDING.1).unwrap_or(Span::ZERO);
    match Span::from(nominal).sub(Span::from(held)) {
        Some(gap) if gap < rounding && Span::ZERO.sub(rounding).is_some_and(|least| gap > least) => nominal,
        _ => held,
    }
}

/// Tells of bars whose length nothing explains.
fn diagnose_lengths(draft: &mut Draft, written: &[WrittenBar]) {
    for (index, bar) in written.iter().enumerate() {
        let Some(actual) = bar.actual else { continue };
        let offset = draft.bars.get(index).map_or(0, |bar| bar.offset);
        let message = match actual.cmp(&bar.nominal) {
            Ordering::Greater => {
                format!("the bar holds {} of a whole note, its metre says {}", actual.lowest(), bar.nominal)
            }
            _ if bar.implicit || explained(written, index) => continue,
            _ => format!("the bar holds only {} of a whole note of {}", actual.lowest(), bar.nominal),
        };
        draft.diagnose(DiagnosticKind::Length, index, offset, message);
    }
}

/// Whether a short bar is a pickup, the last bar, or stands at a repeat sign or beside another short bar.
fn explained(written: &[WrittenBar], index: usize) -> bool {
    let at = |index: Option<usize>| index.and_then(|index| written.get(index));
    let Some(bar) = written.get(index) else { return true };
    let (before, after) = (at(index.checked_sub(1)), at(index.checked_add(1)));
    let (Some(before), Some(after)) = (before, after) else { return true };
    bar.repeat_start.is_some()
        || bar.repeat_end.is_some()
        || before.repeat_end.is_some()
        || after.repeat_start.is_some()
        || before.actual.is_some()
        || after.actual.is_some()
}

fn sections(draft: &mut Draft) -> Vec<Section> {
    let (mut sections, mut seen) = (Vec::new(), HashSet::new());
    draft.sections.sort_by_key(|section| (section.bar, section.place));
    for section in draft.sections.drain(..) {
        let Some(offset) = section.place.fraction() else { continue };
        // Every part may repeat the mark.
        if seen.insert((section.bar, offset, section.text.clone())) {
            sections.push(Section { bar: section.bar, offset, text: section.text });
        }
    }
    sections
}
