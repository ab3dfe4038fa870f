//! Downloads that go on in another process.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use segno_core::{Client, Retry};
use segno_testkit::Folder;
use tokio::io::AsyncWriteExt;

use crate::example::Get;
use crate::peer::{self, read_head, soon};

const MIB: usize = 1024 * 1024;

fn file(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index / 7 % 251) as u8).collect()
}

struct Server {
    base: String,
    /// The ranges that were asked for.
    ranges: Arc<Mutex<Vec<Option<String>>>>,
    /// Which state of the file there is.
    state: Arc<AtomicUsize>,
}

/// A server of a file with an `ETag` that knows ranges. The first response ends after `stops` bytes: the connection breaks, or nothing more
/// comes.
async fn server(length: usize, stops: usize, stalls: bool) -> Server {
    let (ranges, state) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(1)));
    let (all, now) = (Arc::clone(&ranges), Arc::clone(&state));
    let base = peer::listen(move |mut stream| {
        let (ranges, state) = (Arc::clone(&all), now.load(Ordering::Relaxed));
        async move {
            let mut rest = Vec::new();
            let head = String::from_utf8(read_head(&mut stream, &mut rest).await?).unwrap();
            let value = |name: &str| {
                head.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
            };
            let range = value("range:");
            let is_first = {
                let mut ranges = ranges.lock().unwrap();
                ranges.push(range.clone());
                ranges.len() == 1
            };
            let mut bytes = file(length);
            bytes[0] = state as u8;
            let tag = format!("\"{state}\"");
            let from = range.filter(|_| value("if-range:").as_deref() == Some(&tag)).map_or(0, |range| {
                range.trim_start_matches("bytes=").trim_end_matches('-').parse::<usize>().unwrap()
            });
            let left = length - from;
            let head = match from {
                0 => format!("200 OK\r\nContent-Length: {left}"),
                _ => format!(
                    "206 Partial Content\r\nContent-Length: {left}\r\nContent-Range: bytes {from}-{}/{length}",
                    length - 1
                ),
            };
            stream.write_all(format!("HTTP/1.1 {head}\r\nETag: {tag}\r\n\r\n").as_bytes()).await?;
            let end = if is_first { stops } else { length };
            stream.write_all(&bytes[from..end]).await?;
            stream.flush().await?;
            if is_first && stalls {
                std::future::pending::<()>().await;
            }
            Ok(())
        }
    })
    .await;
    Server { base, ranges, state }
}

fn client(base: &str) -> Client {
    Client::builder(base).retry(Retry::never()).build().unwrap()
}

/// What a file in this state has.
fn expected(length: usize, state: u8) -> Vec<u8> {
    let mut bytes = file(length);
    bytes[0] = state;
    bytes
}

#[tokio::test]
async fn another_client_goes_on_where_the_first_one_failed() {
    let folder = Folder::new();
    let server = server(MIB, 300_000, false).await;
    let path = folder.file("song.mp3");
    soon(client(&server.base).call(&Get).download_to(&path)).await.unwrap_err();
    assert_eq!(folder.names(), [".song.mp3.part", ".song.mp3.part.json"]);
    let sidecar = std::fs::read_to_string(folder.file(".song.mp3.part.json")).unwrap();
    assert!(sidecar.contains(r#""etag":"\"1\"""#) && sidecar.contains("\"range\":300000"), "{sidecar}");
    let done = soon(client(&server.base).call(&Get).download_to(&path)).await.unwrap();
    assert_eq!((done.bytes, done.length_known), (MIB as u64, true));
    assert!(std::fs::read(&path).unwrap() == expected(MIB, 1));
    assert_eq!(*server.ranges.lock().unwrap(), [None, Some("bytes=300000-".into())]);
    assert_eq!(folder.names(), ["song.mp3"]);
}

#[tokio::test]
async fn a_file_that_changed_begins_anew() {
    let folder = Folder::new();
    let server = server(MIB, 300_000, false).await;
    let path = folder.file("song.mp3");
    soon(client(&server.base).call(&Get).download_to(&path)).await.unwrap_err();
    server.state.store(2, Ordering::Relaxed);
    soon(client(&server.base).call(&Get).download_to(&path)).await.unwrap();
    assert!(std::fs::read(&path).unwrap() == expected(MIB, 2));
    assert_eq!(folder.names(), ["song.mp3"]);
}

/// What is beside the unfinished file is not believed where it does not fit.
#[tokio::test]
async fn what_does_not_fit_is_not_used() {
    let spoil: [fn(&Path, &Path); 5] = [
        |part, _| std::fs::write(part, b"short").unwrap(),
        |part, _| std::fs::remove_file(part).unwrap(),
        |_, sidecar| std::fs::write(sidecar, b"{").unwrap(),
        |_, sidecar| std::fs::remove_file(sidecar).unwrap(),
        |_, sidecar| {
            let text = std::fs::read_to_string(sidecar).unwrap();
            let at = text.find("\"source\":\"").unwrap() + 10;
            std::fs::write(sidecar, format!("{}0000000000000000{}", &text[..at], &text[at + 16..])).unwrap();
        },
    ];
    for (number, spoil) in spoil.into_iter().enumerate() {
        let folder = Folder::new();
        let server = server(MIB, 300_000, false).await;
        let path = folder.file("song.mp3");
        soon(client(&server.base).call(&Get).download_to(&path)).await.unwrap_err();
        spoil(&folder.file(".song.mp3.part"), &folder.file(".song.mp3.part.json"));
        soon(client(&server.base).call(&Get).download_to(&path)).await.unwrap();
        assert!(std::fs::read(&path).unwrap() == expected(MIB, 1), "{number}");
        assert_eq!(*server.ranges.lock().unwrap(), [None, None], "{number}");
        assert_eq!(folder.names(), ["song.mp3"], "{number}");
    }
}

/// Two at once do not write into the same file.
#[tokio::test]
async fn two_downloads_to_one_name_are_kept_apart() {
    let folder = Folder::new();
    let server = server(MIB, 300_000, true).await;
    let path = folder.file("song.mp3");
    let (first, target) = (client(&server.base), path.clone());
    let first = tokio::spawn(async move { first.call(&Get).download_to(&target).await });
    while !folder.file(".song.mp3.part").exists() {
        tokio::task::yield_now().await;
    }
    soon(client(&server.base).call(&Get).download_to(&path)).await.unwrap();
    first.abort();
    let _ = first.await;
    assert!(std::fs::read(&path).unwrap() == expected(MIB, 1));
}

const TARGET: &str = "SEGNO_TEST_DOWNLOAD";

/// The process that the next test kills.
#[tokio::test]
async fn downloaded_until_killed() {
    let Ok(target) = std::env::var(TARGET) else { return };
    let (base, path) = target.split_once(' ').unwrap();
    let _ = client(base).call(&Get).download_to(path).await;
}

#[tokio::test]
async fn a_process_that_is_killed_loses_at_most_8_mib() {
    let folder = Folder::new();
    let server = server(12 * MIB, 11 * MIB, true).await;
    let path = folder.file("song.mp3");
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "resume::downloaded_until_killed"])
        .env(TARGET, format!("{} {}", server.base, path.display()))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let marked = async {
        while !folder.file(".song.mp3.part.json").exists() {
            tokio::task::yield_now().await;
        }
    };
    soon(marked).await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(folder.names(), [".song.mp3.part", ".song.mp3.part.json"]);
    soon(client(&server.base).call(&Get).download_to(&path)).await.unwrap();
    assert!(std::fs::read(&path).unwrap() == expected(12 * MIB, 1));
    let range = server.ranges.lock().unwrap()[1].clone().unwrap();
    let from: usize = range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap();
    assert!((8 * MIB..=11 * MIB).contains(&from), "{range}");
}
