//! Pages and their links: docs/services/soundstripe.md#pages.

use serde_json::{Value, json};

use super::{Api, ids, refusal, total};

/// Page numbers of the five links; null where there is no such page.
fn numbers(document: &Value) -> Value {
    let number = |name: &str| match &document["links"][name] {
        Value::Null => Value::Null,
        link => {
            let link = link.as_str().expect("a link");
            json!(link.rsplit("page%5Bnumber%5D=").next().and_then(|number| number.parse::<u64>().ok()))
        }
    };
    json!(["self", "first", "prev", "next", "last"].map(number))
}

#[tokio::test]
async fn twenty_two_genres_in_pages_of_ten() {
    let api = Api::start().await;
    let mut all = Vec::new();
    let expected = [json!([1, null, null, 2, 3]), json!([2, 1, 1, 3, 3]), json!([3, 1, 2, null, null])];
    for (page, expected) in (1..).zip(expected) {
        let document = api.document(&format!("/tags?filter[category]=genre&page[number]={page}")).await;
        assert_eq!(numbers(&document), expected);
        assert_eq!(total(&document), 22);
        all.extend(ids(&document));
    }
    assert_eq!(all.len(), 22);
    assert!(all.contains(&"8_bit".to_owned()) && all.contains(&"soundtrack_cinematic".to_owned()));
}

#[tokio::test]
async fn a_link_has_the_request_again_with_both_parameters_last() {
    let api = Api::start().await;
    let document = api.document("/tags?page[number]=2&filter[category]=mood&page[size]=5").await;
    let base = api.sandbox.origin(segno_sandbox::Host::SOUNDSTRIPE);
    let link = |page: u32| {
        format!("{base}/v1/tags?filter%5Bcategory%5D=mood&page%5Bsize%5D=5&page%5Bnumber%5D={page}")
    };
    // Page 2 of 3 of 13 songs.
    assert_eq!(
        document["links"],
        json!({"self": link(2), "first": link(1), "prev": link(1), "next": link(3), "last": link(3),
               "meta": {"total_count": 13}})
    );
    api.switch("link_scheme", "https");
    let document = api.document("/tags?page[size]=5").await;
    assert!(document["links"]["self"].as_str().unwrap().starts_with("https://"));
}

#[tokio::test]
async fn sizes_and_numbers_outside_the_range() {
    let api = Api::start().await;
    for (size, expected) in [("0", 1), ("1", 1), ("100", 100), ("101", 100), ("-5", 1)] {
        let document = api.document(&format!("/songs?page[size]={size}")).await;
        assert_eq!(ids(&document).len(), expected, "{size}");
    }
    assert_eq!(ids(&api.document("/songs").await).len(), 10);
    for wrong in ["page[size]=abc", "page[number]=x", "page[size]=1.5"] {
        assert_eq!(refusal(&api.get(&format!("/songs?{wrong}")).await).0, 400, "{wrong}");
    }
    api.switch("strict_pagination", true);
    for wrong in ["page[size]=0", "page[size]=101", "page[number]=0"] {
        assert_eq!(refusal(&api.get(&format!("/songs?{wrong}")).await).0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn past_the_end_and_nothing_at_all() {
    let api = Api::start().await;
    let past = api.document("/tags?filter[category]=genre&page[number]=9").await;
    assert_eq!(numbers(&past), json!([9, 1, 3, null, null]));
    assert!(ids(&past).is_empty());
    let nothing = api.document("/songs?filter[q]=zzzz").await;
    assert_eq!(numbers(&nothing), json!([1, null, null, null, null]));
    assert_eq!((total(&nothing), ids(&nothing).len()), (0, 0));
    assert_eq!(nothing["included"], json!([]));
}

/// As the documentation prints them.
#[tokio::test]
async fn links_come_in_their_order() {
    let api = Api::start().await;
    let text = api.get("/tags?page[number]=2").await.text().to_owned();
    let (_, links) = text.split_once("\"links\":").expect("links");
    let places =
        ["self", "first", "prev", "next", "last", "meta"].map(|name| links.find(&format!("\"{name}\":")));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{links}");
}
