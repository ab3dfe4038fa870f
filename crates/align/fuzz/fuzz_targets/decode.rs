//! Files of sound: no panic, and features or a typed error.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use segno_align::decode;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(features) = decode::read(Cursor::new(bytes.to_vec())) {
        assert!(features.seconds() >= 0.0);
        assert!(features.loudness().iter().all(|level| level.is_finite()));
    }
});
