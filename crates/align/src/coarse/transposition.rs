//! Whether the recording sounds higher or lower than the score is written.

use crate::signal::bank::BANDS;
use crate::template::{Row, products};

use super::plan::Plan;
use super::sound::Sound;

/// Semitones to each side that are tried.
const MOST: i32 = 12;
/// How much nearer another transposition must be than none, or recordings of few chords would be moved.
const CLEARLY: f32 = 0.03;
/// Frames that are compared.
const HEARD: usize = 64;
const WRITTEN: usize = 256;

/// Semitones by which the recording sounds higher: where frames of the recording are nearest to any frame of the score.
pub(super) fn find(sound: &Sound, plan: &Plan) -> i32 {
    let heard: Vec<usize> = (0..sound.len()).filter(|frame| !sound.quiet[*frame]).collect();
    let written: Vec<&Row> = plan
        .rows
        .iter()
        .zip(&plan.audible)
        .filter(|(_, audible)| **audible > 0.2)
        .map(|(row, _)| row)
        .collect();
    if heard.is_empty() || written.is_empty() {
        return 0;
    }
    let heard = thinned(&heard, HEARD);
    let written = thinned(&written, WRITTEN);
    let distance = |by: i32| {
        let mut sum = 0.0;
        for four in heard.chunks(4) {
            let rows: [Row; 4] = std::array::from_fn(|n| {
                four.get(n)
                    .and_then(|frame| sound.rows.get(*frame))
                    .map_or([0.0; BANDS], |row| moved(row, -by))
            });
            let rows: [&Row; 4] = std::array::from_fn(|n| &rows[n]);
            let mut nearest = [0.0_f32; 4];
            for template in &written {
                for (nearest, product) in nearest.iter_mut().zip(products(template, &rows)) {
                    *nearest = nearest.max(product);
                }
            }
            sum += nearest.iter().take(four.len()).sum::<f32>();
        }
        1.0 - sum / heard.len() as f32
    };
    let none = distance(0);
    let mut best = (none - CLEARLY, 0);
    for by in (1..=MOST).flat_map(|by| [by, -by]) {
        let distance = distance(by);
        if distance < best.0 {
            best = (distance, by);
        }
    }
    best.1
}

/// At most so many members, evenly chosen.
fn thinned<T: Copy>(items: &[T], most: usize) -> Vec<T> {
    let count = items.len().min(most);
    (0..count).filter_map(|n| items.get(n * items.len() / count).copied()).collect()
}

/// A frame moved up by so many semitones.
fn moved(row: &Row, by: i32) -> Row {
    std::array::from_fn(|band| {
        usize::try_from(band as i32 - by).ok().and_then(|from| row.get(from)).copied().unwrap_or(0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::add;

    #[test]
    fn moving_transposes() {
        let (mut low, mut high) = ([0.0; BANDS], [0.0; BANDS]);
        add(&mut low, 50, 1.0);
        add(&mut high, 53, 1.0);
        assert_eq!(moved(&low, 3), high);
        assert_eq!(moved(&high, -3), low);
    }
}
