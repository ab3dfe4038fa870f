//! The container of Guitar Pro 6: no panic, and lists that fit together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_score::{Limits, Options, guitar_pro};

fuzz_target!(|bytes: &[u8]| {
    let mut limits = Limits::default();
    (limits.bytes, limits.token, limits.bars, limits.elements) = (1 << 20, 1 << 14, 5_000, 100_000);
    let read = guitar_pro::read_gpx;
    if let Ok(score) = read(bytes, &Options::new().with_onsets().with_limits(limits)) {
        assert_eq!(score.structure.bars.len(), score.grid.bars.len());
        assert!(
            score
                .onsets
                .iter()
                .all(|onset| onset.bar < score.grid.bars.len() && onset.part < score.parts.len())
        );
        assert!(score.bar_times(0..score.grid.bars.len()).iter().all(|time| time.is_finite()));
        if let Ok(play) = score.structure.unroll(&score.format.policy()) {
            let _ = (score.sync_map(&play), score.recording_map(&play));
        }
    }
});
