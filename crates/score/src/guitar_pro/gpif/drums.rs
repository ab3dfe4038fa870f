//! Which key a drum note strikes.

use super::content::Note;
use super::tracks::Track;

/// The keys of Guitar Pro 6's drums in General MIDI: a row for each element, and in it one for each variation.
#[rustfmt::skip]
const KIT: &[[i32; 3]] = &[
    [35, 35, 35], // kick
    [38, 38, 37], // snare: hit, rim shot, side stick
    [56, 56, 56], // low cowbell
    [56, 56, 56], // middle cowbell
    [56, 56, 56], // high cowbell
    [43, 43, 43], // toms from very low
    [45, 45, 45],
    [47, 47, 47],
    [48, 48, 48],
    [50, 50, 50], // to very high
    [42, 46, 46], // hi-hat: closed, half open, open
    [44, 44, 44], // hi-hat by the pedal
    [57, 57, 57], // middle crash: hit, choked
    [49, 49, 49], // high crash: hit, choked
    [55, 55, 55], // splash: hit, choked
    [51, 51, 53], // ride: middle, edge, bell
    [52, 52, 52], // china: hit, choked
];

/// The key of a note of a drum track; `None` if the file does not say.
pub(super) fn key(track: &Track, note: &Note) -> Option<i32> {
    if let Some(element) = note.element {
        let variation = note.variation.unwrap_or(0);
        return KIT.get(element).and_then(|row| row.get(variation)).copied();
    }
    let articulation = note.articulation.and_then(|index| track.articulations.get(index)).copied().flatten();
    articulation.or(note.key).or(note.fret)
}
