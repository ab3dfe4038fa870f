//! Simplification against exhaustive search in whole numbers.

use segno_syncpoint::simplify::{
    Certificate, Mode, Rules, Simplified, SimplifyError, best, minimum, minimum_count,
};

use crate::random::Random;
use crate::rivals::{douglas_peucker, greedy};

/// A map in whole microseconds at whole positions.
struct Map {
    x: Vec<i128>,
    t: Vec<i128>,
    forced: Vec<usize>,
}

impl Map {
    fn random(random: &mut Random) -> Self {
        let points = 1 + random.below(10) as usize;
        let (even, rough) = (random.below(3) != 0, 1 + random.below(40));
        let mut map = Self { x: vec![0], t: vec![i128::from(random.below(50))], forced: Vec::new() };
        for index in 1..points {
            let step = if even { 1 } else { 1 + i128::from(random.below(4)) };
            map.x.push(map.x[index - 1] + step);
            map.t.push(map.t[index - 1] + step * 20 + i128::from(random.below(rough)));
        }
        if random.below(4) == 0 {
            map.forced.push(random.below(points as u64) as usize);
        }
        map
    }

    #[allow(clippy::cast_precision_loss)]
    fn slices(&self) -> (Vec<f64>, Vec<f64>) {
        (self.x.iter().map(|&x| x as f64).collect(), self.t.iter().map(|&t| t as f64 / 1e6).collect())
    }

    /// The distance of point `k` from the chord, times `x[j] - x[i]`.
    fn distance(&self, i: usize, j: usize, k: usize) -> i128 {
        let (dx, dt) = (self.x[j] - self.x[i], self.t[j] - self.t[i]);
        ((self.t[k] - self.t[i]) * dx - dt * (self.x[k] - self.x[i])).abs()
    }

    fn legal(&self, i: usize, j: usize, tolerance: i128) -> bool {
        (i + 1..j).all(|k| {
            self.distance(i, j, k) <= tolerance * (self.x[j] - self.x[i]) && !self.forced.contains(&k)
        })
    }

    /// Largest and summed squared distance in microseconds of all points from the chain.
    #[allow(clippy::cast_precision_loss)]
    fn errors(&self, chain: &[usize]) -> (f64, f64) {
        let (mut worst, mut squares) = (0.0_f64, 0.0);
        for pair in chain.windows(2) {
            for k in pair[0] + 1..pair[1] {
                let error =
                    self.distance(pair[0], pair[1], k) as f64 / (self.x[pair[1]] - self.x[pair[0]]) as f64;
                worst = worst.max(error);
                squares += error * error;
            }
        }
        (worst, squares)
    }

    /// The best chain by trying every subset: fewest points, then least maximum, then least squared error.
    fn exhaustive(&self, tolerance: i128) -> (usize, f64, f64) {
        let last = self.x.len() - 1;
        let inner = last.saturating_sub(1);
        let mut found = (usize::MAX, f64::INFINITY, f64::INFINITY);
        for subset in 0..1_u32 << inner {
            let size = subset.count_ones() as usize + 2;
            if size > found.0 {
                continue;
            }
            let mut chain = vec![0];
            chain.extend((0..inner).filter(|bit| subset >> bit & 1 == 1).map(|bit| bit + 1));
            if last > 0 {
                chain.push(last);
            }
            if chain.windows(2).all(|pair| self.legal(pair[0], pair[1], tolerance)) {
                let (worst, squares) = self.errors(&chain);
                let better = (chain.len(), worst, squares);
                if better.0 < found.0
                    || (worst < found.1 - 1e-9)
                    || (worst < found.1 + 1e-9 && squares < found.2)
                {
                    found = better;
                }
            }
        }
        found
    }

    /// Checks the lower bound by trying every chord.
    fn verify(&self, found: &Simplified) {
        let Certificate::Depths { tolerance, depths } = &found.certificate else { panic!("no depths") };
        let tolerance = i128::from(*tolerance) / 1_000;
        assert_eq!(depths.first(), Some(&1));
        assert_eq!(depths.last().map(|&depth| depth as usize), Some(found.points.len()));
        for i in 0..self.x.len() {
            for j in i + 1..self.x.len() {
                assert!(depths[j] <= depths[i] + 1 || !self.legal(i, j, tolerance), "chord {i} to {j}");
            }
        }
    }
}

#[test]
fn as_small_and_as_near_as_exhaustive_search() {
    let mut random = Random::new(1);
    for round in 0..100_000 {
        let map = Map::random(&mut random);
        let tolerance = i128::from(random.below(30));
        let (x, t) = map.slices();
        let rules = Rules { forced: &map.forced, ..Rules::KEEP };
        #[allow(clippy::cast_precision_loss)]
        let seconds = tolerance as f64 / 1e6;
        let found = minimum(&x, &t, seconds, &rules).unwrap();
        let (count, worst, squares) = map.exhaustive(tolerance);
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6 * (1.0 + b);
        assert_eq!(found.points.len(), count, "map {round}: {t:?} within {tolerance} us");
        assert!(near(found.max_error * 1e6, worst), "map {round}: {} us, not {worst}", found.max_error * 1e6);
        assert!(near(found.squared_error * 1e12, squares), "map {round}: {found:?}, not {squares}");
        assert_eq!(minimum_count(&x, &t, seconds, &map.forced), Ok(count));
        if round % 10 == 0 {
            map.verify(&found);
            let chain: Vec<usize> = found.points.iter().map(|point| point.index).collect();
            let (worst, _) = map.errors(&chain);
            assert!(near(found.max_error * 1e6, worst), "the error told is the error made");
        }
    }
}

#[test]
fn the_best_map_of_so_many_points_is_found() {
    let mut random = Random::new(2);
    for round in 0..2_000 {
        let map = Map::random(&mut random);
        let (x, t) = map.slices();
        let last = x.len() - 1;
        let points = (2 + random.below(4) as usize).min(x.len());
        let found = best(&x, &t, points, &Rules::KEEP).unwrap();
        // Exhaustive: the least error of any chain of at most so many points.
        let mut least = f64::INFINITY;
        for subset in 0..1_u32 << last.saturating_sub(1) {
            let mut chain = vec![0];
            chain.extend((1..last).filter(|bit| subset >> (bit - 1) & 1 == 1));
            if last > 0 {
                chain.push(last);
            }
            if chain.len() <= points {
                least = least.min(map.errors(&chain).0);
            }
        }
        assert!(found.points.len() <= points);
        assert!(
            (found.max_error * 1e6 - least).abs() < 2e-3,
            "map {round}: {} us, not {least}",
            found.max_error * 1e6
        );
    }
}

#[test]
fn greedy_and_douglas_peucker_are_beaten() {
    let (x, t) = ([0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 3.0, 4.0, 8.0, 9.0]);
    let found = minimum(&x, &t, 1.0, &Rules::KEEP).unwrap();
    let kept: Vec<usize> = found.points.iter().map(|point| point.index).collect();
    assert_eq!(kept, [0, 1, 4]);
    assert_eq!(greedy(&x, &t, 1.0).len(), 4);
    let mut random = Random::new(3);
    let (mut ours, mut split) = (0, 0);
    for _ in 0..1_000 {
        let map = Map::random(&mut random);
        let (x, t) = map.slices();
        let count = minimum_count(&x, &t, 10e-6, &[]).unwrap();
        assert!(count <= greedy(&x, &t, 10.000_001e-6).len());
        let usual = douglas_peucker(&x, &t, 10.000_001e-6).len();
        assert!(count <= usual);
        ours += count;
        split += usual;
    }
    assert!(ours < split, "{ours} points against {split}");
}

#[test]
fn a_metronome_needs_two_points_however_long() {
    let x: Vec<f64> = (0..50_000).map(f64::from).collect();
    let t: Vec<f64> = x.iter().map(|x| 0.5 * x).collect();
    let found = minimum(&x, &t, 0.0, &Rules::KEEP).unwrap();
    assert_eq!((found.points.len(), found.max_error), (2, 0.0));
    let forced = minimum(&x, &t, 0.0, &Rules { forced: &[7, 30_000], ..Rules::KEEP }).unwrap();
    assert_eq!(forced.points.iter().map(|point| point.index).collect::<Vec<_>>(), [0, 7, 30_000, 49_999]);
}

#[test]
fn what_cannot_be_simplified_is_told() {
    let error = |x: &[f64], t: &[f64], tolerance| minimum(x, t, tolerance, &Rules::KEEP).unwrap_err();
    assert_eq!(error(&[], &[], 0.1), SimplifyError::Empty);
    assert_eq!(error(&[0.0], &[], 0.1), SimplifyError::LengthsDiffer);
    assert_eq!(error(&[0.0, 1.0], &[0.0, f64::NAN], 0.1), SimplifyError::OutOfRange { index: 1 });
    assert_eq!(error(&[0.0, 1.0], &[0.0, 1e7], 0.1), SimplifyError::OutOfRange { index: 1 });
    assert_eq!(error(&[0.0, 1.0, 1.0], &[0.0, 1.0, 2.0], 0.1), SimplifyError::NotIncreasing { index: 2 });
    assert_eq!(error(&[0.0, 1.0, 2.0], &[0.0, 2.0, 1.0], 0.1), SimplifyError::NotIncreasing { index: 2 });
    for tolerance in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(error(&[0.0], &[0.0], tolerance), SimplifyError::Tolerance);
    }
    let forced = Rules { mode: Mode::Move, forced: &[2] };
    assert_eq!(
        minimum(&[0.0, 1.0], &[0.0, 1.0], 0.1, &forced).unwrap_err(),
        SimplifyError::Forced { index: 2 }
    );
    let three = Rules { forced: &[1], ..Rules::KEEP };
    assert_eq!(
        best(&[0.0, 1.0, 2.0], &[0.0, 1.0, 2.0], 2, &three).unwrap_err(),
        SimplifyError::TooFew { least: 3 }
    );
}

#[test]
fn fractions_of_a_bar_are_exact() {
    // Beats at thirds of a bar (160/480) on an even tempo: nothing between first and last is needed at tolerance 0.
    let x: Vec<f64> =
        (0..300).map(|beat| f64::from(beat / 3) + f64::from(beat % 3) * 160.0 / 480.0).collect();
    let t: Vec<f64> = (0..300).map(|beat| f64::from(beat) * 0.4).collect();
    assert_eq!(minimum_count(&x, &t, 0.0, &[]), Ok(2));
}

/// Whether some times within the tolerance make a chain over `kept`, decided by eliminating the times one by one from
/// the inequalities (Fourier-Motzkin) in exact fractions; nothing is shared with the search.
mod elimination {
    /// `a * y + b * z <= c` over the time `y` of one chain point and `z` of the next.
    #[derive(Clone, Copy)]
    struct Bound {
        a: i128,
        b: i128,
        c: i128,
    }

    fn gcd(a: i128, b: i128) -> i128 {
        if b == 0 { a.abs() } else { gcd(b, a % b) }
    }

    /// `tolerance` and `t` in one whole unit.
    pub(crate) fn feasible(x: &[i128], t: &[i128], kept: &[usize], tolerance: i128) -> bool {
        // What is known of the current time alone: `p * y <= q`.
        let own = |index: usize| vec![(1, t[index] + tolerance), (-1, tolerance - t[index])];
        let mut known: Vec<(i128, i128)> = own(kept[0]);
        for pair in kept.windows(2) {
            let (i, j) = (pair[0], pair[1]);
            let run = x[j] - x[i];
            // Time grows; the tests allow equality, which the search misses by a microsecond a unit at most.
            let mut bounds = vec![Bound { a: 1, b: -1, c: 0 }];
            for k in i + 1..j {
                let (a, b) = (x[j] - x[k], x[k] - x[i]);
                bounds.push(Bound { a, b, c: (t[k] + tolerance) * run });
                bounds.push(Bound { a: -a, b: -b, c: (tolerance - t[k]) * run });
            }
            bounds.extend(known.iter().map(|&(p, q)| Bound { a: p, b: 0, c: q }));
            let mut next = own(j);
            for up in bounds.iter().filter(|bound| bound.a > 0) {
                for down in bounds.iter().filter(|bound| bound.a < 0) {
                    let (p, q) = (up.b * -down.a + down.b * up.a, up.c * -down.a + down.c * up.a);
                    if p == 0 {
                        if q < 0 {
                            return false;
                        }
                        continue;
                    }
                    let divisor = gcd(p, q).max(1);
                    next.push((p / divisor, q / divisor));
                }
            }
            // Only the tightest two matter.
            let tightest = |sign: i128| {
                let side = next.iter().copied().filter(move |&(p, _)| p.signum() == sign);
                side.reduce(|a, b| if a.1 * b.0.abs() <= b.1 * a.0.abs() { a } else { b })
            };
            known = [tightest(1), tightest(-1)].into_iter().flatten().collect();
            if let [(p, q), (r, s)] = *known.as_slice()
                && q * -r < -s * p
            {
                return false;
            }
        }
        true
    }
}

#[test]
fn moved_points_are_as_few_as_elimination_allows() {
    let mut random = Random::new(4);
    let (mut fewer, mut borderline) = (0, 0);
    for round in 0..20_000 {
        let mut map = Map::random(&mut random);
        map.x.truncate(8);
        map.t.truncate(8);
        map.forced.retain(|&index| index < map.x.len());
        // Milliseconds, so that a microsecond of least slope cannot matter.
        map.t.iter_mut().for_each(|t| *t *= 1_000);
        let tolerance = 1_000 * i128::from(1 + random.below(30));
        let (x, t) = map.slices();
        let last = x.len() - 1;
        #[allow(clippy::cast_precision_loss)]
        let seconds = tolerance as f64 / 1e6;
        let found = minimum(&x, &t, seconds, &Rules { mode: Mode::Move, forced: &map.forced }).unwrap();
        let least = |tolerance: i128| {
            let subsets = (0..1_u32 << last.saturating_sub(1)).filter_map(|subset| {
                let mut kept = vec![0];
                kept.extend((1..last).filter(|bit| subset >> (bit - 1) & 1 == 1));
                if last > 0 {
                    kept.push(last);
                }
                let forced = map.forced.iter().all(|index| kept.contains(index));
                (forced && elimination::feasible(&map.x, &map.t, &kept, tolerance)).then_some(kept.len())
            });
            subsets.min().unwrap()
        };
        let count = least(tolerance);
        if found.points.len() != count {
            // Only where a microsecond less of tolerance changes the result.
            assert_eq!(found.points.len(), least(tolerance - 1), "map {round}: {t:?} within {seconds}");
            borderline += 1;
        }
        assert!(found.max_error <= seconds + 1e-12, "map {round}: {} beyond {seconds}", found.max_error);
        assert!(
            found.points.windows(2).all(|pair| pair[0].time < pair[1].time && pair[0].index < pair[1].index)
        );
        let kept = minimum_count(&x, &t, seconds, &map.forced).unwrap();
        assert!(found.points.len() <= kept);
        fewer += usize::from(found.points.len() < kept);
    }
    assert!(fewer > 1_000, "moving points helps in {fewer} maps");
    assert!(borderline < 2_000, "{borderline} borderline maps");
}

#[test]
fn the_best_map_of_moved_points_is_never_worse() {
    let mut random = Random::new(5);
    for _ in 0..300 {
        let map = Map::random(&mut random);
        let (x, t) = map.slices();
        for points in 2..=x.len() {
            let kept = best(&x, &t, points, &Rules::KEEP).unwrap();
            let moved = best(&x, &t, points, &Rules::MOVE).unwrap();
            assert!(moved.points.len() <= points);
            assert!(
                moved.max_error <= kept.max_error + 2e-6,
                "{} against {}",
                moved.max_error,
                kept.max_error
            );
        }
    }
}

/// Shoots random lines out of the windows: they must arrive in windows.
#[test]
fn the_windows_of_moved_points_are_closed() {
    let mut random = Random::new(6);
    let mut arrivals = 0;
    for round in 0..3_000 {
        let map = Map::random(&mut random);
        let (x, t) = map.slices();
        let tolerance = 1e-6 * f64::from(1 + u32::try_from(random.below(30)).unwrap());
        let found = minimum(&x, &t, tolerance, &Rules { mode: Mode::Move, forced: &map.forced }).unwrap();
        let Certificate::Windows { tolerance: told, windows } = &found.certificate else {
            panic!("no windows")
        };
        assert!((told - tolerance).abs() < 1e-12);
        assert!(
            (windows[0].from - t[0] + tolerance).abs() < 1e-9
                && (windows[0].to - t[0] - tolerance).abs() < 1e-9
        );
        assert_eq!((windows[0].points, windows[0].index), (1, 0));
        let count = u32::try_from(found.points.len()).unwrap();
        let last = x.len() - 1;
        let least = windows.iter().filter(|window| window.index == last).map(|window| window.points).min();
        assert_eq!(least, Some(count), "map {round}");
        let mut part = || f64::from(u32::try_from(random.below(1_001)).unwrap()) / 1_000.0;
        for window in windows.iter().filter(|window| window.points < count && window.index < last) {
            let from = window.index;
            for _ in 0..10 {
                let time = window.from + part() * (window.to - window.from);
                let run = x[from + 1] - x[from];
                let slope = (t[from + 1] - tolerance + 2.0 * tolerance * part() - time) / run;
                if slope < 2e-6 {
                    continue;
                }
                for to in from + 1..=last {
                    let arrives = time + slope * (x[to] - x[from]);
                    if (arrives - t[to]).abs() > tolerance - 1e-9 {
                        break;
                    }
                    let early = windows.iter().any(|other| {
                        let near = other.from - 1e-9 <= arrives && arrives <= other.to + 1e-9;
                        other.index == to && near && other.points <= window.points + 1
                    });
                    assert!(early, "map {round}: {t:?} from {window:?} to {to} at {arrives}");
                    arrivals += 1;
                    if map.forced.contains(&to) {
                        break;
                    }
                }
            }
        }
    }
    assert!(arrivals > 50_000, "{arrivals} arrivals");
}

/// The errors of all given points from a chain of points.
fn errors(x: &[f64], t: &[f64], chain: &[(usize, f64)]) -> Vec<f64> {
    let at = |index: usize| {
        let right = chain.iter().position(|point| point.0 >= index).unwrap().max(1);
        let ((from, start), (to, end)) = (chain[right - 1], chain[right]);
        start + (x[index] - x[from]) / (x[to] - x[from]) * (end - start)
    };
    (0..x.len()).map(|index| at(index) - t[index]).collect()
}

/// No moved point can go up or down so that the squares of the errors grow less and none of them exceeds the largest.
#[test]
fn no_moved_point_alone_could_lie_better() {
    let mut random = Random::new(8);
    let mut inside = 0;
    for round in 0..200 {
        let count = 5 + usize::try_from(random.below(12)).unwrap();
        let mut noise = || f64::from(u32::try_from(random.below(2_001)).unwrap()) / 10_000.0 - 0.1;
        let (mut x, mut t) = (vec![0.0], vec![10.0 + noise()]);
        for index in 1..count {
            x.push(x[index - 1] + 1.0 + 2.0 * noise());
            t.push(10.0 + 2.0 * x[index] + noise());
        }
        let middle = count / 2;
        for forced in [vec![], vec![middle]] {
            let found = minimum(&x, &t, 5.0, &Rules { mode: Mode::Move, forced: &forced }).unwrap();
            let chain: Vec<(usize, f64)> =
                found.points.iter().map(|point| (point.index, point.time)).collect();
            let kept: Vec<usize> = chain.iter().map(|point| point.0).collect();
            let expected: Vec<usize> =
                if forced.is_empty() { vec![0, count - 1] } else { vec![0, middle, count - 1] };
            assert_eq!(kept, expected, "round {round}");
            let largest = |errors: &[f64]| errors.iter().fold(0.0_f64, |worst, error| worst.max(error.abs()));
            let squares = |errors: &[f64]| errors.iter().map(|error| error * error).sum::<f64>();
            let own = errors(&x, &t, &chain);
            assert!((largest(&own) - found.max_error).abs() < 1e-9, "round {round}");
            for place in 0..chain.len() {
                for step in [-1e-3, 1e-3] {
                    let mut other = chain.clone();
                    other[place].1 += step;
                    let other = errors(&x, &t, &other);
                    if largest(&other) <= found.max_error {
                        inside += 1;
                        assert!(squares(&other) > squares(&own) - 1e-6, "round {round}: {chain:?}");
                    }
                }
            }
        }
    }
    assert!(inside > 100, "{inside} steps within the bound");
}
