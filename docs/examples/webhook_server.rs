//! A server that takes the webhooks of Supe searches on axum: it checks the signature on the raw body, does its work, and accepts the
//! delivery when the work is done. Then it starts a search whose result comes to itself.
//!
//! ```text
//! SOUNDSTRIPE_API_KEY=… SOUNDSTRIPE_WEBHOOK_SECRET=… cargo run -p snippets --example webhook_server
//! ```
//!
//! Against the sandbox: `cargo xtask example webhook_server`. A real service needs an https URL that it can reach.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use segno_core::Timestamp;
use segno_soundstripe::webhooks::Verifier;
use segno_soundstripe::{Client, supe_searches};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

struct Webhooks {
    verifier: Verifier,
    /// Where the work is done; a database would be here.
    done: Sender<String>,
}

async fn delivered(State(webhooks): State<Arc<Webhooks>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = Timestamp::from(SystemTime::now());
    let event = match webhooks.verifier.verify(&headers, &body, now).await {
        Ok(event) => event,
        // 200 for what was accepted before, 401 or 400 for what must not be acted on.
        Err(error) => return error.status(),
    };
    let line = format!("search {}: {} songs", event.search.id, event.search.songs.len());
    if webhooks.done.send(line).await.is_err() {
        // Not done: the service sends it again.
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    match event.accept().await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (done, mut lines) = channel(16);
    let verifier = Verifier::new(std::env::var("SOUNDSTRIPE_WEBHOOK_SECRET")?)?;
    let router = Router::new()
        .route("/webhooks/supe", post(delivered))
        .with_state(Arc::new(Webhooks { verifier, done }));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks/supe", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let server = tokio::spawn(server.into_future());

    let client = Client::from_env()?;
    let search = supe_searches::Create::new(&url).query("a train at night, hopeful");
    println!("search {} begun", client.send(&search).await?.search().id);
    let line =
        tokio::time::timeout(Duration::from_secs(60), lines.recv()).await?.ok_or("the server ended")?;
    println!("{line}");
    // A delivery that is not responded to is sent again.
    drop(stop);
    server.await??;
    Ok(())
}
