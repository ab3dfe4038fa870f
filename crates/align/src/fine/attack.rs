//! How late notes are heard that begin softly.
//!
//! An onset is found where a note's bands rise most steeply. With a struck string that is where the note begins; a bow or a
//! voice takes its time, and is found later. How much later shows in the shape of the rise: the mean of the rises of all notes
//! that stand out is as steep as the windows allow if they are struck, and flatter if not.

use crate::features::{Features, QUICK};
use crate::onset::Onsets;
use crate::signal::bank::{BANDS, LOWEST};

use super::Event;

/// Frames before and after an onset that are looked at.
const BEFORE: usize = 12;
const AFTER: usize = 12;
/// The strength of an onset that stands out.
const STRONG: f32 = 0.6;
/// The partials that are looked at, in semitones.
const PARTIALS: [i32; 3] = [0, 12, 19];
/// The least rise, in nepers.
const RISE: f32 = 1.0;
/// Fewer rises than these say nothing.
const ENOUGH: f64 = 40.0;

/// By how much a struck note is found late, in seconds: the windows are longer than the attack.
const STRUCK: f64 = 0.012;
/// How long the rise of a struck note takes from a tenth to a half, in seconds.
const STEEP: f64 = 0.0135;
/// How much later a note is found for each second that this takes longer. From synthesised strings, winds and voices.
const SLOWNESS: f64 = 3.0;
/// The most that is believed, in seconds.
const MOST: f64 = 0.07;

/// By how much the events are found late that were found at these frames, in seconds.
pub(super) fn lateness(features: &Features, onsets: &Onsets, events: &[Event], frames: &[usize]) -> f64 {
    let levels = features.levels(1000.0);
    let mut profile = [0.0_f64; BEFORE + AFTER + 1];
    let mut count = 0.0;
    for (event, frame) in events.iter().zip(frames) {
        let Some(begin) = frame.checked_sub(BEFORE).filter(|begin| begin + profile.len() <= features.frames)
        else {
            continue;
        };
        for (key, _) in &event.keys {
            let strongest = (frame - 3..=frame + 3).map(|frame| onsets.key(frame, *key)).fold(0.0, f32::max);
            if strongest < STRONG {
                continue;
            }
            let bands = PARTIALS.iter().filter_map(|above| usize::try_from(key + above - LOWEST as i32).ok());
            for band in bands.filter(|band| *band < BANDS) {
                let rise: [f32; BEFORE + AFTER + 1] =
                    std::array::from_fn(|n| levels[usize::from(features.quick[(begin + n) * BANDS + band])]);
                let low = rise[BEFORE - 8..BEFORE].iter().copied().fold(f32::INFINITY, f32::min);
                let high = rise[BEFORE..].iter().copied().fold(0.0, f32::max);
                if high - low < RISE {
                    continue;
                }
                for (sum, level) in profile.iter_mut().zip(rise) {
                    *sum += f64::from(((level - low) / (high - low)).clamp(0.0, 1.0));
                }
                count += 1.0;
            }
        }
    }
    if count < ENOUGH {
        return STRUCK;
    }
    let low = profile[..BEFORE].iter().copied().fold(f64::INFINITY, f64::min);
    let high = profile[BEFORE..].iter().copied().fold(0.0, f64::max);
    // The last frame before the top at which the rise has come so far.
    let crossing = |share: f64| {
        let level = low + share * (high - low);
        let before = (0..BEFORE + 7).rev().find(|n| profile[*n] <= level).unwrap_or(0);
        let (a, b) = (profile[before], profile[before + 1]);
        (before as f64 + (level - a) / (b - a).max(1e-9)) / QUICK as f64
    };
    STRUCK + (SLOWNESS * (crossing(0.5) - crossing(0.1) - STEEP)).clamp(0.0, MOST)
}
