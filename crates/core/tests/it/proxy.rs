//! Proxies: forwarding, tunnels, SOCKS, credentials, and what is told when a proxy refuses.

use std::io;
use std::sync::{Arc, Mutex};

use segno_core::transport::proxy::Proxies;
use segno_core::{Client, ClientBuilder};
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use crate::example::Get;
use crate::peer::{self, read_head, soon};
use crate::tls;

/// The heads of the requests that a proxy saw.
type Seen = Arc<Mutex<Vec<String>>>;

/// A proxy as RFC 9110, section 9.3.6, and RFC 9112, section 3.2.2, have it. Every host is 127.0.0.1, with the port of `target`
/// where a request names none. `credentials` is what it wants after `Basic`.
async fn proxy(credentials: Option<&'static str>, target: &str) -> (String, Seen) {
    let seen = Seen::default();
    let port = target.trim_end_matches('/').rsplit_once(':').unwrap().1.to_owned();
    let all = Arc::clone(&seen);
    let base = peer::listen(move |stream| serve(stream, credentials, port.clone(), Arc::clone(&all))).await;
    (base, seen)
}

async fn serve(
    mut client: TcpStream,
    credentials: Option<&'static str>,
    port: String,
    seen: Seen,
) -> io::Result<()> {
    let mut rest = Vec::new();
    let head = String::from_utf8(read_head(&mut client, &mut rest).await?).unwrap();
    seen.lock().unwrap().push(head.clone());
    let wanted = credentials.map(|credentials| format!("proxy-authorization: basic {credentials}\r\n"));
    if wanted.is_some_and(|wanted| !head.to_ascii_lowercase().contains(&wanted.to_ascii_lowercase())) {
        let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\n\
                       Content-Length: 13\r\n\r\n<h1>407</h1>\r\n";
        return client.write_all(refusal.as_bytes()).await;
    }
    let mut line = head.split(' ');
    let (method, target) = (line.next().unwrap(), line.next().unwrap());
    if target.contains("forbidden") {
        return client.write_all(b"HTTP/1.1 403 Filtered\r\nContent-Length: 0\r\n\r\n").await;
    }
    let authority = target.strip_prefix("http://").unwrap_or(target).split('/').next().unwrap();
    let to = authority.rsplit_once(':').map_or(port.as_str(), |(_, port)| port);
    let mut upstream = TcpStream::connect(format!("127.0.0.1:{to}")).await?;
    if method == "CONNECT" {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    } else {
        let path = target.strip_prefix("http://").unwrap().split_once('/').unwrap().1;
        upstream.write_all(head.replacen(target, &format!("/{path}"), 1).as_bytes()).await?;
    }
    copy_bidirectional(&mut client, &mut upstream).await.map(drop)
}

/// A server that responds with the first line of the request.
async fn echo() -> String {
    peer::listen(|mut stream| async move {
        let mut rest = Vec::new();
        loop {
            let head = String::from_utf8(read_head(&mut stream, &mut rest).await?).unwrap();
            let line = head.lines().next().unwrap();
            let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{line}", line.len());
            stream.write_all(response.as_bytes()).await?;
        }
    })
    .await
}

fn through(base: &str, proxy: &str) -> ClientBuilder {
    let proxies = Proxies::all(proxy).unwrap();
    Client::builder(base).transport(tls::trusting().proxies(proxies).build())
}

/// The URL of a proxy with a user.
fn with_user(proxy: &str, user: &str) -> String {
    proxy.replace("http://", &format!("http://{user}@"))
}

#[tokio::test]
async fn a_request_without_tls_is_forwarded_and_names_the_whole_url() {
    let target = echo().await;
    let (proxy, seen) = proxy(None, &target).await;
    let client = through("http://api.example/v1/", &proxy).build().unwrap();
    assert_eq!(soon(client.send(&Get)).await.unwrap(), "GET /v1/thing HTTP/1.1");
    let seen = seen.lock().unwrap();
    assert!(seen[0].starts_with("GET http://api.example/v1/thing HTTP/1.1\r\n"), "{}", seen[0]);
    assert!(seen[0].contains("host: api.example\r\n"), "{}", seen[0]);
}

#[tokio::test]
async fn https_goes_through_a_tunnel_in_which_the_proxy_sees_the_host_alone() {
    let target = tls::server().await;
    let (proxy, seen) = proxy(None, &target).await;
    let base = target.replace("127.0.0.1", "localhost");
    let client = through(&base, &proxy).build().unwrap();
    soon(client.send(&Get)).await.unwrap();
    let seen = seen.lock().unwrap();
    let host = base.trim_start_matches("https://").trim_end_matches('/');
    assert_eq!(*seen, [format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n")]);
}

/// `dTpwQHNz` is `u:p@ss` (RFC 7617).
#[tokio::test]
async fn credentials_go_to_the_proxy_and_not_to_the_service() {
    let (plain, secure) = (echo().await, tls::server().await.replace("127.0.0.1", "localhost"));
    for (base, target) in [("http://api.example/", &plain), (secure.as_str(), &secure)] {
        let (proxy, seen) = proxy(Some("dTpwQHNz"), target).await;
        let client = through(base, &with_user(&proxy, "u:p%40ss")).build().unwrap();
        soon(client.send(&Get)).await.unwrap();
        assert_eq!(seen.lock().unwrap().len(), 1, "{base}");
    }
}

#[tokio::test]
async fn a_proxy_that_wants_credentials_is_asked_once_and_says_what_to_do() {
    let (plain, secure) = (echo().await, tls::server().await.replace("127.0.0.1", "localhost"));
    for (base, target) in [("http://api.example/", &plain), (secure.as_str(), &secure)] {
        let (proxy, seen) = proxy(Some("dTpwQHNz"), target).await;
        let shown = proxy.trim_end_matches('/');
        let cases = [
            (proxy.clone(), "asks for a user name and password; put them into its URL"),
            (with_user(&proxy, "u:CANARY"), "does not accept the user name and password in its URL"),
        ];
        for (number, (url, words)) in cases.into_iter().enumerate() {
            let error = soon(through(base, &url).build().unwrap().send(&Get)).await.unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(&format!("through the proxy {shown}: {words}")), "{text}");
            assert!(!text.contains("CANARY"), "{text}");
            assert!(error.is_connect() && !error.is_transient() && !error.may_have_taken_effect(), "{text}");
            assert_eq!((error.attempts(), seen.lock().unwrap().len()), (1, number + 1), "{text}");
        }
    }
}

#[tokio::test]
async fn a_proxy_that_is_down_or_forbids_is_named() {
    let (proxy, _) = proxy(None, "https://127.0.0.1:9").await;
    let client = |proxy: &str| {
        through("https://forbidden.example/", proxy).retry(segno_core::Retry::never()).build().unwrap()
    };
    let text = soon(client(&proxy).send(&Get)).await.unwrap_err().to_string();
    let shown = proxy.trim_end_matches('/');
    let expected = format!(
        "example.get: no connection to https://forbidden.example:443: through the proxy {shown}: does not connect to \
         forbidden.example:443: it cannot reach it, or its rules forbid it"
    );
    assert_eq!(text, expected);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let text = soon(client(&closed).send(&Get)).await.unwrap_err().to_string();
    let expected = format!("through the proxy {closed}: cannot be reached: tcp connect error: ");
    assert!(text.contains(&expected), "{text}");
}

/// Where the process of the next test sends its request.
const BASE: &str = "SEGNO_TEST_BASE";

/// One request as the environment has it, for the test after this one.
#[tokio::test]
async fn sent_with_the_environment() {
    let Ok(base) = std::env::var(BASE) else { return };
    let line = match Client::builder(base).build() {
        Ok(client) => match client.send(&Get).await {
            Ok(body) => format!("{body:?}"),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    };
    segno_testkit::report(|| line);
}

#[tokio::test]
async fn the_environment_is_honoured_without_a_setting() {
    let target = echo().await;
    let (proxy, seen) = proxy(None, &target).await;
    let run = async |base: &str, name: &'static str, proxy: &str, except: &'static str| {
        let (base, proxy) = (base.to_owned(), proxy.to_owned());
        let none = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "NO_PROXY"].map(|name| (name, ""));
        let run = move || {
            let set = [(BASE, base.as_str()), (name, &proxy), ("no_proxy", except)];
            let variables = [&none[..], &set[..]].concat();
            segno_testkit::run_with_env("proxy::sent_with_the_environment", "SEGNO_", &variables)
        };
        soon(tokio::task::spawn_blocking(run)).await.unwrap()
    };
    let base = "http://api.example/v1/";
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        assert_eq!(run(base, name, &proxy, "").await, "b\"GET /v1/thing HTTP/1.1\"", "{name}");
    }
    assert_eq!(seen.lock().unwrap().len(), 4);
    // Directly, which finds no such host.
    let printed = run(base, "http_proxy", &proxy, ".example").await;
    assert!(printed.contains("no connection to http://api.example:80: dns error"), "{printed}");
    // This computer needs no proxy.
    assert_eq!(run(&target, "http_proxy", &proxy, "").await, "b\"GET /thing HTTP/1.1\"");
    assert_eq!(seen.lock().unwrap().len(), 4);
    let printed = run(base, "http_proxy", "ftp://u:CANARY@p", "").await;
    assert!(
        printed.starts_with("invalid proxy in the environment variable http_proxy: expected"),
        "{printed}"
    );
    assert!(!printed.contains("CANARY"), "{printed}");
}

/// RFC 1928 with the passwords of RFC 1929.
#[cfg(feature = "socks")]
#[tokio::test]
async fn socks5_with_and_without_a_password() {
    use tokio::io::AsyncReadExt as _;

    async fn serve(mut client: TcpStream, user: Option<&[u8]>, port: u16) -> io::Result<Vec<u8>> {
        let mut greeting = [0; 2];
        client.read_exact(&mut greeting).await?;
        let mut methods = vec![0; usize::from(greeting[1])];
        client.read_exact(&mut methods).await?;
        let method = if user.is_some() { 2 } else { 0 };
        let is_offered = methods.contains(&method);
        client.write_all(&[5, if is_offered { method } else { 0xFF }]).await?;
        if let Some(user) = user.filter(|_| is_offered) {
            let mut sent = vec![0; user.len()];
            client.read_exact(&mut sent).await?;
            client.write_all(&[1, u8::from(sent != user)]).await?;
        }
        let mut request = vec![0; 5];
        client.read_exact(&mut request).await?;
        assert_eq!(request[..4], [5, 1, 0, 3], "a name, which the proxy resolves");
        let mut name = vec![0; usize::from(request[4]) + 2];
        client.read_exact(&mut name).await?;
        client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await?;
        let mut upstream = TcpStream::connect(("127.0.0.1", port)).await?;
        copy_bidirectional(&mut client, &mut upstream).await?;
        Ok(name)
    }
    let (plain, secure) = (echo().await, tls::server().await.replace("127.0.0.1", "localhost"));
    let port = |url: &str| url.trim_end_matches('/').rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
    for (base, target) in [("http://api.example/", &plain), (secure.as_str(), &secure)] {
        for (user, given) in [(None, ""), (Some(&b"\x01\x01u\x04p@ss"[..]), "u:p%40ss@")] {
            let port = port(target);
            let proxy =
                peer::listen(move |stream| async move { serve(stream, user, port).await.map(drop) }).await;
            let proxy = proxy.replace("http://", &format!("socks5h://{given}"));
            soon(through(base, &proxy).build().unwrap().send(&Get)).await.unwrap();
        }
        let port = port(target);
        let user = Some(&b"\x01\x01u\x04p@ss"[..]);
        let proxy =
            peer::listen(move |stream| async move { serve(stream, user, port).await.map(drop) }).await;
        for (given, words) in [("", "asks for"), ("u:CANA@", "does not accept")] {
            let proxy = proxy.replace("http://", &format!("socks5://{given}"));
            let error = soon(through(base, &proxy).build().unwrap().send(&Get)).await.unwrap_err();
            let text = error.to_string();
            assert!(text.contains(words) && !text.contains("CANA"), "{text}");
            assert_eq!(error.attempts(), 1, "{text}");
        }
    }
}

/// What a section did, or that it was skipped: `cargo test -p segno-core proxies_that -- --nocapture`.
#[cfg(unix)]
#[allow(clippy::print_stderr)]
fn note(text: &str) {
    eprintln!("{text}");
}

/// Squid and Tinyproxy as Debian packs them, each with a user and a password. Where one is not installed it says so.
#[cfg(unix)]
#[tokio::test]
async fn proxies_that_people_run() {
    let target = echo().await;
    let secure = tls::server().await.replace("127.0.0.1", "localhost");
    for name in ["tinyproxy", "squid"] {
        let Some(running) = Running::start(name, &secure).await else {
            note(&format!("skipped: {name} is not installed"));
            continue;
        };
        let proxy = format!("http://127.0.0.1:{}", running.port);
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

#[cfg(unix)]
struct Running {
    port: u16,
    process: std::process::Child,
    folder: std::path::PathBuf,
}

#[cfg(unix)]
impl Running {
    async fn start(name: &str, secure: &str) -> Option<Self> {
        use std::process::{Command, Stdio};
        let program = ["/usr/bin", "/usr/sbin", "/usr/local/bin"]
            .map(|folder| format!("{folder}/{name}"))
            .into_iter()
            .find(|program| std::path::Path::new(program).exists())?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let tls_port = secure.trim_end_matches('/').rsplit_once(':').unwrap().1;
        let folder = std::env::temp_dir().join(format!("segno-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let config = folder.join("conf");
        let at = folder.display();
        // `openssl passwd -apr1 s3cret`, which the helper of squid reads.
        let users = "ada:$apr1$segnotst$FDAoraH066Xx.rPAzkBHx1\n";
        std::fs::write(folder.join("users"), users).unwrap();
        let text = match name {
            "squid" => format!(
                "http_port 127.0.0.1:{port}\npid_filename none\ncache_log {at}/log\naccess_log none\ncache deny all\n\
                 auth_param basic program /usr/lib/squid/basic_ncsa_auth {at}/users\n\
                 acl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all\n\
                 shutdown_lifetime 0 seconds\ncoredump_dir {at}\nnetdb_filename none\n"
            ),
            _ => format!(
                "Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nAllow 127.0.0.1\nBasicAuth ada s3cret\n\
                 ConnectPort {tls_port}\nLogFile \"{at}/log\"\n"
            ),
        };
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new(program);
        match name {
            "squid" => command.args(["-N", "-f"]).arg(&config),
            _ => command.args(["-d", "-c"]).arg(&config),
        };
        // Squid drops the rights of root, and its helper reads the file of users as somebody else.
        for path in [&folder, &folder.join("users")] {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
        }
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let running = Self { port, process, folder };
        let listens = async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        soon(listens).await;
        Some(running)
    }
}

#[cfg(unix)]
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
