//! Any request to any host: paths, queries, headers, forms of both kinds, XML, notation, audio, ranges, OAuth 1.0a. Whatever
//! comes has a response, and none is a failure of the sandbox itself.
//!
//! The first byte says which host, and whether the right credentials are put in; behind it stands the request as HTTP/1.1
//! writes it, without lengths.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use segno_sandbox::{RecordedRequest, Sandbox};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const HOSTS: [&str; 8] = [
    "soundslice",
    "storage",
    "soundstripe",
    "soundcloud",
    "soundcloud_auth",
    "musescore",
    "musescore_web",
    "musescore_static",
];

static SCENE: LazyLock<(Runtime, Sandbox, Vec<Option<String>>)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = runtime.block_on(Sandbox::builder().seed(1).frozen_at(1_795_292_100).start()).unwrap();
    let told = sandbox.description();
    let basic = STANDARD.encode(format!("{}:{}", told.soundslice.app_id, told.soundslice.password));
    let credentials = vec![
        Some(format!("Basic {basic}")),
        None,
        Some(format!("Token {}", told.soundstripe.token)),
        Some(format!("OAuth {}", told.soundcloud.access_token)),
        Some(format!("OAuth {}", told.soundcloud.access_token)),
        None,
        None,
        None,
    ];
    (runtime, sandbox, credentials)
});

fn header(line: &str) -> Option<Value> {
    let (name, value) = line.split_once(':')?;
    Some(json!([name.trim().to_ascii_lowercase(), value.trim()]))
}

fuzz_target!(|input: &[u8]| {
    let Some((&first, request)) = input.split_first() else { return };
    let host = usize::from(first) % HOSTS.len();
    let end = request.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = end.map_or((request, &[][..]), |end| (&request[..end], &request[end + 2..]));
    let Ok(head) = std::str::from_utf8(head) else { return };
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return };
    let mut headers: Vec<Value> = lines.take(12).filter_map(header).collect();
    let (runtime, sandbox, credentials) = &*SCENE;
    if let Some(credentials) = credentials[host].as_ref().filter(|_| first >= 128) {
        headers.retain(|header| header[0] != "authorization");
        headers.push(json!(["authorization", credentials]));
    }
    let body = json!({ "latin1": body.iter().map(|byte| char::from(*byte)).collect::<String>() });
    let recorded = json!({
        "at": 0.0, "host": HOSTS[host], "method": method, "path": path, "headers": headers, "body": body, "status": null,
    });
    let Ok(recorded) = serde_json::from_value::<RecordedRequest>(recorded) else { return };
    let responses = runtime.block_on(sandbox.replay(&[recorded]));
    for response in responses.into_iter().flatten() {
        assert_ne!(response.status, 500, "{method} {path}");
    }
    // What is made and deleted does not add up over millions of requests.
    if sandbox.requests().len() > 500 {
        sandbox.reset();
        sandbox.clear_requests();
    }
});
