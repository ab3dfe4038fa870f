//! Simplification of maps of many points, against a plain dynamic program over all chords in whole nanoseconds.

use segno_syncpoint::simplify::{Rules, best, minimum, minimum_count};

use crate::random::Random;

/// Whole positions and whole nanoseconds, with the error of every chord.
struct Map {
    x: Vec<i128>,
    t: Vec<i128>,
    forced: Vec<usize>,
    /// By first and last point: the largest distance of a point between them, times the length of the chord, and the sum of
    /// the squared distances.
    chords: Vec<Vec<(i128, f64)>>,
}

impl Map {
    /// `pieces` stretches of a steady tempo each, with a little noise.
    fn random(random: &mut Random, points: usize, pieces: usize, noise: u64) -> Self {
        let (mut x, mut t) = (vec![0_i128], vec![1_000_000_i128]);
        let mut tempo = 1_000 + i128::from(random.below(1_000));
        for index in 1..points {
            if index % points.div_ceil(pieces) == 0 {
                tempo = 1_000 + i128::from(random.below(1_000));
            }
            let step = 1 + i128::from(random.below(3));
            x.push(x[index - 1] + step);
            t.push(t[index - 1] + 1_000 * (step * tempo + i128::from(random.below(noise))));
        }
        let forced = (0..random.below(3)).map(|_| random.below(points as u64) as usize).collect();
        let mut map = Self { x, t, forced, chords: Vec::new() };
        map.chords = (0..points).map(|i| (0..points).map(|j| map.chord(i, j)).collect()).collect();
        map
    }

    #[allow(clippy::cast_precision_loss)]
    fn chord(&self, i: usize, j: usize) -> (i128, f64) {
        let (mut worst, mut squares) = (0, 0.0);
        for k in i + 1..j {
            let (dx, dt) = (self.x[j] - self.x[i], self.t[j] - self.t[i]);
            let area = ((self.t[k] - self.t[i]) * dx - dt * (self.x[k] - self.x[i])).abs();
            worst = worst.max(area);
            let error = area as f64 / dx as f64;
            squares += error * error;
        }
        (worst, squares)
    }

    #[allow(clippy::cast_precision_loss)]
    fn slices(&self) -> (Vec<f64>, Vec<f64>) {
        (self.x.iter().map(|&x| x as f64).collect(), self.t.iter().map(|&t| t as f64 / 1e9).collect())
    }

    fn passes_forced(&self, i: usize, j: usize) -> bool {
        self.forced.iter().any(|&forced| i < forced && forced < j)
    }

    #[allow(clippy::cast_precision_loss)]
    fn error(&self, i: usize, j: usize) -> f64 {
        self.chords[i][j].0 as f64 / (self.x[j] - self.x[i]) as f64
    }

    fn legal(&self, i: usize, j: usize, tolerance: i128) -> bool {
        self.chords[i][j].0 <= tolerance * (self.x[j] - self.x[i]) && !self.passes_forced(i, j)
    }

    /// The fewest points, of those maps the least largest error, of those the least sum of squares.
    fn least(&self, tolerance: i128) -> (usize, f64, f64) {
        let last = self.x.len() - 1;
        let mut found = vec![(usize::MAX, f64::INFINITY); self.x.len()];
        found[0] = (1, 0.0);
        for j in 1..=last {
            for i in (0..j).filter(|&i| self.legal(i, j, tolerance)) {
                let through = (found[i].0 + 1, found[i].1.max(self.error(i, j)));
                if through < found[j] {
                    found[j] = through;
                }
            }
        }
        let (count, bound) = found[last];
        let mut squares = vec![(usize::MAX, f64::INFINITY); self.x.len()];
        squares[0] = (1, 0.0);
        for j in 1..=last {
            for i in (0..j).filter(|&i| self.legal(i, j, tolerance) && self.error(i, j) <= bound) {
                let through = (squares[i].0.saturating_add(1), squares[i].1 + self.chords[i][j].1);
                if through < squares[j] {
                    squares[j] = through;
                }
            }
        }
        (count, bound, squares[last].1)
    }

    /// The least largest error of a chain of at most so many points.
    fn best(&self, points: usize) -> f64 {
        let count = self.x.len();
        let mut found = vec![f64::INFINITY; count];
        found[0] = 0.0;
        for _ in 1..points {
            let before = found.clone();
            for (j, least) in found.iter_mut().enumerate() {
                for i in (0..j).filter(|&i| !self.passes_forced(i, j)) {
                    *least = least.min(before[i].max(self.error(i, j)));
                }
            }
        }
        found[count - 1]
    }

    #[allow(clippy::cast_precision_loss)]
    fn check(&self, tolerance: i128) -> usize {
        self.check_on(tolerance, 1.0, 0.0)
    }

    /// The unit in which positions are given, and where they begin, change nothing.
    #[allow(clippy::cast_precision_loss)]
    fn check_on(&self, tolerance: i128, unit: f64, start: f64) -> usize {
        let (mut x, t) = self.slices();
        x.iter_mut().for_each(|x| *x = *x * unit + start);
        let seconds = tolerance as f64 / 1e9;
        let found = minimum(&x, &t, seconds, &Rules { forced: &self.forced, ..Rules::KEEP }).unwrap();
        let kept: Vec<usize> = found.points.iter().map(|point| point.index).collect();
        let (count, worst, squares) = self.least(tolerance);
        assert_eq!(kept.len(), count, "{t:?} within {seconds}");
        assert!(
            (found.max_error * 1e9 - worst).abs() < 1e-3,
            "{} instead of {worst} ns",
            found.max_error * 1e9
        );
        // The errors that are told are those of the points that are told, and no others are smaller.
        let own: f64 = kept.windows(2).map(|pair| self.chords[pair[0]][pair[1]].1).sum();
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (1e6 + b);
        assert!(near(own, squares), "{own} instead of {squares}");
        assert!(
            near(found.squared_error * 1e18, squares),
            "{} instead of {squares}",
            found.squared_error * 1e18
        );
        assert_eq!(minimum_count(&x, &t, seconds, &self.forced), Ok(count));
        count
    }
}

#[test]
fn fewest_points_of_long_chords() {
    let mut random = Random::new(21);
    let mut counts = std::collections::BTreeSet::new();
    for _ in 0..150 {
        let (points, pieces) = (26 + random.below(50) as usize, 1 + random.below(4) as usize);
        let noise = 1 + random.below(300);
        let map = Map::random(&mut random, points, pieces, noise);
        for tolerance in [0, 50_000, 150_000, 400_000] {
            counts.insert(map.check(tolerance));
        }
        // Positions on a grid of 480 parts of a bar, finer, and on none.
        for (unit, start) in
            [(1.0 / 480.0, -3.25), (1.0 / 960.0, 0.0), (0.5, -20.0), (1.0 / 7.0, -1.0), (0.1, 1e3)]
        {
            map.check_on(150_000, unit, start);
        }
    }
    assert!(counts.len() > 10, "{counts:?}");
}

/// So many chords from so many points that they are looked for from behind as well.
#[test]
fn fewest_points_where_chords_are_many() {
    let mut random = Random::new(22);
    for pieces in [2, 3, 4, 6] {
        for noise in [1, 100, 500] {
            Map::random(&mut random, 320, pieces, noise).check(200_000);
        }
    }
}

#[test]
fn the_best_map_of_so_many_of_many_points() {
    let mut random = Random::new(23);
    for _ in 0..40 {
        let mut map = Map::random(&mut random, 45, 4, 200);
        map.forced.clear();
        let (x, t) = map.slices();
        for points in [2, 3, 5, 8, 20] {
            let found = best(&x, &t, points, &Rules::KEEP).unwrap();
            assert!(found.points.len() <= points);
            let least = map.best(points);
            assert!(
                (found.max_error * 1e9 - least).abs() <= 1.0,
                "{} instead of {least}",
                found.max_error * 1e9
            );
        }
    }
}
