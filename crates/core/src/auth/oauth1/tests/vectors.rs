//! Published and made-up requests with their base strings and signatures. Each was computed with Python's `hmac` and
//! cross-checked with oauthlib and openssl; V1 to V7 also stand in their sources (V1 with erratum 2550 of RFC 5849).

pub(super) struct Vector {
    pub(super) id: &'static str,
    pub(super) method: &'static str,
    pub(super) url: &'static str,
    pub(super) form: &'static [(&'static str, &'static str)],
    pub(super) oauth: &'static [(&'static str, &'static str)],
    pub(super) secrets: [&'static str; 2],
    pub(super) base_string: &'static str,
    pub(super) signature: &'static str,
}

#[rustfmt::skip]
pub(super) const VECTORS: &[Vector] = &[
    // rfc5849 3.4.1 + erratum 2550
    Vector {
        id: "V1", method: "POST", secrets: ["j49sk3j29djd", "dh893hdasih9"],
        url: "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
        form: &[("c2", ""), ("a3", "2 q")],
        oauth: &[("oauth_consumer_key", "9djdj82h48djs9d2"), ("oauth_token", "kkk9d7dh3k39sjv7"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "137131201"), ("oauth_nonce", "7d8f3e4a")],
        base_string: "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7",
        signature: "r6/TJjbCOr97/+UU0NsvSne7s5g=",
    },
    // rfc5849 1.2 (temporary credentials)
    Vector {
        id: "V2", method: "POST", secrets: ["kd94hf93k423kf44", ""],
        url: "https://photos.example.net/initiate",
        form: &[],
        oauth: &[("oauth_consumer_key", "dpf43f3p2l4k3l03"), ("oauth_nonce", "wIjqoS"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "137131200"), ("oauth_callback", "http://printer.example.com/ready")],
        base_string: "POST&https%3A%2F%2Fphotos.example.net%2Finitiate&oauth_callback%3Dhttp%253A%252F%252Fprinter.example.com%252Fready%26oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3DwIjqoS%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131200",
        signature: "74KNZJeDHnMBp0EMJ9ZHt/XKycU=",
    },
    // rfc5849 1.2 (token credentials)
    Vector {
        id: "V3", method: "POST", secrets: ["kd94hf93k423kf44", "hdhd0244k9j7ao03"],
        url: "https://photos.example.net/token",
        form: &[],
        oauth: &[("oauth_consumer_key", "dpf43f3p2l4k3l03"), ("oauth_nonce", "walatlh"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "137131201"), ("oauth_token", "hh5s93j4hdidpola"), ("oauth_verifier", "hfdp7dh39dks9884")],
        base_string: "POST&https%3A%2F%2Fphotos.example.net%2Ftoken&oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3Dwalatlh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dhh5s93j4hdidpola%26oauth_verifier%3Dhfdp7dh39dks9884",
        signature: "gKgrFCywp7rO0OXSjdot/IHF7IU=",
    },
    // rfc5849 1.2 (protected photo)
    Vector {
        id: "V4", method: "GET", secrets: ["kd94hf93k423kf44", "pfkkdhi9sl3r4s00"],
        url: "http://photos.example.net/photos?file=vacation.jpg&size=original",
        form: &[],
        oauth: &[("oauth_consumer_key", "dpf43f3p2l4k3l03"), ("oauth_nonce", "chapoH"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "137131202"), ("oauth_token", "nnch734d00sl2jdk")],
        base_string: "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3DchapoH%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131202%26oauth_token%3Dnnch734d00sl2jdk%26size%3Doriginal",
        signature: "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
    },
    // OAuth Core 1.0 Appendix A.5
    Vector {
        id: "V5", method: "GET", secrets: ["kd94hf93k423kf44", "pfkkdhi9sl3r4s00"],
        url: "http://photos.example.net/photos?file=vacation.jpg&size=original",
        form: &[],
        oauth: &[("oauth_consumer_key", "dpf43f3p2l4k3l03"), ("oauth_nonce", "kllo9940pd9333jh"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1191242096"), ("oauth_token", "nnch734d00sl2jdk"), ("oauth_version", "1.0")],
        base_string: "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3Dkllo9940pd9333jh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1191242096%26oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0%26size%3Doriginal",
        signature: "tR3+Ty81lMeYAr/Fid0kMTYa/WM=",
    },
    // Twitter documentation, "Creating a signature"
    Vector {
        id: "V6", method: "POST", secrets: ["kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"],
        url: "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
        form: &[("status", "Hello Ladies + Gentlemen, a signed OAuth request!")],
        oauth: &[("oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"), ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1318622958"), ("oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"), ("oauth_version", "1.0")],
        base_string: "POST&https%3A%2F%2Fapi.twitter.com%2F1.1%2Fstatuses%2Fupdate.json&include_entities%3Dtrue%26oauth_consumer_key%3Dxvz1evFS4wEEPTGEFPHBog%26oauth_nonce%3DkYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1318622958%26oauth_token%3D370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb%26oauth_version%3D1.0%26status%3DHello%2520Ladies%2520%252B%2520Gentlemen%252C%2520a%2520signed%2520OAuth%2520request%2521",
        signature: "hCtSmYh+iHYCEqBWrE7C7hYmtUk=",
    },
    // Twitter documentation, "Creating a signature" (older edition, path /1/)
    Vector {
        id: "V7", method: "POST", secrets: ["kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"],
        url: "https://api.twitter.com/1/statuses/update.json?include_entities=true",
        form: &[("status", "Hello Ladies + Gentlemen, a signed OAuth request!")],
        oauth: &[("oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"), ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1318622958"), ("oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"), ("oauth_version", "1.0")],
        base_string: "POST&https%3A%2F%2Fapi.twitter.com%2F1%2Fstatuses%2Fupdate.json&include_entities%3Dtrue%26oauth_consumer_key%3Dxvz1evFS4wEEPTGEFPHBog%26oauth_nonce%3DkYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1318622958%26oauth_token%3D370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb%26oauth_version%3D1.0%26status%3DHello%2520Ladies%2520%252B%2520Gentlemen%252C%2520a%2520signed%2520OAuth%2520request%2521",
        signature: "tnnArxj06cWHq44gCs1OSKk/jLY=",
    },
    // project (made up)
    Vector {
        id: "M1", method: "GET", secrets: ["emu app&secret=1", "tok+secret/%"],
        url: "http://api.musescore.com/services/rest/score.json?text=%22silver%20lake%22&part=0%2C73&page=0",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0001"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000000"), ("oauth_token", "tok-7f3a"), ("oauth_version", "1.0")],
        base_string: "GET&http%3A%2F%2Fapi.musescore.com%2Fservices%2Frest%2Fscore.json&oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0001%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000000%26oauth_token%3Dtok-7f3a%26oauth_version%3D1.0%26page%3D0%26part%3D0%252C73%26text%3D%2522silver%2520lake%2522",
        signature: "QkTQ5zsVAij1wE2soQygxRVlXTA=",
    },
    // project (made up)
    Vector {
        id: "M2", method: "POST", secrets: ["emu app&secret=1", ""],
        url: "http://api.musescore.com/oauth/request_token",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0002"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000001"), ("oauth_callback", "oob"), ("oauth_version", "1.0")],
        base_string: "POST&http%3A%2F%2Fapi.musescore.com%2Foauth%2Frequest_token&oauth_callback%3Doob%26oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0002%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000001%26oauth_version%3D1.0",
        signature: "AvqBEiAwTr26DoXSyMojxdGTnrY=",
    },
    // project (made up)
    Vector {
        id: "M3", method: "POST", secrets: ["emu app&secret=1", "req&sec"],
        url: "http://api.musescore.com/oauth/access_token",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0003"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000002"), ("oauth_token", "req-11"), ("oauth_verifier", "V 42"), ("oauth_version", "1.0")],
        base_string: "POST&http%3A%2F%2Fapi.musescore.com%2Foauth%2Faccess_token&oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0003%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000002%26oauth_token%3Dreq-11%26oauth_verifier%3DV%252042%26oauth_version%3D1.0",
        signature: "4sSGtXpBqWBukrXvWzZxKWl9+BU=",
    },
    // project (made up)
    Vector {
        id: "M4", method: "POST", secrets: ["emu app&secret=1", "tok+secret/%"],
        url: "http://api.musescore.com/services/rest/score.json",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0004"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000003"), ("oauth_token", "tok-7f3a"), ("oauth_version", "1.0")],
        base_string: "POST&http%3A%2F%2Fapi.musescore.com%2Fservices%2Frest%2Fscore.json&oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0004%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000003%26oauth_token%3Dtok-7f3a%26oauth_version%3D1.0",
        signature: "fv8wAAqYf8zLL98NaOzU/kYkiiI=",
    },
    // project (made up)
    Vector {
        id: "M5", method: "DELETE", secrets: ["emu app&secret=1", "tok+secret/%"],
        url: "http://api.musescore.com/services/rest/score/42.json",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0005"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000004"), ("oauth_token", "tok-7f3a")],
        base_string: "DELETE&http%3A%2F%2Fapi.musescore.com%2Fservices%2Frest%2Fscore%2F42.json&oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0005%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000004%26oauth_token%3Dtok-7f3a",
        signature: "MihYoR/oJWfXVje3WJAEg5EwrvM=",
    },
    // project (made up)
    Vector {
        id: "M6", method: "GET", secrets: ["emu app&secret=1", "tok+secret/%"],
        url: "http://api.musescore.com/services/rest/score.xml?text=Dvo%C5%99%C3%A1k%20~*%27()!&language=cs",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0006"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000005"), ("oauth_token", "tok-7f3a"), ("oauth_version", "1.0")],
        base_string: "GET&http%3A%2F%2Fapi.musescore.com%2Fservices%2Frest%2Fscore.xml&language%3Dcs%26oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0006%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000005%26oauth_token%3Dtok-7f3a%26oauth_version%3D1.0%26text%3DDvo%25C5%2599%25C3%25A1k%2520~%252A%2527%2528%2529%2521",
        signature: "BaobYllGQzIwH/n724AAwieMbtQ=",
    },
    // project (made up)
    Vector {
        id: "M7", method: "GET", secrets: ["emu app&secret=1", "tok+secret/%"],
        url: "http://127.0.0.1:8080/services/rest/me.json",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0007"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000006"), ("oauth_token", "tok-7f3a"), ("oauth_version", "1.0")],
        base_string: "GET&http%3A%2F%2F127.0.0.1%3A8080%2Fservices%2Frest%2Fme.json&oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0007%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000006%26oauth_token%3Dtok-7f3a%26oauth_version%3D1.0",
        signature: "GlH/rNCr9it84dYWzHSR9JbvxvE=",
    },
    // project (made up)
    Vector {
        id: "M8", method: "GET", secrets: ["emu app&secret=1", "tok+secret/%"],
        url: "HTTP://API.MuseScore.COM:80/services/rest/me.json",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0007"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000006"), ("oauth_token", "tok-7f3a"), ("oauth_version", "1.0")],
        base_string: "GET&http%3A%2F%2Fapi.musescore.com%2Fservices%2Frest%2Fme.json&oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0007%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000006%26oauth_token%3Dtok-7f3a%26oauth_version%3D1.0",
        signature: "XcBj+hDgb0sRwl0QcoLMGu4hDpU=",
    },
    // project (made up)
    Vector {
        id: "M9", method: "GET", secrets: ["emu app&secret=1", "tok+secret/%"],
        url: "https://api.musescore.com:443/services/rest/me.json",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0007"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000006"), ("oauth_token", "tok-7f3a"), ("oauth_version", "1.0")],
        base_string: "GET&https%3A%2F%2Fapi.musescore.com%2Fservices%2Frest%2Fme.json&oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0007%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000006%26oauth_token%3Dtok-7f3a%26oauth_version%3D1.0",
        signature: "CT10N8yzxzlOPGOazp25CKmGG+4=",
    },
    // project (made up)
    Vector {
        id: "M10", method: "GET", secrets: ["emu app&secret=1", ""],
        url: "http://example.com?a=1&a-=1&a.b=2&a%20b=3&A=0&a=",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0008"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000007")],
        base_string: "GET&http%3A%2F%2Fexample.com%2F&A%3D0%26a%3D%26a%3D1%26a%2520b%3D3%26a-%3D1%26a.b%3D2%26oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0008%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000007",
        signature: "fUvpRTJvKS5MYx65fzALr89TEm8=",
    },
    // project (made up)
    Vector {
        id: "M11", method: "GET", secrets: ["emu app&secret=1", ""],
        url: "http://api.musescore.com/services/rest/score.json",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0009"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000008"), ("oauth_token", "")],
        base_string: "GET&http%3A%2F%2Fapi.musescore.com%2Fservices%2Frest%2Fscore.json&oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0009%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000008%26oauth_token%3D",
        signature: "zoVPMn70YGoe2GhfyPx4W0pyDhc=",
    },
    // project (made up)
    Vector {
        id: "M12", method: "POST", secrets: ["emu app&secret=1", "tok+secret/%"],
        url: "http://api.musescore.com/services/rest/score/42/update.json?secret=ab%2Bcd",
        form: &[],
        oauth: &[("oauth_consumer_key", "emu-app-key"), ("oauth_nonce", "n-0010"), ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "1400000009"), ("oauth_token", "tok-7f3a"), ("oauth_version", "1.0")],
        base_string: "POST&http%3A%2F%2Fapi.musescore.com%2Fservices%2Frest%2Fscore%2F42%2Fupdate.json&oauth_consumer_key%3Demu-app-key%26oauth_nonce%3Dn-0010%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1400000009%26oauth_token%3Dtok-7f3a%26oauth_version%3D1.0%26secret%3Dab%252Bcd",
        signature: "2nU7U2Z6Jwbn+X4o0D9BvAticu4=",
    },
];
