use proptest::prelude::*;
use segno_core::ApiError as _;

use super::*;

fn error(status: u16, body: &str) -> ApiError {
    let status = StatusCode::from_u16(status).unwrap();
    ApiError::read(status, &HeaderMap::new(), &Bytes::copy_from_slice(body.as_bytes()))
}

const FULL: &str = r#"{"code":422,"message":"unable to process provided asset_data",
    "link":"https://developers.soundcloud.com/docs/api/explorer/open-api","status":"422 - Unprocessable Entity",
    "errors":[{"error_message":"unable to process provided asset_data"}],"error":null}"#;

#[test]
fn all_eight_shapes_parse() {
    let table = [
        (422, FULL, Shape::Object, "unable to process provided asset_data"),
        (
            404,
            r#"{"code":404,"message":"404 - Not Found","link":"https://x"}"#,
            Shape::Object,
            "404 - Not Found",
        ),
        (404, r#"{"errors":[{"error_message":"404 - Not Found"}]}"#, Shape::Errors, "404 - Not Found"),
        (404, r#"{"errors":["404 - Not Found"]}"#, Shape::Errors, "404 - Not Found"),
        (403, "{\n  \"error\": \"Quota exceeded\"\n}", Shape::Word, "Quota exceeded"),
        (
            401,
            "\n",
            Shape::Empty,
            "no reason given; the access token may be missing, expired, revoked or of the wrong kind",
        ),
        (500, "", Shape::Empty, ""),
        (429, "Please slow down.", Shape::Text, "Please slow down."),
        (
            403,
            "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>Request ID: aB3-_== </BODY></HTML>",
            Shape::Page,
            "a web page titled \"ERROR: The request could not be satisfied\" (request aB3-_== at the edge)",
        ),
        (
            404,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><errors><error>404 - Not Found</error></errors>",
            Shape::Xml,
            "404 - Not Found",
        ),
        (418, r#"{"something":"else"}"#, Shape::Unknown, ""),
        (500, r#"[1]"#, Shape::Unknown, "1"),
    ];
    for (status, body, shape, words) in table {
        let error = error(status, body);
        assert_eq!((error.shape, error.to_string().as_str()), (shape, words), "{body}");
    }
}

#[test]
fn a_401_without_a_reason_says_so() {
    let bare = error(
        401,
        r#"{"code":401,"message":"","link":"x","status":"401 - Unauthorized","errors":[],"error":null}"#,
    );
    assert_eq!(bare.shape, Shape::Object);
    assert_eq!(
        bare.to_string(),
        "no reason given; the access token may be missing, expired, revoked or of the wrong kind"
    );
    assert_eq!((bare.message.as_str(), bare.status_text.as_deref()), ("", Some("401 - Unauthorized")));
    assert_eq!(bare.link.as_deref(), Some("x"));
}

#[test]
fn all_five_bodies_of_a_429_parse() {
    let plays = error(
        429,
        r#"{"errors":[{"meta":{"rate_limit":{"group":"plays","max_nr_of_requests":15000,"time_window":"PT24H"},
            "remaining_requests":0,"reset_time":"2026/02/14 09:00:00 +0000"}}]}"#,
    );
    let limited = plays.rate_limit.clone().unwrap();
    assert_eq!((plays.shape, limited.throttle), (Shape::RateLimit, Throttle::Documented));
    assert_eq!(limited.reset_at, Some("2026-02-14T09:00:00Z".parse().unwrap()));
    assert_eq!(limited.limits[0].requests, Some(15_000));
    assert_eq!(limited.limits[0].remaining, Some(0));
    assert_eq!(limited.limits[0].window, Some(Duration::from_secs(86_400)));
    assert_eq!(
        plays.to_string(),
        "the limit on plays is exceeded (15000 in 24 h); try again at 2026-02-14T09:00:00Z"
    );

    let asks = |now: &str| plays.retry_after(now.parse().unwrap());
    assert_eq!(asks("2026-02-14T08:59:00Z"), Some(Duration::from_secs(60)));
    assert_eq!(asks("2026-02-14T09:00:01Z"), Some(Duration::ZERO), "the limit is over");
    assert_eq!(error(429, "Please slow down.").retry_after("2026-02-14T09:00:01Z".parse().unwrap()), None);

    let throttle = |body: &str| error(429, body).rate_limit.unwrap().throttle;
    assert_eq!(
        throttle(r#"{"code":429,"message":"rate_limit_exceeded","error_code":"rate_limit_exceeded"}"#),
        Throttle::Tokens
    );
    assert_eq!(throttle(r#"{"error":"rate_limit_exceeded"}"#), Throttle::Tokens);
    assert_eq!(
        throttle(
            r#"{"errors":[{"meta":{"rate_limit":{"bucket":"by-ip","name":"client-credentials-exchange"}}}]}"#
        ),
        Throttle::Tokens
    );
    let action =
        error(429, r#"{"code":429,"message":"too many","spam_warning_urn":"soundcloud:spam-warnings:31"}"#);
    let limited = action.rate_limit.clone().unwrap();
    assert_eq!(limited.throttle, Throttle::Actions);
    assert_eq!(action.to_string(), "too many; it looked like spam (soundcloud:spam-warnings:31)");
    assert_eq!(throttle("{\n  \"error\" : \"Rate Limit Exceeded\"\n}\n"), Throttle::Gateway);
    assert_eq!(throttle("Please slow down."), Throttle::Edge);
    assert_eq!(throttle(""), Throttle::Unknown);
}

#[test]
fn what_the_edge_says_is_told_apart() {
    assert!(error(504, "<html><title>504 Gateway Timeout</title></html>").is_edge());
    assert!(error(500, "").is_edge());
    assert!(!error(401, "").is_edge());
    assert!(!error(422, FULL).is_edge());
}

proptest! {
    #[test]
    fn no_body_panics(status in 400u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let status = StatusCode::from_u16(status).unwrap();
        let error = ApiError::read(status, &HeaderMap::new(), &Bytes::from(body));
        let _ = (error.to_string(), error.retry_after("2026-02-14T08:59:00Z".parse().unwrap()));
    }

    #[test]
    fn no_object_panics(status in 400u16..600, key in "error|errors|message|code|link", value in "(\"[a-z]*\"|\\[\\]|null|7|\\{\\}|\\[\\{\"meta\":\\{\\}\\}\\])") {
        let _ = error(status, &format!("{{\"{key}\":{value}}}")).to_string();
    }
}

/// The status line alone makes the API's error object, and an assertion that fails shows which error it was.
#[test]
fn an_object_is_known_by_any_of_its_members() {
    for body in [r#"{"code":404}"#, r#"{"status":"404 - Not Found","errors":[]}"#, r#"{"message":"no"}"#] {
        assert_eq!(error(404, body).shape, Shape::Object, "{body}");
    }
    let shown = format!("{:?}", error(404, r#"{"message":"no such track"}"#));
    for word in ["ApiError", "404", "Object", "no such track"] {
        assert!(shown.contains(word), "{shown}");
    }
}
