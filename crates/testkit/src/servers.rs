//! Real servers for tests: Redis and PostgreSQL as Debian has them, each on a free port with a folder of its own, that can be stopped,
//! killed, paused and started anew.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use segno_core::time::{Clock as _, SystemClock};

/// How often a server is asked whether it is there, and how long lies between.
const LOOKS: (u32, Duration) = (600, Duration::from_millis(50));

/// A running server. When it is dropped it ends, and its folder is removed.
pub struct Server {
    kind: Kind,
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Redis { cluster: bool },
    Postgres,
}

/// Why the tests with real servers cannot run here; `None` if they can.
#[must_use]
pub fn missing_servers() -> Option<String> {
    let mut missing = Vec::new();
    if !runs("redis-server") {
        missing.push("redis-server");
    }
    if postgres_folder().is_none() {
        missing.push("postgresql");
    }
    (!missing.is_empty()).then(|| format!("missing: {}; apt-get install {0}", missing.join(" ")))
}

impl Server {
    /// Redis, which writes each change to the disk before it responds.
    ///
    /// # Errors
    /// If it is not installed or does not start.
    pub async fn redis() -> io::Result<Self> {
        Self::start(Kind::Redis { cluster: false }).await
    }

    /// Redis as the only node of a cluster: it refuses scripts whose keys would be on several nodes.
    ///
    /// # Errors
    /// If it is not installed or does not start.
    pub async fn redis_cluster() -> io::Result<Self> {
        let server = Self::start(Kind::Redis { cluster: true }).await?;
        let port = server.port.to_string();
        done(Command::new("redis-cli").args(["-p", &port, "cluster", "addslotsrange", "0", "16383"]))?;
        for _ in 0..LOOKS.0 {
            let info = Command::new("redis-cli").args(["-p", &port, "cluster", "info"]).output()?;
            if String::from_utf8_lossy(&info.stdout).contains("cluster_state:ok") {
                return Ok(server);
            }
            SystemClock.sleep(LOOKS.1).await;
        }
        Err(io::Error::other("the cluster is not ready"))
    }

    /// PostgreSQL with a superuser and a database `segno`, without a password.
    ///
    /// # Errors
    /// If it is not installed or does not start.
    pub async fn postgres() -> io::Result<Self> {
        Self::start(Kind::Postgres).await
    }

    /// The URL for clients.
    #[must_use]
    pub fn url(&self) -> String {
        match self.kind {
            Kind::Redis { .. } => format!("redis://127.0.0.1:{}/", self.port),
            Kind::Postgres => format!("postgres://segno@127.0.0.1:{}/segno?sslmode=disable", self.port),
        }
    }

    async fn start(kind: Kind) -> io::Result<Self> {
        // Kept, as the server's end comes before its folder's.
        let folder = tempfile::Builder::new().prefix("segno-server-").tempdir()?.keep();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut server = Self { kind, folder, port, child: None };
        if kind == Kind::Postgres {
            if is_root() {
                done(Command::new("chown").arg("postgres").arg(&server.folder))?;
            }
            let mut command = postgres("initdb")?;
            command.args(["--username=segno", "--auth=trust", "--no-sync", "--encoding=UTF8", "--pgdata"]);
            done(command.arg(&server.folder))?;
        }
        server.resume_or_start().await?;
        if kind == Kind::Postgres {
            let port = server.port.to_string();
            done(postgres("createdb")?.args(["-h", "127.0.0.1", "-U", "segno", "-p", &port, "segno"]))?;
        }
        Ok(server)
    }

    /// Starts it, if it does not run, with what it had kept.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn resume_or_start(&mut self) -> io::Result<()> {
        if self.child.is_some() {
            self.resume();
        } else {
            let log = fs::OpenOptions::new().create(true).append(true).open(self.log())?;
            let mut command = self.command()?;
            command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
            self.child = Some(command.spawn()?);
        }
        for _ in 0..LOOKS.0 {
            if self.is_ready()? {
                return Ok(());
            }
            SystemClock.sleep(LOOKS.1).await;
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        Err(io::Error::other(format!("the server does not start: {log}")))
    }

    fn log(&self) -> PathBuf {
        self.folder.with_extension("log")
    }

    fn command(&self) -> io::Result<Command> {
        let port = self.port.to_string();
        Ok(match self.kind {
            Kind::Redis { cluster } => {
                let mut command = Command::new("redis-server");
                command
                    .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--dir"])
                    .arg(&self.folder);
                command.args(["--appendonly", "yes", "--appendfsync", "always"]);
                if cluster {
                    command.args(["--cluster-enabled", "yes"]);
                }
                command
            }
            Kind::Postgres => {
                let mut command = postgres("postgres")?;
                command.arg("-D").arg(&self.folder).args(["-p", &port, "-k", "", "-F"]);
                command.args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]);
                command
            }
        })
    }

    fn is_ready(&self) -> io::Result<bool> {
        let port = self.port.to_string();
        let mut ask = match self.kind {
            Kind::Redis { .. } => {
                let mut ask = Command::new("redis-cli");
                ask.args(["-p", &port, "ping"]);
                ask
            }
            Kind::Postgres => {
                let mut ask = postgres("pg_isready")?;
                ask.args(["-q", "-h", "127.0.0.1", "-p", &port]);
                ask
            }
        };
        let output = ask.output()?;
        Ok(output.status.success() && (self.kind == Kind::Postgres || output.stdout.starts_with(b"PONG")))
    }

    /// Kills it at once, as a power cut would.
    pub fn kill(&mut self) {
        let pids = self.pids();
        if let Some(mut child) = self.child.take() {
            signal("KILL", &pids);
            let _ = child.wait();
        }
    }

    /// Ends it as an operator does, and waits until it has.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            signal(if self.kind == Kind::Postgres { "INT" } else { "TERM" }, &[child.id()]);
            let _ = child.wait();
        }
    }

    /// Pauses it: connections stay, nothing is responded (SIGSTOP).
    pub fn pause(&self) {
        signal("STOP", &self.pids());
    }

    /// Ends a pause.
    pub fn resume(&self) {
        signal("CONT", &self.pids());
    }

    /// The process and those it started.
    fn pids(&self) -> Vec<u32> {
        let Some(child) = &self.child else { return Vec::new() };
        let id = child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|id| id.parse().ok());
        [id].into_iter().chain(children).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(self.log());
    }
}

/// Ended processes are no failure: that is how they are found to have ended.
fn signal(name: &str, pids: &[u32]) {
    let mut command = Command::new("kill");
    command.arg(format!("-{name}")).args(pids.iter().map(u32::to_string));
    let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
}

fn done(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(format!("{:?}: {text}", command.get_program())))
}

fn runs(program: &str) -> bool {
    let status = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// The folder of the newest PostgreSQL; Debian keeps its programs out of the path.
fn postgres_folder() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| Path::new(&format!("/usr/lib/postgresql/{version}/bin/initdb")).exists())
        .max();
    match newest {
        Some(version) => Some(PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"))),
        None => runs("initdb").then(PathBuf::new),
    }
}

/// A program of PostgreSQL, as another user where this one is root, which it refuses to run as.
fn postgres(program: &str) -> io::Result<Command> {
    let folder = postgres_folder().ok_or_else(|| io::Error::other("postgresql is not installed"))?;
    let path = folder.join(program);
    if !is_root() {
        return Ok(Command::new(path));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]).arg(path);
    command.current_dir("/");
    Ok(command)
}
