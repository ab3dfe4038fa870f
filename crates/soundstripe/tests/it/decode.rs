//! What is made of the sheet's sample answers.

use std::fmt::Debug;

use segno_core::Endpoint;
use segno_soundstripe::{
    categories, digital_usages, media, playlist_categories, playlists, private_playlists as private, songs,
    sound_effects, supe_assets, supe_searches, tags,
};

/// A snapshot of the value, named by the endpoint. What is secret in it is not shown.
fn check<E: Endpoint<Output: Debug>>(status: u16, body: &'static str) {
    let text = format!("{:#?}", crate::read::<E>(status, body));
    assert!(!text.contains("sig="), "a signature is printed: {text}");
    insta::assert_snapshot!(E::NAME, text);
}

macro_rules! document {
    ($name:literal) => {
        include_str!(concat!("documents/", $name, ".json"))
    };
}

#[test]
fn every_sample_of_the_sheet() {
    check::<songs::List>(200, document!("songs.list"));
    check::<songs::Get>(200, document!("songs.get"));
    check::<digital_usages::Create>(201, document!("digital_usages.create"));
    check::<tags::List>(200, document!("tags.list"));
    check::<sound_effects::List>(200, document!("sound_effects.list"));
    check::<sound_effects::Get>(200, document!("sound_effects.get"));
    check::<categories::List>(200, document!("categories.list"));
    check::<categories::Get>(200, document!("categories.get"));
    check::<playlists::List>(200, document!("playlists.list"));
    check::<playlists::Get>(200, document!("playlists.get"));
    check::<playlists::Songs>(200, document!("playlists.get"));
    check::<playlist_categories::List>(200, document!("playlist_categories.list"));
    check::<playlist_categories::Get>(
        200,
        r#"{"data": {"id": "3", "type": "playlist_categories", "attributes": {"name": "Seasonal"}}}"#,
    );
    check::<private::List>(
        200,
        r#"{"data": [], "links": {"self": "https://api.soundstripe.com/v1/my_media/playlists?page%5Bsize%5D=10&page%5Bnumber%5D=1",
            "first": null, "prev": null, "next": null, "last": null, "meta": {"total_count": 0}}}"#,
    );
    check::<private::Get>(200, document!("private_playlists.get"));
    check::<private::Create>(201, document!("private_playlists.get"));
    check::<private::Update>(200, document!("private_playlists.get"));
    check::<private::AddSongs>(200, document!("private_playlists.get"));
    check::<private::AddSoundEffects>(200, document!("private_playlists.get"));
    check::<private::RemoveSongs>(204, "");
    check::<private::RemoveSoundEffects>(204, "");
    check::<private::Delete>(204, "");
    check::<supe_searches::Create>(
        202,
        r#"{"data":{"id":"srch_77","type":"supe_searches","attributes":{"status":"processing"}}}"#,
    );
    check::<supe_searches::Get>(200, document!("supe_searches.get"));
    check::<supe_assets::Upload>(202, document!("supe_assets.get"));
    check::<media::Download>(200, "RIFF");
    check::<supe_assets::Get>(200, document!("supe_assets.get"));
}

#[test]
fn the_first_of_the_linkage_is_the_primary_one() {
    let page = crate::read::<songs::List>(200, document!("songs.list"));
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
