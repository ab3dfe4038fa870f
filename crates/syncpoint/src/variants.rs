//! Which repeats did the performer take? Ways to play a structure, ranked by how well they fit what was heard.
//!
//! A score with k repeats can be played in 2ᵏ ways or more, so they are never listed: the ways are paths through the
//! play order of a [`Policy`] in which each pass but the last of a repeat may be left out, the cost of the best
//! completion is known for every place of such a path, and [`Variants`] walks the paths best first.

mod search;

use alloc::collections::{BTreeSet, BinaryHeap};
use alloc::vec::Vec;
use core::fmt;

use search::{Base, Order, Orders, Partial};

use crate::policy::{Jumps, RepeatsAfterJump};
use crate::unroll::UnrollError;
use crate::{Playthrough, Policy, Structure};

/// What is known of a performance.
#[derive(Clone, Copy, Debug)]
pub enum Observed<'a> {
    /// The number of bars that were played, nothing more.
    Bars(usize),
    /// Bars of these durations in seconds, the first bar first. Besides their number, each is compared with the length
    /// of the written bar, at the tempo that fits best of those that make the median duration a common bar.
    Durations(&'a [f64]),
}

/// How the jumps of a variant are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JumpReading {
    /// As the policy says.
    AsWritten,
    /// With all repeats after the jump.
    WithRepeats,
    /// They are not taken.
    NotTaken,
}

/// One way to play the structure.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Variant {
    /// The order of this variant.
    pub playthrough: Playthrough,
    /// How jumps are read.
    pub jumps: JumpReading,
    /// The passes that are left out, as bars of backward repeats, once for each pass.
    pub skipped: Vec<usize>,
    /// How far it is from what was heard: the difference in the number of bars, and for durations up to half a bar
    /// more for each bar of an unlikely length.
    pub distance: f64,
}

/// Why variants cannot be ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VariantsError {
    /// The structure itself has no playthrough.
    Unroll(UnrollError),
    /// A duration is not a number above 0.
    Duration {
        /// Index of the duration in the list, from 0.
        index: usize,
    },
    /// Repeats of too many different lengths to keep track of (millions of sums).
    TooManySums,
}

impl fmt::Display for VariantsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unroll(error) => error.fmt(f),
            Self::Duration { index } => write!(f, "duration {index} is not a number of seconds above 0"),
            Self::TooManySums => f.write_str("too many repeats of too many different lengths"),
        }
    }
}

impl core::error::Error for VariantsError {}

impl From<UnrollError> for VariantsError {
    fn from(error: UnrollError) -> Self {
        Self::Unroll(error)
    }
}

/// The ways to play a structure, best first; among equally near ones those that leave out less come first. Each play
/// order comes once.
///
/// ```
/// use segno_syncpoint::variants::{Observed, Variants};
/// # use segno_syncpoint::{Fraction, Policy, RepeatEnd, Structure, WrittenBar};
/// # let mut structure = Structure::default();
/// # for bar in 0..8 { structure.bars.push(WrittenBar::new(bar.to_string(), Fraction::new(4, 4).unwrap())); }
/// # structure.bars[3].repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
/// // Eight written bars with a repeat of the first four; eight bars were heard.
/// let mut variants = Variants::new(&structure, &Policy::CLASSICAL, Observed::Bars(8))?;
/// let best = variants.next().unwrap();
/// assert_eq!((best.playthrough.len(), best.skipped), (8, vec![3]));
/// # Ok::<(), segno_syncpoint::variants::VariantsError>(())
/// ```
#[derive(Debug)]
pub struct Variants {
    bases: Vec<(JumpReading, Base)>,
    open: BinaryHeap<Partial>,
    orders: Orders,
    /// Where paths went on from. Different ones may play the same bars, and are many where repeats overlap.
    walked: BTreeSet<(usize, usize, Order, Option<usize>)>,
    given: BTreeSet<Order>,
}

impl Variants {
    /// Prepares the ranking. O(r s) for r repeats of s different sums of lengths, times the bars of a repeat if
    /// durations are given; each variant then costs O(its bars + r log r), and more where passes that
    /// may be left out overlap.
    ///
    /// # Errors
    ///
    /// See [`VariantsError`].
    pub fn new(
        structure: &Structure,
        policy: &Policy,
        observed: Observed<'_>,
    ) -> Result<Self, VariantsError> {
        if let Observed::Durations(durations) = observed
            && let Some(index) = durations.iter().position(|&seconds| !(seconds > 0.0 && seconds.is_finite()))
        {
            return Err(VariantsError::Duration { index });
        }
        let mut bases: Vec<(JumpReading, Base)> = Vec::new();
        for (reading, policy) in [
            (JumpReading::AsWritten, *policy),
            (JumpReading::WithRepeats, Policy { repeats_after_jump: RepeatsAfterJump::On, ..*policy }),
            (JumpReading::NotTaken, Policy { jumps: Jumps::Ignore, ..*policy }),
        ] {
            let playthrough = match structure.unroll(&policy) {
                Ok(playthrough) => playthrough,
                Err(error) if bases.is_empty() => return Err(error.into()),
                Err(_) => continue,
            };
            if bases.iter().all(|(_, base)| !base.playthrough.order().eq(playthrough.order())) {
                bases.push((reading, Base::new(structure, playthrough, observed)?));
            }
        }
        let open = bases
            .iter()
            .enumerate()
            .filter_map(|(place, (reading, base))| {
                base.begin(place, u32::from(*reading != JumpReading::AsWritten))
            })
            .collect();
        let (orders, walked, given) = Default::default();
        Ok(Self { bases, open, orders, walked, given })
    }
}

impl Iterator for Variants {
    type Item = Variant;

    fn next(&mut self) -> Option<Variant> {
        while let Some(partial) = self.open.pop() {
            let (reading, base) = self.bases.get(partial.base)?;
            if !base.is_complete(&partial) {
                if self.walked.insert(partial.place(base)) {
                    self.open.extend(base.continued(&partial, &mut self.orders));
                }
                continue;
            }
            if self.given.insert(partial.order) {
                let (playthrough, skipped) = base.playthrough_without(&partial);
                return Some(Variant { playthrough, jumps: *reading, skipped, distance: partial.distance() });
            }
        }
        None
    }
}
