//! What can be told from the page alone: sections, which repeat signs belong together, which bars endings cover.

use alloc::vec::Vec;
use core::ops::Range;

use super::endings::{self, Region};
use crate::playthrough::{Diagnostic, DiagnosticKind};
use crate::policy::{
    InnerRepeats, PlayCount, Policy, Sections, UnmatchedRepeat, UnreachedEndings, ZeroPlays,
};
use crate::{RepeatEnd, Structure};

/// Backward repeats that go back to the same bar.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The bar to go back to.
    pub(super) start: usize,
    /// There is a forward repeat; otherwise the start is only inferred.
    pub(super) signed: bool,
    /// The backward repeats, first to last, as indexes into [`Layout::ends`].
    pub(super) ends: Vec<usize>,
    /// Those of them that stand under no ending.
    pub(super) plain_ends: Vec<usize>,
    /// The most plays that one of them asks for.
    pub(super) plays: u32,
    /// One of them is to be taken after a jump; one does not say.
    pub(super) after_jump: (bool, bool),
    /// The endings that count its passes, first to last, as indexes into [`Layout::regions`].
    pub(super) regions: Vec<usize>,
    /// The highest number of these endings.
    pub(super) highest: u32,
    /// The group around this one.
    pub(super) parent: Option<usize>,
}

/// One backward repeat.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) bar: usize,
    pub(super) group: usize,
    /// How often it lets the passage be played, after the policy had its say.
    pub(super) plays: u32,
    pub(super) after_jump: Option<bool>,
}

/// Everything static about a structure under a policy.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) sections: Vec<Range<usize>>,
    pub(super) groups: Vec<Group>,
    pub(super) ends: Vec<End>,
    pub(super) regions: Vec<Region>,
    /// By region: the regions beside it.
    series: Vec<Range<usize>>,
    /// By region: the highest number of it and of those before it in its series.
    peaks: Vec<u32>,
    /// By bar: the group that starts there.
    pub(super) start_at: Vec<Option<usize>>,
    /// By bar: the backward repeat at its end.
    pub(super) end_at: Vec<Option<usize>>,
    /// By bar: the innermost group around it.
    pub(super) group_of: Vec<usize>,
    /// By bar: the region of endings over it.
    pub(super) region_of: Vec<Option<usize>>,
}

impl Layout {
    pub(super) fn new(structure: &Structure, policy: &Policy, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let count = structure.bars.len();
        let sections = sections(structure, policy);
        let (regions, region_of) = endings::regions(structure, policy, &sections, diagnostics);
        let mut layout = Self {
            sections: Vec::new(),
            groups: Vec::new(),
            ends: Vec::new(),
            regions,
            series: Vec::new(),
            peaks: Vec::new(),
            start_at: alloc::vec![None; count],
            end_at: alloc::vec![None; count],
            group_of: alloc::vec![0; count],
            region_of,
        };
        for section in &sections {
            Pairing::new(&mut layout, policy, section.start).run(structure, section.clone(), diagnostics);
        }
        layout.sections = sections;
        for (number, region) in layout.regions.iter().enumerate() {
            layout.groups[region.group].regions.push(number);
        }
        (0..layout.groups.len()).for_each(|group| layout.set_highest(group));
        layout.find_series();
        layout.sum_up();
        if policy.unreached_endings == UnreachedEndings::InOrder {
            layout.reach_every_ending(policy, diagnostics);
        }
        layout.find_peaks();
        for group in &layout.groups {
            if group.signed && group.ends.is_empty() {
                diagnostics.push(Diagnostic::new(group.start, DiagnosticKind::RepeatStartWithoutEnd));
            }
        }
        layout
    }

    /// The section of a bar.
    pub(super) fn section_of(&self, bar: usize) -> Option<&Range<usize>> {
        self.sections.get(self.sections.partition_point(|section| section.end <= bar))
    }

    /// The endings that stand side by side with this one and belong to the same repeat, this one included.
    pub(super) fn series(&self, region: usize) -> Range<usize> {
        self.series.get(region).cloned().unwrap_or(region..region + 1)
    }

    /// Finds the endings that stand side by side.
    fn find_series(&mut self) {
        let regions = &self.regions;
        let mut first = 0;
        for last in 0..regions.len() {
            let joined = regions.get(last + 1).is_some_and(|next| {
                regions[last].group == next.group && regions[last].last + 1 == next.first
            });
            if !joined {
                self.series.extend((first..=last).map(|_| first..last + 1));
                first = last + 1;
            }
        }
    }

    /// What the backward repeats of each group say together, so that it need not be asked of each of them again.
    fn sum_up(&mut self) {
        for (number, end) in self.ends.iter().enumerate() {
            let plain = self.region_of[end.bar].is_none();
            let group = &mut self.groups[end.group];
            if plain {
                group.plain_ends.push(number);
            }
            group.plays = group.plays.max(end.plays);
            group.after_jump.0 |= end.after_jump == Some(true);
            group.after_jump.1 |= end.after_jump.is_none();
        }
    }

    fn find_peaks(&mut self) {
        let mut peak = 0;
        for (number, region) in self.regions.iter().enumerate() {
            let highest = region.numbers.last().copied().unwrap_or(0);
            peak = if self.series(number).start == number { highest } else { peak.max(highest) };
            self.peaks.push(peak);
        }
    }

    /// The first region behind this one in its series that is not numbered below a pass, or the end of the series.
    pub(super) fn past_earlier(&self, region: usize, pass: u32) -> usize {
        let rest = region + 1..self.series(region).end;
        let below =
            self.peaks.get(rest.clone()).map_or(0, |peaks| peaks.partition_point(|&peak| peak < pass));
        rest.start + below
    }

    /// The ending region of which this backward repeat is a part.
    pub(super) fn region_of_end(&self, end: usize) -> Option<usize> {
        self.region_of[self.ends[end].bar]
    }
}

fn sections(structure: &Structure, policy: &Policy) -> Vec<Range<usize>> {
    let count = structure.bars.len();
    let mut sections = Vec::new();
    let mut first = 0;
    for (index, bar) in structure.bars.iter().enumerate() {
        let breaks = bar.section_break && policy.sections != Sections::Ignore;
        if breaks || index + 1 == count {
            sections.push(first..index + 1);
            first = index + 1;
        }
    }
    sections
}

/// Pairs the repeat signs of one section.
struct Pairing<'a> {
    layout: &'a mut Layout,
    policy: &'a Policy,
    /// Open groups, outermost first; never empty, because the section start is one.
    stack: Vec<usize>,
    /// The group of the section start.
    section_group: usize,
    /// The first bar after the last backward repeat and its endings.
    after_last: usize,
}

impl<'a> Pairing<'a> {
    fn new(layout: &'a mut Layout, policy: &'a Policy, first: usize) -> Self {
        let section_group = layout.groups.len();
        layout.groups.push(Group {
            start: first,
            signed: false,
            ends: Vec::new(),
            plain_ends: Vec::new(),
            plays: 1,
            after_jump: (false, false),
            regions: Vec::new(),
            highest: 0,
            parent: None,
        });
        if let Some(slot) = layout.start_at.get_mut(first) {
            *slot = Some(section_group);
        }
        Self { layout, policy, stack: alloc::vec![section_group], section_group, after_last: first }
    }

    fn top(&self) -> usize {
        self.stack.last().copied().unwrap_or(self.section_group)
    }

    fn closed(&self, group: usize) -> bool {
        !self.layout.groups[group].ends.is_empty()
    }

    fn run(mut self, structure: &Structure, section: Range<usize>, diagnostics: &mut Vec<Diagnostic>) {
        for index in section {
            let Some(bar) = structure.bars.get(index) else { continue };
            if let Some(region) = self.layout.region_of[index]
                && self.layout.regions[region].first == index
            {
                self.place_region(region, index);
            }
            if bar.repeat_start.is_some() {
                self.open(index);
            }
            self.layout.group_of[index] = self.top();
            if let Some(sign) = bar.repeat_end {
                self.close(index, sign, diagnostics);
            }
        }
    }

    /// Finds the group whose passes an ending counts.
    fn place_region(&mut self, region: usize, first: usize) {
        let top = self.top();
        let fresh = self.closed(top) && self.after_last < first;
        let group = if fresh && self.pops_to_outer() {
            self.top()
        } else if fresh && self.policy.unmatched_repeat == UnmatchedRepeat::AfterPrevious {
            self.infer_start(first)
        } else if fresh && self.policy.unmatched_repeat == UnmatchedRepeat::SectionStart {
            self.section_group
        } else {
            top
        };
        self.layout.regions[region].group = group;
        if self.closed(group) {
            self.after_last = self.after_last.max(self.layout.regions[region].last + 1);
        }
    }

    fn open(&mut self, index: usize) {
        let top = self.top();
        if self.layout.groups[top].start == index {
            self.layout.groups[top].signed = true;
            return;
        }
        let nested = self.policy.inner_repeats == InnerRepeats::Retake
            && !self.closed(top)
            && self.layout.groups[top].signed;
        if !nested {
            self.stack.pop();
        }
        self.push(index, true);
    }

    fn push(&mut self, start: usize, signed: bool) -> usize {
        let group = self.layout.groups.len();
        let parent = match self.stack.last() {
            Some(&outer) => Some(outer),
            None => {
                (self.policy.unmatched_repeat == UnmatchedRepeat::SectionStart).then_some(self.section_group)
            }
        };
        self.layout.groups.push(Group {
            start,
            signed,
            ends: Vec::new(),
            plain_ends: Vec::new(),
            plays: 1,
            after_jump: (false, false),
            regions: Vec::new(),
            highest: 0,
            parent,
        });
        self.layout.start_at[start] = Some(group);
        self.stack.push(group);
        group
    }

    /// Leaves a closed inner group for the open one around it.
    fn pops_to_outer(&mut self) -> bool {
        let outer = self.stack.len().checked_sub(2).and_then(|below| self.stack.get(below));
        if outer.is_some_and(|&outer| !self.closed(outer)) {
            self.stack.pop();
            return true;
        }
        false
    }

    /// A group that begins where the last repeat was done.
    fn infer_start(&mut self, until: usize) -> usize {
        let start = self.after_last;
        self.stack.pop();
        let group = self.push(start, false);
        for slot in &mut self.layout.group_of[start..until] {
            *slot = group;
        }
        group
    }

    fn close(&mut self, index: usize, sign: RepeatEnd, diagnostics: &mut Vec<Diagnostic>) {
        let top = self.top();
        let region = self.layout.region_of[index];
        let alternative = region.is_some_and(|region| self.layout.regions[region].group == top);
        let group = if !self.closed(top) || alternative {
            top
        } else if self.pops_to_outer() {
            self.top()
        } else {
            match self.policy.unmatched_repeat {
                UnmatchedRepeat::LastForward => top,
                UnmatchedRepeat::SectionStart => self.section_group,
                UnmatchedRepeat::AfterPrevious if self.after_last <= index => self.infer_start(index + 1),
                UnmatchedRepeat::AfterPrevious => top,
            }
        };
        if self.closed(group) && !alternative || !self.layout.groups[group].signed {
            let goes_to = self.layout.groups[group].start;
            diagnostics.push(Diagnostic::new(index, DiagnosticKind::RepeatEndWithoutStart { goes_to }));
        }
        let plays = match (sign.plays, self.policy.plays) {
            (0, _) if self.policy.zero_plays == ZeroPlays::Omit => 0,
            (_, PlayCount::Twice) => 2,
            (plays, _) => plays.max(1),
        };
        if sign.plays < 2 {
            diagnostics
                .push(Diagnostic::new(index, DiagnosticKind::RepeatEndWithoutRepeat { plays: sign.plays }));
        }
        let end = self.layout.ends.len();
        self.layout.ends.push(End { bar: index, group, plays, after_jump: sign.after_jump });
        self.layout.groups[group].ends.push(end);
        self.layout.end_at[index] = Some(end);
        let past = region.map_or(index, |region| self.layout.regions[region].last.max(index));
        self.after_last = self.after_last.max(past + 1);
    }
}
