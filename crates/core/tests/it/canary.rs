//! Nothing secret in logs, errors or `Debug`: every flow, with everything logged that can be.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use segno_core::auth::{Basic, StaticToken};
use segno_core::client::{Cursor, JsonArrayStream, Paged, StreamEndpoint};
use segno_core::endpoint::PlainApiError;
use segno_core::request::{FormPairs, Multipart};
use segno_core::transport::hyper::Hyper;
use segno_core::{
    Body, BuildError, Bytes, Client, ClientBuilder, DecodeError, Endpoint, Method, Page, Replay,
    RequestWriter, Response, Retry, Secret, SecretUrl,
};
use segno_testkit::Canary;
use tokio::io::AsyncWriteExt;

use crate::peer::{self, read_request, soon};
use crate::source::chain;

/// A request that has secrets wherever a request can have one.
struct Full {
    presigned: Option<SecretUrl>,
    printed: Mutex<String>,
}

impl Full {
    fn new(presigned: Option<SecretUrl>) -> Self {
        Self { presigned, printed: Mutex::default() }
    }
}

#[derive(Debug, serde::Deserialize)]
struct Item {
    #[allow(dead_code)]
    number: u32,
}

impl Endpoint for Full {
    type Output = Vec<Item>;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.full";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("things/{id}", &[&"CANARY-segment"])?;
        request.query("client_id", "CANARY-query");
        request.header(http::header::COOKIE, "session=CANARY-cookie")?;
        let mut pairs = FormPairs::new();
        pairs.push("password", "CANARY-form");
        let mut multipart = Multipart::new();
        multipart.text("token", "CANARY-part");
        let _ = write!(self.printed.lock().unwrap(), "{multipart:?} {pairs:?}");
        request.multipart(multipart);
        request.form(pairs);
        if let Some(url) = &self.presigned {
            request.url("{presigned}", url.clone());
        }
        let _ = write!(self.printed.lock().unwrap(), "{request:?} {:?}", self.presigned);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Vec<Item>, DecodeError> {
        segno_core::decode::read_json(&response)
    }
}

impl StreamEndpoint for Full {
    type Item = Item;
}

impl Paged for Full {
    type Item = Item;

    fn at(&self, _: &Cursor) -> Result<Self, BuildError> {
        Ok(Self::new(None))
    }

    fn page(&self, items: Vec<Item>) -> Result<Page<Item>, DecodeError> {
        Ok(Page::new(items).next(Some(Cursor::new("https://api.example/?token=CANARY-cursor"))))
    }
}

const RESPONSES: [&str; 11] = [
    "HTTP/1.1 200 OK\r\nset-cookie: CANARY-set\r\ncontent-length: 14\r\n\r\n[{\"number\":77}]",
    "HTTP/1.1 200 OK\r\ncontent-length: 28\r\n\r\n[{\"number\":\"CANARY-wrong\" }] ",
    "HTTP/1.1 200 OK\r\ncontent-length: 24\r\n\r\n[{\"number\":\"CANARY-cut\"  ",
    "HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\n<!doctype html><title>Oops</title><body>CANARY-page </body> ",
    "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm=\"CANARY-realm\"\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 403 Forbidden\r\ncontent-length: 46\r\n\r\n<?xml version='1.0'?><Error>CANARY-xml </Error>",
    "HTTP/1.1 422 Unprocessable Entity\r\ncontent-length: 26\r\n\r\n{\"error\":\"CANARY-message\"}",
    "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 18\r\n\r\ntoken=CANARY-plain",
    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/x?sig=CANARY-location\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nCANARY-short",
    "CANARY-no-http\r\n\r\n",
];

/// Everything that a client can do with one such server, with everything printed that can be.
async fn everything(builder: ClientBuilder, server: &str, canary: &Canary) {
    let client = builder.transport(Hyper::builder().build()).build().unwrap();
    let presigned: SecretUrl = format!("{server}file?X-Amz-Signature=CANARY-signature").parse().unwrap();
    for url in [None, Some(presigned)] {
        let full = Full::new(url);
        let call = client.call(&full);
        canary.show(&format!("{client:?} {call:?} {:?}", client.prepare(&full)));
        match call.send().await {
            Ok(response) => canary.show(&format!("{response:?}")),
            Err(error) => {
                canary.show(&format!("{error} {error:#} {error:?} {error:#?} {:?}", error.cause()));
                canary.show(&format!("{} {:?}", error.cause(), error.api()));
                canary.show(&chain(&error));
            }
        }
        match client.stream(&full).await {
            Ok(mut array) => {
                canary.show(&format!("{array:?}"));
                print_items(canary, &mut array).await;
            }
            Err(error) => canary.show(&chain(&error)),
        }
        match client.call(&full).download_into(&mut Vec::new()).await {
            Ok(done) => canary.show(&format!("{done:?}")),
            Err(error) => canary.show(&chain(&error)),
        }
        canary.show(&full.printed.lock().unwrap());
    }
    let mut pages = client.pages(Full::new(None)).cap(2);
    while let Some(page) = pages.next().await {
        canary.show(&format!("{pages:?} {page:?} {:?}", pages.cursor()));
        if page.is_err() {
            break;
        }
    }
}

async fn print_items(canary: &Canary, array: &mut JsonArrayStream<Full>) {
    while let Some(item) = array.next().await {
        canary.show(&format!("{item:?}"));
    }
}

#[tokio::test]
async fn no_secret_in_logs_errors_or_debug() {
    let mut canary = Canary::listen();
    canary.secret("a secret", "CANARY");
    canary.secret("the credentials", "app:CANARY-password");
    let secret = Secret::new("CANARY-password");
    canary.show(&format!("{secret} {secret:?}"));
    for response in RESPONSES {
        let server = peer::listen(move |mut stream| async move {
            read_request(&mut stream).await?;
            stream.write_all(response.as_bytes()).await
        })
        .await;
        let builder =
            || Client::builder(&server).retry(Retry::default().attempts(2).base(Duration::from_millis(1)));
        soon(everything(builder().authorize(Basic::new("app", &secret).unwrap()), &server, &canary)).await;
        soon(everything(builder().authorize(StaticToken::new("Token", &secret).unwrap()), &server, &canary))
            .await;
    }
    let _ = soon(Client::builder("https://127.0.0.1:1/").build().unwrap().send(&Full::new(None))).await;
    let text = canary.silent();
    assert!(text.contains("endpoint=\"example.full\" path=\"things/{id}\""), "the span of a call");
    assert!(text.contains("attempt=2 status=503"), "an event for each attempt");
    assert!(text.contains("hyper_util::"), "and the layers below were heard");
    let body = Body::from("CANARY");
    assert!(!format!("{body:?}").contains("CANARY"));
}
