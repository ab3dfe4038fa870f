//! Sound as files: broken off, killed, with a link that expired, and after the file changed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use segno_core::Retry;
use segno_core::client::{Event, EventKind};
use segno_sandbox::{Edit, Fault, FaultKind, Host, LoggedRequest, Sandbox};
use segno_soundstripe::media::{CATALOGUE_LIFETIME, MediaUrl};
use segno_soundstripe::songs::{self, Song};
use segno_soundstripe::sound_effects::{self, SoundEffect};
use segno_soundstripe::{Client, ErrorKind};
use segno_testkit::Folder;

use super::{builder, client, sandbox};

fn wav(song: &Song) -> Option<MediaUrl> {
    song.primary_audio()?.versions.wav.clone()
}

fn mp3(song: &Song) -> Option<MediaUrl> {
    song.primary_audio()?.versions.mp3.clone()
}

/// That tries once.
fn hasty(sandbox: &Arc<Sandbox>) -> Client {
    builder(sandbox, 0).settings(|core| core.retry(Retry::never())).build().unwrap()
}

/// The requests for files since the last look, by their range and status.
fn gets(sandbox: &Sandbox) -> Vec<(Option<String>, Option<u16>)> {
    let all = sandbox.requests().into_iter().filter(|request| request.host == Host::STORAGE);
    let shown = |request: LoggedRequest| (request.header("range").map(str::to_owned), request.status);
    let gets = all.map(shown).collect();
    sandbox.clear_requests();
    gets
}

fn range(from: u64) -> Option<String> {
    Some(format!("bytes={from}-"))
}

async fn song(sandbox: &Arc<Sandbox>) -> Song {
    client(sandbox).send(&songs::Get::new(1002)).await.unwrap()
}

/// The file behind a link, whole.
async fn whole(sandbox: &Arc<Sandbox>, link: &MediaUrl) -> Vec<u8> {
    let mut bytes = Vec::new();
    client(sandbox).download(link, &mut bytes).await.unwrap();
    gets(sandbox);
    bytes
}

#[tokio::test]
async fn another_process_goes_on_where_the_first_one_failed() {
    let sandbox = sandbox().await;
    for version in [mp3, wav] {
        let (folder, song) = (Folder::new(), song(&sandbox).await);
        let (link, path) = (version(&song).unwrap(), folder.file("song"));
        let expected = whole(&sandbox, &link).await;
        sandbox.fault(Fault::new(FaultKind::truncate(1000)).on(Host::STORAGE));
        hasty(&sandbox).download_to(&link, &path).await.unwrap_err();
        assert_eq!(folder.names(), [".song.part", ".song.part.json"]);
        // Another process has another link to the same file.
        let link = version(&hasty(&sandbox).refresh(&song).await.unwrap()).unwrap();
        let done = hasty(&sandbox).download_to(&link, &path).await.unwrap();
        assert_eq!((done.bytes, done.length_known), (expected.len() as u64, true));
        assert_eq!(gets(&sandbox), [(None, Some(200)), (range(1000), Some(206))]);
        assert!(std::fs::read(&path).unwrap() == expected);
        assert_eq!(folder.names(), ["song"]);
    }
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_begins_anew() {
    let sandbox = sandbox().await;
    let (folder, song) = (Folder::new(), song(&sandbox).await);
    let (link, path) = (wav(&song).unwrap(), folder.file("song.wav"));
    let expected = whole(&sandbox, &link).await;
    // The file as it was before: another tag, and bytes that are no longer there.
    let before = Edit::new().header("ETag", "\"before\"").substitute("RIFF", "FORM");
    sandbox.fault(Fault::edit(before).on(Host::STORAGE).also(FaultKind::truncate(1000)));
    hasty(&sandbox).download_to(&link, &path).await.unwrap_err();
    assert_eq!(folder.names(), [".song.wav.part", ".song.wav.part.json"]);
    hasty(&sandbox).download_to(&link, &path).await.unwrap();
    assert_eq!(gets(&sandbox), [(None, Some(200)), (range(1000), Some(200))]);
    assert!(std::fs::read(&path).unwrap() == expected);
    assert_eq!(folder.names(), ["song.wav"]);
}

#[tokio::test]
async fn a_link_that_expired_is_replaced() {
    let sandbox = sandbox().await;
    let (folder, song) = (Folder::new(), song(&sandbox).await);
    let expected = whole(&sandbox, &mp3(&song).unwrap()).await;
    sandbox.advance(CATALOGUE_LIFETIME);
    let path = folder.file("song.mp3");
    let error = hasty(&sandbox).download_to(&mp3(&song).unwrap(), &path).await.unwrap_err();
    assert_eq!(error.api().unwrap().kind(), ErrorKind::Forbidden);
    gets(&sandbox);
    let done = hasty(&sandbox).download_version_to(&song, mp3, &path).await.unwrap().unwrap();
    assert_eq!(
        (done.bytes, gets(&sandbox)),
        (expected.len() as u64, vec![(None, Some(403)), (None, Some(200))])
    );
    assert!(std::fs::read(&path).unwrap() == expected);
    // A link that is refused though it is new is not asked for for ever.
    sandbox.fault(Fault::status(403).on(Host::STORAGE).times(9));
    let error = hasty(&sandbox).download_version_to(&song, mp3, &path).await.unwrap_err();
    assert_eq!((error.api().unwrap().kind(), gets(&sandbox).len()), (ErrorKind::Forbidden, 2));
    assert_eq!(folder.names(), ["song.mp3"]);
}

/// It breaks off, the link expires, and the download goes on with another one.
#[tokio::test]
async fn a_link_that_expires_in_the_middle_is_replaced_and_the_download_goes_on() {
    let sandbox = sandbox().await;
    let (folder, song) = (Folder::new(), song(&sandbox).await);
    let expected = whole(&sandbox, &wav(&song).unwrap()).await;
    sandbox.fault(Fault::new(FaultKind::truncate(1000)).on(Host::STORAGE));
    let theirs = Arc::clone(&sandbox);
    let observer = move |event: &Event<'_>| {
        if event.endpoint == "soundstripe.media.download" && matches!(event.kind, EventKind::Waiting { .. }) {
            theirs.advance(CATALOGUE_LIFETIME);
        }
    };
    let client = builder(&sandbox, 0).settings(|core| core.observer(observer)).build().unwrap();
    let path = folder.file("song.wav");
    client.download_version_to(&song, wav, &path).await.unwrap().unwrap();
    let gets = gets(&sandbox);
    assert_eq!(gets, [(None, Some(200)), (range(1000), Some(403)), (range(1000), Some(206))]);
    assert!(std::fs::read(&path).unwrap() == expected);
}

#[tokio::test]
async fn a_sound_effect_is_a_file_too_and_what_is_not_there_is_none() {
    let sandbox = sandbox().await;
    let (client, folder) = (client(&sandbox), Folder::new());
    let effect = client.items(sound_effects::List::new()).collect(1).await.unwrap().remove(0);
    let path = folder.file("effect.mp3");
    let mp3 = |effect: &SoundEffect| effect.versions.mp3.clone();
    sandbox.advance(CATALOGUE_LIFETIME);
    client.download_version_to(&effect, mp3, &path).await.unwrap().unwrap();
    assert!(std::fs::read(&path).unwrap().starts_with(b"ID3"));
    let none = client.download_version_to(&effect, |_| None, folder.file("none")).await.unwrap();
    assert!(none.is_none() && folder.names() == ["effect.mp3"]);
}

const TARGET: &str = "SEGNO_TEST_SONG";

/// The process that the next test kills.
#[tokio::test]
async fn downloaded_until_killed() {
    let Ok(target) = std::env::var(TARGET) else { return };
    let [link, path] = target.split(' ').collect::<Vec<_>>()[..] else { panic!() };
    let client = Client::new("sk_demo_0001").unwrap();
    let _ = client.download_to(&link.parse().unwrap(), Path::new(path)).await;
}

/// It had less than 8 MiB, so nothing is kept, and nothing of it is in the way.
#[tokio::test]
async fn what_a_killed_process_left_is_not_in_the_way() {
    let sandbox = Arc::new(Sandbox::start().await.unwrap());
    let (folder, song) = (Folder::new(), song(&sandbox).await);
    let (link, path) = (wav(&song).unwrap(), folder.file("song.wav"));
    let expected = whole(&sandbox, &link).await;
    sandbox.fault(Fault::new(FaultKind::stall(1000)).on(Host::STORAGE));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sandbox::downloads::downloaded_until_killed"])
        .env(TARGET, format!("{} {}", link.expose(), path.display()))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let part = folder.file(".song.wav.part");
    let begun = async {
        while std::fs::metadata(&part).map_or(0, |part| part.len()) < 1000 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), begun).await.expect("1,000 bytes arrive");
    child.kill().unwrap();
    child.wait().unwrap();
    hasty(&sandbox).download_to(&link, &path).await.unwrap();
    assert!(std::fs::read(&path).unwrap() == expected);
    assert_eq!(folder.names(), ["song.wav"]);
}
