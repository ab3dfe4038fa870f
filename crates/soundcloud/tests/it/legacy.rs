//! The old API against a peer that speaks its XML.

use std::sync::{Arc, Mutex};

use segno_core::http::{Request, header};
use segno_core::testing::{FnTransport, wire};
use segno_core::{Bytes, Endpoint, Response};
use segno_soundcloud::legacy::{Client, TrackId, UserId, comments, permissions, tracks, users};
use segno_soundcloud::tracks::Asset;
use segno_soundcloud::{Shape, Sharing};

use crate::peer::answer;

const TRACK: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<track>
  <id type="integer">13409</id>
  <uri>http://api.sandbox-soundcloud.com/tracks/58</uri>
  <title>Harbour &amp; Sea</title>
  <permalink-url>http://sandbox-soundcloud.com/ana/harbour</permalink-url>
  <description nil="true"></description>
  <sharing>private</sharing>
  <bpm type="float">118.5</bpm>
  <created-at type="datetime">2008-02-20T18:44:35+01:00</created-at>
  <user><id type="integer">7</id><username>ana</username></user>
</track>
"#;
const USERS: &str = "<users><user><id type=\"integer\">7</id><username>rui</username><full-name>Rui</full-name><track-count>1</track-count></user></users>";
const COMMENTS: &str = "<comments type=\"array\"><comment><id type=\"integer\">1</id><body>nice</body><timestamp type=\"integer\" nil=\"true\"></timestamp><user-id type=\"integer\">7</user-id></comment></comments>";
const PERMISSIONS: &str =
    "<permissions><user-id type=\"integer\">7</user-id><user_id>9</user_id></permissions>";

fn client(response: Response<Bytes>) -> (Client, Arc<Mutex<Vec<Request<Bytes>>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let client = Client::builder("https://api.old.example/")
        .basic("joey", "hairspray")
        .unwrap()
        .settings(move |core| {
            core.retry(segno_core::Retry::never())
                .clock(segno_core::testing::ManualClock::new(crate::peer::now()))
                .transport(FnTransport::new(move |request| {
                    log.lock().unwrap().push(request);
                    Ok(response.clone())
                }))
        })
        .build()
        .unwrap();
    (client, seen)
}

trait Visit {
    fn visit<E: Endpoint>(&mut self, endpoint: &E, body: &str)
    where
        E::Output: std::fmt::Debug;
}

fn every_endpoint(visit: &mut impl Visit) {
    let tracks = format!("<tracks type=\"array\">{}</tracks>", TRACK.split_once("?>").unwrap().1);
    let asset = Asset::bytes("harbour.aif", &b"FORM\0\0\0\0AIFF"[..]);
    let upload = tracks::Upload::new("Harbour", asset).description("by the sea").sharing(Sharing::Private);
    let list =
        tracks::List::new().q("sea").filter("public").order("hotness").bpm_from(118).types("live,demo");
    visit.visit(&list, &tracks);
    visit.visit(&upload, TRACK);
    visit.visit(&tracks::Get(TrackId(58)), TRACK);
    visit.visit(&tracks::Change::new(58).title("Ebb & <flow>").bpm(118.5).downloadable(false), "");
    visit.visit(&tracks::Delete(TrackId(58)), "");
    visit.visit(&permissions::Get(TrackId(58)), PERMISSIONS);
    visit.visit(&permissions::Put::new(58, [UserId(7), UserId(9)]), "");
    visit.visit(&comments::OfTrack(TrackId(58)), COMMENTS);
    visit.visit(&comments::OfPerson::mine(), COMMENTS);
    visit.visit(&users::List::new().q("rui"), USERS);
    visit.visit(&users::Get(UserId(7)), "<user><id>7</id><username>rui</username></user>");
    visit.visit(&users::Me, "<user><id>7</id><username>rui</username></user>");
    visit.visit(&users::Contacts::mine(), USERS);
    visit.visit(&users::Fans::of(7), USERS);
    visit.visit(&users::Followings::of(7), USERS);
    visit.visit(&users::Followers::mine(), USERS);
    visit.visit(&users::Favorites::of(7), &tracks);
    visit.visit(&users::Tracks::of(7), &tracks);
    visit.visit(&users::TracksOfFollowings, &tracks);
    visit.visit(&users::Follow(UserId(7)), "");
    visit.visit(&users::Unfollow(UserId(7)), "");
    visit.visit(&users::AddFavorite(TrackId(58)), "");
    visit.visit(&users::RemoveFavorite(TrackId(58)), "");
}

#[test]
fn every_request_answer_and_error() {
    struct Snapshot;

    impl Visit for Snapshot {
        fn visit<E: Endpoint>(&mut self, endpoint: &E, body: &str)
        where
            E::Output: std::fmt::Debug,
        {
            let (client, _) = client(answer(404, "<errors><error>404 - Not Found</error></errors>"));
            insta::assert_snapshot!(format!("wire_{}", E::NAME), wire(client.core(), endpoint).unwrap());
            let value = E::read(answer(200, body.to_owned())).unwrap();
            insta::assert_debug_snapshot!(format!("decode_{}", E::NAME), value);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let Err(error) = runtime.block_on(client.send(endpoint)) else { panic!("{}", E::NAME) };
            let expected = format!("{}: 404 Not Found: 404 - Not Found", E::NAME);
            assert_eq!(error.to_string(), expected);
        }
    }

    every_endpoint(&mut Snapshot);
}

#[tokio::test]
async fn an_upload_trusts_location_then_uri_then_id() {
    let upload = || tracks::Upload::new("Harbour", Asset::bytes("harbour.aif", &b"FORM\0\0\0\0AIFF"[..]));
    let mut response = answer(201, TRACK);
    let location = "http://api.sandbox-soundcloud.com/tracks/60";
    response.headers_mut().insert(header::LOCATION, location.parse().unwrap());
    let (client, seen) = client(response);
    let created = client.send(&upload()).await.unwrap();
    assert_eq!((created.id, created.location.as_deref()), (TrackId(60), Some(location)));
    assert_eq!(created.track.title, "Harbour & Sea");
    let request = seen.lock().unwrap().pop().unwrap();
    assert_eq!(request.headers()[header::AUTHORIZATION], "Basic am9leTpoYWlyc3ByYXk=", "joey:hairspray");

    let (client, _) = self::client(answer(201, TRACK));
    assert_eq!(client.send(&upload()).await.unwrap().id, TrackId(58), "the address, not the <id>");
    let (client, _) = self::client(answer(201, "<track><id>7</id></track>"));
    assert_eq!(client.send(&upload()).await.unwrap().id, TrackId(7));
}

#[tokio::test]
async fn what_is_no_xml_is_an_error() {
    for (body, words) in [
        ("", "the body is empty"),
        ("{}", "it is not XML: text before the first element"),
        ("<!DOCTYPE x><track/>", "the XML declares a document type, which is refused"),
        ("<users/>", "expected <track>, found <users>"),
        ("<track><id>7", "the XML ends in the middle"),
    ] {
        let (client, _) = client(answer(200, body));
        let error = client.send(&tracks::Get(TrackId(7))).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("soundcloud.legacy.tracks.get: 200 OK, but the answer cannot be read: {words}")
        );
    }
    let (client, _) = client(answer(401, "<errors><error>401 - Unauthorized</error></errors>"));
    let error = client.send(&users::Contacts::mine()).await.unwrap_err();
    assert_eq!(error.api().unwrap().shape, Shape::Xml);
}

#[tokio::test]
async fn a_password_is_not_sent_in_the_clear_unless_that_is_allowed() {
    let build = |allow: bool| {
        let builder =
            Client::builder("http://api.sandbox-soundcloud.com/").basic("joey", "hairspray").unwrap();
        let builder = if allow { builder.allow_plain_http() } else { builder };
        let builder =
            builder.settings(|core| core.transport(FnTransport::new(|_| Ok(answer(200, "<users/>")))));
        builder.build().unwrap()
    };
    let error = build(false).send(&users::Contacts::mine()).await.unwrap_err();
    assert!(error.to_string().contains("credentials are not sent to http://"), "{error}");
    assert_eq!(build(true).send(&users::Contacts::mine()).await.unwrap(), []);
}
