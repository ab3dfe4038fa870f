//! Responses as servers were seen to change them: what is odd costs itself and nothing else, in every format.

use segno_core::{ApiError as _, Bytes, Endpoint, Response, Timestamp};
use segno_musescore::scores::{Delete, Filters, Search};
use segno_musescore::{
    ApiError, Credentials, ScoreId, VersionId, oembed, scores, signed_url, space, time, users,
};
use segno_testkit::{Fixtures, OddResponses, recorded_response};
use serde_json::Value;

use crate::bodies;
use crate::clients::{client, ok, responding, user};

fn read<E: Endpoint>(body: impl Into<Bytes>) -> Result<E::Output, String> {
    E::read(Response::new(body.into())).map_err(|error| error.to_string())
}

/// The same list as JSON, as a call, and as XML.
fn formats() -> [(&'static str, String); 3] {
    let json = r#"[{"id":"1","title":"A"},{"id":"2","title":"B"}]"#;
    let xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<scores is_array=\"true\">\
        <score><id>1</id><title>A</title></score><score><id>2</id><title>B</title></score></scores>";
    [("JSON", json.into()), ("JSONP", format!("cb({json});")), ("XML", xml.into())]
}

const WARNING: &str = "<br />\n<b>Warning</b>:  in_array() expects parameter 2 to be array [\"x\"] in <b>/srv/api.php</b> on line <b>7</b><br />\n";

#[test]
fn one_odd_value_costs_one_field_and_one_odd_member_one_member() {
    let json = r#"[{"id":1,"title":"A","view_count":"1,234","user":"Ada","license":["cc-by"],"status":7,
            "metadata":{"title":"T","duration":"61.5","keysig":"sharp","parts":[{"part":{"name":"Oboe","program":"999"}},"x"]}},
        "x", {"title":"no id"}, {"id":2,"dates":{"posted":"soon","lastupdate":"1400003600"},"tags":["a"]}]"#;
    let xml = "<scores><score><id>1</id><title>A</title><view_count>1,234</view_count><user>Ada</user>\
        <license><x>cc-by</x></license><status>7</status><metadata><title>T</title><duration>61.5</duration>\
        <keysig>sharp</keysig><parts><part><name>Oboe</name><program>999</program></part><part>x</part></parts></metadata>\
        </score><score>x</score><score><title>no id</title></score><score><id>2</id>\
        <dates><posted>soon</posted><lastupdate>1400003600</lastupdate></dates><tags><tag>a</tag></tags></score></scores>";
    for body in [json.to_owned(), format!("cb({json});"), xml.to_owned()] {
        let found = read::<Search>(body.clone()).unwrap();
        assert_eq!(found.iter().map(|score| score.id.number()).collect::<Vec<_>>(), [1, 2], "{body}");
        assert_eq!(found[0].title, "A");
        let metadata = found[0].metadata.as_ref().unwrap();
        assert_eq!((metadata.title.as_deref(), metadata.duration_seconds), (Some("T"), None));
        assert_eq!(metadata.parts[0].name, "Oboe");
        assert_eq!(found[1].dates.updated, Timestamp::from_unix_seconds(1_400_003_600));
        assert_eq!(found[1].dates.posted, None);
    }
}

#[test]
fn lists_of_php_may_be_objects() {
    let list = r#"{"0":{"id":1,"metadata":{"parts":{"0":{"part":{"name":"Oboe","program":68}}}}},"2":{"id":2,"metadata":[]}}"#;
    let found = read::<Search>(list).unwrap();
    assert_eq!(found.iter().map(|score| score.id.number()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(found[0].metadata.as_ref().unwrap().parts[0].name, "Oboe");
    assert_eq!(
        read::<time::Get>(r#"{"0":{"elid":0,"position":0},"1":{"elid":1,"position":"9"}}"#).unwrap().0.len(),
        2
    );
}

#[test]
fn moments_are_seconds_milliseconds_or_dates() {
    let json = r#"{"id":1,"dates":{"posted":"2014-05-13T16:53:20Z","lastupdate":"1400000000.0"}}"#;
    let dates = read::<scores::Get>(json).unwrap().dates;
    assert_eq!(dates.posted, Timestamp::from_unix_seconds(1_400_000_000));
    assert_eq!(dates.updated, dates.posted);
    let json = r#"{"id":1,"dates":{"posted":"1400000000000","lastupdate":1400003600999}}"#;
    let dates = read::<scores::Get>(json).unwrap().dates;
    assert_eq!(dates.posted, Timestamp::from_unix_seconds(1_400_000_000));
    assert_eq!(dates.updated, Timestamp::from_unix_seconds(1_400_003_600));
}

/// A full page of which a member cannot be read is still a full page.
#[tokio::test]
async fn a_member_that_cannot_be_read_does_not_end_the_walk() {
    let (client, log) = client(Credentials::key("KEY"), |request| {
        let second = request.uri().query().unwrap_or_default().contains("page=1");
        let ids = if second { 20..23 } else { 0..20 };
        let scores: Vec<String> = ids
            .map(|id| if id == 3 { "{\"title\":\"no id\"}".into() } else { format!("{{\"id\":{id}}}") })
            .collect();
        ok(format!("[{}]", scores.join(",")))
    });
    let mut pages = client.pages(Search::new(Filters::new()));
    let mut found = 0;
    while let Some(page) = pages.next().await {
        found += page.unwrap().items.len();
    }
    assert_eq!((found, log.lock().unwrap().len()), (22, 2));
}

#[test]
fn notices_around_a_document_are_passed_over_in_every_format() {
    let lines = "PHP Notice:  Undefined variable: x in /srv/api.php on line 3\n";
    for (format, text) in formats() {
        let expected = read::<Search>(text.clone()).unwrap();
        assert_eq!(expected.len(), 2);
        for body in [
            format!("{WARNING}{text}"),
            format!("{WARNING}{WARNING}{text}\n"),
            format!("{text}\n{WARNING}"),
            format!("<hr/>{text}<br />"),
            format!("{lines}{text}\n{lines}"),
        ] {
            assert_eq!(read::<Search>(body.clone()).as_ref(), Ok(&expected), "{format}: {body}");
        }
    }
}

#[test]
fn a_page_or_a_notice_is_never_an_empty_document() {
    let fatal =
        "<br />\n<b>Fatal error</b>:  Uncaught Error: f() in /srv/api.php:7\nStack trace:\n#0 {main}<br />\n";
    let empty = ["[]", "cb([]);", "<scores/>", "<scores is_array=\"true\"></scores>"];
    let mut bodies: Vec<String> = vec![fatal.into(), WARNING.into(), "<hr/>".into(), "<div></div>".into()];
    for empty in empty {
        assert_eq!(read::<Search>(empty).map(|scores| scores.len()), Ok(0), "{empty}");
        bodies.extend([format!("{WARNING}{empty}"), format!("{empty}\n{fatal}")]);
    }
    for (_, text) in formats() {
        bodies.push(format!("<!DOCTYPE html><html><title>Log in</title>\n{text}</html>"));
        bodies.push(format!("<title>Log in</title>\n{text}"));
        bodies.push(format!("{text} and so on"));
        bodies.push(format!("{text}{text}"));
    }
    bodies.extend(["<result/>".into(), "<portal><login>no</login></portal>".into(), "<a/>".into()]);
    bodies.push("<errors><error><code>503</code></error></errors>".into());
    for body in bodies {
        assert!(read::<Search>(body.clone()).is_err(), "{body}");
        assert!(read::<time::Get>(body.clone()).is_err(), "{body}");
        assert!(read::<scores::Get>(body.clone()).is_err(), "{body}");
    }
}

#[test]
fn members_of_xml_lists_may_have_any_name() {
    let xml = "<scores><score><id>1</id></score><item><id>2</id></item><score><id>3</id></score></scores>";
    let found = read::<Search>(xml).unwrap();
    assert_eq!(found.iter().map(|score| score.id.number()).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn texts_of_xml_that_are_none_are_mended() {
    let xml =
        b"<score><id>1</id><title>caf\xe9 &#xD83C; &#0;</title><description>a\x02b</description></score>";
    let score = read::<scores::Get>(xml.to_vec()).unwrap();
    assert_eq!(score.title, "caf\u{fffd} \u{fffd} \u{fffd}");
    assert!(score.description.is_some());
}

#[tokio::test]
async fn errors_with_a_status_of_success_are_errors_of_the_service() {
    for body in [
        r#"["Access denied"]"#,
        r#"[{"code":"USER_TIMESTAMP_EXPIRED"}]"#,
        r#"{"error":"Access denied"}"#,
        r#"{"code":403,"message":"Access denied"}"#,
        r#"cb(["Access denied"]);"#,
        "<?xml version=\"1.0\"?><result is_array=\"true\"><item>Access denied</item></result>",
        "<result is_array=\"true\"><item><code>X</code><message>Access denied</message></item></result>",
        "<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>",
        "<?xml version=\"1.0\"?>\n<error>Access denied</error>",
        "<errors><error>Access denied</error></errors>",
        "<response><status>error</status><message>Access denied</message></response>",
    ] {
        let client = responding(200, body);
        for error in [
            client.send(&Search::new(Filters::new())).await.unwrap_err(),
            client.send(&scores::Get::new(ScoreId::new(1))).await.unwrap_err(),
            client.send(&Delete::new(ScoreId::new(1))).await.unwrap_err(),
            client.send(&time::Get::new(ScoreId::new(1))).await.unwrap_err(),
        ] {
            assert!(error.api().is_some(), "{body}: {error}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        }
    }
    for body in [
        "true",
        "[true]",
        "[\"1\"]",
        "<result>1</result>",
        "{\"result\":true}",
        "[]",
        "",
        bodies::USER,
        bodies::TIMES,
        bodies::TIMES_XML,
        &bodies::score_xml(1),
        &bodies::player("\"100%\""),
    ] {
        assert_eq!(ApiError::in_success(&Response::new(Bytes::from(body.to_owned()))), None, "{body}");
    }
}

#[tokio::test]
async fn the_error_of_an_upload_is_one_short_line() {
    let words = "so many words ".repeat(90);
    let refusal = format!("[{{\"code\":\"{words}\",\"message\":\"{words}\u{202e}\\n end\"}}]");
    for (path, status) in [("signedurl", 403), ("7301.mp3", 403), ("7301.mp3", 500)] {
        let refusal = refusal.clone();
        let (client, _) = client(user(), move |request| {
            if request.uri().path().contains(path) {
                return Response::builder().status(status).body(refusal.clone().into()).unwrap();
            }
            ok("{\"url\":\"http://127.0.0.1:8409/7301.mp3?Signature=abc\"}")
        });
        let error =
            client.upload_mp3(ScoreId::new(1), VersionId::new(1), "ID3").await.unwrap_err().to_string();
        assert!(
            error.chars().count() <= 400 && !error.contains(['\n', '\u{202e}']),
            "{}: {error}",
            error.len()
        );
    }
}

/// A document as the service writes it in XML.
fn xml(document: &Value) -> Vec<u8> {
    fn element(name: &str, value: &Value, text: &mut String) {
        let is_list = |members: &serde_json::Map<String, Value>| {
            !members.is_empty() && members.keys().all(|name| name.parse::<u32>().is_ok())
        };
        match value {
            Value::Null => *text += &format!("<{name}/>"),
            Value::Array(items) => {
                *text += &format!("<{name} is_array=\"true\">");
                items.iter().for_each(|item| element("item", item, text));
                *text += &format!("</{name}>");
            }
            Value::Object(members) if is_list(members) => {
                let items = members.values().cloned().collect();
                element(name, &Value::Array(items), text);
            }
            Value::Object(members) => {
                *text += &format!("<{name}>");
                members.iter().for_each(|(name, member)| element(name, member, text));
                *text += &format!("</{name}>");
            }
            Value::String(words) => {
                let words = words.replace('&', "&amp;").replace('<', "&lt;");
                *text += &format!("<{name}>{words}</{name}>");
            }
            other => *text += &format!("<{name}>{other}</{name}>"),
        }
    }
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    element("result", document, &mut text);
    text.into_bytes()
}

/// A document as a call of a function.
fn jsonp(document: &Value) -> Vec<u8> {
    format!("cb({document});").into_bytes()
}

#[test]
fn every_endpoint_reads_odd_responses() {
    fn odd<E: Endpoint<Output: std::fmt::Debug>>(found: &mut Vec<String>, response: &Response<Bytes>) {
        odd_in::<E>(found, response, None);
    }

    fn odd_in<E: Endpoint<Output: std::fmt::Debug>>(
        found: &mut Vec<String>,
        response: &Response<Bytes>,
        format: Option<fn(&Value) -> Vec<u8>>,
    ) {
        // A rectangle or an event needs each of its numbers; tags are a list in one text.
        let needed = ["id", "uid", "program", "page", "x", "y", "sx", "sy", "elid", "position"];
        let odd = OddResponses::of(response).needed(&needed).shared(&["tags"]);
        let odd = if let Some(format) = format { odd.written(format) } else { odd };
        match odd.read::<E>() {
            Ok(count) => assert!(count >= 100, "{}: {count}", E::NAME),
            Err(deviations) => found.push(deviations),
        }
    }

    fn made<E: Endpoint<Output: std::fmt::Debug>>(found: &mut Vec<String>, body: &str) {
        odd::<E>(found, &Response::new(Bytes::copy_from_slice(body.as_bytes())));
    }

    fn recorded<E: Endpoint<Output: std::fmt::Debug>>(found: &mut Vec<String>, case: &str) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
        odd::<E>(found, &recorded_response(&Fixtures::read(folder, case)));
    }

    fn in_all_formats<E: Endpoint<Output: std::fmt::Debug>>(found: &mut Vec<String>, body: &str) {
        let response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
        for format in [jsonp, xml] {
            odd_in::<E>(found, &response, Some(format));
        }
        odd::<E>(found, &response);
    }

    let mut found = Vec::new();
    let scores = format!("[{},{}]", bodies::score(1), bodies::score(2));
    in_all_formats::<Search>(&mut found, &scores);
    made::<users::Scores>(&mut found, &scores);
    in_all_formats::<scores::Get>(&mut found, &bodies::score(7301));
    made::<scores::Create>(&mut found, &bodies::score(7301));
    made::<scores::Update>(&mut found, &bodies::score(7301));
    in_all_formats::<time::Get>(&mut found, bodies::TIMES);
    in_all_formats::<space::Get>(&mut found, bodies::BOXES);
    in_all_formats::<users::Get>(&mut found, bodies::USER);
    made::<users::Me>(&mut found, bodies::USER);
    made::<oembed::Get>(&mut found, &bodies::player("\"100%\""));
    let url = r#"{"url":"https:\/\/uploads.example.net\/7.mp3?Signature=CANARY"}"#;
    made::<signed_url::Get>(&mut found, url);
    recorded::<Search>(&mut found, "scores/search");
    recorded::<scores::Get>(&mut found, "scores/get");
    recorded::<time::Get>(&mut found, "time/get");
    recorded::<space::Get>(&mut found, "space/get");
    recorded::<oembed::Get>(&mut found, "oembed/get");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
