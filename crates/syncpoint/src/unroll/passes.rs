//! How often each repeat was played, and whether it will be played again.

use alloc::vec::Vec;

use super::error::UnrollError;
use super::layout::{End, Layout};
use super::section_jump::{SectionJump, led_over, passes_made};
use crate::policy::{
    EndingsAfterJump, JumpIntoEnding, Jumps, LateEndings, PlayCount, Policy, RepeatsAfterJump,
    UnreachedEndings,
};

/// The state of one group of repeats.
#[derive(Clone, Copy, Debug)]
struct Progress {
    pass: u32,
    /// The jump count at which this state was begun.
    epoch: u32,
}

/// What the last jump did to the repeats.
#[derive(Clone, Copy, Debug, Default)]
struct AfterJump {
    /// Repeats that begin before this bar were played before the jump.
    known_before: usize,
    /// The jump asks for repeats.
    with_repeats: bool,
    /// The bar of the sign at which it ends.
    until: Option<usize>,
    /// The group of an ending into which it led: the repeat at the end of that ending is still played.
    landed: Option<usize>,
}

/// What a jump without repeats finds open.
#[derive(Clone, Copy, Debug)]
enum Fitting {
    /// The endings of this pass.
    Pass(u32),
    /// This ending.
    Region(usize),
}

/// The play counts of all repeats, with the work that looking ahead has cost.
#[derive(Debug)]
pub(super) struct Passes<'a> {
    pub(super) layout: &'a Layout,
    pub(super) policy: &'a Policy,
    progress: Vec<Progress>,
    /// By end: how often it has sent the music back.
    taken: Vec<u32>,
    /// By end: it has sent the music back at least once in all.
    pub(super) ever_taken: Vec<bool>,
    last_pass: Vec<Option<u32>>,
    /// By group: the jump count, and what that jump found open.
    fitted: Vec<Option<(u32, Fitting)>>,
    /// By region: a bar of it was played.
    entered: Vec<bool>,
    epoch: u32,
    after_jump: AfterJump,
    /// By bar: how many jumps of the score lead over it again.
    pub(super) led_over: Vec<u32>,
    /// The jumps that were taken in this section.
    pub(super) taken_jumps: Vec<SectionJump>,
    /// By region: the pass that endings without any repeat sign are on, kept at the first of those side by side.
    pub(super) implied: Vec<u32>,
    fuel: usize,
}

impl<'a> Passes<'a> {
    pub(super) fn new(layout: &'a Layout, policy: &'a Policy, section_jumps: &[SectionJump]) -> Self {
        let bars = layout.region_of.len();
        Self {
            layout,
            policy,
            progress: alloc::vec![Progress { pass: 1, epoch: 0 }; layout.groups.len()],
            taken: alloc::vec![0; layout.ends.len()],
            ever_taken: alloc::vec![false; layout.ends.len()],
            last_pass: alloc::vec![None; layout.groups.len()],
            fitted: alloc::vec![None; layout.groups.len()],
            entered: alloc::vec![false; layout.regions.len()],
            epoch: 0,
            after_jump: AfterJump::default(),
            led_over: led_over(section_jumps, bars),
            taken_jumps: Vec::new(),
            implied: alloc::vec![1; layout.regions.len()],
            fuel: policy.max_bars.saturating_add(bars).saturating_mul(16),
        }
    }

    /// Pays for steps that play nothing, so that no input can keep the walk busy for ever.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), UnrollError> {
        self.fuel =
            self.fuel.checked_sub(steps).ok_or(UnrollError::TooManyBars { limit: self.policy.max_bars })?;
        Ok(())
    }

    fn live_after_jump(&self, end: &End) -> bool {
        match self.policy.repeats_after_jump {
            RepeatsAfterJump::Off => false,
            RepeatsAfterJump::On => true,
            RepeatsAfterJump::PerJump => self.after_jump.with_repeats,
            RepeatsAfterJump::PerSign => end.after_jump.unwrap_or(self.after_jump.with_repeats),
        }
    }

    /// The repeats of this group are not played (any more): a jump forbids them, or the policy does.
    pub(super) fn dead(&self, group: usize) -> bool {
        if matches!(self.policy.plays, PlayCount::Once | PlayCount::Never) {
            return true;
        }
        if self.after_jump.landed == Some(group) {
            return false;
        }
        let group = &self.layout.groups[group];
        let (yes, unsaid) = group.after_jump;
        let live = match self.policy.repeats_after_jump {
            RepeatsAfterJump::Off => false,
            RepeatsAfterJump::On => !group.ends.is_empty(),
            RepeatsAfterJump::PerJump => self.after_jump.with_repeats && !group.ends.is_empty(),
            RepeatsAfterJump::PerSign => yes || (unsaid && self.after_jump.with_repeats),
        };
        group.start < self.after_jump.known_before && !live
    }

    fn end_dead(&self, end: &End) -> bool {
        matches!(self.policy.plays, PlayCount::Once | PlayCount::Never)
            || (self.after_jump.landed != Some(end.group)
                && self.layout.groups[end.group].start < self.after_jump.known_before
                && !self.live_after_jump(end))
    }

    /// Begins a group again if a jump allowed it to be played again.
    fn refresh(&mut self, group: usize) {
        if self.progress[group].epoch != self.epoch && !self.dead(group) {
            self.restart(group);
        }
    }

    fn restart(&mut self, group: usize) {
        self.progress[group] = Progress { pass: 1, epoch: self.epoch };
        let layout = self.layout;
        for &end in &layout.groups[group].ends {
            self.taken[end] = 0;
        }
    }

    /// The pass that a group is on: the number of the ending that is due.
    pub(super) fn pass(&mut self, group: usize) -> u32 {
        self.refresh(group);
        self.progress[group].pass
    }

    /// Walks forward over the start of a group.
    pub(super) fn enter(&mut self, group: usize) {
        if !self.dead(group) {
            self.restart(group);
        }
    }

    /// A new section begins.
    pub(super) fn next_section(&mut self) {
        self.epoch = self.epoch.saturating_add(1);
        self.after_jump = AfterJump::default();
        self.taken_jumps.clear();
    }

    /// A jump was taken. What begins before `known_before` has been played.
    pub(super) fn jumped(&mut self, section_jump: SectionJump, known_before: usize, with_repeats: bool) {
        self.epoch = self.epoch.saturating_add(1);
        self.after_jump = AfterJump { known_before, with_repeats, until: section_jump.until, landed: None };
        self.taken_jumps.push(section_jump);
    }

    /// The coda at `bar` is reached: what begins there is played with repeats.
    pub(super) fn reached_coda(&mut self, bar: usize) {
        self.after_jump.known_before = self.after_jump.known_before.min(bar);
    }

    /// A jump lands in the middle of an ending, so that is the pass that one is on.
    pub(super) fn land(&mut self, bar: usize) -> Result<(), UnrollError> {
        let layout = self.layout;
        let Some(number) = layout.region_of.get(bar).copied().flatten() else { return Ok(()) };
        let region = &layout.regions[number];
        let Some(&first) = region.numbers.first() else { return Ok(()) };
        let group = &layout.groups[region.group];
        if group.ends.is_empty() || matches!(self.policy.plays, PlayCount::Once | PlayCount::Never) {
            return Ok(());
        }
        if self.dead(region.group) {
            // The ending closes with a repeat: without it the last ending and what follows would not be reached.
            let closes = group.ends.iter().any(|&end| layout.region_of_end(end) == Some(number));
            if !closes || region.contains(self.last_pass(region.group)?) {
                return Ok(());
            }
            self.after_jump.landed = Some(region.group);
            self.restart(region.group);
            if self.policy.jump_into_ending == JumpIntoEnding::FromItsLastPass {
                self.leave_passes(number);
                return Ok(());
            }
        } else {
            self.refresh(region.group);
        }
        self.progress[region.group].pass = first;
        Ok(())
    }

    /// Goes on from the last pass of an ending: the repeats that were for earlier passes are done.
    fn leave_passes(&mut self, region: usize) {
        let layout = self.layout;
        let region = &layout.regions[region];
        let pass = region.numbers.last().copied().unwrap_or(1);
        self.progress[region.group].pass = pass;
        for &end in &layout.groups[region.group].ends {
            let Some(own) = layout.region_of_end(end).map(|own| &layout.regions[own]) else { continue };
            let left = own.numbers.len() - own.numbers.partition_point(|&number| number < pass);
            let left = u32::try_from(left).unwrap_or(u32::MAX);
            self.taken[end] = layout.ends[end].plays.saturating_sub(1).saturating_sub(left);
        }
    }

    fn can_take(&self, end: usize, pass: u32, taken: u32) -> bool {
        let sign = &self.layout.ends[end];
        if self.end_dead(sign) {
            return false;
        }
        self.layout.would_take(self.policy, end, pass, taken)
    }

    /// Whether the backward repeat sends the music back now.
    pub(super) fn goes_back(&mut self, end: usize) -> bool {
        let pass = self.pass(self.layout.ends[end].group);
        self.can_take(end, pass, self.taken[end])
    }

    /// Sends the music back; gives the bar to go to.
    pub(super) fn take(&mut self, end: usize) -> usize {
        let layout = self.layout;
        let number = layout.ends[end].group;
        let group = &layout.groups[number];
        self.taken[end] = self.taken[end].saturating_add(1);
        self.ever_taken[end] = true;
        self.progress[number].pass = self.progress[number].pass.saturating_add(1);
        if self.policy.jump_into_ending == JumpIntoEnding::ToLastEnding
            && self.after_jump.landed == Some(number)
        {
            self.after_jump.landed = None;
        }
        if self.policy.inner_repeats == crate::policy::InnerRepeats::Retake {
            for &earlier in group.plain_ends.iter().take_while(|&&earlier| earlier < end) {
                self.taken[earlier] = 0;
            }
        }
        group.start
    }

    /// Whether an ending is played on the pass that its group is on.
    pub(super) fn allows(&mut self, number: usize) -> Result<bool, UnrollError> {
        let layout = self.layout;
        let region = &layout.regions[number];
        let group = region.group;
        if self.policy.plays == PlayCount::Never {
            return Ok(true);
        }
        if layout.groups[group].ends.is_empty() {
            return self.allows_loose(number);
        }
        let pass = if self.dead(group) {
            match self.policy.endings_after_jump {
                EndingsAfterJump::All => return Ok(true),
                EndingsAfterJump::First => return Ok(region.contains(1)),
                EndingsAfterJump::Last => self.last_pass(group)?,
                EndingsAfterJump::Fitting => match self.fitting(group)? {
                    Fitting::Pass(pass) => pass,
                    Fitting::Region(fitting) => return Ok(fitting == number),
                },
            }
        } else {
            self.pass(group)
        };
        if region.contains(pass) {
            return Ok(true);
        }
        let late = region.numbers.first().is_some_and(|&first| first > pass);
        Ok(match self.policy.late_endings {
            LateEndings::Skip => false,
            LateEndings::Play => {
                let mut ends = layout.groups[group].ends.iter();
                late && ends.any(|&end| layout.ends[end].bar < region.first)
                    && (self.dead(group) || self.next_end(group, region.first, pass, None).is_none())
                    && !self.meant_for_later(number, pass)?
            }
            LateEndings::AfterRepeat => {
                layout.groups[group].ends.last().is_none_or(|&end| layout.ends[end].bar < region.first)
            }
        })
    }

    /// The first ending behind one that is not played now that is not left out with it for sure: all between are of
    /// earlier passes.
    pub(super) fn past_earlier(&mut self, number: usize) -> usize {
        let layout = self.layout;
        let group = layout.regions[number].group;
        let by_pass = self.policy.plays != PlayCount::Never
            && self.policy.late_endings != LateEndings::AfterRepeat
            && !layout.groups[group].ends.is_empty()
            && !self.dead(group);
        if by_pass { layout.past_earlier(number, self.pass(group)) } else { number + 1 }
    }

    /// Whether an ending beyond the last pass waits for a jump, because another one is there for this pass.
    fn meant_for_later(&mut self, number: usize, pass: u32) -> Result<bool, UnrollError> {
        let layout = self.layout;
        let region = &layout.regions[number];
        if self.policy.endings_after_jump != EndingsAfterJump::Fitting {
            return Ok(false);
        }
        let others = &layout.groups[region.group].regions;
        self.spend(others.len() + self.taken_jumps.len())?;
        // After a jump it waits for the next one.
        let made = if self.dead(region.group) { passes_made(&self.taken_jumps, region.first) } else { 0 };
        let to_come = self.policy.jumps == Jumps::Take && self.led_over[region.first] > made;
        Ok(to_come && others.iter().any(|&other| layout.regions[other].contains(pass)))
    }

    /// The ending that a jump without repeats finds open: the same one until the next jump.
    fn fitting(&mut self, group: usize) -> Result<Fitting, UnrollError> {
        if let Some((_, found)) = self.fitted[group].filter(|(epoch, _)| *epoch == self.epoch) {
            return Ok(found);
        }
        let found = self.find_fitting(group)?;
        self.fitted[group] = Some((self.epoch, found));
        Ok(found)
    }

    fn find_fitting(&mut self, group: usize) -> Result<Fitting, UnrollError> {
        let layout = self.layout;
        let last = self.last_pass(group)?;
        let regions = &layout.groups[group].regions;
        self.spend(regions.len())?;
        let start = layout.groups[group].start;
        let due = last.saturating_add(passes_made(&self.taken_jumps, start).max(1));
        let named = regions.iter().any(|&region| {
            let region = &layout.regions[region];
            region.contains(due) && region.numbers.first().is_some_and(|&first| first <= last)
        });
        // One that was played before the jump, late or not, is not meant for the time after it.
        let waiting = regions.iter().filter(|&&region| !self.entered[region]);
        let beyond = waiting.flat_map(|&region| &layout.regions[region].numbers).filter(|&&pass| pass > last);
        if let Some(pass) = if named { Some(due) } else { beyond.copied().min() } {
            return Ok(Fitting::Pass(pass));
        }
        let until = self.after_jump.until.and_then(|bar| layout.region_of.get(bar).copied().flatten());
        Ok(match until {
            Some(region) if layout.regions[region].group == group => Fitting::Region(region),
            _ => Fitting::Pass(last),
        })
    }

    /// The number of the ending that a bar being played now stands under.
    pub(super) fn number_played(&mut self, region: usize) -> Option<u32> {
        self.entered[region] = true;
        let region = &self.layout.regions[region];
        let due = if self.dead(region.group) {
            self.last_pass[region.group].unwrap_or(1)
        } else {
            self.pass(region.group)
        };
        if region.contains(due) { Some(due) } else { region.numbers.first().copied() }
    }

    /// The first backward repeat of a group at or after `from` that would go back on this pass.
    fn next_end(&self, group: usize, from: usize, pass: u32, inside: Option<usize>) -> Option<usize> {
        let ends = &self.layout.groups[group].ends;
        let first = ends.partition_point(|&end| self.layout.ends[end].bar < from);
        ends.iter().copied().skip(first).find(|&end| {
            let region = self.layout.region_of_end(end);
            let played = region.is_none_or(|number| {
                let region = &self.layout.regions[number];
                region.group != group || region.contains(pass) || Some(number) == inside
            });
            played && self.can_take(end, pass, self.taken[end])
        })
    }

    /// The number of passes that a group has if all its repeats are played. Counting stops where no ending cares.
    fn last_pass(&mut self, group: usize) -> Result<u32, UnrollError> {
        if let Some(known) = self.last_pass[group] {
            return Ok(known);
        }
        let layout = self.layout;
        let mut taken = alloc::vec![0_u32; layout.groups[group].ends.len()];
        let last = self.count_passes(
            group,
            1,
            &mut taken,
            |_, _| false,
            |me, end, pass, taken| me.layout.would_take(me.policy, end, pass, taken),
        )?;
        self.last_pass[group] = Some(last);
        Ok(last)
    }

    /// Plays a group from its start, signs only, until `stop(pass, end)` or until nothing goes back any more.
    fn count_passes(
        &mut self,
        group: usize,
        mut pass: u32,
        taken: &mut [u32],
        stop: impl Fn(u32, Option<usize>) -> bool,
        takes: impl Fn(&Self, usize, u32, u32) -> bool,
    ) -> Result<u32, UnrollError> {
        let layout = self.layout;
        let ends = &layout.groups[group].ends;
        while pass <= layout.groups[group].highest {
            self.spend(1 + ends.len())?;
            let next = ends.iter().enumerate().find(|&(place, &end)| {
                let region = layout.region_of_end(end).map(|region| &layout.regions[region]);
                let played = region.is_none_or(|region| region.group != group || region.contains(pass));
                played && takes(self, end, pass, taken[place])
            });
            if stop(pass, next.map(|(_, &end)| end)) {
                break;
            }
            let Some((place, _)) = next else { break };
            taken[place] = taken[place].saturating_add(1);
            pass = pass.saturating_add(1);
        }
        Ok(pass)
    }

    /// Whether the repeat at the end of an ending does all that a jump to `target` would do, and endings that the jump
    /// would leave out for ever wait behind it.
    pub(super) fn repeat_is_meant(&mut self, bar: usize, target: usize) -> Result<bool, UnrollError> {
        let layout = self.layout;
        let (Some(end), Some(region)) = (layout.end_at[bar], layout.region_of[bar]) else { return Ok(false) };
        let group = layout.ends[end].group;
        let repaired = self.policy.unreached_endings == UnreachedEndings::InOrder;
        if !repaired || layout.groups[group].start != target || !self.goes_back(end) {
            return Ok(false);
        }
        let others = &layout.groups[group].regions;
        self.spend(others.len())?;
        let next = self.pass(group).saturating_add(1);
        let waits = |&other: &usize| layout.regions[other].contains(next) && !self.entered[other];
        Ok(layout.regions[region].group == group && others.iter().any(waits))
    }

    /// Whether repeats alone will lead through `bar` again, standing at its end now.
    pub(super) fn passes_again(&mut self, bar: usize) -> Result<bool, UnrollError> {
        let layout = self.layout;
        let mut group = Some(layout.group_of[bar]);
        while let Some(number) = group {
            self.spend(1)?;
            if self.group_passes_again(number, bar)? {
                return Ok(true);
            }
            group = layout.groups[number].parent;
        }
        Ok(false)
    }

    fn group_passes_again(&mut self, group: usize, bar: usize) -> Result<bool, UnrollError> {
        let layout = self.layout;
        let region = layout.region_of[bar];
        let pass = self.pass(group);
        let Some(end) = self.next_end(group, bar, pass, region) else { return Ok(false) };
        if layout.ends[end].bar > bar {
            self.spend(layout.groups[group].ends.len())?;
        }
        let Some(region) = region.map(|region| &layout.regions[region]) else { return Ok(true) };
        if region.group != group {
            return Ok(true);
        }
        // Inside an ending: does the music come to a pass that this ending names?
        let ends = &layout.groups[group].ends;
        let mut taken: Vec<u32> = ends.iter().map(|&end| self.taken[end]).collect();
        if let Some(place) = ends.iter().position(|&other| other == end) {
            taken[place] = taken[place].saturating_add(1);
        }
        let reaches = |pass: u32, next: Option<usize>| {
            region.contains(pass) && next.is_none_or(|end| layout.ends[end].bar >= region.first)
        };
        let found =
            self.count_passes(group, pass.saturating_add(1), &mut taken, reaches, |me, end, pass, taken| {
                me.can_take(end, pass, taken)
            })?;
        Ok(region.contains(found))
    }
}
