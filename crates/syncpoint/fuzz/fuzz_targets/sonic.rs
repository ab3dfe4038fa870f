//! Any text as a layer of Sonic Visualiser.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| segno_syncpoint_fuzz::sonic(text));
