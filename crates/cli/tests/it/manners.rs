//! What every command does alike.

use crate::shell::{Scratch, done};

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_and_one_line() {
    let scratch = Scratch::new().await;
    assert!(scratch.run(&["frobnicate"]).failed(2).contains("add --help"));
    assert!(scratch.run(&["soundslice", "slice", "get", "a/b"]).failed(2).contains("invalid scorehash"));
    assert!(
        scratch.run(&["soundslice", "slice", "get", "zzzzz"]).failed(1).contains("soundslice.slices.get")
    );
    let line = done(&mut scratch.bare(&["soundslice", "slice", "list"])).failed(4);
    assert!(line.contains("SOUNDSLICE_APP_ID") && line.contains("segno auth login soundslice"), "{line}");
    assert_eq!(scratch.run(&["--help"]).code, Some(0));
    assert_eq!(scratch.run(&["--version"]).good().out, format!("segno {}\n", env!("CARGO_PKG_VERSION")));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_lines_when_piped_and_json_on_request() {
    let scratch = Scratch::new().await;
    let lines = scratch.run(&["soundslice", "slice", "list"]).good().out;
    assert_eq!(lines.lines().count(), 4);
    assert!(lines.lines().all(|line| line.split('\t').count() == 6), "{lines}");
    let json = scratch.run(&["soundslice", "slice", "list", "--json"]).good().json();
    let names: Vec<&String> = json[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["artist", "folder", "has_notation", "name", "recordings", "scorehash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_kept_where_only_its_owner_reads_and_never_printed() {
    let scratch = Scratch::new().await;
    let access = scratch.sandbox.soundslice();
    let mut login = scratch.bare(&["auth", "login", "soundslice", "--account", "school"]);
    login.env("SOUNDSLICE_BASE_URL", &access.base_url);
    let (app, password) = (access.app_id.clone(), access.password.clone());
    let typed = scratch.path("typed");
    std::fs::write(&typed, format!("{app}\n{password}\n")).unwrap();
    let done_ = done(login.stdin(std::fs::File::open(&typed).unwrap())).good();
    assert!(!done_.out.contains(&password) && !done_.err.contains(&password));
    assert!(done_.out.contains("secrets_in\tfile"), "{done_:?}");
    let kept = scratch.path("state/segno/secrets/soundslice.school.key.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let settings = std::fs::read_to_string(scratch.path("config/segno/accounts.json")).unwrap();
    assert!(!settings.contains(&password) && settings.contains("school"), "{settings}");

    let with = |arguments: &[&str]| {
        let mut command = scratch.bare(arguments);
        command.env("SOUNDSLICE_BASE_URL", &access.base_url);
        done(&mut command)
    };
    assert_eq!(with(&["soundslice", "slice", "list", "--account", "school"]).good().out.lines().count(), 4);
    let status = with(&["auth", "status", "--check"]).good().out;
    assert_eq!(status, "soundslice\tschool\tfile\tfalse\taccepted\n");
    with(&["auth", "logout", "soundslice", "--account", "school"]).good();
    assert!(!kept.exists());
    with(&["soundslice", "slice", "list", "--account", "school"]).failed(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_accepted_is_not_kept() {
    let scratch = Scratch::new().await;
    let mut login = scratch.bare(&["auth", "login", "soundslice"]);
    login.env("SOUNDSLICE_BASE_URL", scratch.sandbox.soundslice().base_url);
    login.env("SOUNDSLICE_APP_ID", "demoApp").env("SOUNDSLICE_PASSWORD", "wrong");
    assert!(done(&mut login).failed(4).contains("nothing was kept"));
    assert_eq!(done(&mut scratch.bare(&["auth", "status"])).good().out, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_request_can_be_made() {
    let scratch = Scratch::new().await;
    let title = scratch.run(&["api", "soundslice", "GET", "slices/", "-p", "/0/name"]).good().out;
    assert_eq!(title, "Ode to Joy\n");
    let made = scratch.run(&["api", "soundslice", "POST", "folders/", "-f", "name=A & B"]).good().json();
    let id = made["id"].as_str().map_or_else(|| made["id"].to_string(), str::to_owned);
    let folders = scratch.run(&["soundslice", "folder", "list"]).good().out;
    assert!(folders.contains(&format!("{id}\tA & B\n")), "{folders}");
    let pages = scratch
        .run(&["api", "soundcloud", "GET", "tracks?limit=2", "--paginate", "--max-pages", "3"])
        .good()
        .json();
    assert!(pages.as_array().unwrap().len() > 1, "{pages}");
    assert!(scratch.run(&["api", "soundslice", "GET", "nothing/"]).failed(1).contains("404"));
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_of_nothing_and_pairs_without_a_name_are_refused() {
    let scratch = Scratch::new().await;
    for arguments in [
        &["api", "soundslice", "GET", "slices/", "--paginate", "--max-pages", "0"][..],
        &["api", "soundslice", "GET", "slices/", "-f", "=x"],
        &["api", "soundslice", "GET", "slices/", "-f", "x"],
        &["api", "soundslice", "GET", "slices/?=x"],
        &["soundslice", "slice", "list", "--limit", "0"],
        &["sync", "minuet-in-g.mxl", "minuet-in-g.mp3", "--guess", "--new", ""],
        &["sync", "minuet-in-g.mxl", "minuet-in-g.mp3", "--guess", "--folder", ""],
        &["soundstripe", "webhook", "listen", "--count", "0"],
        &["points", "simplify", "points.json", "--count", "0"],
    ] {
        scratch.run(arguments).failed(2);
    }
    assert!(scratch.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn points_that_tell_no_times_are_not_mended_into_nonsense() {
    let scratch = Scratch::new().await;
    let points: Vec<String> = (0..77).map(|bar| format!("[{bar},5.0]")).collect();
    scratch.write("equal.json", format!("[{}]", points.join(",")));
    let line = scratch.run(&["points", "repair", "equal.json"]).failed(1);
    assert!(line.contains("nothing tells when their bars are played"), "{line}");
    // A bar that was tapped twice is mended, and said.
    scratch.write("twice.json", "[[0,0],[1,2],[2,2],[3,4],[4,6]]");
    let done = scratch.run(&["points", "repair", "twice.json"]).good();
    assert!(done.err.contains("1 of the stretches between points pass faster than any music"), "{done:?}");
}

/// `GET`, and where the response redirects to.
fn redirect(url: &str) -> Option<String> {
    use std::io::{Read as _, Write as _};
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let head = text.lines().take_while(|line| !line.is_empty());
    head.filter_map(|line| line.split_once(": "))
        .find_map(|(name, value)| name.eq_ignore_ascii_case("location").then(|| value.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn users_log_in_by_the_page_of_consent_and_out_again() {
    let scratch = Scratch::new().await;
    scratch.sandbox.switches(|switches| switches.soundcloud.any_loopback_port = true);
    let environment = scratch.sandbox.environment();
    for service in ["soundcloud", "musescore"] {
        // As one logs in: the application's key is known, and no user.
        let known =
            |name: &str| name.ends_with("_URL") || name.contains("CLIENT") || name.contains("CONSUMER");
        let key = environment.iter().filter(|(name, _)| known(name));
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let mut command = scratch.bare(&[service, "login", "--no-browser", "--port", &port]);
        command.envs(key.map(|(name, value)| (name, value)));
        let mut child = command
            .stderr(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
        assert!(told.next().unwrap().unwrap().ends_with(" are taken from the environment"));
        let line = told.next().unwrap().unwrap();
        let page = line.strip_prefix("open ").unwrap();
        assert!(!page.contains(&scratch.sandbox.description().soundcloud.client_secret));
        let back = redirect(&format!("{page}&auto=approve")).unwrap();
        redirect(&back);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{service}: {:?}", told.collect::<Vec<_>>());

        // From now on the account is enough; the URLs are those of the sandbox.
        let urls = || environment.iter().filter(|(name, _)| name.ends_with("_URL"));
        let with = |arguments: &[&str]| {
            let mut command = scratch.bare(arguments);
            command.envs(urls().map(|(name, value)| (name, value)));
            done(&mut command)
        };
        assert!(with(&[service, "me"]).good().out.contains("user\t"));
        assert_eq!(
            with(&["auth", "status", "--check"]).good().out,
            format!("{service}\tdefault\tfile\ttrue\taccepted\n")
        );
        with(&[service, "logout"]).good();
        with(&[service, "me"]).failed(4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_goes_on_says_so() {
    let scratch = Scratch::new().await;
    for list in [
        &["soundslice", "slice", "list"][..],
        &["soundcloud", "track", "search"],
        &["musescore", "score", "search"],
    ] {
        let run = |more: &[&str]| scratch.run(&[list, more].concat()).good();
        let all = run(&["--all"]);
        let count = all.out.lines().count();
        assert!(count > 1 && !all.err.contains("showing"), "{list:?}: {all:?}");
        let fewer = run(&["--limit", &(count - 1).to_string()]);
        assert_eq!(fewer.out.lines().count(), count - 1);
        assert_eq!(
            fewer.err,
            format!("showing {}; --all or --limit COUNT for more\n", count - 1),
            "{list:?}"
        );
        assert_eq!(run(&["--limit", &(count - 1).to_string(), "--quiet"]).err, "");
        // As many as there are: nothing is left out.
        assert_eq!(run(&["--limit", &count.to_string()]).err, "", "{list:?}");
    }
}
