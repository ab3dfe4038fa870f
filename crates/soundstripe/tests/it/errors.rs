//! The one line of every failure.

use segno_core::{Endpoint, Retry};
use segno_soundstripe::ids::{SongId, SoundEffectId, SupeAssetId, SupeSearchId};
use segno_soundstripe::media::{self, MediaUrl};
use segno_soundstripe::private_playlists as private;
use segno_soundstripe::supe_assets::{self, AssetFormat};
use segno_soundstripe::{
    ApiError, ErrorKind, categories, digital_usages, playlist_categories, playlists, songs, sound_effects,
    supe_searches, tags,
};

/// The error line of a response, without retries.
async fn line<E: Endpoint<ApiError = ApiError>>(
    endpoint: &E,
    status: u16,
    body: String,
) -> (ErrorKind, String) {
    let client = crate::builder(move |_| Ok(crate::response(status, body.clone())));
    let client = client.settings(|core| core.retry(Retry::never())).build().unwrap();
    match client.send(endpoint).await {
        Ok(_) => panic!("{} accepted {status}", E::NAME),
        Err(error) => (error.api().unwrap().kind(), error.to_string()),
    }
}

#[tokio::test]
async fn of_the_file_host() {
    let link: MediaUrl = "https://cdn.example.test/80001.mp3?sig=CANARY".parse().unwrap();
    let expired = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    check(&media::Download::new(&link), &[(403, expired.into()), (404, String::new())]).await;
}

/// The documented failures of any endpoint, and those of its own.
async fn check<E: Endpoint<ApiError = ApiError>>(endpoint: &E, own: &[(u16, String)]) {
    let common: [(u16, &'static str); 5] = [
        (401, r#"{"errors":[{"detail":"Your API key is invalid.","code":"invalid_token","status":401}]}"#),
        (403, r#"{"errors":[{"detail":"Your key has no access.","status":403}]}"#),
        (406, r#"{"errors":[{"detail":"Not acceptable.","status":406}]}"#),
        (429, r#"{"errors":[{"detail":"Too many requests.","code":"rate_limited","status":429}]}"#),
        (500, ""),
    ];
    let mut text = String::new();
    let common = common.map(|(status, body)| (status, body.to_owned()));
    for (status, body) in own.iter().chain(&common) {
        let (kind, line) = line(endpoint, *status, body.clone()).await;
        text.push_str(&format!("{kind:?}\n  {line}\n"));
    }
    insta::assert_snapshot!(E::NAME, text);
}

/// The documented 404 of a resource.
fn not_found(name: &str, id: &str) -> (u16, String) {
    let body = format!(r#"{{"errors":[{{"detail":"Couldn't find {name} with 'id'={id}","status":404}}]}}"#);
    (404, body)
}

/// The documented 400 of a list.
fn bad() -> (u16, String) {
    (400, r#"{"errors":[{"detail":"page[size] is not an integer","status":400}]}"#.into())
}

#[tokio::test]
async fn of_the_catalogue() {
    check(&songs::List::new(), &[bad()]).await;
    check(&songs::Get::new(424_242), &[not_found("Song", "424242")]).await;
    check(&digital_usages::Create::new(424_242), &[bad(), not_found("Song", "424242")]).await;
    check(&tags::List::new(), &[bad()]).await;
    check(&sound_effects::List::new(), &[bad()]).await;
    check(&sound_effects::Get::new(5), &[not_found("SoundEffect", "5")]).await;
    check(&categories::List::new(), &[bad()]).await;
    check(&categories::Get::new(5), &[not_found("Category", "5")]).await;
    check(&playlists::List::new(), &[bad()]).await;
    check(&playlists::Get::new(5), &[bad(), not_found("Playlist", "5")]).await;
    check(&playlists::Songs::new(5), &[bad(), not_found("Playlist", "5")]).await;
    check(&playlist_categories::List::new(), &[bad()]).await;
    check(&playlist_categories::Get::new(5), &[not_found("PlaylistCategory", "5")]).await;
}

#[tokio::test]
async fn of_private_resources() {
    let missing = || not_found("Playlist", "5");
    check(&private::List::new(), &[bad()]).await;
    check(&private::Get::new(5), &[missing()]).await;
    check(&private::Create::new("a"), &[bad()]).await;
    check(&private::Update::new(5).name("a"), &[bad(), missing()]).await;
    check(&private::Delete::new(5), &[missing()]).await;
    check(&private::AddSongs::new(5, [SongId::from(1)]), &[bad(), missing()]).await;
    check(&private::RemoveSongs::new(5, [SongId::from(1)]), &[bad(), missing()]).await;
    check(&private::AddSoundEffects::new(5, [SoundEffectId::from(1)]), &[bad(), missing()]).await;
    check(&private::RemoveSoundEffects::new(5, [SoundEffectId::from(1)]), &[bad(), missing()]).await;
    let search = supe_searches::Create::new("https://hooks.example.test/").query("a");
    check(&search, &[bad(), not_found("Asset", "asset_1")]).await;
    let get = supe_searches::Get::new("srch_1".parse::<SupeSearchId>().unwrap());
    check(&get, &[not_found("Search", "srch_1")]).await;
    let too_large = r#"{"errors":[{"detail":"file: too large","code":"file_too_large","status":400}]}"#;
    let upload = supe_assets::Upload::new(AssetFormat::Png, "a.png", segno_core::Body::from("x"));
    check(&upload, &[(400, too_large.into()), (413, String::new()), (415, String::new())]).await;
    let get = supe_assets::Get::new("asset_1".parse::<SupeAssetId>().unwrap());
    check(&get, &[not_found("Asset", "asset_1")]).await;
}

#[tokio::test]
async fn a_success_that_cannot_be_read_says_where_and_shows_no_value() {
    let client =
        |body: &'static str| crate::builder(move |_| Ok(crate::response(200, body))).build().unwrap();
    let body =
        r#"{"data": {"id": "1", "type": "digital_usages", "attributes": {"youtube_code": ["CANARY"]}}}"#;
    let error = client(body).send(&digital_usages::Create::new(4711)).await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(
        error.to_string(),
        "soundstripe.digital_usages.create: 200 OK, but the response cannot be read: \
         digital_usages/1.attributes.youtube_code: expected a string, found a list"
    );
    let error = client(r#"{"data": "CANARY"}"#).send(&songs::List::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "soundstripe.songs.list: 200 OK, but the response cannot be read: data: expected a list, found a text"
    );
    let error = client(r#"{"errors": [{"detail": "Not now.", "code": "busy"}]}"#);
    let error = error.send(&songs::List::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "soundstripe.songs.list: 200 OK: Not now. (busy)");
    assert_eq!(error.api().and_then(|api| api.code()), Some("busy"));
}

#[test]
fn a_key_that_no_header_can_carry_is_told_when_the_client_is_made() {
    for key in ["", "abc\n"] {
        let error = segno_soundstripe::Client::new(key).unwrap_err();
        assert_eq!(error.to_string(), "invalid key: it is empty or has characters that cannot be sent");
    }
}
