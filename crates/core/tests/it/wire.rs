//! The rendered request is the sent one, byte for byte.

use std::path::Path;

use segno_core::auth::Basic;
use segno_core::client::Raw;
use segno_core::endpoint::PlainApiError;
use segno_core::request::{FormPairs, Multipart};
use segno_core::testing::{ManualClock, wire, wire_bytes};
use segno_core::transport::hyper::Hyper;
use segno_core::{
    Body, BuildError, Bytes, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Secret,
    SecretUrl,
};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use crate::example;
use crate::peer::{self, read_request, soon};

/// An endpoint whose method is given by a number, so that one type does for all.
struct Any<const METHOD: u8, F>(F);

impl<const METHOD: u8, F> Endpoint for Any<METHOD, F>
where
    F: Fn(&mut RequestWriter) -> Result<(), BuildError> + Send + Sync,
{
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.any";
    const METHOD: Method = match METHOD {
        0 => Method::GET,
        1 => Method::POST,
        2 => Method::PUT,
        _ => Method::DELETE,
    };
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        (self.0)(request)
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

fn get<F: Fn(&mut RequestWriter) -> Result<(), BuildError> + Send + Sync>(write: F) -> Any<0, F> {
    Any(write)
}

fn post<F: Fn(&mut RequestWriter) -> Result<(), BuildError> + Send + Sync>(write: F) -> Any<1, F> {
    Any(write)
}

fn put<F: Fn(&mut RequestWriter) -> Result<(), BuildError> + Send + Sync>(write: F) -> Any<2, F> {
    Any(write)
}

fn delete<F: Fn(&mut RequestWriter) -> Result<(), BuildError> + Send + Sync>(write: F) -> Any<3, F> {
    Any(write)
}

/// A client whose random numbers begin at 1 like those of every other.
fn client(base: &str) -> Client {
    Client::builder(base)
        .authorize(Basic::new("app", &"CANARY".into()).unwrap())
        .transport(Hyper::builder().build())
        .clock(ManualClock::stopped(example::moment()))
        .build()
        .unwrap()
}

async fn assert_same<E: Endpoint<ApiError = PlainApiError>>(endpoint: &E) -> Vec<u8> {
    let (sent, mut received) = mpsc::unbounded_channel();
    let base = peer::listen(move |mut stream| {
        let sent = sent.clone();
        async move {
            let _ = sent.send(read_request(&mut stream).await?);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await
        }
    })
    .await;
    let rendered = wire_bytes(&client(&base), endpoint).await.unwrap();
    soon(client(&base).send(endpoint)).await.map(drop).unwrap();
    let received = soon(received.recv()).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&rendered), String::from_utf8_lossy(&received));
    assert_eq!(rendered, received);
    rendered
}

/// A file of all byte values, larger than one read.
fn file(folder: &segno_testkit::Folder) -> (std::path::PathBuf, Vec<u8>) {
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let path = folder.file("all.bin");
    std::fs::write(&path, &bytes).unwrap();
    (path, bytes)
}

async fn body(path: &Path) -> Body {
    Body::file(path).await.unwrap()
}

#[tokio::test]
async fn rendered_bytes_are_the_sent_bytes() {
    let bytes = assert_same(&get(|request| {
        request.query("q", "Étude & more");
        request.query("page[number]", 2);
        request.accept("application/json");
        request.path("songs/{id}", &[&"a/b"])
    }))
    .await;
    assert!(bytes.starts_with(b"GET /songs/a%2Fb?q=%C3%89tude%20%26%20more&page%5Bnumber%5D=2 HTTP/1.1\r\n"));

    let bytes = assert_same(&post(|request| {
        let mut pairs = FormPairs::new();
        pairs.push("name", "Morning Étude");
        request.form(pairs);
        request.path("slices/", &[])
    }))
    .await;
    assert!(bytes.ends_with(b"\r\n\r\nname=Morning+%C3%89tude"));

    assert_same(&post(|request| request.path("slices/{id}/duplicate/", &[&7]))).await;
    assert_same(&delete(|request| request.path("slices/{id}/", &[&7]))).await;
    let bytes = assert_same(&put(|request| {
        request.json(&serde_json::json!([[0, 0.5], [1, 2.25]]))?;
        request.path("syncpoints", &[])
    }))
    .await;
    assert!(bytes.ends_with(b"\r\n\r\n[[0,0.5],[1,2.25]]"));
}

#[tokio::test]
async fn so_are_those_of_files_and_forms_with_files() {
    let folder = segno_testkit::Folder::new();
    let (path, content) = file(&folder);
    let file = body(&path).await;
    let bytes = assert_same(&put(|request| {
        request.body(file.clone());
        request.path("upload", &[])
    }))
    .await;
    assert!(bytes.ends_with(&content));

    let bytes = assert_same(&post(|request| {
        let mut form = Multipart::new();
        form.text("track[title]", "Étude");
        form.file("track[asset_data]", "étude.wav", "audio/wav", file.clone());
        request.multipart(form);
        request.path("tracks", &[])
    }))
    .await;
    assert!(bytes.windows(content.len()).any(|window| window == content));
}

#[tokio::test]
async fn a_presigned_upload_has_no_header_that_its_endpoint_did_not_write() {
    let endpoint = put(|request| {
        request.url("{presigned}", "https://storage.example/a?Signature=x".parse::<SecretUrl>().unwrap());
        request.body("RIFF");
        Ok(())
    });
    let text = wire(&client("https://api.example/"), &endpoint).unwrap();
    assert_eq!(text, "PUT /a?Signature=x HTTP/1.1\nhost: storage.example\ncontent-length: 4\n\nRIFF");
}

#[tokio::test]
async fn the_readable_form_hides_what_is_secret() {
    let endpoint = get(|request| request.path("songs", &[]));
    let text = wire(&client("https://api.example/v1"), &endpoint).unwrap();
    assert!(text.contains("authorization: [redacted]\n") && !text.contains("CANARY"), "{text}");
}

#[test]
fn a_secret_whose_text_would_be_sent_as_something_else_does_not_build() {
    type Write = fn(&mut RequestWriter, &Secret);
    let secret = Secret::new("CANARY");
    let places: [(&str, Write); 5] = [
        ("query", |request, secret| request.query("token", secret)),
        ("optional query", |request, secret| request.query_some("token", Some(secret.clone()))),
        ("form", |request, secret| {
            let mut form = FormPairs::new();
            form.push("token", secret);
            request.form(form);
        }),
        ("body of a form", |request, secret| {
            let mut form = FormPairs::new();
            form.push_some("token", Some(secret));
            request.body(Body::form(form));
        }),
        ("multipart", |request, secret| {
            let mut parts = Multipart::new();
            parts.text("token", secret);
            parts.text("title", "Étude");
            request.multipart(parts);
        }),
    ];
    let client = client("https://api.example/");
    for (place, write) in places {
        let endpoint = post(|request| {
            write(request, &secret);
            request.path("links", &[])
        });
        let error = client.prepare(&endpoint).unwrap_err().to_string();
        assert_eq!(error, "token: must not be a secret that prints as [redacted]: expose it", "{place}");
    }
    let raw = Raw::<PlainApiError>::new(Method::GET, "links").query("token", &secret);
    let error = client.prepare(&raw).unwrap_err().to_string();
    assert_eq!(error, "token: must not be a secret that prints as [redacted]: expose it", "raw");
    let presigned = "https://storage.example/a?Signature=CANARY".parse::<SecretUrl>().unwrap();
    let error = client.prepare(&get(|request| {
        request.query("url", &presigned);
        request.path("links", &[])
    }));
    assert!(error.is_err(), "{error:?}");
}

#[test]
fn a_text_that_looks_like_a_hidden_secret_is_a_text() {
    let client = client("https://api.example/");
    let endpoint = get(|request| {
        request.query("q", "[redacted]");
        request.query("from", 7);
        request.query("at", "https://api.example/7".parse::<SecretUrl>().unwrap());
        request.path("titles/{title}", &[&"[redacted]"])
    });
    let uri = client.prepare(&endpoint).unwrap().uri;
    assert_eq!(
        uri,
        "https://api.example/titles/%5Bredacted%5D?q=%5Bredacted%5D&from=7&at=https%3A%2F%2Fapi.example%2F7"
    );
}
