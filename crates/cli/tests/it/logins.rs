//! Logins: what is kept, when, and what is said of one that cannot be used.

use std::fs;
use std::process::{Command, Stdio};

use segno_sandbox::{Fault, Host};

use crate::shell::{Done, Scratch, done};

const SERVICES: [&str; 4] = ["soundslice", "soundstripe", "soundcloud", "musescore"];

/// The command without credentials, which finds the sandbox.
fn at(scratch: &Scratch, arguments: &[&str]) -> Command {
    let mut command = scratch.bare(arguments);
    command.envs(scratch.sandbox.environment().into_iter().filter(|(name, _)| name.ends_with("_URL")));
    command
}

/// A login with these values, one a line of standard input.
fn typed(scratch: &Scratch, service: &str, values: &[&str]) -> Done {
    let mut login = at(scratch, &["auth", "login", service]);
    if matches!(service, "soundcloud" | "musescore") {
        login.arg("--app-only");
    }
    scratch.write("typed", values.join("\n") + "\n");
    done(login.stdin(fs::File::open(scratch.path("typed")).unwrap()))
}

/// What the service is logged in with.
fn key(scratch: &Scratch, service: &str) -> Vec<String> {
    let names: &[&str] = match service {
        "soundslice" => &["SOUNDSLICE_APP_ID", "SOUNDSLICE_PASSWORD"],
        "soundstripe" => &["SOUNDSTRIPE_API_KEY"],
        "soundcloud" => &["SOUNDCLOUD_CLIENT_ID", "SOUNDCLOUD_CLIENT_SECRET"],
        _ => &["MUSESCORE_CONSUMER_KEY", "MUSESCORE_CONSUMER_SECRET"],
    };
    let environment = scratch.sandbox.environment();
    let value = |wanted: &&str| environment.iter().find(|(name, _)| name == wanted).unwrap().1.clone();
    names.iter().map(value).collect()
}

fn log_in(scratch: &Scratch, service: &str) -> Done {
    let key = key(scratch, service);
    typed(scratch, service, &key.iter().map(String::as_str).collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_not_accepted_leaves_the_one_before_as_it_was() {
    let scratch = Scratch::new().await;
    for service in SERVICES {
        log_in(&scratch, service).good();
    }
    let kept = || at(&scratch, &["auth", "status", "--check"]);
    let accepted = done(&mut kept()).good().out;
    assert_eq!(accepted.matches("\taccepted\n").count(), 4, "{accepted}");
    for service in SERVICES {
        // A wrong secret beside the right name, where there is a name.
        let mut wrong = key(&scratch, service);
        *wrong.last_mut().unwrap() = "wrong".into();
        if service == "musescore" {
            wrong[0] = "wrong".into();
        }
        let line = typed(&scratch, service, &wrong.iter().map(String::as_str).collect::<Vec<_>>()).failed(4);
        assert!(
            line.contains("nothing was kept of this, and the login from before is still there"),
            "{line}"
        );
        assert_eq!(done(&mut kept()).good().out, accepted, "{service}");
    }
    // The service is away.
    for service in ["soundslice", "soundstripe"] {
        scratch.sandbox.fault(Fault::status(503).times(100));
        typed(&scratch, service, &["other", "other"]).failed(1);
        scratch.sandbox.clear_faults();
        assert_eq!(done(&mut kept()).good().out, accepted, "{service}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_interrupted_at_the_page_of_consent_leaves_nothing() {
    use std::io::BufRead as _;
    for (service, signal, code) in
        [("soundcloud", "-INT", 130), ("musescore", "-TERM", 143), ("soundcloud", "-TERM", 143)]
    {
        let scratch = Scratch::new().await;
        scratch.sandbox.switches(|switches| switches.soundcloud.any_loopback_port = true);
        let mut login = at(&scratch, &["auth", "login", service, "--no-browser", "--port", "0"]);
        scratch.write("typed", key(&scratch, service).join("\n") + "\n");
        login.stdin(fs::File::open(scratch.path("typed")).unwrap());
        let mut child = login.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = std::io::BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(told.next().unwrap().unwrap().starts_with("open http"));
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let status = done(&mut at(&scratch, &["auth", "status"])).good();
        assert_eq!(status.out, "", "{service}");
        let secrets = scratch.path("state/segno/secrets");
        let left: Vec<_> = fs::read_dir(secrets).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_cannot_be_read_is_told_beside_the_others_and_can_be_removed() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new().await;
    let kept = scratch.path("state/segno/secrets/soundslice.default.key.json");
    let damage: [(&str, i32, &dyn Fn()); 3] = [
        ("its key is gone", 4, &|| fs::remove_file(&kept).unwrap()),
        ("what is kept of this account is damaged", 4, &|| fs::write(&kept, "{").unwrap()),
        ("others may read this secret (mode 644); run chmod 600 on it", 1, &|| {
            fs::set_permissions(&kept, PermissionsExt::from_mode(0o644)).unwrap();
        }),
    ];
    for (words, code, damage) in damage {
        log_in(&scratch, "soundslice").good();
        log_in(&scratch, "soundstripe").good();
        damage();
        for check in [&["auth", "status"][..], &["auth", "status", "--check"]] {
            let status = done(&mut at(&scratch, check));
            assert!(status.out.contains("soundstripe\tdefault\tfile\tfalse"), "{status:?}");
            assert!(status.out.contains("soundslice\tdefault\tfile\tfalse"), "{status:?}");
            let line = status.failed(code);
            assert!(line.contains("soundslice default: ") && line.contains(words), "{line}");
        }
        done(&mut at(&scratch, &["auth", "logout", "soundslice"])).good();
        assert!(!kept.exists());
        let left = done(&mut at(&scratch, &["auth", "status", "--check"])).good().out;
        assert_eq!(left, "soundstripe\tdefault\tfile\tfalse\taccepted\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_asked_for_is_told_and_what_does_not_work_ends_with_a_code() {
    let scratch = Scratch::new().await;
    let mut login = scratch.command(&["auth", "login", "soundslice"]);
    let told = done(&mut login).good().err;
    assert!(
        told.contains("SOUNDSLICE_APP_ID and SOUNDSLICE_PASSWORD are taken from the environment"),
        "{told}"
    );

    scratch.run(&["doctor"]).good();
    let mut wrong = scratch.command(&["doctor"]);
    let doctor = done(wrong.env("SOUNDSLICE_PASSWORD", "wrong"));
    assert!(doctor.out.contains("soundslice\tfails\t"), "{doctor:?}");
    assert!(doctor.failed(1).contains("1 of these do not work"));
    let mut wrong = scratch.command(&["auth", "status", "--check"]);
    let line = done(wrong.env("SOUNDSLICE_PASSWORD", "wrong")).failed(4);
    assert!(line.contains("soundslice (environment): soundslice.folders.list: 403"), "{line}");
    let mut wrong = scratch.command(&["auth", "status", "--check"]);
    wrong.env("SOUNDSLICE_PASSWORD", "wrong").env("SOUNDSTRIPE_API_KEY", "wrong");
    let line = done(&mut wrong).failed(4);
    assert!(
        line.contains("2 of 5 logins cannot be used: soundslice (environment), soundstripe (environment)"),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_asks_for_one_token_however_many_commands_use_it() {
    let scratch = Scratch::new().await;
    let asked = || {
        let requests = scratch.sandbox.requests().into_iter();
        requests.filter(|request| request.host == Host::SOUNDCLOUD_AUTH).count()
    };
    let search = ["soundcloud", "track", "search", "--limit", "1"];
    // With the key in the environment, and with one that is kept.
    for _ in 0..3 {
        let mut command = at(&scratch, &search);
        let key = key(&scratch, "soundcloud");
        command.env("SOUNDCLOUD_CLIENT_ID", &key[0]).env("SOUNDCLOUD_CLIENT_SECRET", &key[1]);
        done(&mut command).good();
    }
    assert_eq!(asked(), 1);
    log_in(&scratch, "soundcloud").good();
    for _ in 0..3 {
        done(&mut at(&scratch, &search)).good();
    }
    assert_eq!(asked(), 2);
    #[cfg(unix)]
    for entry in fs::read_dir(scratch.path("state/segno/secrets")).unwrap() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = entry.unwrap().path();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{path:?}");
    }
}
