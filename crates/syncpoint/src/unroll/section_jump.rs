//! The jumps of a score seen from the bars that they lead over again.

use alloc::vec::Vec;
use core::ops::Range;

/// A jump that can be taken: from the end of one bar to the start of another, and on until a third.
#[derive(Clone, Copy, Debug)]
pub(super) struct SectionJump {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The bar of the sign at which it ends, if it ends at one.
    pub(super) until: Option<usize>,
}

impl SectionJump {
    /// The bars to whose start the music comes once more.
    fn bars(&self) -> Range<usize> {
        let last =
            self.until.filter(|&until| until >= self.to).map_or(self.from, |until| until.min(self.from));
        self.to..last + 1
    }
}

/// How often the jumps that were taken have led over a bar.
pub(super) fn passes_made(taken: &[SectionJump], bar: usize) -> u32 {
    let count = taken.iter().filter(|section_jump| section_jump.bars().contains(&bar)).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many jumps lead over each of `count` bars again.
pub(super) fn led_over(section_jumps: &[SectionJump], count: usize) -> Vec<u32> {
    // How many more stretches begin than end at each bar.
    let mut steps = alloc::vec![0_i32; count + 1];
    for bars in
        section_jumps.iter().map(SectionJump::bars).filter(|bars| !bars.is_empty() && bars.end <= count)
    {
        steps[bars.start] += 1;
        steps[bars.end] -= 1;
    }
    let mut open = 0_i32;
    let more = steps.iter().take(count).map(|step| {
        open = open.saturating_add(*step);
        open.unsigned_abs()
    });
    more.collect()
}
