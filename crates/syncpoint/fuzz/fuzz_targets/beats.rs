//! Any text as a list of beats.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| segno_syncpoint_fuzz::beats(text));
