//! A process with few file descriptors: calls queue, and where they cannot, they wait. The calls are made by this test
//! binary started anew under a limit; the peer stays here.

use std::process::Command;
use std::time::Duration;

use segno_core::{Client, Retry};
use tokio::io::AsyncWriteExt as _;

use crate::example::Get;
use crate::peer::{self, read_request};

const PEER: &str = "SEGNO_TEST_PEER";
const AT_ONCE: &str = "SEGNO_TEST_AT_ONCE";

/// What the started process does: 400 calls at once, or with 0 one call when no descriptor is left; nothing where it was
/// not started for that.
#[tokio::test]
async fn child() {
    let Ok(base) = std::env::var(PEER) else { return };
    let at_once = std::env::var(AT_ONCE).unwrap().parse().unwrap();
    let patience = Duration::from_millis(if at_once == 0 { 50 } else { 60_000 });
    let retry = Retry::default().budget(0).base(Duration::from_millis(20)).patience(patience);
    let client = Client::builder(base).connections(at_once).retry(retry).build().unwrap();
    if at_once == 0 {
        let taken: Vec<_> = std::iter::from_fn(|| std::fs::File::open("/dev/null").ok()).collect();
        let error = client.send(&Get).await.unwrap_err();
        drop(taken);
        let line = error.to_string();
        assert!(line.contains("too many open files in this process; raise its limit (ulimit -n)"), "{line}");
        assert!(error.is_connect() && error.is_transient(), "{line}");
        return;
    }
    let calls: Vec<_> = (0..400)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&Get).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

/// The outcome of the child under a limit of file descriptors.
async fn run(limit: u32, at_once: u32) -> std::process::Output {
    let base = peer::listen(|mut stream| async move {
        loop {
            read_request(&mut stream).await?;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?;
        }
    })
    .await;
    let program = std::env::current_exe().unwrap();
    let script = format!("ulimit -n {limit}; exec \"$0\" --exact descriptors::child --nocapture");
    tokio::task::spawn_blocking(move || {
        Command::new("sh")
            .args(["-c", &script])
            .arg(program)
            .env(PEER, base)
            .env(AT_ONCE, at_once.to_string())
            .output()
            .unwrap()
    })
    .await
    .unwrap()
}

fn assert_passed(output: &std::process::Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("1 passed"), "{}", text(&output.stdout));
}

#[tokio::test]
async fn calls_queue_where_connections_are_limited() {
    assert_passed(&run(120, 64).await);
}

#[tokio::test]
async fn calls_wait_where_descriptors_are_gone() {
    assert_passed(&run(40, 400).await);
}

#[tokio::test]
async fn a_process_without_a_descriptor_says_so() {
    assert_passed(&run(100, 0).await);
}
