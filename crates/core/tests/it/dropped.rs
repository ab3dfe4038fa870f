//! Every future of the client dropped at every point at which it waits: nothing is lost, held or left behind.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use segno_core::client::{Cache, Cursor, Pace, Page, Paged, RateLimiter, StreamEndpoint};
use segno_core::endpoint::PlainApiError;
use segno_core::testing::ManualClock;
use segno_core::time::SystemClock;
use segno_core::transport::Transport;
use segno_core::transport::hyper::Hyper;
use segno_core::{
    Body, BuildError, Bytes, Client, ClientBuilder, DecodeError, Endpoint, Method, Replay, RequestWriter,
    Response, Retry,
};
use segno_testkit::{Folder, Hesitant, after_downloads, drop_everywhere, poll_times};
use tokio::io::AsyncWriteExt as _;

use crate::example::{Get, Post, Put, Reply, Service, base, clock, moment};
use crate::peer::{self, read_request};

const FILE: &[u8] = b"0123456789abcdefghij";

/// A client with one connection, so that one that is not given back shows.
fn narrow(transport: impl Transport) -> ClientBuilder {
    let retry = Retry::default().budget(100_000);
    Client::builder(base()).transport(Hesitant(transport)).clock(clock()).retry(retry).connections(1)
}

/// Fails once with 503, then gives the body in two pieces.
fn moody() -> Service {
    Service::new(|_, number| {
        Ok(if number % 2 == 0 { Reply::new(503).body("busy") } else { Reply::ok().body("ab").body("cd") })
    })
}

async fn works(client: &Client) {
    let body = client.send(&Get).await.unwrap();
    assert_eq!(body, "abcd");
}

#[tokio::test]
async fn calls() {
    for settings in [
        |builder: ClientBuilder| builder,
        |builder: ClientBuilder| builder.coalesce(),
        |builder: ClientBuilder| builder.cache(Cache::new(1024)),
    ] {
        let limit = RateLimiter::new(Duration::from_secs(1), 2);
        let client = settings(narrow(moody()).limit(limit)).build().unwrap();
        let sent =
            drop_everywhere(async || client.send(&Get).await.unwrap(), async |_| works(&client).await).await;
        assert!(sent > 6, "{sent}");
    }
    let client = narrow(moody()).build().unwrap();
    let read = async || {
        let mut body = client.call(&Get).open().await.unwrap().into_body();
        let mut all = Vec::new();
        while let Some(piece) = body.chunk().await {
            all.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(all, b"abcd");
    };
    assert!(drop_everywhere(read, async |_| works(&client).await).await > 6);
    let put = Put(Body::from("a body"));
    assert!(
        drop_everywhere(async || client.send(&put).await.unwrap(), async |_| works(&client).await).await > 6
    );
    let looks = async || {
        let pace = Pace::new(Duration::from_secs(1), Duration::from_secs(2));
        let mut count = 0;
        let looked = client.poll(pace, Duration::from_secs(60), |_| {
            count += 1;
            let found = (count == 3).then_some(());
            let client = &client;
            async move { client.send(&Get).await.map(|_| found) }
        });
        looked.await.unwrap();
    };
    assert!(drop_everywhere(looks, async |_| works(&client).await).await > 18);
}

/// A call that is dropped while it waits for its place sends nothing, and costs the others that place and no more.
#[tokio::test]
async fn places_under_a_limit() {
    const CALLS: u32 = 9;
    let (service, clock) = (moody(), ManualClock::stopped(moment()));
    let client = Client::builder(base()).transport(service.clone()).clock(Arc::clone(&clock) as _);
    let limit = RateLimiter::new(Duration::from_secs(1), 1);
    let client = client.retry(Retry::never()).limit(limit).connections(1).build().unwrap();
    client.send(&Get).await.unwrap_err();
    for _ in 0..CALLS {
        // With time that stands, whoever waits for a place waits until it is dropped.
        assert!(poll_times(1, client.send(&Get)).await.is_none());
    }
    assert_eq!(service.seen().len(), 1, "what was dropped is not sent");
    clock.advance(Duration::from_secs(u64::from(CALLS) + 1));
    let sent = poll_times(1, client.send(&Get)).await;
    assert_eq!(sent.expect("it has its place").unwrap(), "abcd");
}

/// `GET /numbers`, a list of pages.
#[derive(Clone)]
struct Numbers(u32);

impl Endpoint for Numbers {
    type Output = Page<u32>;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.numbers";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.query("page", self.0.to_string());
        request.path("numbers", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Page<u32>, DecodeError> {
        let items: Vec<u32> = segno_core::decode::read_json(&response)?;
        let next = items.last().filter(|last| **last < 8).map(|last| Cursor::from_number(last / 3 + 1));
        Ok(Page::new(items).next(next))
    }
}

impl Paged for Numbers {
    type Item = u32;

    fn at(&self, cursor: &Cursor) -> Result<Self, BuildError> {
        Ok(Self(cursor.as_str().parse().unwrap()))
    }

    fn page(&self, output: Page<u32>) -> Result<Page<u32>, DecodeError> {
        Ok(output)
    }
}

/// `GET /numbers`, an array that is read while it arrives.
struct Streamed;

impl Endpoint for Streamed {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.streamed";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("streamed", &[])
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

impl StreamEndpoint for Streamed {
    type Item = u32;
}

fn numbers() -> Service {
    Service::new(|request, _| {
        if request.uri.path().ends_with("thing") {
            return Ok(Reply::ok().body("abcd"));
        }
        if request.uri.path().ends_with("streamed") {
            return Ok(Reply::ok().body("[0,1,").body("2,3,4").body(",5,6,7,8]"));
        }
        let page: u32 = request.uri.query().unwrap().trim_start_matches("page=").parse().unwrap();
        let numbers: Vec<u32> = (3 * page..3 * page + 3).collect();
        Ok(Reply::ok().body(format!("{numbers:?}")))
    })
}

#[tokio::test]
async fn lists() {
    let client = narrow(numbers()).build().unwrap();
    let after = async |_| works(&client).await;
    let whole = async || assert_eq!(client.pages(Numbers(0)).collect(1000).await.unwrap().len(), 9);
    assert!(drop_everywhere(whole, after).await > 9);
    let items = async || {
        let mut items = client.pages(Numbers(0)).prefetch().items();
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            all.push(item.unwrap());
        }
        assert_eq!(all, Vec::from_iter(0..9));
    };
    assert!(drop_everywhere(items, after).await > 2);
    let streamed = async || {
        let mut array = client.stream(&Streamed).await.unwrap();
        let mut all = Vec::new();
        while let Some(item) = array.next().await {
            all.push(item.unwrap());
        }
        assert_eq!(all, Vec::from_iter(0..9));
    };
    assert!(drop_everywhere(streamed, after).await > 5);
}

/// A stream whose `next` was dropped goes on: every item comes, and none twice.
#[tokio::test]
async fn a_next_that_was_dropped_loses_no_item() {
    let client = narrow(numbers()).build().unwrap();
    for polls in 0..12 {
        for ahead in [false, true] {
            let pages = client.pages(Numbers(0));
            let mut items = if ahead { pages.prefetch().items() } else { pages.items() };
            let mut all = Vec::new();
            while all.len() < 20 {
                // The first wait of each item is dropped, the second one is not.
                let next = match poll_times(polls, items.next()).await {
                    Some(next) => next,
                    None => items.next().await,
                };
                match next {
                    Some(item) => all.push(item.unwrap()),
                    None => break,
                }
            }
            assert_eq!(all, Vec::from_iter(0..9), "behind poll {polls}");
        }
        let mut array = client.stream(&Streamed).await.unwrap();
        let mut all = Vec::new();
        loop {
            let next = match poll_times(polls, array.next()).await {
                Some(next) => next,
                None => array.next().await,
            };
            match next {
                Some(item) => all.push(item.unwrap()),
                None => break,
            }
        }
        assert_eq!(all, Vec::from_iter(0..9), "behind poll {polls}");
        works(&client).await;
    }
}

/// A file of a service that names its state or does not, in pieces, once broken off in the middle.
fn files(with_tag: bool) -> Service {
    Service::new(move |request, number| {
        if request.method == Method::POST {
            return Ok(Reply::ok().body("abcd"));
        }
        let from = match request.header("range") {
            Some(range) if with_tag => range[6..].trim_end_matches('-').parse::<usize>().unwrap(),
            _ => 0,
        };
        let reply = if from == 0 { Reply::ok() } else { Reply::new(206) };
        let reply = reply.header("content-length", FILE.len() - from);
        let reply = if with_tag { reply.header("etag", "\"v1\"") } else { reply };
        let last = FILE.len() - 1;
        let reply = if from == 0 {
            reply
        } else {
            reply.header("content-range", format!("bytes {from}-{last}/{}", FILE.len()))
        };
        let middle = (from + 5).min(FILE.len());
        let reply = reply.body(&FILE[from..middle]);
        Ok(if number % 2 == 0 { reply.breaks() } else { reply.body(&FILE[middle..]) })
    })
}

#[tokio::test]
async fn downloads() {
    for with_tag in [false, true] {
        let client = narrow(files(with_tag)).build().unwrap();
        let works = async || assert_eq!(client.send(&Post).await.unwrap(), "abcd");
        let written = async || {
            let mut file = Vec::new();
            client.call(&Get).download(&mut file).await.map(|_| assert_eq!(file, FILE))
        };
        assert!(drop_everywhere(written, async |_| works().await).await > 3);
        let folder = Folder::new();
        let to = |path: &Path| path.to_owned();
        let saved = async || client.call(&Get).download_to(to(&folder.file("a.wav"))).await.unwrap();
        let dropped = drop_everywhere(saved, async |done| {
            works().await;
            let whole = after_downloads(&folder).await;
            assert!(with_tag || folder.names().len() == whole.len(), "nobody could go on with it");
            assert!(done.is_none() || folder.names() == ["a.wav"]);
            if !whole.is_empty() {
                assert_eq!(std::fs::read(folder.file("a.wav")).unwrap(), FILE);
            }
            let _ = std::fs::remove_file(folder.file("a.wav"));
        })
        .await;
        // The waits for the network are certain; how often a file is waited for is up to the system.
        assert!(dropped > 3, "{dropped}");
    }
}

#[tokio::test]
async fn bodies_of_files() {
    let folder = Folder::new();
    std::fs::write(folder.file("a.wav"), FILE).unwrap();
    let service = Service::new(|request, _| {
        assert!(request.method != Method::PUT || request.body == FILE, "half a file was sent");
        Ok(Reply::ok().body("abcd"))
    });
    let client = narrow(service).build().unwrap();
    let sent = async || {
        let body = Body::file(folder.file("a.wav")).await.unwrap();
        client.send(&Put(body)).await.unwrap()
    };
    assert!(drop_everywhere(sent, async |_| works(&client).await).await > 3);
}

/// Over a real connection, to a peer that gives its response in pieces.
#[tokio::test]
async fn connections() {
    let served = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&served);
    let base = peer::listen(move |mut stream| {
        count.fetch_add(1, Ordering::Relaxed);
        async move {
            loop {
                read_request(&mut stream).await?;
                for piece in ["HTTP/1.1 200 OK\r\ncontent-", "length: 4\r\n\r\nab", "cd"] {
                    stream.write_all(piece.as_bytes()).await?;
                    tokio::task::yield_now().await;
                }
            }
        }
    })
    .await;
    let clock: Arc<SystemClock> = Arc::new(SystemClock);
    let client = Client::builder(base.as_str())
        .transport(Hesitant(Hyper::builder().clock(clock).build()))
        .connections(1)
        .build()
        .unwrap();
    let dropped =
        drop_everywhere(async || client.send(&Get).await.unwrap(), async |_| works(&client).await).await;
    assert!(dropped > 4, "{dropped}");
    let before = descriptors();
    for polls in 0..200 {
        let _ = poll_times(polls % (dropped + 1), client.send(&Get)).await;
    }
    works(&client).await;
    assert!(descriptors() <= before + 8, "{} of {before}", descriptors());
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// A listener that is not waited for any longer gives its port back.
#[cfg(feature = "loopback")]
#[tokio::test]
async fn a_listener_for_a_login() {
    use segno_core::auth::loopback::{Ending, Loopback};

    let first = Loopback::bind(0, "callback").await.unwrap();
    let uri = first.redirect_uri();
    let port = uri.rsplit(':').next().unwrap().split('/').next().unwrap().parse().unwrap();
    drop(first);
    let begin = async || {
        let loopback = Loopback::bind(port, "callback").await.unwrap();
        let address = ("127.0.0.1", port);
        let browser = async {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET /callback?code=a HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
            let mut page = Vec::new();
            let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut page).await;
        };
        let receive = loopback.receive(Arc::new(SystemClock), Duration::from_secs(30), |_| Ending::Granted);
        let (redirect, ()) = tokio::join!(receive, browser);
        assert_eq!(redirect.unwrap().get("code"), Some("a"));
    };
    let dropped = drop_everywhere(begin, async |_| {
        // The sockets of connections that were dropped are gone when their tasks are.
        tokio::task::yield_now().await;
    })
    .await;
    assert!(dropped > 1, "{dropped}");
}
