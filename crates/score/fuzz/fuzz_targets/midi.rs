//! Standard MIDI Files: no panic, and lists that fit together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_score::{Limits, Options, midi};

fuzz_target!(|bytes: &[u8]| {
    let mut limits = Limits::default();
    (limits.bytes, limits.token, limits.bars) = (1 << 20, 1 << 14, 5_000);
    if let Ok(score) = midi::read_slice(bytes, &Options::new().with_onsets().with_limits(limits)) {
        assert_eq!(score.structure.bars.len(), score.grid.bars.len());
        assert!(score.onsets.iter().all(|onset| onset.bar < score.grid.bars.len()));
        assert!(score.bar_times(0..score.grid.bars.len()).iter().all(|time| time.is_finite()));
    }
});
