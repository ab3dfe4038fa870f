//! Peers that break, stall and talk nonsense, over real sockets: what is told, how far the request got, and when.

use std::sync::Arc;
use std::time::Duration;

use segno_core::endpoint::PlainApiError;
use segno_core::transport::{Phase, TransportErrorKind};
use segno_core::{Body, Bytes, Cause, Client, ClientBuilder, Error, Timeouts};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::example::Put;
use crate::peer::{self, read_head, read_request, soon};

const EMPTY: Put = Put(Body::empty());
const S: Duration = Duration::from_secs(1);

/// Each deadline another number of seconds, so that none is taken for another.
const TIMEOUTS: Timeouts = Timeouts::new()
    .connect(Duration::from_secs(10))
    .head(Duration::from_secs(20))
    .silence(Duration::from_secs(35))
    .call(Duration::from_secs(60));

/// What a peer that responds with `response` to a whole request and then closes makes of a call.
async fn received(response: &'static str) -> Result<Bytes, Error<PlainApiError>> {
    let base = peer::listen(move |mut stream| async move {
        read_request(&mut stream).await?;
        stream.write_all(response.as_bytes()).await
    })
    .await;
    soon(peer::client(&base).0.build().unwrap().send(&EMPTY)).await
}

fn lost(error: &Error<PlainApiError>) -> (Phase, TransportErrorKind) {
    match error.cause() {
        Cause::Transport(lost) => (lost.phase(), lost.kind()),
        _ => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_refused_connection_was_certainly_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = soon(peer::client(&base).0.build().unwrap().send(&EMPTY)).await.unwrap_err();
    assert_eq!(lost(&error), (Phase::NotSent, TransportErrorKind::Connect));
    assert!(error.is_connect() && !error.may_have_taken_effect());
    let text = error.to_string();
    let to = base.trim_end_matches('/');
    assert!(text.starts_with(&format!("example.put: no connection to {to}: ")), "{text}");
    assert!(text.contains("refused"), "{text}");
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_no_connection() {
    let error =
        soon(peer::client("http://segno.invalid/").0.build().unwrap().send(&EMPTY)).await.unwrap_err();
    assert_eq!(lost(&error), (Phase::NotSent, TransportErrorKind::Connect));
}

#[tokio::test]
async fn how_far_a_broken_exchange_got() {
    use TransportErrorKind::{Broken, Protocol};
    let cases = [
        ("", (Phase::MaybeSent, Broken)),
        ("HTTP/1.1 200 OK\r\n", (Phase::MaybeSent, Broken)),
        ("SSH-2.0-OpenSSH_9.6\r\n", (Phase::MaybeSent, Protocol)),
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", (Phase::ReadingBody, Broken)),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", (Phase::ReadingBody, Broken)),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n", (Phase::ReadingBody, Protocol)),
    ];
    for (response, expected) in cases {
        let error = received(response).await.unwrap_err();
        assert_eq!(lost(&error), expected, "{response:?}: {error}");
        assert!(error.may_have_taken_effect());
    }
}

#[tokio::test]
async fn responses_in_every_framing() {
    let responses = [
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n0\r\ntrailer: t\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nabc",
        "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc",
    ];
    for response in responses {
        assert_eq!(received(response).await.unwrap(), "abc", "{response:?}");
    }
}

#[tokio::test]
async fn a_response_that_comes_before_the_upload_is_done_is_heard() {
    let base = peer::listen(|mut stream| async move {
        read_head(&mut stream, &mut Vec::new()).await?;
        stream.write_all(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 7\r\n\r\ntoo big").await?;
        // Reading on, so that the response is not lost to a reset.
        let mut sink = vec![0; 65536];
        while stream.read(&mut sink).await? > 0 {}
        Ok(())
    })
    .await;
    let big = Put(Body::from(vec![0; 8 << 20]));
    let error = soon(peer::client(&base).0.build().unwrap().send(&big)).await.unwrap_err();
    assert_eq!(error.to_string(), "example.put: 413 Payload Too Large: too big");
}

/// Sends in the background, moves the clock when somebody sleeps for `limit`, and gives the error.
async fn stalled(
    builder: ClientBuilder,
    clock: &segno_core::testing::ManualClock,
    limit: Duration,
) -> Error<PlainApiError> {
    let client = builder.timeouts(TIMEOUTS).build().unwrap();
    let call = tokio::spawn(async move { client.send(&EMPTY).await });
    soon(clock.until_asleep(limit)).await;
    clock.advance(limit);
    soon(call).await.unwrap().unwrap_err()
}

/// A peer that takes connections and never says a word.
async fn mute() -> String {
    peer::listen(|mut stream| async move {
        let mut sink = vec![0; 65536];
        while stream.read(&mut sink).await? > 0 {}
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_handshake_that_stalls_meets_the_connect_deadline() {
    let base = mute().await.replace("http:", "https:");
    let (builder, clock) = peer::client(&base);
    let error = stalled(builder, &clock, TIMEOUTS.connect).await;
    let to = base.trim_end_matches('/');
    assert_eq!(error.to_string(), format!("example.put: no connection to {to} within 10 s"));
    assert!(error.is_connect() && error.is_timeout() && !error.may_have_taken_effect());
}

#[tokio::test]
async fn a_response_that_does_not_begin_meets_the_head_deadline() {
    let (builder, clock) = peer::client(&mute().await);
    let error = stalled(builder, &clock, TIMEOUTS.head).await;
    assert_eq!(error.to_string(), "example.put: the request was sent, but no response came within 20 s");
    assert!(error.is_timeout() && error.may_have_taken_effect());
}

#[tokio::test]
async fn a_response_that_stops_meets_the_silence_deadline() {
    let base = peer::listen(|mut stream| async move {
        read_request(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc").await?;
        stream.read_u8().await.map(drop)
    })
    .await;
    let (builder, clock) = peer::client(&base);
    let error = stalled(builder, &clock, TIMEOUTS.silence).await;
    assert_eq!(error.to_string(), "example.put: the response stopped in the middle for 35 s");
}

#[tokio::test]
async fn a_call_meets_its_own_deadline_whatever_it_waits_for() {
    let (builder, clock) = peer::client(&mute().await);
    let client = builder.timeouts(TIMEOUTS).build().unwrap();
    let call = tokio::spawn(async move { client.call(&EMPTY).deadline(7 * S).send().await });
    soon(clock.until_asleep(7 * S)).await;
    clock.advance(7 * S);
    let error = soon(call).await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "example.put: not finished within the deadline of 7 s");
    assert!(clock.sleeping().is_empty());
}

/// An upload in the background, and how far it is.
fn upload(
    client: Client,
    length: usize,
) -> (tokio::task::JoinHandle<Result<Bytes, Error<PlainApiError>>>, watch::Receiver<u64>) {
    let (told, progress) = watch::channel(0);
    let call = tokio::spawn(async move {
        let put = Put(Body::from(vec![0; length]));
        client
            .call(&put)
            .progress(move |p| {
                let _ = told.send(p.bytes);
            })
            .send()
            .await
    });
    (call, progress)
}

#[tokio::test]
async fn an_upload_that_stops_meets_the_silence_deadline() {
    let base = peer::listen(|mut stream| async move {
        read_head(&mut stream, &mut Vec::new()).await?;
        std::future::pending().await
    })
    .await;
    let (builder, clock) = peer::client(&base);
    let (call, progress) = upload(builder.timeouts(TIMEOUTS).build().unwrap(), 64 << 20);
    // The buffers on the way take some; once they are full nothing moves, and the second advance at the latest tells.
    while !call.is_finished() {
        soon(clock.until_asleep(TIMEOUTS.silence)).await;
        clock.advance(TIMEOUTS.silence);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "example.put: sending stopped in the middle for 35 s");
    assert!(*progress.borrow() < 64 << 20);
}

/// The peer takes 2 MiB each 25 s, which is near the limit for silence and far over the one for a call.
#[tokio::test]
async fn a_slow_upload_is_not_killed() {
    const STEP: usize = 2 << 20;
    const LENGTH: usize = 48 << 20;
    let may_read = Arc::new(Semaphore::new(0));
    let (told, mut taken) = watch::channel(0);
    let (permits, told) = (Arc::clone(&may_read), Arc::new(told));
    let base = peer::listen(move |mut stream: TcpStream| {
        let (permits, told) = (Arc::clone(&permits), Arc::clone(&told));
        async move {
            let mut body = Vec::new();
            read_head(&mut stream, &mut body).await?;
            let mut count = body.len();
            let mut sink = vec![0; 65536];
            while count < LENGTH {
                permits.acquire().await.unwrap().forget();
                let goal = (count + STEP).min(LENGTH);
                while count < goal {
                    count += stream.read(&mut sink).await?;
                }
                let _ = told.send(count);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone").await
        }
    })
    .await;
    let (builder, clock) = peer::client(&base);
    let (call, mut progress) = upload(builder.timeouts(TIMEOUTS).build().unwrap(), LENGTH);
    let mut passed = Duration::ZERO;
    while *taken.borrow_and_update() < LENGTH {
        let before = *progress.borrow_and_update();
        may_read.add_permits(1);
        soon(taken.changed()).await.unwrap();
        if before < LENGTH as u64 {
            soon(progress.changed()).await.unwrap();
        }
        clock.advance(25 * S);
        passed += 25 * S;
    }
    assert_eq!(soon(call).await.unwrap().unwrap(), "done");
    assert!(passed >= 10 * TIMEOUTS.call, "it took {passed:?}");
}

#[tokio::test]
async fn a_connection_is_used_again_and_a_closed_one_is_not() {
    let (count, connections) = watch::channel(0);
    let count = Arc::new(count);
    let base = peer::listen(move |mut stream| {
        count.send_modify(|count| *count += 1);
        async move {
            for _ in 0..2 {
                read_request(&mut stream).await?;
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?;
            }
            Ok(())
        }
    })
    .await;
    let client = peer::client(&base).0.build().unwrap();
    for _ in 0..4 {
        soon(client.send(&EMPTY)).await.unwrap();
        // The pool gets a connection back in a task of its own.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(*connections.borrow(), 2);
}
