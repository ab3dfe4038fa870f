//! A download from a server that breaks off, with any validators and any `Content-Range`: done means all bytes of one state of the
//! file, as long as the server does not lie; and no header or record of a begun download does harm.
#![no_main]

use std::sync::Mutex;

use libfuzzer_sys::fuzz_target;
use segno_core::client::{Resumption, Sink};
use segno_core::decode::Content;
use segno_core::endpoint::PlainApiError;
use segno_core::http::{HeaderValue, header};
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::{
    BoxFuture, BuildError, Bytes, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Timestamp,
};

struct Get;

impl Endpoint for Get {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "fuzz.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;
    const CONTENT: Content = Content::Any;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("get", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

/// Memory that goes on from a record.
struct Begun(Vec<u8>, Option<Resumption>);

impl Sink for Begun {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, std::io::Result<()>> {
        self.0.extend_from_slice(&bytes);
        Box::pin(std::future::ready(Ok(())))
    }

    fn restart(&mut self) -> BoxFuture<'_, std::io::Result<bool>> {
        self.0.clear();
        Box::pin(std::future::ready(Ok(true)))
    }

    fn finish(&mut self) -> BoxFuture<'_, std::io::Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn resume<'a>(&'a mut self, _: &'a str) -> BoxFuture<'a, std::io::Result<Option<Resumption>>> {
        Box::pin(std::future::ready(Ok(self.1.take())))
    }
}

fuzz_target!(|input: (&[u8], &[u8], &[u8], Vec<(u8, u8)>, Option<&[u8]>)| {
    let (file, tag, said, breaks, record) = input;
    let (file, lies) = (Bytes::copy_from_slice(file), !said.is_empty());
    let (tag, said) = (HeaderValue::from_bytes(tag).ok(), HeaderValue::from_bytes(said).ok());
    let served = file.clone();
    let breaks = Mutex::new(breaks.into_iter().take(6));
    let transport = FnTransport::new(move |request| {
        let step = breaks.lock().unwrap().next();
        let from = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
        let from = from.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
        let from = from.filter(|from| *from < served.len());
        let rest = served.slice(from.unwrap_or(0)..);
        let end = step.map_or(rest.len(), |(length, _)| rest.len().min(length.into()));
        let mut response = Response::new(rest.slice(..end));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, rest.len().into());
        if let Some(tag) = &tag {
            headers.insert(header::ETAG, tag.clone());
        }
        if let Some(from) = from {
            let right = format!("bytes {from}-{}/{}", served.len() - 1, served.len());
            let right = HeaderValue::try_from(right).unwrap();
            headers.insert(header::CONTENT_RANGE, said.clone().unwrap_or(right));
            *response.status_mut() = segno_core::StatusCode::PARTIAL_CONTENT;
        }
        if let Some((_, 255)) = step {
            *response.status_mut() = segno_core::StatusCode::RANGE_NOT_SATISFIABLE;
        }
        Ok(response)
    });
    let clock = ManualClock::new(Timestamp::from_unix_seconds(1_795_292_100).unwrap());
    let client =
        Client::builder("https://fuzz.example/").transport(transport).clock(clock).build().unwrap();
    let record = record.and_then(|record| serde_json::from_slice::<Resumption>(record).ok());
    let begun = record.is_some();
    let mut sink = Begun(Vec::new(), record);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    match runtime.block_on(client.call(&Get).download_into(&mut sink)) {
        Ok(done) if !lies && !begun => {
            assert_eq!(sink.0, file);
            assert_eq!(done.bytes, file.len() as u64);
        }
        Ok(_) => {}
        Err(error) => assert!(!error.to_string().contains(char::is_control)),
    }
});
