//! What becomes of places in the music when the score is edited.

use alloc::vec::Vec;

use super::Playthrough;

/// Where places went when the score was edited; every place is in one of the three lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemappedBars {
    /// Played bars that stay where they are.
    pub kept: Vec<usize>,
    /// Played bars that move: from, to.
    pub moved: Vec<(usize, usize)>,
    /// Played bars that have no place any more.
    pub unmapped: Vec<UnmappedBar>,
}

/// A place that is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnmappedBar {
    /// The played bar before the edit.
    pub played: usize,
    /// What keeps it from having a place in the new order.
    pub reason: UnmappedReason,
}

/// Why a place is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnmappedReason {
    /// It lay beyond the end before the edit.
    BeyondEnd,
    /// The written bar is gone.
    BarGone,
    /// The written bar is no longer played so often.
    PassGone,
    /// Bars are played in another order now, and keeping this place would make time run backwards.
    OutOfOrder,
}

impl RemappedBars {
    /// The new played bar of an old one, if it is not lost. O(log n).
    #[must_use]
    pub fn new_bar(&self, played: usize) -> Option<usize> {
        if self.kept.binary_search(&played).is_ok() {
            return Some(played);
        }
        let place = self.moved.binary_search_by_key(&played, |&(from, _)| from).ok()?;
        self.moved.get(place).map(|&(_, to)| to)
    }
}

impl Playthrough {
    /// Carries places in this playthrough over to `new`, the playthrough of the edited score.
    ///
    /// A place is known by its written bar and pass. `written` tells where a written bar of the old score stands in
    /// the new one, `None` if it was deleted. The end of the piece (played bar [`len`](Self::len)) becomes the new end.
    /// Where the new order would make places cross, as many as possible are kept. `places` are played bars in any
    /// order; doubles count once. O(n log n).
    #[must_use]
    pub fn remap(
        &self,
        new: &Self,
        places: impl IntoIterator<Item = usize>,
        mut written: impl FnMut(usize) -> Option<usize>,
    ) -> RemappedBars {
        let mut places: Vec<usize> = places.into_iter().collect();
        places.sort_unstable();
        places.dedup();
        let mut remapped = RemappedBars::default();
        let mut found: Vec<(usize, usize)> = Vec::new();
        for played in places {
            let place = match self.bars.get(played) {
                None if played == self.len() => Ok(new.len()),
                None => Err(UnmappedReason::BeyondEnd),
                Some(bar) => written(bar.written)
                    .ok_or(UnmappedReason::BarGone)
                    .and_then(|written| new.played(written, bar.pass).ok_or(UnmappedReason::PassGone)),
            };
            match place {
                Ok(to) => found.push((played, to)),
                Err(reason) => remapped.unmapped.push(UnmappedBar { played, reason }),
            }
        }
        let in_order = longest_increasing(&found);
        for (&(played, to), keep) in found.iter().zip(in_order) {
            if !keep {
                remapped.unmapped.push(UnmappedBar { played, reason: UnmappedReason::OutOfOrder });
            } else if played == to {
                remapped.kept.push(played);
            } else {
                remapped.moved.push((played, to));
            }
        }
        remapped.unmapped.sort_unstable_by_key(|bar| bar.played);
        remapped
    }
}

/// Which pairs to keep so that the second numbers increase strictly and as many as possible stay.
fn longest_increasing(pairs: &[(usize, usize)]) -> Vec<bool> {
    // tails[k]: the pair with the smallest end of an increasing run of k + 1 pairs.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, &(_, to)) in pairs.iter().enumerate() {
        let place = tails.partition_point(|&tail| pairs[tail].1 < to);
        before.push(place.checked_sub(1).map(|shorter| tails[shorter]));
        match tails.get_mut(place) {
            Some(tail) => *tail = index,
            None => tails.push(index),
        }
    }
    let mut keep = alloc::vec![false; pairs.len()];
    let mut next = tails.last().copied();
    while let Some(index) = next {
        keep[index] = true;
        next = before[index];
    }
    keep
}
