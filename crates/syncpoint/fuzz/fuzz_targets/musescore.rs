//! Any text as time events of MuseScore.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| segno_syncpoint_fuzz::musescore(text));
