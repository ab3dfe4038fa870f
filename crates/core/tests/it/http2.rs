//! HTTP/2: agreed on by ALPN, within the server's limit of streams, and through its GOAWAY (RFC 9113).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Response, StatusCode};
use segno_core::{Client, Retry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::example::Post;
use crate::peer::{self, soon};
use crate::tls;

fn client(base: &str) -> Client {
    Client::builder(base).transport(tls::trusting().build()).retry(Retry::never()).build().unwrap()
}

/// What a server saw.
#[derive(Default)]
struct Count {
    connections: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

#[tokio::test]
async fn one_connection_carries_all_within_the_limit_of_streams() {
    let (acceptor, count) = (tls::acceptor(&["h2", "http/1.1"]), Arc::new(Count::default()));
    let seen = Arc::clone(&count);
    let base = peer::listen(move |stream| {
        let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
        async move {
            seen.connections.fetch_add(1, Ordering::Relaxed);
            let stream = acceptor.accept(stream).await?;
            let handshake =
                h2::server::Builder::new().max_concurrent_streams(3).handshake::<_, Bytes>(stream);
            let mut connection = handshake.await.unwrap();
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                assert!(request.uri().authority().is_some() && !request.headers().contains_key("host"));
                let seen = Arc::clone(&seen);
                let now = seen.now.fetch_add(1, Ordering::Relaxed) + 1;
                seen.most.fetch_max(now, Ordering::Relaxed);
                tokio::spawn(async move {
                    for _ in 0..50 {
                        tokio::task::yield_now().await;
                    }
                    seen.now.fetch_sub(1, Ordering::Relaxed);
                    respond.send_response(Response::new(()), true)
                });
            }
            Ok(())
        }
    })
    .await
    .replace("http://127.0.0.1", "https://localhost");
    let client = client(&base);
    soon(client.send(&Post)).await.unwrap();
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&Post).await })
        })
        .collect();
    for call in calls {
        soon(call).await.unwrap().unwrap();
    }
    assert_eq!(count.connections.load(Ordering::Relaxed), 1);
    assert!((1..=3).contains(&count.most.load(Ordering::Relaxed)), "{:?}", count.most);
}

/// A frame: its type, flags, stream and payload (section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

async fn read_frame(stream: &mut TlsStream<TcpStream>) -> std::io::Result<(u8, u32)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    stream.read_exact(&mut vec![0; length as usize]).await?;
    Ok((head[3], u32::from_be_bytes([head[5], head[6], head[7], head[8]])))
}

/// What a server does with the second request of its first connection.
const REFUSALS: [fn(u32) -> Vec<u8>; 2] = [
    // GOAWAY: the last that was looked at is stream 1, NO_ERROR.
    |_| frame(7, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0]),
    // RST_STREAM with REFUSED_STREAM.
    |stream| frame(3, 0, stream, &[0, 0, 0, 7]),
];

/// Neither was looked at, so even what must not arrive twice goes again.
#[tokio::test]
async fn a_request_that_a_server_did_not_look_at_goes_again() {
    for (number, refuse) in REFUSALS.into_iter().enumerate() {
        let (acceptor, served) = (tls::acceptor(&["h2", "http/1.1"]), Arc::new(AtomicUsize::new(0)));
        let (all, connections) = (Arc::clone(&served), Arc::new(AtomicUsize::new(0)));
        let base = peer::listen(move |stream| {
            let (acceptor, served) = (acceptor.clone(), Arc::clone(&all));
            let connection = connections.fetch_add(1, Ordering::Relaxed);
            async move {
                let mut stream = acceptor.accept(stream).await?;
                let mut preface = [0; 24];
                stream.read_exact(&mut preface).await?;
                stream.write_all(&frame(4, 0, 0, &[])).await?;
                let mut refused = connection > 0;
                loop {
                    let (kind, id) = read_frame(&mut stream).await?;
                    if kind != 1 {
                        continue;
                    }
                    if id > 1 && !refused {
                        refused = true;
                        stream.write_all(&refuse(id)).await?;
                        continue;
                    }
                    served.fetch_add(1, Ordering::Relaxed);
                    // `:status: 200` of the static table (RFC 7541, appendix A), END_STREAM and END_HEADERS.
                    stream.write_all(&frame(1, 5, id, &[0x88])).await?;
                }
            }
        })
        .await
        .replace("http://127.0.0.1", "https://localhost");
        let client = Client::builder(&base).transport(tls::trusting().build()).build().unwrap();
        for _ in 0..3 {
            soon(client.send(&Post)).await.unwrap_or_else(|error| panic!("refusal {number}: {error}"));
        }
        assert_eq!(served.load(Ordering::Relaxed), 3, "refusal {number}");
    }
}

/// One that ends with an error may have done the work.
#[tokio::test]
async fn a_connection_that_ends_with_an_error_leaves_it_open() {
    let acceptor = tls::acceptor(&["h2", "http/1.1"]);
    let base = peer::listen(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let stream = acceptor.accept(stream).await?;
            let mut connection = h2::server::handshake(stream).await.unwrap();
            if let Some(Ok((_, mut respond))) = connection.accept().await {
                respond.send_reset(h2::Reason::INTERNAL_ERROR);
            }
            while connection.accept().await.is_some() {}
            Ok(())
        }
    })
    .await
    .replace("http://127.0.0.1", "https://localhost");
    let error = soon(client(&base).send(&Post)).await.unwrap_err();
    assert!(error.may_have_taken_effect(), "{error}");
    assert_eq!(error.status(), None::<StatusCode>);
}
