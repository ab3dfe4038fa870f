//! Published signatures: RFC 5849 with erratum 2550, OAuth Core 1.0 Appendix A.5, Twitter's "Creating a signature", and requests of
//! this service whose signatures were computed with two other implementations.

use super::{base_string, base_uri, encode, hmac_sha1, key};

struct Vector {
    name: &'static str,
    method: &'static str,
    /// Scheme, authority and path of the request.
    place: (&'static str, &'static str, &'static str),
    /// Decoded, of query, form and header.
    parameters: &'static [(&'static str, &'static str)],
    /// Consumer's and token's.
    secrets: (&'static str, &'static str),
    base_uri: &'static str,
    signature: &'static str,
}

const VECTORS: &[Vector] = &[
    Vector {
        name: "V1",
        method: "POST",
        place: ("http", "example.com", "/request"),
        parameters: &[
            ("b5", "=%3D"),
            ("a3", "a"),
            ("c@", ""),
            ("a2", "r b"),
            ("c2", ""),
            ("a3", "2 q"),
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
        ],
        secrets: ("j49sk3j29djd", "dh893hdasih9"),
        base_uri: "http://example.com/request",
        signature: "r6/TJjbCOr97/+UU0NsvSne7s5g=",
    },
    Vector {
        name: "V2",
        method: "POST",
        place: ("https", "photos.example.net", "/initiate"),
        parameters: &[
            ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
            ("oauth_nonce", "wIjqoS"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131200"),
            ("oauth_callback", "http://printer.example.com/ready"),
        ],
        secrets: ("kd94hf93k423kf44", ""),
        base_uri: "https://photos.example.net/initiate",
        signature: "74KNZJeDHnMBp0EMJ9ZHt/XKycU=",
    },
    Vector {
        name: "V3",
        method: "POST",
        place: ("https", "photos.example.net", "/token"),
        parameters: &[
            ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
            ("oauth_nonce", "walatlh"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_token", "hh5s93j4hdidpola"),
            ("oauth_verifier", "hfdp7dh39dks9884"),
        ],
        secrets: ("kd94hf93k423kf44", "hdhd0244k9j7ao03"),
        base_uri: "https://photos.example.net/token",
        signature: "gKgrFCywp7rO0OXSjdot/IHF7IU=",
    },
    Vector {
        name: "V4",
        method: "GET",
        place: ("http", "photos.example.net", "/photos"),
        parameters: &[
            ("file", "vacation.jpg"),
            ("size", "original"),
            ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
            ("oauth_nonce", "chapoH"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131202"),
            ("oauth_token", "nnch734d00sl2jdk"),
        ],
        secrets: ("kd94hf93k423kf44", "pfkkdhi9sl3r4s00"),
        base_uri: "http://photos.example.net/photos",
        signature: "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
    },
    Vector {
        name: "V5",
        method: "GET",
        place: ("http", "photos.example.net", "/photos"),
        parameters: &[
            ("file", "vacation.jpg"),
            ("size", "original"),
            ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
            ("oauth_nonce", "kllo9940pd9333jh"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1191242096"),
            ("oauth_token", "nnch734d00sl2jdk"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("kd94hf93k423kf44", "pfkkdhi9sl3r4s00"),
        base_uri: "http://photos.example.net/photos",
        signature: "tR3+Ty81lMeYAr/Fid0kMTYa/WM=",
    },
    Vector {
        name: "V6",
        method: "POST",
        place: ("https", "api.twitter.com", "/1.1/statuses/update.json"),
        parameters: &[
            ("include_entities", "true"),
            ("status", "Hello Ladies + Gentlemen, a signed OAuth request!"),
            ("oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"),
            ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1318622958"),
            ("oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"),
        base_uri: "https://api.twitter.com/1.1/statuses/update.json",
        signature: "hCtSmYh+iHYCEqBWrE7C7hYmtUk=",
    },
    Vector {
        name: "V7",
        method: "POST",
        place: ("https", "api.twitter.com", "/1/statuses/update.json"),
        parameters: &[
            ("include_entities", "true"),
            ("status", "Hello Ladies + Gentlemen, a signed OAuth request!"),
            ("oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"),
            ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1318622958"),
            ("oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"),
        base_uri: "https://api.twitter.com/1/statuses/update.json",
        signature: "tnnArxj06cWHq44gCs1OSKk/jLY=",
    },
    Vector {
        name: "M1",
        method: "GET",
        place: ("http", "api.musescore.com", "/services/rest/score.json"),
        parameters: &[
            ("text", "\"silver lake\""),
            ("part", "0,73"),
            ("page", "0"),
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0001"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000000"),
            ("oauth_token", "tok-7f3a"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("emu app&secret=1", "tok+secret/%"),
        base_uri: "http://api.musescore.com/services/rest/score.json",
        signature: "QkTQ5zsVAij1wE2soQygxRVlXTA=",
    },
    Vector {
        name: "M2",
        method: "POST",
        place: ("http", "api.musescore.com", "/oauth/request_token"),
        parameters: &[
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0002"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000001"),
            ("oauth_callback", "oob"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("emu app&secret=1", ""),
        base_uri: "http://api.musescore.com/oauth/request_token",
        signature: "AvqBEiAwTr26DoXSyMojxdGTnrY=",
    },
    Vector {
        name: "M3",
        method: "POST",
        place: ("http", "api.musescore.com", "/oauth/access_token"),
        parameters: &[
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0003"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000002"),
            ("oauth_token", "req-11"),
            ("oauth_verifier", "V 42"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("emu app&secret=1", "req&sec"),
        base_uri: "http://api.musescore.com/oauth/access_token",
        signature: "4sSGtXpBqWBukrXvWzZxKWl9+BU=",
    },
    Vector {
        name: "M4",
        method: "POST",
        place: ("http", "api.musescore.com", "/services/rest/score.json"),
        parameters: &[
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0004"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000003"),
            ("oauth_token", "tok-7f3a"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("emu app&secret=1", "tok+secret/%"),
        base_uri: "http://api.musescore.com/services/rest/score.json",
        signature: "fv8wAAqYf8zLL98NaOzU/kYkiiI=",
    },
    Vector {
        name: "M5",
        method: "DELETE",
        place: ("http", "api.musescore.com", "/services/rest/score/42.json"),
        parameters: &[
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0005"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000004"),
            ("oauth_token", "tok-7f3a"),
        ],
        secrets: ("emu app&secret=1", "tok+secret/%"),
        base_uri: "http://api.musescore.com/services/rest/score/42.json",
        signature: "MihYoR/oJWfXVje3WJAEg5EwrvM=",
    },
    Vector {
        name: "M6",
        method: "GET",
        place: ("http", "api.musescore.com", "/services/rest/score.xml"),
        parameters: &[
            ("text", "Dvořák ~*'()!"),
            ("language", "cs"),
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0006"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000005"),
            ("oauth_token", "tok-7f3a"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("emu app&secret=1", "tok+secret/%"),
        base_uri: "http://api.musescore.com/services/rest/score.xml",
        signature: "BaobYllGQzIwH/n724AAwieMbtQ=",
    },
    Vector {
        name: "M7",
        method: "GET",
        place: ("http", "127.0.0.1:8080", "/services/rest/me.json"),
        parameters: &[
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0007"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000006"),
            ("oauth_token", "tok-7f3a"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("emu app&secret=1", "tok+secret/%"),
        base_uri: "http://127.0.0.1:8080/services/rest/me.json",
        signature: "GlH/rNCr9it84dYWzHSR9JbvxvE=",
    },
    Vector {
        name: "M8",
        method: "GET",
        place: ("HTTP", "API.MuseScore.COM:80", "/services/rest/me.json"),
        parameters: &[
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0007"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000006"),
            ("oauth_token", "tok-7f3a"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("emu app&secret=1", "tok+secret/%"),
        base_uri: "http://api.musescore.com/services/rest/me.json",
        signature: "XcBj+hDgb0sRwl0QcoLMGu4hDpU=",
    },
    Vector {
        name: "M9",
        method: "GET",
        place: ("https", "api.musescore.com:443", "/services/rest/me.json"),
        parameters: &[
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0007"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000006"),
            ("oauth_token", "tok-7f3a"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("emu app&secret=1", "tok+secret/%"),
        base_uri: "https://api.musescore.com/services/rest/me.json",
        signature: "CT10N8yzxzlOPGOazp25CKmGG+4=",
    },
    Vector {
        name: "M10",
        method: "GET",
        place: ("http", "example.com", ""),
        parameters: &[
            ("a", "1"),
            ("a-", "1"),
            ("a.b", "2"),
            ("a b", "3"),
            ("A", "0"),
            ("a", ""),
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0008"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000007"),
        ],
        secrets: ("emu app&secret=1", ""),
        base_uri: "http://example.com/",
        signature: "fUvpRTJvKS5MYx65fzALr89TEm8=",
    },
    Vector {
        name: "M11",
        method: "GET",
        place: ("http", "api.musescore.com", "/services/rest/score.json"),
        parameters: &[
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0009"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000008"),
            ("oauth_token", ""),
        ],
        secrets: ("emu app&secret=1", ""),
        base_uri: "http://api.musescore.com/services/rest/score.json",
        signature: "zoVPMn70YGoe2GhfyPx4W0pyDhc=",
    },
    Vector {
        name: "M12",
        method: "POST",
        place: ("http", "api.musescore.com", "/services/rest/score/42/update.json"),
        parameters: &[
            ("secret", "ab+cd"),
            ("oauth_consumer_key", "emu-app-key"),
            ("oauth_nonce", "n-0010"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1400000009"),
            ("oauth_token", "tok-7f3a"),
            ("oauth_version", "1.0"),
        ],
        secrets: ("emu app&secret=1", "tok+secret/%"),
        base_uri: "http://api.musescore.com/services/rest/score/42/update.json",
        signature: "2nU7U2Z6Jwbn+X4o0D9BvAticu4=",
    },
];

#[test]
fn published_signatures() {
    for vector in VECTORS {
        let (scheme, host, path) = vector.place;
        let uri = base_uri(scheme, host, path);
        assert_eq!(uri, vector.base_uri, "{}", vector.name);
        let parameters: Vec<_> =
            vector.parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let text = base_string(vector.method, &uri, &parameters);
        let signature = hmac_sha1(&key(vector.secrets.0, vector.secrets.1), &text);
        assert_eq!(signature, vector.signature, "{}: {text}", vector.name);
    }
}

// From the test cases of the OAuth wiki.
#[test]
fn the_ampersand_stays_without_a_token_secret() {
    assert_eq!(hmac_sha1(&key("cs", ""), "bs"), "egQqG5AJep5sJ7anhXju1unge2I=");
    assert_eq!(hmac_sha1(&key("cs", "ts"), "bs"), "VZVjXceV7JgPq/dOTnNmEfO0Fv8=");
}

#[test]
fn everything_but_the_unreserved_characters_is_encoded() {
    for (plain, encoded) in [
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
    ] {
        assert_eq!(encode(plain), encoded, "{plain:?}");
    }
}

#[test]
fn default_ports_go_and_others_stay() {
    assert_eq!(base_uri("http", "EXAMPLE.COM:80", "/r%20v/X"), "http://example.com/r%20v/X");
    assert_eq!(base_uri("https", "www.example.net:8080", "/"), "https://www.example.net:8080/");
    assert_eq!(
        base_uri("http", "127.0.0.1:8080", "/services/rest/me.json"),
        "http://127.0.0.1:8080/services/rest/me.json"
    );
    assert_eq!(base_uri("http", "example.com", ""), "http://example.com/");
}
