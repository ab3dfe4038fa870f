//! Paths through a play order that leave out passes of repeats.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Observed, VariantsError};
use crate::{Fraction, Playthrough, Step, Structure};

/// The most pairs of a place and a number of bars that are kept.
const MAX_STATES: usize = 2_000_000;
/// What a bar of an unlikely length costs at most, in bars.
const MAX_MISFIT: f64 = 0.5;
/// The most tempos that are tried.
const MAX_TEMPOS: usize = 8;

/// How badly a path fits: first the misfit in bars, then how much it leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cost {
    misfit: f64,
    skips: u32,
}

impl Cost {
    fn plus(self, other: Self) -> Self {
        Self { misfit: self.misfit + other.misfit, skips: self.skips.saturating_add(other.skips) }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.misfit.total_cmp(&other.misfit).then(self.skips.cmp(&other.skips))
    }
}

/// A pass that may be left out: the played bars `from..to`.
#[derive(Clone, Copy, Debug)]
struct Pass {
    from: usize,
    to: usize,
    /// The bar of the backward repeat.
    end: usize,
    /// The same bars were played just before, in the pass that ends where this one begins. Of such passes the first
    /// ones are left out, because it makes no difference which.
    twin: bool,
}

/// For each number of bars played before a node, the least cost from there to the end.
type Rest = BTreeMap<usize, Cost>;

/// A play order in which passes may be left out.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) playthrough: Playthrough,
    /// The places where a path may branch, ascending, with first and last.
    nodes: Vec<usize>,
    /// By node: the passes that begin there, with the node where they end.
    passes: Vec<Vec<(Pass, usize)>>,
    /// By node: for each number of bars played before, the least cost from there to the end.
    rest: Vec<Rest>,
    fit: Fit,
}

/// How well bars fit what was heard, at one tempo.
#[derive(Debug, Default)]
struct Fit {
    bars: usize,
    /// The durations; empty if only the number of bars is known.
    heard: Vec<f64>,
    /// What the durations of the played bars should be.
    written: Vec<f64>,
}

/// A path that is not complete yet. Paths with the least sum of cost and least cost to come are walked first.
#[derive(Clone, Debug)]
pub(super) struct Partial {
    pub(super) base: usize,
    node: usize,
    played: usize,
    cost: Cost,
    /// Cost so far and to come.
    total: Cost,
    left_out: Vec<Pass>,
    /// The bars played before the node.
    pub(super) order: Order,
}

impl Partial {
    pub(super) fn distance(&self) -> f64 {
        self.total.misfit
    }

    /// What decides how it can go on. Of two paths that are alike in it the one that is walked first is not the worse one.
    pub(super) fn place(&self, base: &Base) -> (usize, usize, Order, Option<usize>) {
        let here = base.nodes.get(self.node).copied();
        let left_out = self.left_out.last().filter(|pass| Some(pass.to) == here).map(|pass| pass.end);
        (self.base, self.node, self.order, left_out)
    }
}

/// Bars one after the other: equal for equal bars.
pub(super) type Order = usize;

/// The orders that paths begin with, each as the one before its last bar and that bar. The empty one is 0.
#[derive(Debug, Default)]
pub(super) struct Orders(BTreeMap<(Order, usize), Order>);

impl Orders {
    fn with(&mut self, order: Order, bars: impl Iterator<Item = usize>) -> Order {
        bars.fold(order, |order, bar| {
            let next = self.0.len() + 1;
            *self.0.entry((order, bar)).or_insert(next)
        })
    }
}

impl PartialEq for Partial {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Partial {}

impl PartialOrd for Partial {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Partial {
    /// Greatest is best, as the heap wants it; of equally good paths the one that is farther.
    fn cmp(&self, other: &Self) -> Ordering {
        other.total.order(&self.total).then(self.node.cmp(&other.node)).then(other.base.cmp(&self.base))
    }
}

impl Base {
    pub(super) fn new(
        structure: &Structure,
        playthrough: Playthrough,
        observed: Observed<'_>,
    ) -> Result<Self, VariantsError> {
        let found = passes(&playthrough);
        let mut nodes: Vec<usize> = found.iter().flat_map(|pass| [pass.from, pass.to]).collect();
        nodes.extend([0, playthrough.len()]);
        nodes.sort_unstable();
        nodes.dedup();
        let mut passes = alloc::vec![Vec::new(); nodes.len()];
        for pass in found {
            let node = |place: usize| nodes.partition_point(|&node| node < place);
            passes[node(pass.from)].push((pass, node(pass.to)));
        }
        let mut base = Self { playthrough, nodes, passes, rest: Vec::new(), fit: Fit::default() };
        let mut best: Option<(Cost, Vec<Rest>, Fit)> = None;
        for fit in Fit::tempos(structure, &base.playthrough, observed) {
            base.fit = fit;
            base.weigh()?;
            let cost = base.rest.first().and_then(|rest| rest.get(&0)).copied().unwrap_or_default();
            if best.as_ref().is_none_or(|(least, ..)| cost.order(least) == Ordering::Less) {
                best = Some((cost, core::mem::take(&mut base.rest), core::mem::take(&mut base.fit)));
            }
        }
        if let Some((_, rest, fit)) = best {
            (base.rest, base.fit) = (rest, fit);
        }
        Ok(base)
    }

    /// Finds the least cost to the end from every place that a path can come to.
    fn weigh(&mut self) -> Result<(), VariantsError> {
        let mut rest: Vec<Rest> = alloc::vec![Rest::new(); self.nodes.len()];
        if let Some(first) = rest.first_mut() {
            first.insert(0, Cost::default());
        }
        let mut states = 0;
        for node in 0..self.nodes.len() {
            let played: Vec<usize> = rest[node].keys().copied().collect();
            states += played.len();
            if states > MAX_STATES {
                return Err(VariantsError::TooManySums);
            }
            for &played in &played {
                for (next, played, _, _) in self.steps(node, played) {
                    rest[next].insert(played, Cost::default());
                }
            }
        }
        for node in (0..self.nodes.len()).rev() {
            let played: Vec<usize> = rest[node].keys().copied().collect();
            for played in played {
                let complete = node + 1 == self.nodes.len();
                let best = if complete {
                    Some(self.fit.end(played))
                } else {
                    let costs = self.steps(node, played).filter_map(|(next, played, cost, _)| {
                        rest.get(next).and_then(|next| next.get(&played)).map(|rest| cost.plus(*rest))
                    });
                    costs.min_by(Cost::order)
                };
                if let (Some(best), Some(slot)) = (best, rest[node].get_mut(&played)) {
                    *slot = best;
                }
            }
        }
        self.rest = rest;
        Ok(())
    }

    /// Where a path can go from a node: the next node, the bars played by then, the cost, what is left out.
    fn steps(&self, node: usize, played: usize) -> impl Iterator<Item = (usize, usize, Cost, Option<Pass>)> {
        let on = (node + 1 < self.nodes.len()).then(|| {
            let (from, to) = (self.nodes[node], self.nodes[node + 1]);
            let misfit = (from..to).map(|bar| self.fit.bar(bar, played + bar - from)).sum();
            (node + 1, played + to - from, Cost { misfit, skips: 0 }, None)
        });
        let skips = self.passes[node]
            .iter()
            .map(move |&(pass, next)| (next, played, Cost { misfit: 0.0, skips: 1 }, Some(pass)));
        on.into_iter().chain(skips)
    }

    /// The path that has not begun.
    pub(super) fn begin(&self, base: usize, skips: u32) -> Option<Partial> {
        let cost = Cost { misfit: 0.0, skips };
        let rest = self.rest.first()?.get(&0)?;
        Some(Partial {
            base,
            node: 0,
            played: 0,
            cost,
            total: cost.plus(*rest),
            left_out: Vec::new(),
            order: 0,
        })
    }

    pub(super) fn is_complete(&self, path: &Partial) -> bool {
        path.node + 1 == self.nodes.len()
    }

    /// The path one step farther, in every way.
    pub(super) fn continued(&self, path: &Partial, orders: &mut Orders) -> Vec<Partial> {
        let steps = self.steps(path.node, path.played).filter_map(|(node, played, cost, pass)| {
            let before = path.left_out.last().map(|before| (before.to, before.end));
            if pass.is_some_and(|pass| pass.twin && before != Some((pass.from, pass.end))) {
                return None;
            }
            let rest = self.rest.get(node)?.get(&played)?;
            let cost = path.cost.plus(cost);
            let mut left_out = path.left_out.clone();
            left_out.extend(pass);
            let walked = if pass.is_none() { self.nodes[path.node]..self.nodes[node] } else { 0..0 };
            let bars = self.playthrough.bars().get(walked).unwrap_or_default();
            let order = orders.with(path.order, bars.iter().map(|bar| bar.written));
            Some(Partial { base: path.base, node, played, cost, total: cost.plus(*rest), left_out, order })
        });
        steps.collect()
    }

    /// The playthrough of a complete path, and the repeats whose passes it leaves out.
    pub(super) fn playthrough_without(&self, path: &Partial) -> (Playthrough, Vec<usize>) {
        let bars = self.playthrough.bars();
        let mut played = Vec::new();
        let mut next = 0;
        // The step that leads to the first bar that is left out leads to the first one after.
        let mut step: Option<Step> = None;
        let mut keep = |range: core::ops::Range<usize>, step: &mut Option<Step>| {
            for bar in bars.get(range).unwrap_or_default() {
                played.push((bar.written, step.take().unwrap_or(bar.step), bar.ending));
            }
        };
        for pass in &path.left_out {
            keep(next..pass.from, &mut step);
            step = step.or_else(|| bars.get(pass.from).map(|bar| bar.step));
            next = pass.to;
        }
        keep(next..bars.len(), &mut step);
        let diagnostics = self.playthrough.diagnostics().to_vec();
        let skipped = path.left_out.iter().map(|pass| pass.end).collect();
        (Playthrough::new(self.playthrough.written_len(), played.into_iter(), diagnostics), skipped)
    }
}

/// The passes of repeats that may be left out: from the last time the music came to the start of the passage to where
/// the repeat goes back to it.
fn passes(playthrough: &Playthrough) -> Vec<Pass> {
    let mut last_at: BTreeMap<usize, usize> = BTreeMap::new();
    let mut found: Vec<Pass> = Vec::new();
    // By place and backward repeat: the pass that ends there.
    let mut by_end: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let bars = playthrough.bars();
    let same = |a: &Pass, from: usize, to: usize| match (bars.get(a.from..a.to), bars.get(from..to)) {
        (Some(a), Some(b)) => a.iter().map(|bar| bar.written).eq(b.iter().map(|bar| bar.written)),
        _ => false,
    };
    for (index, bar) in bars.iter().enumerate() {
        if let Step::Repeat { end } = bar.step
            && let Some(&from) = last_at.get(&bar.written)
        {
            let before = by_end.get(&(from, end)).and_then(|&before: &usize| found.get(before));
            let twin = before.is_some_and(|before| same(before, from, index));
            by_end.insert((index, end), found.len());
            found.push(Pass { from, to: index, end, twin });
        }
        last_at.insert(bar.written, index);
    }
    found
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(1.0)
}

impl Fit {
    /// The tempo is not known: it may make the median duration a bar of any of the lengths that occur most.
    fn tempos(structure: &Structure, playthrough: &Playthrough, observed: Observed<'_>) -> Vec<Self> {
        let durations = match observed {
            Observed::Bars(bars) => return alloc::vec![Self { bars, ..Self::default() }],
            Observed::Durations(durations) => durations,
        };
        let mut common: BTreeMap<Fraction, usize> = BTreeMap::new();
        for bar in playthrough.order().filter_map(|written| structure.bars.get(written)) {
            *common.entry(bar.length()).or_default() += 1;
        }
        let mut common: Vec<(usize, Fraction)> = common
            .into_iter()
            .filter(|(length, _)| !length.is_zero())
            .map(|(length, bars)| (bars, length))
            .collect();
        common.sort_unstable_by(|a, b| b.cmp(a));
        common.truncate(MAX_TEMPOS);
        if common.is_empty() {
            return alloc::vec![Self { bars: durations.len(), ..Self::default() }];
        }
        let median = median(durations.to_vec());
        let lengths: Vec<f64> = playthrough
            .order()
            .map(|written| structure.bars.get(written).map_or(0.0, |bar| bar.length().quarters()).max(1e-3))
            .collect();
        let tempos = common.iter().map(|(_, length)| median / length.quarters());
        tempos
            .map(|seconds| Self {
                bars: durations.len(),
                heard: durations.to_vec(),
                written: lengths.iter().map(|quarters| quarters * seconds).collect(),
            })
            .collect()
    }

    /// What it costs that the played bar is the heard one.
    fn bar(&self, bar: usize, heard: usize) -> f64 {
        match (self.written.get(bar), self.heard.get(heard)) {
            // Half as long or twice as long is as unlikely as can be.
            (Some(&written), Some(&heard)) => {
                let ratio = if heard > written { heard / written } else { written / heard };
                (MAX_MISFIT * (ratio - 1.0)).min(MAX_MISFIT)
            }
            _ => 0.0,
        }
    }

    /// What it costs that the path ends after so many bars.
    #[allow(clippy::cast_precision_loss)]
    fn end(&self, played: usize) -> Cost {
        Cost { misfit: played.abs_diff(self.bars) as f64, skips: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, MAX_MISFIT, median};

    /// A bar costs nothing if it lasts as long as written, and as much as can be from half or twice as long on.
    #[test]
    fn what_a_bar_costs() {
        let fit =
            Fit { bars: 1, heard: [3.0].to_vec(), written: [2.0, 3.0, 4.0, 1.5, 6.0, 1.0, 30.0].to_vec() };
        for (bar, share) in [(0, 0.5), (1, 0.0), (2, 1.0 / 3.0), (3, 1.0), (4, 1.0), (5, 1.0), (6, 1.0)] {
            assert!((fit.bar(bar, 0) - share * MAX_MISFIT).abs() < 1e-12, "{bar}");
        }
        // Without a duration there is nothing to compare.
        assert_eq!((fit.bar(7, 0), fit.bar(0, 1)), (0.0, 0.0));
        assert_eq!([0, 1, 4].map(|played| fit.end(played).misfit), [1.0, 0.0, 3.0]);
    }

    #[test]
    fn medians() {
        assert_eq!(median([9.0, 1.0, 2.0].to_vec()), 2.0);
        assert_eq!(median([4.0, 3.0, 1.0, 2.0].to_vec()), 3.0);
        assert_eq!((median([5.0].to_vec()), median([].to_vec())), (5.0, 1.0));
    }
}
