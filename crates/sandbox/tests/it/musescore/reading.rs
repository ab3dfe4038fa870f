//! Scores, users, times and boxes in three formats: docs/services/musescore.md#formats, docs/services/musescore.md#the-score.

use segno_sandbox::Host;
use serde_json::json;

use super::{Site, refusal, said};
use crate::wire::Request;

#[tokio::test]
async fn a_score_in_three_formats() {
    let site = Site::start().await;
    let score = site.score(false);
    let user = site.account(0);
    let json = site.get(&format!("/score/{}.json", score.id)).await;
    assert_eq!((json.status, json.header("content-type")), (200, Some("application/json")));
    assert!(json.text().contains(r"services\/rest\/score\/"));
    let object = json.json();
    let keys: Vec<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut expected = vec![
        "id",
        "vid",
        "dates",
        "secret",
        "uri",
        "permalink",
        "user",
        "status",
        "sharing",
        "comment_count",
        "favoriting_count",
        "view_count",
        "playback_count",
        "download_count",
        "genre",
        "format",
        "license",
        "language",
        "title",
        "description",
        "tags",
        "metadata",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(object["id"], json!(score.id.to_string()));
    assert_eq!(object["uri"], json!(site.rest(&format!("/score/{}", score.id))));
    assert_eq!(
        object["user"],
        json!({"uid": user.user_id.to_string(), "username": user.name, "custom_url": site.web("/okafor")})
    );
    // The types of docs/services/musescore.md#the-score.
    for text in ["vid", "comment_count", "view_count", "playback_count", "genre", "format", "license"] {
        assert!(object[text].is_string(), "{text}");
    }
    assert!(object["favoriting_count"].is_u64() && object["download_count"].is_u64());
    assert!(object["language"].is_null());
    let secret = object["secret"].as_str().expect("text");
    assert!(secret.len() == 10 && secret.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
    let metadata = json!({
        "title": "Minuet in G major", "subtitle": "BWV Anh. 114", "composer": "Christian Petzold", "poet": null,
        "pages": "2", "measures": "32", "lyrics": "0", "chordnames": "0", "keysig": "1", "duration": "100",
        "dimensions": "210x297", "parts": [{"part": {"name": "Harpsichord", "program": "6"}}],
    });
    assert_eq!(object["metadata"], metadata);

    let jsonp = site.get(&format!("/score/{}.jsonp?callback=show.it", score.id)).await;
    assert_eq!(jsonp.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(jsonp.text(), format!("show.it({});", json.text()));

    let xml = site.get(&format!("/score/{}.xml", score.id)).await;
    assert_eq!(xml.header("content-type"), Some("text/xml; charset=utf-8"));
    let start = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<score><id>{}</id><vid>{}</vid><dates><posted>",
        score.id, score.vid
    );
    assert!(xml.text().starts_with(&start), "{}", xml.text());
    for piece in [
        "<genre/><format/><license>publicdomain</license><language/><title>Minuet in G</title>",
        "<composer>Christian Petzold</composer><poet/><pages>2</pages>",
        "<parts is_array=\"true\"><part><name>Harpsichord</name><program>6</program></part></parts></metadata></score>",
    ] {
        assert!(xml.text().contains(piece), "{piece} in {}", xml.text());
    }
}

#[tokio::test]
async fn formats_are_chosen_by_suffix_then_by_accept() {
    let site = Site::start().await;
    let path = format!("/score/{}", site.score(false).id);
    let key = format!("oauth_consumer_key={}", site.keys.consumer_key);
    let get = async |path: &str, query: &str, accept: &str| {
        let url = site.rest(&format!("{path}?{key}{query}"));
        let response = Request::new("GET", &url).header("Accept", accept).send().await;
        (response.status, response.header("content-type").unwrap_or_default().to_owned())
    };
    let json = (200, "application/json".to_owned());
    let xml = (200, "text/xml; charset=utf-8".to_owned());
    let script = (200, "text/javascript; charset=utf-8".to_owned());
    assert_eq!(get(&path, "", "*/*").await, json);
    assert_eq!(get(&path, "", "text/html, application/xml;q=0.9").await, xml);
    assert_eq!(get(&path, "", "text/xml").await, xml);
    assert_eq!(get(&path, "&callback=f", "application/javascript").await, script);
    assert_eq!(get(&path, "&callback=f", "application/json").await, json);
    assert_eq!(get(&format!("{path}.json"), "", "text/xml").await, json);
    assert_eq!(get(&format!("{path}.jsonp"), "", "*/*").await, json);
    assert_eq!(get(&format!("{path}.jsonp"), "&callback=$_.a1", "*/*").await, script);
    assert_eq!(get(&format!("{path}.jsonp"), "&callback=alert(1)", "*/*").await.0, 400);
    assert_eq!(get(&format!("{path}.json"), "&callback=alert(1)", "*/*").await, json);
    assert_eq!(get(&format!("{path}.pdf"), "", "*/*").await.0, 406);
    for unknown in ["/me/sets.json", "/score/x.json", "/score/7/comments.json", "/set/1.json", "/groups.json"]
    {
        assert_eq!(get(unknown, "", "*/*").await.0, 404, "{unknown}");
    }
    // Escaping is a switch.
    site.sandbox.switches(|switches| switches.musescore.escape_json = false);
    assert!(!site.get(&format!("{path}.json")).await.text().contains(r"\/"));
}

#[tokio::test]
async fn refusals_come_in_the_format_of_the_request() {
    let site = Site::start().await;
    let json = site.get("/score/1.json").await;
    assert_eq!(json.summary(), (404, r#"["Not found"]"#));
    let xml = site.get("/score/1.xml").await;
    let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<result is_array=\"true\"><item>Not found</item></result>\n";
    assert_eq!(xml.summary(), (404, body));
    let jsonp = site.get("/score/1.jsonp?callback=f").await;
    assert_eq!(jsonp.summary(), (404, r#"f(["Not found"]);"#));
    assert_eq!(jsonp.header("content-type"), Some("text/javascript; charset=utf-8"));
    let url = site.rest("/me.xml");
    let late = site.signature("GET", &url).set("oauth_timestamp", "1000");
    let code = Request::new("GET", &url).header("Authorization", &late.header()).send().await;
    assert!(code.text().contains("<item><code>USER_TIMESTAMP_EXPIRED</code></item>"), "{}", code.text());
}

#[tokio::test]
async fn head_is_served_where_get_is() {
    let site = Site::start().await;
    let path = format!("/score/{}.json", site.score(false).id);
    let get = site.get_signed(&path).await;
    let head = site.signed("HEAD", &path).send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.header("content-length"));
    assert_eq!(head.header("content-type"), get.header("content-type"));
}

/// Who may read which score; rows: key, key and secret, owner, other, other with secret.
#[tokio::test]
async fn who_sees_what() {
    let mut site = Site::start().await;
    let scores = [site.score(false), site.score(true)];
    for (score, statuses) in scores.iter().zip([[200, 200, 200, 200, 200], [401, 200, 200, 403, 200]]) {
        for part in ["", "/time", "/space"] {
            let path = format!("/score/{}{part}.json", score.id);
            let secret = format!("{path}?secret={}", score.secret);
            let mut seen = vec![
                site.get(&path).await.status,
                site.get(&secret).await.status,
                site.get_signed(&path).await.status,
            ];
            site.as_second();
            seen.extend([site.get_signed(&path).await.status, site.get_signed(&secret).await.status]);
            site.keys = site.account(0).keys.expect("keys");
            assert_eq!(seen, statuses, "{path}");
        }
    }
    let [public, private] = scores;
    assert_eq!(site.get(&format!("/score/{}.json?secret=0000000000", public.id)).await.status, 200);
    let wrong = site.get(&format!("/score/{}.json?secret=0000000000", private.id)).await;
    assert_eq!(refusal(&wrong), said(401, "Access denied"));
    site.as_second();
    assert_eq!(
        refusal(&site.get_signed(&format!("/score/{}.json", private.id)).await),
        said(403, "Access denied")
    );
    assert_eq!(refusal(&site.get_signed("/score/1.json").await), said(404, "Not found"));
}

#[tokio::test]
async fn times_and_boxes() {
    let site = Site::start().await;
    let id = site.account(1).scores[0].id;
    let times = site.get(&format!("/score/{id}/time.json")).await;
    // The first and second ending of the piece: its measures 0 to 2 are played twice, 3 and 4 once.
    let start = r#"[{"elid":"0","position":0},{"elid":"1","position":1818},{"elid":"2","position":3636},{"elid":"3","position":5455},{"elid":"0","position":7273}"#;
    assert!(times.text().starts_with(start), "{}", times.text());
    let order: Vec<_> =
        times.json().as_array().expect("a list").iter().map(|event| event["elid"].clone()).collect();
    assert_eq!(
        order,
        ["0", "1", "2", "3", "0", "1", "2", "4", "5", "6", "7", "8", "9", "10", "11", "12"]
            .map(|id| json!(id))
    );
    assert_eq!(site.get(&format!("/score/time/{id}.json")).await.body, times.body);
    let xml = site.get(&format!("/score/{id}/time.xml")).await;
    let start = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<events is_array=\"true\"><event><elid>0</elid><position>0</position></event>";
    assert!(xml.text().starts_with(start));

    let boxes = site.get(&format!("/score/{id}/space.json")).await;
    let first = r#"[{"id":"0","x":472.441,"y":2001.97,"sx":2195.82,"sy":330.709,"page":"0"},"#;
    assert!(boxes.text().starts_with(first), "{}", boxes.text());
    assert_eq!(boxes.json().as_array().map(Vec::len), Some(13));
    assert_eq!(site.get(&format!("/score/space/{id}.json")).await.body, boxes.body);
    let xml = site.get(&format!("/score/{id}/space.xml")).await;
    assert!(
        xml.text().contains("<elements is_array=\"true\"><element><id>0</id><x>472.441</x><y>2001.97</y>")
    );
    // Twelve units are a pixel: every box lies on its page.
    for element in boxes.json().as_array().expect("a list") {
        let number = |key: &str| element[key].as_f64().expect("a number");
        assert!((number("x") + number("sx")) / 12.0 < 827.0 && (number("y") + number("sy")) / 12.0 < 1170.0);
    }
}

#[tokio::test]
async fn users() {
    let mut site = Site::start().await;
    let account = site.account(0);
    let me = site.get_signed("/me.json").await;
    let expected = json!({
        "id": account.user_id.to_string(), "name": account.name, "permalink": site.web("/okafor"),
        "uri": site.rest(&format!("/user/{}", account.user_id)),
    });
    assert_eq!(me.json(), expected);
    let user = site.get(&format!("/user/{}.json", account.user_id)).await;
    assert_eq!(user.body, me.body);
    let xml = site.get_signed("/me.xml").await;
    assert!(xml.text().contains(&format!("<user><id>{}</id><name>{}</name>", account.user_id, account.name)));
    assert_eq!(refusal(&site.get("/user/1.json").await), said(404, "Not found"));
    assert_eq!(refusal(&site.get("/user/ada.json").await), said(404, "Not found"));
    assert_eq!(refusal(&site.get("/user/1/score.json").await), said(404, "Not found"));
    site.as_second();
    assert_ne!(site.get_signed("/me.json").await.body, me.body);
}

#[tokio::test]
async fn path_and_query_may_be_joined_by_an_ampersand() {
    let site = Site::start().await;
    let origin = site.sandbox.origin(Host::MUSESCORE);
    let key = &site.keys.consumer_key;
    let joined =
        format!("{origin}/services/rest/score.json&oauth_consumer_key={key}&part=68,73&parts=2&page=0");
    let usual = joined.replacen('&', "?", 1);
    let (joined, usual) =
        (Request::new("GET", &joined).send().await, Request::new("GET", &usual).send().await);
    assert_eq!(joined.status, 200);
    assert_eq!(joined.body, usual.body);
    // With the header the whole URL is signed as a path.
    let url = site.rest("/score.json&text=maman");
    let header = site.signature("GET", &url).header();
    let response = Request::new("GET", &url).header("Authorization", &header).send().await;
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.json()[0]["metadata"]["title"], "Ah ! vous dirai-je, maman");
}
