//! Four processes with 200 tasks share one file store against a server whose refresh tokens work once. The server ends
//! the access token 500 times, three in ten of the callers who refresh are dropped in the middle, and one in ten token
//! responses is late, a 503 or a closed connection (before any work: what a server has rotated and then not delivered,
//! no client can know). At the end no token may be lost and no `invalid_grant` seen.
//!
//! `cargo run --example token_soak --features oauth2,hyper -- [expiries] [processes] [tasks per process]`

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use segno_core::auth::oauth2::{App, TokenResponse, TokenServer, TokenSource};
use segno_core::auth::store::{FileStore, TokenStore};
use segno_core::auth::{AuthError, AuthRequest, Authorize, CredentialVersion};
use segno_core::endpoint::PlainApiError;
use segno_core::time::{Clock, SystemClock};
use segno_core::{
    BoxFuture, BuildError, Bytes, Cause, Client, DecodeError, Endpoint, Method, Replay, RequestWriter,
    Response, Retry,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new();
    let result = runtime.map_err(Failure::from).and_then(|runtime| match &arguments[..] {
        [role, base, store, tasks] if role == "worker" => runtime.block_on(worker(base, store, tasks)),
        numbers => runtime.block_on(parent(numbers)),
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn parent(numbers: &[String]) -> Result<ExitCode, Failure> {
    let number = |index: usize, default: u64| numbers.get(index).map_or(Ok(default), |text| text.parse());
    let (expiries, processes, tasks) = (number(0, 500)?, number(1, 4)?, number(2, 50)?);
    let peer = Arc::new(Peer::new(expiries));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}/", listener.local_addr()?);
    let serving = tokio::spawn(serve(listener, Arc::clone(&peer)));

    let folder = std::env::temp_dir().join(format!("segno-soak-{:016x}", SystemClock.random()));
    std::fs::create_dir(&folder)?;
    let path = folder.join("tokens.json");
    let store = Arc::new(FileStore::open(&path)?);
    let (response, _) = peer.rotate();
    let source = source(&base, Arc::clone(&store))?;
    source.install(TokenResponse::read(&Response::new(response.into()))?).await?;

    let start = Instant::now();
    let mut children = Vec::new();
    for _ in 0..processes {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("worker").arg(&base).arg(&path).arg(tasks.to_string()).stdout(Stdio::piped());
        children.push(command.spawn()?);
    }
    let mut sums = Counts::default();
    for child in children {
        let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await??;
        if !output.status.success() {
            return Err("a worker failed".into());
        }
        sums.add(&segno_core::decode::from_json(&output.stdout)?);
    }
    let took = start.elapsed();
    serving.abort();

    let kept = store.load().await?.token.and_then(|token| token.refresh);
    let kept_is_current = kept.is_some_and(|kept| kept.expose() == peer.current().1);
    std::fs::remove_dir_all(&folder)?;
    let seen = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    println!("{processes} processes, {} tasks in all, {:.1} s", processes * tasks, took.as_secs_f64());
    println!("forced expiries             {}", seen(&peer.expired));
    println!("refresh requests            {}", seen(&peer.refreshes));
    println!("  gave tokens               {}", seen(&peer.rotations) - 1);
    println!("  late                      {}", seen(&peer.late));
    println!("  failed (503, closed)      {}", seen(&peer.failed));
    println!("invalid_grant               {}", seen(&peer.invalid_grants));
    println!("calls that succeeded        {}", sums.ok);
    println!("callers that had to refresh {}", sums.refreshing);
    println!("  dropped in the middle     {}", sums.dropped);
    println!("calls without a fresh token {}", sums.unavailable);
    println!("logins lost                 {}", sums.lost);
    println!("store holds the last token  {}", if kept_is_current { "yes" } else { "NO" });
    let clean = seen(&peer.invalid_grants) == 0 && sums.lost == 0 && sums.strange == 0 && kept_is_current;
    println!("{}", if clean { "no token lost" } else { "FAILED" });
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Counts {
    ok: u64,
    refreshing: u64,
    dropped: u64,
    unavailable: u64,
    lost: u64,
    strange: u64,
}

impl Counts {
    fn add(&mut self, more: &Self) {
        self.ok += more.ok;
        self.refreshing += more.refreshing;
        self.dropped += more.dropped;
        self.unavailable += more.unavailable;
        self.lost += more.lost;
        self.strange += more.strange;
    }
}

fn source(base: &str, store: impl TokenStore) -> Result<TokenSource, Failure> {
    let client = Client::builder(base).retry(Retry::never()).build()?;
    let server = TokenServer::new(client, App { id: "soak".into(), secret: Some("s3cret".into()) });
    Ok(TokenSource::user(server).scheme("OAuth").build(store))
}

async fn worker(base: &str, store: &str, tasks: &str) -> Result<ExitCode, Failure> {
    let source = source(base, FileStore::open(store)?)?;
    let counts = Arc::new(Mutex::new(Counts::default()));
    let flaky = Flaky { source: source.clone(), counts: Arc::clone(&counts) };
    let client = Client::builder(base).authorize(flaky).build()?;
    let mut running = Vec::new();
    for _ in 0..tasks.parse()? {
        let (client, counts) = (client.clone(), Arc::clone(&counts));
        running.push(tokio::spawn(async move {
            loop {
                let outcome = client.send(&Me).await;
                let Ok(mut counts) = counts.lock() else { return };
                match outcome {
                    Ok(()) => counts.ok += 1,
                    Err(error) if error.is_not_found() => return,
                    // The parent is gone.
                    Err(error) if error.is_connect() => {
                        counts.strange += 1;
                        return;
                    }
                    Err(error) => match error.cause() {
                        Cause::Auth(AuthError::LoginNeeded(_)) => counts.lost += 1,
                        Cause::Auth(AuthError::Unavailable(reason)) if reason.as_str() == DROPPED => {
                            counts.dropped += 1
                        }
                        Cause::Auth(AuthError::Unavailable(_)) => counts.unavailable += 1,
                        // The token ended again between the refresh and the second try.
                        _ if error.is_auth() => counts.unavailable += 1,
                        _ => {
                            eprintln!("{error}");
                            counts.strange += 1;
                        }
                    },
                }
            }
        }));
    }
    for task in running {
        task.await?;
    }
    source.settle().await;
    let counts = counts.lock().map_err(|_| "a task panicked")?;
    println!("{}", serde_json::to_string(&*counts)?);
    Ok(ExitCode::SUCCESS)
}

const DROPPED: &str = "the caller went away";

/// Drops three in ten of the callers who wait for better credentials, at some moment of the first 20 ms.
struct Flaky {
    source: TokenSource,
    counts: Arc<Mutex<Counts>>,
}

impl Authorize for Flaky {
    fn authorize<'a>(
        &'a self,
        attempt: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        self.source.authorize(attempt)
    }

    fn rejected(&self, ticket: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        if let Ok(mut counts) = self.counts.lock() {
            counts.refreshing += 1;
        }
        let waiting = self.source.rejected(ticket);
        if SystemClock.random() % 10 >= 3 {
            return waiting;
        }
        Box::pin(async move {
            let patience = SystemClock.sleep(Duration::from_micros(SystemClock.random() % 20_000));
            tokio::select! {
                biased;
                () = patience => {}
                _ = waiting => {}
            }
            Err(AuthError::Unavailable(DROPPED.into()))
        })
    }
}

/// `GET /me`
struct Me;

impl Endpoint for Me {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "soak.me";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("me", &[])
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// A server with one login. The access token ends after 100 good calls.
struct Peer {
    tokens: Mutex<(String, String)>,
    good: AtomicU64,
    expiries: u64,
    expired: AtomicU64,
    rotations: AtomicU64,
    refreshes: AtomicU64,
    invalid_grants: AtomicU64,
    late: AtomicU64,
    failed: AtomicU64,
}

const GOOD_CALLS: u64 = 100;

impl Peer {
    fn new(expiries: u64) -> Self {
        Self {
            tokens: Mutex::default(),
            good: AtomicU64::new(0),
            expiries,
            expired: AtomicU64::new(0),
            rotations: AtomicU64::new(0),
            refreshes: AtomicU64::new(0),
            invalid_grants: AtomicU64::new(0),
            late: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    fn current(&self) -> (String, String) {
        self.tokens.lock().map(|tokens| tokens.clone()).unwrap_or_default()
    }

    /// New tokens; the old ones are dead from now on.
    fn rotate(&self) -> (String, u64) {
        let number = self.rotations.fetch_add(1, Ordering::Relaxed);
        let (access, refresh) = (format!("a{number}"), format!("r{number}-{:016x}", SystemClock.random()));
        let body = serde_json::json!({
            "access_token": access, "refresh_token": refresh, "token_type": "bearer", "expires_in": 3599, "scope": ""
        });
        if let Ok(mut tokens) = self.tokens.lock() {
            *tokens = (access, refresh);
        }
        (body.to_string(), number)
    }

    fn me(&self, token: &str) -> (u16, String) {
        if self.expired.load(Ordering::Relaxed) >= self.expiries {
            return (410, String::new());
        }
        let Ok(mut tokens) = self.tokens.lock() else { return (500, String::new()) };
        if tokens.0.is_empty() || token != tokens.0 {
            return (401, String::new());
        }
        if self.good.fetch_add(1, Ordering::Relaxed) % GOOD_CALLS == GOOD_CALLS - 1 {
            tokens.0.clear();
            self.expired.fetch_add(1, Ordering::Relaxed);
        }
        (200, "{}".into())
    }

    /// The response to a refresh; `None` closes the connection.
    async fn refresh(&self, form: &str) -> Option<(u16, String)> {
        self.refreshes.fetch_add(1, Ordering::Relaxed);
        match SystemClock.random() % 40 {
            0 => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                return Some((503, "<html><title>503</title></html>".into()));
            }
            1 => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            2 | 3 => {
                self.late.fetch_add(1, Ordering::Relaxed);
                SystemClock.sleep(Duration::from_millis(SystemClock.random() % 400)).await;
            }
            _ => {}
        }
        let given = form.split('&').find_map(|pair| pair.strip_prefix("refresh_token="));
        if given != Some(self.current().1.as_str()) {
            self.invalid_grants.fetch_add(1, Ordering::Relaxed);
            return Some((400, r#"{"error":"invalid_grant"}"#.into()));
        }
        Some((200, self.rotate().0))
    }
}

async fn serve(listener: TcpListener, peer: Arc<Peer>) {
    while let Ok((stream, _)) = listener.accept().await {
        let peer = Arc::clone(&peer);
        tokio::spawn(async move { connection(stream, &peer).await });
    }
}

/// As much of HTTP/1.1 as this needs.
async fn connection(mut stream: TcpStream, peer: &Peer) -> Option<()> {
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let header = |name: &str| {
            head.lines()
                .filter_map(|line| line.split_once(':'))
                .find_map(|(given, value)| given.eq_ignore_ascii_case(name).then(|| value.trim().to_owned()))
        };
        let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        while buffer.len() < end + length {
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        }
        let body = String::from_utf8_lossy(&buffer[end..end + length]).into_owned();
        buffer.drain(..end + length);
        let (status, body) = if head.starts_with("POST /oauth/token ") {
            peer.refresh(&body).await?
        } else {
            let authorization = header("authorization").unwrap_or_default();
            peer.me(authorization.strip_prefix("OAuth ").unwrap_or_default())
        };
        let response = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(response.as_bytes()).await.ok()?;
    }
}
