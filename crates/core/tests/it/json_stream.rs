//! Arrays that are decoded while they arrive.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http_body::Frame;
use segno_core::client::{JsonArrayStream, StreamEndpoint};
use segno_core::request::RequestBody;
use segno_core::transport::{Phase, ResponseBody, Transport, TransportError, TransportErrorKind};
use segno_core::{
    ApiError, BoxFuture, BuildError, Bytes, Cause, Client, DecodeError, Endpoint, HeaderMap, Method, Replay,
    RequestWriter, Response, StatusCode,
};

use crate::example;

/// `GET /slices`
struct Slices;

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Slice {
    name: String,
}

/// What the service says when it refuses, whatever the status.
#[derive(Debug)]
struct Refusal(String);

impl ApiError for Refusal {
    fn read(_: StatusCode, _: &HeaderMap, body: &Bytes) -> Self {
        Self(String::from_utf8_lossy(body).into_owned())
    }

    fn in_success(response: &Response<Bytes>) -> Option<Self> {
        let body: serde_json::Value = segno_core::decode::read_json(response).ok()?;
        Some(Self(body.get("error")?.as_str()?.to_owned()))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Endpoint for Slices {
    type Output = Vec<Slice>;
    type ApiError = Refusal;
    const NAME: &'static str = "example.slices.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<Slice>, DecodeError> {
        segno_core::decode::read_json(&response)
    }
}

impl StreamEndpoint for Slices {
    type Item = Slice;
    const ITEM_CAP: usize = 64;
}

/// A body that hands out what it is fed, piece by piece; out of pieces it waits, unless it is closed.
#[derive(Clone, Default)]
struct Fed(Arc<Mutex<Pieces>>);

#[derive(Default)]
struct Pieces {
    pieces: VecDeque<Result<Bytes, TransportError>>,
    closed: bool,
}

impl Fed {
    fn new(pieces: &[&'static str]) -> Self {
        let fed = Self::default();
        for piece in pieces {
            fed.feed(piece);
        }
        fed
    }

    fn feed(&self, piece: &'static str) {
        self.0.lock().unwrap().pieces.push_back(Ok(Bytes::from_static(piece.as_bytes())));
    }

    fn break_off(&self) {
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        let error = TransportError::new(Phase::ReadingBody, TransportErrorKind::Broken, reset);
        self.0.lock().unwrap().pieces.push_back(Err(error));
    }

    fn close(self) -> Self {
        self.0.lock().unwrap().closed = true;
        self
    }
}

impl http_body::Body for Fed {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let mut pieces = self.0.lock().unwrap();
        match pieces.pieces.pop_front() {
            Some(piece) => Poll::Ready(Some(piece.map(Frame::data))),
            None if pieces.closed => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

impl Transport for Fed {
    fn send(
        &self,
        _: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async { Ok(Response::new(ResponseBody::new(self.clone()))) })
    }
}

async fn stream(fed: Fed) -> JsonArrayStream<Slices> {
    let client = Client::builder(example::base()).transport(fed).clock(example::clock()).build().unwrap();
    client.stream(&Slices).await.unwrap()
}

async fn names(fed: Fed) -> (Vec<String>, Vec<String>) {
    let mut array = stream(fed).await;
    let (mut names, mut errors) = (Vec::new(), Vec::new());
    while let Some(item) = array.next().await {
        match item {
            Ok(slice) => names.push(slice.name),
            Err(error) => errors.push(error.to_string()),
        }
    }
    (names, errors)
}

#[tokio::test]
async fn items_come_before_the_response_is_whole() {
    let fed = Fed::new(&[r#"[{"name":"a"},{"na"#]);
    let mut array = stream(fed.clone()).await;
    assert_eq!(array.next().await.unwrap().unwrap().name, "a");
    fed.feed(r#"me":"b"}]"#);
    let fed = fed.close();
    assert_eq!(array.next().await.unwrap().unwrap().name, "b");
    assert!(array.next().await.is_none());
    drop(fed);
}

#[tokio::test]
async fn an_item_of_another_shape_is_named_by_index_and_field_and_the_rest_goes_on() {
    let fed = Fed::new(&[r#"[{"name":"a"},{"name":"#, r#"["CANARY"]},{"name":"c"}]"#]).close();
    let (names, errors) = names(fed).await;
    assert_eq!(names, ["a", "c"]);
    assert_eq!(
        errors,
        ["example.slices.list: 200 OK, but the response cannot be read: [1].name: \
          expected a string, found a list"]
    );
}

#[tokio::test]
async fn an_array_that_ends_in_the_middle_is_an_error_and_not_a_short_list() {
    let (names, errors) = names(Fed::new(&[r#"[{"name":"a"},{"name":"b"}"#]).close()).await;
    assert_eq!(names, ["a"]);
    assert_eq!(
        errors,
        [
            "example.slices.list: 200 OK, but the response cannot be read: the JSON ends in the middle, after 26 bytes"
        ]
    );
}

#[tokio::test]
async fn a_response_that_breaks_off_says_so() {
    let fed = Fed::new(&[r#"[{"name":"a"},"#]);
    fed.break_off();
    let mut array = stream(fed).await;
    assert!(array.next().await.unwrap().is_ok());
    let error = array.next().await.unwrap().unwrap_err();
    assert!(matches!(error.cause(), Cause::Transport(error) if error.phase() == Phase::ReadingBody));
    assert!(array.next().await.is_none());
}

#[tokio::test]
async fn an_item_over_the_cap_costs_one_item() {
    let long = r#"{"name":"0123456789012345678901234567890123456789012345678901234567890123"}"#;
    let (names, errors) = names(Fed::new(&[r#"[{"name":"a"},"#, long, r#",{"name":"c"}]"#]).close()).await;
    assert_eq!(names, ["a", "c"]);
    assert_eq!(
        errors,
        [
            "example.slices.list: 200 OK, but the response cannot be read: it is larger than the cap of 64 bytes"
        ]
    );
}

#[tokio::test]
async fn brackets_that_do_not_fit_are_told_with_the_item() {
    let (names, errors) = names(Fed::new(&[r#"[{"name":"a"},{"name":"b"],{"name":"c"}]"#]).close()).await;
    assert_eq!(names, ["a", "c"]);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].contains("item 1"), "{}", errors[0]);
}

#[tokio::test]
async fn one_odd_text_costs_one_text() {
    let fed = Fed::new(&[
        "[{\"name\":\"x \\ud83c\"},{\"name\":\"a\tb\"}",
        ",oops oops,{\"name\":7},{\"name\":\"d\"}]",
    ]);
    let (names, errors) = names(fed.close()).await;
    assert_eq!(names, ["x \u{fffd}", "a\u{fffd}b", "7", "d"]);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("item 2"), "{}", errors[0]);
}

#[tokio::test]
async fn an_array_may_be_an_object_with_numbers_for_names() {
    let fed = Fed::new(&[r#"{"0":{"name":"a"},"#, r#""2":{"name":"b"}}"#]);
    assert_eq!(names(fed.close()).await, (vec!["a".into(), "b".into()], vec![]));
}

#[tokio::test]
async fn an_error_in_place_of_the_array_is_told() {
    let (names, errors) = names(Fed::new(&[r#"{"error":"no"}"#]).close()).await;
    assert_eq!(names, [""; 0]);
    assert_eq!(errors, ["example.slices.list: 200 OK: no"]);
}

#[tokio::test]
async fn an_item_of_another_kind_is_named_by_its_index_alone() {
    let fed = Fed::new(&[r#"[{"name":"A"},7]"#]).close();
    let (names, errors) = names(fed).await;
    assert_eq!(names, ["A"]);
    assert!(errors[0].contains(": [1]: expected"), "{errors:?}");
}
