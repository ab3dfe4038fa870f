//! `Keep`: shortest paths over chords that stay within the tolerance.

use alloc::vec::Vec;

use super::grid::Grid;
use super::hull::Hull;
use super::{Certificate, Point, Simplified};

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

/// Visits the ends of the chords from `from` that stay within the tolerance, up to `last`.
///
/// The slopes from `from` that pass within the tolerance of every point so far are an interval; a chord is legal if
/// its own slope is inside, and no farther chord is legal once the interval is empty.
fn legal_chords(grid: &Grid, from: usize, last: usize, tolerance: i64, mut visit: impl FnMut(usize, bool)) {
    let (x, t) = (grid.x[from], grid.t[from]);
    let mut cone: Option<(Slope, Slope)> = None;
    for to in from + 1..=last {
        let (run, rise) = (grid.x[to] - x, grid.t[to] - t);
        let own = Slope { rise, run };
        let legal = cone.is_none_or(|(low, high)| low.at_most(own) && own.at_most(high));
        visit(to, legal);
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
            return;
        }
        cone = Some((low, high));
    }
}

/// Whether the chord over everything between two points is legal. O(n), and at once if an end of it is far off.
fn is_legal(grid: &Grid, from: usize, to: usize, tolerance: i64) -> bool {
    let most = i128::from(tolerance) * i128::from(grid.x[to] - grid.x[from]);
    (from + 1..to).all(|point| grid.above(from, to, point).abs() <= most)
}

/// The least number of points of a chain from the first point to each. `tight` is told of every legal chord along which
/// that number may grow by one, by start.
fn depths(grid: &Grid, tolerance: i64, mut tight: impl FnMut(usize, usize)) -> Vec<u32> {
    let mut depths = alloc::vec![u32::MAX; grid.len()];
    depths[0] = 1;
    for span in grid.forced.windows(2) {
        let [from, to] = *span else { continue };
        let first = depths[from];
        if is_legal(grid, from, to, tolerance) {
            depths[from + 1..=to].fill(first + 1);
            tight(from, to);
            continue;
        }
        for start in from..to {
            let next = depths[start].saturating_add(1);
            legal_chords(grid, start, to, tolerance, |end, legal| {
                if legal && next <= depths[end] {
                    depths[end] = next;
                    tight(start, end);
                }
            });
        }
    }
    depths
}

/// The least number of points within a tolerance in nanoseconds.
pub(super) fn count(grid: &Grid, tolerance: i64) -> usize {
    depths(grid, tolerance, |_, _| {}).last().map_or(0, |&depth| depth as usize)
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
    let depths = depths(grid, tolerance, |from, to| chords.push(Chord { from, to, error: 0.0 }));
    keep_shortest(&mut chords, &depths);
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

/// Drops the chords that are on no shortest chain to the last point.
fn keep_shortest(chords: &mut Vec<Chord>, depths: &[u32]) {
    let mut useful = alloc::vec![false; depths.len()];
    if let Some(last) = useful.last_mut() {
        *last = true;
    }
    // Chords are sorted by start, so from behind all that follows a point is known before the point.
    chords.reverse();
    chords.retain(|chord| {
        let keeps = useful[chord.to] && depths[chord.to] == depths[chord.from] + 1;
        useful[chord.from] |= keeps;
        keeps
    });
    chords.reverse();
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
        if to - from < 2 {
            return 0.0;
        }
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
