//! Many processes with one login whose refresh tokens work once, while its store stops, restarts and pauses.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use segno_postgres::Postgres;
use segno_redis::Redis;
use segno_sandbox::{Fault, FaultKind, Host, Sandbox};
use segno_soundcloud::core::auth::AuthError;
use segno_soundcloud::core::auth::store::{Keyring, TokenStore};
use segno_soundcloud::core::{Cause, Secret};
use segno_soundcloud::{Client, me};
use segno_testkit::Server;

use super::{Log, finished, moment, numbers, random, spawn, tell, text, until_told};
use crate::{runtime, say};

/// How many good calls there are between two forced expiries, at least.
const GOOD_CALLS: u64 = 40;
/// How long a refresh may take while a server is away.
const PATIENCE: Duration = Duration::from_secs(180);
/// The path of the token server.
const TOKEN: &str = "/oauth/token";

#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Counts {
    ok: u64,
    /// The token could not be refreshed this time.
    unavailable: u64,
    /// The store could not be reached.
    store: u64,
    /// The login is lost.
    lost: u64,
    other: u64,
}

pub(super) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let options = [("--expiries", 500), ("--processes", 4), ("--tasks", 50)];
    let ([expiries, processes, tasks], words) = numbers(arguments, options)?;
    let stores = match words.as_slice() {
        [] => &["redis", "postgres"][..],
        [one @ ("redis" | "postgres")] => std::slice::from_ref(one),
        _ => return Err(super::USAGE.into()),
    };
    let mut holds = true;
    for store in stores {
        holds &= runtime()?.block_on(soak(store, expiries, processes, tasks))?;
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The store of the login, encrypted.
fn store(kind: &str, url: &str) -> Result<Box<dyn TokenStore>, String> {
    let keys = Keyring::new("soak", &[7; 32]).map_err(text)?;
    Ok(match kind {
        "redis" => Box::new(Redis::new(url).map_err(text)?.tokens("soundcloud").encrypted(keys)),
        _ => Box::new(Postgres::new(url).map_err(text)?.tokens("soundcloud").encrypted(keys)),
    })
}

fn client(access: &[&str; 4], store: Box<dyn TokenStore>) -> Result<Client, String> {
    let [base, auth, id, secret] = access;
    let store: Arc<dyn TokenStore> = Arc::from(store);
    let builder = Client::builder().base_url(base).auth_url(auth);
    builder.user(id, Some(Secret::new(*secret)), store).build().map_err(text)
}

async fn soak(kind: &str, expiries: u32, processes: u32, tasks: u32) -> Result<bool, String> {
    let sandbox = Sandbox::start().await.map_err(text)?;
    let mut server = match kind {
        "redis" => Server::redis().await.map_err(text)?,
        _ => Server::postgres().await.map_err(text)?,
    };
    let url = server.url();
    if kind == "postgres" {
        Postgres::new(&url).map_err(text)?.migrate().await.map_err(text)?;
    }
    let description = sandbox.description();
    let given = &description.soundcloud;
    let access = [&*given.base_url, &*given.auth_url, &*given.client_id, &*given.client_secret];
    let own = client(&access, store(kind, &url)?)?;
    log_in(&own, &given.redirect_uri).await?;

    let start = Instant::now();
    let count = tasks.to_string();
    let arguments: Vec<&str> =
        ["fleet_tokens", "worker", kind, &url, &count].into_iter().chain(access).collect();
    let mut workers = Vec::new();
    for _ in 0..processes {
        workers.push(spawn(&arguments)?);
    }
    let mut seen = Seen { log: Log::new(&sandbox), good: 0, refreshed: 0, refused: 0, faults: 0 };
    seen.look();
    seen.refreshed = 0;
    let (mut restarts, mut pauses) = (0, 0);
    for number in 0..expiries {
        let calls = seen.good + GOOD_CALLS;
        seen.until(|seen| seen.good >= calls).await?;
        faults(&sandbox, number);
        let refreshed = seen.refreshed + 1;
        sandbox.advance(Duration::from_secs(3700));
        // One in ten expiries meets a server that goes away: before anybody asks it, or between the token that was spent and its
        // successor that is to be saved.
        if number % 10 == 5 {
            if number % 20 == 5 {
                let asked = seen.asked();
                seen.until(|seen| seen.asked() > asked).await?;
            }
            match number / 10 % 4 {
                0 => server.kill(),
                1 => server.stop(),
                _ => server.pause(),
            }
            moment(500 + random() % 3000).await;
            server.resume_or_start().await.map_err(text)?;
            *(if number / 10 % 4 < 2 { &mut restarts } else { &mut pauses }) += 1;
        }
        seen.until(|seen| seen.refreshed >= refreshed).await?;
    }
    let calls = seen.good + GOOD_CALLS;
    seen.until(|seen| seen.good >= calls).await?;
    let mut sum = Counts::default();
    for worker in workers {
        let counts: Counts = finished(worker)?;
        sum.ok += counts.ok;
        sum.unavailable += counts.unavailable;
        sum.store += counts.store;
        sum.lost += counts.lost;
        sum.other += counts.other;
    }
    // What the store holds must be the token that works, and its successor must be had for it.
    sandbox.clear_faults();
    sandbox.advance(Duration::from_secs(3700));
    let mut kept = own.send(&me::Get::new()).await;
    if kept.is_err() {
        // It knew an older token: what the store has was new to it, and is refused as well.
        kept = own.send(&me::Get::new()).await;
    }
    seen.look();
    if let Err(error) = &kept {
        say(format_args!("  the last token: {error}"));
    }
    let doubled = seen.refreshed.saturating_sub(u64::from(expiries) + 1) + seen.refused;
    let lost = sum.lost + u64::from(kept.is_err());
    say(format_args!(
        "{kind}: {processes} processes x {tasks} tasks, {:.0} s",
        start.elapsed().as_secs_f64()
    ));
    say(format_args!("  forced expiries        {expiries}"));
    say(format_args!("  restarts, pauses       {restarts}, {pauses}"));
    say(format_args!("  faults                 {}", seen.faults));
    say(format_args!("  calls that succeeded   {}", sum.ok));
    say(format_args!(
        "  failed for now         {} token, {} store, {} other",
        sum.unavailable, sum.store, sum.other
    ));
    say(format_args!("  refreshes              {}", seen.refreshed));
    say(format_args!("  tokens lost            {lost}"));
    say(format_args!("  doubled refreshes      {doubled}"));
    Ok(lost == 0 && doubled == 0)
}

/// One request in ten fails: with a status, or a broken connection. None does its work and loses the response: what a server spent
/// and nobody heard of is lost with any client.
fn faults(sandbox: &Sandbox, number: u32) {
    sandbox.clear_faults();
    let broken = [
        Fault::status(503),
        Fault::new(FaultKind::reset_upload(0)),
        Fault::status(502),
        Fault::new(FaultKind::stale(true)),
    ];
    let fault = |index: u32| broken[index as usize % broken.len()].clone();
    if number % 10 == 3 || number % 20 == 5 {
        sandbox.fault(fault(number / 10).on(Host::SOUNDCLOUD_AUTH).path(TOKEN));
    }
    for call in 0..4 {
        sandbox.fault(fault(number + call).on(Host::SOUNDCLOUD).path("/me").nth(10 * (call + 1)));
    }
}

/// What the sandbox saw.
struct Seen<'a> {
    log: Log<'a>,
    good: u64,
    refreshed: u64,
    refused: u64,
    faults: u64,
}

impl Seen<'_> {
    fn look(&mut self) {
        for request in self.log.more() {
            self.faults += u64::from(request.fault.is_some());
            let is_token = request.path.starts_with(TOKEN);
            match request.status {
                Some(200) if is_token => self.refreshed += 1,
                Some(400 | 401) if is_token => self.refused += 1,
                Some(200) if request.path.starts_with("/me") => self.good += 1,
                _ => {}
            }
        }
    }

    fn asked(&self) -> u64 {
        self.refreshed + self.refused
    }

    async fn until(&mut self, is_reached: impl Fn(&Self) -> bool) -> Result<(), String> {
        let start = Instant::now();
        loop {
            self.look();
            if is_reached(self) {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                let (good, refreshed) = (self.good, self.refreshed);
                return Err(format!("nothing goes on after {good} good calls and {refreshed} refreshes"));
            }
            moment(2).await;
        }
    }
}

/// Logs in as a browser does.
pub(in crate::soak) async fn log_in(client: &Client, redirect_uri: &str) -> Result<(), String> {
    let login = client.begin_login(redirect_uri).map_err(text)?;
    let redirect = location(login.url()).await?;
    login.finish(&redirect).await.map_err(text)
}

/// Where the authorize page redirects to.
async fn location(url: &str) -> Result<String, String> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).ok_or("no URL")?;
    let mut stream = tokio::net::TcpStream::connect(host).await.map_err(text)?;
    let head = format!("GET /{path}&auto=approve HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.map_err(text)?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await.map_err(text)?;
    let line = response.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location").then(|| value.to_owned())
    });
    line.ok_or_else(|| "the authorize page does not redirect".into())
}

/// A process of the fleet.
pub(super) fn worker(arguments: &[&str]) -> Result<ExitCode, String> {
    let [kind, url, tasks, base, auth, id, secret] = arguments else { return Err(super::USAGE.into()) };
    let tasks: usize = tasks.parse().map_err(text)?;
    runtime()?.block_on(async {
        let client = client(&[base, auth, id, secret], store(kind, url)?)?;
        let numbers: Arc<[AtomicU64; 5]> = Arc::default();
        let mut running = Vec::new();
        for _ in 0..tasks {
            let (client, numbers) = (client.clone(), Arc::clone(&numbers));
            running.push(tokio::spawn(async move {
                loop {
                    let index = match client.send(&me::Get::new()).await {
                        Ok(_) => 0,
                        Err(error) => match error.cause() {
                            Cause::Auth(AuthError::LoginNeeded(_)) => 3,
                            Cause::Auth(AuthError::Store(_)) => 2,
                            Cause::Auth(_) => 1,
                            _ if error.is_auth() => 1,
                            _ => 4,
                        },
                    };
                    numbers[index].fetch_add(1, Ordering::Relaxed);
                    moment(100 + random() % 200).await;
                }
            }));
        }
        until_told().await;
        running.iter().for_each(tokio::task::JoinHandle::abort);
        if let Some(source) = client.token_source() {
            source.settle().await;
        }
        let [ok, unavailable, store, lost, other] =
            [0, 1, 2, 3, 4].map(|index| numbers[index].load(Ordering::Relaxed));
        tell(&Counts { ok, unavailable, store, lost, other })
    })
}
