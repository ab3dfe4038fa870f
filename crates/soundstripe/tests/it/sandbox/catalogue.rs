//! Walks over the whole catalogue.

use std::collections::HashSet;

use segno_sandbox::{AudioFileShape, Fault, FaultKind, Host, KeyShape, LinkScheme, RetryAfter, Sandbox};
use segno_soundstripe::page::PageNumber;
use segno_soundstripe::{Client, Error, ErrorKind, Terms, categories, playlists, songs, sound_effects, tags};

use super::{arrived, assert_rate, builder, client, sandbox};

const SONGS: usize = 4500;

/// The ids of a walk over all songs, each of which must come once.
async fn all_songs(client: &Client) -> HashSet<String> {
    let mut items = client.items(songs::List::new());
    let mut ids = HashSet::new();
    while let Some(song) = items.next().await {
        let song = song.unwrap();
        assert!(song.primary_artist().is_some() && song.primary_audio().is_some());
        assert!(ids.insert(song.id.to_string()), "{} came twice", song.id);
    }
    ids
}

#[tokio::test]
async fn every_song_once_in_45_requests() {
    let sandbox = sandbox().await;
    assert_eq!(all_songs(&client(&sandbox)).await.len(), SONGS);
    let requests = arrived(&sandbox);
    assert_eq!(requests.len(), 45);
    assert!(requests.iter().all(|request| request.status == Some(200)));
    assert_rate(&requests);
}

#[tokio::test]
async fn every_song_once_though_every_third_response_fails() {
    let sandbox = sandbox().await;
    let kinds = [
        Fault::status(429).retry_after(RetryAfter::Seconds(1)),
        Fault::status(503),
        Fault::new(FaultKind::reset(4000)),
        Fault::status(429).retry_after(RetryAfter::DateIn(2)),
        Fault::new(FaultKind::DropResponse),
    ];
    for (place, fault) in (1u32..=22).zip(kinds.into_iter().cycle()) {
        sandbox.fault(fault.on(Host::SOUNDSTRIPE).nth(3 * place));
    }
    assert_eq!(all_songs(&client(&sandbox)).await.len(), SONGS);
    assert!(sandbox.unused_faults().is_empty());
    let requests = arrived(&sandbox);
    // 45 that succeed and 22 that do not.
    assert_eq!(requests.len(), 67);
    assert_eq!(requests.iter().filter(|request| request.fault.is_some()).count(), 22);
    assert!(requests.iter().filter(|request| request.fault.is_none()).all(|it| it.status == Some(200)));
    assert_rate(&requests);
    // No request came before the time that a 429 named.
    for pair in requests.windows(2) {
        if pair[0].status == Some(429) {
            assert!(pair[1].at - pair[0].at >= 1.0);
        }
    }
}

#[tokio::test]
async fn every_song_once_by_the_real_clock() {
    let sandbox = Sandbox::start().await.unwrap();
    let access = sandbox.description().soundstripe;
    let client = Client::builder(access.token).base_url(&access.base_url).build().unwrap();
    let start = std::time::Instant::now();
    assert_eq!(all_songs(&client).await.len(), SONGS);
    let elapsed = start.elapsed();
    // 44 pauses of 1/24 s: the rate is kept by the client, not by refusals.
    assert!(elapsed.as_secs_f64() >= 44.0 / 24.0, "{elapsed:?}");
}

#[tokio::test]
async fn clients_with_one_key_can_share_its_rate() {
    let sandbox = sandbox().await;
    let limit =
        std::sync::Arc::new(segno_core::client::RateLimiter::per(24, std::time::Duration::from_secs(1)));
    let shared = limit.clone();
    let one = builder(&sandbox, 0).settings(|core| core.limit(shared)).build().unwrap();
    let two = builder(&sandbox, 0).settings(|core| core.limit(limit)).build().unwrap();
    for _ in 0..30 {
        one.send(&tags::List::new().paging(PageNumber::new(1).size(1))).await.unwrap();
        two.send(&tags::List::new().paging(PageNumber::new(1).size(1))).await.unwrap();
    }
    assert_rate(&arrived(&sandbox));
    // Without a limit the service refuses, and the refusal is waited out.
    let hasty = builder(&sandbox, 0).settings(|core| core.no_limit()).build().unwrap();
    for _ in 0..60 {
        hasty.send(&tags::List::new().paging(PageNumber::new(1).size(1))).await.unwrap();
    }
    assert!(arrived(&sandbox).iter().any(|request| request.status == Some(429)));
}

#[tokio::test]
async fn every_shape_of_the_service_reads_alike() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let read = || async {
        let page = client.send(&songs::List::new().include_alternate_audio_files(true)).await.unwrap();
        let view = |song: &songs::Song| {
            let key = song.key.as_ref().map(|key| (key.name().map(str::to_owned), key.mode()));
            let instrumental: Vec<bool> =
                song.audio_files.iter().map(|file| file.is_instrumental() == Some(true)).collect();
            (song.id.clone(), key, instrumental)
        };
        (page.items.iter().map(view).collect::<Vec<_>>(), page.total_count)
    };
    let documented = read().await;
    sandbox.switches(|switches| {
        switches.soundstripe.key_shape = KeyShape::String;
        switches.soundstripe.audio_file_shape = AudioFileShape::Legacy;
        switches.soundstripe.link_scheme = LinkScheme::Https;
    });
    assert_eq!(read().await, documented);
    sandbox.switches(|switches| switches.soundstripe.audio_file_shape = AudioFileShape::Superset);
    assert_eq!(read().await, documented);
    // Links to https lead nowhere on the sandbox: they are read, not followed.
    let mut genres = client
        .items(tags::List::new().category(tags::TagCategory::Genre).paging(PageNumber::new(1).size(10)));
    let mut count = 0;
    while let Some(tag) = genres.next().await {
        tag.unwrap();
        count += 1;
    }
    assert_eq!(count, 22);
}

#[tokio::test]
async fn filters_find_what_they_say() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let list = songs::List::new()
        .mood(Terms::new().include("Hopeful").unwrap().exclude("Dark").unwrap())
        .genre(Terms::new().exclude("8-bit").unwrap())
        .bpm_min(90)
        .bpm_max(140)
        .duration_max(31)
        .consider_alternate_audio_files(true)
        .energy(songs::Energy::High)
        .instrumental(true)
        .include_alternate_audio_files(true);
    let page = client.send(&list).await.unwrap();
    assert!(!page.items.is_empty());
    for song in &page.items {
        let has = |names: &[String], name: &str| names.iter().any(|tag| tag == name);
        assert!(has(&song.tags.mood, "Hopeful") && !has(&song.tags.mood, "Dark"));
        assert!(!has(&song.tags.genre, "8-bit"));
        assert!((90.0..=140.0).contains(&song.bpm.unwrap()));
        assert!(song.audio_files.iter().any(|file| file.duration.unwrap() <= 31.0));
        assert!(song.audio_files.iter().any(|file| file.is_instrumental() == Some(true)));
    }
    // A tag found in the list of tags means the same as its name.
    let tag =
        client.send(&tags::List::new().paging(PageNumber::new(1).size(1))).await.unwrap().items.remove(0);
    let by = |terms: Terms| songs::List::new().characteristic(terms);
    let by_id = client.send(&by(Terms::new().include(&tag).unwrap())).await.unwrap();
    let by_name = client.send(&by(Terms::new().include(tag.name.unwrap()).unwrap())).await.unwrap();
    assert!(by_id.total_count > Some(0));
    assert_eq!(by_id.total_count, by_name.total_count);
}

#[tokio::test]
async fn a_playlist_gives_all_its_songs() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let include = playlists::Include::new().artists().categories();
    let list = client.send(&playlists::List::new().include(include)).await.unwrap();
    let longest =
        list.items.iter().max_by(|a, b| a.duration.unwrap().total_cmp(&b.duration.unwrap())).unwrap();
    assert_eq!((longest.songs.len(), longest.song_ids.len()), (10, 10));
    assert!(!longest.categories.is_empty());
    let mut songs = client.items(playlists::Songs::new(&longest.id).paging(PageNumber::new(1).size(25)));
    let mut ids = HashSet::new();
    while let Some(song) = songs.next().await {
        let song = song.unwrap();
        assert!(song.primary_artist().is_some() && song.primary_audio().is_some());
        assert!(ids.insert(song.id.to_string()));
    }
    let total = client
        .send(&playlists::Songs::new(&longest.id).paging(PageNumber::new(1).size(1)))
        .await
        .unwrap()
        .total_count;
    assert_eq!(Some(ids.len() as u64), total);
    assert!(ids.len() > 100, "{}", ids.len());
    let first = client.send(&playlists::Get::new(&longest.id)).await.unwrap();
    assert_eq!((first.song_ids, first.songs.len()), (longest.song_ids.clone(), 0));
}

#[tokio::test]
async fn sound_effects_need_a_right() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let categories = client.send(&categories::List::new().include_subcategories(true)).await.unwrap().items;
    let foley = &categories[0];
    assert_eq!(foley.subcategories.len(), 4);
    let below = sound_effects::List::new().categories(Terms::new().include(&foley.subcategories[0]).unwrap());
    let found = client.send(&below).await.unwrap().items;
    assert!(!found.is_empty());
    assert!(found.iter().all(|effect| effect.primary_category.as_deref() == Some("foley")));
    assert_eq!(client.send(&sound_effects::Get::new(&found[0].id)).await.unwrap().title, found[0].title);
    let one = client.send(&categories::Get::new(&foley.id).include_subcategories(true)).await.unwrap();
    assert_eq!(one, *foley);

    let without = builder(&sandbox, 2).build().unwrap();
    let error: Error = without.send(&sound_effects::List::new()).await.unwrap_err();
    assert_eq!(error.api().unwrap().kind(), ErrorKind::Forbidden);
    assert!(error.is_auth());
}
