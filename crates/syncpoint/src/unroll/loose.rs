//! Endings that no repeat sign counts: their passes come from jumps, or a repeat is implied.

use super::error::UnrollError;
use super::passes::Passes;
use super::section_jump::passes_made;
use crate::policy::{Jumps, LooseEndings, PlayCount};

impl Passes<'_> {
    /// Whether an ending is played whose passes no repeat sign makes.
    pub(super) fn allows_loose(&mut self, number: usize) -> Result<bool, UnrollError> {
        let layout = self.layout;
        let region = &layout.regions[number];
        match self.policy.loose_endings {
            LooseEndings::Play => return Ok(true),
            LooseEndings::FirstPass => return Ok(region.contains(1)),
            LooseEndings::FollowJumps => {}
        }
        let series = layout.series(number);
        let first = layout.regions[series.start].first;
        self.spend(series.len() + self.taken_jumps.len())?;
        if self.implies_repeat(number) {
            return Ok(region.contains(self.implied[series.start]));
        }
        if self.policy.jumps == Jumps::Ignore || !self.follows_jumps(number) {
            return Ok(true);
        }
        let pass = 1 + passes_made(&self.taken_jumps, first);
        let named = series.clone().any(|other| layout.regions[other].contains(pass));
        if named || series.len() == 1 {
            return Ok(region.contains(pass));
        }
        // Further passes go through the last ending there is.
        let due = series.clone().rfind(|&other| layout.regions[other].numbers.first() <= Some(&pass));
        Ok(number == due.unwrap_or(series.start))
    }

    /// Whether a jump leads over an ending that no repeat counts.
    pub(super) fn follows_jumps(&self, number: usize) -> bool {
        let layout = self.layout;
        self.policy.loose_endings == LooseEndings::FollowJumps
            && self.led_over[layout.regions[layout.series(number).start].first] > 0
    }

    /// Whether endings stand side by side that have every pass from the first on, but neither a repeat nor a jump that
    /// makes these passes, and there is music before them to go back to: it is repeated at the end of each but the last.
    pub(super) fn implies_repeat(&self, number: usize) -> bool {
        let layout = self.layout;
        let series = layout.series(number);
        let group = &layout.groups[layout.regions[number].group];
        if self.policy.loose_endings != LooseEndings::FollowJumps
            || self.policy.plays == PlayCount::Never
            || !group.ends.is_empty()
            || group.start >= layout.regions[series.start].first
            || series.len() < 2
            || self.follows_jumps(number)
        {
            return false;
        }
        let mut next = 1_u32;
        series.into_iter().all(|region| {
            let numbers = &layout.regions[region].numbers;
            let fits = numbers.iter().copied().eq((next..).take(numbers.len()));
            next = next.saturating_add(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
            fits && !numbers.is_empty()
        })
    }

    /// Where the music goes back to at the end of an ending without a repeat sign, if another pass is to come.
    pub(super) fn implied_repeat(&mut self, bar: usize) -> Result<Option<usize>, UnrollError> {
        let layout = self.layout;
        let Some(number) = layout.region_of[bar].filter(|&number| layout.regions[number].last == bar) else {
            return Ok(None);
        };
        let series = layout.series(number);
        if !layout.groups[layout.regions[number].group].ends.is_empty() {
            return Ok(None);
        }
        self.spend(series.len())?;
        let last = layout.regions[series.end - 1].numbers.last().copied().unwrap_or(1);
        let pass = self.implied[series.start];
        if pass >= last || !layout.regions[number].contains(pass) || !self.implies_repeat(number) {
            return Ok(None);
        }
        self.implied[series.start] = pass + 1;
        Ok(Some(layout.groups[layout.regions[number].group].start))
    }
}
