//! What every response decodes to.

use insta::{assert_debug_snapshot, assert_snapshot};
use segno_core::http::Response;
use segno_core::http::header::LOCATION;
use segno_core::{Bytes, Endpoint};
use segno_musescore::{oauth, oembed, resolve, scores, signed_url, space, time, users};

use crate::bodies;

fn read<E: Endpoint>(body: impl Into<Bytes>) -> E::Output {
    E::read(Response::new(body.into())).unwrap()
}

#[test]
fn scores() {
    assert_debug_snapshot!("score", read::<scores::Get>(bodies::score(7301)));
    let list =
        format!("[{},{}]", bodies::score(1), r#"{"id":2,"title":1999,"license":null,"metadata":null}"#);
    let list = read::<scores::Search>(list);
    assert_debug_snapshot!("score_sparse", list[1]);
    assert_eq!(read::<scores::Create>(bodies::score(7301)), read::<scores::Update>(bodies::score(7301)));
    assert_eq!(read::<users::Scores>("[]"), []);
}

#[test]
fn times_and_boxes() {
    assert_debug_snapshot!("time", read::<time::Get>(bodies::TIMES));
    assert_debug_snapshot!("space", read::<space::Get>(bodies::BOXES));
}

#[test]
fn members() {
    assert_debug_snapshot!("user", read::<users::Get>(bodies::USER));
    let with_picture = r#"{"id":412,"name":"Zdena","avatar_url":"http://static.musescore.com/a.png"}"#;
    assert_debug_snapshot!("me", read::<users::Me>(with_picture));
}

#[test]
fn players_and_urls() {
    assert_debug_snapshot!("oembed", read::<oembed::Get>(bodies::player("\"100%\"")));
    let url = read::<signed_url::Get>(r#"{"url":"https:\/\/uploads.example.net\/7.mp3?Signature=CANARY"}"#);
    assert_snapshot!("signed_url", url);
    let moved = |location: &str| {
        let response = Response::builder().status(302).header(LOCATION, location).body(Bytes::new()).unwrap();
        resolve::Resolve::read(response).unwrap()
    };
    let base = "http://127.0.0.1:8406/services/rest";
    assert_debug_snapshot!(
        "resolve",
        [
            moved(&format!("{base}/score/7.json?oauth_consumer_key=k")),
            moved(&format!("{base}/user/412.json"))
        ]
    );
}

#[test]
fn nothing_secret_is_shown() {
    let response = "oauth_token=CANARY&oauth_token_secret=CANARY&oauth_callback_confirmed=true";
    assert_debug_snapshot!("oauth", read::<oauth::RequestToken>(response));
    let score = read::<scores::Get>(r#"{"id":1,"secret":"CANARY"}"#);
    assert_eq!(score.secret.expose(), "CANARY");
    assert!(!format!("{score:?}").contains("CANARY"));
}
