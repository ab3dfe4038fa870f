//! Bodies that wait to be asked for (RFC 9110, section 10.1.1).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use segno_core::testing::ManualClock;
use segno_core::{Body, Client, Retry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::example::{Put, moment};
use crate::peer::{self, read_head, soon};

const BODY: usize = 4 * 1024 * 1024;

/// What came of the bodies.
type Bodies = Arc<Mutex<Vec<usize>>>;

/// A server that says this to a request that waits; to `100` and to a request that does not wait, 200 follows when the body is
/// there.
async fn server(says: &'static str) -> (String, Bodies) {
    let bodies = Bodies::default();
    let all = Arc::clone(&bodies);
    let base = peer::listen(move |mut stream| {
        let bodies = Arc::clone(&all);
        async move {
            let mut rest = Vec::new();
            let head = String::from_utf8(read_head(&mut stream, &mut rest).await?).unwrap();
            let waits = head.contains("expect: 100-continue\r\n");
            if waits {
                // Whoever waits has sent nothing of the body.
                assert!(rest.is_empty(), "{} bytes came unasked", rest.len());
                stream.write_all(format!("HTTP/1.1 {says}\r\n\r\n").as_bytes()).await?;
            }
            if waits && !says.starts_with("100") {
                bodies.lock().unwrap().push(0);
                return Ok(());
            }
            while rest.len() < BODY {
                if stream.read_buf(&mut rest).await? == 0 {
                    break;
                }
            }
            bodies.lock().unwrap().push(rest.len());
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await
        }
    })
    .await;
    (base, bodies)
}

fn client(base: &str) -> Client {
    // A clock that stands still: nobody stops waiting by himself.
    let clock = ManualClock::stopped(moment());
    let builder = Client::builder(base).clock(clock).retry(Retry::never());
    builder.expect_continue(1024 * 1024).build().unwrap()
}

fn upload() -> Put {
    Put(Body::from(vec![b'x'; BODY]))
}

#[tokio::test]
async fn a_large_body_goes_out_when_it_is_asked_for() {
    let (base, bodies) = server("100 Continue").await;
    assert_eq!(soon(client(&base).send(&upload())).await.unwrap(), "ok");
    assert_eq!(*bodies.lock().unwrap(), [BODY]);
}

#[tokio::test]
async fn a_refusal_costs_no_upload() {
    let (base, bodies) = server("413 Content Too Large\r\nContent-Length: 0").await;
    let error = soon(client(&base).send(&upload())).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(413), "{error}");
    assert_eq!(*bodies.lock().unwrap(), [0]);
}

#[tokio::test]
async fn who_knows_no_such_wait_is_not_asked_again() {
    let (base, bodies) = server("417 Expectation Failed\r\nContent-Length: 0").await;
    let client = client(&base);
    for _ in 0..2 {
        assert_eq!(soon(client.send(&upload())).await.unwrap(), "ok");
    }
    assert_eq!(*bodies.lock().unwrap(), [0, BODY, BODY]);
}

#[tokio::test]
async fn a_small_body_does_not_wait() {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let base = peer::listen(move |mut stream| {
        let seen = Arc::clone(&seen);
        async move {
            let request = peer::read_request(&mut stream).await?;
            assert!(!String::from_utf8_lossy(&request).contains("expect"));
            seen.fetch_add(1, Ordering::Relaxed);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await
        }
    })
    .await;
    soon(client(&base).send(&Put(Body::from("small")))).await.unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

/// Servers that know nothing of it just wait for the body.
#[tokio::test]
async fn a_silent_server_gets_the_body_after_a_second() {
    let base = peer::listen(|mut stream| async move {
        let mut rest = Vec::new();
        read_head(&mut stream, &mut rest).await?;
        while rest.len() < BODY {
            stream.read_buf(&mut rest).await?;
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await
    })
    .await;
    // This clock jumps over every wait.
    let client = Client::builder(base).clock(ManualClock::new(moment())).retry(Retry::never());
    let client = client.expect_continue(1).build().unwrap();
    assert_eq!(soon(client.send(&upload())).await.unwrap(), "ok");
}
