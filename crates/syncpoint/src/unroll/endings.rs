//! Which bars the endings cover, overlaps resolved.

use alloc::vec::Vec;
use core::ops::Range;

use crate::playthrough::{Diagnostic, DiagnosticKind};
use crate::policy::{OpenEndings, OverlappingEndings, Policy, UnreachedEndings};
use crate::{Ending, EndingStop, Structure, WrittenBar};

/// Consecutive bars under the same endings.
#[derive(Clone, Debug)]
pub(super) struct Region {
    pub(super) first: usize,
    /// The last bar, included.
    pub(super) last: usize,
    /// The passes on which it is played, ascending.
    pub(super) numbers: Vec<u32>,
    /// The repeat whose passes are counted.
    pub(super) group: usize,
}

impl Region {
    pub(super) fn contains(&self, pass: u32) -> bool {
        self.numbers.binary_search(&pass).is_ok()
    }
}

/// One bracket while the bars are walked.
struct Bracket<'a> {
    ending: &'a Ending,
    /// Counts the brackets, so that two equal ones are told apart.
    serial: usize,
    /// It ended with a hook on this bar.
    stopped: bool,
}

/// The regions, first to last, and the region of each bar.
pub(super) fn regions(
    structure: &Structure,
    policy: &Policy,
    sections: &[Range<usize>],
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Region>, Vec<Option<usize>>) {
    let mut regions: Vec<Region> = Vec::new();
    let mut region_of = alloc::vec![None; structure.bars.len()];
    let mut serial = 0;
    for section in sections {
        let mut covering: Vec<Bracket<'_>> = Vec::new();
        let mut serials: Vec<usize> = Vec::new();
        for index in section.clone() {
            let Some(bar) = structure.bars.get(index) else { continue };
            let before = core::mem::take(&mut covering);
            for ending in own_endings(bar, index, diagnostics) {
                let known = before.iter().find(|bracket| {
                    !ending.start
                        && !bracket.stopped
                        && bracket.ending.numbers == ending.numbers
                        && bracket.ending.id == ending.id
                });
                serial += usize::from(known.is_none());
                if known.is_none() && !ending.start {
                    diagnostics.push(Diagnostic::new(index, DiagnosticKind::EndingWithoutStart));
                }
                covering.push(Bracket {
                    ending,
                    serial: known.map_or(serial, |bracket| bracket.serial),
                    stopped: ending.stop.is_some(),
                });
            }
            let now: Vec<usize> = covering.iter().map(|bracket| bracket.serial).collect();
            if now.is_empty() {
                serials = now;
                continue;
            }
            if now.len() > 1 {
                diagnostics.push(Diagnostic::new(index, DiagnosticKind::EndingsOverlap));
            }
            match regions.last_mut() {
                Some(region) if now == serials => region.last = index,
                _ => regions.push(Region {
                    first: index,
                    last: index,
                    numbers: passes(&covering, policy),
                    group: 0,
                }),
            }
            serials = now;
            region_of[index] = Some(regions.len() - 1);
        }
        extend(structure, policy, section, &mut regions, &mut region_of);
    }
    (regions, region_of)
}

/// The endings of a bar without copies on other staves and without those that name no pass.
fn own_endings<'a>(bar: &'a WrittenBar, index: usize, diagnostics: &mut Vec<Diagnostic>) -> Vec<&'a Ending> {
    let mut own: Vec<&Ending> = Vec::new();
    for ending in &bar.endings {
        let same = |other: &&Ending| other.numbers == ending.numbers && other.staff.is_none();
        if ending.numbers.is_empty() {
            diagnostics.push(Diagnostic::new(index, DiagnosticKind::EndingWithoutNumbers));
        } else if ending.staff.is_some() && bar.endings.iter().any(|other| same(&other)) {
            if ending.start {
                diagnostics.push(Diagnostic::new(index, DiagnosticKind::StaffCopy));
            }
        } else {
            own.push(ending);
        }
    }
    own
}

fn passes(covering: &[Bracket<'_>], policy: &Policy) -> Vec<u32> {
    let mut numbers: Vec<u32> =
        covering.iter().flat_map(|bracket| bracket.ending.numbers.iter().copied()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if policy.overlapping_endings == OverlappingEndings::Unite || covering.len() < 2 {
        return numbers;
    }
    let common = |number: &u32| covering.iter().all(|bracket| bracket.ending.numbers.contains(number));
    let shared: Vec<u32> = numbers.iter().copied().filter(common).collect();
    // Endings that exclude each other would leave the bar out for ever.
    if shared.is_empty() && policy.unreached_endings == UnreachedEndings::InOrder { numbers } else { shared }
}

/// Extends the endings of one section as far as the policy lets them reach.
fn extend(
    structure: &Structure,
    policy: &Policy,
    section: &Range<usize>,
    regions: &mut [Region],
    region_of: &mut [Option<usize>],
) {
    if policy.open_endings == OpenEndings::AsWritten {
        return;
    }
    let first = regions.partition_point(|region| region.first < section.start);
    let repeated = repeated_before(structure, section, regions.get(first..).unwrap_or_default());
    for (number, region) in regions.iter_mut().enumerate().skip(first).rev() {
        let Some(bar) = structure.bars.get(region.last) else { continue };
        let hooked = bar.endings.iter().any(|ending| ending.stop == Some(EndingStop::Stop));
        if bar.repeat_end.is_some() || (hooked && policy.open_endings == OpenEndings::ToRepeatEnd) {
            continue;
        }
        let mut last = region.last;
        let (mut closed, mut meets_ending) = (false, false);
        let mut jump = None;
        for (index, bar) in structure.bars.iter().enumerate().take(section.end).skip(region.last + 1) {
            meets_ending = region_of.get(index).copied().flatten().is_some();
            if meets_ending || bar.repeat_start.is_some() {
                break;
            }
            last = index;
            // A jump ends an open bracket before the repeat does.
            if !bar.jumps.is_empty() && policy.open_endings == OpenEndings::ToRepeatEnd {
                jump = jump.or(Some(index));
            }
            if bar.repeat_end.is_some() {
                closed = true;
                last = jump.unwrap_or(last);
                break;
            }
        }
        // Before the first backward repeat, what comes before the next ending belongs to this one.
        let inside = meets_ending && !repeated.get(number - first).copied().unwrap_or(true);
        if closed || inside || policy.open_endings == OpenEndings::ToNextSign {
            for slot in &mut region_of[region.last + 1..=last] {
                *slot = Some(number);
            }
            region.last = last;
        }
    }
}

/// By region of a section: there is a backward repeat before it, behind the last forward one.
fn repeated_before(structure: &Structure, section: &Range<usize>, regions: &[Region]) -> Vec<bool> {
    let (mut found, mut repeated) = (Vec::with_capacity(regions.len()), false);
    let mut next = regions.iter();
    let mut region = next.next();
    for index in section.clone() {
        let Some(bar) = structure.bars.get(index) else { break };
        repeated &= bar.repeat_start.is_none();
        if region.is_some_and(|region| region.first == index) {
            found.push(repeated);
            region = next.next();
        }
        repeated |= bar.repeat_end.is_some();
    }
    found
}
