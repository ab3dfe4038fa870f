//! Any reference against any base: no panic, and what comes out is absolute and refers to itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::http::Uri;

fuzz_target!(|texts: (&str, &str)| {
    let Ok(base) = texts.0.parse::<Uri>() else { return };
    if let Some(uri) = segno_core::resolve(&base, texts.1) {
        assert!(segno_core::Origin::of(&uri).is_some(), "{uri}");
        assert_eq!(segno_core::resolve(&uri, ""), Some(uri.clone()));
    }
});
