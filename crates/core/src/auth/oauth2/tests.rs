use http::{HeaderMap, StatusCode};

use super::*;
use crate::ApiError as _;
use crate::testing::{FnTransport, ManualClock, wire};

fn server(secret: Option<&str>) -> TokenServer {
    let client = Client::builder("https://secure.example/")
        .transport(FnTransport::new(|_| Ok(Response::new(Bytes::new()))))
        .clock(ManualClock::new("2026-11-21T20:00:00Z".parse().unwrap()))
        .build()
        .unwrap();
    TokenServer::new(client, App { id: "app1".into(), secret: secret.map(Secret::from) })
}

#[test]
fn client_credentials_go_into_the_basic_header_and_nowhere_else() {
    let server = server(Some("s3cret"));
    let mut request = server.client().prepare(&ClientCredentials { server: &server }).unwrap();
    let basic = request.headers.remove(AUTHORIZATION).unwrap();
    assert_eq!(basic, "Basic YXBwMTpzM2NyZXQ=");
    assert!(basic.is_sensitive());
    let text = wire(server.client(), &ClientCredentials { server: &server }).unwrap();
    assert!(text.starts_with("POST /oauth/token HTTP/1.1\n"), "{text}");
    assert!(text.ends_with("\n\ngrant_type=client_credentials"), "{text}");
    assert!(text.contains("accept: application/json; charset=utf-8\n"), "{text}");
    assert!(text.contains("content-type: application/x-www-form-urlencoded\n"), "{text}");
}

#[test]
fn a_refresh_as_the_guide_writes_it() {
    let server = server(Some("s3cret"));
    let refresh_token = "r-81f0a6".into();
    let text =
        wire(server.client(), &RefreshToken { server: &server, refresh_token: &refresh_token }).unwrap();
    let expected = "grant_type=refresh_token&client_id=app1&client_secret=s3cret&refresh_token=r-81f0a6";
    assert!(text.ends_with(expected), "{text}");
    assert!(!text.contains("authorization"), "{text}");
}

#[test]
fn the_redirect_uri_is_named_in_a_refresh_if_that_is_wished() {
    let server = server(Some("s3cret")).with_redirect_uri("https://my.example/cb");
    let refresh_token = "r-81f0a6".into();
    let text =
        wire(server.client(), &RefreshToken { server: &server, refresh_token: &refresh_token }).unwrap();
    let expected = "client_secret=s3cret&redirect_uri=https%3A%2F%2Fmy.example%2Fcb&refresh_token=r-81f0a6";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn the_secret_of_a_program_does_not_travel_over_plain_http() {
    let at = |base: &str| {
        let transport = FnTransport::new(|_| Ok(Response::new(Bytes::new())));
        let client = Client::builder(base).transport(transport).build().unwrap();
        TokenServer::new(client, App { id: "app1".into(), secret: Some("s3cret".into()) })
    };
    let (code, verifier) = ("c".into(), "v".into());
    for (base, refused) in [("http://secure.example/", true), ("http://127.0.0.1:8405/", false)] {
        let server = at(base);
        let exchange =
            ExchangeCode { server: &server, code: &code, verifier: &verifier, redirect_uri: "https://x/" };
        let refresh = RefreshToken { server: &server, refresh_token: &code };
        let built = [
            server.client().prepare(&exchange).map(drop),
            server.client().prepare(&refresh).map(drop),
            server.client().prepare(&ClientCredentials { server: &server }).map(drop),
        ];
        for built in built {
            assert_eq!(built.is_err(), refused, "{base}");
            if let Err(error) = built {
                assert!(error.to_string().contains("not sent to http://secure.example:80"), "{error}");
            }
        }
    }
}

#[test]
fn a_public_program_has_no_token_of_its_own() {
    let server = server(None);
    let error = server.client().prepare(&ClientCredentials { server: &server }).unwrap_err();
    assert_eq!(error.to_string(), "client_secret: must be set for a token of the client itself");
}

fn error(status: u16, body: &'static str) -> TokenError {
    let status = StatusCode::from_u16(status).unwrap();
    TokenError::read(status, &HeaderMap::new(), &Bytes::from_static(body.as_bytes()))
}

#[test]
fn both_shapes_of_an_error_are_one_type() {
    use TokenErrorCode as Code;
    let table = [
        (400, r#"{"error":"invalid_grant"}"#, Code::InvalidGrant),
        (400, r#"{"error":"invalid_request","error_description":"code missing"}"#, Code::InvalidRequest),
        (401, r#"{"error":"invalid_client"}"#, Code::InvalidClient),
        (400, r#"{"error":"unsupported_grant_type"}"#, Code::UnsupportedGrantType),
        (429, r#"{"error":"rate_limit_exceeded"}"#, Code::RateLimited),
        // The API's error object, as the old token endpoint sent it.
        (
            401,
            r#"{"code":401,"message":"invalid_grant","link":"","status":"401 - Unauthorized","errors":[{"error_message":"invalid_grant"}],"error":null,"error_code":"invalid_grant"}"#,
            Code::InvalidGrant,
        ),
        (400, r#"{"code":400,"message":"unsupported_grant"}"#, Code::UnsupportedGrantType),
        (
            401,
            r#"{"code":401,"message":"unauthorized_client","errors":["unauthorized_client"]}"#,
            Code::UnauthorizedClient,
        ),
        (
            429,
            r#"{"errors":[{"meta":{"rate_limit":{"bucket":"by-client","max_nr_of_requests":50,"time_window":"PT12H"}}}]}"#,
            Code::RateLimited,
        ),
        (400, r#"{"error":"mystery"}"#, Code::Other("mystery".into())),
        (400, r#"{"errors":[{"error_message":"invalid_scope"}]}"#, Code::InvalidScope),
        (403, "<html><head><title>ERROR</title></head></html>", Code::Unreadable),
        (401, "\n", Code::Unreadable),
        (500, "", Code::Unreadable),
        (429, "Please slow down.", Code::RateLimited),
    ];
    for (status, body, code) in table {
        assert_eq!(error(status, body).code, code, "{body}");
    }
    assert_eq!(
        error(400, r#"{"error":"invalid_request","error_description":"code missing"}"#).to_string(),
        "invalid_request: code missing"
    );
    assert_eq!(error(403, "<html><title>ERROR</title>").to_string(), "a web page titled \"ERROR\"");
}

fn response(body: &'static str) -> Result<TokenResponse, DecodeError> {
    TokenResponse::read(&Response::new(Bytes::from_static(body.as_bytes())))
}

#[test]
fn what_stands_where_a_token_should_is_named_and_not_shown() {
    for (found, body) in [
        ("an object", r#"{"access_token":{"value":"CANARY"}}"#),
        ("a list", r#"{"access_token":["CANARY","CANARY"]}"#),
        ("a boolean", r#"{"access_token":true}"#),
        ("a boolean", r#"{"access_token":false}"#),
    ] {
        let error = response(body).unwrap_err().to_string();
        assert!(error.contains(&format!("invalid access_token: expected a text, found {found}")), "{error}");
        assert!(!error.contains("CANARY"), "{error}");
    }
}

#[test]
fn every_success_that_was_seen_is_read() {
    let full = response(
        r#"{"access_token":"a","token_type":"bearer","expires_in":3599,"refresh_token":"r","scope":""}"#,
    )
    .unwrap();
    assert_eq!(full.expires_in, Some(Duration::from_secs(3599)));
    assert_eq!(full.refresh_token.unwrap().expose(), "r");
    let ancient = response(r#"{"access_token":"a","scope":"non-expiring"}"#).unwrap();
    assert_eq!((ancient.expires_in, ancient.refresh_token), (None, None));
    assert_eq!(ancient.scope, "non-expiring");
    let text = response(r#"{"access_token":"a","expires_in":"3600","refresh_token":null,"scope":null}"#);
    assert_eq!(text.unwrap().expires_in, Some(Duration::from_secs(3600)));
    let endless = response(r#"{"access_token":"a","expires_in":18446744073709551615}"#).unwrap();
    assert_eq!(endless.expires_in, Some(Duration::from_secs(10 * 366 * 24 * 3600)));
    for wrong in [r#"{"access_token":""}"#, "{}", "<html>", ""] {
        assert!(response(wrong).is_err(), "{wrong}");
    }
}

mod reading {
    //! Whatever a token server says: no panic, and nothing that is used or printed by mistake.

    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;

    /// JSON of any shape, with some of the texts that matter.
    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
            "[\\x00-\\x7f]{0,12}".prop_map(Value::from),
            prop::sample::select(vec!["Bearer", "mac", "3600", "0", "tok-1", "invalid_grant"])
                .prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec(("[a-z]{1,3}", inner), 0..3)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    fn body() -> impl Strategy<Value = Vec<u8>> {
        let names = [
            "access_token",
            "refresh_token",
            "expires_in",
            "scope",
            "token_type",
            "error",
            "error_description",
        ];
        let members = prop::collection::vec((prop::sample::select(names.to_vec()), json()), 0..7);
        let object = members.prop_map(|members| {
            let map: Map<String, Value> =
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            Value::Object(map).to_string().into_bytes()
        });
        let form = prop::collection::vec((prop::sample::select(names.to_vec()), "\\PC{0,8}"), 0..5).prop_map(
            |pairs| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes(),
        );
        prop_oneof![4 => object, 1 => form, 1 => prop::collection::vec(any::<u8>(), 0..80)]
    }

    proptest! {
        #[test]
        fn what_is_read_can_be_sent(body in body()) {
            let read = TokenResponse::read(&Response::new(Bytes::from(body.clone())));
            let _ = TokenError::of(&body, false).to_string();
            match read {
                Ok(response) => {
                    let header = http::HeaderValue::try_from(format!("Bearer {}", response.access_token.expose()));
                    prop_assert!(header.is_ok() && is_sendable(&response.access_token));
                    prop_assert!(response.expires_in.is_none_or(|life| life >= Duration::from_secs(1)));
                    prop_assert!(response.refresh_token.is_none_or(|token| !token.is_empty()));
                    prop_assert!(response.expires_in.is_none() || response.renew_in.is_none());
                }
                Err(error) => prop_assert!(!error.to_string().contains('\n')),
            }
        }

        #[test]
        fn a_refresh_token_that_is_text_is_never_overlooked(body in body(), token in "[!-~]{1,20}") {
            let Ok(Value::Object(mut members)) = serde_json::from_slice(&body) else { return Ok(()) };
            members.insert("refresh_token".into(), json!(token));
            let body = Value::Object(members).to_string();
            let found = match Success::read(body.as_bytes()) {
                Success::Tokens { response, lost } => {
                    prop_assert!(lost.is_none());
                    response.refresh_token
                }
                Success::Unusable { refresh, .. } => refresh,
                Success::Refused(_) | Success::Unreadable { .. } => None,
            };
            prop_assert_eq!(found, Some(Secret::from(token)));
        }
    }
}
