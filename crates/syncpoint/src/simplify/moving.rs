//! `Move`: which times can be reached with how many points, position by position.
//!
//! From a window of times at one position, the lines that stay within the tolerance reach a window at each later
//! position until none is left. Windows of one point more are made from all windows of k points, and those
//! that bring no new time are dropped. The first layer that reaches the last position has the least number of points.

use alloc::vec::Vec;
use core::ops::Range;

use super::chords;
use super::grid::Grid;
use super::result::{Certificate, Point, Simplified};
use super::window::{Cover, Lines, Window};

/// The least that time grows in a position unit, in seconds.
const LEAST_SLOPE: f64 = 1e-6;
/// Within this many seconds of the least maximum error the search for it stops.
const ENOUGH: f64 = 1e-6;
/// Kept in reserve for rounding, in seconds.
const RESERVE: f64 = 1e-11;

struct Search<'a> {
    x: &'a [f64],
    t: &'a [f64],
    next_forced: Vec<usize>,
    least_slope: f64,
}

/// All windows that were found, in layers of equal numbers of points.
#[derive(Default)]
struct Windows {
    all: Vec<Window>,
    /// For each window the pieces that it is made of, as a range of `pieces`.
    made_of: Vec<Range<usize>>,
    pieces: Vec<Piece>,
}

/// The part of a window that one earlier window reaches.
#[derive(Clone, Copy)]
struct Piece {
    index: usize,
    from: f64,
    to: f64,
    parent: usize,
}

impl Windows {
    /// Makes windows of the pieces that were added last; pieces that overlap become one window.
    fn make(&mut self, points: u32, first_piece: usize) {
        let Some(pieces) = self.pieces.get_mut(first_piece..) else { return };
        pieces.sort_unstable_by(|a, b| a.index.cmp(&b.index).then(a.from.total_cmp(&b.from)));
        for (place, piece) in pieces.iter().enumerate() {
            let place = first_piece + place;
            match (self.all.last_mut(), self.made_of.last_mut()) {
                (Some(window), Some(made_of))
                    if window.points == points && window.index == piece.index && piece.from <= window.to =>
                {
                    window.to = window.to.max(piece.to);
                    made_of.end = place + 1;
                }
                _ => {
                    self.all.push(Window { points, index: piece.index, from: piece.from, to: piece.to });
                    self.made_of.push(place..place + 1);
                }
            }
        }
    }

    /// The window from which a time in this window is reached.
    fn parent(&self, window: usize, time: f64) -> Option<usize> {
        let pieces = self.pieces.get(self.made_of.get(window)?.clone())?;
        let off = |piece: &Piece| (piece.from - time).max(time - piece.to).max(0.0);
        let nearest = pieces.iter().min_by(|a, b| off(a).total_cmp(&off(b)))?;
        Some(nearest.parent)
    }
}

pub(super) fn minimum(grid: &Grid, x: &[f64], t: &[f64], tolerance: i64) -> Simplified {
    let search = Search::new(grid, x, t);
    #[allow(clippy::cast_precision_loss)]
    let tolerance = tolerance as f64 / 1e9;
    // The kept points are a solution, so there is one of at most so many.
    let kept = chords::count(grid, super::grid::nanoseconds(tolerance).unwrap_or(0));
    let windows = search.windows(tolerance, kept);
    match search.chain(&windows, tolerance) {
        Some(chain) => search.refine(chain, windows, tolerance),
        None => chords::minimum(grid, t, super::grid::nanoseconds(tolerance).unwrap_or(0)),
    }
}

pub(super) fn best(grid: &Grid, x: &[f64], t: &[f64], points: usize) -> Simplified {
    let search = Search::new(grid, x, t);
    let kept = chords::best(grid, t, points);
    let (mut low, mut high) = (0.0, kept.max_error);
    while high - low > ENOUGH {
        let middle = f64::midpoint(low, high);
        if search.chain(&search.windows(middle, points), middle).is_some() {
            high = middle;
        } else {
            low = middle;
        }
    }
    // The kept points themselves may be the best: then there is no chain within less.
    let windows = search.windows(high, points);
    match search.chain(&windows, high) {
        Some(chain) => search.refine(chain, windows, high),
        None => kept,
    }
}

impl<'a> Search<'a> {
    fn new(grid: &Grid, x: &'a [f64], t: &'a [f64]) -> Self {
        let slopes = x.windows(2).zip(t.windows(2)).map(|(x, t)| (t[1] - t[0]) / (x[1] - x[0]));
        let least = slopes.fold(f64::INFINITY, f64::min);
        Self { x, t, next_forced: grid.next_forced(), least_slope: LEAST_SLOPE.min(least / 2.0) }
    }

    fn last(&self) -> usize {
        self.x.len() - 1
    }

    /// All windows of up to `most` points, layer by layer, until the last position is reached.
    fn windows(&self, tolerance: f64, most: usize) -> Windows {
        let within = (tolerance - RESERVE).max(0.0);
        let mut covers = alloc::vec![Cover::default(); self.x.len()];
        let mut lines = Lines::default();
        let mut windows = Windows::default();
        windows.all.push(Window { points: 1, index: 0, from: self.t[0] - within, to: self.t[0] + within });
        windows.made_of.push(0..0);
        let mut layer = 0..1;
        for points in 2..=u32::try_from(most).unwrap_or(u32::MAX) {
            // The windows of a layer are sorted by position.
            if layer.is_empty() || windows.all.last().is_some_and(|window| window.index == self.last()) {
                break;
            }
            let first_piece = windows.pieces.len();
            // Late windows first: they reach widest, and cover what others would bring.
            for parent in layer.clone().rev() {
                let Some(&window) = windows.all.get(parent) else { continue };
                self.reach(&mut lines, &window, within, |index, from, to| {
                    if covers[index].add(from, to) {
                        windows.pieces.push(Piece { index, from, to, parent });
                    }
                });
            }
            windows.make(points, first_piece);
            layer = layer.end..windows.all.len();
        }
        windows
    }

    /// The windows that lines from a window reach.
    fn reach(&self, lines: &mut Lines, window: &Window, within: f64, mut visit: impl FnMut(usize, f64, f64)) {
        let start = window.index;
        let (x, t) = (self.x[start], self.t[start]);
        let stop = self.next_forced[start];
        if start == stop {
            return;
        }
        let steep = (self.t[start + 1] + within - window.from) / (self.x[start + 1] - x);
        lines.begin(window.from - t, window.to - t, self.least_slope, steep);
        for index in start + 1..=stop {
            let rise = self.t[index] - t;
            let Some((from, to)) = lines.pass(self.x[index] - x, rise - within, rise + within) else {
                return;
            };
            visit(index, from + t, to + t);
        }
    }

    /// A chain of points through the windows, from the last position back; `None` if that was not reached.
    fn chain(&self, windows: &Windows, tolerance: f64) -> Option<Vec<Point>> {
        let within = (tolerance - RESERVE).max(0.0);
        let (mut place, goal) = windows.all.iter().enumerate().next_back()?;
        if goal.index != self.last() {
            return None;
        }
        let time = self.t[goal.index].clamp(goal.from, goal.to.max(goal.from));
        let mut chain = alloc::vec![Point { index: goal.index, time }];
        while let Some(end) = chain.last().copied()
            && let Some(parent) = windows.parent(place, end.time)
            && let Some(&start) = windows.all.get(parent)
        {
            // Slopes of lines back from the end that stay near everything and arrive in the window before.
            let run = self.x[end.index] - self.x[start.index];
            let mut flat = self.least_slope.max((end.time - start.to) / run);
            let mut steep = flat.max((end.time - start.from) / run);
            for index in start.index + 1..end.index {
                let run = self.x[end.index] - self.x[index];
                let low = (end.time - self.t[index] - within) / run;
                let high = (end.time - self.t[index] + within) / run;
                // Where rounding leaves no slope for all, the far point counts: what the slope is off by is little at the near one.
                (flat, steep) = (low.clamp(flat, steep), high.clamp(flat, steep));
            }
            let wanted = (end.time - self.t[start.index]) / run;
            let slope = wanted.clamp(flat, steep);
            chain.push(Point { index: start.index, time: end.time - slope * run });
            place = parent;
        }
        chain.reverse();
        Some(chain)
    }

    /// Lowers the maximum error as far as the number of points allows, then the squared error.
    fn refine(&self, chain: Vec<Point>, windows: Windows, tolerance: f64) -> Simplified {
        let points = chain.len();
        let mut best = chain;
        let (mut low, mut high) = (0.0, self.max_error(&best).min(tolerance));
        while high - low > ENOUGH {
            let middle = f64::midpoint(low, high);
            match self.chain(&self.windows(middle, points), middle) {
                Some(chain) => {
                    high = middle.min(self.max_error(&chain));
                    best = chain;
                }
                None => low = middle,
            }
        }
        let bound = self.max_error(&best);
        self.descend(&mut best, bound);
        Simplified {
            max_error: self.max_error(&best),
            squared_error: self.errors(&best).map(|error| error * error).sum(),
            points: best,
            certificate: Certificate::Windows { tolerance, windows: windows.all },
        }
    }

    /// How far the chain runs above each given point, in seconds.
    fn errors<'b>(&'b self, chain: &'b [Point]) -> impl Iterator<Item = f64> + 'b {
        let inner = chain.windows(2).flat_map(move |pair| {
            let (a, b) = (pair[0], pair[1]);
            (a.index..b.index).map(move |index| {
                let part = (self.x[index] - self.x[a.index]) / (self.x[b.index] - self.x[a.index]);
                a.time + part * (b.time - a.time) - self.t[index]
            })
        });
        inner.chain(chain.last().map(|end| end.time - self.t[end.index]))
    }

    fn max_error(&self, chain: &[Point]) -> f64 {
        self.errors(chain).fold(0.0, |worst, error| worst.max(error.abs()))
    }

    /// Moves one point after the other to where the squared error is least, without leaving the bound.
    fn descend(&self, chain: &mut [Point], bound: f64) {
        for _ in 0..16 {
            let mut moved = 0.0_f64;
            for place in 0..chain.len() {
                let step = self.best_step(chain, place, bound);
                chain[place].time += step;
                moved = moved.max(step.abs());
            }
            if moved < 1e-7 {
                return;
            }
        }
    }

    fn best_step(&self, chain: &[Point], place: usize, bound: f64) -> f64 {
        let here = chain[place];
        let own = here.time - self.t[here.index];
        let (mut pull, mut weight) = (own, 1.0);
        let (mut low, mut high) = (-bound - own, bound - own);
        let sides = [place.checked_sub(1), Some(place + 1)];
        for other in sides.into_iter().flatten().filter_map(|side| chain.get(side)) {
            let run = self.x[here.index] - self.x[other.index];
            let between = if other.index < here.index {
                other.index + 1..here.index
            } else {
                here.index + 1..other.index
            };
            for index in between {
                let part = (self.x[index] - self.x[other.index]) / run;
                let error = other.time + part * (here.time - other.time) - self.t[index];
                pull += part * error;
                weight += part * part;
                low = low.max((-bound - error) / part);
                high = high.min((bound - error) / part);
            }
            let limit = other.time + self.least_slope * run - here.time;
            if run > 0.0 {
                low = low.max(limit);
            } else {
                high = high.min(limit);
            }
        }
        if low <= high { (-pull / weight).clamp(low, high) } else { 0.0 }
    }
}
