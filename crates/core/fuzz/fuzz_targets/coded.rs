//! Any body under any coding: no panic, no more than the cap, and what is not coded comes out as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::{BuildError, Bytes, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use segno_core::endpoint::PlainApiError;

struct Get;

impl Endpoint for Get {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "fuzz.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("get", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

const CAP: usize = 1 << 16;

fuzz_target!(|input: (u8, bool, &[u8])| {
    let coding = ["gzip", "deflate", "gzip, deflate", "identity", "br"][usize::from(input.0) % 5];
    let status = if input.1 { 200 } else { 400 };
    let body = Bytes::copy_from_slice(input.2);
    let sent = body.clone();
    let transport = FnTransport::new(move |_| {
        let head = Response::builder().status(status).header("content-encoding", coding);
        Ok(head.body(sent.clone()).unwrap())
    });
    let clock = ManualClock::new(segno_core::Timestamp::from_unix_seconds(0).unwrap());
    let client = Client::builder("https://fuzz.example/").transport(transport).clock(clock).body_cap(CAP).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    match runtime.block_on(client.send(&Get)) {
        Ok(read) => {
            assert!(read.len() <= CAP && coding != "br");
            assert!(coding != "identity" || read == body);
        }
        Err(error) => {
            let line = error.to_string();
            assert!(line.chars().count() <= 400 && !line.contains(char::is_control), "{line}");
        }
    }
});
