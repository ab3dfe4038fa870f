//! The container of Guitar Pro 6: no panic, and lists that fit together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_score::guitar_pro;
use segno_score_fuzz::{holds, options};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(score) = guitar_pro::read_gpx(bytes, &options()) {
        holds(&score);
    }
});
