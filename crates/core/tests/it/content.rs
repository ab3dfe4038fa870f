//! What a success must hold: a page is never saved as a song.

use http_body::Body as _;
use http_body_util::BodyExt as _;
use segno_core::decode::{Content, read_unit};
use segno_core::endpoint::PlainApiError;
use segno_core::testing::FnTransport;
use segno_core::{
    BuildError, Bytes, Cause, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response,
};

use crate::example::{self, Reply, Service};

/// `GET` of a file whose content the type parameter names.
struct Fetch<const KIND: u8>;

impl<const KIND: u8> Endpoint for Fetch<KIND> {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.files.fetch";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;
    const CONTENT: Content = [Content::Document, Content::Binary, Content::File, Content::Any][KIND as usize];

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("a.mp3", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

/// `DELETE`, of which nothing is documented but the status.
struct Delete;

impl Endpoint for Delete {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.files.delete";
    const METHOD: Method = Method::DELETE;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("a.mp3", &[])
    }

    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        read_unit(&response, |_| false)
    }
}

const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Log in to the network</title></head></html>";

/// A service that gives one body in pieces of one byte.
fn crumbs(media_type: &'static str, body: &'static str) -> Service {
    Service::new(move |_, _| {
        let reply = Reply::ok().header("content-type", media_type).header("content-length", body.len());
        Ok(body.as_bytes().chunks(1).fold(reply, |reply, byte| reply.body(byte)))
    })
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

async fn outcomes<const KIND: u8>(
    media_type: &'static str,
    body: &'static str,
) -> [Result<Vec<u8>, String>; 3] {
    let client = crumbs(media_type, body).client().0.build().unwrap();
    let whole = client.send(&Fetch::<KIND>).await;
    let mut sink = Vec::new();
    let downloaded = client.call(&Fetch::<KIND>).download_into(&mut sink).await;
    assert!(downloaded.is_ok() || sink.is_empty(), "{} bytes of a refused file", sink.len());
    let opened = async {
        let mut read = Vec::new();
        let mut body = client.call(&Fetch::<KIND>).open().await?.into_body();
        while let Some(chunk) = body.chunk().await {
            read.extend_from_slice(&chunk.unwrap());
        }
        Ok::<_, segno_core::Error<PlainApiError>>(read)
    };
    [
        whole.map(|bytes| bytes.to_vec()).map_err(|error| error.to_string()),
        downloaded.map(|_| sink).map_err(|error| error.to_string()),
        opened.await.map_err(|error| error.to_string()),
    ]
}

#[tokio::test]
async fn a_page_is_not_a_file() {
    let refused = "example.files.fetch: 200 OK, but the response cannot be read: it is a web page";
    for media_type in ["text/html; charset=utf-8", "audio/mpeg", ""] {
        for outcome in
            outcomes::<1>(media_type, PAGE).await.into_iter().chain(outcomes::<2>(media_type, PAGE).await)
        {
            let error = outcome.unwrap_err();
            assert!(error.starts_with(refused), "{media_type}: {error}");
        }
        // Of an endpoint that says nothing the page is not saved as a file; what it reads is its own business.
        let [read, downloaded, opened] = outcomes::<0>(media_type, PAGE).await;
        assert_eq!(read.unwrap(), PAGE.as_bytes());
        assert!(downloaded.is_err() && opened.is_err());
        for outcome in outcomes::<3>(media_type, PAGE).await {
            assert_eq!(outcome.unwrap(), PAGE.as_bytes(), "an endpoint that gives pages");
        }
    }
}

#[tokio::test]
async fn a_file_comes_whole_however_it_is_looked_at() {
    for (media_type, body) in
        [("audio/mpeg", "ID3 and the rest"), ("", "  <3 is no element"), ("audio/mpeg", "")]
    {
        for outcome in outcomes::<1>(media_type, body).await {
            assert_eq!(outcome.unwrap(), body.as_bytes());
        }
    }
    let score = "<?xml version=\"1.0\"?><!DOCTYPE score-partwise><score-partwise/>";
    for outcome in outcomes::<2>("application/xml", score).await {
        assert_eq!(outcome.unwrap(), score.as_bytes());
    }
    for outcome in outcomes::<1>("application/json", "{\"error\":\"expired\"}").await {
        assert!(outcome.unwrap_err().contains("expected a file, found JSON"));
    }
}

/// What is looked at is what the coding hides, not the coded bytes.
#[tokio::test]
async fn a_coded_page_is_a_page_and_a_coded_file_a_file() {
    // `printf '%s' "$PAGE" | gzip -9n | base64`, and the same of `ID3 and the rest`.
    let page = "H4sIAAAAAAACA7NRdPF3DokMcFXIKMnNseOyAVM2GamJKXY2JZklOal2PvnpCpl5CiX5CiUZqQp5qSXl+UXZNvoQSRt9iFJ9sD4AZtCTh04AAAA=";
    let file = "H4sIAAAAAAACA/N0MVZIzEtRKMlIVShKLS4BAMzuswUQAAAA";
    for (coded, is_page) in [(page, true), (file, false)] {
        let coded = base64(coded);
        let service = Service::new(move |_, _| {
            Ok(Reply::ok()
                .header("content-encoding", "gzip")
                .header("content-type", "audio/mpeg")
                .body(&coded))
        });
        let client = service.client().0.build().unwrap();
        let mut sink = Vec::new();
        let outcome = client.call(&Fetch::<1>).download_into(&mut sink).await;
        assert_eq!(outcome.is_err(), is_page, "{outcome:?}");
        assert_eq!(sink, if is_page { &b""[..] } else { b"ID3 and the rest" });
        assert_eq!(client.send(&Fetch::<1>).await.is_err(), is_page);
    }
}

#[tokio::test]
async fn a_page_in_the_place_of_the_rest_of_a_file_takes_nothing_of_it() {
    let service = Service::new(|_, number| {
        let file = Reply::ok().header("etag", "\"v1\"").header("content-length", 20);
        Ok(match number {
            0 => file.body("ID3 12345").breaks(),
            _ => Reply::ok().header("content-type", "text/html").body(PAGE),
        })
    });
    let client = service.client().0.build().unwrap();
    let mut sink = Vec::new();
    let error = client.call(&Fetch::<1>).download_into(&mut sink).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Decode { error: DecodeError::Html { .. }, .. }), "{error}");
    assert_eq!(sink, b"ID3 12345");
}

#[tokio::test]
async fn a_page_that_breaks_off_before_it_can_be_told_is_no_beginning_of_a_file() {
    let service = Service::new(|_, number| {
        let reply = Reply::ok().header("etag", "\"v1\"").header("content-length", 20);
        Ok(if number == 0 { reply.body("<!DOC").breaks() } else { reply.body("ID3 and what follows") })
    });
    let client = service.client().0.build().unwrap();
    let mut sink = Vec::new();
    client.call(&Fetch::<1>).download_into(&mut sink).await.unwrap();
    assert_eq!(sink, b"ID3 and what follows");
    assert!(service.seen().iter().all(|request| request.header("range").is_none()));
}

#[tokio::test]
async fn a_page_is_no_success_of_a_request_that_says_nothing() {
    let client = crumbs("text/html", PAGE).client().0.build().unwrap();
    let error = client.send(&Delete).await.unwrap_err();
    let line = "example.files.delete: 200 OK, but the response cannot be read: it is a web page titled \"Log in to the network\"";
    assert!(error.to_string().starts_with(line), "{error}");
    assert!(error.is_decode());
    let client = crumbs("", "").client().0.build().unwrap();
    client.send(&Delete).await.unwrap();
}

/// Whoever passes a response on tells its length beforehand, and that nothing more comes.
#[tokio::test]
async fn an_open_response_knows_its_length_and_its_end() {
    let transport = FnTransport::new(|_| Ok(Response::new(Bytes::from_static(b"RIFF....WAVE"))));
    let client =
        Client::builder(example::base()).transport(transport).clock(example::clock()).build().unwrap();
    for by_chunk in [false, true] {
        let mut body = client.call(&Fetch::<2>).open().await.unwrap().into_body();
        assert_eq!(body.size_hint().exact(), Some(12));
        assert!(!body.is_end_stream());
        let first = if by_chunk {
            body.chunk().await.unwrap().unwrap()
        } else {
            body.frame().await.unwrap().unwrap().into_data().unwrap()
        };
        assert_eq!(first, "RIFF....WAVE");
        assert_eq!(body.size_hint().exact(), Some(0));
        assert!(body.is_end_stream());
    }
}

#[tokio::test]
async fn a_piece_is_never_empty() {
    let service = Service::new(|_, _| Ok(Reply::ok().body("RIFF").body("").body("WAVE")));
    let mut body = service.client().0.build().unwrap().call(&Fetch::<2>).open().await.unwrap().into_body();
    let mut pieces = Vec::new();
    while let Some(piece) = body.chunk().await {
        pieces.push(piece.unwrap());
    }
    assert_eq!(pieces, ["RIFF", "WAVE"]);
}
