//! The Soundslice host and the storage behind it, rule by rule of docs/services/soundslice.md.

mod folders;
mod media;
mod notation;
mod recordings;
mod repeated;
mod slices;
mod syncpoints;
mod transport;
mod uploads;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use segno_sandbox::{Host, Sandbox, SoundsliceKey};
use serde_json::Value;

use crate::wire::{Request, Response};

/// A sandbox with a frozen clock, and the key that requests are sent with.
struct Api {
    sandbox: Sandbox,
    key: SoundsliceKey,
}

impl Api {
    async fn start() -> Self {
        let sandbox = Sandbox::builder().frozen_at(1_900_000_000).start().await.expect("starts");
        let key = sandbox.soundslice_accounts()[0].keys[0].clone();
        Self { sandbox, key }
    }

    /// Sends what follows as the second account.
    fn as_second(&mut self) {
        self.key = self.sandbox.soundslice_accounts()[1].keys[0].clone();
    }

    fn as_first(&mut self) {
        self.key = self.sandbox.soundslice_accounts()[0].keys[0].clone();
    }

    /// A request without credentials to a path below the base.
    fn anonymous(&self, method: &str, path: &str) -> Request {
        Request::new(method, &format!("{}/api/v1{path}", self.sandbox.origin(Host::SOUNDSLICE)))
    }

    fn request(&self, method: &str, path: &str) -> Request {
        let pair = STANDARD.encode(format!("{}:{}", self.key.app_id, self.key.password));
        self.anonymous(method, path).header("Authorization", &format!("Basic {pair}"))
    }

    async fn get(&self, path: &str) -> Response {
        self.request("GET", path).send().await
    }

    async fn post(&self, path: &str, form: &str) -> Response {
        self.request("POST", path).form(form).send().await
    }

    async fn delete(&self, path: &str) -> Response {
        self.request("DELETE", path).send().await
    }

    /// Creates a slice and gives its scorehash.
    async fn slice(&self, form: &str) -> String {
        text(&self.post("/slices/", form).await.json(), "scorehash")
    }

    /// Creates a recording on a new slice; scorehash and recording ID.
    async fn recording(&self, form: &str) -> (String, u64) {
        let slice = self.slice("").await;
        let created = self.post(&format!("/slices/{slice}/recordings/"), form).await;
        assert_eq!(created.status, 201, "{}", created.text());
        (slice, created.json()["id"].as_u64().expect("an id"))
    }

    /// The only recording of a slice, as JSON text.
    async fn only_recording(&self, slice: &str) -> Value {
        self.get(&format!("/slices/{slice}/recordings/")).await.json()[0].take()
    }

    /// The URL of a started upload.
    async fn upload_url(&self, path: &str, form: &str) -> String {
        text(&self.post(path, form).await.json(), "url")
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}")).to_owned()
}

/// PUT of raw bytes with a length and nothing else.
async fn put(url: &str, bytes: &[u8]) -> Response {
    Request::new("PUT", url).body(bytes).send().await
}

const FORBIDDEN: (u16, &str) = (403, "{}");

/// The start of every 404 page.
fn is_html_404(response: &Response) -> bool {
    response.status == 404 && response.text().starts_with("<!DOCTYPE html>\n<!--[if lt IE 8]>")
}
