//! The documented responses, decoded.

use std::fmt::Debug;

use segno_core::Endpoint;
use segno_soundstripe::{
    categories, digital_usages, media, playlist_categories, playlists, private_playlists as private, songs,
    sound_effects, supe_assets, supe_searches, tags,
};
use segno_testkit::OddResponses;

/// What is done with each endpoint, its documented response and status.
pub(crate) trait Visit {
    fn visit<E: Endpoint<Output: Debug>>(&mut self, status: u16, body: &'static str);
}

/// Shows every endpoint of the crate to a visitor.
pub(crate) fn every_endpoint(visit: &mut impl Visit) {
    visit.visit::<songs::List>(200, include_str!("documents/songs.list.json"));
    visit.visit::<songs::Get>(200, include_str!("documents/songs.get.json"));
    visit.visit::<digital_usages::Create>(201, include_str!("documents/digital_usages.create.json"));
    visit.visit::<tags::List>(200, include_str!("documents/tags.list.json"));
    visit.visit::<sound_effects::List>(200, include_str!("documents/sound_effects.list.json"));
    visit.visit::<sound_effects::Get>(200, include_str!("documents/sound_effects.get.json"));
    visit.visit::<categories::List>(200, include_str!("documents/categories.list.json"));
    visit.visit::<categories::Get>(200, include_str!("documents/categories.get.json"));
    visit.visit::<playlists::List>(200, include_str!("documents/playlists.list.json"));
    visit.visit::<playlists::Get>(200, include_str!("documents/playlists.get.json"));
    visit.visit::<playlists::Songs>(200, include_str!("documents/playlists.get.json"));
    visit.visit::<playlist_categories::List>(200, include_str!("documents/playlist_categories.list.json"));
    visit.visit::<playlist_categories::Get>(
        200,
        r#"{"data": {"id": "3", "type": "playlist_categories", "attributes": {"name": "Seasonal"}}}"#,
    );
    visit.visit::<private::List>(
        200,
        r#"{"data": [], "links": {"self": "https://api.soundstripe.com/v1/my_media/playlists?page%5Bsize%5D=10&page%5Bnumber%5D=1",
            "first": null, "prev": null, "next": null, "last": null, "meta": {"total_count": 0}}}"#,
    );
    visit.visit::<private::Get>(200, include_str!("documents/private_playlists.get.json"));
    visit.visit::<private::Create>(201, include_str!("documents/private_playlists.get.json"));
    visit.visit::<private::Update>(200, include_str!("documents/private_playlists.get.json"));
    visit.visit::<private::AddSongs>(200, include_str!("documents/private_playlists.get.json"));
    visit.visit::<private::AddSoundEffects>(200, include_str!("documents/private_playlists.get.json"));
    visit.visit::<private::RemoveSongs>(204, "");
    visit.visit::<private::RemoveSoundEffects>(204, "");
    visit.visit::<private::Delete>(204, "");
    visit.visit::<supe_searches::Create>(
        202,
        r#"{"data":{"id":"srch_77","type":"supe_searches","attributes":{"status":"processing"}}}"#,
    );
    visit.visit::<supe_searches::Get>(200, include_str!("documents/supe_searches.get.json"));
    visit.visit::<supe_assets::Upload>(202, include_str!("documents/supe_assets.get.json"));
    visit.visit::<media::Download>(200, "RIFF");
    visit.visit::<supe_assets::Get>(200, include_str!("documents/supe_assets.get.json"));
}

#[test]
fn every_documented_response() {
    struct Snapshot;

    impl Visit for Snapshot {
        // Named by the endpoint. What is secret in a value is not shown.
        fn visit<E: Endpoint<Output: Debug>>(&mut self, status: u16, body: &'static str) {
            let text = format!("{:#?}", crate::read::<E>(status, body));
            assert!(!text.contains("sig="), "a signature is printed: {text}");
            insta::assert_snapshot!(E::NAME, text);
        }
    }

    every_endpoint(&mut Snapshot);
}

#[test]
fn odd_responses() {
    #[derive(Default)]
    struct Odd(Vec<String>);

    impl Visit for Odd {
        fn visit<E: Endpoint<Output: Debug>>(&mut self, status: u16, body: &'static str) {
            let response = crate::response(status, body);
            // What is included belongs to what names it by type and id.
            let odd = OddResponses::of(&response).needed(&["id", "type", "relationships", "included"]);
            match odd.shared(&["total_count"]).read::<E>() {
                Ok(count) => assert!(count >= 100 || !body.starts_with('{'), "{}: {count}", E::NAME),
                Err(found) => self.0.push(found),
            }
        }
    }

    let mut odd = Odd::default();
    every_endpoint(&mut odd);
    assert!(odd.0.is_empty(), "{}", odd.0.join("\n"));
}

#[test]
fn the_first_of_the_linkage_is_the_primary_one() {
    let page = crate::read::<songs::List>(200, include_str!("documents/songs.list.json"));
    let song = &page.items[0];
    let name = |artist: &segno_soundstripe::artists::Artist| artist.name.clone();
    assert_eq!(song.primary_artist().and_then(name).as_deref(), Some("Velvet Cartographers"));
    assert_eq!(song.primary_audio().and_then(|file| file.duration), Some(93.41125));
    assert_eq!(song.alternate_audio().map(|file| file.duration).collect::<Vec<_>>(), [Some(30.02)]);
    assert_eq!(song.key.as_ref().and_then(|key| key.mode()).as_deref(), Some("minor"));
}

#[test]
fn a_primary_one_that_is_not_included_is_not_replaced_by_the_second() {
    let song = crate::read::<songs::Get>(
        200,
        r#"{"data": {"id": "1", "type": "songs", "relationships": {
            "artists": {"data": [{"id": "1", "type": "artists"}, {"id": "2", "type": "artists"}]},
            "audio_files": {"data": []}}},
            "included": [{"id": "2", "type": "artists", "attributes": {"name": "Second"}}]}"#,
    );
    assert_eq!((song.artist_ids.len(), song.artists.len()), (2, 1));
    assert_eq!(song.primary_artist(), None);
    assert_eq!(song.primary_audio(), None);
}

#[test]
fn unknown_members_are_kept_and_nulls_are_nothing() {
    let song = crate::read::<songs::Get>(
        200,
        r#"{"data": {"id": 4711, "type": "songs", "attributes": {"title": null, "tags": null, "isrc": "X"},
            "relationships": null, "links": {"self": "x"}}, "included": null, "links": null, "jsonapi": {"version": "1.0"}}"#,
    );
    assert_eq!(song.id.as_str(), "4711");
    assert_eq!(song.other["isrc"], "X");
    assert_eq!((song.title, song.tags.mood.len(), song.artists.len()), (None, 0, 0));
}

#[test]
fn one_odd_value_costs_one_field_and_one_odd_member_one_member() {
    let page = crate::read::<songs::List>(
        200,
        r#"{"data": [
            {"id": 1, "type": "songs", "attributes": {"title": 5, "bpm": "96.0", "explicit": "true", "key": ["A"],
                "tags": {"mood": ["Hopeful", {}], "genre": "Folk"}, "lyrics": {}}},
            "x",
            {"type": "songs", "attributes": {"title": "no id"}},
            {"id": "2", "type": "songs", "attributes": {"title": "B", "bpm": NaN, "key": {"name": [], "mode": "major"}},
                "relationships": {"audio_files": {"data": [{"id": 8, "type": "audio_files"}, 7]}, "artists": 7}}],
            "included": [null, {"id": "8", "type": "audio_files", "attributes": {"versions": {"mp3": "80001.mp3", "wav": 7}}}],
            "links": {"next": 7, "meta": {"total_count": "4"}}}"#,
    );
    let [a, b] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!(
        (a.title.as_deref(), a.bpm, a.explicit, a.key.as_ref()),
        (Some("5"), Some(96.0), Some(true), None)
    );
    assert_eq!(a.tags.mood, ["Hopeful"]);
    let mut paths: Vec<_> = a.passed_over.paths().collect();
    paths.sort_unstable();
    assert_eq!(paths, ["key", "lyrics", "tags.genre", "tags.mood[1]"]);
    assert_eq!((b.bpm, b.key.as_ref().and_then(|key| key.mode()).as_deref()), (None, Some("major")));
    assert_eq!(b.passed_over.get("relationships.audio_files.data[1]").unwrap(), 7);
    assert_eq!(b.passed_over.get("relationships.artists").unwrap(), 7);
    let file = b.primary_audio().unwrap();
    assert_eq!(file.passed_over.get("versions.mp3").unwrap(), "80001.mp3");
    let mut paths: Vec<_> = page.passed_over.paths().collect();
    paths.sort_unstable();
    assert_eq!(paths, ["data[1]", "data[2]", "included[0]", "links.next"]);
    assert_eq!(page.total_count, Some(4));
    assert!(crate::read::<songs::List>(200, r#"{"data": null}"#).items.is_empty());
}

#[test]
fn relative_links_are_resolved() {
    let mut response = crate::response(
        200,
        r#"{"data": [{"id": 1, "type": "sound_effects", "attributes": {"versions": {"mp3": "/files/1.mp3?exp=1"}}}]}"#,
    );
    let url = "https://api.soundstripe.com/v1/sound_effects?page=1".parse().unwrap();
    response.extensions_mut().insert(segno_core::decode::ResponseUrl(url));
    let page = sound_effects::List::read(response).unwrap();
    let link = page.items[0].versions.mp3.as_ref().unwrap();
    assert_eq!(link.expose(), "https://api.soundstripe.com/files/1.mp3?exp=1");
}

/// A private value never stands in an error.
#[test]
fn decode_errors_show_no_values() {
    for code in ["987654321", "[\"CANARY987654321\"]", "{}"] {
        let body = format!(
            r#"{{"data": {{"id": "1", "type": "digital_usages", "attributes": {{"youtube_code": {code}}}}}}}"#
        );
        let outcome = digital_usages::Create::read(crate::response(201, body));
        match outcome {
            Ok(usage) => assert_eq!(usage.youtube_code, code, "a number is a text"),
            Err(error) => {
                let error = error.to_string();
                assert!(
                    error.starts_with("digital_usages/1.attributes.youtube_code: expected a string, found"),
                    "{error}"
                );
                assert!(!error.contains("987654321"), "{error}");
            }
        }
    }
}
