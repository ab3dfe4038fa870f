//! Real servers for tests: Redis and PostgreSQL as Debian has them, each on a free port with a folder of its own, that can be stopped,
//! killed, paused and started anew.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use segno_core::time::{Clock as _, SystemClock};

use crate::authority::Authority;

/// How often a server is asked whether it is there, and how long lies between.
const LOOKS: (u32, Duration) = (600, Duration::from_millis(50));

/// A running server. When it is dropped it ends, and its folder is removed.
pub struct Server {
    kind: Kind,
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
    /// Who signed its certificate, if it speaks TLS.
    authority: Option<Authority>,
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
    if !runs("redis-server", "--version") {
        missing.push("redis-server");
    }
    if postgres_folder().is_none() {
        missing.push("postgresql");
    }
    if !runs("openssl", "version") {
        missing.push("openssl");
    }
    (!missing.is_empty()).then(|| format!("missing: {}; apt-get install {0}", missing.join(" ")))
}

impl Server {
    /// Redis, which writes each change to the disk before it responds.
    ///
    /// # Errors
    /// If it is not installed or does not start.
    pub async fn redis() -> io::Result<Self> {
        Self::start(Kind::Redis { cluster: false }, false).await
    }

    /// Redis that wants a password and speaks nothing but TLS, with a certificate for `localhost` of an [authority](Self::authority)
    /// of its own.
    ///
    /// # Errors
    /// If it is not installed or does not start.
    pub async fn redis_tls() -> io::Result<Self> {
        Self::start(Kind::Redis { cluster: false }, true).await
    }

    /// So many nodes of a cluster of Redis, among which the keys are divided; a script whose keys would be on several is refused, also by a
    /// node that is alone.
    ///
    /// # Errors
    /// If it is not installed or does not start.
    pub async fn redis_cluster<const NODES: usize>() -> io::Result<[Self; NODES]> {
        let mut nodes = Vec::new();
        for _ in 0..NODES {
            nodes.push(Self::start(Kind::Redis { cluster: true }, false).await?);
        }
        if let [node] = &*nodes {
            done(node.ask_redis().args(["cluster", "addslotsrange", "0", "16383"]))?;
        } else {
            let places = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port));
            done(Command::new("redis-cli").args(["--cluster", "create"]).args(places).arg("--cluster-yes"))?;
        }
        for node in &nodes {
            node.until(|| {
                let info = node.ask_redis().args(["cluster", "info"]).output()?;
                Ok(String::from_utf8_lossy(&info.stdout).contains("cluster_state:ok"))
            })
            .await?;
        }
        nodes.try_into().map_err(|_| io::Error::other("another number of nodes"))
    }

    /// PostgreSQL with a superuser and a database `segno`, without a password.
    ///
    /// # Errors
    /// If it is not installed or does not start.
    pub async fn postgres() -> io::Result<Self> {
        Self::start(Kind::Postgres, false).await
    }

    /// The same with the [password](Self::PASSWORD) and nothing but TLS, with a certificate for `localhost` of an
    /// [authority](Self::authority) of its own.
    ///
    /// # Errors
    /// If it is not installed or does not start.
    pub async fn postgres_tls() -> io::Result<Self> {
        Self::start(Kind::Postgres, true).await
    }

    /// The password of a server with TLS.
    pub const PASSWORD: &str = "CANARY-password";

    /// The certificate of the authority that signed that of a server with TLS, in PEM; empty for others.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn authority(&self) -> io::Result<Vec<u8>> {
        self.authority.as_ref().map_or_else(|| Ok(Vec::new()), |authority| fs::read(authority.root()))
    }

    /// The URL for clients.
    #[must_use]
    pub fn url(&self) -> String {
        let (port, password) = (self.port, Self::PASSWORD);
        match (self.kind, &self.authority) {
            (Kind::Redis { .. }, None) => format!("redis://127.0.0.1:{port}/"),
            (Kind::Redis { .. }, Some(_)) => format!("rediss://:{password}@localhost:{port}/"),
            (Kind::Postgres, None) => format!("postgres://segno@127.0.0.1:{port}/segno?sslmode=disable"),
            (Kind::Postgres, Some(_)) => {
                format!("postgres://segno:{password}@localhost:{port}/segno?sslmode=require")
            }
        }
    }

    async fn start(kind: Kind, tls: bool) -> io::Result<Self> {
        // Kept, as the server's end comes before its folder's.
        let folder = tempfile::Builder::new().prefix("segno-server-").tempdir()?.keep();
        let mut server = Self { kind, folder, port: free_port()?, child: None, authority: None };
        if tls {
            let folder = server.folder.join("certificates");
            fs::create_dir(&folder)?;
            fs::write(folder.join("password"), Self::PASSWORD)?;
            server.authority = Some(Authority::make(&folder)?);
        }
        if kind == Kind::Postgres {
            if is_root() {
                done(Command::new("chown").args(["-R", "postgres"]).arg(&server.folder))?;
            }
            let mut command = postgres("initdb")?;
            command.args(["--username=segno", "--no-sync", "--encoding=UTF8", "--pgdata"]);
            command.arg(server.data());
            if tls {
                let password = server.folder.join("certificates/password");
                command.arg("--auth=scram-sha-256").arg("--pwfile").arg(password);
            } else {
                command.arg("--auth=trust");
            }
            done(&mut command)?;
            if tls {
                fs::write(server.data().join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n")?;
            }
        }
        server.resume_or_start().await?;
        if kind == Kind::Postgres {
            let port = server.port.to_string();
            let mut command = postgres("createdb")?;
            command.args(["-h", "127.0.0.1", "-U", "segno", "-p", &port, "segno"]);
            done(command.env("PGPASSWORD", Self::PASSWORD))?;
        }
        Ok(server)
    }

    /// Where PostgreSQL keeps its data, which is for nothing else.
    fn data(&self) -> PathBuf {
        self.folder.join("data")
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
        self.until(|| self.is_ready()).await
    }

    async fn until(&self, is_reached: impl Fn() -> io::Result<bool>) -> io::Result<()> {
        for _ in 0..LOOKS.0 {
            if is_reached()? {
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
                command.args(["--bind", "127.0.0.1", "--save", "", "--dir"]).arg(&self.folder);
                command.args(["--appendonly", "yes", "--appendfsync", "always"]);
                if let Some(authority) = &self.authority {
                    command.args(["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"]);
                    command.arg("--tls-cert-file").arg(authority.certificate());
                    command.arg("--tls-key-file").arg(authority.key());
                    command.arg("--tls-ca-cert-file").arg(authority.root());
                    command.args(["--requirepass", Self::PASSWORD]);
                } else {
                    command.args(["--port", &port]);
                }
                if cluster {
                    // Nodes would speak to each other at the port 10,000 further, which there may not be.
                    let bus = free_port()?.to_string();
                    command.args(["--cluster-enabled", "yes", "--cluster-port", &bus]);
                }
                command
            }
            Kind::Postgres => {
                let mut command = postgres("postgres")?;
                command.arg("-D").arg(self.data()).args(["-p", &port, "-k", "", "-F"]);
                command.args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]);
                if let Some(authority) = &self.authority {
                    let set = |name: &str, file: PathBuf| format!("{name}={}", file.display());
                    command.args(["-c", "ssl=on", "-c", &set("ssl_key_file", authority.key())]);
                    command.args(["-c", &set("ssl_cert_file", authority.certificate())]);
                }
                command
            }
        })
    }

    fn is_ready(&self) -> io::Result<bool> {
        let port = self.port.to_string();
        let mut ask = match self.kind {
            Kind::Redis { .. } => {
                let mut ask = self.ask_redis();
                ask.arg("ping");
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

    /// The client of Redis, to which a command is to be added.
    #[must_use]
    pub fn ask_redis(&self) -> Command {
        let mut ask = Command::new("redis-cli");
        ask.args(["-p", &self.port.to_string()]);
        if let Some(authority) = &self.authority {
            ask.args(["-h", "localhost", "--tls", "--cacert"]).arg(authority.root());
            ask.env("REDISCLI_AUTH", Self::PASSWORD);
        }
        ask
    }

    /// What PostgreSQL gives for a statement.
    ///
    /// # Errors
    /// If it refuses.
    pub fn ask_postgres(&self, statement: &str) -> io::Result<String> {
        let mut ask = Command::new("psql");
        ask.args([
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-U",
            "segno",
            "-Atc",
            statement,
            "segno",
        ]);
        let output = ask.env("PGPASSWORD", Self::PASSWORD).output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
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

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

pub(crate) fn done(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(format!("{:?}: {text}", command.get_program())))
}

fn runs(program: &str, version: &str) -> bool {
    let status = Command::new(program).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status();
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
        None => runs("initdb", "--version").then(PathBuf::new),
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
    // Nothing of this user is to be read.
    command.current_dir("/").env("HOME", "/");
    Ok(command)
}
