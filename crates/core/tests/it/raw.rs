//! Requests that no endpoint describes.

use segno_core::client::Raw;
use segno_core::endpoint::PlainApiError;
use segno_core::http::header::CONTENT_TYPE;
use segno_core::{Method, Replay, Retry};
use serde_json::{Value, json};

use crate::example::{Reply, Service};

#[tokio::test]
async fn method_path_query_and_body_are_as_told() {
    let service = Service::new(|_, _| Ok(Reply::ok().body(r#"{"title":"Rain"}"#)));
    let client = service.client().0.build().unwrap();
    let song: Value =
        client.raw::<PlainApiError>(Method::GET, "/songs/é 7").query("q", "a&b").read().await.unwrap();
    assert_eq!(song["title"], "Rain");
    let raw = |method| client.raw::<PlainApiError>(method, "songs/7");
    raw(Method::PATCH).json(&json!({"title": "Rain"})).send().await.unwrap();
    raw(Method::POST).form("title", "a&b").form("of", 7).send().await.unwrap();
    let with = raw(Method::PUT).json(&7).header(CONTENT_TYPE, "application/vnd.api+json");
    with.with(|raw| raw.query("x", 1)).send().await.unwrap();
    let seen = service.seen();
    let line = |number: usize| {
        let seen: &crate::example::Seen = &seen[number];
        let kind = seen.header("content-type").unwrap_or("none");
        format!("{} {} {kind} {:?}", seen.method, seen.uri, seen.body)
    };
    assert_eq!(line(0), "GET https://api.example/v1/songs/%C3%A9%207?q=a%26b none b\"\"");
    let json = r#"PATCH https://api.example/v1/songs/7 application/json b"{\"title\":\"Rain\"}""#;
    assert_eq!(line(1), json);
    let form = "POST https://api.example/v1/songs/7 application/x-www-form-urlencoded b\"title=a%26b&of=7\"";
    assert_eq!(line(2), form);
    assert_eq!(line(3), "PUT https://api.example/v1/songs/7?x=1 application/vnd.api+json b\"7\"");
}

#[tokio::test]
async fn what_may_be_repeated_follows_from_the_method() {
    let attempts = async |method: Method, replay: Option<Replay>| {
        let service = Service::new(|_, _| Ok(Reply::new(503).body("busy")));
        let client = service.client().0.retry(Retry::default()).build().unwrap();
        let raw = Raw::<PlainApiError>::new(method, "songs");
        let raw = replay.into_iter().fold(raw, Raw::replay);
        let error = client.send(&raw).await.unwrap_err();
        assert!(error.to_string().starts_with("raw: 503 Service Unavailable: busy"), "{error}");
        error.attempts()
    };
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        assert_eq!(attempts(method, None).await, 3);
    }
    for method in [Method::POST, Method::PATCH] {
        assert_eq!(attempts(method.clone(), None).await, 1);
        assert_eq!(attempts(method, Some(Replay::Idempotent)).await, 3);
    }
}

#[tokio::test]
async fn lists_are_paged_by_link_or_number() {
    let service = Service::new(|seen, number| {
        let next = (number < 2).then(|| format!("https://api.example/v1/songs?cursor={number}"));
        assert_eq!(seen.uri.query().is_some_and(|query| query.starts_with("cursor=")), number > 0);
        Ok(Reply::ok().body(json!({"collection": [number], "next_href": next}).to_string()))
    });
    let client = service.client().0.build().unwrap();
    let items = client.raw::<PlainApiError>(Method::GET, "songs").items("/collection", "/next_href");
    assert_eq!(items.collect(10).await.unwrap(), [json!(0), json!(1), json!(2)]);

    let service = Service::new(|seen, number| {
        assert_eq!(seen.uri.query(), Some(format!("q=rain&page={}", number + 1).as_str()));
        Ok(Reply::ok().body(if number < 2 { "[1,2]" } else { "[]" }))
    });
    let client = service.client().0.build().unwrap();
    let list = Raw::<PlainApiError>::new(Method::GET, "songs").query("q", "rain").numbered("", "page", 1);
    assert_eq!(client.pages(list).collect(3).await.unwrap(), [json!(1), json!(2), json!(1)]);
    assert_eq!(service.seen().len(), 2, "no page is asked for beyond the limit");
}

#[tokio::test]
async fn a_path_stays_below_the_base() {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let client = service.client().0.build().unwrap();
    for (path, words) in [
        ("../oauth/token", "must be below the base URL"),
        ("a/%2e%2e/b", "must be below the base URL"),
        ("https://evil.example/x", "must be below the base URL"),
        ("songs?key=1", "must not have a query or a fragment"),
    ] {
        let error = client.raw::<PlainApiError>(Method::GET, path).send().await.unwrap_err();
        assert!(error.is_build() && error.to_string().contains(words), "{path}: {error}");
    }
    assert!(service.seen().is_empty());
}
