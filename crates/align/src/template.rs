//! What notes look like in semitone bands.

use crate::signal::bank::{BANDS, LOWEST};

/// One frame of bands.
pub(crate) type Row = [f32; BANDS];

/// The partials of a note: semitones above the first, and their strength.
pub(crate) const PARTIALS: [(usize, f32); 8] =
    [(0, 1.0), (12, 0.7), (19, 0.5), (24, 0.4), (28, 0.3), (31, 0.25), (34, 0.2), (36, 0.2)];

/// Seconds in which a struck note loses most of its strength.
pub(crate) const DECAY: f64 = 1.2;

/// Adds a note of this key and strength to a frame. Keys may lie outside of the bands.
pub(crate) fn add(row: &mut Row, key: i32, strength: f32) {
    for (above, share) in PARTIALS {
        let band =
            usize::try_from(key + above as i32 - LOWEST as i32).ok().and_then(|band| row.get_mut(band));
        if let Some(band) = band {
            *band += share * strength;
        }
    }
}

/// Turns the sum of notes into what the logarithmic bands of a recording would show.
pub(crate) fn compressed(mut row: Row) -> Row {
    for band in &mut row {
        *band = (5.0 * *band).ln_1p();
    }
    row
}

/// Takes out what is spread over neighbouring bands (noise, drums) and brings the rest to length 1. Gives the length
/// that it had.
pub(crate) fn whitened(row: &Row) -> (Row, f32) {
    const REACH: usize = 4;
    let at = |index: isize| row[index.clamp(0, BANDS as isize - 1) as usize];
    let mut out = [0.0; BANDS];
    let mut sum: f32 = (-(REACH as isize)..=REACH as isize).map(at).sum();
    let mut square = 0.0;
    for (band, out) in out.iter_mut().enumerate() {
        let rest = (row[band] - sum / (2 * REACH + 1) as f32).max(0.0);
        *out = rest;
        square += rest * rest;
        sum += at((band + REACH + 1) as isize) - at(band as isize - REACH as isize);
    }
    let length = square.sqrt();
    let factor = 1.0 / length.max(1e-6);
    for band in &mut out {
        *band *= factor;
    }
    (out, length)
}

/// The length from which on a frame of a recording holds a note, given those of all frames.
pub(crate) fn audible(lengths: &[f32]) -> f32 {
    let mut sorted = lengths.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    0.15 * sorted.get(sorted.len().saturating_sub(1) * 9 / 10).copied().unwrap_or(0.0)
}

/// The product of two frames: 1 for the same whitened ones, 0 for those with no band in common.
pub(crate) fn product(a: &Row, b: &Row) -> f32 {
    let mut lanes = [0.0_f32; 4];
    for (a, b) in a.chunks_exact(4).zip(b.chunks_exact(4)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}

/// The products of a frame with several others.
pub(crate) fn products<const N: usize>(row: &Row, others: &[&Row; N]) -> [f32; N] {
    const LANES: usize = 4;
    let mut lanes = [[0.0_f32; LANES]; N];
    for at in (0..BANDS).step_by(LANES) {
        let row: &[f32; LANES] = row[at..at + LANES].try_into().unwrap_or(&[0.0; LANES]);
        for (lanes, other) in lanes.iter_mut().zip(others) {
            let other: &[f32; LANES] = other[at..at + LANES].try_into().unwrap_or(&[0.0; LANES]);
            for lane in 0..LANES {
                lanes[lane] += row[lane] * other[lane];
            }
        }
    }
    lanes.map(|lanes| (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitening_leaves_notes_and_takes_noise() {
        let mut note = [0.0; BANDS];
        add(&mut note, 60, 1.0);
        let note = compressed(note);
        let (alone, _) = whitened(&note);
        assert!((product(&alone, &alone) - 1.0).abs() < 1e-5);
        let mut noisy = note;
        for band in &mut noisy {
            *band += 1.0;
        }
        let (noisy, _) = whitened(&noisy);
        assert!(product(&alone, &noisy) > 0.999);
        let (flat, length) = whitened(&[3.0; BANDS]);
        assert!(length < 1e-4 && flat.iter().all(|band| band.is_finite()));
    }
}
