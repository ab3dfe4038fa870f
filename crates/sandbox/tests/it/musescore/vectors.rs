//! Signed requests that other programs computed, sent as they are: host, path, parameters and signature.
//!
//! What the requests are about does not exist here, so a right signature shows in that the refusal, if there is one, comes later.

use segno_sandbox::{Host, MusescoreCredentials, Sandbox};

use crate::wire::{Response, exchange};

struct Vector {
    name: &'static str,
    method: &'static str,
    host: &'static str,
    target: &'static str,
    header: &'static str,
    /// With the right signature.
    status: u16,
}

const VECTORS: &[Vector] = &[
    Vector {
        name: "M1",
        method: "GET",
        host: "api.musescore.com",
        target: "/services/rest/score.json?text=%22silver%20lake%22&part=0%2C73&page=0",
        header: "oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n-0001\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1400000000\", oauth_token=\"tok-7f3a\", oauth_version=\"1.0\", oauth_signature=\"QkTQ5zsVAij1wE2soQygxRVlXTA%3D\"",
        status: 200,
    },
    Vector {
        name: "M2",
        method: "POST",
        host: "api.musescore.com",
        target: "/oauth/request_token",
        header: "oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n-0002\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1400000001\", oauth_callback=\"oob\", oauth_version=\"1.0\", oauth_signature=\"AvqBEiAwTr26DoXSyMojxdGTnrY%3D\"",
        status: 200,
    },
    Vector {
        name: "M4",
        method: "POST",
        host: "api.musescore.com",
        target: "/services/rest/score.json",
        header: "oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n-0004\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1400000003\", oauth_token=\"tok-7f3a\", oauth_version=\"1.0\", oauth_signature=\"fv8wAAqYf8zLL98NaOzU%2FkYkiiI%3D\"",
        status: 406,
    },
    Vector {
        name: "M5",
        method: "DELETE",
        host: "api.musescore.com",
        target: "/services/rest/score/42.json",
        header: "oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n-0005\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1400000004\", oauth_token=\"tok-7f3a\", oauth_signature=\"MihYoR%2FoJWfXVje3WJAEg5EwrvM%3D\"",
        status: 404,
    },
    Vector {
        name: "M6",
        method: "GET",
        host: "api.musescore.com",
        target: "/services/rest/score.xml?text=Dvo%C5%99%C3%A1k%20~*%27()!&language=cs",
        header: "oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n-0006\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1400000005\", oauth_token=\"tok-7f3a\", oauth_version=\"1.0\", oauth_signature=\"BaobYllGQzIwH%2Fn724AAwieMbtQ%3D\"",
        status: 200,
    },
    Vector {
        name: "M7",
        method: "GET",
        host: "127.0.0.1:8080",
        target: "/services/rest/me.json",
        header: "oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n-0007\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1400000006\", oauth_token=\"tok-7f3a\", oauth_version=\"1.0\", oauth_signature=\"GlH%2FrNCr9it84dYWzHSR9JbvxvE%3D\"",
        status: 200,
    },
    Vector {
        name: "M8",
        method: "GET",
        host: "API.MuseScore.COM:80",
        target: "/services/rest/me.json",
        header: "oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n-0007\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1400000006\", oauth_token=\"tok-7f3a\", oauth_version=\"1.0\", oauth_signature=\"XcBj%2BhDgb0sRwl0QcoLMGu4hDpU%3D\"",
        status: 200,
    },
    Vector {
        name: "M11",
        method: "GET",
        host: "api.musescore.com",
        target: "/services/rest/score.json",
        header: "oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n-0009\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1400000008\", oauth_token=\"\", oauth_signature=\"zoVPMn70YGoe2GhfyPx4W0pyDhc%3D\"",
        status: 200,
    },
    Vector {
        name: "M12",
        method: "POST",
        host: "api.musescore.com",
        target: "/services/rest/score/42/update.json?secret=ab%2Bcd",
        header: "oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n-0010\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1400000009\", oauth_token=\"tok-7f3a\", oauth_version=\"1.0\", oauth_signature=\"2nU7U2Z6Jwbn%2BX4o0D9BvAticu4%3D\"",
        status: 404,
    },
];

/// Knows the consumer and token of the vectors, and stands at the time of their requests.
async fn sandbox() -> Sandbox {
    let mut credentials = MusescoreCredentials::new("emu-app-key", "emu app&secret=1");
    credentials.token = "tok-7f3a".into();
    credentials.token_secret = "tok+secret/%".into();
    let builder = Sandbox::builder().frozen_at(1_400_000_000);
    builder
        .switches(|switches| switches.musescore.credentials = vec![credentials])
        .start()
        .await
        .expect("starts")
}

async fn send(sandbox: &Sandbox, vector: &Vector, header: &str) -> Response {
    let address = sandbox.origin(Host::MUSESCORE);
    let address = address.strip_prefix("http://").expect("an http URL");
    let Vector { method, host, target, .. } = vector;
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: OAuth {header}\r\nConnection: close\r\n\
         Content-Length: 0\r\n\r\n"
    );
    let (bytes, end) = exchange(address, request.as_bytes()).await;
    end.expect("an orderly end");
    Response::parse(&bytes)
}

#[tokio::test]
async fn the_requests_that_others_signed_are_taken() {
    for vector in VECTORS {
        // One sandbox each: two of them share a nonce.
        let response = send(&sandbox().await, vector, vector.header).await;
        assert_eq!(response.status, vector.status, "{}: {}", vector.name, response.text());
        assert!(!response.text().contains("Invalid signature"), "{}", vector.name);
    }
}

#[tokio::test]
async fn and_no_others() {
    let sandbox = sandbox().await;
    for vector in VECTORS {
        let wrong = vector.header.replace("oauth_timestamp=\"14000000", "oauth_timestamp=\"14000001");
        assert_ne!(wrong, vector.header);
        let response = send(&sandbox, vector, &wrong).await;
        assert_eq!(response.status, 401, "{}", vector.name);
        assert!(response.text().contains("Invalid signature"), "{}: {}", vector.name, response.text());
    }
}
