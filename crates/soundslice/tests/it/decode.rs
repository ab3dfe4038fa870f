//! Responses decoded: every fixture, and the shapes that the service sent in other years.

use std::fmt::Debug;

use segno_core::{Bytes, Endpoint, Response};
use segno_soundslice::{PrintStatus, Status, folders, lists, notation, recordings, slices, syncpoints};
use segno_testkit::{Fixtures, OddResponses, recorded_response};

use crate::sample::{self, Visit};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// The documented response of an endpoint.
pub(crate) fn documented<E: Endpoint>() -> Response<Bytes> {
    let case = E::NAME.strip_prefix("soundslice.").unwrap().replacen('.', "/", 1);
    recorded_response(&Fixtures::read(FOLDER, &case))
}

#[test]
fn every_response() {
    struct Decoded;

    impl Visit for Decoded {
        fn visit<E: Endpoint<Output: Debug>>(&mut self, _: &E) {
            insta::assert_debug_snapshot!(E::NAME, E::read(documented::<E>()).unwrap());
        }
    }

    sample::every_endpoint(&mut Decoded);
}

#[test]
fn odd_responses() {
    #[derive(Default)]
    struct Odd(Vec<String>);

    impl Visit for Odd {
        fn visit<E: Endpoint<Output: Debug>>(&mut self, _: &E) {
            let response = documented::<E>();
            let is_json = response.body().starts_with(b"{\"") || response.body().starts_with(b"[{");
            // What names a slice stands in its URLs, too.
            let odd = OddResponses::of(&response).needed(&["id", "scorehash", "url", "embed_url"]);
            match odd.shared(&["can_print", "print_status"]).read::<E>() {
                Ok(count) => assert!(count >= 100 || !is_json, "{}: {count}", E::NAME),
                Err(found) => self.0.push(found),
            }
        }
    }

    let mut odd = Odd::default();
    sample::every_endpoint(&mut odd);
    assert!(odd.0.is_empty(), "{}", odd.0.join("\n"));
}

fn read<E: Endpoint>(body: &'static str) -> E::Output {
    E::read(Response::new(body.into())).unwrap()
}

#[test]
fn a_slice_as_of_2018_has_only_its_url() {
    let slice = read::<slices::Get>(
        r#"{"url": "/scores/123abc/", "name": "A", "status": 3, "embed_status": 1, "print_status": 3,
            "has_notation": true}"#,
    );
    assert_eq!(slice.scorehash.as_str(), "123abc");
    assert!(slice.can_print, "print_status 3 means that it may be printed");
    assert!(slice.show_notation);
    assert_eq!((slice.artist.as_str(), slice.recording_count), ("", None));
}

#[test]
fn a_slice_as_of_2021_has_no_url() {
    let slices = read::<slices::List>(
        r#"[{"scorehash": "Qm4Zt", "slug": 880417, "name": "A", "artist": null, "status": "3", "embed_status": 4.0,
            "print_status": 9, "can_print": 0, "has_notation": 1, "recording_count": "2", "folder_id": 0, "new": {}}]"#,
    );
    assert_eq!(slices[0].slug.as_ref().unwrap().as_str(), "880417");
    assert_eq!(slices[0].status, Some(Status::SecretUrl));
    assert_eq!(slices[0].print_status, Some(PrintStatus::Other(9)));
    assert_eq!((slices[0].recording_count, &slices[0].folder_id), (Some(2), &None));
}

#[test]
fn the_root_folder_in_all_its_spellings() {
    for folder in ["null", "0", "\"0\"", "\"\""] {
        let body = format!(
            r#"{{"scorehash": "Qm4Zt", "name": "A", "status": 1, "embed_status": 1, "has_notation": false, "folder_id": {folder}}}"#
        );
        assert_eq!(slices::Get::read(Response::new(body.into())).unwrap().folder_id, None, "{folder}");
    }
    assert_eq!(read::<slices::Move>(r#"{"id": 0}"#), None);
    assert_eq!(read::<slices::Move>(r#"{"id": 5120}"#), Some(segno_soundslice::FolderId::from(5120)));
    assert_eq!(read::<folders::Delete>(r#"{"parent_id": null}"#), None);
}

#[test]
fn a_slice_without_any_identifier_is_an_error_that_names_it() {
    let body = r#"{"name": "A", "status": 1, "embed_status": 1, "has_notation": false}"#;
    let error = slices::Get::read(Response::new(body.into())).unwrap_err();
    let found = "expected a slice, found JSON with the members embed_status, has_notation, name, status";
    assert_eq!(error.to_string(), found);
    let list = read::<slices::List>(r#"[{"name": "A"}, {"scorehash": "Qm4Zt"}]"#);
    assert_eq!((list.len(), list.passed_over.to_string().as_str()), (1, "[0]"));
}

#[test]
fn lists_may_be_null() {
    assert!(read::<slices::List>("null").is_empty());
    assert!(read::<recordings::List>("null").is_empty());
    assert!(read::<folders::List>("null").is_empty());
}

#[test]
fn a_slice_in_a_folder_is_there_without_its_name() {
    let contents = read::<folders::Get>(
        r#"{"slices": [{"scorehash": "Qm4Zt", "name": ["odd"], "has_notation": {"odd": 1}, "artist": "A", "status": 3}]}"#,
    );
    let slice = contents.slices[0].slice.as_ref().unwrap();
    assert_eq!((slice.artist.as_str(), slice.status), ("A", Some(Status::SecretUrl)));
}

#[test]
fn folder_contents_keep_what_nobody_documents() {
    let contents = read::<folders::Get>(
        r#"{"slices": ["Qm4Zt", {"scorehash": "Rt7Lp"}], "subfolders": [{"id": "5133", "name": "W"}], "owner": 7}"#,
    );
    let hashes: Vec<_> = contents.slices.iter().map(|slice| slice.scorehash.as_str()).collect();
    assert_eq!(hashes, ["Qm4Zt", "Rt7Lp"]);
    assert_eq!(contents.folders[0].id.as_str(), "5133");
    assert_eq!(contents.other["owner"], 7);
    assert_eq!(read::<folders::Get>("{}"), folders::Contents::default());
}

#[test]
fn a_recording_that_is_not_ready_has_no_duration() {
    let list = read::<recordings::List>(
        r#"[{"id": 70214, "name": "Audio", "cropped_duration": null, "source": 2, "source_data": "", "hls_url": "", "syncpoint_count": 0, "status": "waiting"},
            {"id": "70213", "source": 5, "cropped_duration": 60}]"#,
    );
    assert_eq!((list[0].cropped_duration, list[1].cropped_duration), (None, Some(60.0)));
    assert_eq!(list[1].source, Some(segno_soundslice::Source::Other(5)));
    assert_eq!(list[1].status, None);
}

#[test]
fn no_original_notation_is_an_empty_url() {
    assert_eq!(read::<notation::Original>(r#"{"url": ""}"#), None);
    assert!(notation::Original::read(Response::new(r#"{"url": "rawscore"}"#.into())).is_err());
}

#[test]
fn an_undocumented_response_may_be_empty_but_not_a_page() {
    assert!(read::<lists::AddSlices>("").is_null());
    assert!(lists::AddSlices::read(Response::new("<html>".into())).is_err());
}

#[test]
fn one_odd_value_costs_one_field() {
    let list = read::<slices::List>(
        r#"[{"scorehash": "Qm4Zt", "name": null, "name": "A", "status": "soon", "embed_status": [1], "has_notation": "maybe",
             "folder_id": "team/7", "slug": "\u00e9tude-1", "recording_count": "many", "url": 7},
            {"scorehash": "Rt7Lp", "name": "B", "has_notation": true, "folder_id": "a.b", "slug": ""}, "x"]"#,
    );
    let [odd, good] = &list[..] else { panic!("{list:?}") };
    assert_eq!((odd.name.as_str(), odd.url.as_deref(), odd.status), ("A", Some("7"), None));
    assert_eq!(odd.folder_id.as_ref().map(|id| id.as_str()), Some("team/7"));
    assert_eq!(odd.slug.as_ref().map(|slug| slug.as_str()), Some("\u{e9}tude-1"));
    let mut paths: Vec<_> = odd.passed_over.paths().collect();
    paths.sort_unstable();
    assert_eq!(paths, ["embed_status", "has_notation", "name", "recording_count", "status"]);
    assert_eq!(odd.passed_over.get("status").unwrap(), "soon");
    assert_eq!(good.folder_id.as_ref().map(|id| id.as_str()), Some("a.b"));
    assert_eq!((good.slug.as_ref(), good.has_notation, good.passed_over.len()), (None, Some(true), 0));
    assert_eq!(list.passed_over.get("[2]").unwrap(), "x");
}

#[test]
fn a_slice_that_does_not_name_itself_is_the_one_that_was_asked_for() {
    let body = r#"{"name": "A", "has_notation": false}"#;
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    assert!(slices::Get::read(response.clone()).is_err());
    let url = "https://www.soundslice.com/api/v1/slices/Qm4Zt/".parse().unwrap();
    response.extensions_mut().insert(segno_core::decode::ResponseUrl(url));
    assert_eq!(slices::Get::read(response).unwrap().scorehash.as_str(), "Qm4Zt");
}

#[test]
fn folders_and_subfolders_are_read_together() {
    let contents = read::<folders::Get>(
        r#"{"folders": [{"id": 1, "name": "A"}, 7], "subfolders": [{"id": 2, "name": "B"}, {"id": 1, "name": "A"}],
            "slices": null}"#,
    );
    let ids: Vec<_> = contents.folders.iter().map(|folder| folder.id.as_str()).collect();
    assert_eq!(ids, ["1", "2"]);
    assert_eq!(contents.passed_over.get("folders[1]").unwrap(), 7);
}

#[test]
fn odd_syncpoints_cost_themselves() {
    assert!(read::<syncpoints::Get>("null").is_empty());
    let points =
        read::<syncpoints::Get>("[[0,0],[\"1\",2.5],[2,NaN],[3,4,null,true],\"x\",{\"0\":4,\"1\":9}]");
    assert_eq!(points.iter().map(|point| point.bar).collect::<Vec<_>>(), [0, 1, 3, 4]);
    assert_eq!(points.passed_over.paths().collect::<Vec<_>>(), ["[2]", "[4]"]);
}

/// In a folder a slice is told by its scorehash, alone or in an object, or whole.
#[test]
fn a_slice_in_a_folder_is_there_as_far_as_it_was_told() {
    let contents = read::<folders::Get>(
        r#"{"slices": [{"scorehash": "Rt7Lp"}, {"scorehash": "Qm4Zt", "name": "A"},
            {"scorehash": "Zz1Aa", "has_notation": false}]}"#,
    );
    let told: Vec<_> = contents.slices.iter().map(|slice| slice.slice.is_some()).collect();
    assert_eq!(told, [false, true, true]);
}
