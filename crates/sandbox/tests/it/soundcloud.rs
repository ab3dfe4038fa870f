//! The SoundCloud hosts, rule by rule of docs/services/soundcloud.md.

mod apps;
mod errors;
mod faults;
mod legacy;
mod lists;
mod oauth;
mod operations;
mod playlists;
mod repeated;
mod shapes;
mod streams;
mod tracks;
mod web;

use segno_sandbox::{Host, Sandbox};
use serde_json::Value;

use crate::wire::{Request, Response};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A sandbox with a frozen clock, and the token that requests are sent with.
struct Api {
    sandbox: Sandbox,
    token: String,
}

impl Api {
    async fn start() -> Self {
        let sandbox = Sandbox::builder().frozen_at(1_900_000_000).start().await.expect("starts");
        let token = sandbox.description().soundcloud.access_token;
        Self { sandbox, token }
    }

    /// The same sandbox, asked by another user of the catalogue.
    async fn log_in(&mut self, username: &str) {
        let code = self.code(&format!("&auto=approve&username={username}")).await;
        self.token = text(&self.exchange(&code, VERIFIER).await.json(), "access_token");
    }

    /// The same sandbox, asked by the application itself.
    async fn as_app(&mut self) {
        self.token = text(&self.client_credentials().await.json(), "access_token");
    }

    fn as_first(&mut self) {
        self.token = self.sandbox.description().soundcloud.access_token;
    }

    fn auth(&self, method: &str, path: &str) -> Request {
        Request::new(method, &format!("{}{path}", self.sandbox.origin(Host::SOUNDCLOUD_AUTH)))
    }

    /// The query of a good authorization request.
    fn authorization(&self) -> String {
        let access = self.sandbox.description().soundcloud;
        format!(
            "client_id={}&redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcallback&response_type=code\
             &code_challenge={CHALLENGE}&code_challenge_method=S256&state=xyz",
            access.client_id
        )
    }

    async fn code(&self, more: &str) -> String {
        let path = format!("/authorize?{}{more}", self.authorization());
        let response = self.auth("GET", &path).send().await;
        assert_eq!(response.status, 302, "{}", response.text());
        let location = response.header("location").expect("a location").to_owned();
        let (uri, query) = location.split_once('?').expect("a query");
        assert_eq!(uri, "http://127.0.0.1:8765/callback");
        let code = query.strip_prefix("code=").and_then(|query| query.strip_suffix("&state=xyz"));
        code.expect("a code and the state").to_owned()
    }

    async fn token(&self, form: &str) -> Response {
        self.auth("POST", "/oauth/token").form(form).send().await
    }

    fn client(&self) -> String {
        let access = self.sandbox.description().soundcloud;
        format!("client_id={}&client_secret={}", access.client_id, access.client_secret)
    }

    async fn exchange(&self, code: &str, verifier: &str) -> Response {
        let redirect = "redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcallback";
        let client = self.client();
        self.token(&format!(
            "grant_type=authorization_code&{client}&{redirect}&code_verifier={verifier}&code={code}"
        ))
        .await
    }

    async fn refresh(&self, token: &str) -> Response {
        self.token(&format!("grant_type=refresh_token&{}&refresh_token={token}", self.client())).await
    }

    async fn client_credentials(&self) -> Response {
        use base64::Engine as _;
        let access = self.sandbox.description().soundcloud;
        let pair = format!("{}:{}", access.client_id, access.client_secret);
        let pair = base64::engine::general_purpose::STANDARD.encode(pair);
        let request = self.auth("POST", "/oauth/token").header("Authorization", &format!("Basic {pair}"));
        request.form("grant_type=client_credentials").send().await
    }

    /// A request without credentials.
    fn anonymous(&self, method: &str, path: &str) -> Request {
        Request::new(method, &format!("{}{path}", self.sandbox.origin(Host::SOUNDCLOUD)))
    }

    fn request(&self, method: &str, path: &str) -> Request {
        self.anonymous(method, path).header("Authorization", &format!("OAuth {}", self.token))
    }

    async fn get(&self, path: &str) -> Response {
        self.request("GET", path).send().await
    }

    async fn send(&self, method: &str, path: &str) -> Response {
        self.request(method, path).send().await
    }

    async fn send_json(&self, method: &str, path: &str, body: &Value) -> Response {
        self.request(method, path).json(body).send().await
    }

    /// The URN of a seeded track by its title, found by search or among the caller's own.
    async fn track(&self, title: &str) -> String {
        let found = self.get("/tracks?access=playable,preview,blocked").await.json();
        let mine = self.get("/me/tracks").await;
        let mine = if mine.status == 200 { mine.json() } else { Value::Null };
        let lists = [found, mine];
        let mut tracks = lists.iter().filter_map(Value::as_array).flatten();
        let track = tracks.find(|track| track["title"] == title);
        text(track.unwrap_or_else(|| panic!("no track {title}")), "urn")
    }

    async fn playlist(&self, title: &str) -> String {
        let lists = self.get("/playlists").await.json();
        let list = lists.as_array().and_then(|lists| lists.iter().find(|list| list["title"] == title));
        text(list.unwrap_or_else(|| panic!("no playlist {title}")), "urn")
    }

    fn created(&self, kind: &str) -> u64 {
        self.sandbox.effects().of("soundcloud", kind).created
    }

    fn switch(&self, change: &Value) {
        self.sandbox.set_switches(&serde_json::json!({"soundcloud": change})).expect("a switch");
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}")).to_owned()
}

/// Titles, in order.
fn titles(list: &Value) -> Vec<String> {
    let list = list.get("collection").unwrap_or(list);
    list.as_array().expect("a list").iter().map(|item| text(item, "title")).collect()
}

/// A multipart body of text parts and files.
pub(crate) fn multipart(texts: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in texts {
        body.extend(
            format!("--b7d1\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    for (name, file, content_type, bytes) in files {
        let head = format!(
            "--b7d1\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
             Content-Type: {content_type}\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b7d1--\r\n");
    body
}

pub(crate) const MULTIPART: &str = "multipart/form-data; boundary=b7d1";

/// One second of silence as a WAV file: 8000 samples of one byte.
pub(crate) fn wav() -> Vec<u8> {
    let mut file =
        b"RIFF\x64\x1f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x40\x1f\0\0"
            .to_vec();
    file.resize(44 + 8000, 0x80);
    file
}
