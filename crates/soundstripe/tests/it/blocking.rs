//! The client for code without async, against the sandbox: without a runtime, on the thread of one, and in tasks of several threads.

use segno_sandbox::Sandbox;
use segno_soundstripe::songs::Song;
use segno_soundstripe::{Client, blocking, songs};
use segno_testkit::Folder;

fn sandbox() -> Sandbox {
    segno_testkit::elsewhere(|| async { Sandbox::builder().seed(1).start().await.unwrap() })
}

fn all(sandbox: &Sandbox) {
    let access = sandbox.description().soundstripe;
    let client = Client::builder(access.token).base_url(&access.base_url).build().unwrap();
    let client: blocking::Client = client.blocking().unwrap();
    let pages: usize = client.pages(songs::List::new()).map(|page| page.unwrap().items.len()).sum();
    let items: Vec<_> = client.items(songs::List::new()).map(|song| song.unwrap().id).collect();
    assert!(pages == items.len() && pages > 3, "{pages} songs");
    let first = client.collect(songs::List::new(), 3).unwrap();
    assert!(first.iter().map(|song| &song.id).eq(&items[..3]));

    let song = client.send(&songs::Get::new(1001)).unwrap();
    let mp3 = |song: &Song| song.primary_audio()?.versions.mp3.clone();
    let folder = Folder::new();
    let path = folder.file("song.mp3");
    let done = client.run(|client| client.download_version_to(&song, mp3, &path)).unwrap().unwrap();
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.starts_with(b"ID3") && bytes.len() as u64 == done.bytes);

    let error = client.send(&songs::Get::new(9_999_999)).unwrap_err();
    assert!(error.to_string().starts_with("soundstripe.songs.get: 404"), "{error}");
}

#[test]
fn without_a_runtime_and_inside_of_any() {
    segno_testkit::inside_and_outside_of_runtimes(sandbox, all);
}
