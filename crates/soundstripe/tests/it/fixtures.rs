//! Every endpoint driven once against the sandbox, or the real service, and its exchange kept as a file.

use segno_core::transport::hyper::Hyper;
use segno_core::{Body, Timeouts};
use segno_sandbox::{Host, Sandbox};
use segno_soundstripe::media::Download;
use segno_soundstripe::page::PageNumber;
use segno_soundstripe::playlists::Include;
use segno_soundstripe::private_playlists::{self as private, MediaType};
use segno_soundstripe::supe_assets::AssetFormat;
use segno_soundstripe::tags::TagCategory;
use segno_soundstripe::{
    Client, Terms, categories, digital_usages, playlist_categories, playlists, songs, sound_effects,
    supe_assets, supe_searches, tags,
};
use segno_testkit::Recording;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// When the recorded exchanges happen.
const THEN: u64 = 1_900_000_000;

/// Each endpoint once as it should go, and the documented failures. If the account is a real one (`live`), nothing is
/// bought, claimed or searched for.
pub(crate) async fn drive(
    r: &mut Recording,
    client: &Client,
    live: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let list = songs::List::new()
        .mood(Terms::new().include("Hopeful")?.exclude("Scary")?)
        .include_alternate_audio_files(true)
        .paging(PageNumber::new(1).size(2));
    let page = r.keep("songs/list", async || client.send(&list).await).await?;
    let song = page.items.into_iter().next().ok_or("no song")?;
    r.keep("songs/get", async || client.send(&songs::Get::new(&song.id)).await).await?;
    r.keep("songs/get-404", async || client.send(&songs::Get::new(424_242_424_242)).await)
        .await
        .expect_err("no such song");
    let link = song.primary_audio().and_then(|file| file.versions.mp3.clone()).ok_or("no file")?;
    r.keep("media/download", async || client.send(&Download::new(&link)).await).await?;
    r.keep("tags/list", async || {
        client.send(&tags::List::new().category(TagCategory::Genre).paging(PageNumber::new(1).size(3))).await
    })
    .await?;

    let effects = r
        .keep("sound_effects/list", async || {
            client.send(&sound_effects::List::new().paging(PageNumber::new(1).size(1))).await
        })
        .await?;
    let effect = effects.items.into_iter().next().ok_or("no sound effect")?.id;
    r.keep("sound_effects/get", async || client.send(&sound_effects::Get::new(&effect)).await).await?;
    let list = categories::List::new().include_subcategories(true).paging(PageNumber::new(1).size(2));
    let category = r.keep("categories/list", async || client.send(&list).await).await?;
    let category = category.items.into_iter().next().ok_or("no category")?.id;
    r.keep("categories/get", async || client.send(&categories::Get::new(&category)).await).await?;

    let include = Include::new().categories();
    let list = playlists::List::new().include(include).paging(PageNumber::new(1).size(1));
    let playlist = r.keep("playlists/list", async || client.send(&list).await).await?;
    let playlist = playlist.items.into_iter().next().ok_or("no playlist")?.id;
    r.keep("playlists/get", async || {
        client.send(&playlists::Get::new(&playlist).contents(PageNumber::new(1).size(3))).await
    })
    .await?;
    r.keep("playlists/songs", async || {
        client.send(&playlists::Songs::new(&playlist).paging(PageNumber::new(2).size(1))).await
    })
    .await?;
    let categories = r
        .keep("playlist_categories/list", async || client.send(&playlist_categories::List::new()).await)
        .await?;
    let category = categories.items.into_iter().next().ok_or("no playlist category")?.id;
    r.keep("playlist_categories/get", async || client.send(&playlist_categories::Get::new(&category)).await)
        .await?;

    let create = private::Create::new("Launch trailer").songs([song.id.clone()]);
    let own = r.keep("private_playlists/create", async || client.send(&create).await).await?.id;
    if !live {
        r.keep("private_playlists/list", async || {
            client.send(&private::List::new().paging(PageNumber::new(1).size(2))).await
        })
        .await?;
    }
    r.keep("private_playlists/get", async || client.send(&private::Get::new(&own)).await).await?;
    let update = private::Update::new(&own).name("Trailer").description(Some("Cut 2".into()));
    r.keep("private_playlists/update", async || client.send(&update).await).await?;
    r.keep("private_playlists/add_songs", async || {
        client.send(&private::AddSongs::new(&own, [song.id.clone()])).await
    })
    .await?;
    r.keep("private_playlists/remove_songs", async || {
        client.send(&private::RemoveSongs::new(&own, [song.id.clone()])).await
    })
    .await?;
    r.keep("private_playlists/delete", async || client.send(&private::Delete::new(&own)).await).await?;
    r.keep("private_playlists/get-404", async || client.send(&private::Get::new(&own)).await)
        .await
        .expect_err("it is gone");
    let create = private::Create::new("Steps").media_type(MediaType::SoundEffects);
    let own = client.send(&create).await?.id;
    let add = private::AddSoundEffects::new(&own, [effect.clone()]);
    r.keep("private_playlists/add_sound_effects", async || client.send(&add).await).await?;
    let remove = private::RemoveSoundEffects::new(&own, [effect.clone()]);
    r.keep("private_playlists/remove_sound_effects", async || client.send(&remove).await).await?;
    client.send(&private::Delete::new(&own)).await?;

    if !live {
        r.keep("digital_usages/create", async || client.send(&digital_usages::Create::new(&song.id)).await)
            .await?;
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0";
        let upload = supe_assets::Upload::new(AssetFormat::Png, "sunrise.png", Body::from(png.to_vec()));
        let asset = r.keep("supe_assets/upload", async || client.send(&upload).await).await?.id;
        r.keep("supe_assets/get", async || client.send(&supe_assets::Get::new(&asset)).await).await?;
        let search = supe_searches::Create::new("https://hooks.example.test/supe")
            .query("gentle build for a sunrise drone shot")
            .assets([asset.clone()]);
        let search =
            r.keep("supe_searches/create", async || client.send(&search).await).await?.search().id.clone();
        r.keep("supe_searches/get", async || client.send(&supe_searches::Get::new(&search)).await).await?;
        let nothing = supe_searches::Create::new("https://hooks.example.test/supe")
            .assets(["asset_77".parse::<segno_soundstripe::ids::SupeAssetId>()?]);
        r.keep("supe_searches/create-404", async || client.send(&nothing).await)
            .await
            .expect_err("no such asset");
    }
    Ok(())
}

/// A client for a sandbox, whose calls are kept.
pub(crate) fn client(sandbox: &Sandbox, recording: &mut Recording) -> Client {
    let access = sandbox.description().soundstripe;
    recording.secret("the key", &access.token);
    sandbox.switches(|switches| switches.soundstripe.rate_limit = None);
    // Boundaries of uploads come from the clock.
    let clock = segno_core::testing::ManualClock::stopped(crate::moment());
    let builder = Client::builder(access.token).base_url(&access.base_url);
    builder.settings(|core| recording.settings(core.clock(clock).no_limit())).build().unwrap()
}

#[tokio::test]
async fn from_the_sandbox() {
    let sandbox = Sandbox::builder().seed(1).frozen_at(THEN).start().await.unwrap();
    let hosts = [(Host::SOUNDSTRIPE, "soundstripe.example"), (Host::STORAGE, "storage.example")];
    let hosts = hosts.map(|(host, name)| (sandbox.origin(host), name));
    let mut recording = Recording::new(Hyper::new(Timeouts::default()), FOLDER, hosts);
    let client = client(&sandbox, &mut recording);
    drive(&mut recording, &client, false).await.unwrap();
    recording.finish();
}

/// Runs only when it is told which service is real (`cargo xtask fixtures --live soundstripe`).
#[tokio::test]
async fn from_the_real_service() {
    if std::env::var("SEGNO_LIVE").as_deref() != Ok("soundstripe") {
        return;
    }
    let hyper = Hyper::new(Timeouts::default());
    let mut recording = Recording::new(hyper, FOLDER, []).others_stay();
    let key = std::env::var("SOUNDSTRIPE_API_KEY").unwrap();
    recording.secret("the key", &key);
    let client = Client::builder(key).settings(|core| recording.settings(core)).build().unwrap();
    drive(&mut recording, &client, true).await.unwrap();
    recording.finish();
}
