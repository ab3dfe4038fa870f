//! The exact bytes of every request.

use segno_core::testing::wire;
use segno_core::{Body, Endpoint};
use segno_soundstripe::ids::{
    CategoryId, PlaylistCategoryId, SongId, SoundEffectId, SupeAssetId, SupeSearchId,
};
use segno_soundstripe::media::{self, MediaUrl};
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
    check("page", &songs::List::new().page_size(2).page(3));
    let every = songs::List::new()
        .query("paper & lanterns")
        .bpm(Some(80), Some(120))
        .duration(Some(30), None)
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
        .page_size(1);
    check("every_filter", &every);
    check("plain", &songs::Get::new(4711));
    check("plain", &digital_usages::Create::new(4711));
}

#[test]
fn tags_and_sound_effects() {
    check("plain", &tags::List::new().category(TagCategory::Genre).page_size(5).page(2));
    check("plain", &sound_effects::List::new().query("door").categories(terms("40,-Foot steps")));
    check("plain", &sound_effects::Get::new(551));
    check("plain", &categories::List::new().include_subcategories().page_size(10));
    check("plain", &categories::Get::new("40".parse::<CategoryId>().unwrap()).include_subcategories());
}

#[test]
fn curated_playlists() {
    let include = Include::new().artists().audio_files().categories();
    let list = playlists::List::new()
        .include(include)
        .include_alternate_audio_files(true)
        .category(3)
        .category(PlaylistCategoryId::from(7))
        .media_type(MediaType::Songs);
    check("every_filter", &list);
    check("plain", &playlists::List::new());
    check("plain", &playlists::Get::new(77));
    check(
        "contents",
        &playlists::Get::new(77).include(Include::new().artists().audio_files()).contents(2, 1),
    );
    check("plain", &playlists::Songs::of(77).include_alternate_audio_files(true));
    check("plain", &playlist_categories::List::new());
    check("plain", &playlist_categories::Get::new(3));
}

#[test]
fn private_playlists() {
    check("plain", &private::List::new());
    check("plain", &private::Get::new(6001));
    let create = private::Create::named("Launch trailer").media_type(MediaType::Songs).songs([4711u64, 12]);
    check("plain", &create);
    check("raw", &private::Create::raw(json!({"name": "as it is"})));
    let update = private::Update::new(6001).name("Été").description(None).shareable(true);
    check("plain", &update);
    check("effects", &private::Update::new(6001).sound_effects(["551".parse::<SoundEffectId>().unwrap()]));
    check("plain", &private::Delete::new(6001));
    check("plain", &private::AddSongs::new(6001, [4711u64]));
    check("plain", &private::RemoveSongs::new(6001, [4711u64]));
    check("attribute_ids", &private::AddSongs::new(6001, [4711u64]).body(ItemBody::AttributeIds));
    check("bare_ids", &private::RemoveSongs::new(6001, [4711u64, 12]).body(ItemBody::BareIds));
    let raw = ItemBody::Raw(json!({"songs": "all"}));
    check("raw", &private::RemoveSongs::new(6001, Vec::<SongId>::new()).body(raw));
    check("plain", &private::AddSoundEffects::new(6001, [551u64, 552]));
    check("plain", &private::RemoveSoundEffects::new(6001, [551u64]));
}

#[test]
fn supe() {
    let callback = "https://hooks.example.test/supe";
    let search = supe_searches::Create::new(callback).query("gentle build for a sunrise drone shot");
    check("plain", &search);
    let search = supe_searches::Create::new(callback)
        .context(json!({"scene": 3}))
        .asset("asset_12".parse::<SupeAssetId>().unwrap());
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
    assert_eq!(refused(&list.clone().page_size(0)), "page size: 0 is outside 1..=100");
    assert_eq!(refused(&list.clone().page_size(101)), "page size: 101 is outside 1..=100");
    assert_eq!(refused(&list.clone().page(0)), "page number: pages count from 1");
    assert_eq!(
        refused(&list.clone().bpm(Some(120), Some(80))),
        "bpm: the lower bound 120 is above the upper bound 80"
    );
    let most = 2_147_483_647;
    assert!(wire(crate::client().core(), &list.clone().bpm(Some(most), Some(most))).is_ok());
    for list in [list.clone().bpm(Some(most + 1), None), list.clone().bpm(None, Some(most + 1))] {
        assert_eq!(refused(&list), "bpm: must be at most 2147483647, found 2147483648");
    }
    assert_eq!(
        refused(&list.duration(Some(4_000_000_000), Some(1))),
        "duration: must be at most 2147483647, found 4000000000"
    );
    assert_eq!(refused(&private::Create::named(" ")), "name: a playlist needs a name");
    assert_eq!(refused(&private::Update::new(1)), "attributes: there is nothing to change");
    assert_eq!(
        refused(&private::AddSongs::new(1, Vec::<SongId>::new())),
        "ids: there is nothing to add or remove"
    );
    let create = || supe_searches::Create::new("https://hooks.example.test/supe");
    assert_eq!(refused(&create()), "query: a search needs a query, a context or an asset");
    assert_eq!(refused(&create().query(" ").context("")), refused(&create()));
    let twelve = (0..12).fold(create(), |search, id| search.asset(SupeAssetId::from(id)));
    assert_eq!(refused(&twelve), "asset_ids: 12 are more than 11: ten images and one video");
    let plain = supe_searches::Create::new("http://hooks.example.test/supe").query("x");
    assert_eq!(refused(&plain), "callback_url: must be an https address");
}
