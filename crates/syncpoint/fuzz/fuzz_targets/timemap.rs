//! Any text as a timemap of verovio.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| segno_syncpoint_fuzz::timemap(text));
