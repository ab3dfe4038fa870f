//! Uploads, updates, deletions and audio: docs/services/musescore.md#uploads.

use std::io::Write as _;
use std::time::Duration;

use segno_sandbox::{Fault, FaultKind, Host, MusescoreScore};
use serde_json::json;

use super::{NOW, Site, refusal, said};
use crate::wire::Request;

const ODE: &[u8] = include_bytes!("../../../assets/ode-to-joy.mscz");
const ODE_MP3: &[u8] = include_bytes!("../../../assets/ode-to-joy.mp3");

/// A MuseScore file with one measure for two flutes and a kit.
fn small_score() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("small.mscx", zip::write::SimpleFileOptions::default()).expect("a file");
    zip.write_all(
        b"<museScore version=\"3.01\"><Score>\
          <Part><trackName>Flutes</trackName><Instrument><Channel><program value=\"73\"/></Channel></Instrument></Part>\
          <Part><trackName>Kit</trackName><Instrument><useDrumset>1</useDrumset></Instrument></Part>\
          <Staff id=\"1\"><VBox><Text><style>Composer</style><text>A. &amp; B.</text></Text></VBox>\
          <Measure><voice><KeySig><accidental>-2</accidental></KeySig></voice></Measure></Staff>\
          </Score></museScore>",
    )
    .expect("its text");
    zip.finish().expect("the end").into_inner()
}

fn described(site: &Site, id: u64) -> MusescoreScore {
    let accounts = site.sandbox.musescore_accounts();
    accounts.into_iter().flat_map(|account| account.scores).find(|score| score.id == id).expect("the score")
}

fn id(object: &serde_json::Value) -> u64 {
    object["id"].as_str().expect("an id").parse().expect("digits")
}

#[tokio::test]
async fn an_upload_becomes_a_score() {
    let site = Site::start().await;
    let fields = [
        ("title", "Öde & more"),
        ("description", "two\r\nlines"),
        ("private", "1"),
        ("license", "cc-by-nc-sa"),
        ("tags", "a,b"),
    ];
    let response = site.post("/score.json", &fields, Some(ODE)).await;
    assert_eq!(response.status, 200, "{}", response.text());
    let object = response.json();
    assert_eq!(object["title"], "Öde & more");
    assert_eq!(object["description"], "two\r\nlines");
    assert_eq!((&object["sharing"], &object["status"]), (&json!("private"), &json!("ready")));
    assert_eq!((&object["license"], &object["tags"]), (&json!("cc-by-nc-sa"), &json!("a,b")));
    assert_eq!(object["dates"], json!({"posted": NOW.to_string(), "lastupdate": NOW.to_string()}));
    assert_eq!((&object["view_count"], &object["download_count"]), (&json!("0"), &json!(0)));
    assert_eq!(object["user"]["uid"], site.account(0).user_id.to_string());
    assert_eq!(object["metadata"]["composer"], "Ludwig van Beethoven");
    assert_eq!(site.created("scores"), 1);
    // It is there, with its files.
    let id = id(&object);
    let again = site.get_signed(&format!("/score/{id}.json")).await;
    assert_eq!(again.json(), object);
    let score = described(&site, id);
    assert_eq!(Request::new("GET", &site.file(&score, "score.mscz")).send().await.body, ODE);
    assert_eq!(Request::new("GET", &site.file(&score, "score.mp3")).send().await.body, ODE_MP3);
}

#[tokio::test]
async fn the_file_says_what_is_in_it() {
    let site = Site::start().await;
    let file = small_score();
    let response = site.post("/score.xml", &[("title", "Small")], Some(&file)).await;
    for piece in [
        "<sharing>public</sharing>",
        "<license>all-rights-reserved</license>",
        "<description/><tags/>",
        "<composer>A. &amp; B.</composer>",
        "<measures>1</measures>",
        "<keysig>-2</keysig>",
        "<part><name>Flutes</name><program>73</program></part><part><name>Kit</name><program>128</program></part>",
    ] {
        assert!(response.text().contains(piece), "{piece} in {}", response.text());
    }
    // Any ZIP file passes; without a score in it there is nothing to say.
    let bare = site.post("/score.json", &[("title", "Bare")], Some(b"PK\x03\x04")).await.json();
    let metadata = &bare["metadata"];
    assert_eq!(
        (&metadata["pages"], &metadata["measures"], &metadata["duration"], &metadata["parts"]),
        (&json!("1"), &json!("0"), &json!("0"), &json!([]))
    );
    let score = described(&site, id(&bare));
    assert_eq!(Request::new("GET", &site.file(&score, "score.mscz")).send().await.body, b"PK\x03\x04");
    assert_eq!(Request::new("GET", &site.file(&score, "score.pdf")).send().await.status, 404);
    assert_eq!(site.get(&format!("/score/{}/time.json", score.id)).await.json(), json!([]));
}

#[tokio::test]
async fn uploads_that_cannot_be_used() {
    let mut site = Site::start().await;
    let title = [("title", "T")];
    for (fields, file, text) in [
        (&title[..0], Some(ODE), "title is required"),
        (&[("title", " ")], Some(ODE), "title is required"),
        (&title, None, "score_data is required"),
        (&title, Some(b"<xml/>".as_slice()), "score_data is not a MuseScore file"),
        (&title, Some(b"".as_slice()), "score_data is not a MuseScore file"),
        (&[("title", "T"), ("license", "mit")], Some(ODE), "Unknown license"),
        (&[("title", "T"), ("private", "yes")], Some(ODE), "private must be 0 or 1"),
    ] {
        assert_eq!(refusal(&site.post("/score.json", fields, file).await), said(406, text));
    }
    let response = site.signed("POST", "/score.json").json(&json!({"title": "T"})).send().await;
    assert_eq!(refusal(&response), said(406, "An upload must be multipart/form-data"));
    let broken =
        site.signed("POST", "/score.json").header("Content-Type", "multipart/form-data; boundary=bound");
    assert_eq!(broken.body("--bound\r\nnonsense").send().await.status, 406);
    // A user is required.
    let url = site.rest(&format!("/score.json?oauth_consumer_key={}", site.keys.consumer_key));
    let response = Request::new("POST", &url)
        .header("Content-Type", "multipart/form-data; boundary=bound")
        .body(super::multipart(&title, Some(ODE)))
        .send()
        .await;
    assert_eq!(refusal(&response), said(401, "Access denied"));
    site.keys.access_token_secret = "other".into();
    assert_eq!(refusal(&site.post("/score.json", &title, Some(ODE)).await), said(401, "Invalid signature"));
    assert_eq!(site.created("scores"), 0);
}

#[tokio::test]
async fn text_fields_with_an_empty_file_name_are_text() {
    let site = Site::start().await;
    let mut body =
        b"--bound\r\nContent-Disposition: form-data; name=\"title\"; filename=\"\"\r\n\r\nNamed\r\n\
                     --bound\r\nContent-Disposition: form-data; name=\"private\"; filename=\"\"\r\n\
                     Content-Type: text/plain\r\n\r\n1\r\n"
            .to_vec();
    body.extend(super::multipart(&[], Some(ODE)));
    let response = site
        .signed("POST", "/score.json")
        .header("Content-Type", "multipart/form-data; boundary=bound")
        .body(body)
        .send()
        .await;
    let object = response.json();
    assert_eq!((&object["title"], &object["sharing"]), (&json!("Named"), &json!("private")), "{object}");
}

#[tokio::test]
async fn a_multipart_field_is_not_signed_but_the_query_is() {
    let site = Site::start().await;
    let id = site.score(false).id;
    let path = format!("/score/{id}/update.json?secret=ab%2Bcd");
    assert_eq!(site.post(&path, &[("title", "New"), ("oauth_token", "field")], None).await.status, 200);
    let url = site.rest(&path);
    let header = site.signature("POST", &url.replace("ab", "ba")).header();
    let response = Request::new("POST", &url)
        .header("Authorization", &header)
        .header("Content-Type", "multipart/form-data; boundary=bound")
        .body(super::multipart(&[("title", "New")], None))
        .send()
        .await;
    assert_eq!(refusal(&response), said(401, "Invalid signature"));
}

#[tokio::test]
async fn updates() {
    let mut site = Site::start().await;
    let before = site.score(true);
    let path = format!("/score/{}/update.json", before.id);
    let get = format!("/score/{}.json", before.id);
    let old = site.get_signed(&get).await.json();
    site.sandbox.advance(Duration::from_secs(60));

    // Words alone: the version stays.
    let words = [("title", "Finished"), ("private", "0"), ("revision_log", "named it")];
    let changed = site.post(&path, &words, None).await.json();
    assert_eq!(
        (&changed["id"], &changed["vid"], &changed["secret"]),
        (&old["id"], &old["vid"], &old["secret"])
    );
    assert_eq!((&changed["title"], &changed["sharing"]), (&json!("Finished"), &json!("public")));
    assert_eq!((&changed["description"], &changed["tags"]), (&old["description"], &old["tags"]));
    assert_eq!(
        changed["dates"],
        json!({"posted": old["dates"]["posted"], "lastupdate": (NOW + 60).to_string()})
    );
    assert_eq!(described(&site, before.id).revision_log.as_deref(), Some("named it"));

    // The same words once more change nothing; when they were sent does not count.
    site.sandbox.advance(Duration::from_secs(60));
    assert_eq!(site.post(&path, &words, None).await.status, 200);
    assert_eq!(site.sandbox.effects().of("musescore", "scores").changed, 1);

    // A file: a new version with other content.
    let changed = site.post(&path, &[("description", "")], Some(ODE)).await.json();
    assert_ne!(changed["vid"], old["vid"]);
    assert_eq!(changed["description"], "");
    assert_eq!(changed["metadata"]["title"], "Ode to Joy");
    assert_eq!(site.get_signed(&get).await.json(), changed);
    assert_eq!(site.sandbox.effects().of("musescore", "scores").changed, 2);

    assert_eq!(refusal(&site.post(&path, &[("title", "")], None).await), said(406, "title is required"));
    let missing = site.post("/score/1/update.json", &[], None).await;
    assert_eq!(refusal(&missing), said(404, "Not found"));
    site.as_second();
    assert_eq!(refusal(&site.post(&path, &[], Some(ODE)).await), said(403, "Access denied"));
    assert_eq!(site.sandbox.effects().of("musescore", "scores").changed, 2);
}

#[tokio::test]
async fn deletions() {
    let mut site = Site::start().await;
    let scores = site.account(0).scores;
    let path = format!("/score/{}.json", scores[0].id);
    let keyed = site.rest(&format!("{path}?oauth_consumer_key={}", site.keys.consumer_key));
    let keyed = Request::new("DELETE", &keyed).send().await;
    assert_eq!(refusal(&keyed), said(401, "Access denied"));
    site.as_second();
    assert_eq!(refusal(&site.signed("DELETE", &path).send().await), said(403, "Access denied"));
    site.keys = site.account(0).keys.expect("keys");
    assert_eq!(refusal(&site.signed("DELETE", "/score/1.json").send().await), said(404, "Not found"));
    assert_eq!(site.sandbox.effects().of("musescore", "scores").deleted, 0);

    let gone = site.signed("DELETE", &path).send().await;
    assert_eq!((gone.summary(), gone.header("content-type")), ((200, "true"), Some("application/json")));
    assert_eq!(site.get(&path).await.status, 404);
    assert_eq!(Request::new("GET", &site.file(&scores[0], "score.mxl")).send().await.status, 404);
    let xml = site.signed("DELETE", &format!("/score/{}.xml", scores[1].id)).send().await;
    assert_eq!(xml.summary(), (200, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<result>1</result>\n"));
    // The path of the documentation's example.
    let url = site.api(&format!("/score/{}.json", scores[2].id));
    let header = site.signature("DELETE", &url).header();
    let root = Request::new("DELETE", &url).header("Authorization", &header).send().await;
    assert_eq!(root.summary(), (200, "true"));
    let header = site.signature("GET", &url).header();
    assert_eq!(Request::new("GET", &url).header("Authorization", &header).send().await.status, 405);
    assert_eq!(site.sandbox.effects().of("musescore", "scores").deleted, 3);
}

#[tokio::test]
async fn audio_of_ones_own() {
    let mut site = Site::start().await;
    let score = site.score(true);
    let path = format!("/signedurl/{}/{}/mp3.json", score.id, score.vid);
    let response = site.get_signed(&path).await;
    let url = response.json()["url"].as_str().expect("a URL").to_owned();
    assert!(url.starts_with(&site.sandbox.origin(Host::STORAGE)), "{url}");
    let put = Request::new("PUT", &url).body(b"ID3 not really".as_slice()).send().await;
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(site.created("audio"), 1);
    let served = Request::new("GET", &site.file(&score, "score.mp3")).send().await;
    assert_eq!((served.text(), served.header("content-type")), ("ID3 not really", Some("audio/mpeg")));

    let other = format!("/signedurl/{}/{}/mp3.json", score.id, score.vid + 1);
    assert_eq!(site.get_signed(&other).await.status, 404);
    assert_eq!(site.get_signed(&path.replace("mp3", "ogg")).await.status, 406);
    assert_eq!(site.get(&path).await.status, 401);
    site.sandbox.advance(Duration::from_secs(901));
    assert_eq!(Request::new("PUT", &url).body(b"late".as_slice()).send().await.status, 403);
    site.sandbox.switches(|switches| switches.musescore.signed_url = false);
    assert_eq!(site.get_signed(&path).await.status, 404);
    site.sandbox.switches(|switches| switches.musescore.signed_url = true);
    site.as_second();
    assert_eq!(site.get_signed(&path).await.status, 403);
}

#[tokio::test]
async fn a_lost_response_shows_in_the_effects() {
    let site = Site::start().await;
    site.sandbox.fault(Fault::new(FaultKind::DropResponse).on(Host::MUSESCORE).method("POST"));
    let url = site.rest("/score.json");
    let request = Request::new("POST", &url)
        .header("Authorization", &site.signature("POST", &url).header())
        .header("Content-Type", "multipart/form-data; boundary=bound")
        .body(super::multipart(&[("title", "T")], Some(ODE)));
    let (bytes, _) = request.raw().await;
    assert!(bytes.is_empty());
    assert_eq!(site.created("scores"), 1);
    site.sandbox.reset();
    assert_eq!(site.created("scores"), 0);
    // Nonces are forgotten too: the same bytes are taken once more.
    assert_eq!(request.send().await.status, 200);
    assert_eq!(site.created("scores"), 1);
}
