//! Responses that come before the upload was read, from servers that then close: they are heard, every time.

use std::sync::Arc;

use segno_core::endpoint::PlainApiError;
use segno_core::{
    Body, BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, StatusCode,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::peer::{self, read_head, soon};
use crate::tls;

/// An upload: 0 POST, 1 PUT.
struct Upload<const METHOD: u8>(Body);

impl<const METHOD: u8> Endpoint for Upload<METHOD> {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.upload";
    const METHOD: Method = if METHOD == 0 { Method::POST } else { Method::PUT };
    const REPLAY: Replay = if METHOD == 0 { Replay::Once } else { Replay::Idempotent };

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.body(self.0.clone());
        request.transfer();
        request.path("upload", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

const LENGTH: usize = 24 << 20;

/// Every response in its own framing: with a length, chunked, ended by the end of the connection.
const RESPONSES: [&str; 4] = [
    "HTTP/1.1 413 Content Too Large\r\ncontent-length: 7\r\n\r\ntoo big",
    "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 7\r\n\r\ntoo big",
    "HTTP/1.1 413 Content Too Large\r\ntransfer-encoding: chunked\r\n\r\n7\r\ntoo big\r\n0\r\n\r\n",
    "HTTP/1.0 403 Forbidden\r\n\r\ntoo big",
];

/// Reads the head and `bytes` of the body, responds and closes with the rest unread, which resets the connection.
async fn refuse(mut stream: TcpStream, bytes: usize, response: &str) -> std::io::Result<()> {
    let mut body = Vec::new();
    read_head(&mut stream, &mut body).await?;
    while body.len() < bytes {
        stream.read_buf(&mut body).await?;
    }
    stream.write_all(response.as_bytes()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_heard_40_times_of_40() {
    let file = Body::from(vec![0x5A; LENGTH]);
    for read in [0, 40_000] {
        for (round, response) in RESPONSES.iter().cycle().take(40).enumerate() {
            let base = peer::listen(move |stream| refuse(stream, read, response)).await;
            let client = peer::client(&base).0.build().unwrap();
            let post = soon(client.send(&Upload::<0>(file.clone()))).await.unwrap_err();
            let put = soon(client.send(&Upload::<1>(file.clone()))).await.unwrap_err();
            for error in [post, put] {
                let status = error.status().map(|status| status.as_u16());
                assert!(matches!(status, Some(413 | 403)), "round {round}, {response:?}: {error}");
                assert!(error.to_string().ends_with("too big"), "round {round}, {response:?}: {error}");
                assert_eq!(error.attempts(), 1);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_heard_through_tls() {
    let acceptor = tls::acceptor(&["http/1.1"]);
    let base = peer::listen(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            // Without this the response waits behind the tickets of the handshake, and is not sent at all.
            stream.set_nodelay(true)?;
            let mut stream = acceptor.accept(stream).await?;
            let mut head = Vec::new();
            while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                stream.read_buf(&mut head).await?;
            }
            stream.write_all(RESPONSES[0].as_bytes()).await?;
            stream.flush().await
        }
    })
    .await
    .replace("http:", "https:");
    let client = tls::client(&base, tls::trusting());
    for round in 0..20 {
        let upload = Upload::<0>(Body::from(vec![0x5A; LENGTH]));
        let error = soon(client.send(&upload)).await.unwrap_err();
        assert_eq!(error.status(), Some(StatusCode::PAYLOAD_TOO_LARGE), "round {round}: {error}");
    }
}

/// A peer that closes without a word is told as before, and the request may have arrived.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_response_the_connection_broke() {
    let base = peer::listen(|stream| refuse(stream, 40_000, "")).await;
    let client = peer::client(&base).0.build().unwrap();
    let error = soon(client.send(&Upload::<0>(Body::from(vec![0; LENGTH])))).await.unwrap_err();
    assert!(error.status().is_none() && error.may_have_taken_effect() && !error.is_connect(), "{error}");
    assert!(error.to_string().contains("the connection broke before a response came"), "{error}");
}

/// Who is refused stops sending.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rest_of_a_refused_upload_is_not_sent() {
    let (told, mut taken) = tokio::sync::mpsc::unbounded_channel();
    let told = Arc::new(told);
    let base = peer::listen(move |mut stream: TcpStream| {
        let told = Arc::clone(&told);
        async move {
            read_head(&mut stream, &mut Vec::new()).await?;
            stream.write_all(RESPONSES[0].as_bytes()).await?;
            // Reads on until the client gives up.
            let (mut count, mut sink) = (0, vec![0; 65536]);
            while let Ok(read @ 1..) = stream.read(&mut sink).await {
                count += read;
                tokio::task::yield_now().await;
            }
            let _ = told.send(count);
            Ok(())
        }
    })
    .await;
    let client = peer::client(&base).0.build().unwrap();
    let length = 512 << 20;
    let upload = Upload::<0>(Body::reader(tokio::io::repeat(7), length));
    let error = soon(client.send(&upload)).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::PAYLOAD_TOO_LARGE), "{error}");
    let taken = soon(taken.recv()).await.unwrap();
    assert!((taken as u64) < length / 2, "{taken} bytes were sent");
}
