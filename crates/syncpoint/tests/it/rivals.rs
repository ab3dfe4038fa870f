//! The usual ways to thin out a line, for comparison: Douglas-Peucker and farthest-legal greedy.
//!
//! Also compiled into `xtask`.

/// The vertical distance of point `k` from the chord `i`..`j`.
fn distance(x: &[f64], t: &[f64], i: usize, j: usize, k: usize) -> f64 {
    let slope = (t[j] - t[i]) / (x[j] - x[i]);
    (t[k] - (t[i] + slope * (x[k] - x[i]))).abs()
}

/// Douglas-Peucker with vertical distances: split at the farthest point until all are near. Gives the kept indexes.
pub(crate) fn douglas_peucker(x: &[f64], t: &[f64], tolerance: f64) -> Vec<usize> {
    let mut keep = vec![false; x.len()];
    let mut open = vec![(0, x.len().saturating_sub(1))];
    while let Some((i, j)) = open.pop() {
        keep[i] = true;
        keep[j] = true;
        let far = (i + 1..j).map(|k| (distance(x, t, i, j, k), k)).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((error, k)) = far
            && error > tolerance
        {
            open.extend([(i, k), (k, j)]);
        }
    }
    (0..x.len()).filter(|&index| keep[index]).collect()
}

/// From each kept point on to the farthest one whose chord is legal. Gives the kept indexes.
pub(crate) fn greedy(x: &[f64], t: &[f64], tolerance: f64) -> Vec<usize> {
    let mut kept = vec![0];
    let mut i = 0;
    while i + 1 < x.len() {
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut farthest = i + 1;
        for j in i + 1..x.len() {
            let (run, rise) = (x[j] - x[i], t[j] - t[i]);
            if low <= rise / run && rise / run <= high {
                farthest = j;
            }
            low = low.max((rise - tolerance) / run);
            high = high.min((rise + tolerance) / run);
            if low > high {
                break;
            }
        }
        i = farthest;
        kept.push(i);
    }
    kept
}
