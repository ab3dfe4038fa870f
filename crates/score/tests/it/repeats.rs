//! The generated scores of the repeat corpus against the structures they were generated from.

use std::ffi::OsStr;
use std::path::PathBuf;

use segno_score::{Options, musicxml};
use serde_json::Value;

use crate::neutral::{lines, neutral};

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/repeats")
}

/// The structures stand beside the tests of the unroller.
fn structure(name: &OsStr) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../syncpoint/tests/data/repeats")
        .join(name)
        .with_extension("json")
}

#[test]
fn every_generated_score_is_read_to_the_structure_it_was_made_from() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(data()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "musicxml") {
            continue;
        }
        seen += 1;
        let case: Value =
            serde_json::from_slice(&std::fs::read(structure(path.file_name().unwrap())).unwrap()).unwrap();
        let expected = lines(&neutral(&case));
        let bytes = std::fs::read(&path).unwrap();
        let whole = musicxml::read_slice(&bytes, &Options::new()).unwrap();
        let streamed =
            musicxml::read(std::io::BufReader::with_capacity(7, &bytes[..]), &Options::new()).unwrap();
        assert_eq!(whole, streamed, "{}", path.display());
        let found = lines(&whole.structure);
        for (expected, found) in expected.iter().zip(&found).filter(|(expected, found)| expected != found) {
            wrong.push(format!(
                "{}\n  expected {expected}\n  found    {found}",
                path.file_stem().unwrap().to_string_lossy()
            ));
        }
        if expected.len() != found.len() {
            wrong.push(format!("{}: {} bars, expected {}", path.display(), found.len(), expected.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 60, "only {seen} scores");
}
