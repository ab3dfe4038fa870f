//! The Soundstripe host, rule by rule of docs/services/soundstripe.md.

mod audio;
mod catalogue;
mod headers;
mod paging;
mod playlists;
mod songs;
mod supe;

use segno_sandbox::{Host, Sandbox};
use serde_json::Value;

use crate::wire::{Request, Response};

/// A sandbox with a frozen clock and without a rate limit, and the account that requests are sent as.
struct Api {
    sandbox: Sandbox,
    account: usize,
}

impl Api {
    async fn start() -> Self {
        let builder = Sandbox::builder().frozen_at(1_900_000_000);
        let builder = builder.switches(|switches| switches.soundstripe.rate_limit = None);
        Self { sandbox: builder.start().await.expect("starts"), account: 0 }
    }

    fn anonymous(&self, method: &str, path: &str) -> Request {
        Request::new(method, &format!("{}/v1{path}", self.sandbox.origin(Host::SOUNDSTRIPE)))
    }

    /// A request with the three documented headers.
    fn request(&self, method: &str, path: &str) -> Request {
        let key = &self.sandbox.soundstripe_accounts()[self.account].key.token;
        self.anonymous(method, path)
            .header("Authorization", &format!("Token {key}"))
            .header("Content-Type", "application/vnd.api+json")
            .header("Accept", "application/vnd.api+json")
    }

    async fn get(&self, path: &str) -> Response {
        self.request("GET", path).send().await
    }

    /// The document of a GET that succeeds.
    async fn document(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status, 200, "{path}: {}", response.text());
        assert_eq!(response.header("content-type"), Some("application/vnd.api+json"));
        response.json()
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Response {
        self.request(method, path).body(body.to_string()).send().await
    }

    fn switch(&self, name: &str, value: impl Into<Value>) {
        let change = serde_json::json!({"soundstripe": {name: value.into()}});
        self.sandbox.set_switches(&change).expect("a switch");
    }
}

/// The detail of the only error, and whether its status is the number that the response has.
fn refusal(response: &Response) -> (u16, String) {
    let errors = &response.json()["errors"];
    assert_eq!(errors.as_array().map(Vec::len), Some(1), "{errors}");
    assert_eq!(errors[0]["status"], response.status);
    (response.status, errors[0]["detail"].as_str().unwrap_or_default().to_owned())
}

fn ids(document: &Value) -> Vec<String> {
    let data = document["data"].as_array().expect("a list");
    data.iter().map(|item| item["id"].as_str().expect("ids are strings").to_owned()).collect()
}

fn total(document: &Value) -> u64 {
    document["links"]["meta"]["total_count"].as_u64().expect("a total")
}

/// The included resource of this type and id.
fn included<'a>(document: &'a Value, kind: &str, id: &Value) -> &'a Value {
    let all = document["included"].as_array().expect("included");
    let mut found = all.iter().filter(|it| it["type"] == kind && it["id"] == *id);
    let one = found.next().unwrap_or_else(|| panic!("{kind} {id} is not included"));
    assert!(found.next().is_none(), "{kind} {id} is included twice");
    one
}
