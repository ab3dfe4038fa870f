//! The old API: exact requests, decoded responses, error lines, and what a user of it notices.

mod decode;
mod errors;
pub(crate) mod fixtures;
mod login;
pub(crate) mod sample;
mod story;
mod wire;

use std::sync::{Arc, Mutex};

use segno_core::http::{Request, header};
use segno_core::testing::FnTransport;
use segno_core::{Bytes, Response};
use segno_soundcloud::legacy::{
    Client, CommentId, Owner, TrackId, UserId, comments, permissions, tracks, users,
};
use segno_soundcloud::tracks::Asset;
use segno_soundcloud::{License, Shape};

use crate::peer::response;
use sample::TRACK;

fn client(response: Response<Bytes>) -> (Client, Arc<Mutex<Vec<Request<Bytes>>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let client = Client::builder("https://api.old.example/")
        .basic("joey", "hairspray")
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

fn upload() -> tracks::Upload {
    tracks::Upload::new("Harbour", Asset::bytes("harbour.aif", &b"FORM....AIFF"[..]))
}

#[tokio::test]
async fn an_upload_trusts_location_then_uri_then_id() {
    let mut with_location = response(201, TRACK);
    let location = "http://api.sandbox-soundcloud.com/tracks/60";
    with_location.headers_mut().insert(header::LOCATION, location.parse().unwrap());
    let (client, seen) = client(with_location);
    let created = client.send(&upload()).await.unwrap();
    assert_eq!((created.id, created.location.as_deref()), (TrackId::new(60), Some(location)));
    assert_eq!(created.track.title, "Harbour & Sea");
    let request = seen.lock().unwrap().pop().unwrap();
    assert_eq!(request.headers()[header::AUTHORIZATION], "Basic am9leTpoYWlyc3ByYXk=", "joey:hairspray");

    let (client, _) = self::client(response(201, TRACK));
    assert_eq!(client.send(&upload()).await.unwrap().id, TrackId::new(58), "the URL, not the <id>");
    let (client, _) = self::client(response(201, "<track><id>7</id></track>"));
    assert_eq!(client.send(&upload()).await.unwrap().id, TrackId::new(7));
    let (client, _) = self::client(response(201, "<track><title>x</title></track>"));
    let error = client.send(&upload()).await.unwrap_err();
    assert!(error.to_string().ends_with("expected a track with its number, found one without"), "{error}");
}

/// The example of the documentation: `<id>` says 13409, and everything else 12.
#[tokio::test]
async fn id_and_uri_may_disagree_and_the_uri_is_called() {
    let printed = "<track><id type=\"integer\">13409</id><uri>http://api.sandbox-soundcloud.com/tracks/12</uri></track>";
    let (client, _) = client(response(200, printed));
    let track = client.send(&tracks::Get::new(TrackId::new(12))).await.unwrap();
    assert_eq!((track.id, track.stated_id), (Some(TrackId::new(12)), Some(TrackId::new(13409))));
    let (client, _) = self::client(response(201, printed));
    let created = client.send(&upload()).await.unwrap();
    assert_eq!((created.id, created.track.stated_id), (TrackId::new(12), Some(TrackId::new(13409))));

    let (client, _) =
        self::client(response(200, "<users><user><id>7</id><uri>/users/9</uri></user></users>"));
    let users = client.send(&users::List::new()).await.unwrap();
    assert_eq!((users[0].id, users[0].stated_id), (Some(UserId::new(9)), Some(UserId::new(7))));
    let (client, _) = self::client(response(200, "<comment><id>7</id><uri>/comments/9</uri></comment>"));
    let comment = client.send(&comments::Get::new(CommentId::new(9))).await.unwrap();
    assert_eq!((comment.id, comment.stated_id), (Some(CommentId::new(9)), Some(CommentId::new(7))));
}

#[tokio::test]
async fn what_is_no_xml_is_an_error() {
    let deep = format!("{}{}", "<track>".repeat(33), "</track>".repeat(33));
    for (body, text) in [
        ("", "the body is empty"),
        ("{}", "invalid XML: text before the first element"),
        ("<!DOCTYPE x><track/>", "invalid XML: expected no document type, found one; it is not read"),
        (
            "<track><title>&xxe;</title></track>",
            "invalid XML: expected one of the five entities of XML, found another",
        ),
        (deep.as_str(), "invalid XML: expected at most 32 levels and 200000 elements, found more"),
        ("<users/>", "expected <track>, found <users>"),
        ("<track><id>7", "invalid XML: expected the closing tag, found the end of the document"),
    ] {
        let (client, _) = client(response(200, body.to_owned()));
        let error = client.send(&tracks::Get::new(TrackId::new(7))).await.unwrap_err();
        let line = error.to_string();
        assert!(line.starts_with("soundcloud.legacy.tracks.get: 200 OK") && line.ends_with(text), "{line}");
    }
    for (body, text) in [
        ("<track><id>7</id></track>", "expected <track>, found <id>"),
        ("<errors><error>no</error></errors>", "200 OK: no"),
        ("<html/>", "expected <tracks>, found <html>"),
    ] {
        let (client, _) = client(response(200, body));
        let error = client.send(&tracks::List::new()).await.unwrap_err();
        assert!(error.to_string().ends_with(text), "{error}");
    }
    let (client, _) = client(response(200, "<permissions><user-id>x</user-id></permissions>"));
    let error = client.send(&permissions::Get::new(TrackId::new(7))).await.unwrap_err();
    assert!(error.to_string().ends_with("user-id: expected a number"), "{error}");
}

#[tokio::test]
async fn an_odd_element_in_a_list_costs_itself() {
    let body = "<tracks><track><id>7</id></track><notice><text>slow</text></notice><track><id>x</id></track></tracks>";
    let (client, _) = client(response(200, body));
    let list = client.send(&tracks::List::new()).await.unwrap();
    assert_eq!(list.iter().map(|track| track.id).collect::<Vec<_>>(), [Some(TrackId::new(7)), None]);
    assert_eq!(list.passed_over.get("[1]").unwrap(), &serde_json::json!({ "notice": [{ "text": "slow" }] }));
}

/// Both documented forms, and a page of a gateway.
#[tokio::test]
async fn every_form_of_a_refusal_is_read() {
    for (body, shape, text) in [
        (
            "<?xml version=\"1.0\"?>\n<errors><error>401 - Unauthorized</error></errors>",
            Shape::Xml,
            "401 - Unauthorized",
        ),
        ("{\"errors\":[{\"error_message\":\"401 - Unauthorized\"}]}", Shape::Errors, "401 - Unauthorized"),
        ("<hash><x/><status>no</status></hash>", Shape::Xml, "no"),
        ("<html><title>401 Authorization Required</title></html>", Shape::Page, "401 Authorization Required"),
    ] {
        let (client, _) = client(response(401, body));
        let error = client.send(&users::Contacts::new(Owner::Me)).await.unwrap_err();
        assert_eq!(error.api().unwrap().shape, shape, "{body}");
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn what_the_service_would_refuse_does_not_build() {
    let (client, _) = client(response(200, ""));
    let core = client.core();
    let empty = tracks::Upload::new("x", Asset::bytes("a.wav", ""));
    let change = || tracks::Change::new(TrackId::new(58));
    let cases = [
        (
            core.prepare(&tracks::Upload::new(" ", Asset::bytes("a.wav", &b"RIFF"[..]))).err(),
            "track[title]: must not be empty",
        ),
        (core.prepare(&empty).err(), "track[asset_data]: must not be empty: there is no audio in it"),
        (core.prepare(&change()).err(), "fields: must not be empty: there is nothing to change"),
        (core.prepare(&change().title(" ")).err(), "title: must not be empty"),
        (core.prepare(&change().bpm(0.0)).err(), "bpm: must be a number above 0"),
        (core.prepare(&change().bpm(f64::NAN)).err(), "bpm: must be a number above 0"),
        (core.prepare(&change().release_month(13)).err(), "release-month: must be from 1 to 12, found 13"),
        (core.prepare(&change().release_day(0)).err(), "release-day: must be from 1 to 31, found 0"),
        (
            core.prepare(&change().genre("a\0b")).err(),
            "genre: must not hold control characters, which XML cannot carry",
        ),
        (core.prepare(&change().share_with(["a@"])).err(), "shared_to: must hold e-mail addresses only"),
        (
            core.prepare(&change().share_with(["a\u{1}@b.example"])).err(),
            "address: must not hold control characters, which XML cannot carry",
        ),
        (core.prepare(&tracks::List::new().ids([])).err(), "ids: must not be empty or hold an empty text"),
        (
            core.prepare(&tracks::List::new().genres(["Jazz, Funk"])).err(),
            "genres: must not hold a comma, which would make two of one",
        ),
        (core.prepare(&comments::Create::new(TrackId::new(58), "\n")).err(), "body: must not be empty"),
        (core.prepare(&users::Change::new()).err(), "fields: must not be empty: there is nothing to change"),
        (core.prepare(&users::Change::new().username("")).err(), "username: must not be empty"),
    ];
    for (given, expected) in cases {
        assert_eq!(given.map(|error| error.to_string()).as_deref(), Some(expected));
    }
    assert!(core.prepare(&change().license(License::CcBy).release_year(1725)).is_ok());
}

#[tokio::test]
async fn a_password_is_not_sent_in_the_clear_unless_that_is_allowed() {
    let build = |allow: bool| {
        let builder = Client::builder("http://api.sandbox-soundcloud.com/").basic("joey", "hairspray");
        let builder = if allow { builder.allow_plain_http() } else { builder };
        let builder =
            builder.settings(|core| core.transport(FnTransport::new(|_| Ok(response(200, "<users/>")))));
        builder.build().unwrap()
    };
    let error = build(false).send(&users::Contacts::new(Owner::Me)).await.unwrap_err();
    assert!(error.to_string().contains("credentials are not sent to http://"), "{error}");
    assert_eq!(build(true).send(&users::Contacts::new(Owner::Me)).await.unwrap(), []);
}
