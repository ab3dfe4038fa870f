//! Downloads: resuming, changed files, short bodies, files on disk, progress.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::endpoint::PlainApiError;
use segno_core::time::Clock as _;
use segno_core::transport::{Phase, TransportError};
use segno_core::{
    BuildError, Bytes, Cause, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Retry,
    SecretUrl,
};

use segno_testkit::Folder;

use crate::example::{self, Reply, Seen, Service};

/// `GET` of a presigned URL.
struct Fetch(SecretUrl);

impl Endpoint for Fetch {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.files.fetch";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.url("{presigned}", self.0.clone());
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

fn fetch() -> Fetch {
    Fetch("https://files.example/a.wav?Signature=CANARY".parse().unwrap())
}

fn client(service: &Service) -> Client {
    service.client().0.build().unwrap()
}

const FILE: &[u8] = b"0123456789abcdefghij";

fn modified(reply: Reply) -> Reply {
    reply
        .header("last-modified", "Sat, 21 Nov 2026 19:00:00 GMT")
        .header("date", "Sat, 21 Nov 2026 20:00:00 GMT")
}

/// Serves `FILE` as a careful server does: ranges honoured if the validator still fits. Each response breaks off after
/// `stretch` bytes.
fn careful(stretch: usize) -> impl Fn(&Seen, usize) -> Result<Reply, TransportError> + Send + Sync {
    move |request, _| {
        let first: usize = match (request.header("range"), request.header("if-range")) {
            (Some(range), Some("\"v1\"")) => {
                range.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap().parse().unwrap()
            }
            _ => 0,
        };
        let last = (first + stretch).min(FILE.len());
        let reply = if first == 0 {
            Reply::ok().header("content-length", FILE.len())
        } else {
            Reply::new(206)
                .header("content-range", format!("bytes {first}-{}/{}", FILE.len() - 1, FILE.len()))
                .header("content-length", FILE.len() - first)
        };
        let reply = reply.header("etag", "\"v1\"").body(&FILE[first..last]);
        Ok(if last == FILE.len() { reply } else { reply.breaks() })
    }
}

#[tokio::test]
async fn a_download_that_breaks_off_goes_on_where_it_was() {
    let service = Service::new(careful(8));
    let mut written: Vec<u8> = Vec::new();
    let steps = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&steps);
    let done = client(&service)
        .call(&fetch())
        .progress(move |p| told.lock().unwrap().push((p.bytes, p.total, p.attempt)))
        .download(&mut std::io::Cursor::new(&mut written))
        .await
        .unwrap();
    assert_eq!(written, FILE);
    assert_eq!((done.bytes, done.length_known, done.attempts), (20, true, 3));
    assert_eq!(*steps.lock().unwrap(), [(8, Some(20), 1), (16, Some(20), 2), (20, Some(20), 3)]);
    let seen = service.seen();
    let ranges: Vec<_> = seen.iter().map(|s| (s.header("range"), s.header("if-range"))).collect();
    assert_eq!(
        ranges,
        [(None, None), (Some("bytes=8-"), Some("\"v1\"")), (Some("bytes=16-"), Some("\"v1\""))]
    );
    assert!(seen.iter().all(|request| request.uri.query() == Some("Signature=CANARY")));
}

#[tokio::test]
async fn it_gives_up_after_the_attempts_of_the_policy_with_the_real_error() {
    let service = Service::new(careful(2));
    let mut written: Vec<u8> = Vec::new();
    let error =
        client(&service).call(&fetch()).download(&mut std::io::Cursor::new(&mut written)).await.unwrap_err();
    assert_eq!(written, &FILE[..6], "three attempts of two bytes");
    assert_eq!(
        error.to_string(),
        "example.files.fetch: the response broke off: connection reset (after 3 attempts)"
    );
}

#[tokio::test]
async fn a_connection_that_carried_much_was_worth_its_attempt() {
    let megabyte = vec![b'x'; 1 << 20];
    let total = 6 * megabyte.len();
    let service = Service::new(move |request, _| {
        let first: usize = request
            .header("range")
            .map_or(0, |r| r.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap());
        let status = if first == 0 { 200 } else { 206 };
        let reply = Reply::new(status)
            .header("etag", "\"v1\"")
            .header("content-length", total - first)
            .header("content-range", format!("bytes {first}-{}/{total}", total - 1))
            .body(&megabyte);
        Ok(if first + megabyte.len() == total { reply } else { reply.breaks() })
    });
    let mut written: Vec<u8> = Vec::new();
    let done =
        client(&service).call(&fetch()).download(&mut std::io::Cursor::new(&mut written)).await.unwrap();
    assert_eq!((written.len(), done.attempts), (total, 6));
}

#[tokio::test]
async fn without_a_strong_validator_nothing_is_resumed() {
    for weak in ["W/\"v1\"", ""] {
        let service = Service::new(move |_, number| {
            let reply = Reply::ok().header("content-length", FILE.len());
            let reply = if weak.is_empty() { reply } else { modified(reply.header("etag", weak)) };
            let cut = if number == 0 { 8 } else { FILE.len() };
            let reply = reply.body(&FILE[..cut]);
            Ok(if number == 0 { reply.breaks() } else { reply })
        });
        let mut written: Vec<u8> = Vec::new();
        let error = client(&service)
            .call(&fetch())
            .download(&mut std::io::Cursor::new(&mut written))
            .await
            .unwrap_err();
        assert!(matches!(error.cause(), Cause::Transport(e) if e.phase() == Phase::ReadingBody));
        assert_eq!(service.seen().len(), 1, "a writer cannot take back what it has");

        let service = Service::new(move |_, number| {
            let reply = Reply::ok().header("content-length", FILE.len());
            Ok(if number == 0 { reply.body(&FILE[..8]).breaks() } else { reply.body(FILE) })
        });
        let mut sink: Vec<u8> = Vec::new();
        client(&service).call(&fetch()).download_into(&mut sink).await.unwrap();
        assert_eq!(sink, FILE, "a sink that can forget begins again");
        assert!(service.seen().iter().all(|request| request.header("range").is_none()));
    }
}

#[tokio::test]
async fn a_modification_date_that_lies_back_far_enough_is_a_validator() {
    let service = Service::new(|_, number| {
        Ok(match number {
            0 => modified(Reply::ok()).header("content-length", 20).body(&FILE[..8]).breaks(),
            _ => modified(Reply::new(206)).header("content-range", "bytes 8-19/20").body(&FILE[8..]),
        })
    });
    let mut sink: Vec<u8> = Vec::new();
    client(&service).call(&fetch()).download(&mut std::io::Cursor::new(&mut sink)).await.unwrap();
    assert_eq!(sink, FILE);
    assert_eq!(service.seen()[1].header("if-range"), Some("Sat, 21 Nov 2026 19:00:00 GMT"));
}

/// The file becomes another one after the first stretch.
fn changes(_: &Seen, number: usize) -> Result<Reply, TransportError> {
    Ok(match number {
        0 => Reply::ok().header("etag", "\"v1\"").header("content-length", 20).body(&FILE[..8]).breaks(),
        _ => Reply::ok().header("etag", "\"v2\"").header("content-length", 5).body("NEWER"),
    })
}

#[tokio::test]
async fn a_file_that_changed_is_refused_by_a_writer_and_begun_again_by_a_sink() {
    let mut written: Vec<u8> = Vec::new();
    let service = Service::new(changes);
    let error =
        client(&service).call(&fetch()).download(&mut std::io::Cursor::new(&mut written)).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Changed { written: 8 }));
    assert_eq!(
        error.to_string(),
        "example.files.fetch: the file changed on the server after 8 bytes of it were written (after 2 attempts)"
    );
    assert_eq!(written, &FILE[..8], "nothing of the new file behind the old one");

    let mut sink: Vec<u8> = Vec::new();
    let done = client(&Service::new(changes)).call(&fetch()).download_into(&mut sink).await.unwrap();
    assert_eq!((sink.as_slice(), done.bytes), (&b"NEWER"[..], 5));
}

#[tokio::test]
async fn a_part_of_another_file_is_not_taken_for_the_rest() {
    let parts = [
        ("bytes 8-19/21", "\"v1\""), // another length
        ("bytes 8-19/20", "\"v2\""), // another validator
    ];
    for (range, etag) in parts {
        let service = Service::new(move |_, number| {
            Ok(match number {
                0 => Reply::ok()
                    .header("etag", "\"v1\"")
                    .header("content-length", 20)
                    .body(&FILE[..8])
                    .breaks(),
                1 => Reply::new(206).header("content-range", range).header("etag", etag).body(&FILE[8..]),
                _ => Reply::ok().header("etag", "\"v2\"").header("content-length", 5).body("NEWER"),
            })
        });
        let mut written: Vec<u8> = Vec::new();
        let writer = &mut std::io::Cursor::new(&mut written);
        let error = client(&service).call(&fetch()).download(writer).await.unwrap_err();
        assert!(matches!(error.cause(), Cause::Changed { written: 8 }), "{range} {etag}: {error}");
    }
}

#[tokio::test]
async fn a_part_that_was_not_asked_for_is_an_error() {
    for range in ["bytes 0-19/20", "bytes 9-19/20", "nonsense"] {
        let service = Service::new(move |_, number| {
            Ok(match number {
                0 => Reply::ok()
                    .header("etag", "\"v1\"")
                    .header("content-length", 20)
                    .body(&FILE[..8])
                    .breaks(),
                _ => Reply::new(206).header("content-range", range).body(&FILE[8..]),
            })
        });
        let mut written: Vec<u8> = Vec::new();
        let writer = &mut std::io::Cursor::new(&mut written);
        let error = client(&service).call(&fetch()).download(writer).await.unwrap_err();
        assert!(error.is_decode(), "{range}: {error}");
        assert_eq!(written, &FILE[..8]);
    }
    let service = Service::new(|_, _| Ok(Reply::new(206).body(FILE)));
    let error = client(&service).call(&fetch()).download_into(&mut Vec::new()).await.unwrap_err();
    assert!(error.is_decode());
}

#[tokio::test]
async fn a_server_that_knows_no_ranges_but_has_the_same_file_is_read_from_the_start() {
    let service = Service::new(|_, number| {
        let reply = Reply::ok().header("etag", "\"v1\"").header("content-length", 20);
        Ok(if number == 0 {
            reply.body(&FILE[..8]).breaks()
        } else {
            reply.body(&FILE[..5]).body(&FILE[5..])
        })
    });
    let mut written: Vec<u8> = Vec::new();
    client(&service).call(&fetch()).download(&mut std::io::Cursor::new(&mut written)).await.unwrap();
    assert_eq!(written, FILE);
}

#[tokio::test]
async fn a_file_that_became_shorter_gives_416_and_is_begun_again() {
    let service = Service::new(|_, number| {
        Ok(match number {
            0 => Reply::ok().header("etag", "\"v1\"").header("content-length", 20).body(&FILE[..8]).breaks(),
            1 => Reply::new(416).header("content-range", "bytes */5"),
            _ => Reply::ok().header("etag", "\"v2\"").header("content-length", 5).body("NEWER"),
        })
    });
    let mut sink: Vec<u8> = Vec::new();
    client(&service).call(&fetch()).download_into(&mut sink).await.unwrap();
    assert_eq!(sink, b"NEWER");
}

#[tokio::test]
async fn a_short_body_is_never_a_finished_download() {
    let service = Service::new(|_, _| Ok(Reply::ok().header("content-length", 20).body(&FILE[..19])));
    let (builder, _) = service.client();
    let client = builder.retry(Retry::never()).build().unwrap();
    let error = client.call(&fetch()).download_into(&mut Vec::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.files.fetch: the response broke off: 1 of 20 bytes are missing at the end"
    );
    let service = Service::new(|_, _| Ok(Reply::ok().header("content-length", 19).body(FILE)));
    let error = service.client().0.build().unwrap().call(&fetch()).download_into(&mut Vec::new()).await;
    assert!(error.unwrap_err().is_decode(), "a long one neither");
}

/// Eight bytes, and then nothing, without an end.
fn stalls(_: &Seen, _: usize) -> Result<Reply, TransportError> {
    Ok(Reply::ok().header("content-length", 20).body(&FILE[..8]).stalls())
}

#[tokio::test]
async fn silence_ends_a_download_and_length_of_time_does_not() {
    let (builder, clock) = Service::new(stalls).client();
    let client = builder.retry(Retry::never()).build().unwrap();
    let error = client.call(&fetch()).download_into(&mut Vec::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "example.files.fetch: the response stopped in the middle for 30 s");
    assert!(error.is_timeout());
    assert_eq!(clock.wall().since(example::moment()), Duration::from_secs(30));
}

#[tokio::test]
async fn a_deadline_of_its_own_bounds_a_download() {
    let (builder, clock) = Service::new(stalls).client();
    let client = builder.build().unwrap();
    let fetch = fetch();
    let call = client.call(&fetch).deadline(Duration::from_secs(70));
    let error = call.download_into(&mut Vec::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.files.fetch: not finished within the deadline of 70 s (after 3 attempts in 70 s)"
    );
    assert!(clock.wall().since(example::moment()) >= Duration::from_secs(70));
}

#[tokio::test]
async fn a_file_appears_when_it_is_complete_and_replaces_the_old_one() {
    let folder = Folder::new();
    let path = folder.file("a.wav");
    std::fs::write(&path, "old").unwrap();
    let service = Service::new(careful(8));
    let watched = path.clone();
    let done = client(&service)
        .call(&fetch())
        .progress(move |_| assert_eq!(std::fs::read(&watched).unwrap(), b"old"))
        .download_to(&path)
        .await
        .unwrap();
    assert_eq!(done.bytes, 20);
    assert_eq!(std::fs::read(&path).unwrap(), FILE);
    assert_eq!(folder.names(), ["a.wav"]);
}

#[tokio::test]
async fn a_failed_download_leaves_what_another_could_go_on_with_or_nothing() {
    let folder = Folder::new();
    let path = folder.file("a.wav");
    let service = Service::new(|_, _| Ok(Reply::ok().header("content-length", 20).body("RIFF").breaks()));
    client(&service).call(&fetch()).download_to(&path).await.unwrap_err();
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    let service = Service::new(careful(2));
    client(&service).call(&fetch()).download_to(&path).await.unwrap_err();
    let mut names = folder.names();
    names.sort();
    assert_eq!(names, [".a.wav.part", ".a.wav.part.json"]);
    let missing = folder.file("no/such/folder/a.wav");
    let error = client(&service).call(&fetch()).download_to(&missing).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Sink(_)), "{error}");
}

#[tokio::test]
async fn a_changed_file_on_disk_is_the_new_one_alone() {
    let folder = Folder::new();
    let path = folder.file("a.wav");
    client(&Service::new(changes)).call(&fetch()).download_to(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"NEWER");
    assert_eq!(folder.names(), ["a.wav"]);
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let folder = Folder::new();
    let path = folder.file("a.wav");
    let service = Service::new(|_, _| Ok(Reply::ok().header("content-length", 0)));
    let done = client(&service).call(&fetch()).download_to(&path).await.unwrap();
    assert_eq!((done.bytes, std::fs::read(&path).unwrap().len()), (0, 0));
}

#[tokio::test]
async fn a_refusal_is_the_services_error_and_writes_nothing() {
    let folder = Folder::new();
    let path = folder.file("a.wav");
    let service = Service::new(|_, _| Ok(Reply::new(403).body("expired")));
    let error = client(&service).call(&fetch()).download_to(&path).await.unwrap_err();
    assert_eq!(error.to_string(), "example.files.fetch: 403 Forbidden: expired");
    assert!(folder.names().is_empty());
}

#[tokio::test]
async fn before_its_first_byte_a_download_can_begin_again_in_any_writer() {
    let service =
        Service::new(|_, number| Ok(if number == 0 { Reply::ok().breaks() } else { Reply::ok().body(FILE) }));
    let mut written: Vec<u8> = Vec::new();
    let mut writer = std::io::Cursor::new(&mut written);
    client(&service).call(&fetch()).download(&mut writer).await.unwrap();
    assert_eq!(written, FILE);
}
