//! A web application with several instances that logs users in at SoundCloud. The browser may come back to another instance than the one that
//! it left: what a login needs is kept as a record under its `state`, where all instances look. Each user has a token file.
//!
//! ```text
//! SOUNDCLOUD_CLIENT_ID=… SOUNDCLOUD_CLIENT_SECRET=… SOUNDCLOUD_REDIRECT_URI=… cargo run -p snippets --example web_login -- 8080
//! ```
//!
//! Without a port it tries itself out with two instances and a visitor who says yes; that takes the sandbox: `cargo xtask example web_login`.

#![allow(clippy::print_stdout)]

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use segno_core::Secret;
use segno_core::auth::store::FileStore;
use segno_soundcloud::{Client, me};
use tokio::net::TcpListener;

/// What all instances share; a table in a database, as a rule.
#[derive(Clone, Default)]
struct Pending(Arc<Mutex<HashMap<String, Secret>>>);

impl Pending {
    fn keep(&self, state: &Secret, record: Secret) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(state.expose().to_owned(), record);
    }

    /// A record serves once.
    fn take(&self, state: &str) -> Option<Secret> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(state)
    }
}

/// One instance.
#[derive(Clone)]
struct Instance {
    name: &'static str,
    pending: Pending,
    /// Token files, one a login.
    folder: PathBuf,
}

impl Instance {
    /// A client whose login is in the file of this state.
    fn client(&self, state: &str) -> Result<Client, Box<dyn Error>> {
        let id = std::env::var("SOUNDCLOUD_CLIENT_ID")?;
        let secret = Secret::from(std::env::var("SOUNDCLOUD_CLIENT_SECRET")?);
        let store = FileStore::open(self.folder.join(format!("{state}.json")))?;
        let mut builder = Client::builder().user(&id, Some(secret), store);
        if let Ok(url) = std::env::var("SOUNDCLOUD_BASE_URL") {
            builder = builder.base_url(&url);
        }
        if let Ok(url) = std::env::var("SOUNDCLOUD_AUTH_URL") {
            builder = builder.auth_url(&url);
        }
        Ok(builder.build()?)
    }

    /// The URL of the consent page.
    fn begin(&self) -> Result<String, Box<dyn Error>> {
        let login = self.client("unused")?.begin_login(&std::env::var("SOUNDCLOUD_REDIRECT_URI")?)?;
        self.pending.keep(login.state(), login.to_record());
        Ok(login.url().to_owned())
    }

    /// Who logged in, from the query of the redirect.
    async fn finish(&self, query: &str) -> Result<String, Box<dyn Error>> {
        let state = query.split('&').find_map(|pair| pair.strip_prefix("state=")).ok_or("no state")?;
        // Before it names a file: only what was given out is known.
        let record = self.pending.take(state).ok_or("a login that nobody began, or one that has ended")?;
        let client = self.client(state)?;
        client.resume_login(&record)?.finish(query).await?;
        let me = client.send(&me::Get::new()).await?;
        Ok(format!("{} logged in at instance {}", me.username.as_deref().unwrap_or("a user"), self.name))
    }

    fn router(self) -> Router {
        Router::new().route("/login", get(login)).route("/callback", get(callback)).with_state(self)
    }
}

async fn login(State(instance): State<Instance>) -> Response {
    match instance.begin() {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn callback(State(instance): State<Instance>, RawQuery(query): RawQuery) -> Response {
    // The error holds a boxed one that cannot wait between threads, so it becomes a text first.
    let finished = instance.finish(&query.unwrap_or_default()).await.map_err(|error| error.to_string());
    match finished {
        Ok(line) => line.into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error).into_response(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let scratch = tempfile::tempdir()?;
    let folder = scratch.path().to_owned();
    let instance =
        |name, pending: &Pending| Instance { name, pending: pending.clone(), folder: folder.clone() };
    let pending = Pending::default();
    if let Some(port) = std::env::args().nth(1) {
        let listener = TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
        println!("http://{}/login", listener.local_addr()?);
        return Ok(axum::serve(listener, instance("one", &pending).router()).await?);
    }

    let (first, second) = (instance("one", &pending), instance("two", &pending));
    let consent = first.begin()?;
    let location = visit(&format!("{consent}&auto=approve")).await?;
    let query = location.split_once('?').ok_or("no query")?.1;
    println!("{}", second.finish(query).await?);
    // The same redirect once more, as an attacker would send it.
    assert!(first.finish(query).await.is_err());
    Ok(())
}

/// Where the page sends a visitor's browser.
async fn visit(url: &str) -> Result<String, Box<dyn Error>> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let rest = url.strip_prefix("http://").ok_or("only the sandbox decides by itself")?;
    let (host, path) = rest.split_once('/').ok_or("no path")?;
    let mut stream = tokio::net::TcpStream::connect(host).await?;
    stream
        .write_all(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
        .await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    let location = response.lines().find_map(|line| line.strip_prefix("Location: "));
    Ok(location.ok_or("no redirect")?.to_owned())
}
