//! Pages and items: the end, circles, gaps, resuming, working ahead.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};

use futures_core::Stream as _;
use segno_core::client::{Cursor, PageError, Paged};
use segno_core::decode::read_json;
use segno_core::endpoint::PlainApiError;
use segno_core::testing::FnTransport;
use segno_core::{
    BuildError, Bytes, Cause, Client, DecodeError, Endpoint, Method, Page, Replay, RequestWriter, Response,
    StatusCode,
};

use crate::example;

/// `GET /songs?page=…`
#[derive(Clone)]
struct Songs<'a> {
    mood: &'a str,
    page: u32,
}

#[derive(serde::Deserialize)]
struct SongList {
    songs: Vec<String>,
    next: Option<u32>,
}

impl Endpoint for Songs<'_> {
    type Output = SongList;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.songs.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.query("mood", self.mood);
        request.query("page", self.page);
        request.path("songs", &[])
    }

    fn read(response: Response<Bytes>) -> Result<SongList, DecodeError> {
        read_json(&response)
    }
}

impl Paged for Songs<'_> {
    type Item = String;

    fn at(&self, cursor: &Cursor) -> Result<Self, BuildError> {
        Ok(Self { page: cursor.number()?, ..self.clone() })
    }

    fn page(&self, list: SongList) -> Result<Page<String>, DecodeError> {
        Ok(Page::new(list.songs).next(list.next.map(Cursor::from_number)))
    }

    /// Songs with numbers are known again.
    fn key(&self, song: &String) -> Option<u64> {
        song.parse().ok()
    }
}

fn songs(mood: &str) -> Songs<'_> {
    Songs { mood, page: 1 }
}

type Log = Arc<Mutex<Vec<String>>>;

/// A service that gives page `n` with the n-th of `pages`; a response that is not JSON is a 500.
fn client(pages: &[&'static str]) -> (Client, Log) {
    let log = Log::default();
    let seen = Arc::clone(&log);
    let pages: Vec<&'static str> = pages.to_vec();
    let transport = FnTransport::new(move |request| {
        let query = request.uri().query().unwrap().to_owned();
        let number: usize = query.rsplit_once("page=").unwrap().1.parse().unwrap();
        seen.lock().unwrap().push(query);
        let body = pages[number - 1];
        let status = if body.starts_with('{') { 200 } else { 500 };
        Ok(Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap())
    });
    let client = Client::builder(example::base())
        .transport(transport)
        .clock(example::clock())
        .retry(segno_core::Retry::never())
        .build()
        .unwrap();
    (client, log)
}

#[tokio::test]
async fn items_of_all_pages_in_order_and_an_empty_page_is_not_the_end() {
    let (client, log) = client(&[
        r#"{"songs":["a","b"],"next":2}"#,
        r#"{"songs":[],"next":3}"#,
        r#"{"songs":["c"],"next":null}"#,
    ]);
    let mut items = client.pages(songs("calm")).items();
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        all.push(item.unwrap());
    }
    assert_eq!(all, ["a", "b", "c"]);
    assert!(items.next().await.is_none(), "the end is the end");
    assert_eq!(*log.lock().unwrap(), ["mood=calm&page=1", "mood=calm&page=2", "mood=calm&page=3"]);
}

#[tokio::test]
async fn a_list_that_leads_back_is_an_error_and_not_an_endless_loop() {
    let (client, log) = client(&[
        r#"{"songs":["a"],"next":2}"#,
        r#"{"songs":["b"],"next":3}"#,
        r#"{"songs":["c"],"next":2}"#,
    ]);
    let mut pages = client.pages(songs("calm"));
    for song in ["a", "b", "c"] {
        assert_eq!(pages.next().await.unwrap().unwrap().items, [song]);
    }
    assert!(pages.cursor().is_none() && !pages.is_finished());
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(matches!(error.cause(), Cause::Pages(PageError::Circle { page: 3 })));
    assert_eq!(
        error.to_string(),
        "example.songs.list: page 3 of the list leads back to a page that was read already"
    );
    assert!(pages.next().await.is_none());
    assert_eq!(log.lock().unwrap().len(), 3);
}

/// The page that a walk is resumed at has been read, too.
#[tokio::test]
async fn a_resumed_list_that_leads_back_to_where_it_began_ends() {
    for (pages, read) in [
        (&[r#"{"songs":["a"]}"#, r#"{"songs":["b"],"next":2}"#][..], 1),
        (&[r#"{"songs":["a"]}"#, r#"{"songs":["b"],"next":3}"#, r#"{"songs":["c"],"next":2}"#][..], 2),
    ] {
        let (client, log) = client(pages);
        let mut list = client.pages(songs("calm")).resume(Cursor::from_number(2));
        for _ in 0..read {
            list.next().await.unwrap().unwrap();
        }
        let error = list.next().await.unwrap().unwrap_err();
        assert!(matches!(error.cause(), Cause::Pages(PageError::Circle { .. })), "{error}");
        assert_eq!(log.lock().unwrap().len(), read, "no page is read twice");
    }
}

#[tokio::test]
async fn the_cap_ends_a_list_that_never_ends() {
    let (client, log) = client(&[r#"{"songs":[],"next":2}"#, r#"{"songs":[],"next":3}"#, "never asked"]);
    let mut items = client.pages(songs("calm")).cap(2).items();
    let error = items.next().await.unwrap().unwrap_err();
    assert!(matches!(error.cause(), Cause::Pages(PageError::TooMany { cap: 2 })));
    assert!(items.next().await.is_none());
    assert_eq!(log.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_cursor_is_stored_and_resumed_in_another_run() {
    let pages = [r#"{"songs":["a"],"next":2}"#, r#"{"songs":["b"],"next":3}"#, r#"{"songs":["c"]}"#];
    let (first_run, _) = client(&pages);
    let mut list = first_run.pages(songs("calm"));
    assert!(list.cursor().is_none() && !list.is_finished());
    list.next().await.unwrap().unwrap();
    let stored = serde_json::to_string(list.cursor().unwrap()).unwrap();
    assert_eq!(stored, r#""2""#);

    let (second_run, log) = client(&pages);
    let cursor: Cursor = serde_json::from_str(&stored).unwrap();
    assert_eq!(format!("{cursor:?}"), "Cursor([redacted])");
    let mut list = second_run.pages(songs("calm")).resume(cursor);
    assert_eq!(list.next().await.unwrap().unwrap().items, ["b"]);
    assert_eq!(list.next().await.unwrap().unwrap().items, ["c"]);
    assert!(list.cursor().is_none() && list.is_finished());
    assert_eq!(*log.lock().unwrap(), ["mood=calm&page=2", "mood=calm&page=3"]);
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused_before_anything_is_sent() {
    let (client, log) = client(&[]);
    let error = client.pages(songs("calm")).resume(Cursor::new("abc")).next().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "example.songs.list: not sent: cursor: must be the number of a page");
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_request_that_cannot_be_built_is_told_once_and_ends_the_list() {
    let (client, _) = client(&[]);
    let mut items = client.pages(songs("calm")).resume(Cursor::new("abc")).items();
    assert!(items.next().await.unwrap().unwrap_err().is_build());
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn what_a_page_gives_again_is_left_out_and_what_has_no_name_is_not() {
    let (client, _) = client(&[
        r#"{"songs":["1","x","2"],"next":2}"#,
        r#"{"songs":["2","x","3"],"next":3}"#,
        r#"{"songs":["3","1"],"next":4}"#,
        r#"{"songs":["4"]}"#,
    ]);
    let mut pages = client.pages(songs("calm"));
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.push(page.unwrap().items.join(" "));
    }
    assert_eq!(all, ["1 x 2", "x 3", "", "4"]);
}

#[tokio::test]
async fn what_is_remembered_of_a_list_is_bounded() {
    // Twice 4096 songs and the first one again: it is too far back to be known again, the last one is not.
    let names = |range: std::ops::Range<u32>| {
        range.map(|number| format!("\"{number}\"")).collect::<Vec<_>>().join(",")
    };
    let page: &'static str = format!("{{\"songs\":[{},\"8191\",\"0\"]}}", names(0..8192)).leak();
    let (client, _) = client(&[page]);
    let mut items = client.pages(songs("calm")).items();
    let mut all = Vec::new();
    while let Some(song) = items.next().await {
        all.push(song.unwrap());
    }
    assert_eq!(all.len(), 8193);
    assert_eq!(all[8191..], ["8191", "0"]);
}

#[tokio::test]
async fn empty_pages_in_a_row_can_be_taken_for_the_end() {
    let (client, log) = client(&[
        r#"{"songs":[],"next":2}"#,
        r#"{"songs":["a"],"next":3}"#,
        r#"{"songs":[],"next":4}"#,
        r#"{"songs":[],"next":5}"#,
        r#"{"songs":["b"]}"#,
    ]);
    let mut items = client.pages(songs("calm")).empty_pages(2).items();
    assert_eq!(items.next().await.unwrap().unwrap(), "a");
    assert!(items.next().await.is_none());
    assert!(items.next().await.is_none());
    assert_eq!(log.lock().unwrap().len(), 4);
    let pages = items.into_pages();
    assert!(!pages.is_finished());
    let cursor = pages.cursor().unwrap().clone();
    let mut rest = pages.resume(cursor).items();
    assert_eq!(rest.next().await.unwrap().unwrap(), "b", "who knows better goes on");
}

#[tokio::test]
async fn a_page_that_failed_is_asked_for_again() {
    let fail_once = Mutex::new(true);
    let transport = FnTransport::new(move |_| {
        let status = if std::mem::take(&mut *fail_once.lock().unwrap()) { 500 } else { 200 };
        let body = Bytes::from_static(br#"{"songs":["a"]}"#);
        Ok(Response::builder().status(status).body(body).unwrap())
    });
    let client = Client::builder(example::base())
        .transport(transport)
        .clock(example::clock())
        .retry(segno_core::Retry::never())
        .build()
        .unwrap();
    let mut items = client.pages(songs("calm")).items();
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!(items.next().await.unwrap().unwrap(), "a");
}

#[tokio::test]
async fn one_page_ahead_and_never_more() {
    let (client, log) = client(&[
        r#"{"songs":["a"],"next":2}"#,
        r#"{"songs":["b"],"next":3}"#,
        r#"{"songs":["c"],"next":4}"#,
        r#"{"songs":["d"]}"#,
    ]);
    let mut pages = client.pages(songs("calm")).prefetch();
    assert_eq!(log.lock().unwrap().len(), 0, "nothing before it is asked for");
    pages.next().await.unwrap().unwrap();
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(log.lock().unwrap().len(), 2, "the second page is here, the third is not asked for");
    let mut rest = Vec::new();
    let mut items = pages.items();
    while let Some(item) = items.next().await {
        rest.push(item.unwrap());
    }
    assert_eq!(rest, ["b", "c", "d"]);
    assert_eq!(log.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn streams_can_be_sent_between_threads() {
    let (client, _) = client(&[r#"{"songs":["a"],"next":2}"#, r#"{"songs":["b"]}"#]);
    let stream = client.pages(songs("calm")).items();
    let all = tokio::spawn(async move {
        let mut stream = std::pin::pin!(stream);
        let mut all = Vec::new();
        while let Some(item) = poll_fn(|cx| futures_core::Stream::poll_next(stream.as_mut(), cx)).await {
            all.push(item.unwrap());
        }
        all
    });
    assert_eq!(all.await.unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn pages_and_items_are_streams_too() {
    let two = [r#"{"songs":["a","b"],"next":2}"#, r#"{"songs":["c"],"next":null}"#];
    let (client, _) = client(&two);
    let mut pages = pin!(client.pages(songs("calm")));
    let mut seen = Vec::new();
    while let Some(page) = poll_fn(|cx| pages.as_mut().poll_next(cx)).await {
        seen.push(page.unwrap().items);
    }
    assert_eq!(seen, [vec!["a", "b"], vec!["c"]]);
    let items = client.pages(songs("calm")).items();
    assert!(format!("{items:?}").contains("example.songs.list"), "{items:?}");
    let mut items = pin!(items);
    let mut seen = Vec::new();
    while let Some(item) = poll_fn(|cx| items.as_mut().poll_next(cx)).await {
        seen.push(item.unwrap());
    }
    assert_eq!(seen, ["a", "b", "c"]);
}
