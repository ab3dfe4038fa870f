//! Walks, retries, the rate, waiting.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::testing::{FnTransport, ManualClock};
use segno_core::time::Clock;
use segno_core::{Bytes, Response, Retry, http};
use segno_soundstripe::ids::{SongId, SupeAssetId, SupeSearchId};
use segno_soundstripe::page::PageNumber;
use segno_soundstripe::supe_assets::AssetState;
use segno_soundstripe::supe_searches::{SearchStatus, Submission, WaitError};
use segno_soundstripe::{Client, digital_usages, private_playlists as private, songs, supe_searches, tags};

/// `page[number]` and `page[size]` of a request.
fn page_of(request: &http::Request<Bytes>) -> (usize, usize) {
    let query = request.uri().query().unwrap_or_default();
    let number = |name: &str| {
        let at = query.split_once(name).map_or("", |(_, rest)| rest.trim_start_matches("%5D="));
        at.split('&').next().and_then(|text| text.parse().ok()).unwrap_or(0)
    };
    (number("page%5Bnumber"), number("page%5Bsize"))
}

/// One page of a list of tags with these ids.
fn tags_page(ids: &[usize], number: usize, size: usize) -> Response<Bytes> {
    let data: Vec<String> = ids
        .iter()
        .skip((number - 1) * size)
        .take(size)
        .map(|id| format!(r#"{{"id": "t{id}", "type": "tags"}}"#))
        .collect();
    let next = if number * size < ids.len() {
        format!(
            r#""https://api.soundstripe.com/v1/tags?page%5Bsize%5D={size}&page%5Bnumber%5D={}""#,
            number + 1
        )
    } else {
        "null".into()
    };
    let total = ids.len();
    let body = format!(
        r#"{{"data": [{}], "links": {{"first": null, "next": {next}, "meta": {{"total_count": {total}}}}}}}"#,
        data.join(",")
    );
    crate::response(200, body)
}

async fn walk(client: &Client, list: tags::List) -> Vec<String> {
    let mut items = client.items(list);
    let mut ids = Vec::new();
    while let Some(tag) = items.next().await {
        ids.push(tag.unwrap().id.to_string());
    }
    ids
}

fn names(ids: impl IntoIterator<Item = usize>) -> Vec<String> {
    ids.into_iter().map(|id| format!("t{id}")).collect()
}

#[tokio::test]
async fn twenty_three_items_in_pages_of_ten() {
    let requests = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&requests);
    let ids: Vec<usize> = (0..23).collect();
    let client = crate::builder(move |request| {
        count.fetch_add(1, Ordering::Relaxed);
        let (number, size) = page_of(&request);
        Ok(tags_page(&ids, number, size))
    })
    .build()
    .unwrap();
    assert_eq!(walk(&client, tags::List::new().paging(PageNumber::new(1).size(10))).await, names(0..23));
    assert_eq!(requests.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_total_that_grows_or_shrinks_under_way_neither_stops_nor_hangs_the_walk() {
    let list = Arc::new(Mutex::new((0..23).collect::<Vec<usize>>()));
    for (change, expected) in [(41, 0..41), (15, 0..15)] {
        *list.lock().unwrap() = (0..23).collect();
        let shared = Arc::clone(&list);
        let client = crate::builder(move |request| {
            let (number, size) = page_of(&request);
            let mut list = shared.lock().unwrap();
            if number == 2 {
                *list = (0..change).collect();
            }
            Ok(tags_page(&list, number, size))
        })
        .build()
        .unwrap();
        assert_eq!(
            walk(&client, tags::List::new().paging(PageNumber::new(1).size(10))).await,
            names(expected)
        );
    }
}

#[tokio::test]
async fn at_most_one_page_is_asked_for_ahead() {
    let requests = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&requests);
    let ids: Vec<usize> = (0..50).collect();
    let client = crate::builder(move |request| {
        count.fetch_add(1, Ordering::Relaxed);
        let (number, size) = page_of(&request);
        Ok(tags_page(&ids, number, size))
    })
    .build()
    .unwrap();
    let mut items = client.items(tags::List::new().paging(PageNumber::new(1).size(10)));
    items.next().await.unwrap().unwrap();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(requests.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_walk_is_gone_on_with_where_it_stopped() {
    let ids: Vec<usize> = (0..25).collect();
    let client = crate::builder(move |request| {
        let (number, size) = page_of(&request);
        Ok(tags_page(&ids, number, size))
    })
    .build()
    .unwrap();
    let list = tags::List::new().paging(PageNumber::new(1).size(10));
    let mut pages = client.pages(list.clone());
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!((first.items.len(), first.total), (10, Some(25)));
    let cursor = pages.cursor().unwrap().clone();
    let mut rest = client.pages(list).resume(cursor).items();
    assert_eq!(rest.next().await.unwrap().unwrap().id.to_string(), "t10");
}

/// A client whose transport responds first with these failures, then with a body; and the number of requests.
fn failing(
    statuses: &'static [u16],
    then: (u16, &'static str),
) -> (Client, Arc<AtomicU32>, Arc<ManualClock>) {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let clock = crate::clock();
    let client = crate::builder(move |_| {
        let index = count.fetch_add(1, Ordering::Relaxed) as usize;
        Ok(match statuses.get(index) {
            Some(429) => {
                let mut response = crate::response(429, "");
                response.headers_mut().insert("retry-after", http::HeaderValue::from_static("1"));
                response
            }
            Some(&status) => crate::response(status, ""),
            None => crate::response(then.0, then.1),
        })
    })
    .settings({
        let clock = clock.clone();
        |core| core.clock(clock)
    })
    .build()
    .unwrap();
    (client, asked, clock)
}

#[tokio::test]
async fn what_makes_something_new_is_never_repeated_once_it_may_have_arrived() {
    let (client, asked, _) = failing(&[500], (201, "{}"));
    let error = client.send(&digital_usages::Create::new(4711)).await.unwrap_err();
    assert_eq!((error.attempts(), asked.load(Ordering::Relaxed)), (1, 1));
    assert!(error.may_have_taken_effect());

    let (client, asked, _) = failing(&[503], (201, "{}"));
    assert!(client.send(&private::Create::new("a")).await.is_err());
    assert!(client.send(&private::AddSongs::new(1, [SongId::from(1)])).await.is_err());
    assert_eq!(asked.load(Ordering::Relaxed), 2);

    let (client, asked, _) = failing(&[500, 502, 503], (200, r#"{"data": []}"#));
    assert!(client.send(&tags::List::new()).await.is_ok());
    assert_eq!(asked.load(Ordering::Relaxed), 4);

    let (client, asked, _) = failing(&[500], (204, ""));
    assert!(client.send(&private::RemoveSongs::new(1, [SongId::from(1)])).await.is_ok());
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn too_many_requests_are_waited_out() {
    let (client, asked, clock) = failing(&[429], (200, r#"{"data": []}"#));
    let start = clock.now();
    assert!(client.send(&tags::List::new()).await.is_ok());
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert!(clock.now() - start >= Duration::from_secs(1));
}

#[tokio::test]
async fn clones_share_the_rate_which_no_second_exceeds() {
    let clock = crate::clock();
    let starts = Arc::new(Mutex::new(Vec::new()));
    let (log, ticking) = (Arc::clone(&starts), clock.clone());
    let transport = FnTransport::new(move |_| {
        log.lock().unwrap().push(ticking.now());
        Ok(crate::response(200, r#"{"data": []}"#))
    });
    let client = Client::builder("sk_demo_0001").settings(|core| core.transport(transport).clock(clock));
    let client = client.build().unwrap();
    let clone = client.clone();
    for _ in 0..40 {
        client.send(&tags::List::new()).await.unwrap();
        clone.send(&tags::List::new()).await.unwrap();
    }
    let starts = starts.lock().unwrap();
    assert_eq!(starts.len(), 80);
    for window in starts.windows(26) {
        assert!(window[25] - window[0] >= Duration::from_secs(1), "26 requests within a second");
    }
    assert!(starts[79] - starts[0] < Duration::from_secs(4), "slower than need be");
}

#[tokio::test]
async fn expired_links_are_renewed_by_one_call() {
    let client = crate::builder(|request| {
        assert_eq!(request.uri().path(), "/v1/songs/4711");
        Ok(crate::response(200, include_str!("documents/songs.get.json")))
    })
    .build()
    .unwrap();
    let song = client.send(&songs::Get::new(4711)).await.unwrap();
    let later = crate::moment().plus(Duration::from_secs(7200));
    let expired = song.primary_audio().and_then(|file| file.versions.mp3.clone()).unwrap().is_expired(later);
    assert!(expired);
    assert_eq!(client.refresh(&song).await.unwrap(), song);
}

fn search_responses(steps: &'static [(u16, &'static str)]) -> (Client, Arc<ManualClock>, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let clock = crate::clock();
    let client = crate::builder(move |_| {
        let step = (count.fetch_add(1, Ordering::Relaxed) as usize).min(steps.len() - 1);
        let (status, state) = steps[step];
        let body = match status {
            200 => format!(
                r#"{{"data": {{"id": "x", "type": "supe_searches", "attributes": {{"status": "{state}"}}}}}}"#
            ),
            _ => r#"{"errors": [{"detail": "Couldn't find Search with 'id'=x", "status": 404}]}"#.into(),
        };
        Ok(crate::response(status, body))
    })
    .settings({
        let clock = clock.clone();
        |core| core.clock(clock).retry(Retry::never())
    })
    .build()
    .unwrap();
    (client, clock, asked)
}

fn search() -> SupeSearchId {
    "x".parse().unwrap()
}

#[tokio::test]
async fn a_search_is_waited_for_though_it_is_not_visible_at_first() {
    let (client, clock, _) =
        search_responses(&[(404, ""), (404, ""), (200, "processing"), (200, "completed")]);
    let start = clock.now();
    let found = client.wait_for_search(search(), Duration::from_secs(60)).await.unwrap();
    assert_eq!(found.status, Some(SearchStatus::Completed));
    assert_eq!(clock.now() - start, Duration::from_secs(1 + 2 + 4), "the pauses between the four looks");

    let (client, _, asked) = search_responses(&[(200, "processing"), (200, "failed")]);
    let failed = client.wait_for_search(search(), Duration::from_secs(60)).await.unwrap();
    assert_eq!(failed.status, Some(SearchStatus::Failed));
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn waiting_has_an_end() {
    let (client, clock, _) = search_responses(&[(200, "processing")]);
    let start = clock.now();
    let error = client.wait_for_search(search(), Duration::from_secs(60)).await.unwrap_err();
    assert!(matches!(error, WaitError::Late { .. }));
    assert_eq!(error.to_string(), "not done after 60 s");
    assert_eq!((clock.now() - start).as_secs(), 60);

    // A search that stays away is an error after ten seconds, any other failure at once.
    let (client, clock, _) = search_responses(&[(404, "")]);
    let start = clock.now();
    let error = client.wait_for_search(search(), Duration::from_secs(60)).await.unwrap_err();
    assert!(matches!(error, WaitError::Failed(error) if error.is_not_found()));
    assert!((clock.now() - start).as_secs() < 20);
}

#[tokio::test]
async fn waiting_survives_an_outage_and_takes_any_patience() {
    let down = [(503, ""), (503, ""), (503, ""), (200, "processing"), (429, ""), (200, "completed")];
    for patience in [Duration::from_secs(600), Duration::MAX] {
        let steps: &'static [(u16, &'static str)] = Box::leak(Box::new(down));
        let (client, _, _) = search_responses(steps);
        let found = client.wait_for_search(search(), patience).await.unwrap();
        assert_eq!(found.status, Some(SearchStatus::Completed));
    }
    let (client, _, _) = search_responses(&[(503, "")]);
    let error = client.wait_for_search(search(), Duration::from_secs(60)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("not done after 60 s; the last look failed: soundstripe.supe_searches.get: 503"),
        "{error}"
    );
}

#[tokio::test]
async fn an_asset_is_waited_for_by_status_or_state() {
    for member in ["status", "state"] {
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let client = crate::builder(move |_| {
            let state = ["pending", "processing", "rejected"][count.fetch_add(1, Ordering::Relaxed) as usize];
            let body =
                format!(r#"{{"data": {{"id": "a", "type": "x", "attributes": {{"{member}": "{state}"}}}}}}"#);
            Ok(crate::response(200, body))
        })
        .build()
        .unwrap();
        let id: SupeAssetId = "a".parse().unwrap();
        let asset = client.wait_for_asset(id, Duration::from_secs(60)).await.unwrap();
        assert_eq!(asset.state, Some(AssetState::Other("rejected".into())));
    }
}

#[tokio::test]
async fn a_search_is_cached_by_its_status_code_first() {
    let started = |status, state: &'static str| async move {
        let body = format!(
            r#"{{"data": {{"id": "x", "type": "supe_searches", "attributes": {{"status": "{state}"}}}}}}"#
        );
        let client = crate::builder(move |_| Ok(crate::response(status, body.clone()))).build().unwrap();
        let create = supe_searches::Create::new("https://hooks.example.test/").query("a");
        matches!(client.send(&create).await.unwrap(), Submission::Cached(_))
    };
    assert!(started(200, "completed").await);
    assert!(!started(202, "processing").await);
    assert!(!started(202, "completed").await);
    assert!(started(201, "completed").await);
    assert!(!started(201, "processing").await);
}

/// Compiles only if waiting can be spawned on a multi-threaded runtime.
#[allow(dead_code)]
fn waiting_is_send(client: &'static Client) {
    fn send(_: impl Send) {}
    send(client.wait_for_search(search(), Duration::MAX));
}
