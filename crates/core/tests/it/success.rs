//! Responses with a status of success that are none, and what is told of them.

use segno_core::decode::{ResponseUrl, read_json};
use segno_core::{
    ApiError, BuildError, Bytes, Cause, DecodeError, Endpoint, HeaderMap, Method, Replay, RequestWriter,
    Response, StatusCode,
};

use crate::example::{Reply, Service};

/// `GET /files/latest`: gives the path that the response came from; as a transfer if it is a file.
struct Latest {
    file: bool,
}

#[derive(Debug)]
struct Refusal(String);

impl ApiError for Refusal {
    fn read(_: StatusCode, _: &HeaderMap, body: &Bytes) -> Self {
        Self(String::from_utf8_lossy(body).into_owned())
    }

    fn in_success(response: &Response<Bytes>) -> Option<Self> {
        let body: serde_json::Value = read_json(response).ok()?;
        Some(Self(body.get("error")?.as_str()?.to_owned()))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Endpoint for Latest {
    type Output = String;
    type ApiError = Refusal;
    const NAME: &'static str = "example.files.latest";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("files/latest", &[])?;
        if self.file {
            request.transfer();
        }
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<String, DecodeError> {
        let _: serde_json::Value = read_json(&response)?;
        Ok(ResponseUrl::of(&response).map(|url| url.uri().path().to_owned()).unwrap_or_default())
    }
}

fn service(body: &'static str, media_type: &'static str) -> Service {
    Service::new(move |seen, _| {
        Ok(match seen.uri.path() {
            "/v1/files/latest" => Reply::new(302).header("location", "/v1/files/7?token=CANARY"),
            _ => Reply::ok().header("content-type", media_type).body(body),
        })
    })
}

#[tokio::test]
async fn a_response_knows_the_url_that_it_came_from() {
    let service = service("{}", "application/json");
    let client = service.client().0.build().unwrap();
    assert_eq!(client.send(&Latest { file: false }).await.unwrap(), "/v1/files/7");
}

#[tokio::test]
async fn an_error_with_a_status_of_success_is_the_services_error() {
    let service = service(r#"{"error":"Not today"}"#, "application/json");
    let client = service.client().0.build().unwrap();
    let error = client.send(&Latest { file: false }).await.unwrap_err();
    assert_eq!(error.to_string(), "example.files.latest: 200 OK: Not today");
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert!(error.may_have_taken_effect(), "nothing tells how far the service got");
    // A file may look like anything.
    client.send(&Latest { file: true }).await.unwrap();
}

#[tokio::test]
async fn a_body_of_another_kind_is_told_with_its_media_type() {
    let service = service("<html><title>Sign in</title>CANARY", "text/html; charset=utf-8");
    let client = service.client().0.build().unwrap();
    let error = client.send(&Latest { file: false }).await.unwrap_err();
    let Cause::Decode { headers, .. } = error.cause() else { panic!("{error}") };
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(
        error.to_string(),
        "example.files.latest: 200 OK, but the response cannot be read: it is a web page titled \"Sign in\" \
         (content-type: text/html; charset=utf-8)"
    );
}
