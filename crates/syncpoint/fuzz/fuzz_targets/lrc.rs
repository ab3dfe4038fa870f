//! Any text as lyrics with times.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| segno_syncpoint_fuzz::lrc(text));
