//! Lists of twenty to the page.

use segno_core::Bytes;
use segno_core::client::Cursor;
use segno_core::http::{Request, Response};
use segno_musescore::scores::{Filters, Search};
use segno_musescore::{Credentials, ScoreId, UserId, users};

use crate::clients::{client, ok};

/// A service with so many scores.
fn serve(total: usize) -> impl Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static {
    move |request| {
        let query = request.uri().query().unwrap_or_default();
        let page = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("page="))
            .map_or(0, |page| page.parse().unwrap());
        let ids: Vec<String> =
            (0..total).skip(page * 20).take(20).map(|id| format!("{{\"id\":\"{id}\"}}")).collect();
        ok(format!("[{}]", ids.join(",")))
    }
}

async fn read(total: usize) -> (Vec<u64>, usize) {
    let (client, log) = client(Credentials::key("KEY"), serve(total));
    let mut items = client.items(Search::new(Filters::new().text("x")));
    let mut ids = Vec::new();
    while let Some(score) = items.next().await {
        ids.push(score.unwrap().id.number());
    }
    let asked = log.lock().unwrap().len();
    (ids, asked)
}

#[tokio::test]
async fn a_page_that_is_not_full_is_the_last() {
    for (total, requests) in [(0, 1), (1, 1), (19, 1), (20, 2), (21, 2), (40, 3), (59, 3)] {
        let (ids, asked) = read(total).await;
        assert_eq!(ids, (0..total as u64).collect::<Vec<_>>());
        assert_eq!(asked, requests, "{total} scores");
    }
}

#[tokio::test]
async fn a_list_goes_on_where_an_earlier_run_stopped() {
    let (client, log) = client(Credentials::key("KEY"), serve(65));
    let mut pages = client.pages(users::Scores::new(UserId::new(412)));
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 20);
    let stored = pages.cursor().unwrap().as_str().to_owned();
    let mut rest = client.pages(users::Scores::new(UserId::new(412))).resume(Cursor::new(stored));
    assert_eq!(rest.next().await.unwrap().unwrap().items[0].id, ScoreId::new(20));
    let asked: Vec<String> = log.lock().unwrap().iter().map(|request| request.uri().to_string()).collect();
    let base = "http://127.0.0.1:8406/services/rest/user/412/score.json?";
    assert_eq!(
        asked,
        [format!("{base}oauth_consumer_key=KEY"), format!("{base}page=1&oauth_consumer_key=KEY")]
    );
}
