use http::{Method, Uri};
use proptest::prelude::*;

use super::*;
use crate::auth::oauth1::encode::{push, push_from_form};
use vectors::VECTORS;

#[cfg(feature = "testing")]
mod kept;
#[cfg(feature = "testing")]
mod placing;
mod vectors;

#[test]
fn the_vectors() {
    assert_eq!(VECTORS.len(), 19);
    for vector in VECTORS {
        let method: Method = vector.method.parse().unwrap();
        let uri: Uri = vector.url.parse().unwrap();
        let parameters = vector.oauth.iter().chain(vector.form).copied();
        let base = base_string(&method, &uri, parameters);
        assert_eq!(base, vector.base_string, "{}", vector.id);
        let [consumer, token] = vector.secrets.map(Secret::from);
        assert_eq!(Key::new(&consumer, &token).sign(&base), vector.signature, "{}", vector.id);
    }
}

/// The wiki test cases of the old OAuth community site.
#[test]
fn small_hmac_checks() {
    let sign = |token: &str| Key::new(&"cs".into(), &token.into()).sign("bs");
    assert_eq!(sign(""), "egQqG5AJep5sJ7anhXju1unge2I=");
    assert_eq!(sign("ts"), "VZVjXceV7JgPq/dOTnNmEfO0Fv8=");
}

/// Python: `hmac.new(b"k" * 80 + b"&" + b"t" * 10, b"bs", "sha1")`; the key is longer than a block of SHA-1.
#[test]
fn a_key_longer_than_a_block() {
    let key = Key::new(&"k".repeat(80).into(), &"t".repeat(10).into());
    assert_eq!(key.sign("bs"), LONG_KEY);
    assert_eq!(key.plaintext().expose().len(), 91);
}

const LONG_KEY: &str = "2NtNOyw5GovpfOwUlkc5RNmRbBo=";

#[test]
fn the_encoding_table() {
    let table = [
        ("abcABC123", "abcABC123"),
        ("-._~", "-._~"),
        ("%", "%25"),
        ("+", "%2B"),
        ("&=*", "%26%3D%2A"),
        (" ", "%20"),
        ("\n", "%0A"),
        ("\u{7f}", "%7F"),
        ("\u{80}", "%C2%80"),
        ("\u{3001}", "%E3%80%81"),
        ("!'()*", "%21%27%28%29%2A"),
        ("/?:#[]@", "%2F%3F%3A%23%5B%5D%40"),
        ("\"", "%22"),
        ("piano & flute, 100%", "piano%20%26%20flute%2C%20100%25"),
        ("", ""),
    ];
    for (text, encoded) in table {
        assert_eq!(percent_encode(text), encoded);
    }
}

#[test]
fn the_base_string_uri() {
    let table = [
        ("http://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"),
        ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
        ("https://www.example.net:80/", "https://www.example.net:80/"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("http://example.com?a=1", "http://example.com/"),
    ];
    for (url, expected) in table {
        let base = base_string(&Method::GET, &url.parse().unwrap(), []);
        let encoded = base.strip_prefix("GET&").unwrap().split('&').next().unwrap();
        assert_eq!(encoded, percent_encode(expected), "{url}");
    }
}

#[test]
fn names_without_values_and_empty_pairs() {
    let base = |query: &str| {
        let uri = format!("http://a.example/?{query}").parse().unwrap();
        base_string(&Method::GET, &uri, [])
    };
    assert_eq!(base("&b&a=1&"), base("a=1&b="));
    assert_eq!(base("a=%zz+%4"), base("a=%25zz%20%254"));
    assert_eq!(base("a=1&a=1").matches("%3D").count(), 2);
}

proptest! {
    #[test]
    fn encoding_round_trip(text in ".*") {
        let encoded = percent_encode(&text);
        let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
        prop_assert!(encoded.bytes().all(kept));
        let back = percent_encoding::percent_decode_str(&encoded).decode_utf8().unwrap().into_owned();
        prop_assert_eq!(&back, &text);
        // Encoded once more, only its `%` changes.
        prop_assert_eq!(percent_encode(&encoded), encoded.replace('%', "%25"));
        // What a form says is what it means.
        let form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for form in [form, encoded.clone()] {
            let mut again = String::new();
            push_from_form(&mut again, &form);
            prop_assert_eq!(&again, &encoded);
        }
    }

    #[test]
    fn the_order_of_parameters_does_not_matter(
        pairs in prop::collection::vec(("[a-c%+ é-]{0,3}", "[a-c%+ é-]{0,3}"), 0..8),
        split in 0usize..8,
        seed in any::<u64>(),
    ) {
        let whole = |pairs: &[(String, String)], in_query: usize| {
            let (query, form) = pairs.split_at(in_query.min(pairs.len()));
            let mut text = crate::request::FormPairs::new();
            query.iter().for_each(|(name, value)| text.push(name, value));
            let uri = format!("http://a.example/?{}", text.to_query()).parse().unwrap();
            base_string(&Method::POST, &uri, form.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        };
        let mut shuffled = pairs.clone();
        shuffled.sort_by_key(|pair| {
            use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
            BuildHasherDefault::<DefaultHasher>::new().hash_one((seed, pair))
        });
        // Neither their order nor whether they stand in the query or the body.
        prop_assert_eq!(whole(&pairs, split), whole(&shuffled, 0));
    }

    /// Against a plain reading of section 3.4.1.3.2.
    #[test]
    fn parameters_are_sorted_by_encoded_name_then_value(
        pairs in prop::collection::vec(("[ab~ é-]{0,11}", "[ab~ é-]{0,3}"), 0..12),
    ) {
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, crate::url::RESERVED).to_string();
        let mut sorted: Vec<(String, String)> =
            pairs.iter().map(|(name, value)| (encode(name), encode(value))).collect();
        sorted.sort();
        let joined: Vec<String> = sorted.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let given = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let base = base_string(&Method::GET, &"http://a.example/".parse().unwrap(), given);
        prop_assert_eq!(base.rsplit('&').next().unwrap(), encode(&joined.join("&")));
    }

    #[test]
    fn any_text_is_encoded_like_its_bytes(text in ".*", other in ".*") {
        let mut both = String::new();
        push(&mut both, &text);
        push(&mut both, &other);
        prop_assert_eq!(both, percent_encode(&(text + &other)));
    }
}
