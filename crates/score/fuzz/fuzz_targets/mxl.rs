//! Archives: no panic, and lists that fit together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_score::mxl;
use segno_score_fuzz::{holds, options};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(score) = mxl::read_slice(bytes, &options()) {
        holds(&score);
    }
});
