//! `Keep`: shortest paths over chords that stay within the tolerance.

use alloc::vec::Vec;
use core::ops::ControlFlow;

use super::grid::Grid;
use super::hull::Hull;
use super::result::{Certificate, Point, Simplified};

/// A slope as a fraction; the denominator is positive.
#[derive(Clone, Copy)]
struct Slope {
    rise: i64,
    run: i64,
}

impl Slope {
    fn at_most(self, other: Self) -> bool {
        i128::from(self.rise) * i128::from(other.run) <= i128::from(other.rise) * i128::from(self.run)
    }
}

/// Visits the other ends of the chords of a point that stay within the tolerance, the nearest first, up to `last` to its
/// right or left, until `visit` breaks. Gives the number of visits.
///
/// The slopes at the point that pass within the tolerance of every point so far are an interval; a chord is legal if
/// its own slope is inside, and no farther chord is legal once the interval is empty.
fn chords_of(
    grid: &Grid,
    point: usize,
    last: usize,
    tolerance: i64,
    mut visit: impl FnMut(usize, bool) -> ControlFlow<()>,
) -> usize {
    let (x, t) = (grid.x[point], grid.t[point]);
    let mut cone: Option<(Slope, Slope)> = None;
    let mut visits = 0;
    let mut other = point;
    while other != last {
        let (run, rise) = if last > point {
            other += 1;
            (grid.x[other] - x, grid.t[other] - t)
        } else {
            other -= 1;
            (x - grid.x[other], t - grid.t[other])
        };
        visits += 1;
        let own = Slope { rise, run };
        let legal = cone.is_none_or(|(low, high)| low.at_most(own) && own.at_most(high));
        if visit(other, legal).is_break() {
            break;
        }
        let (mut low, mut high) =
            (Slope { rise: rise - tolerance, run }, Slope { rise: rise + tolerance, run });
        if let Some((lowest, highest)) = cone {
            if low.at_most(lowest) {
                low = lowest;
            }
            if highest.at_most(high) {
                high = highest;
            }
        }
        if !low.at_most(high) {
            break;
        }
        cone = Some((low, high));
    }
    visits
}

/// Whether the chord over everything between two points is legal. O(n), and at once if an end of it is far off.
fn is_legal(grid: &Grid, from: usize, to: usize, tolerance: i64) -> bool {
    let most = i128::from(tolerance) * i128::from(grid.x[to] - grid.x[from]);
    (from + 1..to).all(|point| grid.above(from, to, point).abs() <= most)
}

/// How many steps one way of looking for chords may take before the other is tried.
const BUDGET: usize = 4_096;

/// The points between two forced ones by the least number of points of a chain to them, the first forced one alone in front.
type Layers = Vec<Vec<usize>>;

/// The least number of points of a chain from the first point to each. `layers` is told of the layers between two forced
/// points, or of none if one chord joins the two.
fn depths(grid: &Grid, tolerance: i64, mut layers: impl FnMut(usize, usize, &[u32], Layers)) -> Vec<u32> {
    let mut depths = alloc::vec![u32::MAX; grid.len()];
    depths[0] = 1;
    for span in grid.forced.windows(2) {
        let [from, to] = *span else { continue };
        if is_legal(grid, from, to, tolerance) {
            let next = depths[from] + 1;
            depths[from + 1..=to].fill(next);
            layers(from, to, &depths, Vec::new());
            continue;
        }
        let mut found = alloc::vec![alloc::vec![from]];
        let (mut first_open, mut last_open) = (from + 1, to);
        while first_open <= last_open {
            let Some(layer) = found.last() else { break };
            let mut search = Search { grid, tolerance, depths: &mut depths, layer, fresh: Vec::new() };
            // A few chords reach far, or few points can be reached from far: whichever is less work.
            let mut budget = BUDGET;
            while !search.forwards(last_open, budget) && !search.backwards(first_open, last_open, budget) {
                budget *= 2;
            }
            let fresh = search.fresh;
            // Neighbours always have a legal chord, so that this cannot be.
            if fresh.is_empty() {
                break;
            }
            found.push(fresh);
            while first_open <= last_open && depths[first_open] < u32::MAX {
                first_open += 1;
            }
            while first_open <= last_open && depths[last_open] < u32::MAX {
                last_open -= 1;
            }
        }
        layers(from, to, &depths, found);
    }
    depths
}

/// Looks for the points that chords from a layer reach.
struct Search<'a> {
    grid: &'a Grid,
    tolerance: i64,
    depths: &'a mut [u32],
    layer: &'a [usize],
    /// The points found.
    fresh: Vec<usize>,
}

impl Search<'_> {
    fn depth(&self) -> u32 {
        self.layer.first().map_or(0, |&point| self.depths[point])
    }

    /// From the points of the layer. False if that takes more than so many steps.
    fn forwards(&mut self, last_open: usize, budget: usize) -> bool {
        let next = self.depth().saturating_add(1);
        let mut steps = 0;
        for &start in self.layer.iter().filter(|&&start| start < last_open) {
            steps += chords_of(self.grid, start, last_open, self.tolerance, |end, legal| {
                if legal && self.depths[end] == u32::MAX {
                    self.depths[end] = next;
                    self.fresh.push(end);
                }
                ControlFlow::Continue(())
            });
            if steps > budget {
                return false;
            }
        }
        true
    }

    /// From the points that are not reached yet. False if that takes more than so many steps.
    fn backwards(&mut self, first_open: usize, last_open: usize, budget: usize) -> bool {
        let depth = self.depth();
        let Some(&leftmost) = self.layer.iter().min() else { return true };
        let mut steps = 0;
        for end in first_open.max(leftmost + 1)..=last_open {
            steps += 1;
            if self.depths[end] < u32::MAX {
                continue;
            }
            let mut reached = false;
            steps += chords_of(self.grid, end, leftmost, self.tolerance, |start, legal| {
                reached = legal && self.depths[start] == depth;
                if reached { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if reached {
                self.depths[end] = depth.saturating_add(1);
                self.fresh.push(end);
            }
            if steps > budget {
                return false;
            }
        }
        true
    }
}

/// The chords between two layers of which the second is on shortest chains; all that are on one are marked.
fn between(
    grid: &Grid,
    tolerance: i64,
    depths: &[u32],
    before: &[usize],
    useful: &[usize],
    marked: &[bool],
) -> Vec<Chord> {
    let (Some(&leftmost), Some(&rightmost)) = (before.iter().min(), useful.iter().max()) else {
        return Vec::new();
    };
    let depth = before.first().map_or(0, |&point| depths[point]);
    let mut budget = BUDGET;
    loop {
        for (points, last, forwards) in [(useful, leftmost, false), (before, rightmost, true)] {
            let (mut chords, mut steps) = (Vec::new(), 0);
            let all = points.iter().filter(|&&point| if forwards { point < last } else { last < point });
            let done = all.copied().all(|point| {
                steps += chords_of(grid, point, last, tolerance, |other, legal| {
                    let (from, to) = if forwards { (point, other) } else { (other, point) };
                    if legal && depths[from] == depth && depths[to] == depth + 1 && marked[to] {
                        chords.push(Chord { from, to, error: 0.0 });
                    }
                    ControlFlow::Continue(())
                });
                steps <= budget
            });
            if done {
                return chords;
            }
        }
        budget *= 2;
    }
}

/// The least number of points within a tolerance in nanoseconds.
pub(super) fn count(grid: &Grid, tolerance: i64) -> usize {
    depths(grid, tolerance, |_, _, _, _| {}).last().map_or(0, |&depth| depth as usize)
}

/// A legal chord that a shortest chain may use.
struct Chord {
    from: usize,
    to: usize,
    error: f64,
}

/// The smallest map within a tolerance in nanoseconds, of least maximum and then least squared error.
pub(super) fn minimum(grid: &Grid, t: &[f64], tolerance: i64) -> Simplified {
    let mut chords = Vec::new();
    let mut marked = alloc::vec![false; grid.len()];
    let depths = depths(grid, tolerance, |from, to, depths, mut layers| {
        if layers.is_empty() {
            chords.push(Chord { from, to, error: 0.0 });
        }
        // From behind, so that of each layer only the points on shortest chains are gone on with.
        layers.truncate((depths[to] - depths[from]) as usize);
        let mut useful = alloc::vec![to];
        marked[to] = true;
        for before in layers.into_iter().rev() {
            let found = between(grid, tolerance, depths, &before, &useful, &marked);
            useful.clear();
            for chord in &found {
                if !core::mem::replace(&mut marked[chord.from], true) {
                    useful.push(chord.from);
                }
            }
            chords.extend(found);
        }
    });
    chords.sort_unstable_by_key(|chord| (chord.from, chord.to));
    measure(grid, &mut chords);
    // First the least maximum error of a shortest chain to each point...
    let mut worst = alloc::vec![f64::INFINITY; grid.len()];
    worst[0] = 0.0;
    for chord in &chords {
        let through = worst[chord.from].max(chord.error);
        if through < worst[chord.to] {
            worst[chord.to] = through;
        }
    }
    let bound = worst.last().copied().unwrap_or(0.0);
    // ...then, of the chords that keep to it, those of least squared error.
    let sums = Sums::new(grid);
    let mut squares = alloc::vec![f64::INFINITY; grid.len()];
    let mut before = alloc::vec![0; grid.len()];
    squares[0] = 0.0;
    for chord in chords.iter().filter(|chord| chord.error <= bound) {
        let through = squares[chord.from] + sums.squared_error(grid, chord.from, chord.to);
        if through < squares[chord.to] {
            squares[chord.to] = through;
            before[chord.to] = chord.from;
        }
    }
    let mut index = grid.len() - 1;
    let mut points = alloc::vec![Point { index, time: t[index] }];
    while index > 0 {
        index = before[index];
        points.push(Point { index, time: t[index] });
    }
    points.reverse();
    Simplified {
        points,
        max_error: bound / 1e9,
        squared_error: squares.last().copied().unwrap_or(0.0) / 1e18,
        certificate: Certificate::Depths { tolerance: tolerance.unsigned_abs(), depths },
    }
}

/// Up to this many points a chord is measured point by point, beyond it with the convex hull.
const SHORT: usize = 24;

/// Measures the largest distance of a point from each chord.
#[allow(clippy::cast_precision_loss)]
fn measure(grid: &Grid, chords: &mut [Chord]) {
    let mut hull = Hull::default();
    for chords in chords.chunk_by_mut(|a, b| a.from == b.from) {
        let Some(&Chord { from, .. }) = chords.first() else { continue };
        hull.clear();
        let mut hulled = from;
        for chord in chords {
            if chord.to - from > SHORT {
                (hulled..chord.to).for_each(|point| hull.push(grid, point));
                hulled = chord.to;
                chord.error = hull.distance(grid, from, chord.to);
            } else {
                let farthest =
                    (from + 1..chord.to).map(|point| grid.above(from, chord.to, point).abs()).max();
                chord.error = farthest.unwrap_or(0) as f64 / (grid.x[chord.to] - grid.x[from]) as f64;
            }
        }
    }
}

/// Prefix sums, exact, so that the squared error of any chord is known at once.
struct Sums {
    x: Vec<i128>,
    t: Vec<i128>,
    xx: Vec<i128>,
    xt: Vec<i128>,
    tt: Vec<i128>,
}

impl Sums {
    fn new(grid: &Grid) -> Self {
        let sums = |term: &dyn Fn(usize) -> i128| {
            let mut sum = 0;
            core::iter::once(0)
                .chain((0..grid.len()).map(|index| {
                    sum += term(index);
                    sum
                }))
                .collect()
        };
        let x = |index: usize| i128::from(grid.x[index]);
        let t = |index: usize| i128::from(grid.t[index]);
        Self {
            x: sums(&x),
            t: sums(&t),
            xx: sums(&|index| x(index) * x(index)),
            xt: sums(&|index| x(index) * t(index)),
            tt: sums(&|index| t(index) * t(index)),
        }
    }

    /// The sum of the squared distances of the points between two from their chord, in square nanoseconds.
    #[allow(clippy::cast_precision_loss)]
    fn squared_error(&self, grid: &Grid, from: usize, to: usize) -> f64 {
        let sum = |sums: &[i128]| sums[to] - sums[from + 1];
        let count = (to - from - 1) as i128;
        let (x, t) = (i128::from(grid.x[from]), i128::from(grid.t[from]));
        // Moments about the first point of the chord, whole numbers still.
        let xx = sum(&self.xx) - 2 * x * sum(&self.x) + count * x * x;
        let xt = sum(&self.xt) - x * sum(&self.t) - t * sum(&self.x) + count * x * t;
        let tt = sum(&self.tt) - 2 * t * sum(&self.t) + count * t * t;
        let slope = (grid.t[to] - grid.t[from]) as f64 / (grid.x[to] - grid.x[from]) as f64;
        (tt as f64 - slope * (2.0 * xt as f64 - slope * xx as f64)).max(0.0)
    }
}

/// The map of at most `points` points with the least maximum error, to a nanosecond.
pub(super) fn best(grid: &Grid, t: &[f64], points: usize) -> Simplified {
    // Upwards from a tight tolerance, because loose ones make every chord legal, and dear.
    let (mut low, mut high) = (0, 1_000_000);
    while count(grid, high) > points {
        (low, high) = (high + 1, high.saturating_mul(2));
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if count(grid, middle) <= points {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    minimum(grid, t, high)
}
