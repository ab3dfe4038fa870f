//! MuseScore text and archives: no panic, and lists that fit together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_score::musescore;
use segno_score_fuzz::{holds, options};

fuzz_target!(|bytes: &[u8]| {
    let read = if bytes.starts_with(b"PK") { musescore::read_archive } else { musescore::read_slice };
    if let Ok(score) = read(bytes, &options()) {
        holds(&score);
    }
});
