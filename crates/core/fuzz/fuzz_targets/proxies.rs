//! Any text as a proxy or as `NO_PROXY`: proxies that show no password, or an error that shows none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::transport::proxy::Proxies;

fuzz_target!(|input: (&str, &str)| {
    let (url, hosts) = input;
    let with_password = format!("http://ada:s3cr3t-of-ada@{url}");
    for url in [url, &with_password] {
        match Proxies::all(url) {
            Ok(proxies) => {
                assert!(!format!("{proxies:?}").contains("s3cr3t-of-ada"));
                let _ = proxies.except(hosts);
            }
            Err(error) => {
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains("s3cr3t-of-ada"), "{shown}");
                assert!(!error.to_string().contains(char::is_control), "{error:?}");
            }
        }
    }
    let _ = Proxies::none().except(hosts);
});
