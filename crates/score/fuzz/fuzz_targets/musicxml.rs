//! MusicXML text: no panic, and the same score in one piece as in many.
#![no_main]

use std::io::BufReader;

use libfuzzer_sys::fuzz_target;
use segno_score::musicxml;
use segno_score_fuzz::{holds, options};

fuzz_target!(|bytes: &[u8]| {
    let options = options();
    let whole = musicxml::read_slice(bytes, &options);
    let pieces = musicxml::read(BufReader::with_capacity(13, bytes), &options);
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => {
            assert_eq!(whole, pieces);
            holds(&whole);
        }
        (Err(_), Err(_)) => {}
        (whole, pieces) => panic!("whole {:?}, in pieces {:?}", whole.err(), pieces.err()),
    }
});
