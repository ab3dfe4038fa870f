//! Which bar can follow which.

use std::collections::BTreeMap;

use segno_score::Score;
use segno_syncpoint::variants::{Observed, Variants};
use segno_syncpoint::{Policy, UnrollError};

use crate::music::Music;

/// How many ways to leave out repeats are looked at.
const WAYS: usize = 64;

/// Places at which a bar of the score is played, and how the performance may go on from one to another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    /// The written bar of each place.
    pub(crate) written: Vec<usize>,
    /// For each place those that lead to it.
    pub(crate) before: Vec<Vec<Edge>>,
    /// Where one begins by rights.
    pub(crate) first: usize,
    /// Where one may end by rights.
    pub(crate) last: Vec<bool>,
    /// Whether the performance may go from anywhere to anywhere, at a price.
    pub(crate) free: bool,
}

/// A way from one place to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) price: f32,
    /// Whether the score pauses on the way.
    pub(crate) pauses: bool,
}

/// The price of going on to the next bar on the page where the score says otherwise, and of what only other readings of the
/// signs lead to.
const UNUSUAL: f32 = 0.06;

impl Graph {
    /// Every way to play the score that some reading of its signs gives.
    pub(crate) fn of_score(score: &Score, music: &Music, policy: &Policy) -> Result<Self, UnrollError> {
        let bars = score.structure.bars.len();
        let usual: Vec<usize> = score.structure.unroll(policy)?.order().collect();
        let mut edges: BTreeMap<(usize, usize), f32> = BTreeMap::new();
        let mut last = vec![false; bars];
        let mut add = |order: &[usize], price: f32| {
            for pair in order.windows(2) {
                if let &[from, to] = pair {
                    edges.entry((from, to)).or_insert(price);
                }
            }
            if let Some(last) = order.last().and_then(|bar| last.get_mut(*bar)) {
                *last = true;
            }
        };
        add(&usual, 0.0);
        for policy in [Policy::MAXIMAL_PATH, Policy::MINIMAL_PATH] {
            if let Ok(play) = score.structure.unroll(&policy) {
                add(&play.order().collect::<Vec<_>>(), UNUSUAL);
            }
        }
        if let Ok(ways) = Variants::new(&score.structure, policy, Observed::Bars(usual.len())) {
            for way in ways.take(WAYS) {
                add(&way.playthrough.order().collect::<Vec<_>>(), UNUSUAL);
            }
        }
        let edge = |from: usize, to: usize, price: f32| {
            let pauses = music.pauses_between(from, to);
            Edge { from, price, pauses }
        };
        let mut before = vec![Vec::new(); bars];
        for ((from, to), price) in edges {
            before[to].push(edge(from, to, price));
        }
        for (to, before) in before.iter_mut().enumerate().skip(1) {
            if before.iter().all(|known: &Edge| known.from != to - 1) {
                before.push(edge(to - 1, to, 6.0 * UNUSUAL));
            }
        }
        let first = usual.first().copied().unwrap_or(0);
        Ok(Self { written: (0..bars).collect(), before, first, last, free: true })
    }

    /// One way only.
    pub(crate) fn of_order(music: &Music, order: &[usize]) -> Self {
        let count = order.len();
        let edge = |to: usize| {
            let from = to.checked_sub(1)?;
            let pauses = music.pauses_between(*order.get(from)?, *order.get(to)?);
            Some(Edge { from, price: 0.0, pauses })
        };
        let before = (0..count).map(|place| edge(place).into_iter().collect());
        Self {
            written: order.to_vec(),
            before: before.collect(),
            first: 0,
            last: (0..count).map(|place| place + 1 == count).collect(),
            free: false,
        }
    }

    /// Whether the score leads from one place to another.
    pub(crate) fn leads(&self, from: usize, to: usize) -> bool {
        self.before.get(to).is_some_and(|before| before.iter().any(|edge| edge.from == from))
    }
}
