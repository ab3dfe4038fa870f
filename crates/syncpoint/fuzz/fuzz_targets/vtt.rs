//! Any text as WebVTT subtitles.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| segno_syncpoint_fuzz::vtt(text));
