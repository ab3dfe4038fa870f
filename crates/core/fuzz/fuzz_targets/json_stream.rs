//! Any bytes in any pieces: what serde_json reads as an array comes out item by item, and nothing else does without an
//! error.
#![no_main]

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Frame;
use libfuzzer_sys::fuzz_target;
use segno_core::{BoxFuture, BuildError, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use segno_core::client::StreamEndpoint;
use segno_core::endpoint::PlainApiError;
use segno_core::request::RequestBody;
use segno_core::transport::{ResponseBody, Transport, TransportError};
use serde_json::Value;

struct List;

impl Endpoint for List {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "fuzz.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("list", &[])
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

impl StreamEndpoint for List {
    type Item = Value;
}

#[derive(Clone)]
struct Pieces(VecDeque<Bytes>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}

impl Transport for Pieces {
    fn send(&self, _: http::Request<RequestBody>) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let body = ResponseBody::new(self.clone());
        Box::pin(std::future::ready(Ok(Response::new(body))))
    }
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, text) = (usize::from(input.0).max(1), input.1);
    let pieces = Pieces(text.chunks(size).map(Bytes::copy_from_slice).collect());
    let clock = segno_core::testing::ManualClock::new(segno_core::Timestamp::from_unix_seconds(0).unwrap());
    let client = Client::builder("https://fuzz.example/")
        .transport(pieces)
        .clock(clock)
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (items, failed) = runtime.block_on(async {
        let mut array = client.stream(&List).await.unwrap();
        let (mut items, mut failed) = (Vec::new(), false);
        while let Some(item) = array.next().await {
            match item {
                Ok(item) => items.push(item),
                Err(_) => failed = true,
            }
        }
        (items, failed)
    });
    match serde_json::from_slice::<Option<Vec<Value>>>(text) {
        Ok(expected) => {
            assert!(!failed);
            assert_eq!(items, expected.unwrap_or_default());
        }
        // A byte order mark is taken, which serde_json does not.
        Err(_) => assert!(failed || text.iter().any(|byte| [0xEF, 0xBB, 0xBF].contains(byte))),
    }
});
