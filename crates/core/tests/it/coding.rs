//! Responses that arrive compressed, asked for or not (RFC 9110, sections 8.4 and 12.5.3).

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use http_body_util::BodyExt as _;
use proptest::prelude::*;
use segno_core::client::StreamEndpoint;
use segno_core::endpoint::PlainApiError;
use segno_core::{
    BuildError, Bytes, Cause, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response,
};

use crate::example::{Reply, Service};

/// `GET /tags`
struct Tags;

impl Endpoint for Tags {
    type Output = Vec<String>;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.tags.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("tags", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<String>, DecodeError> {
        segno_core::decode::read_json(&response)
    }
}

impl StreamEndpoint for Tags {
    type Item = String;
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8], zlib: bool) -> Vec<u8> {
    if zlib {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        return encoder.finish().unwrap();
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `gzip -9n` of GNU gzip 1.12 over `["mood","genre"]`, so that not only our own library is understood.
const OF_GNU_GZIP: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x8b\x56\xca\xcd\xcf\x4f\x51\xd2\x51\x4a\x4f\xcd\x2b\x4a\x55\x8a\x05\x00\x33\x29\x43\x6f\x10\x00\x00\x00";

/// A service that responds to everything with this body in this coding.
fn coded(status: u16, coding: &'static str, body: Vec<u8>) -> Service {
    Service::new(move |_, _| Ok(Reply::new(status).header("content-encoding", coding).body(&body)))
}

fn client(service: &Service) -> Client {
    service.client().0.build().unwrap()
}

#[tokio::test]
async fn documents_are_asked_for_in_gzip_and_files_as_they_are() {
    let service = Service::new(|_, _| Ok(Reply::ok().body("[]")));
    let client = client(&service);
    client.send(&Tags).await.unwrap();
    drop(client.stream(&Tags).await.unwrap());
    client.call(&Tags).open().await.unwrap();
    client.call(&Tags).download_into(&mut Vec::new()).await.unwrap();
    let asked: Vec<_> =
        service.seen().iter().map(|seen| seen.header("accept-encoding").unwrap().to_owned()).collect();
    assert_eq!(asked, ["gzip", "gzip", "identity", "identity"]);
}

#[tokio::test]
async fn every_usual_coding_is_undone() {
    let json = br#"["mood","genre"]"#;
    let cases = [
        ("gzip", gzip(json)),
        ("GZIP", gzip(json)),
        ("x-gzip", gzip(json)),
        ("gzip", OF_GNU_GZIP.to_vec()),
        ("identity, gzip", gzip(json)),
        ("gzip, gzip", gzip(&gzip(json))),
        ("deflate", deflate(json, true)),
        ("deflate", deflate(json, false)),
        ("deflate, gzip", gzip(&deflate(json, true))),
        ("identity", json.to_vec()),
        ("", json.to_vec()),
        ("gzip", [gzip(&json[..7]), gzip(&json[7..])].concat()),
        ("gzip", [gzip(json), vec![0; 512]].concat()),
    ];
    for (coding, body) in cases {
        let service = coded(200, coding, body);
        assert_eq!(client(&service).send(&Tags).await.unwrap(), ["mood", "genre"], "{coding}");
        let mut array = client(&service).stream(&Tags).await.unwrap();
        assert_eq!(array.next().await.unwrap().unwrap(), "mood", "{coding}");
        assert_eq!(array.next().await.unwrap().unwrap(), "genre", "{coding}");
        assert!(array.next().await.is_none());
    }
}

#[tokio::test]
async fn the_words_of_a_compressed_error_are_heard() {
    let service = coded(404, "gzip", gzip(b"no such tag"));
    let error = client(&service).send(&Tags).await.unwrap_err();
    assert_eq!(error.to_string(), "example.tags.list: 404 Not Found: no such tag");
    assert_eq!(error.body().unwrap(), "no such tag");
}

#[tokio::test]
async fn a_coding_that_nobody_asked_for_is_named() {
    let names = [("br", "br"), ("zstd", "zstd"), ("gzip, br", "br"), ("aws-chunked", "aws-chunked")];
    for (coding, name) in names {
        let service = coded(200, coding, vec![0x8B, 0x02, 0x80]);
        let error = client(&service).send(&Tags).await.unwrap_err();
        assert!(error.is_decode());
        assert_eq!(
            error.to_string(),
            format!(
                "example.tags.list: 200 OK, but the response cannot be read: it is coded as \"{name}\", which \
                 was not asked for and cannot be undone"
            )
        );
        assert_eq!(service.seen().len(), 1, "it is not sent again");
        let error = client(&service).call(&Tags).download_into(&mut Vec::new()).await.unwrap_err();
        assert!(error.to_string().contains(&format!("coded as \"{name}\"")), "{error}");

        let error = client(&coded(404, coding, vec![0x8B])).send(&Tags).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "example.tags.list: 404 Not Found; its text cannot be read: it is coded as \"{name}\", which \
                 was not asked for and cannot be undone"
            )
        );
        assert_eq!(error.body().unwrap(), &[0x8B][..], "the evidence is kept");
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_its_coding_says_is_an_error() {
    let whole = gzip(&[b'x'; 5000]);
    let mut damaged = gzip(br#"["mood"]"#);
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    for (coding, body, says) in [
        ("gzip", b"[]".to_vec(), "it is not gzip"),
        ("deflate", b"\xff\xff[]".to_vec(), "its deflate is damaged"),
        ("gzip", whole[..whole.len() - 1].to_vec(), "its gzip is damaged or ends in the middle"),
        ("gzip", damaged, "its gzip is damaged or ends in the middle"),
    ] {
        let error = client(&coded(200, coding, body)).send(&Tags).await.unwrap_err();
        assert!(matches!(error.cause(), Cause::Decode { error: DecodeError::Coding(_), .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(error.attempts(), 1);
    }
}

#[tokio::test]
async fn a_response_without_a_body_is_not_missing_its_coding() {
    let error = client(&coded(404, "gzip", Vec::new())).send(&Tags).await.unwrap_err();
    assert_eq!(error.to_string(), "example.tags.list: 404 Not Found");
    let error = client(&coded(200, "gzip", Vec::new())).send(&Tags).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Decode { error: DecodeError::Empty, .. }), "{error}");
}

#[tokio::test]
async fn a_bomb_meets_the_cap_of_what_it_holds() {
    let bomb = gzip(&vec![b' '; 80 << 20]);
    assert!(bomb.len() < 100 << 10);
    let service = coded(200, "gzip", bomb.clone());
    let client = service.client().0.body_cap(1 << 20).build().unwrap();
    let error = client.send(&Tags).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Decode { error: DecodeError::TooLarge { .. }, .. }), "{error}");
    let error = client.call(&Tags).download_into(&mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("over 200 times as many"), "{error}");

    // What an error says is kept up to 64 KiB, however it is coded.
    let error = coded(500, "gzip", bomb).client().0.build().unwrap().send(&Tags).await.unwrap_err();
    assert_eq!(error.body().unwrap().len(), 64 * 1024);
}

#[tokio::test]
async fn a_file_that_is_kept_compressed_is_saved_as_what_it_holds() {
    let file: Vec<u8> = (0..200_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
    let (compressed, expected) = (gzip(&file), file.clone());
    let service = Service::new(move |seen, number| {
        assert_eq!(seen.header("range"), None, "a part of the compressed file is of no use");
        let reply = Reply::ok()
            .header("content-encoding", "gzip")
            .header("content-length", compressed.len())
            .header("etag", "\"a\"");
        Ok(match number {
            0 => reply.body(&compressed[..compressed.len() / 2]).breaks(),
            _ => reply.body(&compressed),
        })
    });
    let mut sink = Vec::new();
    let done = client(&service).call(&Tags).download_into(&mut sink).await.unwrap();
    assert!(sink == expected);
    assert_eq!((done.bytes, done.length_known, done.attempts), (expected.len() as u64, false, 2));
    assert!(done.headers.get("content-encoding").is_none(), "nobody must undo it again");
}

#[tokio::test]
async fn a_compressed_part_of_a_file_is_refused() {
    let service = Service::new(|_, number| {
        Ok(match number {
            0 => Reply::ok().header("content-length", 10).header("etag", "\"a\"").body("01234").breaks(),
            _ => Reply::new(206)
                .header("content-range", "bytes 5-9/10")
                .header("etag", "\"a\"")
                .header("content-encoding", "gzip")
                .body(gzip(b"56789")),
        })
    });
    let error = client(&service).call(&Tags).download_into(&mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("a part of the file came compressed"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// In any pieces, the same comes out.
    #[test]
    fn any_pieces_of_any_coding(text in "[a-z]{0,3000}", zlib: bool, gz: bool, size in 1usize..300) {
        let json = serde_json::to_vec(&[&text]).unwrap();
        let (coding, body) = if gz { ("gzip", gzip(&json)) } else { ("deflate", deflate(&json, zlib)) };
        let service = Service::new(move |_, _| {
            let reply = Reply::ok().header("content-encoding", coding);
            Ok(body.chunks(size).fold(reply, |reply, piece| reply.body(piece)))
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        prop_assert_eq!(runtime.block_on(client(&service).send(&Tags)).unwrap(), [text]);
    }

    #[test]
    fn nothing_panics(body in prop::collection::vec(any::<u8>(), 0..300), gz: bool, cut in 0usize..300) {
        let coding = if gz { "gzip" } else { "deflate" };
        let mut real = gzip(&body);
        real.truncate(cut);
        for body in [body, real] {
            let service = coded(200, coding, body);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let _ = runtime.block_on(client(&service).send(&Tags));
        }
    }
}

/// The ten bytes of a gzip header inflate to nothing, which is not a piece of the file.
#[tokio::test]
async fn no_piece_of_a_file_is_empty() {
    let coded = gzip(b"one two three");
    let service = Service::new(move |_, _| {
        let (header, rest) = coded.split_at(10);
        Ok(Reply::ok().header("content-encoding", "gzip").body(header).body(rest))
    });
    let mut body = client(&service).call(&Tags).open().await.unwrap().into_body();
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let piece = frame.unwrap().into_data().unwrap();
        assert!(!piece.is_empty());
        whole.extend_from_slice(&piece);
    }
    assert_eq!(whole, b"one two three");
}
