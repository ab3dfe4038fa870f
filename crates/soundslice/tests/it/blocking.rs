//! The client for code without async, against the sandbox: without a runtime, on the thread of one, and in tasks of several threads.

use segno_sandbox::Sandbox;
use segno_soundslice::{Client, NotationUpload, blocking, slices};
use segno_testkit::Folder;

const SCORE: &str = "<?xml version=\"1.0\"?><score-partwise version=\"4.0\"><part-list><score-part id=\"P1\">\
    <part-name>Flute</part-name></score-part></part-list><part id=\"P1\"><measure number=\"1\"/></part></score-partwise>";

fn sandbox() -> Sandbox {
    segno_testkit::elsewhere(|| async { Sandbox::builder().seed(1).start().await.unwrap() })
}

fn all(sandbox: &Sandbox) {
    let access = sandbox.description().soundslice;
    let client = Client::builder(&access.app_id, access.password).base_url(&access.base_url);
    let client: blocking::Client = client.build().unwrap().blocking().unwrap();
    let slice = client.send(&slices::Create::new().name("Étude")).unwrap().scorehash;
    let listed = client.send(&slices::List::new()).unwrap();
    assert!(listed.iter().any(|listed| listed.scorehash == slice));

    client.run(|client| client.upload_notation(NotationUpload::new(&slice, SCORE))).unwrap();
    let folder = Folder::new();
    let path = folder.file("etude.musicxml");
    let done = client.run(|client| client.download_notation_to(&slice, &path)).unwrap().unwrap();
    assert_eq!((done.bytes, std::fs::read_to_string(path).unwrap()), (SCORE.len() as u64, SCORE.to_owned()));

    client.send(&slices::Delete::new(&slice)).unwrap();
    let error = client.send(&slices::Get::new(&slice)).unwrap_err();
    assert!(error.to_string().starts_with("soundslice.slices.get: 40"), "{error}");
}

#[test]
fn without_a_runtime_and_inside_of_any() {
    segno_testkit::inside_and_outside_of_runtimes(sandbox, all);
}
