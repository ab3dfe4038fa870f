//! How long each written bar is and how it is counted.

use alloc::vec::Vec;

use crate::Fraction;

mod played;

pub use played::{BeatPlace, GridError, PlayedGrid};

/// Lengths and metres of the written bars, index for index those of a [`Structure`](crate::Structure).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarGrid {
    /// The bars, first to last.
    pub bars: Vec<GridBar>,
}

/// Length and metre of one written bar.
#[derive(Clone, Debug, PartialEq)]
pub struct GridBar {
    /// The length that the metre promises.
    pub nominal: Fraction,
    /// The length of what the bar really holds.
    pub actual: Fraction,
    /// How the bar is counted.
    pub metre: Metre,
    /// The bar is not counted in the printed numbering.
    pub implicit: bool,
}

/// A time signature: one part for `6/8`, several for `3/8 + 2/4`, none for senza misura.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Metre {
    /// The parts, in the order in which they are counted.
    pub parts: Vec<MetrePart>,
}

/// One `beats / unit` of a time signature.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MetrePart {
    /// The upper number as its groups: `[6]` for 6, `[3, 2]` for 3+2.
    pub groups: Vec<u32>,
    /// The lower number: 4 for quarters, 8 for eighths.
    pub unit: u32,
}

impl Metre {
    /// The plain metre `beats / unit`.
    #[must_use]
    pub fn simple(beats: u32, unit: u32) -> Self {
        Self { parts: alloc::vec![MetrePart { groups: alloc::vec![beats], unit }] }
    }

    /// The lengths of the beats in quarters, as musicians count them: 4/4 has four quarters, 6/8, 9/8 and 12/8 two, three
    /// and four dotted quarters (as in the ASAP data set), 3+2/8 a dotted quarter and a quarter. Senza misura and
    /// parts without a length have none. Cost: O(beats).
    #[must_use]
    pub fn beats(&self) -> Vec<f64> {
        let mut beats = Vec::new();
        for part in self.parts.iter().filter(|part| part.unit > 0) {
            let unit = 4.0 / f64::from(part.unit);
            match part.groups[..] {
                [count] if count > 3 && count % 3 == 0 => {
                    beats.extend(core::iter::repeat_n(3.0 * unit, within(count / 3)));
                }
                [count] => beats.extend(core::iter::repeat_n(unit, within(count))),
                ref groups => {
                    beats.extend(
                        groups.iter().filter(|group| **group > 0).map(|group| f64::from(*group) * unit),
                    );
                }
            }
        }
        beats
    }
}

/// No metre has more beats than this; numbers from files may.
fn within(count: u32) -> usize {
    count.min(1024) as usize
}

impl BarGrid {
    /// Bars without pickups or splits, all in the same metre.
    #[must_use]
    pub fn uniform(bars: usize, beats: u32, unit: u32) -> Option<Self> {
        let length = Fraction::new(beats, unit)?;
        let metre = Metre::simple(beats, unit);
        let bar = GridBar { nominal: length, actual: length, metre, implicit: false };
        Some(Self { bars: alloc::vec![bar; bars] })
    }
}
