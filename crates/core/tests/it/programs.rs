//! Against programs that people run, as Debian packs them. Where one is not installed its test says so and passes, unless the environment
//! variable `SEGNO_PROGRAMS` is set, which `cargo xtask checks network` does.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use segno_core::client::Cache;
#[cfg(feature = "http2")]
use segno_core::endpoint::PlainApiError;
use segno_core::transport::hyper::HyperBuilder;
use segno_core::transport::tls::Identity;
use segno_core::{Body, Client, Retry};
#[cfg(feature = "http2")]
use segno_core::{Bytes, Endpoint};
use segno_testkit::Folder;
use tokio::net::TcpStream;

use crate::example::{Get, Put};
use crate::peer::soon;
use crate::proxy::{echo, through, with_user};
use crate::tls::{self, CLIENT, CLIENT_KEY, KEY, LOCALHOST, pem, trusting};

/// What a test did, or that it was skipped: `cargo test -p segno-core --test it programs -- --nocapture`.
#[allow(clippy::print_stderr)]
fn note(text: &str) {
    eprintln!("{text}");
}

/// A program that runs until the test ends.
struct Running {
    process: Child,
    folder: Arc<Folder>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where a program is; `None`, and a note, if it is not installed.
fn program(name: &str) -> Option<String> {
    let places = ["/usr/bin", "/usr/sbin", "/usr/local/bin"].map(|folder| format!("{folder}/{name}"));
    let found = places.into_iter().find(|program| Path::new(program).exists());
    if found.is_none() {
        assert!(std::env::var_os("SEGNO_PROGRAMS").is_none(), "{name} is not installed");
        note(&format!("skipped: {name} is not installed"));
    }
    found
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts a program, and waits until it listens.
async fn start(folder: &Arc<Folder>, command: &mut Command, port: u16) -> Running {
    let command = command.current_dir(folder.path()).stdin(Stdio::null());
    let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let running = Running { process, folder: Arc::clone(folder) };
    let listens = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    soon(listens).await;
    running
}

/// A folder that programs may use which give up the rights of root.
fn open_folder() -> Arc<Folder> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    Arc::new(folder)
}

async fn squid(program: &str) -> (Running, u16) {
    let (folder, port) = (open_folder(), free_port());
    let at = folder.path().display();
    // `openssl passwd -apr1 s3cret`, which the helper of squid reads, as somebody else than root.
    std::fs::write(folder.file("users"), "ada:$apr1$segnotst$FDAoraH066Xx.rPAzkBHx1\n").unwrap();
    let config = format!(
        "http_port 127.0.0.1:{port}\npid_filename none\ncache_log {at}/log\naccess_log none\ncache deny all\n\
         auth_param basic program /usr/lib/squid/basic_ncsa_auth {at}/users\n\
         acl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all\n\
         shutdown_lifetime 0 seconds\ncoredump_dir {at}\nnetdb_filename none\n"
    );
    std::fs::write(folder.file("conf"), config).unwrap();
    (start(&folder, Command::new(program).args(["-N", "-f", "conf"]), port).await, port)
}

async fn tinyproxy(program: &str, secure: &str) -> (Running, u16) {
    let (folder, port) = (open_folder(), free_port());
    let tls_port = secure.trim_end_matches('/').rsplit_once(':').unwrap().1;
    let config = format!(
        "Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nAllow 127.0.0.1\nBasicAuth ada s3cret\n\
         ConnectPort {tls_port}\nLogFile \"{}/log\"\n",
        folder.path().display()
    );
    std::fs::write(folder.file("conf"), config).unwrap();
    (start(&folder, Command::new(program).args(["-d", "-c", "conf"]), port).await, port)
}

/// Forwarded and tunnelled, with the right credentials, with none and with others.
#[tokio::test]
async fn squid_and_tinyproxy() {
    let target = echo().await;
    let secure = tls::server().await.replace("127.0.0.1", "localhost");
    for name in ["tinyproxy", "squid"] {
        let Some(program) = program(name) else { continue };
        let (_running, port) =
            if name == "squid" { squid(&program).await } else { tinyproxy(&program, &secure).await };
        let proxy = format!("http://127.0.0.1:{port}");
        for base in [target.as_str(), secure.as_str()] {
            let client = through(base, &with_user(&proxy, "ada:s3cret")).build().unwrap();
            soon(client.send(&Get)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            for (url, words) in [
                (proxy.clone(), "asks for a user name"),
                (with_user(&proxy, "ada:CANARY"), "does not accept the user name"),
            ] {
                let error = soon(through(base, &url).build().unwrap().send(&Get)).await.unwrap_err();
                let text = error.to_string();
                assert!(!text.contains("CANARY"), "{name}, {base}: {text}");
                // To wrong credentials Tinyproxy responds as if it were the service itself: 401 and not 407.
                if name == "squid" || url == proxy {
                    assert!(text.contains(words), "{name}, {base}: {text}");
                    assert_eq!(error.attempts(), 1, "{name}: {text}");
                }
            }
        }
        note(&format!("{name}: forwarded and tunnelled, with and without credentials"));
    }
}

#[cfg(feature = "socks")]
#[tokio::test]
async fn microsocks_and_dante() {
    let target = echo().await.replace("127.0.0.1", "localhost");
    let secure = tls::server().await.replace("127.0.0.1", "localhost");
    if let Some(program) = program("microsocks") {
        let (folder, port) = (open_folder(), free_port());
        let mut command = Command::new(program);
        command.args(["-i", "127.0.0.1", "-u", "ada", "-P", "s3cret", "-p", &port.to_string()]);
        let _running = start(&folder, &mut command, port).await;
        for base in [&target, &secure] {
            let client =
                |user: &str| through(base, &format!("socks5h://{user}127.0.0.1:{port}")).build().unwrap();
            soon(client("ada:s3cret@").send(&Get)).await.unwrap();
            for (user, words) in [("", "asks for a user name"), ("ada:CANARY@", "does not accept")] {
                let error = soon(client(user).send(&Get)).await.unwrap_err();
                let text = error.to_string();
                assert!(text.contains(words) && !text.contains("CANARY"), "{text}");
                assert_eq!(error.attempts(), 1, "{text}");
            }
        }
        note("microsocks: with and without a password");
    }
    if let Some(program) = program("danted") {
        let (folder, port) = (open_folder(), free_port());
        let config = format!(
            "logoutput: {}/log\ninternal: 127.0.0.1 port = {port}\nexternal: 127.0.0.1\nsocksmethod: none\n\
             clientmethod: none\nclient pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}\n\
             socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}\n",
            folder.path().display()
        );
        std::fs::write(folder.file("conf"), config).unwrap();
        let mut command = Command::new(program);
        let _running = start(&folder, command.args(["-f", "conf", "-p", "pid"]), port).await;
        for base in [&target, &secure] {
            let proxy = format!("socks5://127.0.0.1:{port}");
            soon(through(base, &proxy).build().unwrap().send(&Get)).await.unwrap();
        }
        note("danted: forwarded and with TLS");
    }
}

/// Certificate and key of `localhost` as files.
fn write_certificates(folder: &Folder) {
    std::fs::write(folder.file("cert.pem"), pem("CERTIFICATE", LOCALHOST)).unwrap();
    std::fs::write(folder.file("key.pem"), pem("PRIVATE KEY", KEY)).unwrap();
    let clients = pem("CERTIFICATE", include_bytes!("tls/client-ca.der"));
    std::fs::write(folder.file("clients.pem"), clients).unwrap();
}

fn client(base: &str, hyper: HyperBuilder) -> Client {
    Client::builder(base).transport(hyper.build()).build().unwrap()
}

/// As many calls at once.
#[cfg(feature = "http2")]
async fn at_once<E: Endpoint<ApiError = PlainApiError, Output = Bytes> + Clone + 'static>(
    client: &Client,
    endpoint: &E,
    count: usize,
) {
    let calls: Vec<_> = (0..count)
        .map(|_| {
            let (client, endpoint) = (client.clone(), endpoint.clone());
            tokio::spawn(async move { client.send(&endpoint).await })
        })
        .collect();
    for call in calls {
        soon(call).await.unwrap().unwrap();
    }
}

/// More requests at once than the server takes on a connection.
#[cfg(feature = "http2")]
#[tokio::test]
async fn nghttpd() {
    let Some(program) = program("nghttpd") else { return };
    let (folder, port) = (open_folder(), free_port());
    write_certificates(&folder);
    std::fs::write(folder.file("thing"), "over HTTP/2").unwrap();
    let mut command = Command::new(program);
    command.args(["--address=127.0.0.1", "--max-concurrent-streams=2", "--htdocs=."]);
    command.args([&port.to_string(), "key.pem", "cert.pem"]);
    let _running = start(&folder, &mut command, port).await;
    let client = client(&format!("https://localhost:{port}/"), trusting());
    assert_eq!(soon(client.send(&Get)).await.unwrap(), "over HTTP/2");
    at_once(&client, &Get, 60).await;
    note("nghttpd: 60 requests at once, two streams at a time");
}

struct Nginx {
    running: Running,
    plain: u16,
    #[cfg_attr(not(feature = "http2"), allow(dead_code))]
    http2: u16,
    mutual: u16,
}

impl Nginx {
    async fn start() -> Option<Self> {
        let program = program("nginx")?;
        let folder = open_folder();
        write_certificates(&folder);
        std::fs::create_dir(folder.file("www")).unwrap();
        std::fs::write(folder.file("www/thing"), "the thing").unwrap();
        let [plain, http2, mutual, behind] = [(); 4].map(|()| free_port());
        let mut config =
            "daemon off;\nmaster_process off;\npid pid;\nerror_log error.log;\nevents {}\nhttp {\n\
                          access_log access.log;\n"
                .to_owned();
        for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
            writeln!(config, "{kind}_temp_path {kind};").unwrap();
        }
        let tls = "ssl_certificate cert.pem; ssl_certificate_key key.pem;";
        write!(
            config,
            "server {{ listen 127.0.0.1:{plain}; root www; client_max_body_size 1m;\n\
               location /host/ {{ return 200 $host; }}\n\
               location /upload/ {{ client_max_body_size 64m; proxy_pass http://127.0.0.1:{behind}/; }} }}\n\
             server {{ listen 127.0.0.1:{behind}; client_max_body_size 64m; location / {{ return 200 ok; }} }}\n\
             server {{ listen 127.0.0.1:{http2} ssl http2; {tls} keepalive_requests 5; http2_max_concurrent_streams 3;\n\
               location / {{ return 200 $server_protocol; }} }}\n\
             server {{ listen 127.0.0.1:{mutual} ssl; {tls} ssl_verify_client on; ssl_client_certificate clients.pem;\n\
               location / {{ return 200 $ssl_client_verify; }} }}\n}}\n"
        )
        .unwrap();
        std::fs::write(folder.file("conf"), config).unwrap();
        let mut command = Command::new(program);
        command.arg("-p").arg(folder.path()).args(["-c", "conf", "-e", "error.log"]);
        let running = start(&folder, &mut command, plain).await;
        Some(Self { running, plain, http2, mutual })
    }

    /// The statuses of the requests so far, once there are so many: nginx writes them down behind the responses.
    async fn statuses(&self, at_least: usize) -> Vec<String> {
        let status = |line: &str| line.split('"').nth(2)?.split_whitespace().next().map(str::to_owned);
        soon(async {
            loop {
                let log = std::fs::read_to_string(self.running.folder.file("access.log")).unwrap();
                let statuses: Vec<_> = log.lines().filter_map(status).collect();
                if statuses.len() >= at_least {
                    return statuses;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }
}

/// nginx says GOAWAY after five requests on a connection.
#[cfg(feature = "http2")]
#[tokio::test]
async fn nginx_says_goaway() {
    let Some(nginx) = Nginx::start().await else { return };
    let client = client(&format!("https://localhost:{}/", nginx.http2), trusting());
    assert_eq!(soon(client.send(&Get)).await.unwrap(), "HTTP/2.0");
    at_once(&client, &Put(Body::from("")), 60).await;
    let statuses = nginx.statuses(61).await;
    assert!(statuses.len() > 60, "{statuses:?}");
    note("nginx: 60 requests at once over HTTP/2, GOAWAY after every fifth");
}

#[tokio::test]
async fn nginx_asks_for_a_certificate() {
    let Some(nginx) = Nginx::start().await else { return };
    let base = format!("https://localhost:{}/", nginx.mutual);
    let known = client(&base, trusting().identity(Identity::new(CLIENT, CLIENT_KEY)));
    assert_eq!(soon(known.send(&Get)).await.unwrap(), "SUCCESS");
    let error = soon(client(&base, trusting()).send(&Get)).await.unwrap_err();
    assert!(error.to_string().contains("400 Bad Request"), "nginx says it in HTTP: {error}");
    note("nginx: a client certificate is asked for and accepted");
}

#[tokio::test]
async fn openssl_asks_for_a_certificate() {
    let Some(program) = program("openssl") else { return };
    let (folder, port) = (open_folder(), free_port());
    write_certificates(&folder);
    let mut command = Command::new(program);
    command.args([
        "s_server",
        "-accept",
        &format!("127.0.0.1:{port}"),
        "-cert",
        "cert.pem",
        "-key",
        "key.pem",
    ]);
    command.args(["-CAfile", "clients.pem", "-Verify", "2", "-verify_return_error", "-www", "-quiet"]);
    let _running = start(&folder, &mut command, port).await;
    let base = format!("https://localhost:{port}/");
    let known = client(&base, trusting().identity(Identity::new(CLIENT, CLIENT_KEY)));
    let page = soon(known.send(&Get)).await.unwrap();
    assert!(String::from_utf8_lossy(&page).contains("Client certificate"), "{page:?}");
    for (hyper, words) in [
        (trusting(), "the service asks for a certificate of the client"),
        (
            trusting().identity(Identity::new(LOCALHOST, KEY)),
            "does not accept the certificate of this client",
        ),
    ] {
        let error = soon(client(&base, hyper).send(&Get)).await.unwrap_err();
        assert!(error.to_string().contains(words) && error.attempts() == 1, "{error}");
    }
    note("openssl s_server: a client certificate is asked for, accepted and refused");
}

#[tokio::test]
async fn nginx_asks_for_a_body_or_refuses_it() {
    let Some(nginx) = Nginx::start().await else { return };
    let upload = Put(Body::from(vec![b'x'; 4 * 1024 * 1024]));
    let client = |path: &str| {
        let base = format!("http://127.0.0.1:{}/{path}", nginx.plain);
        Client::builder(base).retry(Retry::never()).expect_continue(1024 * 1024).build().unwrap()
    };
    let began = Instant::now();
    assert_eq!(soon(client("upload/").send(&upload)).await.unwrap(), "ok");
    let error = soon(client("").send(&upload)).await.unwrap_err();
    assert!(error.to_string().contains("413"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(20), "nobody waits for nothing");
    note("nginx: 4 MiB after 100 Continue, and 413 in place of it");
}

#[tokio::test]
async fn nginx_says_that_nothing_changed() {
    let Some(nginx) = Nginx::start().await else { return };
    let base = format!("http://127.0.0.1:{}/", nginx.plain);
    let client = Client::builder(base).cache(Cache::new(1024 * 1024)).build().unwrap();
    for _ in 0..3 {
        assert_eq!(soon(client.send(&Get)).await.unwrap(), "the thing");
    }
    assert_eq!(nginx.statuses(3).await, ["200", "304", "304"]);
    note("nginx: 200 once, then 304");
}

/// A host in any letters, of whose addresses the first is dead.
#[cfg(feature = "idn")]
#[tokio::test]
async fn nginx_behind_a_name_in_any_letters_and_a_dead_address() {
    let Some(nginx) = Nginx::start().await else { return };
    // An address for documentation (RFC 3849), where nobody is.
    let dead = "[2001:db8::1]:0".parse().unwrap();
    let base = format!("http://münchen.example:{}/host/", nginx.plain);
    let addresses = [dead, "127.0.0.1:0".parse().unwrap()];
    let builder = Client::builder(base).connector(|hyper| hyper.resolve("xn--mnchen-3ya.example", addresses));
    let client = builder.build().unwrap();
    assert_eq!(soon(client.send(&Get)).await.unwrap(), "xn--mnchen-3ya.example");
    note("nginx: as münchen.example, behind a dead IPv6 address");
}
