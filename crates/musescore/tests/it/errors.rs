//! The one line that a user sees of each failure.

use insta::assert_snapshot;
use segno_core::{Body, Endpoint};
use segno_musescore::scores::{Filters, Visibility};
use segno_musescore::{
    ScoreId, UserId, VersionId, files, oauth, oembed, resolve, scores, signed_url, space, time, users,
};

use crate::clients::responding;

async fn line<E: Endpoint>(endpoint: &E, status: u16, body: &str) -> String
where
    E::Output: std::fmt::Debug,
{
    responding(status, body).send(endpoint).await.unwrap_err().to_string()
}

const ID: ScoreId = ScoreId::new(7301);

#[tokio::test]
async fn the_documented_ones() {
    let search = scores::Search::new(Filters::new());
    let create = scores::Create::new("T", "t.mscz", Body::from("PK"), Visibility::Public);
    let denied = r#"["Access denied"]"#;
    let lines = [
        line(&search, 401, r#"["Invalid consumer"]"#).await,
        line(&search, 401, r#"["Invalid signature"]"#).await,
        line(&search, 401, r#"["Nonce already used"]"#).await,
        line(&search, 401, r#"[{"code":"USER_TIMESTAMP_EXPIRED"}]"#).await,
        line(&search, 400, r#"["Unsupported signature method"]"#).await,
        line(&search, 406, r#"["page is not a number"]"#).await,
        line(&scores::Get::new(ID), 401, denied).await,
        line(&scores::Get::new(ID), 403, "<result is_array=\"true\"><item>Access denied</item></result>")
            .await,
        line(&scores::Get::new(ID), 404, "cb([\"Not found\"]);").await,
        line(&create, 401, denied).await,
        line(&create, 406, r#"["score_data is not a MuseScore file"]"#).await,
        line(&scores::Update::new(ID).title("T"), 403, denied).await,
        line(&scores::Delete::new(ID), 403, denied).await,
        line(&scores::Delete::new(ID), 404, r#"["Not found"]"#).await,
        line(&scores::Delete::new(ID), 405, r#"["Method not allowed"]"#).await,
        line(&time::Get::new(ID), 404, r#"["Not found"]"#).await,
        line(&space::Get::new(ID), 401, denied).await,
        line(&users::Me::new(), 401, denied).await,
        line(&users::Get::new(UserId::new(1)), 404, r#"["Not found"]"#).await,
        line(&users::Scores::new(UserId::new(1)), 404, r#"["Not found"]"#).await,
        line(&resolve::Resolve::new("http://musescore.com/x"), 404, r#"["Not found"]"#).await,
        line(&resolve::Resolve::new("http://musescore.com/x"), 302, "").await,
        line(&resolve::Resolve::new("http://musescore.com/x"), 200, "{}").await,
        line(&signed_url::Get::new(ID, VersionId::new(1)), 403, denied).await,
        line(&oembed::Get::new("http://musescore.com/score/1"), 404, "").await,
        line(&oembed::Get::new("http://musescore.com/score/1"), 501, "Not implemented").await,
        line(&oembed::Get::new("http://musescore.com/score/1"), 401, "").await,
        line(
            &files::Get::new(ID, "wrong", files::File::Pdf),
            403,
            "<Error><Code>AccessDenied</Code></Error>",
        )
        .await,
        line(&oauth::RequestToken::new(), 401, r#"["Invalid consumer"]"#).await,
        line(&oauth::AccessToken::new(), 401, r#"["Invalid verifier"]"#).await,
        line(&oauth::XAuth::new("ada", "x"), 401, r#"[{"code":"USER_AUTHENTICATION_FAILED"}]"#).await,
        line(&oauth::XAuth::new("ada", "x"), 406, r#"[{"code":"USER_NOT_ACTIVATED"}]"#).await,
    ];
    assert_snapshot!("documented", lines.join("\n"));
}

#[tokio::test]
async fn responses_that_cannot_be_read() {
    let get = scores::Get::new(ID);
    let search = scores::Search::new(Filters::new());
    let lines = [
        line(&get, 200, "").await,
        line(&get, 200, "<!DOCTYPE html><html><title>Maintenance</title></html>").await,
        line(&get, 200, "<br />\n<b>Fatal error</b>: Uncaught Error in /srv/api.php:7<br />").await,
        line(&get, 200, r#"{"id":"7301","title":"#).await,
        line(&get, 200, r#"{"title":"CANARY"}"#).await,
        line(&get, 200, r#"{"id":"CANARY"}"#).await,
        line(&get, 200, "<score><id>7301</id>").await,
        line(&get, 200, "<score><id>7301</id></score> CANARY=x").await,
        line(&get, 200, "<score><id>7301</id></score><hr/><title>Maintenance</title>").await,
        line(&get, 200, "<score/>").await,
        line(&get, 200, "cb({\"id\":").await,
        line(&get, 200, "[]").await,
        line(&get, 200, "\"CANARY\"").await,
        line(&get, 200, "[7]").await,
        line(&search, 200, "[7]").await,
        line(&search, 200, "{\"scores\":[\"CANARY\"]}").await,
        line(&search, 200, "<portal><login>CANARY</login></portal>").await,
        line(&search, 200, "<portal/>").await,
        line(&time::Get::new(ID), 200, "\"CANARY\"").await,
        line(&users::Me::new(), 200, r#"{"id":1}"#).await,
        line(&scores::Create::new("T", "t.mscz", Body::from("PK"), Visibility::Public), 200, r#"{"id":1}"#)
            .await,
        line(&oembed::Get::new("x"), 200, r#"{"width":"wide","height":1}"#).await,
        line(&signed_url::Get::new(ID, VersionId::new(1)), 200, r#"{"url":["CANARY"]}"#).await,
        line(&oauth::RequestToken::new(), 200, "oauth_problem=CANARY").await,
    ]
    .join("\n");
    assert!(!lines.contains("CANARY"), "{lines}");
    assert_snapshot!("unreadable", lines);
}

/// What is odd in a response costs itself, and is told without its value.
#[tokio::test]
async fn responses_that_are_read_in_part() {
    for (body, path) in [
        (r#"{"id":1,"metadata":{"keysig":"CANARY"}}"#, "metadata.keysig"),
        (
            r#"{"id":1,"metadata":{"parts":[{"part":{"name":"Oboe","program":"CANARY"}}]}}"#,
            "metadata.parts[0].part.program",
        ),
        (r#"{"id":1,"dates":{"posted":"99999999999999999"}}"#, "dates.posted"),
        (r#"{"id":1,"user":"CANARY"}"#, "user"),
        (r#"{"id":1,"user":{"uid":"CANARY"}}"#, "user"),
        (r#"{"id":1,"title":{"x":"CANARY"}}"#, "title"),
        (r#"{"id":1,"status":["CANARY"]}"#, "status"),
    ] {
        let score = responding(200, body).send(&scores::Get::new(ID)).await.unwrap();
        assert_eq!(score.passed_over.paths().collect::<Vec<_>>(), [path], "{body}");
        assert!(!format!("{score:?}").contains("CANARY"), "{score:?}");
    }
    let search = scores::Search::new(Filters::new());
    for body in [r#"[{"id":1},{"id":"x"}]"#, "<scores><score><id>1</id></score><score/></scores>"] {
        let found = responding(200, body).send(&search).await.unwrap();
        assert_eq!((found.len(), found.given(), found.passed_over.to_string()), (1, 2, "[1]".to_owned()));
    }
    let times = responding(200, r#"[{"elid":0,"position":"soon"}]"#).send(&time::Get::new(ID)).await.unwrap();
    assert_eq!(times.0.passed_over.to_string(), "[0]");
    let boxes = responding(200, r#"[{"id":0}]"#).send(&space::Get::new(ID)).await.unwrap();
    assert_eq!(boxes.0.passed_over.get("[0]").unwrap().to_string(), r#"{"id":0}"#);
}

#[tokio::test]
async fn kinds_of_errors() {
    let error = responding(405, "").send(&users::Me::new()).await.unwrap_err();
    assert!(error.api().unwrap().is_client_too_old());
    let error = responding(403, "").send(&files::Get::new(ID, "s", files::File::Mp3)).await.unwrap_err();
    assert!(files::is_unavailable(&error));
    let error = responding(404, "").send(&files::Get::new(ID, "s", files::File::Page(9))).await.unwrap_err();
    assert!(files::is_unavailable(&error) && error.is_not_found());
    let body = r#"[{"code":"USER_TIMESTAMP_EXPIRED"}]"#;
    let error = responding(401, body).send(&users::Me::new()).await.unwrap_err();
    assert!(error.api().unwrap().is_clock_wrong() && error.is_auth());
    assert_eq!(error.body().unwrap(), body);
}
