//! 13.4: the list of tracks and its filters.

use super::super::Api;
use crate::wire::Response;

fn titles(list: &Response) -> Vec<String> {
    assert_eq!(list.status, 200, "{}", list.text());
    list.text()
        .split("<title>")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("</title>")?.0.to_owned()))
        .collect()
}

#[tokio::test]
async fn what_each_filter_shows_newest_first() {
    let api = Api::start().await;
    let list = async |query: &str| titles(&api.old("okafor", &format!("/tracks?{query}")).await);
    let public =
        ["Only at Home", "Low Tide", "Joy (live)", "Ah ! vous dirai-je", "Ode to Joy", "Minuet in G"];
    assert_eq!(list("").await, public);
    assert_eq!(list("filter=public&order=created_at").await, public);
    assert_eq!(list("filter=streamable").await, public);
    assert_eq!(list("filter=private").await, ["Sketch for a Tape"], "one's own, not those of others");
    let mut all = public.to_vec();
    all.insert(4, "Sketch for a Tape");
    assert_eq!(list("filter=all").await, all);
    assert_eq!(list("q=JOY").await, ["Joy (live)", "Ode to Joy"]);
    assert_eq!(list("genres=jazz,%20ambient").await, ["Only at Home", "Low Tide", "Joy (live)"]);
    assert_eq!(list("bpm%5Bfrom%5D=96&bpm[to]=104").await, ["Ah ! vous dirai-je", "Minuet in G"]);
    let (minuet, ode) = (api.number("Minuet in G").await, api.number("Ode to Joy").await);
    assert_eq!(list(&format!("ids={minuet},{ode},1")).await, ["Ode to Joy", "Minuet in G"]);
    let text = api.old("okafor", &format!("/tracks/{minuet}")).await;
    let created = super::between(text.text(), "<created-at type=\"datetime\">", "+00:00").replace('T', "%20");
    assert_eq!(list(&format!("created_at[from]={created}&created_at[to]={created}")).await, ["Minuet in G"]);
    let duration = super::between(text.text(), "<duration type=\"integer\">", "</duration>");
    let long = list(&format!("duration[from]={duration}&duration[to]={duration}")).await;
    assert_eq!(long, ["Low Tide", "Minuet in G"], "the same recording");
}

#[tokio::test]
async fn types_are_those_that_were_set() {
    let api = Api::start().await;
    let ode = api.number("Ode to Joy").await;
    let body = "<track><track-type>sound effect</track-type></track>";
    let set = api.put_xml("okafor", &format!("/tracks/{ode}"), body).await;
    assert_eq!(set.status, 200);
    let list = api.old("reis", "/tracks?types=demo,Sound%20Effect").await;
    assert_eq!(titles(&list), ["Ode to Joy"]);
    assert_eq!(titles(&api.old("reis", "/tracks?types=demo").await), Vec::<String>::new());
}

#[tokio::test]
async fn hotness_is_by_plays() {
    let mut api = Api::start().await;
    // Whose plays are all shown: the owner of the only track that hides them.
    api.log_in("reis").await;
    let shown = api.get("/tracks?access=playable,preview,blocked").await.json();
    let shown = shown.as_array().expect("a list").iter();
    let mut plays: Vec<_> = shown.map(|track| (track["playback_count"].as_u64(), &track["title"])).collect();
    plays.sort_by_key(|(plays, _)| std::cmp::Reverse(*plays));
    let hot = titles(&api.old("reis", "/tracks?order=hotness").await);
    assert_eq!(hot, plays.iter().map(|(_, title)| title.as_str().expect("a title")).collect::<Vec<_>>());
    assert_ne!(hot, titles(&api.old("reis", "/tracks").await), "not the order of the uploads");
}

#[tokio::test]
async fn values_that_make_no_sense_are_400() {
    let api = Api::start().await;
    for query in [
        "filter=secret",
        "order=loudness",
        "ids=1,two",
        "bpm[from]=fast",
        "duration[to]=NaN",
        "created_at[from]=yesterday",
        "created_at[to]=2030-02-30%2000:00:00",
    ] {
        let refused = api.old("okafor", &format!("/tracks?{query}")).await;
        assert_eq!(refused.status, 400, "{query}: {}", refused.text());
    }
}
