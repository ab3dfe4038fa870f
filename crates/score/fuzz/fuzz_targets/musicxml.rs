//! MusicXML text: no panic, and the same score in one piece as in many.
#![no_main]

use std::io::BufReader;

use libfuzzer_sys::fuzz_target;
use segno_score::{Limits, Options, musicxml};

fuzz_target!(|bytes: &[u8]| {
    let mut limits = Limits::default();
    (limits.bytes, limits.token, limits.bars) = (1 << 20, 1 << 14, 5_000);
    let options = Options::new().with_onsets().with_limits(limits);
    let whole = musicxml::read_slice(bytes, &options);
    let pieces = musicxml::read(BufReader::with_capacity(13, bytes), &options);
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => {
            assert_eq!(whole, pieces);
            assert!(whole.bar_times(0..whole.grid.bars.len()).iter().all(|time| time.is_finite()));
        }
        (Err(_), Err(_)) => {}
        (whole, pieces) => panic!("whole {:?}, in pieces {:?}", whole.err(), pieces.err()),
    }
});
