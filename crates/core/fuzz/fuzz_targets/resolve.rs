//! Any reference against any base: no panic, and what comes out is absolute, escaped, and refers to itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::http::Uri;

fuzz_target!(|input: (&str, &[u8])| {
    let Ok(base) = input.0.parse::<Uri>() else { return };
    if let Some(uri) = segno_core::url::resolve(&base, input.1) {
        assert!(segno_core::url::Origin::of(&uri).is_some(), "{uri}");
        assert_eq!(segno_core::url::resolve(&uri, ""), Some(uri.clone()));
        let path = uri.path_and_query().map_or("", |path| path.as_str());
        assert!(input.1.is_empty() || path.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
    }
});
