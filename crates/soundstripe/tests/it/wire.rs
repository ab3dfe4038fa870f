//! The exact bytes of every request.

use segno_core::testing::wire;
use segno_core::{Body, Endpoint};
use segno_soundstripe::ids::{
    CategoryId, PlaylistCategoryId, SongId, SoundEffectId, SupeAssetId, SupeSearchId,
};
use segno_soundstripe::media::{self, MediaUrl};
use segno_soundstripe::page::PageNumber;
use segno_soundstripe::playlists::{Include, MediaType};
use segno_soundstripe::private_playlists::{self as private, ItemBody};
use segno_soundstripe::supe_assets::AssetFormat;
use segno_soundstripe::tags::TagCategory;
use segno_soundstripe::{
    Terms, categories, digital_usages, playlist_categories, playlists, songs, sound_effects, supe_assets,
    supe_searches, tags,
};
use serde_json::json;

/// A snapshot of the request, named by the endpoint and the case.
fn check<E: Endpoint>(case: &str, endpoint: &E) {
    let text = wire(crate::client().core(), endpoint).unwrap();
    let case = if case == "plain" { String::new() } else { format!("-{case}") };
    insta::assert_snapshot!(format!("{}{case}", E::NAME), text);
}

fn refused<E: Endpoint>(endpoint: &E) -> String {
    wire(crate::client().core(), endpoint).unwrap_err().to_string()
}

fn terms(text: &str) -> Terms {
    text.parse().unwrap()
}

#[test]
fn songs() {
    check("plain", &songs::List::new());
    check("page", &songs::List::new().paging(PageNumber::new(3).size(2)));
    let every = songs::List::new()
        .query("paper & lanterns")
        .bpm_min(80)
        .bpm_max(120)
        .duration_min(30)
        .duration_max(600)
        .consider_alternate_audio_files(true)
        .energy(songs::Energy::VeryLow)
        .include_alternate_audio_files(true)
        .instrumental(true)
        .vocals(false)
        .characteristic(terms("Building"))
        .genre(terms("8_bit,Soundtrack / Cinematic"))
        .instrument(terms("-8-bit"))
        .mood(terms("hopeful,-Scary"))
        .unverified_key_name("D#")
        .unverified_key_mode("minor")
        .paging(PageNumber::new(1).size(1));
    check("every_filter", &every);
    check("plain", &songs::Get::new(4711));
    check("plain", &digital_usages::Create::new(4711));
}

#[test]
fn tags_and_sound_effects() {
    check("plain", &tags::List::new().category(TagCategory::Genre).paging(PageNumber::new(2).size(5)));
    check("plain", &sound_effects::List::new().query("door").categories(terms("40,-Foot steps")));
    check("plain", &sound_effects::Get::new(551));
    check("plain", &categories::List::new().include_subcategories(true).paging(PageNumber::new(1).size(10)));
    check("plain", &categories::Get::new("40".parse::<CategoryId>().unwrap()).include_subcategories(true));
}

#[test]
fn curated_playlists() {
    let include = Include::new().artists().audio_files().categories();
    let list = playlists::List::new()
        .include(include)
        .include_alternate_audio_files(true)
        .categories([PlaylistCategoryId::from(3), PlaylistCategoryId::from(7)])
        .media_type(MediaType::Songs);
    check("every_filter", &list);
    check("plain", &playlists::List::new());
    check("plain", &playlists::Get::new(77));
    check(
        "contents",
        &playlists::Get::new(77)
            .include(Include::new().artists().audio_files())
            .contents(PageNumber::new(2).size(1)),
    );
    check("plain", &playlists::Songs::new(77).include_alternate_audio_files(true));
    check("plain", &playlist_categories::List::new());
    check("plain", &playlist_categories::Get::new(3));
}

#[test]
fn private_playlists() {
    check("plain", &private::List::new());
    check("plain", &private::Get::new(6001));
    let create = private::Create::new("Launch trailer")
        .media_type(MediaType::Songs)
        .songs([SongId::from(4711), SongId::from(12)]);
    check("plain", &create);
    check("raw", &private::Create::new("").raw(json!({"name": "as it is"})));
    let update = private::Update::new(6001).name("Été").description(None).shareable(true);
    check("plain", &update);
    check("effects", &private::Update::new(6001).sound_effects(["551".parse::<SoundEffectId>().unwrap()]));
    check("plain", &private::Delete::new(6001));
    check("plain", &private::AddSongs::new(6001, [SongId::from(4711)]));
    check("plain", &private::RemoveSongs::new(6001, [SongId::from(4711)]));
    check("attribute_ids", &private::AddSongs::new(6001, [SongId::from(4711)]).body(ItemBody::AttributeIds));
    check(
        "bare_ids",
        &private::RemoveSongs::new(6001, [SongId::from(4711), SongId::from(12)]).body(ItemBody::BareIds),
    );
    let raw = ItemBody::Raw(json!({"songs": "all"}));
    check("raw", &private::RemoveSongs::new(6001, Vec::<SongId>::new()).body(raw));
    check(
        "plain",
        &private::AddSoundEffects::new(6001, [SoundEffectId::from(551), SoundEffectId::from(552)]),
    );
    check("plain", &private::RemoveSoundEffects::new(6001, [SoundEffectId::from(551)]));
}

#[test]
fn supe() {
    let callback = "https://hooks.example.test/supe";
    let search = supe_searches::Create::new(callback).query("gentle build for a sunrise drone shot");
    check("plain", &search);
    let search = supe_searches::Create::new(callback)
        .context(json!({"scene": 3}))
        .assets(["asset_12".parse::<SupeAssetId>().unwrap()]);
    check("context_and_assets", &search);
    check("plain", &supe_searches::Get::new("srch_77".parse::<SupeSearchId>().unwrap()));
    let body = Body::reader(tokio::io::empty(), 48_213);
    check("plain", &supe_assets::Upload::new(AssetFormat::WebP, "sunrise.webp", body));
    let declared = supe_assets::Upload::new(AssetFormat::Mp4, "a \"b\".mp4", Body::from("0123"));
    check("declared", &declared.content_type("video/quicktime"));
    let link: MediaUrl = "https://cdn.example.test/80001.mp3?sig=CANARY".parse().unwrap();
    check("plain", &media::Download::new(&link));
    check("plain", &supe_assets::Get::new("asset_12".parse::<SupeAssetId>().unwrap()));
}

#[test]
fn what_the_service_would_refuse_is_not_sent() {
    let list = songs::List::new();
    assert_eq!(
        refused(&list.clone().paging(PageNumber::new(1).size(0))),
        "page size: must be from 1 to 100, found 0"
    );
    assert_eq!(
        refused(&list.clone().paging(PageNumber::new(1).size(101))),
        "page size: must be from 1 to 100, found 101"
    );
    assert_eq!(refused(&list.clone().paging(PageNumber::new(0))), "page number: must be 1 or more, found 0");
    assert_eq!(
        refused(&list.clone().bpm_min(120).bpm_max(80)),
        "bpm: must have a minimum of at most the maximum 80, found 120"
    );
    let max = 2_147_483_647;
    assert!(wire(crate::client().core(), &list.clone().bpm_min(max).bpm_max(max)).is_ok());
    for list in [list.clone().bpm_min(max + 1), list.clone().bpm_max(max + 1)] {
        assert_eq!(refused(&list), "bpm: must be at most 2147483647, found 2147483648");
    }
    assert_eq!(
        refused(&list.duration_min(4_000_000_000u32).duration_max(1)),
        "duration: must be at most 2147483647, found 4000000000"
    );
    assert_eq!(refused(&private::Create::new(" ")), "name: must not be empty");
    assert_eq!(
        refused(&private::Update::new(1)),
        "attributes: must not be empty: there is nothing to change"
    );
    assert_eq!(refused(&private::AddSongs::new(1, Vec::<SongId>::new())), "ids: must not be empty");
    let create = || supe_searches::Create::new("https://hooks.example.test/supe");
    assert_eq!(refused(&create()), "query: must not be empty without a context or an asset");
    assert_eq!(refused(&create().query(" ").context("")), refused(&create()));
    let twelve = create().assets((0..12).map(SupeAssetId::from).collect::<Vec<_>>());
    assert_eq!(refused(&twelve), "asset_ids: must have at most ten images and one video, found 12");
    let plain = supe_searches::Create::new("http://hooks.example.test/supe").query("x");
    assert_eq!(refused(&plain), "callback_url: must be an https URL");
}
