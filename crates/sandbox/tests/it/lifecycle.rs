//! Starting, describing and stopping; the sandbox as a server.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use segno_sandbox::{Host, Sandbox, StartError};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::wire::Request;

#[tokio::test]
async fn the_description_has_exactly_the_documented_keys_in_order() {
    let sandbox = Sandbox::start().await.expect("starts");
    let description = sandbox.description();
    let line = serde_json::to_string(&description).expect("serialises");
    let key_order = |text: &str| -> Vec<String> {
        text.split('"')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .windows(2)
            .filter(|pair| pair[1].starts_with(':'))
            .map(|pair| pair[0].clone())
            .collect()
    };
    assert_eq!(
        key_order(&line),
        [
            "control",
            "base_url",
            "soundslice",
            "base_url",
            "app_id",
            "password",
            "storage",
            "base_url",
            "soundstripe",
            "base_url",
            "token",
            "webhook_secret",
            "soundcloud",
            "base_url",
            "auth_url",
            "client_id",
            "client_secret",
            "redirect_uri",
            "username",
            "password",
            "access_token",
            "musescore",
            "base_url",
            "oauth_url",
            "web_url",
            "static_url",
            "consumer_key",
            "consumer_secret",
            "access_token",
            "access_token_secret",
        ]
    );
    let value: Value = serde_json::from_str(&line).expect("JSON");
    let path = |pointer: &str, host: Host| {
        let url = value.pointer(pointer).and_then(Value::as_str).expect("a URL");
        url.strip_prefix(&sandbox.origin(host)).expect("the host's origin").to_owned()
    };
    assert_eq!(path("/control/base_url", Host::CONTROL), "");
    assert_eq!(path("/soundslice/base_url", Host::SOUNDSLICE), "/api/v1/");
    assert_eq!(path("/storage/base_url", Host::STORAGE), "/");
    assert_eq!(path("/soundstripe/base_url", Host::SOUNDSTRIPE), "/v1/");
    assert_eq!(path("/soundcloud/base_url", Host::SOUNDCLOUD), "/");
    assert_eq!(path("/soundcloud/auth_url", Host::SOUNDCLOUD_AUTH), "/");
    assert_eq!(path("/musescore/base_url", Host::MUSESCORE), "/services/rest/");
    assert_eq!(path("/musescore/oauth_url", Host::MUSESCORE), "/oauth/");
    assert_eq!(path("/musescore/web_url", Host::MUSESCORE_WEB), "/");
    assert_eq!(path("/musescore/static_url", Host::MUSESCORE_STATIC), "/");
}

/// A port for each host, in a row, that were free a moment ago.
fn free_base() -> u16 {
    (20_000..60_000)
        .step_by(16)
        .find(|base| {
            let all: Vec<_> = (0..11).map(|offset| TcpListener::bind(("127.0.0.1", base + offset))).collect();
            all.iter().all(Result::is_ok)
        })
        .expect("free ports")
}

#[tokio::test]
async fn ports_follow_the_base_and_are_free_again_after_stopping() {
    let base = free_base();
    let sandbox = Sandbox::builder().port_base(base).start().await.expect("starts");
    for (offset, &host) in Host::ALL.iter().enumerate() {
        let port = usize::from(base) + offset;
        assert_eq!(sandbox.origin(host), format!("http://127.0.0.1:{port}"));
    }
    let second = Sandbox::builder().port_base(base).start().await;
    assert!(matches!(second, Err(StartError::Bind { host: Host::CONTROL, port, .. }) if port == base));
    sandbox.stop().await;
    Sandbox::builder().port_base(base).start().await.expect("the ports are free again");
}

#[tokio::test]
async fn a_host_that_came_later_moves_no_port() {
    let names: Vec<_> = Host::ALL.iter().map(|host| host.name()).collect();
    assert_eq!(
        names,
        [
            "control",
            "soundslice",
            "storage",
            "soundstripe",
            "soundcloud",
            "soundcloud_auth",
            "musescore",
            "musescore_web",
            "musescore_static",
            "soundcloud_legacy",
            "soundcloud_web"
        ]
    );
    let sandbox = Sandbox::start().await.expect("starts");
    let hosts = Request::new("GET", &(sandbox.origin(Host::CONTROL) + "/hosts")).send().await.json();
    assert_eq!(hosts.as_object().map(serde_json::Map::len), Some(names.len()));
    for host in Host::ALL {
        assert_eq!(hosts[host.name()], sandbox.origin(*host));
    }
}

#[tokio::test]
async fn a_dropped_sandbox_responds_no_more() {
    let sandbox = Sandbox::start().await.expect("starts");
    let url = sandbox.origin(Host::CONTROL) + "/effects";
    assert_eq!(Request::new("GET", &url).send().await.summary(), (200, "{}"));
    drop(sandbox);
    let mut refused = false;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
        refused = Request::new("GET", &url).raw().await.1.is_err();
        if refused {
            break;
        }
    }
    assert!(refused);
}

#[tokio::test]
async fn one_seed_gives_one_set_of_credentials() {
    let with_seed = async |seed| {
        let sandbox = Sandbox::builder().seed(seed).start().await.expect("starts");
        let it = sandbox.description();
        let musescore = (it.musescore.consumer_secret, it.musescore.access_token);
        (
            it.soundslice.app_id,
            it.soundslice.password,
            it.soundstripe.token,
            it.soundcloud.client_secret,
            musescore,
        )
    };
    assert_eq!(with_seed(3).await, with_seed(3).await);
    assert_ne!(with_seed(3).await, with_seed(4).await);
}

/// The running command, and its first line.
fn serve(arguments: &[&str]) -> (Child, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_segno-sandbox"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("piped")).read_line(&mut line).expect("text");
    (server, line)
}

/// Whether whoever started this process ignores SIGHUP, as nohup does; only Linux tells.
#[cfg(unix)]
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("1").trim();
    u64::from_str_radix(mask, 16).expect("a number") & 1 == 1
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_sigint_and_sighup_end_the_program_cleanly_also_with_open_uploads() {
    for signal in ["TERM", "INT", "HUP"] {
        let (mut server, line) = serve(&["--json"]);
        let description: Value = serde_json::from_str(&line).expect("one line of JSON");
        let storage = description["storage"]["base_url"].as_str().expect("a URL");
        let storage = storage.trim_start_matches("http://").trim_end_matches('/');
        let mut uploads = Vec::new();
        for _ in 0..20 {
            let mut upload = TcpStream::connect(storage).await.expect("connects");
            let head = format!("PUT /b/k HTTP/1.1\r\nHost: {storage}\r\nContent-Length: 1000000\r\n\r\n");
            upload.write_all(head.as_bytes()).await.expect("writes");
            uploads.push(upload);
        }
        let requests = format!("{}/requests", description["control"]["base_url"].as_str().expect("a URL"));
        let arrived =
            async || Request::new("GET", &requests).send().await.json()["requests"].as_array().map(Vec::len);
        while arrived().await != Some(20) {
            tokio::task::yield_now().await;
        }
        let kill = |signal: &str| {
            let killed = Command::new("kill").args(["-s", signal, &server.id().to_string()]).status();
            assert!(killed.expect("kill runs").success());
        };
        kill(signal);
        // Where the tests were started to outlive their terminal, so was the program.
        if signal == "HUP" && hangups_are_ignored() {
            assert_eq!(arrived().await, Some(20), "it stays");
            kill("TERM");
        }
        assert_eq!(server.wait().expect("ends").code(), Some(0), "SIG{signal}");
    }
}

#[test]
fn arguments_that_are_not_understood_are_told() {
    for (arguments, says) in [
        (vec!["--port-base", "x"], "expected a number from 0 to 65535, found \"x\""),
        (
            vec!["--seed", "-1"],
            "invalid --seed: expected a number from 0 to 18446744073709551615, found \"-1\"",
        ),
        (vec!["--frozen-at", "253402300800"], "invalid --frozen-at"),
        (vec!["--port"], "unknown argument \"--port\""),
        (
            vec!["--bind", "everywhere"],
            "invalid --bind: expected an IP address such as 0.0.0.0, found \"everywhere\"",
        ),
        (vec!["--seed", "7", "--host-name"], "--host-name needs a value"),
        (
            vec!["--host-name", "a/b"],
            "invalid --host-name: expected a name such as that of a container, found \"a/b\"",
        ),
        (vec!["--json", "--env"], "only one of --json and --env"),
        (vec!["--port-base", "65530"], "ports from 65530 on do not suffice"),
    ] {
        let (mut server, line) = serve(&arguments);
        assert_eq!((server.wait().expect("ends").code(), line.as_str()), (Some(2), ""));
        let mut told = String::new();
        server.stderr.take().expect("piped").read_to_string(&mut told).expect("text");
        assert!(told.contains(says), "{told}");
        assert!(told.contains("free ports") || told.contains("do not suffice"), "{told}");
    }
}

#[tokio::test]
async fn help_and_version_are_asked_for() {
    for (argument, says) in [("--help", "usage: segno-sandbox [--port-base"), ("-V", "segno-sandbox 0.")] {
        let mut out = Vec::new();
        segno_sandbox::command(&[argument], &mut out).await.expect("no mistake");
        let told = String::from_utf8(out).expect("text");
        assert!(told.starts_with(says) && told.ends_with('\n'), "{told}");
    }
}

#[tokio::test]
async fn the_command_freezes_seeds_and_prints_an_environment() {
    let (mut server, line) = serve(&["--seed", "7", "--frozen-at", "1900000000", "--json"]);
    let description: Value = serde_json::from_str(&line).expect("one line of JSON");
    let control = description["control"]["base_url"].as_str().expect("a URL");
    let get = async |path: &str| Request::new("GET", &format!("{control}{path}")).send().await.json();
    assert_eq!(get("/health").await["status"], "ok");
    assert_eq!(get("/clock").await["now"], 1_900_000_000.0);
    let seeded = Sandbox::builder().seed(7).start().await.expect("starts");
    assert_eq!(description["soundslice"]["password"], seeded.soundslice().password);
    server.kill().expect("ends");
    server.wait().expect("ended");

    let variables = seeded.environment();
    let value =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let description = seeded.description();
    assert_eq!(value("SOUNDSLICE_APP_ID"), Some(description.soundslice.app_id.as_str()));
    assert_eq!(value("SOUNDSTRIPE_API_KEY"), Some(description.soundstripe.token.as_str()));
    assert_eq!(value("SOUNDCLOUD_AUTH_URL"), Some(description.soundcloud.auth_url.as_str()));
    assert_eq!(value("SOUNDCLOUD_LEGACY_URL"), Some((seeded.origin(Host::SOUNDCLOUD_LEGACY) + "/").as_str()));
    assert_eq!(
        value("MUSESCORE_ACCESS_TOKEN_SECRET"),
        Some(description.musescore.access_token_secret.as_str())
    );
    let (mut server, line) = serve(&["--env"]);
    assert!(line.starts_with("SOUNDSLICE_BASE_URL=http://127.0.0.1:"), "{line}");
    server.kill().expect("ends");
    server.wait().expect("ended");
}

#[tokio::test]
async fn it_listens_where_it_is_told_and_gives_out_urls_with_the_name_it_is_told() {
    let sandbox =
        Sandbox::builder().bind("0.0.0.0".parse().expect("an address")).start().await.expect("starts");
    // By way of another address of the machine than the usual one.
    let origin = sandbox.origin(Host::CONTROL);
    let port = origin.strip_prefix("http://127.0.0.1:").expect("the loopback address in URLs");
    let health = Request::new("GET", &format!("http://127.0.0.2:{port}/health")).send().await;
    assert_eq!(health.status, 200);
    drop(sandbox);

    let sandbox = Sandbox::builder().host_name("localhost").start().await.expect("starts");
    let slices = sandbox.description().soundslice.base_url;
    assert!(slices.starts_with("http://localhost:") && slices.ends_with("/api/v1/"), "{slices}");

    let sandbox = Sandbox::builder().bind("::1".parse().expect("an address")).start().await;
    if let Ok(sandbox) = sandbox {
        assert!(sandbox.origin(Host::CONTROL).starts_with("http://[::1]:"));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_command_records_into_a_file_and_replays_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recording, catalogue) = (folder.path().join("recording.json"), folder.path().join("catalogue.json"));
    let path = |path: &std::path::Path| path.to_str().expect("text").to_owned();
    std::fs::write(&catalogue, r#"{"soundslice": {"slices": [{"name": "From the file"}]}}"#).expect("writes");
    let base = free_base().to_string();
    let arguments = ["--port-base", &base, "--seed", "7", "--frozen-at", "1900000000", "--json"];
    let session = |more: &[&str]| {
        let (server, line) = serve(&[&arguments[..], more].concat());
        (server, serde_json::from_str::<Value>(&line).expect("one line of JSON"))
    };
    let end = |mut server: Child| {
        Command::new("kill").args(["-s", "TERM", &server.id().to_string()]).status().expect("kill runs");
        assert_eq!(server.wait().expect("ends").code(), Some(0));
    };
    let effects = async |description: &Value| {
        let url = format!("{}/effects", description["control"]["base_url"].as_str().expect("a URL"));
        Request::new("GET", &url).send().await.json()
    };
    let catalogue = path(&catalogue);
    let recording = path(&recording);
    let (server, description) = session(&["--catalogue", &catalogue, "--record", &recording]);
    let access = &description["soundslice"];
    let text = |name: &str| access[name].as_str().expect("text").to_owned();
    use base64::Engine as _;
    let pair = format!("{}:{}", text("app_id"), text("password"));
    let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    let url = text("base_url") + "slices/";
    let listed = Request::new("GET", &url).header("Authorization", &basic).send().await;
    assert!(listed.text().contains("From the file"));
    let created =
        Request::new("POST", &url).header("Authorization", &basic).form("name=Recorded").send().await;
    assert_eq!(created.status, 201);
    end(server);

    // What is replayed is a part of the next recording.
    for more in [&["--replay", &recording, "--record", &recording][..], &["--replay", &recording]] {
        let (server, description) = session(more);
        assert_eq!(effects(&description).await["soundslice"]["slices"]["created"], 1);
        end(server);
    }
    // With another seed the password is another one.
    let (mut other, _) = serve(&["--seed", "8", "--json", "--replay", &recording]);
    Command::new("kill").args(["-s", "TERM", &other.id().to_string()]).status().expect("kill runs");
    let mut told = String::new();
    other.stderr.take().expect("piped").read_to_string(&mut told).expect("text");
    let expected = "2 of 2 responses have another status than those that were recorded, the first GET /api/v1/slices/: 403, not 200. ";
    assert!(told.contains(expected), "{told}");
    assert_eq!(other.wait().expect("ends").code(), Some(0));

    let mut refused = serve(&["--record", &path(folder.path())]).0;
    assert_eq!(refused.wait().expect("ends").code(), Some(2), "before anything is recorded");
    let mut refused = serve(&["--replay", &catalogue]).0;
    assert_eq!(refused.wait().expect("ends").code(), Some(2));
    let mut told = String::new();
    refused.stderr.take().expect("piped").read_to_string(&mut told).expect("text");
    assert!(told.contains("catalogue.json: unknown field `soundslice`"), "{told}");
}

/// Time passes as soon as everybody waits.
#[tokio::test(start_paused = true)]
async fn half_open_and_idle_connections_are_closed() {
    let sandbox = Sandbox::builder().header_timeout(Duration::from_secs(20)).start().await.expect("starts");
    let url = sandbox.origin(Host::STORAGE) + "/bucket/key";
    let started = tokio::time::Instant::now();
    for begin in ["", "GET / HTT", "GET / HTTP/1.1\r\nHost: x\r\nX-Endless: "] {
        let mut stream = TcpStream::connect(Request::new("GET", &url).address()).await.expect("connects");
        stream.write_all(begin.as_bytes()).await.expect("writes");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.expect("an orderly end");
        assert_eq!(rest, b"", "{begin:?}");
    }
    let mut idle = TcpStream::connect(Request::new("GET", &url).address()).await.expect("connects");
    idle.write_all(&Request::new("GET", &url).bytes(false)).await.expect("writes");
    let mut response = Vec::new();
    idle.read_to_end(&mut response).await.expect("an orderly end");
    assert!(response.starts_with(b"HTTP/1.1 403"));
    let taken = started.elapsed();
    assert!((80..=90).contains(&taken.as_secs()), "{taken:?}");
}

#[tokio::test]
async fn the_log_is_bounded_in_bytes() {
    let sandbox = Sandbox::start().await.expect("starts");
    let url = sandbox.origin(Host::STORAGE) + "/bucket/key";
    let long = "x".repeat(300_000);
    for _ in 0..60 {
        let request =
            Request::new("GET", &url).header("X-A", &long[..100_000]).header("X-B", &long[..200_000]);
        assert_eq!(request.send().await.status, 403);
    }
    let kept = sandbox.requests();
    assert_eq!(kept.last().expect("the newest").id, 60);
    let bytes: usize =
        kept.iter().flat_map(|it| &it.headers).map(|(name, value)| name.len() + value.len()).sum();
    assert!(bytes <= 16 * 1024 * 1024 && kept.len() > 50, "{bytes} bytes in {} requests", kept.len());
    sandbox.clear_requests();
    assert_eq!(sandbox.requests(), []);
    assert_eq!(Request::new("GET", &url).send().await.status, 403);
    assert_eq!(sandbox.requests()[0].id, 61);
}
