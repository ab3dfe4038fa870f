//! The client for code without async, against the sandbox: without a runtime, on the thread of one, and in tasks of several threads.

use segno_musescore::files::{File, Get};
use segno_musescore::scores::{self, Filters, Search};
use segno_musescore::{Client, Credentials, blocking};
use segno_sandbox::Sandbox;
use segno_testkit::Folder;

fn sandbox() -> Sandbox {
    segno_testkit::elsewhere(|| async { Sandbox::builder().seed(1).start().await.unwrap() })
}

fn all(sandbox: &Sandbox) {
    let access = sandbox.musescore();
    let client = Client::builder(Credentials::key(access.consumer_key.as_str()));
    let client = client.base_url(&access.base_url).static_url(&access.static_url).build().unwrap();
    let client: blocking::Client = client.blocking().unwrap();
    let list = || Search::new(Filters::new());
    let pages: usize = client.pages(list()).map(|page| page.unwrap().items.len()).sum();
    let items: Vec<_> = client.items(list()).map(|score| score.unwrap().id).collect();
    assert!(pages == items.len() && pages > 2, "{pages} scores");
    let first = client.collect(list(), 2).unwrap();
    assert_eq!([first[0].id, first[1].id], items[..2]);

    let score = client.send(&scores::Get::new(items[0])).unwrap();
    let folder = Folder::new();
    let path = folder.file("score.mp3");
    let done = client.download_to(&Get::of(&score, File::Mp3), &path).unwrap();
    assert!(done.bytes > 0 && std::fs::read(path).unwrap().len() as u64 == done.bytes);
}

#[test]
fn without_a_runtime_and_inside_of_any() {
    segno_testkit::inside_and_outside_of_runtimes(sandbox, all);
}
