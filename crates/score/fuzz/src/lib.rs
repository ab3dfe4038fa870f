//! What holds of every score that a reader gives.

use segno_score::{Limits, Options, Score};

/// Small limits, so that a run stays in memory; with the notes.
pub fn options() -> Options {
    let mut limits = Limits::default();
    (limits.bytes, limits.token, limits.bars, limits.elements) = (1 << 20, 1 << 14, 5_000, 100_000);
    Options::new().with_onsets().with_limits(limits)
}

/// Lists that fit together, times that are numbers, and an order of playing that can be mapped.
pub fn holds(score: &Score) {
    let bars = score.grid.bars.len();
    assert_eq!(score.structure.bars.len(), bars);
    assert!(score.onsets.iter().all(|onset| onset.bar < bars && onset.part < score.parts.len()));
    assert!(score.bar_times(0..bars).iter().all(|time| time.is_finite()));
    if let Ok(play) = score.structure.unroll(&score.format.policy()) {
        let _ = (score.sync_map(&play), score.recording_map(&play));
    }
}
