//! Any text: a base URL that parses prints as one that parses to the same, and shows no user name or query; a secret URL
//! is whole where it is exposed, and shows no query where it is not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::SecretUrl;
use segno_core::url::BaseUrl;

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
        let whole = url.expose();
        assert!(whole.bytes().all(|byte| byte.is_ascii_graphic()), "{whole}");
        assert_eq!(whole.parse::<SecretUrl>().as_ref(), Ok(&url));
        let (front, query) =
            whole.split_once('?').map_or((whole.as_str(), None), |(front, query)| (front, Some(query)));
        let expected = format!("{front}{}", if query.is_some() { "?[redacted]" } else { "" });
        // The path of `http://host` is `/`, with or without it.
        let same = |text: &str| text.replace("/?", "?").trim_end_matches('/').to_owned();
        assert_eq!(same(&url.to_string()), same(&expected));
    }
});
