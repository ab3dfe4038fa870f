//! Any text as `\sync` lines of alphaTab.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| segno_syncpoint_fuzz::alphatab(text));
