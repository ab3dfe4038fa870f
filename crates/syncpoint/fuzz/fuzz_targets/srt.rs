//! Any text as SubRip subtitles.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| segno_syncpoint_fuzz::srt(text));
