use http::{HeaderMap, StatusCode};

use super::*;
use crate::ApiError as _;
use crate::testing::{FnTransport, ManualClock, wire};

fn server(secret: Option<&str>) -> TokenServer {
    let client = Client::builder("https://secure.example/".parse().unwrap())
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
        let client = Client::builder(base.parse().unwrap()).transport(transport).build().unwrap();
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
    assert_eq!(error.to_string(), "client_secret: needed for a token of the program itself");
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
    assert_eq!(endless.expires_in, Some(Duration::from_secs(LONGEST)));
    for wrong in [r#"{"access_token":""}"#, "{}", "<html>", ""] {
        assert!(response(wrong).is_err(), "{wrong}");
    }
}
