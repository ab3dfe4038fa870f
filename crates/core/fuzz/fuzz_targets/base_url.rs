//! Any text: a base URL that parses prints as one that parses to the same, and shows no user name or query.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::{BaseUrl, SecretUrl};

fuzz_target!(|text: &str| {
    if let Ok(base) = text.parse::<BaseUrl>() {
        let shown = base.to_string();
        assert!(shown.ends_with('/') && !shown.contains(['?', '#']), "{shown}");
        let authority = shown.split('/').nth(2).unwrap_or_default();
        assert!(!authority.contains('@'), "{shown}");
        assert_eq!(shown.parse::<BaseUrl>().as_ref(), Ok(&base));
        let _ = base.origin().is_loopback();
    }
    if let Ok(url) = text.parse::<SecretUrl>() {
        assert_eq!(url.expose().parse::<SecretUrl>().as_ref(), Ok(&url));
        if let Some(query) = url.uri().query().filter(|query| query.len() > 12) {
            assert!(!url.to_string().ends_with(query));
        }
    }
});
