//! alphaTex: no panic, and lists that fit together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_score::alphatex;
use segno_score_fuzz::{holds, options};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(score) = alphatex::read_slice(bytes, &options()) {
        holds(&score);
    }
});
