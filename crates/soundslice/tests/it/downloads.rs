//! The original notation as a file: broken off, killed, with a URL that expired, and after it changed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use segno_core::Retry;
use segno_core::client::{Event, EventKind};
use segno_sandbox::{Fault, FaultKind, Host, LoggedRequest, Sandbox};
use segno_soundslice::{Client, ClientBuilder, NotationUpload, Scorehash, slices};
use segno_testkit::Folder;

const MIB: usize = 1024 * 1024;

/// MusicXML of this length, no part of which is like another.
fn score(length: usize, title: &str) -> Vec<u8> {
    let mut text = format!(
        "<?xml version=\"1.0\"?><score-partwise version=\"4.0\"><work><work-title>{title}</work-title></work><part-list>\
         <score-part id=\"P1\"><part-name>Flute</part-name></score-part></part-list><part id=\"P1\">\
         <measure number=\"1\"/></part></score-partwise><!--"
    );
    let mut number = 0;
    while text.len() < length - 3 {
        text += &format!("{number:x} ");
        number += 1;
    }
    text.truncate(length - 3);
    text += "-->";
    text.into_bytes()
}

struct Studio {
    sandbox: Arc<Sandbox>,
    slice: Scorehash,
    folder: Folder,
}

impl Studio {
    /// A sandbox with a slice of this notation.
    async fn open(notation: &[u8]) -> Self {
        let sandbox = Arc::new(Sandbox::builder().seed(3).start().await.unwrap());
        let studio = Self { sandbox, slice: "none".parse().unwrap(), folder: Folder::new() };
        let slice = studio.client().send(&slices::Create::new().name("Étude")).await.unwrap().scorehash;
        let studio = Self { slice, ..studio };
        studio.upload(notation).await;
        studio
    }

    async fn upload(&self, notation: &[u8]) {
        let upload = NotationUpload::new(&self.slice, notation.to_vec());
        self.client().upload_notation(upload).await.unwrap();
    }

    /// That tries once.
    fn builder(&self) -> ClientBuilder {
        let access = self.sandbox.description().soundslice;
        let builder = Client::builder(&access.app_id, access.password).base_url(&access.base_url);
        builder.settings(|core| core.retry(Retry::never()))
    }

    fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// The requests for the file since the last look, by their range and status.
    fn gets(&self) -> Vec<(Option<String>, Option<u16>)> {
        let all = self.sandbox.requests().into_iter();
        let gets = all.filter(|request| request.host == Host::STORAGE && request.method == "GET");
        let shown = |request: LoggedRequest| (request.header("range").map(str::to_owned), request.status);
        let gets = gets.map(shown).collect();
        self.sandbox.clear_requests();
        gets
    }

    fn fault(&self, kind: FaultKind) {
        self.sandbox.fault(Fault::new(kind).on(Host::STORAGE).method("GET"));
    }
}

fn range(from: usize) -> Option<String> {
    Some(format!("bytes={from}-"))
}

#[tokio::test]
async fn another_process_goes_on_where_the_first_one_failed() {
    let notation = score(300_000, "Étude");
    let studio = Studio::open(&notation).await;
    let path = studio.folder.file("etude.musicxml");
    studio.fault(FaultKind::truncate(100_000));
    studio.client().download_notation_to(&studio.slice, &path).await.unwrap_err();
    assert_eq!(studio.folder.names(), [".etude.musicxml.part", ".etude.musicxml.part.json"]);
    assert_eq!(studio.gets().len(), 1);
    let done = studio.client().download_notation_to(&studio.slice, &path).await.unwrap().unwrap();
    assert_eq!((done.bytes, done.length_known), (300_000, true));
    assert_eq!(studio.gets(), [(range(100_000), Some(206))]);
    assert!(std::fs::read(&path).unwrap() == notation);
    assert_eq!(studio.folder.names(), ["etude.musicxml"]);
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_begins_anew() {
    let studio = Studio::open(&score(300_000, "Étude")).await;
    let path = studio.folder.file("etude.musicxml");
    studio.fault(FaultKind::truncate(100_000));
    studio.client().download_notation_to(&studio.slice, &path).await.unwrap_err();
    let changed = score(200_000, "Étude, revised");
    studio.upload(&changed).await;
    studio.gets();
    studio.client().download_notation_to(&studio.slice, &path).await.unwrap();
    assert_eq!(studio.gets(), [(range(100_000), Some(200))]);
    assert!(std::fs::read(&path).unwrap() == changed);
    assert_eq!(studio.folder.names(), ["etude.musicxml"]);
}

/// The URL works for 15 minutes: here it expires as soon as the service has given it, as often as `times` says.
fn expiring(studio: &Studio, times: usize) -> Client {
    let (sandbox, left) = (Arc::clone(&studio.sandbox), std::sync::Mutex::new(times));
    let observer = move |event: &Event<'_>| {
        let mut left = left.lock().unwrap();
        let is_link = event.endpoint == "soundslice.notation.original";
        if is_link && matches!(event.kind, EventKind::Ended { .. }) && *left > 0 {
            *left -= 1;
            sandbox.advance(Duration::from_secs(901));
        }
    };
    studio.builder().settings(|core| core.observer(observer)).build().unwrap()
}

#[tokio::test]
async fn a_url_that_expired_is_replaced_once() {
    let notation = score(300_000, "Étude");
    let studio = Studio::open(&notation).await;
    let path = studio.folder.file("etude.musicxml");
    expiring(&studio, 1).download_notation_to(&studio.slice, &path).await.unwrap();
    assert_eq!(studio.gets(), [(None, Some(403)), (None, Some(200))]);
    assert!(std::fs::read(&path).unwrap() == notation);

    let mut written = Vec::new();
    let error = expiring(&studio, 2).download_notation(&studio.slice, &mut written).await.unwrap_err();
    assert!(error.api().unwrap().is_expired_url() && written.is_empty(), "{error}");
    assert_eq!(studio.gets(), [(None, Some(403)), (None, Some(403))]);
}

/// A download that breaks off when its URL has expired goes on with another one, also into a writer that keeps what it has.
#[tokio::test]
async fn a_url_that_expires_in_the_middle_is_replaced_and_the_download_goes_on() {
    let notation = score(300_000, "Étude");
    let studio = Studio::open(&notation).await;
    studio.fault(FaultKind::truncate(100_000));
    let sandbox = Arc::clone(&studio.sandbox);
    let observer = move |event: &Event<'_>| {
        if event.endpoint == "soundslice.storage.get" && matches!(event.kind, EventKind::Waiting { .. }) {
            sandbox.advance(Duration::from_secs(901));
        }
    };
    let builder = studio.builder();
    let client = builder.settings(|core| {
        let retry = Retry::default().base(Duration::ZERO).cap(Duration::ZERO);
        core.retry(retry).observer(observer)
    });
    let mut written = Vec::new();
    let client = client.build().unwrap();
    client.download_notation(&studio.slice, &mut written).await.unwrap().unwrap();
    assert!(written == notation);
    let (from, gets) = (range(100_000), studio.gets());
    assert_eq!(gets, [(None, Some(200)), (from.clone(), Some(403)), (from, Some(206))]);
}

#[tokio::test]
async fn a_slice_without_an_original_file_has_none_to_download() {
    let studio = Studio::open(&score(1000, "Étude")).await;
    let client = studio.client();
    let bare = client.send(&slices::Create::new().name("Bare")).await.unwrap().scorehash;
    assert!(client.download_notation_to(&bare, studio.folder.file("none")).await.unwrap().is_none());
    assert!(studio.folder.names().is_empty());
}

const TARGET: &str = "SEGNO_TEST_NOTATION";

/// The process that the next test kills.
#[tokio::test]
async fn downloaded_until_killed() {
    let Ok(target) = std::env::var(TARGET) else { return };
    let [base, id, password, slice, path] = target.split(' ').collect::<Vec<_>>()[..] else { panic!() };
    let client = Client::builder(id, password).base_url(base).build().unwrap();
    let _ = client.download_notation_to(&slice.parse().unwrap(), Path::new(path)).await;
}

#[tokio::test]
async fn a_process_that_is_killed_loses_at_most_8_mib() {
    let notation = score(12 * MIB, "Étude");
    let studio = Studio::open(&notation).await;
    let path = studio.folder.file("etude.musicxml");
    studio.fault(FaultKind::stall(11 * MIB as u64));
    let access = studio.sandbox.description().soundslice;
    let slice = &studio.slice;
    let target =
        format!("{} {} {} {slice} {}", access.base_url, access.app_id, access.password, path.display());
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "downloads::downloaded_until_killed"])
        .env(TARGET, target)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let sidecar = studio.folder.file(".etude.musicxml.part.json");
    let marked = async {
        while !sidecar.exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), marked).await.expect("8 MiB arrive");
    child.kill().unwrap();
    child.wait().unwrap();
    studio.gets();
    studio.client().download_notation_to(&studio.slice, &path).await.unwrap();
    let gets = studio.gets();
    let from = gets[0].0.as_deref().unwrap().trim_start_matches("bytes=").trim_end_matches('-');
    assert!((8 * MIB..=11 * MIB).contains(&from.parse().unwrap()), "{from}");
    assert_eq!((gets.len(), gets[0].1), (1, Some(206)));
    assert!(std::fs::read(&path).unwrap() == notation);
    assert_eq!(studio.folder.names(), ["etude.musicxml"]);
}
