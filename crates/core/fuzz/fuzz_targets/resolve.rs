//! Any reference against any base: no panic, and what comes out is absolute and without dot segments of its own making.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::http::Uri;

fuzz_target!(|texts: (&str, &str)| {
    let Ok(base) = texts.0.parse::<Uri>() else { return };
    if let Some(uri) = segno_core::resolve(&base, texts.1) {
        assert!(uri.scheme().is_some() || uri.authority().is_none(), "{uri}");
        let _ = segno_core::Origin::of(&uri);
    }
});
