//! The MuseScore hosts, rule by rule of docs/services/musescore.md.

mod access;
mod login;
mod reading;
mod search;
pub(crate) mod signing;
mod vectors;
mod web;
mod writing;

use std::sync::atomic::{AtomicU64, Ordering};

use segno_sandbox::{Host, MusescoreAccount, MusescoreKeys, MusescoreScore, MusescoreSwitches, Sandbox};
use serde_json::{Value, json};

use crate::wire::{Request, Response};
use signing::{Signature, encode};

const NOW: u64 = 1_900_000_000;

/// A sandbox with a frozen clock, and the keys that requests are signed with.
struct Site {
    sandbox: Sandbox,
    keys: MusescoreKeys,
    nonce: AtomicU64,
}

impl Site {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut MusescoreSwitches)) -> Self {
        let builder = Sandbox::builder().frozen_at(NOW).switches(|switches| change(&mut switches.musescore));
        let sandbox = builder.start().await.expect("starts");
        let keys = sandbox.musescore_accounts()[0].keys.clone().expect("keys");
        Self { sandbox, keys, nonce: AtomicU64::new(0) }
    }

    fn account(&self, index: usize) -> MusescoreAccount {
        self.sandbox.musescore_accounts()[index].clone()
    }

    /// Signs what follows as the second account.
    fn as_second(&mut self) {
        self.keys = self.account(1).keys.expect("keys");
    }

    /// The first account's first score with this property.
    fn score(&self, private: bool) -> MusescoreScore {
        self.account(0).scores.into_iter().find(|score| score.private == private).expect("a score")
    }

    fn api(&self, path: &str) -> String {
        self.sandbox.origin(Host::MUSESCORE) + path
    }

    fn rest(&self, path: &str) -> String {
        self.api(&format!("/services/rest{path}"))
    }

    fn web(&self, path: &str) -> String {
        self.sandbox.origin(Host::MUSESCORE_WEB) + path
    }

    fn file(&self, score: &MusescoreScore, name: &str) -> String {
        format!("{}/{}/{}/{name}", self.sandbox.origin(Host::MUSESCORE_STATIC), score.id, score.secret)
    }

    /// GET of a resource with the consumer key alone.
    async fn get(&self, path: &str) -> Response {
        let joint = if path.contains('?') { '&' } else { '?' };
        let url = self.rest(&format!("{path}{joint}oauth_consumer_key={}", self.keys.consumer_key));
        Request::new("GET", &url).send().await
    }

    /// A signature with a nonce of its own, by consumer and token.
    fn signature(&self, method: &str, url: &str) -> Signature {
        let number = self.nonce.fetch_add(1, Ordering::Relaxed);
        Signature::new(method, url, &self.keys, NOW + self.elapsed(), &format!("nonce-{number}"))
    }

    /// Whole seconds since the start, by the sandbox's clock.
    fn elapsed(&self) -> u64 {
        self.sandbox.now().as_secs() - NOW
    }

    /// A signed request to a path below the REST base.
    fn signed(&self, method: &str, path: &str) -> Request {
        let url = self.rest(path);
        Request::new(method, &url).header("Authorization", &self.signature(method, &url).header())
    }

    async fn get_signed(&self, path: &str) -> Response {
        self.signed("GET", path).send().await
    }

    /// A signed multipart POST; fields of the form `("title", "x")` and the file.
    async fn post(&self, path: &str, fields: &[(&str, &str)], file: Option<&[u8]>) -> Response {
        self.signed("POST", path)
            .header("Content-Type", "multipart/form-data; boundary=bound")
            .body(multipart(fields, file))
            .send()
            .await
    }

    fn created(&self, kind: &str) -> u64 {
        self.sandbox.effects().of("musescore", kind).created
    }
}

fn multipart(fields: &[(&str, &str)], file: Option<&[u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--bound\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    if let Some(file) = file {
        body.extend(
            b"--bound\r\nContent-Disposition: form-data; name=\"score_data\"; filename=\"a.mscz\"\r\n\
              Content-Type: application/octet-stream\r\n\r\n",
        );
        body.extend(file);
        body.extend(b"\r\n");
    }
    body.extend(b"--bound--\r\n");
    body
}

/// Status and error text of a refusal: docs/services/musescore.md#errors.
fn refusal(response: &Response) -> (u16, String) {
    let body = response.json();
    let list = body.as_array().expect("a list");
    assert_eq!(list.len(), 1, "{body}");
    if response.status == 401 {
        assert_eq!(response.header("www-authenticate"), Some("OAuth realm=\"http://api.musescore.com/\""));
    }
    let text = list[0].as_str().map(str::to_owned);
    (response.status, text.unwrap_or_else(|| list[0]["code"].as_str().expect("a code").to_owned()))
}

fn said(status: u16, text: &str) -> (u16, String) {
    (status, text.to_owned())
}

fn ids(list: &Value) -> Vec<u64> {
    let id = |score: &Value| score["id"].as_str().expect("an id").parse().expect("digits");
    list.as_array().expect("a list").iter().map(id).collect()
}

fn empty() -> Value {
    json!([])
}
