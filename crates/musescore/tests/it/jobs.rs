//! Calls that are more than one request.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use segno_core::Body;
use segno_core::http::Response;
use segno_core::http::header::{AUTHORIZATION, LOCATION};
use segno_musescore::resolve::Resource;
use segno_musescore::scores::{Create, Visibility};
use segno_musescore::{Credentials, ScoreId, VersionId, files, scores};

use crate::bodies;
use crate::clients::{client, ok, user};

fn nonce(header: &str) -> &str {
    header.split("oauth_nonce=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn a_resolved_url_is_asked_for_with_a_signature_of_its_own() {
    let (client, log) = client(user(), |request| {
        if request.uri().path().ends_with("/resolve.json") {
            // Elsewhere: the second request must go to the client's own base all the same.
            let location = "http://evil.example/services/rest/score/7.json?oauth_consumer_key=emu-app-key";
            return Response::builder().status(302).header(LOCATION, location).body("".into()).unwrap();
        }
        ok(bodies::score(7))
    });
    let Resource::Score(score) = client.resolve("http://musescore.com/score/7").await.unwrap() else {
        panic!("not a score");
    };
    assert_eq!(score.id, ScoreId::new(7));
    let log = log.lock().unwrap();
    let urls: Vec<String> = log.iter().map(|request| request.uri().to_string()).collect();
    assert_eq!(
        urls,
        [
            "http://127.0.0.1:8406/services/rest/resolve.json?url=http%3A%2F%2Fmusescore.com%2Fscore%2F7",
            "http://127.0.0.1:8406/services/rest/score/7.json"
        ]
    );
    let headers: Vec<&str> =
        log.iter().map(|request| request.headers()[AUTHORIZATION].to_str().unwrap()).collect();
    assert_ne!(nonce(headers[0]), nonce(headers[1]));
    assert_ne!(headers[0].split("oauth_signature=").nth(1), headers[1].split("oauth_signature=").nth(1));
}

#[tokio::test]
async fn a_resolved_member() {
    let (client, _) = client(Credentials::key("KEY"), |request| {
        if request.uri().path().ends_with("/resolve.json") {
            let location = "/services/rest/user/412.json?oauth_consumer_key=KEY";
            return Response::builder().status(302).header(LOCATION, location).body("".into()).unwrap();
        }
        assert_eq!(request.uri().query(), Some("oauth_consumer_key=KEY"));
        ok(bodies::USER)
    });
    let Resource::User(user) = client.resolve("http://musescore.com/zdena").await.unwrap() else {
        panic!("not a member");
    };
    assert_eq!(user.name, "Zdena");
}

#[tokio::test]
async fn an_upload_tells_how_far_it_is() {
    let (client, log) = client(user(), |_| ok(bodies::score(7)));
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let file = vec![0x50; 300_000];
    let create = Create::new(
        "Mill",
        "mill.mscz",
        Body::reader(std::io::Cursor::new(file), 300_000),
        Visibility::Public,
    );
    let call = client.call(&create).progress(move |progress| tell.lock().unwrap().push(progress));
    assert_eq!(call.send().await.unwrap().id, ScoreId::new(7));
    let told = told.lock().unwrap();
    let total = log.lock().unwrap()[0].body().len() as u64;
    assert!(total > 300_000 && told.len() > 2);
    assert!(told.iter().all(|progress| progress.total == Some(total) && progress.attempt == 1));
    assert_eq!(told.last().unwrap().bytes, total);
}

#[tokio::test]
async fn a_lost_response_does_not_publish_twice() {
    let (client, log) = client(user(), |_| Response::builder().status(503).body("".into()).unwrap());
    let create = Create::new("Mill", "mill.mscz", Body::from("PK"), Visibility::Public);
    assert!(client.send(&create).await.unwrap_err().may_have_taken_effect());
    assert_eq!(log.lock().unwrap().len(), 1);
    client.send(&scores::Get::new(ScoreId::new(7))).await.unwrap_err();
    assert_eq!(log.lock().unwrap().len(), 4, "a reading request is tried three times");
}

#[tokio::test]
async fn an_mp3_goes_where_the_service_says() {
    let (client, log) = client(user(), |request| match request.uri().host() {
        Some("127.0.0.1") => ok(r#"{"url":"https:\/\/uploads.example.net\/7.mp3?Signature=s"}"#),
        _ => ok(""),
    });
    client.upload_mp3(ScoreId::new(7), VersionId::new(55120), "ID3 mp3").await.unwrap();
    let log = log.lock().unwrap();
    assert_eq!(log[0].uri().path(), "/services/rest/signedurl/7/55120/mp3.json");
    assert_eq!(log[1].uri(), "https://uploads.example.net/7.mp3?Signature=s");
    assert_eq!(log[1].body(), "ID3 mp3");
    assert!(!log[1].headers().contains_key(AUTHORIZATION));
}

const EXPIRED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";

/// A service whose storage sends this.
fn storage(
    status: impl Fn(usize) -> (u16, &'static str) + Send + Sync + 'static,
) -> (segno_musescore::Client, crate::clients::Log) {
    let puts = AtomicUsize::new(0);
    client(user(), move |request| {
        if request.method() == segno_core::Method::GET {
            return ok(r#"{"url":"https://uploads.example.net/7.mp3?Signature=s"}"#);
        }
        let (status, body) = status(puts.fetch_add(1, Ordering::SeqCst));
        Response::builder().status(status).body(body.into()).unwrap()
    })
}

#[tokio::test]
async fn a_signed_url_that_expired_on_the_way_is_asked_for_once_more() {
    let upload = |client: segno_musescore::Client| async move {
        client.upload_mp3(ScoreId::new(7), VersionId::new(55120), "ID3 mp3").await
    };
    let (client, log) = storage(|put| if put == 0 { (403, EXPIRED) } else { (200, "") });
    upload(client).await.unwrap();
    assert_eq!(log.lock().unwrap().len(), 4, "two URLs, two PUTs");
    let (client, log) = storage(|_| (403, EXPIRED));
    let error = upload(client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the upload failed, and nothing of it is kept: musescore.signed_url.put: 403 Forbidden: AccessDenied: Request has expired"
    );
    assert!(!error.may_have_arrived());
    assert_eq!(log.lock().unwrap().len(), 4);
    // A refusal for another reason is not asked about again, and a page is no upload.
    let (client, log) =
        storage(|_| (403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"));
    upload(client).await.unwrap_err();
    assert_eq!(log.lock().unwrap().len(), 2);
    let (client, _) = storage(|_| (200, "<!DOCTYPE html><title>Log in</title>"));
    let error = upload(client).await.unwrap_err();
    assert!(error.error().is_decode() && error.may_have_arrived(), "{error}");
    // What fails before the upload says so.
    let client = crate::clients::responding(503, "");
    let error = upload(client).await.unwrap_err();
    assert!(error.to_string().starts_with("nothing was uploaded: musescore.signed_url.get: "), "{error}");
    let (client, log) = storage(|_| (200, ""));
    let error = client.upload_mp3(ScoreId::new(7), VersionId::new(55120), "").await.unwrap_err();
    assert!(error.to_string().ends_with("not sent: body: must not be empty"), "{error}");
    assert!(log.lock().unwrap().iter().all(|request| request.method() == segno_core::Method::GET));
}

#[tokio::test]
async fn the_pages_of_a_score() {
    let (client, _) = client(user(), |request| ok(request.uri().path().to_owned()));
    let score: scores::Score = segno_musescore::read(&ok(bodies::score(7))).unwrap();
    let mut paths = Vec::new();
    for page in files::Get::pages(&score) {
        paths.push(String::from_utf8(client.send(&page).await.unwrap().to_vec()).unwrap());
    }
    assert_eq!(
        paths,
        ["/7/5f6e7d8c9b/score_0.png", "/7/5f6e7d8c9b/score_1.png", "/7/5f6e7d8c9b/score_2.png"]
    );
}
