//! Presigned uploads and downloads: docs/services/soundslice.md#presigned-uploads.

use std::time::Duration;

use super::{Api, put, text};
use crate::wire::{Request, exchange};

const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>";
const SIGNATURE: &str = "<Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message>";
const EXPIRED: &str = "<Code>AccessDenied</Code><Message>Request has expired</Message>";
const TWO_MECHANISMS: &str = "<Code>InvalidArgument</Code><Message>Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified</Message>";
const NOT_IMPLEMENTED: &str = "<Code>NotImplemented</Code><Message>A header you provided implies functionality that is not implemented</Message>";

const SCORE: &[u8] = b"<?xml version=\"1.0\"?><score-partwise/>";

fn check(response: &crate::wire::Response, status: u16, core: &str) {
    assert_eq!(response.status, status, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("application/xml"));
    assert!(response.text().starts_with(PROLOGUE), "{}", response.text());
    assert!(response.text().contains(core), "{}", response.text());
}

async fn media_url(api: &Api) -> (String, u64, String) {
    let (slice, id) = api.recording("source=2").await;
    let url = api.upload_url(&format!("/recordings/{id}/media/"), "").await;
    (slice, id, url)
}

#[tokio::test]
async fn a_bare_put_with_a_length_is_200_and_empty_with_an_etag() {
    let api = Api::start().await;
    let (_, _, url) = media_url(&api).await;
    let done = put(&url, b"ID3-fake-mp3").await;
    assert_eq!(done.summary(), (200, ""));
    assert_eq!(done.header("content-length"), Some("0"));
    // md5sum of the twelve bytes.
    assert_eq!(done.header("etag"), Some("\"8bd6885e1c6cf2ed5efc0e694f555172\""));
}

#[tokio::test]
async fn each_rule_of_the_store_has_its_response() {
    let api = Api::start().await;
    let (slice, _, url) = media_url(&api).await;
    let with = |name: &str, value: &str| Request::new("PUT", &url).header(name, value).body("x").send();
    check(&with("Content-Type", "audio/mpeg").await, 403, SIGNATURE);
    check(&with("Content-MD5", "nNhAO5Jg5CcDbXQWfXPcNQ==").await, 403, SIGNATURE);
    check(&with("x-amz-acl", "public-read").await, 403, SIGNATURE);
    check(&with("Authorization", "Basic ZGVtb0FwcDc6czNjcmV0LXBhc3M=").await, 400, TWO_MECHANISMS);

    let (path, query) = url.split_once('?').expect("a query");
    let other = format!("{path}x?{query}");
    check(&put(&other, b"x").await, 403, SIGNATURE);
    let forged = url.replace("Signature=", "Signature=A");
    check(&put(&forged, b"x").await, 403, SIGNATURE);
    let later = url.replace("Expires=19", "Expires=29");
    check(&put(&later, b"x").await, 403, SIGNATURE);
    check(&put(path, b"x").await, 403, "<Code>AccessDenied</Code>");

    check(&Request::new("GET", &url).send().await, 403, SIGNATURE);
    check(&Request::new("DELETE", &url).send().await, 403, SIGNATURE);
    check(&Request::new("POST", &url).body("x").send().await, 405, "<Code>MethodNotAllowed</Code>");
    check(&Request::new("PUT", &url).send().await, 411, "<Code>MissingContentLength</Code>");

    let head = Request::new("PUT", &url).header("Transfer-Encoding", "chunked").bytes(true);
    let chunked = [head.as_slice(), b"1\r\nx\r\n0\r\n\r\n"].concat();
    let (bytes, _) = exchange(Request::new("PUT", &url).address(), &chunked).await;
    check(&crate::wire::Response::parse(&bytes), 501, NOT_IMPLEMENTED);

    assert_eq!(api.only_recording(&slice).await["status"], "waiting", "nothing of this was an upload");
    assert_eq!(api.sandbox.effects().of("storage", "uploads").created, 0);
}

#[tokio::test]
async fn urls_expire_and_a_new_one_works() {
    let api = Api::start().await;
    let (slice, id, url) = media_url(&api).await;
    api.sandbox.advance(Duration::from_millis(299_999));
    assert_eq!(put(&url, b"x").await.status, 200);
    api.sandbox.advance(Duration::from_millis(1));
    check(&put(&url, b"x").await, 403, EXPIRED);
    let again = api.upload_url(&format!("/recordings/{id}/media/"), "").await;
    assert_ne!(again, url);
    assert_eq!(put(&again, b"x").await.status, 200);
    assert_eq!(api.only_recording(&slice).await["status"], "error");

    api.sandbox.switches(|switches| switches.soundslice.upload_life_s = 10.0);
    let short = api.upload_url(&format!("/recordings/{id}/media/"), "").await;
    api.sandbox.advance(Duration::from_secs(10));
    check(&put(&short, b"x").await, 403, EXPIRED);
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_none() {
    let api = Api::start().await;
    let (slice, _, url) = media_url(&api).await;
    let mut bytes = Request::new("PUT", &url).header("Content-Length", "10").bytes(true);
    bytes.extend(b"12345");
    let mut stream =
        tokio::net::TcpStream::connect(Request::new("PUT", &url).address()).await.expect("connects");
    tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await.expect("writes");
    drop(stream);
    assert_eq!(api.only_recording(&slice).await["status"], "waiting");
    assert_eq!(put(&url, b"x").await.status, 200);
    assert_eq!(api.sandbox.effects().of("storage", "uploads").created, 1);
}

#[tokio::test]
async fn of_several_puts_the_last_wins_and_each_is_processed() {
    let api = Api::start().await;
    let slice = api.slice("").await;
    let path = format!("/slices/{slice}/notation-file/");
    let url = api.upload_url(&path, "").await;
    put(&url, SCORE).await;
    put(&url, b"ptab second").await;
    let download = text(&api.get(&path).await.json(), "url");
    assert_eq!(Request::new("GET", &download).send().await.text(), "ptab second");
    assert_eq!(api.sandbox.effects().of("soundslice", "notations").created, 2);
}

async fn stored(api: &Api, bytes: &[u8]) -> String {
    let slice = api.slice("").await;
    let path = format!("/slices/{slice}/notation-file/");
    put(&api.upload_url(&path, "").await, bytes).await;
    text(&api.get(&path).await.json(), "url")
}

#[tokio::test]
async fn downloads_are_the_bytes_and_expire_after_900_seconds() {
    let api = Api::start().await;
    let url = stored(&api, SCORE).await;
    let got = Request::new("GET", &url).send().await;
    assert_eq!((got.status, got.body.as_slice()), (200, SCORE));
    assert_eq!(got.header("accept-ranges"), Some("bytes"));
    assert_eq!(got.header("last-modified"), Some("Sun, 17 Mar 2030 17:46:40 GMT"));
    check(&Request::new("GET", &url).header("Authorization", "Basic eDp5").send().await, 400, TWO_MECHANISMS);
    let head = Request::new("HEAD", &url).send().await;
    assert_eq!((head.status, head.text()), (403, ""), "a link is for one method");
    api.sandbox.advance(Duration::from_secs(899));
    assert_eq!(Request::new("GET", &url).send().await.status, 200);
    api.sandbox.advance(Duration::from_secs(1));
    check(&Request::new("GET", &url).send().await, 403, EXPIRED);
}

#[tokio::test]
async fn downloads_resume() {
    let api = Api::start().await;
    let bytes: Vec<u8> = b"ptab".iter().copied().chain((0..600_000_u32).map(|i| (i % 251) as u8)).collect();
    let url = stored(&api, &bytes).await;
    let whole = Request::new("GET", &url).send().await;
    assert_eq!(whole.body, bytes);
    let etag = whole.header("etag").expect("a tag").to_owned();
    let get = |headers: &[(&str, &str)]| {
        headers
            .iter()
            .fold(Request::new("GET", &url), |request, (name, value)| request.header(name, value))
            .send()
    };
    let part = get(&[("Range", "bytes=1000-")]).await;
    assert_eq!((part.status, part.header("content-range")), (206, Some("bytes 1000-600003/600004")));
    assert_eq!(part.body, bytes[1000..]);
    let part = get(&[("Range", "bytes=-4"), ("If-Range", &etag)]).await;
    assert_eq!((part.status, part.body.as_slice()), (206, &bytes[600_000..]));
    let part = get(&[("Range", "bytes=5-9"), ("If-Range", "Sun, 17 Mar 2030 17:46:40 GMT")]).await;
    assert_eq!((part.status, part.body.as_slice()), (206, &bytes[5..10]));
    let changed = get(&[("Range", "bytes=5-9"), ("If-Range", "\"another\"")]).await;
    assert_eq!((changed.status, changed.body.len()), (200, bytes.len()));
    let beyond = get(&[("Range", "bytes=600004-")]).await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */600004")));
    check(&beyond, 416, "<Code>InvalidRange</Code>");
    assert_eq!(get(&[("If-None-Match", &etag)]).await.status, 304);
    check(&get(&[("If-Match", "\"another\"")]).await, 412, "<Code>PreconditionFailed</Code>");
}

#[tokio::test]
async fn a_large_upload_that_is_refused_still_gets_its_response() {
    let api = Api::start().await;
    let (_, _, url) = media_url(&api).await;
    api.sandbox.advance(Duration::from_secs(300));
    let large = vec![7; 8 * 1024 * 1024];
    check(&put(&url, &large).await, 403, EXPIRED);
    assert_eq!(api.sandbox.effects().of("storage", "uploads").created, 0);
}

#[tokio::test]
async fn expect_continue_asks_before_it_sends() {
    let api = Api::start().await;
    let (_, _, url) = media_url(&api).await;
    let head = |url: &str| {
        let request =
            Request::new("PUT", url).header("Content-Length", "12").header("Expect", "100-continue");
        (request.bytes(true), request.address().to_owned())
    };
    let (bytes, address) = head(&url);
    let mut stream = tokio::net::TcpStream::connect(&address).await.expect("connects");
    tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await.expect("writes");
    let mut go_on = vec![0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    tokio::io::AsyncReadExt::read_exact(&mut stream, &mut go_on).await.expect("100");
    assert_eq!(go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"ID3-fake-mp3").await.expect("writes");
    let mut response = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut response).await.expect("a response");
    assert_eq!(crate::wire::Response::parse(&response).status, 200);

    let (bytes, address) = head(&url.replace("Signature=", "Signature=A"));
    let (response, end) = exchange(&address, &bytes).await;
    end.expect("a plain close");
    check(&crate::wire::Response::parse(&response), 403, SIGNATURE);
}
