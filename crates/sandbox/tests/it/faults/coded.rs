//! Content codings: of documents, errors, tokens and files.

use std::io::Read as _;

use segno_sandbox::{Coding, Fault, FaultKind, Host};
use serde_json::json;

use super::{add, probe, soundslice, start, switch};
use crate::wire::{Request, Response};

fn decoded(response: &Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = match response.header("content-encoding") {
        Some("gzip") => flate2::read::GzDecoder::new(response.body.as_slice()).read_to_end(&mut bytes),
        Some("deflate") if response.body[0] & 0x0f == 8 => {
            flate2::read::ZlibDecoder::new(response.body.as_slice()).read_to_end(&mut bytes)
        }
        Some("deflate") => {
            flate2::read::DeflateDecoder::new(response.body.as_slice()).read_to_end(&mut bytes)
        }
        other => panic!("{other:?}"),
    };
    read.expect("a valid stream");
    bytes
}

#[tokio::test]
async fn every_response_is_coded_when_the_switch_says_so() {
    let sandbox = start().await;
    let list = || soundslice(&sandbox, "GET", "slices/");
    let plain = (list().send().await, probe(&sandbox).send().await);
    for coding in ["gzip", "deflate", "raw_deflate"] {
        switch(&sandbox, &json!({"responses": {"coding": coding, "accept_encoding": "honoured"}})).await;
        let name = coding.trim_start_matches("raw_");
        for accepted in [None, Some("identity"), Some("zstd, *;q=0")] {
            let request = accepted.map_or_else(list, |value| list().header("Accept-Encoding", value));
            assert_eq!(request.send().await.body, plain.0.body, "{accepted:?}");
        }
        let coded = list().header("Accept-Encoding", "gzip, deflate").send().await;
        assert_eq!(coded.header("content-encoding"), Some(name));
        assert_eq!(coded.header("vary"), Some("Accept-Encoding"));
        assert_eq!(coded.header("content-length"), Some(coded.body.len().to_string().as_str()));
        assert_eq!(decoded(&coded), plain.0.body);
        let error = probe(&sandbox).header("Accept-Encoding", "gzip, deflate").send().await;
        assert_eq!((error.status, decoded(&error)), (403, plain.1.body.clone()));
        switch(&sandbox, &json!({"responses": {"accept_encoding": "ignored"}})).await;
        let asked = list().header("Accept-Encoding", "identity").send().await;
        assert_eq!(decoded(&asked), plain.0.body);
    }
    // A list that is made while it is sent.
    switch(&sandbox, &json!({"soundslice": {"extra_slices": 5000}})).await;
    let long = list().send().await;
    let whole: serde_json::Value = serde_json::from_slice(&decoded(&long)).expect("JSON");
    assert!(whole.as_array().is_some_and(|slices| slices.len() > 5000));
    // The control port is no upstream host.
    let control = Request::new("GET", &(sandbox.origin(Host::CONTROL) + "/clock")).send().await;
    assert_eq!(control.header("content-encoding"), None);
}

#[tokio::test]
async fn a_fault_codes_single_responses_and_what_other_faults_made() {
    let sandbox = start().await;
    let plain = probe(&sandbox).send().await;
    add(&sandbox, &json!({"kind": "coded", "coding": "gzip"})).await;
    add(&sandbox, &json!({"kind": "coded", "coding": "gzip", "accept_encoding": "honoured"})).await;
    assert_eq!(decoded(&probe(&sandbox).send().await), plain.body);
    assert_eq!(probe(&sandbox).send().await.body, plain.body);
    let coded = FaultKind::coded(Coding::Gzip, segno_sandbox::AcceptEncoding::Ignored);
    sandbox.fault(Fault::status(503).body("later").also(coded));
    let error = probe(&sandbox).send().await;
    assert_eq!((error.status, decoded(&error)), (503, b"later".to_vec()));
    // What it announces need not be true.
    add(&sandbox, &json!({"kind": "edit", "headers": {"Content-Encoding": "gzip"}})).await;
    let false_coding = probe(&sandbox).send().await;
    assert_eq!(
        (false_coding.header("content-encoding"), false_coding.body.clone()),
        (Some("gzip"), plain.body)
    );
}

/// Uncompressed meta-blocks (RFC 7932 section 9.2): the bytes stand in it as they are.
#[tokio::test]
async fn brotli_is_announced_and_valid() {
    let sandbox = start().await;
    let plain = probe(&sandbox).send().await;
    add(&sandbox, &json!({"kind": "coded", "coding": "br"})).await;
    let coded = probe(&sandbox).send().await;
    assert_eq!(coded.header("content-encoding"), Some("br"));
    assert_eq!(coded.body[3..coded.body.len() - 1], plain.body);
}

#[tokio::test]
async fn tokens_are_coded() {
    let sandbox = start().await;
    switch(&sandbox, &json!({"responses": {"coding": "gzip", "accept_encoding": "ignored"}})).await;
    let access = sandbox.description().soundcloud;
    let url = sandbox.origin(Host::SOUNDCLOUD_AUTH) + "/oauth/token";
    let form = format!("grant_type=refresh_token&client_id={}&refresh_token=none", access.client_id);
    let token = Request::new("POST", &url).form(&form).send().await;
    assert!(serde_json::from_slice::<serde_json::Value>(&decoded(&token)).is_ok());
}

/// Files too, with a tag of their own and without ranges; a part of one is sent as it is.
#[tokio::test]
async fn files_are_coded() {
    let sandbox = start().await;
    let token = sandbox.description().soundstripe.token;
    let songs = Request::new("GET", &(sandbox.origin(Host::SOUNDSTRIPE) + "/v1/songs?page[size]=1"));
    let songs = songs.header("Authorization", &format!("Token {token}")).send().await.json();
    let link = songs["included"].as_array().expect("included").iter().find_map(|it| {
        it["attributes"]["versions"]["mp3"].as_str().or(it["attributes"]["mp3"].as_str()).map(str::to_owned)
    });
    let link = link.unwrap_or_else(|| panic!("a link in {songs}"));
    let plain = Request::new("GET", &link).send().await;
    assert_eq!(plain.status, 200, "{link}");
    switch(&sandbox, &json!({"responses": {"coding": "gzip", "accept_encoding": "ignored"}})).await;
    let coded = Request::new("GET", &link).send().await;
    assert_eq!(decoded(&coded), plain.body);
    assert_eq!(coded.header("content-length"), Some(coded.body.len().to_string().as_str()));
    assert_ne!(coded.header("etag"), plain.header("etag"));
    assert_eq!(coded.header("accept-ranges"), None);
    let part = Request::new("GET", &link).header("Range", "bytes=0-9").send().await;
    assert_eq!((part.status, part.header("content-encoding")), (206, None));
    assert_eq!(part.body, plain.body[..10]);
}
