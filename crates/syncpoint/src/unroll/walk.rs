//! Walks the bars in played order.

use alloc::vec::Vec;
use core::ops::Range;

use super::error::UnrollError;
use super::jumps::{Signs, Target, is_marker_copy};
use super::layout::Layout;
use super::passes::Passes;
use super::section_jump::SectionJump;
use crate::playthrough::Step;
use crate::playthrough::{Diagnostic, DiagnosticKind};
use crate::policy::{ActOn, EarlyFine, Jumps, MarkersLive, MissingTarget, Policy, Resume, SkippedRepeat};
use crate::{Jump, MarkerKind, Place, Structure};

/// A bar as it was played: the written bar, the step that led to it, the number of its ending.
#[derive(Clone, Copy, Debug)]
pub(super) struct Played {
    pub(super) bar: usize,
    pub(super) step: Step,
    pub(super) ending: Option<u32>,
}

/// The jump that is in force.
#[derive(Debug)]
struct Active<'a> {
    until: &'a str,
    continue_at: Option<&'a str>,
    /// The bar of the jump.
    from: usize,
    /// The end of the part that it brings again: bar and place in the bar.
    part_end: Option<(usize, usize)>,
}

pub(super) struct Walk<'a> {
    structure: &'a Structure,
    policy: &'a Policy,
    layout: &'a Layout,
    signs: Signs<'a>,
    section_jumps: Vec<SectionJump>,
    passes: Passes<'a>,
    out: Vec<Played>,
    times_played: Vec<u32>,
    /// Jumps taken: (bar, place in the bar, pass where the pass decides).
    taken: alloc::collections::BTreeSet<(usize, usize, u32)>,
    active: Option<Active<'a>>,
    home: Range<usize>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Where the walk goes after a bar.
enum Next {
    To(usize, Step),
    EndOfSection,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        structure: &'a Structure,
        policy: &'a Policy,
        layout: &'a Layout,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let signs = Signs::new(structure, layout, policy);
        let section_jumps = signs.section_jumps();
        let passes = Passes::new(layout, policy, &section_jumps);
        Self {
            structure,
            policy,
            layout,
            signs,
            section_jumps,
            passes,
            out: Vec::new(),
            times_played: alloc::vec![0; structure.bars.len()],
            taken: alloc::collections::BTreeSet::new(),
            active: None,
            home: 0..0,
            diagnostics,
        }
    }

    pub(super) fn run(mut self) -> Result<Vec<Played>, UnrollError> {
        let layout = self.layout;
        for section in &layout.sections {
            self.home = section.clone();
            self.active = None;
            self.passes.next_section();
            let step = if self.out.is_empty() { Step::Start } else { Step::Section };
            self.section(section.start, step)?;
        }
        self.closing_diagnostics();
        Ok(self.out)
    }

    fn section(&mut self, first: usize, step: Step) -> Result<(), UnrollError> {
        let (mut bar, mut step) = (first, step);
        // Endings were passed over since the last bar that was played.
        let mut passing = false;
        while bar < self.home.end {
            self.passes.spend(1)?;
            if let Some(past) = self.left_out(bar, if passing { Step::Skip } else { step })? {
                let over = past - 1;
                passing = true;
                if self.policy.skipped_repeat == SkippedRepeat::Act
                    && let Some(end) = self.layout.end_at[over]
                    && self.passes.goes_back(end)
                {
                    (bar, step) = (self.passes.take(end), Step::Repeat { end: over });
                    passing = false;
                } else {
                    bar = past;
                    step = if step == Step::Next { Step::Skip } else { step };
                }
                continue;
            }
            if !matches!(step, Step::Repeat { .. })
                && let Some(group) = self.layout.start_at[bar]
                && self.policy.inner_repeats == crate::policy::InnerRepeats::Retake
            {
                self.passes.enter(group);
                if let Some(past) = self.omitted(group) {
                    bar = past;
                    step = if step == Step::Next { Step::Skip } else { step };
                    continue;
                }
            }
            if !step.is_jump()
                && let Some(next) = self.marker(bar, Place::Start)?
            {
                match next {
                    Next::To(to, how) => (bar, step) = (to, how),
                    Next::EndOfSection => return Ok(()),
                }
                continue;
            }
            self.play(bar, step)?;
            passing = false;
            match self.after(bar)? {
                Next::To(to, how) => (bar, step) = (to, how),
                Next::EndOfSection => return Ok(()),
            }
        }
        Ok(())
    }

    fn play(&mut self, bar: usize, step: Step) -> Result<(), UnrollError> {
        if self.out.len() >= self.policy.max_bars {
            return Err(UnrollError::TooManyBars { limit: self.policy.max_bars });
        }
        let ending = match self.layout.region_of[bar] {
            Some(region) => self.passes.number_played(region),
            None => None,
        };
        self.times_played[bar] = self.times_played[bar].saturating_add(1);
        self.out.push(Played { bar, step, ending });
        Ok(())
    }

    /// The bar after an ending that begins here and is not played now.
    fn left_out(&mut self, bar: usize, step: Step) -> Result<Option<usize>, UnrollError> {
        let Some(number) = self.layout.region_of[bar] else { return Ok(None) };
        let region = &self.layout.regions[number];
        let begins = match step {
            Step::Next | Step::Skip | Step::Start | Step::Section => region.first == bar,
            Step::Jump { .. } => region.first == bar && bar == self.home.start,
            // A coda inside an ending is gone to on purpose. No score leads to a break.
            Step::Coda { .. } | Step::Break { .. } => false,
            // If another repeat counts the ending, then this one lies inside it.
            Step::Repeat { .. } => region.first == bar && self.layout.start_at[bar] == Some(region.group),
        };
        if !begins || self.passes.allows(number)? {
            return Ok(None);
        }
        // Many endings are passed over at once, where none of them has a repeat that acts all the same.
        let at_once =
            matches!(step, Step::Next | Step::Skip) && self.policy.skipped_repeat != SkippedRepeat::Act;
        let last = if at_once { self.passes.past_earlier(number) - 1 } else { number };
        Ok(Some(self.layout.regions[last].last + 1))
    }

    /// The bar after a passage of zero plays.
    fn omitted(&self, group: usize) -> Option<usize> {
        match *self.layout.groups[group].ends.as_slice() {
            [end] if self.layout.ends[end].plays == 0 => Some(self.layout.ends[end].bar + 1),
            _ => None,
        }
    }

    /// What follows the end of a bar.
    fn after(&mut self, bar: usize) -> Result<Next, UnrollError> {
        if let Some(next) = self.marker(bar, Place::End)? {
            return Ok(next);
        }
        if let Some(next) = self.jump(bar)? {
            return Ok(next);
        }
        if let Some(end) = self.layout.end_at[bar]
            && self.passes.goes_back(end)
        {
            return Ok(Next::To(self.passes.take(end), Step::Repeat { end: bar }));
        }
        if let Some(start) = self.passes.implied_repeat(bar)? {
            // A sign behind that start is where singers go back to.
            let to = self.signs.last_segno(start, bar).unwrap_or(start);
            return Ok(Next::To(to, Step::Repeat { end: bar }));
        }
        Ok(Next::To(bar + 1, Step::Next))
    }

    /// Whether a sign at the end of `bar` acts on this pass.
    fn acts(&mut self, bar: usize, rule: ActOn) -> Result<bool, UnrollError> {
        match rule {
            ActOn::LastPass => Ok(!self.passes.passes_again(bar)?),
            ActOn::FirstPass => {
                let end = self.layout.end_at[bar];
                Ok(end.is_none_or(|end| !self.passes.goes_back(end)))
            }
        }
    }

    /// Obeys a fine or to-coda.
    fn marker(&mut self, bar: usize, place: Place) -> Result<Option<Next>, UnrollError> {
        let structure = self.structure;
        let Some(written) = structure.bars.get(bar) else { return Ok(None) };
        if written.markers.is_empty() {
            return Ok(None);
        }
        if place == Place::End
            && let Some(next) = self.part_end(bar)?
        {
            return Ok(Some(next));
        }
        let until = self.active.as_ref().map(|active| active.until);
        let found = written.markers.iter().enumerate().find(|(_, marker)| {
            marker.at == place
                && match until {
                    Some(label) => marker.label == label && self.signs.ends_at(marker.kind, label),
                    None => {
                        self.policy.markers == MarkersLive::Always
                            && matches!(marker.kind, MarkerKind::Fine | MarkerKind::ToCoda)
                    }
                }
        });
        let Some((number, marker)) = found else { return Ok(None) };
        if place == Place::End && !self.acts(bar, self.policy.marker_on)? {
            return Ok(None);
        }
        self.signs.used(bar, number);
        let coda = match &self.active {
            Some(active) => active.continue_at,
            None => (marker.kind == MarkerKind::ToCoda).then_some(marker.label.as_str()),
        };
        let Some(label) = coda else { return Ok(Some(self.after_fine(bar)?)) };
        match self.signs.coda(label, bar, &self.home) {
            Some(target) => {
                self.active = None;
                self.passes.reached_coda(target.bar);
                self.land(&target)?;
                Ok(Some(Next::To(target.bar, Step::Coda { from: bar })))
            }
            None if self.policy.missing_target == MissingTarget::PassBy => Ok(None),
            None => Ok(Some(Next::EndOfSection)),
        }
    }

    /// What follows a fine: the end, or what stands behind the jump that led to it, if a later jump comes back here.
    fn after_fine(&mut self, bar: usize) -> Result<Next, UnrollError> {
        let Some(from) = self.active.as_ref().map(|active| active.from) else {
            return Ok(Next::EndOfSection);
        };
        self.passes.spend(self.section_jumps.len())?;
        let next = from + 1;
        let leads_back = |section_jump: &SectionJump| {
            (next..self.home.end).contains(&section_jump.from)
                && section_jump.to <= bar
                && section_jump.until == Some(bar)
        };
        let again = self.policy.early_fine == EarlyFine::GoOn && self.section_jumps.iter().any(leads_back);
        if !again || self.times_played.get(next).is_none_or(|&times| times > 0) {
            return Ok(Next::EndOfSection);
        }
        self.active = None;
        self.passes.reached_coda(next);
        Ok(Next::To(next, Step::Coda { from: bar }))
    }

    /// The part that a da capo brings again is over, so that the piece goes on after the jump.
    fn part_end(&mut self, bar: usize) -> Result<Option<Next>, UnrollError> {
        let due = self.active.as_ref().and_then(|active| Some((active.from, active.part_end?)));
        let Some((from, (_, number))) = due.filter(|(_, (end, _))| *end == bar) else { return Ok(None) };
        if !self.acts(bar, self.policy.marker_on)? {
            return Ok(None);
        }
        self.signs.used(bar, number);
        self.active = None;
        let next = from + 1;
        if next >= self.home.end {
            return Ok(Some(Next::EndOfSection));
        }
        self.passes.reached_coda(next);
        Ok(Some(Next::To(next, Step::Coda { from: bar })))
    }

    /// Takes a jump at the end of `bar`, if one is due.
    fn jump(&mut self, bar: usize) -> Result<Option<Next>, UnrollError> {
        let structure = self.structure;
        let Some(written) = structure.bars.get(bar) else { return Ok(None) };
        if written.jumps.is_empty() || self.policy.jumps == Jumps::Ignore {
            return Ok(None);
        }
        if self.active.is_some() && self.policy.resume == Resume::AtCoda {
            return Ok(None);
        }
        for (number, jump) in written.jumps.iter().enumerate() {
            if self.signs.is_copy(written, jump) {
                continue;
            }
            let key = (bar, number, if jump.passes.is_empty() { 0 } else { self.time_through(bar) });
            if self.taken.contains(&key) || !self.due(bar, jump)? {
                continue;
            }
            let Some(target) = self.signs.target(jump, bar, &self.home)? else { continue };
            if jump.passes.is_empty() && self.passes.repeat_is_meant(bar, target.bar)? {
                continue;
            }
            self.taken.insert(key);
            return self.take_jump(bar, jump, &target).map(Some);
        }
        Ok(None)
    }

    fn due(&mut self, bar: usize, jump: &Jump) -> Result<bool, UnrollError> {
        if jump.passes.is_empty() {
            return self.acts(bar, self.policy.jump_on);
        }
        let time = self.time_through(bar);
        Ok(jump.passes.contains(&time))
    }

    /// Which time through this is, for signs that name their passes.
    fn time_through(&mut self, bar: usize) -> u32 {
        let group = self.layout.group_of[bar];
        let repeated =
            self.layout.groups[group].ends.last().is_some_and(|&end| self.layout.ends[end].bar >= bar);
        if repeated && !self.passes.dead(group) { self.passes.pass(group) } else { self.times_played[bar] }
    }

    fn take_jump(&mut self, bar: usize, jump: &'a Jump, target: &Target) -> Result<Next, UnrollError> {
        self.active = Some(Active {
            until: &jump.until,
            continue_at: jump.continue_at.as_deref(),
            from: bar,
            part_end: self.signs.part_end(jump, bar, target),
        });
        let known_before = match self.policy.resume {
            Resume::PastJump => bar + 1,
            Resume::AtCoda => usize::MAX,
        };
        let section_jump = self.signs.section_jump(jump, bar, &self.home, target);
        self.passes.jumped(section_jump, known_before, jump.play_repeats);
        self.land(target)?;
        Ok(Next::To(target.bar, Step::Jump { from: bar }))
    }

    fn land(&mut self, target: &Target) -> Result<(), UnrollError> {
        if let Some((bar, number)) = target.marker {
            self.signs.used(bar, number);
        }
        self.passes.land(target.bar)
    }

    fn closing_diagnostics(&mut self) {
        let played = |bar: usize| self.times_played.get(bar).is_some_and(|&times| times > 0);
        let mut found: Vec<Diagnostic> = Vec::new();
        for (number, region) in self.layout.regions.iter().enumerate() {
            let counted = self.passes.follows_jumps(number);
            if self.layout.groups[region.group].ends.is_empty() && !counted {
                found.push(Diagnostic::new(region.first, DiagnosticKind::EndingWithoutRepeat));
            }
            if !played(region.first) {
                found.push(Diagnostic::new(region.first, DiagnosticKind::EndingNeverPlayed));
            }
        }
        for (end, sign) in self.layout.ends.iter().enumerate() {
            if sign.plays > 1 && !self.passes.ever_taken[end] {
                found.push(Diagnostic::new(sign.bar, DiagnosticKind::RepeatEndNotTaken));
            }
        }
        for (index, bar) in self.structure.bars.iter().enumerate() {
            if !played(index) {
                found.push(Diagnostic::new(index, DiagnosticKind::BarNeverPlayed));
            }
            for (number, jump) in bar.jumps.iter().enumerate() {
                if self.signs.is_copy(bar, jump) {
                    found.push(Diagnostic::new(index, DiagnosticKind::StaffCopy));
                    continue;
                }
                found.extend(self.signs.missing(jump, index).map(|finding| Diagnostic::new(index, finding)));
                if self.taken.range((index, number, 0)..=(index, number, u32::MAX)).next().is_none() {
                    found.push(Diagnostic::new(index, DiagnosticKind::JumpNotTaken));
                }
            }
            for (number, marker) in bar.markers.iter().enumerate() {
                if is_marker_copy(bar, marker) {
                    found.push(Diagnostic::new(index, DiagnosticKind::StaffCopy));
                } else if marker.kind != MarkerKind::PartEnd && !self.signs.was_used(index, number) {
                    found.push(Diagnostic::new(index, DiagnosticKind::MarkerWithoutEffect));
                }
            }
        }
        self.diagnostics.append(&mut found);
        self.diagnostics.sort_unstable();
        self.diagnostics.dedup();
    }
}
