//! Any text as a label track of Audacity.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| segno_syncpoint_fuzz::audacity(text));
