//! Lists of scores: docs/services/musescore.md#search; licences: docs/services/musescore.md#licences.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::{Site, empty, ids, refusal, said};

async fn list(site: &Site, query: &str) -> Vec<Value> {
    let response = site.get(&format!("/score.json?{query}")).await;
    assert_eq!(response.status, 200, "{}", response.text());
    response.json().as_array().expect("a list").clone()
}

/// All pages, one after the other.
async fn all(site: &Site, query: &str) -> Vec<Value> {
    let mut scores = Vec::new();
    for page in 0.. {
        let page = list(site, &format!("{query}&page={page}")).await;
        let last = page.len() < 20;
        scores.extend(page);
        if last {
            break;
        }
    }
    scores
}

fn titles(scores: &[Value]) -> Vec<&str> {
    scores.iter().map(|score| score["title"].as_str().expect("a title")).collect()
}

#[tokio::test]
async fn twenty_to_a_page() {
    let mut site = Site::start().await;
    let scores = all(&site, "").await;
    assert_eq!(scores.len(), 48);
    let distinct: BTreeSet<_> = scores.iter().map(|score| score["id"].to_string()).collect();
    assert_eq!(distinct.len(), 48);
    assert!(scores.iter().all(|score| score["sharing"] == "public"));
    assert_eq!(list(&site, "page=2").await.len(), 8);
    for past in [3, 101, 4_000_000_000_000_000_000_u64] {
        assert_eq!(site.get(&format!("/score.json?page={past}")).await.json(), empty());
    }
    let nothing = site.get("/score.xml?page=3").await;
    let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<scores is_array=\"true\"/>\n";
    assert_eq!(nothing.summary(), (200, body));
    let xml = site.get("/score.xml").await;
    assert!(xml.text().contains("<scores is_array=\"true\"><score><id>"));
    assert_eq!(xml.text().matches("<score><id>").count(), 20);

    // A user sees the own private ones as well, everywhere.
    let private = site.score(true).id;
    let mut seen = Vec::new();
    for page in 0..3 {
        seen.extend(ids(&site.get_signed(&format!("/score.json?page={page}")).await.json()));
    }
    assert_eq!(seen.len(), 49);
    assert!(seen.contains(&private));
    let user = site.account(0).user_id;
    let own = async |site: &Site| {
        let path = |page: u32| format!("/user/{user}/score.json?page={page}");
        let first = ids(&site.get_signed(&path(0)).await.json());
        let second = ids(&site.get_signed(&path(1)).await.json());
        [first, second].concat()
    };
    let mine: BTreeSet<_> = own(&site).await.into_iter().collect();
    let expected: BTreeSet<_> = site.account(0).scores.iter().map(|score| score.id).collect();
    assert_eq!(mine, expected);
    site.as_second();
    assert_eq!(own(&site).await.len(), expected.len() - 1);
}

#[tokio::test]
async fn words_and_phrases() {
    let site = Site::start().await;
    assert_eq!(
        titles(&list(&site, "text=MAMAN&sort=date_uploaded").await).last(),
        Some(&"Ah ! vous dirai-je, maman")
    );
    assert_eq!(list(&site, "text=silver+lake").await.len(), 3);
    assert_eq!(list(&site, "text=lake+silver").await.len(), 3);
    assert_eq!(list(&site, "text=%22silver%20lake%22").await.len(), 3);
    assert_eq!(list(&site, "text=%22lake+silver%22").await.len(), 0);
    // Title, description, tags, and what the file says of itself.
    assert_eq!(titles(&list(&site, "text=notebook").await), ["Minuet in G"]);
    assert_eq!(titles(&list(&site, "text=choral").await), ["Ode to Joy"]);
    assert_eq!(all(&site, "text=petzold").await.len(), 16);
    assert_eq!(list(&site, "text=petzold+dvo%C5%99%C3%A1k").await.len(), 1);
    assert_eq!(list(&site, "text=%22theme%22+joy+beethoven+hymn").await.len(), 16);
    assert_eq!(list(&site, "text=").await.len(), 20);
}

#[tokio::test]
async fn relevance_counts_words_in_titles() {
    let site = Site::start().await;
    // The oldest fits best; of the others the newer one comes first.
    for (title, description) in [("Quokka and zither", ""), ("Quokka", "zither"), ("x", "zither quokka")] {
        site.post("/score.json", &[("title", title), ("description", description)], Some(b"PK\x03\x04"))
            .await;
        site.sandbox.advance(Duration::from_secs(1));
    }
    let found = list(&site, "text=zither+quokka").await;
    assert_eq!(titles(&found), ["Quokka and zither", "Quokka", "x"]);
    assert_eq!(
        titles(&list(&site, "text=zither+quokka&sort=date_uploaded").await),
        ["x", "Quokka", "Quokka and zither"]
    );
}

#[tokio::test]
async fn filters_narrow() {
    let site = Site::start().await;
    assert_eq!(all(&site, "part=68,73").await.len(), 16);
    assert_eq!(all(&site, "part=73%2C68&parts=2").await.len(), 16);
    assert_eq!(list(&site, "part=73&parts=1").await.len(), 0);
    assert_eq!(list(&site, "part=0,73").await.len(), 0);
    assert_eq!(list(&site, "part=128").await.len(), 0);
    assert_eq!(list(&site, "part=-1").await.len(), 0);
    assert_eq!(all(&site, "language=de").await.len(), 16);
    assert_eq!(all(&site, "language=fr").await.len(), 15);
    assert_eq!(all(&site, "language=de&part=6").await.len(), 0);
    let featured = all(&site, "featured=1").await.len();
    assert!((1..20).contains(&featured));
    // What is unknown is passed over.
    assert_eq!(all(&site, "no_cache=1&genre=3&format=1&sort=size&license=to_sing").await.len(), 48);
    for wrong in ["page=-1", "page=x", "parts=x", "parts=0", "part=flute", "part=129", "part=-2", "page=1.5"]
    {
        let response = site.get(&format!("/score.json?{wrong}")).await;
        assert_eq!(response.status, 406, "{wrong}: {}", response.text());
    }
    assert_eq!(
        refusal(&site.get("/score.json?part=x").await),
        said(406, "part must be a list of numbers from -1 to 128")
    );
}

#[tokio::test]
async fn licences_permit() {
    let site = Site::start().await;
    let everything = all(&site, "license=to_play").await;
    assert_eq!(everything.len(), 48);
    let present: BTreeSet<_> =
        everything.iter().map(|score| score["license"].as_str().expect("text")).collect();
    assert_eq!(present.len(), 9);
    // The table of docs/services/musescore.md#licences.
    let open = ["publicdomain", "cc-zero", "cc-by", "cc-by-sa"].as_slice();
    let no_derivatives = ["cc-by-nd"].as_slice();
    let noncommercial = ["cc-by-nc", "cc-by-nc-sa", "cc-by-nc-nd"].as_slice();
    for (filter, pass) in [
        ("to_share", [open, no_derivatives, noncommercial].concat()),
        ("to_use_commercially", [open, no_derivatives].concat()),
        ("to_modify_commercially", open.to_vec()),
    ] {
        let found = all(&site, &format!("license={filter}")).await;
        let expected =
            everything.iter().filter(|score| pass.contains(&score["license"].as_str().expect("text")));
        assert_eq!(found.len(), expected.count(), "{filter}");
        assert!(
            found.iter().all(|score| pass.contains(&score["license"].as_str().expect("text"))),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn orders() {
    let site = Site::start().await;
    let number = |value: &Value| value.as_str().expect("text").parse::<u64>().expect("digits");
    for (sort, pointer) in [
        ("view_count", "/view_count"),
        ("date_uploaded", "/dates/posted"),
        ("comment_count", "/comment_count"),
    ] {
        let scores = all(&site, &format!("sort={sort}")).await;
        let keys: Vec<_> = scores
            .iter()
            .map(|score| (number(score.pointer(pointer).expect("a member")), number(&score["id"])))
            .collect();
        assert!(keys.is_sorted_by(|one, next| one > next), "{sort}: {keys:?}");
    }
    // Without words relevance is the newest first.
    assert_eq!(list(&site, "sort=relevance").await, list(&site, "sort=date_uploaded").await);
}
