//! Any body under any media type as a callback: no panic, no slice without a name, and an error of one line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_soundslice::callback::{Callback, SliceRef};

fuzz_target!(|input: (Option<&str>, &[u8])| {
    match Callback::parse(input.0, input.1) {
        Ok(callback) => {
            let (SliceRef::Scorehash(text) | SliceRef::ScoreSlug(text)) = &callback.slice else { return };
            assert!(!text.is_empty());
            if let Ok(scorehash) = text.parse() {
                assert!(callback.slice.means(&scorehash, None));
            }
        }
        Err(error) => {
            let line = error.to_string();
            assert!(line.chars().count() <= 400 && !line.contains(char::is_control), "{line:?}");
        }
    }
});
