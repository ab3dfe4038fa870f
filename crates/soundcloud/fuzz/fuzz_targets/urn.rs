//! No text breaks the reading of names, and a name that was read is written so that it reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_soundcloud::{TrackUrn, Urn, tag_list, tags};

fuzz_target!(|text: &str| {
    if let Ok(urn) = text.parse::<TrackUrn>() {
        assert_eq!(urn.to_string().parse(), Ok(urn));
    }
    let urn = Urn::from(text);
    assert_eq!(Urn::from(urn.to_string().as_str()), urn);
    let once = tag_list(tags(text));
    assert_eq!(tag_list(tags(&once)), once);
});
