//! References of plain characters against a plain base: the same URL as the crate `url` makes of them, where RFC 3986 and the URL
//! Standard do not differ on purpose.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::http::Uri;
use url::Url;

const PLAIN: &[u8] = b"//..??#ab-_~;=,+";

fuzz_target!(|input: (&[u8], &[u8])| {
    let plain = |bytes: &[u8]| -> String {
        bytes.iter().take(40).map(|byte| char::from(PLAIN[usize::from(*byte) % PLAIN.len()])).collect()
    };
    let base = format!("https://host.example/{}", plain(input.0).replace(['#', '?'], "a"));
    let mut reference = plain(input.1);
    // The URL Standard takes `///a` for a host.
    if reference.starts_with("///") {
        return;
    }
    if input.0.len() % 3 == 1 {
        reference.insert_str(0, "https://other.example/");
    }
    // An empty reference is the base as it stands (RFC 3986, section 5.2.2); `url` takes the dots out of it before.
    let Ok(theirs) = Url::parse(&base) else { return };
    let base = theirs.to_string();
    let Ok(ours) = base.parse::<Uri>() else { return };
    let mut expected = theirs.join(&reference).ok();
    if let Some(url) = &mut expected {
        url.set_fragment(None);
    }
    // A host such as `a;b` or an empty one is refused by one of the two only.
    if reference.starts_with("//") && reference[2..].split(['/', '?', '#']).next().is_none_or(|host| {
        host.is_empty() || !host.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }) {
        return;
    }
    let found = segno_core::url::resolve(&ours, &reference);
    let text = |url: &Url| url.as_str().trim_end_matches('?').to_owned();
    assert_eq!(
        found.map(|uri| uri.to_string().trim_end_matches('?').to_owned()),
        expected.as_ref().map(text),
        "{reference:?} against {base}"
    );
});
