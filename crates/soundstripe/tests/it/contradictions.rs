//! Where the documentation contradicts itself or the service, every variant is read (docs/services/soundstripe.md).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::http::header::AUTHORIZATION;
use segno_core::testing::wire;
use segno_soundstripe::audio_files::{AudioFile, VocalDegree};
use segno_soundstripe::media::{CATALOGUE_LIFETIME, SUPE_LIFETIME};
use segno_soundstripe::songs::Key;
use segno_soundstripe::tags::TagCategory;
use segno_soundstripe::{
    ApiError, Terms, categories, digital_usages, private_playlists, songs, sound_effects, tags,
};

use crate::read;

/// A song with these members in its resource and this `included`.
fn song(attributes: &str, relationships: &str, included: &str) -> songs::Song {
    let document = format!(
        r#"{{"data": {{"id": "1", "type": "songs", "attributes": {{{attributes}}},
            "relationships": {{{relationships}}}}}, "included": [{included}]}}"#
    );
    read::<songs::Get>(200, document)
}

fn audio(attributes: &str) -> AudioFile {
    let included = format!(r#"{{"id": "8", "type": "audio_files", "attributes": {{{attributes}}}}}"#);
    let song = song("", r#""audio_files": {"data": [{"id": "8", "type": "audio_files"}]}"#, &included);
    song.audio_files.into_iter().next().unwrap()
}

#[test]
fn row_1_key_as_object_string_or_null() {
    let key = |json: &str| {
        let key = song(&format!(r#""key": {json}"#), "", "").key;
        key.map(|key: Key| (key.name().map(str::to_owned), key.mode()))
    };
    let of = |name: &str, mode: &str| Some((Some(name.to_owned()), Some(mode.to_owned())));
    assert_eq!(key(r#"{"name": "Ab/G#", "mode": "major"}"#), of("Ab/G#", "major"));
    assert_eq!(key(r#""A Major""#), of("A", "major"));
    assert_eq!(key("null"), None);
}

#[test]
fn row_2_audio_files_documented_older_or_both() {
    let documented = audio(r#""instrumental": true, "duration": 1.5"#);
    assert_eq!((documented.instrumental, documented.vocal_degree), (Some(true), None));
    let older = audio(r#""file_extension": "wav", "exclusions": [], "vocal_degree": "instrumental""#);
    assert_eq!(older.file_extension.as_deref(), Some("wav"));
    assert_eq!(older.vocal_degree, Some(VocalDegree::Instrumental));
    let both = audio(r#""instrumental": false, "vocal_degree": "full", "exclusions": [{"a": 1}]"#);
    assert_eq!(both.vocal_degree, Some(VocalDegree::Other("full".into())));
    assert_eq!(both.exclusions.len(), 1);
}

#[test]
fn row_3_instrumental_means_no_vocals() {
    assert_eq!(audio(r#""instrumental": true"#).is_instrumental(), Some(true));
    assert_eq!(
        audio(r#""instrumental": false, "vocal_degree": "instrumental""#).is_instrumental(),
        Some(false)
    );
    assert_eq!(audio(r#""vocal_degree": "instrumental""#).is_instrumental(), Some(true));
    assert_eq!(audio(r#""vocal_degree": "lead""#).is_instrumental(), None);
    assert_eq!(audio("").is_instrumental(), None);
}

#[test]
fn row_4_links_are_good_for_an_hour_and_in_supe_for_seven_days() {
    assert_eq!(CATALOGUE_LIFETIME, Duration::from_secs(3600));
    assert_eq!(SUPE_LIFETIME, Duration::from_secs(604_800));
    let file = audio(r#""versions": {"mp3": "https://cdn.example.test/1.mp3?exp=1790003600&sig=a"}"#);
    let link = file.versions.mp3.unwrap();
    assert_eq!(link.expires_at(), Some(crate::moment().plus(CATALOGUE_LIFETIME)));
    assert!(!link.is_expired(crate::moment()));
    assert!(link.is_expired(crate::moment().plus(CATALOGUE_LIFETIME)));
}

#[test]
fn row_5_a_song_with_all_its_files_or_the_primary_one() {
    let two = r#""audio_files": {"data": [{"id": "8", "type": "audio_files"}, {"id": "9", "type": "audio_files"}]}"#;
    let file =
        |id: u8| format!(r#"{{"id": "{id}", "type": "audio_files", "attributes": {{"duration": {id}}}}}"#);
    let all = song("", two, &format!("{}, {}", file(9), file(8)));
    assert_eq!(all.audio_files.len(), 2);
    let primary = song("", two, &file(8));
    assert_eq!(primary.audio_files.len(), 1);
    for song in [all, primary] {
        assert_eq!(song.primary_audio().and_then(|file| file.duration), Some(8.0));
    }
}

#[test]
fn row_6_tags_are_filtered_by_category() {
    let text = wire(crate::client().core(), &tags::List::new().category(TagCategory::Genre)).unwrap();
    assert!(text.contains("filter%5Bcategory%5D=genre"), "{text}");
    assert!(!text.contains("tag_category"), "{text}");
}

#[tokio::test]
async fn row_7_links_are_never_followed_only_their_page_number_is_taken() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let client = crate::builder(move |request| {
        log.lock().unwrap().push(request.uri().to_string());
        assert!(request.headers().contains_key(AUTHORIZATION));
        let page = log.lock().unwrap().len();
        let next = if page == 1 { r#""http://evil.example/steal?page%5Bnumber%5D=2""# } else { "null" };
        Ok(crate::response(
            200,
            format!(r#"{{"data": [{{"id": "{page}", "type": "tags"}}], "links": {{"next": {next}}}}}"#),
        ))
    })
    .build()
    .unwrap();
    let mut tags = client.items(tags::List::new());
    let mut count = 0;
    while let Some(tag) = tags.next().await {
        tag.unwrap();
        count += 1;
    }
    assert_eq!(count, 2);
    assert_eq!(
        *asked.lock().unwrap(),
        [1, 2].map(|page| {
            format!("https://api.soundstripe.com/v1/tags?page%5Bsize%5D=100&page%5Bnumber%5D={page}")
        })
    );
}

#[test]
fn row_8_the_first_link_may_be_null_a_text_or_missing() {
    let first = |links: &str| {
        let document = format!(r#"{{"data": [], "links": {{{links}}}}}"#);
        let page = read::<tags::List>(200, document);
        page.links.first.page().and_then(|page| page.number)
    };
    assert_eq!(first(r#""first": null"#), None);
    assert_eq!(first(""), None);
    assert_eq!(first(r#""first": "https://a.test/v1/tags?page[number]=1""#), Some(1));
    assert_eq!(first(r#""first": {"href": "https://a.test/v1/tags?page%5Bnumber%5D=1"}"#), Some(1));
}

fn error(body: &'static str) -> ApiError {
    let body = segno_core::Bytes::from_static(body.as_bytes());
    segno_core::ApiError::read(segno_core::StatusCode::NOT_FOUND, &segno_core::HeaderMap::new(), &body)
}

#[test]
fn row_9_the_status_of_an_error_as_number_or_text() {
    assert_eq!(error(r#"{"errors": [{"status": 404}]}"#).errors[0].status, Some(404));
    assert_eq!(error(r#"{"errors": [{"status": "404"}]}"#).errors[0].status, Some(404));
}

#[test]
fn row_10_the_code_of_an_error_may_be_missing() {
    assert_eq!(error(r#"{"errors": [{"detail": "x"}]}"#).code(), None);
    assert_eq!(error(r#"{"errors": [{"code": "invalid_token"}]}"#).code(), Some("invalid_token"));
}

#[tokio::test]
async fn row_11_the_key_goes_under_the_scheme_token() {
    let client = crate::builder(|request| {
        assert_eq!(request.headers()[AUTHORIZATION], "Token sk_demo_0001");
        assert_eq!(request.headers()["accept"], "application/vnd.api+json");
        assert_eq!(request.headers()["content-type"], "application/vnd.api+json");
        Ok(crate::response(200, r#"{"data": []}"#))
    })
    .build()
    .unwrap();
    assert!(client.send(&tags::List::new()).await.unwrap().items.is_empty());
}

#[test]
fn row_12_sound_effects_are_asked_for_by_what_is_attested() {
    let terms = Terms::new().include("Foley").unwrap();
    let list = sound_effects::List::new().query("door").categories(terms);
    let text = wire(crate::client().core(), &list).unwrap();
    assert!(
        text.starts_with(
            "GET /v1/sound_effects?filter%5Bq%5D=door&filter%5Bcategories%5D=Foley&page%5Bsize%5D=100&page%5Bnumber%5D=1 "
        ),
        "{text}"
    );
}

#[test]
fn row_13_categories_of_a_sound_effect_may_be_missing() {
    let effect = read::<sound_effects::Get>(
        200,
        r#"{"data": {"id": "1", "type": "sound_effects", "attributes": {"duration": 10}}}"#,
    );
    assert_eq!((effect.categories.len(), effect.subcategories.len()), (0, 0));
    assert_eq!(effect.duration, Some(10.0));
}

#[test]
fn row_14_ids_as_numbers_or_texts() {
    let list = |ids: &str| {
        let document = format!(
            r#"{{"data": {{"id": 6001, "type": "private_playlists", "attributes": {{"song_ids": {ids}}}}}}}"#
        );
        let ids: Vec<String> =
            read::<private_playlists::Get>(200, document).song_ids.iter().map(ToString::to_string).collect();
        ids.join(" ")
    };
    assert_eq!(list("[4711, \"12\"]"), "4711 12");
    assert_eq!(list("null"), "");
    for parent in ["40", "\"40\""] {
        let document = format!(
            r#"{{"data": {{"id": "41", "type": "categories", "attributes": {{"parent_id": {parent}}}}}}}"#
        );
        assert_eq!(read::<categories::Get>(200, document).parent_id, Some(40.into()));
    }
}

#[test]
fn row_15_an_image_may_lack_a_size() {
    let document = r#"{"data": {"id": "1", "type": "private_playlists",
        "attributes": {"image": "https://img.example.test/p.png?ixlib=rb"}}}"#;
    let image = read::<private_playlists::Get>(200, document).image.unwrap();
    assert_eq!(image.sized(64, 64).as_str(), "https://img.example.test/p.png?ixlib=rb&w=64&h=64");
    assert_eq!(image.full().as_str(), image.as_str());
}

#[tokio::test]
async fn row_16_a_code_comes_with_200_or_201() {
    for status in [200, 201] {
        let body =
            r#"{"data": {"id": "9182", "type": "digital_usages", "attributes": {"youtube_code": "k3v9"}}}"#;
        let client = crate::builder(move |_| Ok(crate::response(status, body))).build().unwrap();
        let usage = client.send(&digital_usages::Create::new(4711)).await.unwrap();
        assert_eq!(usage.youtube_code, "k3v9");
    }
}

#[test]
fn row_17_what_one_source_lacks_is_there() {
    let client = crate::client();
    let first_line = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let songs = first_line(wire(client.core(), &songs::List::new()).unwrap());
    assert_eq!(songs, "GET /v1/songs?page%5Bsize%5D=100&page%5Bnumber%5D=1 HTTP/1.1");
    let tags = first_line(wire(client.core(), &tags::List::new()).unwrap());
    assert_eq!(tags, "GET /v1/tags?page%5Bsize%5D=100&page%5Bnumber%5D=1 HTTP/1.1");
    let usage = first_line(wire(client.core(), &digital_usages::Create::new(4711)).unwrap());
    assert_eq!(usage, "POST /v1/songs/4711/digital_usages HTTP/1.1");
}

#[test]
fn row_18_the_order_of_included_says_nothing() {
    let relationships = r#""artists": {"data": [{"id": "2", "type": "artists"}, {"id": "1", "type": "artists"}]},
        "audio_files": {"data": [{"id": "1", "type": "audio_files"}]}"#;
    let mut included = [
        r#"{"id": "1", "type": "artists", "attributes": {"name": "One"}}"#,
        r#"{"id": "2", "type": "artists", "attributes": {"name": "Two"}}"#,
        r#"{"id": "1", "type": "audio_files", "attributes": {"duration": 7}}"#,
    ];
    for _ in 0..included.len() {
        included.rotate_left(1);
        let song = song("", relationships, &included.join(", "));
        assert_eq!(song.primary_artist().and_then(|artist| artist.name.as_deref()), Some("Two"));
        assert_eq!(song.primary_audio().and_then(|file| file.duration), Some(7.0));
    }
}

#[test]
fn the_total_is_read_in_both_places() {
    let total = |rest: &str| {
        let document = format!(r#"{{"data": [], {rest}}}"#);
        read::<tags::List>(200, document).total_count
    };
    assert_eq!(total(r#""links": {"meta": {"total_count": 13}}"#), Some(13));
    assert_eq!(total(r#""meta": {"total_count": "13"}"#), Some(13));
    assert_eq!(total(r#""links": {"meta": {"total_count": 13}}, "meta": {"total_count": 7}"#), Some(13));
    assert_eq!(total(r#""links": null, "meta": null"#), None);
}
