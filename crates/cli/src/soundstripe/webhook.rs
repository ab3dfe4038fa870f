//! Webhooks: the deliveries of finished searches, checked and listened for.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use segno_core::Timestamp;
use segno_core::environment::env_var;
use segno_core::time::{Clock as _, SystemClock};
use segno_soundstripe::webhooks::{Event, Verifier};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::*;
use crate::files;
use crate::output::Form;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the signature of a delivery that was kept in a file
    Verify(Verify),
    /// Listen for deliveries on this machine and print them
    Listen(Listen),
}

/// The secret is in SOUNDSTRIPE_WEBHOOK_SECRET, so that it is in no list of processes.
#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// The body of the delivery, byte for byte
    body: PathBuf,
    /// The header X-Soundstripe-Signature
    #[arg(long, value_name = "TEXT")]
    signature: String,
    /// The header X-Soundstripe-Timestamp
    #[arg(long, value_name = "TEXT")]
    timestamp: String,
    /// How old the delivery may be, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    tolerance: u64,
}

/// The secret is in SOUNDSTRIPE_WEBHOOK_SECRET, so that it is in no list of processes.
#[derive(Args, Debug)]
pub(crate) struct Listen {
    /// The port
    #[arg(long, default_value_t = 8931, value_name = "PORT")]
    port: u16,
    /// End after so many deliveries
    #[arg(long, value_name = "COUNT", value_parser = crate::arguments::count)]
    count: Option<NonZeroUsize>,
}

/// The largest body that is read.
const MAX_BODY: usize = 4 << 20;

async fn verifier(session: &Session) -> Result<Verifier, Failure> {
    let secret = match session.general().to {
        Some(crate::arguments::To::Sandbox) => {
            session.sandbox().await?.description().soundstripe.webhook_secret
        }
        _ => env_var("SOUNDSTRIPE_WEBHOOK_SECRET").map_err(|error| Failure::usage(error.to_string()))?,
    };
    Verifier::new(secret).map_err(|error| Failure::usage(error.to_string()))
}

pub(super) async fn run(command: Command, session: &Session) -> Result<Output, Failure> {
    let verifier = verifier(session).await?;
    match command {
        Command::Verify(Verify { body, signature, timestamp, tolerance }) => {
            let verifier = verifier.tolerance(Duration::from_secs(tolerance));
            let bytes = files::read(&body)?;
            let event = verifier
                .verify_parts(Some(&signature), Some(&timestamp), &bytes, SystemClock.wall())
                .await
                .map_err(|error| Failure::file(&body, error))?;
            Ok(row(&event).into())
        }
        Command::Listen(Listen { port, count }) => listen(verifier, port, count, session).await,
    }
}

fn row(event: &Event) -> Record {
    let songs: Vec<String> = event.search.song_ids.iter().map(ToString::to_string).collect();
    Record::new()
        .text("search", &event.search.id)
        .maybe("status", event.search.status.as_ref())
        .maybe("signed_at", event.signed_at)
        .with("songs", songs)
}

async fn listen(
    verifier: Verifier,
    port: u16,
    count: Option<NonZeroUsize>,
    session: &Session,
) -> Result<Output, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("port {port} cannot be listened at: {error}"));
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    session.tell(format_args!("listening at http://{address}/; Ctrl-C ends it"));
    let (sender, mut events) = mpsc::channel(16);
    let verifier = Arc::new(verifier);
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            let (verifier, sender) = (Arc::clone(&verifier), sender.clone());
            tokio::spawn(async move {
                let service = service_fn(|request| respond(request, &verifier, &sender));
                // A peer that breaks off is its own loss.
                let _ = hyper::server::conn::http1::Builder::new()
                    .keep_alive(false)
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    let form = Form::choose(session.general().json);
    let mut received = 0;
    while let Some(event) = events.recv().await {
        match event {
            Ok(record) => {
                received += 1;
                Output::One(record).print(form)?;
            }
            Err(line) => session.tell(line),
        }
        if count.is_some_and(|count| received >= count.get()) {
            break;
        }
    }
    server.abort();
    Ok(Output::Nothing)
}

/// Responds as the verifier says; what was accepted is printed before the service hears of it.
async fn respond(
    request: Request<Incoming>,
    verifier: &Verifier,
    sender: &mpsc::Sender<Result<Record, String>>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let status = |status: StatusCode| {
        let mut response = Response::new(Empty::new());
        *response.status_mut() = status;
        Ok(response)
    };
    if request.method() != Method::POST {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    let headers = request.headers().clone();
    let Ok(body) = Limited::new(request.into_body(), MAX_BODY).collect().await else {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let now: Timestamp = SystemClock.wall();
    match verifier.verify(&headers, &body.to_bytes(), now).await {
        Ok(event) => {
            let told = sender.send(Ok(row(&event))).await.is_ok();
            if !told || event.accept().await.is_err() {
                return status(StatusCode::SERVICE_UNAVAILABLE);
            }
            status(StatusCode::OK)
        }
        Err(error) => {
            let code = error.status();
            let _ = sender.send(Err(format!("refused a delivery: {error}"))).await;
            status(code)
        }
    }
}
