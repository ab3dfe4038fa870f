//! Endings that no pass reaches by their numbers: mended, so that no bar is left out for ever.

use alloc::vec::Vec;

use super::layout::{End, Group, Layout};
use crate::playthrough::{Diagnostic, DiagnosticKind};
use crate::policy::{PlayCount, Policy};

/// Endings of a repeat that would take longer than this to try out are left as they are.
const MAX_STEPS: usize = 100_000;

/// An ending is not given more passes than this.
const MAX_PASSES: u32 = 1_000;

impl Layout {
    /// Whether a backward repeat of this many takings goes back on this pass, as far as its sign and the endings say.
    pub(super) fn would_take(&self, policy: &Policy, end: usize, pass: u32, taken: u32) -> bool {
        let sign: &End = &self.ends[end];
        if policy.plays == PlayCount::PerPassage && !self.groups[sign.group].regions.is_empty() {
            return pass < sign.plays;
        }
        let per_sign = matches!(policy.plays, PlayCount::PerSign | PlayCount::PerPassage);
        if !per_sign && self.region_of_end(end).is_some() {
            return pass < self.asked_passes(&self.groups[sign.group]);
        }
        taken.saturating_add(1) < sign.plays
    }

    /// How many passes the endings and signs of a group ask for.
    fn asked_passes(&self, group: &Group) -> u32 {
        group.highest.max(group.plays)
    }

    /// Sees to it that every ending of a repeat is played on some pass.
    pub(super) fn reach_every_ending(&mut self, policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
        for number in 0..self.groups.len() {
            let group = &self.groups[number];
            if group.ends.is_empty() || group.regions.is_empty() {
                continue;
            }
            let written: Vec<Vec<u32>> =
                group.regions.iter().map(|&region| self.regions[region].numbers.clone()).collect();
            let Some(unreached) = self.unreached(policy, number) else { continue };
            let doubled = self.has_doubles(number);
            if unreached.is_empty() && !doubled {
                continue;
            }
            self.set_numbers(number, &in_order(&written));
            let left = self.unreached(policy, number).unwrap_or_default();
            if left.len() >= unreached.len() && !(doubled && left.is_empty()) {
                self.set_numbers(number, &written);
            }
            // An ending that still has no pass of its own is played whenever the music comes to it.
            for &region in &left {
                self.regions[region].numbers.clear();
            }
            self.set_highest(number);
            let passes = self.asked_passes(&self.groups[number]).min(MAX_PASSES);
            for region in left {
                self.regions[region].numbers = (1..=passes).collect();
            }
            self.set_highest(number);
            for (place, &region) in self.groups[number].regions.iter().enumerate() {
                let region = &self.regions[region];
                if written.get(place) != Some(&region.numbers) {
                    let pass = region.numbers.first().copied().unwrap_or(1);
                    diagnostics
                        .push(Diagnostic::new(region.first, DiagnosticKind::EndingRenumbered { pass }));
                }
            }
        }
    }

    /// Whether an ending that goes back has a pass in common with the one beside it, which then has it for nothing.
    fn has_doubles(&self, group: usize) -> bool {
        self.groups[group].regions.windows(2).any(|pair| {
            let &[first, second] = pair else { return false };
            let (left, right) = (&self.regions[first], &self.regions[second]);
            left.last + 1 == right.first
                && self.end_at[left.last].is_some()
                && left.numbers.iter().any(|&pass| right.contains(pass))
        })
    }

    fn set_numbers(&mut self, group: usize, numbers: &[Vec<u32>]) {
        for (&region, numbers) in self.groups[group].regions.iter().zip(numbers) {
            self.regions[region].numbers.clone_from(numbers);
        }
        self.set_highest(group);
    }

    /// Works out the highest number of the endings of a group.
    pub(super) fn set_highest(&mut self, group: usize) {
        let last = |&region: &usize| self.regions[region].numbers.last().copied().unwrap_or(0);
        self.groups[group].highest = self.groups[group].regions.iter().map(last).max().unwrap_or(0);
    }

    /// The endings of a group that are played on none of its passes. `None` if it would take too long to find out.
    fn unreached(&self, policy: &Policy, group: usize) -> Option<Vec<usize>> {
        let number = group;
        let group = &self.groups[group];
        let steps = group.ends.len() + group.regions.len();
        let mut reached = alloc::vec![false; group.regions.len()];
        let mut taken = alloc::vec![0_u32; group.ends.len()];
        let mut pass = 1;
        loop {
            if steps.saturating_mul(pass as usize) > MAX_STEPS {
                return None;
            }
            let back = group.ends.iter().enumerate().find(|&(place, &end)| {
                let region = self.region_of_end(end).map(|region| &self.regions[region]);
                let played = region.is_none_or(|region| region.group != number || region.contains(pass));
                played && self.would_take(policy, end, pass, taken[place])
            });
            let until = back.map_or(usize::MAX, |(_, &end)| self.ends[end].bar);
            for (reached, &region) in reached.iter_mut().zip(&group.regions) {
                let region = &self.regions[region];
                *reached |= region.contains(pass) && region.first <= until;
            }
            let Some((place, _)) = back else { break };
            taken[place] += 1;
            pass += 1;
            if pass > group.highest.saturating_add(1) && reached.iter().all(|reached| *reached) {
                break;
            }
        }
        // What is numbered beyond the last pass is for the policy on late endings, or for the time after a jump.
        let first_end = group.ends.first().map_or(usize::MAX, |&end| self.ends[end].bar);
        let late = |region: usize| {
            let region = &self.regions[region];
            region.numbers.first().is_some_and(|&first| first > pass) && first_end < region.first
        };
        let lost = reached.iter().zip(&group.regions).filter(|&(reached, &region)| !reached && !late(region));
        Some(lost.map(|(_, &region)| region).collect())
    }
}

/// The passes one after the other, each ending as many as it was written for.
fn in_order(written: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut next = 1_u32;
    let mut passes = |numbers: &Vec<u32>| {
        let first = next;
        next = next.saturating_add(u32::try_from(numbers.len().max(1)).unwrap_or(u32::MAX));
        (first..next).collect()
    };
    written.iter().map(&mut passes).collect()
}
