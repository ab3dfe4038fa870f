//! The exact bytes of every request, and the bodies that are documented.

use segno_core::{BuildError, Endpoint, testing};
use segno_soundslice::{FolderId, Scorehash, folders, lists, recordings, slices, syncpoints};

use crate::sample::{self, POINTS, RECORDING, Visit, silent, slice};

fn wire(endpoint: &impl Endpoint) -> Result<String, BuildError> {
    testing::wire(silent().core(), endpoint)
}

#[test]
fn every_request() {
    struct Snapshot;

    impl Visit for Snapshot {
        fn visit<E: Endpoint<Output: std::fmt::Debug>>(&mut self, endpoint: &E) {
            insta::assert_snapshot!(E::NAME, wire(endpoint).unwrap());
        }
    }

    sample::every_endpoint(&mut Snapshot);
}

/// The body of a request.
fn body(endpoint: &impl Endpoint) -> String {
    wire(endpoint).unwrap().split_once("\n\n").unwrap().1.to_owned()
}

#[test]
fn documented_bodies_to_the_letter() {
    struct Bodies(Vec<(&'static str, String)>);

    impl Visit for Bodies {
        fn visit<E: Endpoint<Output: std::fmt::Debug>>(&mut self, endpoint: &E) {
            self.0.push((E::NAME, body(endpoint)));
        }
    }

    let mut bodies = Bodies(Vec::new());
    sample::every_endpoint(&mut bodies);
    let expected = [
        (
            "soundslice.slices.create",
            "name=Morning+%C3%89tude&artist=R.+Okafor&status=3&embed_status=4&print_status=1&folder_id=5120",
        ),
        (
            "soundslice.notation.start_upload",
            "callback_url=https%3A%2F%2Fhooks.example.net%2Fsoundslice%3Fjob%3D17",
        ),
        (
            "soundslice.recordings.create",
            "source=3&source_data=https%3A%2F%2Fmedia.example.net%2Fv%2Fetude.mp4\
             &hls_url=https%3A%2F%2Fmedia.example.net%2Fv%2Fetude.m3u8&name=Camera+A",
        ),
        ("soundslice.recordings.reorder", "order=70213%2C70215%2C70214"),
        ("soundslice.recordings.change", "name=Camera+B&hls_url="),
        (
            "soundslice.syncpoints.set",
            "syncpoints=%5B%5B0%2C0%5D%2C%5B4%2C9.6%5D%2C%5B4%2C11.25%2C240%5D%2C%5B8%2C20.5%2C0%2C1%5D%5D\
             &crop_start=1.5&crop_end=62.0",
        ),
        ("soundslice.folders.create", "name=Warm-ups&parent_id=5120"),
        ("soundslice.folders.rename", "name=Warm-ups+%28old%29"),
        ("soundslice.lists.add_slices", "slicehashes=Qm4Zt%2CRt7Lp"),
        ("soundslice.slices.duplicate", ""),
        ("soundslice.recordings.start_upload", ""),
    ];
    for (name, expected) in expected {
        let (_, found) = bodies.0.iter().find(|(known, _)| *known == name).unwrap();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_post_without_parameters_has_length_0_and_no_media_type() {
    let text = wire(&slices::Duplicate::new(slice())).unwrap();
    assert!(text.contains("content-length: 0\n"), "{text}");
    assert!(!text.contains("content-type"), "{text}");
}

#[test]
fn every_path_ends_in_a_slash_below_the_base_url() {
    struct Slash;

    impl Visit for Slash {
        fn visit<E: Endpoint<Output: std::fmt::Debug>>(&mut self, endpoint: &E) {
            let text = wire(endpoint).unwrap();
            let target = text.split(' ').nth(1).unwrap();
            let path = target.split('?').next().unwrap();
            assert!(E::NAME.starts_with("soundslice.storage.") || path.ends_with('/'), "{} {path}", E::NAME);
        }
    }

    sample::every_endpoint(&mut Slash);
}

#[test]
fn credentials_go_to_the_api_and_never_to_the_storage() {
    struct Credentials;

    impl Visit for Credentials {
        fn visit<E: Endpoint<Output: std::fmt::Debug>>(&mut self, endpoint: &E) {
            let text = wire(endpoint).unwrap();
            let storage = E::NAME.starts_with("soundslice.storage.");
            assert_eq!(text.contains("authorization: [redacted]"), !storage, "{text}");
            assert!(!text.contains("s3cret"), "{text}");
            if storage {
                let head = text.split("\n\n").next().unwrap();
                let names: Vec<_> = head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
                let unsigned = ["host", "content-length", "accept-encoding"];
                assert!(names.iter().all(|name| unsigned.contains(name)), "{names:?}");
            }
        }
    }

    sample::every_endpoint(&mut Credentials);
}

fn refused(endpoint: &impl Endpoint) -> String {
    wire(endpoint).unwrap_err().to_string()
}

#[test]
fn what_the_service_would_refuse_is_not_built() {
    let long = "é".repeat(256);
    assert_eq!(
        refused(&slices::Create::new().name(&long)),
        "name: must have at most 255 characters, found 256"
    );
    assert_eq!(
        refused(&slices::Create::new().artist(&long)),
        "artist: must have at most 255 characters, found 256"
    );
    assert!(wire(&slices::Create::new().name("é".repeat(255))).is_ok());
    let name = "x".repeat(101);
    let create = recordings::Create::mp3_upload(slice()).name(&name);
    assert_eq!(refused(&create), "name: must have at most 100 characters, found 101");
    assert_eq!(
        refused(&recordings::Change::new(RECORDING).name(name)),
        "name: must have at most 100 characters, found 101"
    );
    assert_eq!(
        refused(&recordings::Create::youtube(slice(), "")),
        "source_data: must not be empty for this source"
    );
    assert_eq!(
        refused(&recordings::Reorder::new(slice(), [])),
        "order: must name every recording of the slice, found none"
    );
    assert_eq!(
        refused(&recordings::Reorder::new(slice(), [RECORDING, RECORDING])),
        "order: must name every recording once, found 70213 twice"
    );
    assert_eq!(refused(&folders::Create::new("")), "name: must not be empty");
    assert_eq!(refused(&lists::AddSlices::new(sample::list(), [])), "slicehashes: must not be empty");
    let no_url = segno_soundslice::notation::StartUpload::new(slice()).callback_url("hooks.example.net");
    assert_eq!(refused(&no_url), "callback_url: must begin with http:// or https://");
}

#[test]
fn crops_that_cannot_be_are_not_built() {
    let set = || syncpoints::Set::new(RECORDING, &POINTS[..]);
    assert_eq!(refused(&set().crop_start(-1.0)), "crop_start: must be a finite number of seconds, 0 or more");
    assert_eq!(refused(&set().crop_end(f64::NAN)), "crop_end: must be a finite number of seconds, 0 or more");
    assert_eq!(
        refused(&set().crop_start(5.0).crop_end(5.0)),
        "crop_end: must be after crop_start 5, found 5"
    );
    let reset = body(&set().crop_start(0.0));
    assert!(reset.ends_with("&crop_start=0.0"), "{reset}");
}

#[test]
fn an_identifier_cannot_become_a_path() {
    let dots: Result<Scorehash, _> = "..".parse();
    assert!(dots.is_err());
    let folder: FolderId = "5120".parse().unwrap();
    assert!(
        matches!(wire(&folders::Get::new(folder)), Ok::<_, BuildError>(text) if text.starts_with("GET /api/v1/folders/5120/ "))
    );
}

#[test]
fn anything_that_serialises_as_syncpoints_can_be_sent() {
    let text = body(&syncpoints::Set::new(RECORDING, &vec![(0, 0.0), (4, 9.6)]));
    assert_eq!(text, "syncpoints=%5B%5B0%2C0.0%5D%2C%5B4%2C9.6%5D%5D");
    let wrong = refused(&syncpoints::Set::new(RECORDING, "text"));
    assert_eq!(wrong, "syncpoints: must serialise as an array of arrays of numbers");
}
