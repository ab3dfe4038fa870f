//! How long each written bar is and how it is counted.

use alloc::vec::Vec;

use crate::Fraction;

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
}
