//! Published signatures: RFC 5849 with erratum 2550, OAuth Core 1.0 Appendix A.5, Twitter's "Creating a signature", and requests of
//! this service whose signatures were computed with two other implementations.

use super::{base_string, base_uri, encode, hmac_sha1, key};

/// What was signed and what came of it.
struct Vector {
    name: &'static str,
    method: &'static str,
    /// Scheme, authority and path of the request.
    place: [&'static str; 3],
    /// Decoded, of query, form and header: `name=value`, with ` | ` between them.
    parameters: &'static str,
    /// Consumer's and token's.
    secrets: [&'static str; 2],
    base_uri: &'static str,
    signature: &'static str,
}

const fn vector(
    [name, method]: [&'static str; 2],
    place: [&'static str; 3],
    parameters: &'static str,
    secrets: [&'static str; 2],
    [base_uri, signature]: [&'static str; 2],
) -> Vector {
    Vector { name, method, place, parameters, secrets, base_uri, signature }
}

const VECTORS: &[Vector] = &[
    vector(
        ["V1", "POST"],
        ["http", "example.com", "/request"],
        "b5==%3D | a3=a | c@= | a2=r b | c2= | a3=2 q | oauth_consumer_key=9djdj82h48djs9d2 | \
         oauth_token=kkk9d7dh3k39sjv7 | oauth_signature_method=HMAC-SHA1 | oauth_timestamp=137131201 | \
         oauth_nonce=7d8f3e4a",
        ["j49sk3j29djd", "dh893hdasih9"],
        ["http://example.com/request", "r6/TJjbCOr97/+UU0NsvSne7s5g="],
    ),
    vector(
        ["V2", "POST"],
        ["https", "photos.example.net", "/initiate"],
        "oauth_consumer_key=dpf43f3p2l4k3l03 | oauth_nonce=wIjqoS | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=137131200 | oauth_callback=http://printer.example.com/ready",
        ["kd94hf93k423kf44", ""],
        ["https://photos.example.net/initiate", "74KNZJeDHnMBp0EMJ9ZHt/XKycU="],
    ),
    vector(
        ["V3", "POST"],
        ["https", "photos.example.net", "/token"],
        "oauth_consumer_key=dpf43f3p2l4k3l03 | oauth_nonce=walatlh | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=137131201 | oauth_token=hh5s93j4hdidpola | oauth_verifier=hfdp7dh39dks9884",
        ["kd94hf93k423kf44", "hdhd0244k9j7ao03"],
        ["https://photos.example.net/token", "gKgrFCywp7rO0OXSjdot/IHF7IU="],
    ),
    vector(
        ["V4", "GET"],
        ["http", "photos.example.net", "/photos"],
        "file=vacation.jpg | size=original | oauth_consumer_key=dpf43f3p2l4k3l03 | oauth_nonce=chapoH | \
         oauth_signature_method=HMAC-SHA1 | oauth_timestamp=137131202 | oauth_token=nnch734d00sl2jdk",
        ["kd94hf93k423kf44", "pfkkdhi9sl3r4s00"],
        ["http://photos.example.net/photos", "MdpQcU8iPSUjWoN/UDMsK2sui9I="],
    ),
    vector(
        ["V5", "GET"],
        ["http", "photos.example.net", "/photos"],
        "file=vacation.jpg | size=original | oauth_consumer_key=dpf43f3p2l4k3l03 | \
         oauth_nonce=kllo9940pd9333jh | oauth_signature_method=HMAC-SHA1 | oauth_timestamp=1191242096 | \
         oauth_token=nnch734d00sl2jdk | oauth_version=1.0",
        ["kd94hf93k423kf44", "pfkkdhi9sl3r4s00"],
        ["http://photos.example.net/photos", "tR3+Ty81lMeYAr/Fid0kMTYa/WM="],
    ),
    vector(
        ["V6", "POST"],
        ["https", "api.twitter.com", "/1.1/statuses/update.json"],
        "include_entities=true | status=Hello Ladies + Gentlemen, a signed OAuth request! | \
         oauth_consumer_key=xvz1evFS4wEEPTGEFPHBog | \
         oauth_nonce=kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=1318622958 | oauth_token=370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb | \
         oauth_version=1.0",
        ["kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"],
        ["https://api.twitter.com/1.1/statuses/update.json", "hCtSmYh+iHYCEqBWrE7C7hYmtUk="],
    ),
    vector(
        ["V7", "POST"],
        ["https", "api.twitter.com", "/1/statuses/update.json"],
        "include_entities=true | status=Hello Ladies + Gentlemen, a signed OAuth request! | \
         oauth_consumer_key=xvz1evFS4wEEPTGEFPHBog | \
         oauth_nonce=kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=1318622958 | oauth_token=370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb | \
         oauth_version=1.0",
        ["kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"],
        ["https://api.twitter.com/1/statuses/update.json", "tnnArxj06cWHq44gCs1OSKk/jLY="],
    ),
    vector(
        ["M1", "GET"],
        ["http", "api.musescore.com", "/services/rest/score.json"],
        "text=\"silver lake\" | part=0,73 | page=0 | oauth_consumer_key=emu-app-key | \
         oauth_nonce=n-0001 | oauth_signature_method=HMAC-SHA1 | oauth_timestamp=1400000000 | \
         oauth_token=tok-7f3a | oauth_version=1.0",
        ["emu app&secret=1", "tok+secret/%"],
        ["http://api.musescore.com/services/rest/score.json", "QkTQ5zsVAij1wE2soQygxRVlXTA="],
    ),
    vector(
        ["M2", "POST"],
        ["http", "api.musescore.com", "/oauth/request_token"],
        "oauth_consumer_key=emu-app-key | oauth_nonce=n-0002 | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=1400000001 | oauth_callback=oob | oauth_version=1.0",
        ["emu app&secret=1", ""],
        ["http://api.musescore.com/oauth/request_token", "AvqBEiAwTr26DoXSyMojxdGTnrY="],
    ),
    vector(
        ["M3", "POST"],
        ["http", "api.musescore.com", "/oauth/access_token"],
        "oauth_consumer_key=emu-app-key | oauth_nonce=n-0003 | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=1400000002 | oauth_token=req-11 | oauth_verifier=V 42 | oauth_version=1.0",
        ["emu app&secret=1", "req&sec"],
        ["http://api.musescore.com/oauth/access_token", "4sSGtXpBqWBukrXvWzZxKWl9+BU="],
    ),
    vector(
        ["M4", "POST"],
        ["http", "api.musescore.com", "/services/rest/score.json"],
        "oauth_consumer_key=emu-app-key | oauth_nonce=n-0004 | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=1400000003 | oauth_token=tok-7f3a | oauth_version=1.0",
        ["emu app&secret=1", "tok+secret/%"],
        ["http://api.musescore.com/services/rest/score.json", "fv8wAAqYf8zLL98NaOzU/kYkiiI="],
    ),
    vector(
        ["M5", "DELETE"],
        ["http", "api.musescore.com", "/services/rest/score/42.json"],
        "oauth_consumer_key=emu-app-key | oauth_nonce=n-0005 | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=1400000004 | oauth_token=tok-7f3a",
        ["emu app&secret=1", "tok+secret/%"],
        ["http://api.musescore.com/services/rest/score/42.json", "MihYoR/oJWfXVje3WJAEg5EwrvM="],
    ),
    vector(
        ["M6", "GET"],
        ["http", "api.musescore.com", "/services/rest/score.xml"],
        "text=Dvořák ~*'()! | language=cs | oauth_consumer_key=emu-app-key | oauth_nonce=n-0006 | \
         oauth_signature_method=HMAC-SHA1 | oauth_timestamp=1400000005 | oauth_token=tok-7f3a | \
         oauth_version=1.0",
        ["emu app&secret=1", "tok+secret/%"],
        ["http://api.musescore.com/services/rest/score.xml", "BaobYllGQzIwH/n724AAwieMbtQ="],
    ),
    vector(
        ["M7", "GET"],
        ["http", "127.0.0.1:8080", "/services/rest/me.json"],
        "oauth_consumer_key=emu-app-key | oauth_nonce=n-0007 | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=1400000006 | oauth_token=tok-7f3a | oauth_version=1.0",
        ["emu app&secret=1", "tok+secret/%"],
        ["http://127.0.0.1:8080/services/rest/me.json", "GlH/rNCr9it84dYWzHSR9JbvxvE="],
    ),
    vector(
        ["M8", "GET"],
        ["HTTP", "API.MuseScore.COM:80", "/services/rest/me.json"],
        "oauth_consumer_key=emu-app-key | oauth_nonce=n-0007 | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=1400000006 | oauth_token=tok-7f3a | oauth_version=1.0",
        ["emu app&secret=1", "tok+secret/%"],
        ["http://api.musescore.com/services/rest/me.json", "XcBj+hDgb0sRwl0QcoLMGu4hDpU="],
    ),
    vector(
        ["M9", "GET"],
        ["https", "api.musescore.com:443", "/services/rest/me.json"],
        "oauth_consumer_key=emu-app-key | oauth_nonce=n-0007 | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=1400000006 | oauth_token=tok-7f3a | oauth_version=1.0",
        ["emu app&secret=1", "tok+secret/%"],
        ["https://api.musescore.com/services/rest/me.json", "CT10N8yzxzlOPGOazp25CKmGG+4="],
    ),
    vector(
        ["M10", "GET"],
        ["http", "example.com", ""],
        "a=1 | a-=1 | a.b=2 | a b=3 | A=0 | a= | oauth_consumer_key=emu-app-key | oauth_nonce=n-0008 | \
         oauth_signature_method=HMAC-SHA1 | oauth_timestamp=1400000007",
        ["emu app&secret=1", ""],
        ["http://example.com/", "fUvpRTJvKS5MYx65fzALr89TEm8="],
    ),
    vector(
        ["M11", "GET"],
        ["http", "api.musescore.com", "/services/rest/score.json"],
        "oauth_consumer_key=emu-app-key | oauth_nonce=n-0009 | oauth_signature_method=HMAC-SHA1 | \
         oauth_timestamp=1400000008 | oauth_token=",
        ["emu app&secret=1", ""],
        ["http://api.musescore.com/services/rest/score.json", "zoVPMn70YGoe2GhfyPx4W0pyDhc="],
    ),
    vector(
        ["M12", "POST"],
        ["http", "api.musescore.com", "/services/rest/score/42/update.json"],
        "secret=ab+cd | oauth_consumer_key=emu-app-key | oauth_nonce=n-0010 | \
         oauth_signature_method=HMAC-SHA1 | oauth_timestamp=1400000009 | oauth_token=tok-7f3a | \
         oauth_version=1.0",
        ["emu app&secret=1", "tok+secret/%"],
        ["http://api.musescore.com/services/rest/score/42/update.json", "2nU7U2Z6Jwbn+X4o0D9BvAticu4="],
    ),
];

#[test]
fn published_signatures() {
    for vector in VECTORS {
        let [scheme, host, path] = vector.place;
        let uri = base_uri(scheme, host, path);
        assert_eq!(uri, vector.base_uri, "{}", vector.name);
        let pairs = vector.parameters.split(" | ").filter_map(|pair| pair.split_once('='));
        let parameters: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let text = base_string(vector.method, &uri, &parameters);
        let signature = hmac_sha1(&key(vector.secrets[0], vector.secrets[1]), &text);
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
