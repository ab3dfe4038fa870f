//! Clients that are set up by the environment.

use segno_soundcloud::{Client, legacy};
use segno_testkit::{report, run_with_env};

#[test]
fn child() {
    report(|| match Client::from_env() {
        Ok(client) => {
            let login = client.begin_login("https://my.example/callback").map_err(|error| error.to_string());
            format!("{:?} {:?}", client.token_kind(), login)
        }
        Err(error) => error.to_string(),
    });
}

#[test]
fn old_child() {
    report(|| match legacy::Client::from_env() {
        Ok(client) => format!("{client:?}"),
        Err(error) => error.to_string(),
    });
}

fn told(variables: &[(&str, &str)]) -> String {
    run_with_env("environment::child", "SOUNDCLOUD_", variables)
}

const ID: (&str, &str) = ("SOUNDCLOUD_CLIENT_ID", "app1\r\n");
const SECRET: (&str, &str) = ("SOUNDCLOUD_CLIENT_SECRET", " s3cret");
const QUOTED: &str = "is in quotes, which would be part of the value; take them away";

#[test]
fn what_is_wrong_is_named() {
    assert_eq!(told(&[]), "the environment variable SOUNDCLOUD_CLIENT_ID is not set");
    assert_eq!(told(&[ID]), "the environment variable SOUNDCLOUD_CLIENT_SECRET is not set");
    for name in [
        "SOUNDCLOUD_CLIENT_ID",
        "SOUNDCLOUD_CLIENT_SECRET",
        "SOUNDCLOUD_TOKEN_FILE",
        "SOUNDCLOUD_BASE_URL",
        "SOUNDCLOUD_AUTH_URL",
        "SOUNDCLOUD_ACCESS_TOKEN",
    ] {
        let expected = format!("the environment variable {name} {QUOTED}");
        assert_eq!(told(&[ID, SECRET, (name, "\"x\"")]), expected);
    }
}

#[test]
fn a_token_file_makes_a_client_that_logs_in() {
    let without = told(&[ID, SECRET, ("SOUNDCLOUD_TOKEN_FILE", "")]);
    assert!(without.starts_with("Some(App) Err(\"this client has the application's own rights"), "{without}");
    assert!(without.contains("set SOUNDCLOUD_TOKEN_FILE"), "{without}");
    let folder = segno_testkit::Folder::new();
    let file = folder.file("token.json");
    let path = format!(" {}\n", file.display());
    let with = told(&[ID, SECRET, ("SOUNDCLOUD_TOKEN_FILE", &path)]);
    assert!(with.starts_with("Some(User) Ok(Login"), "{with}");
    let fixed = told(&[("SOUNDCLOUD_ACCESS_TOKEN", "t1\n")]);
    assert!(fixed.starts_with("Some(User) Err(\"this client has a fixed access token"), "{fixed}");
    // What is wrong with the file is said as it is, with its path.
    std::fs::write(&file, "{").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let exposed = told(&[ID, SECRET, ("SOUNDCLOUD_TOKEN_FILE", &path)]);
        let real = std::fs::canonicalize(&file).unwrap();
        let expected = format!(
            "the token store: {} may be read by others (mode 640); run chmod 600 on it, or mount it with that mode",
            real.display()
        );
        assert_eq!(exposed, expected);
    }
    let folder = told(&[ID, SECRET, ("SOUNDCLOUD_TOKEN_FILE", "/no/such/folder/tokens.json")]);
    assert!(folder.starts_with("the token store: /no/such/folder: "), "{folder}");
}

#[test]
fn the_old_api_needs_both_halves_or_none() {
    let old = |variables: &[(&str, &str)]| run_with_env("environment::old_child", "SOUNDCLOUD_", variables);
    let url = ("SOUNDCLOUD_LEGACY_URL", "http://127.0.0.1:8404/\n");
    assert!(old(&[url]).contains("http://127.0.0.1:8404/"));
    let user = ("SOUNDCLOUD_USERNAME", "okafor");
    assert_eq!(old(&[url, user]), "the environment variable SOUNDCLOUD_PASSWORD is not set");
    let expected = format!("the environment variable SOUNDCLOUD_PASSWORD {QUOTED}");
    assert_eq!(old(&[url, user, ("SOUNDCLOUD_PASSWORD", "'x'")]), expected);
    assert_eq!(old(&[user]), "the environment variable SOUNDCLOUD_LEGACY_URL is not set");

    let (key, key_secret) = (("SOUNDCLOUD_CONSUMER_KEY", "k"), ("SOUNDCLOUD_CONSUMER_SECRET", "CANARY"));
    let token = ("SOUNDCLOUD_OAUTH_TOKEN", "CANARY");
    assert!(
        old(&[url, user, key, key_secret]).contains("Application(Consumer([redacted]))"),
        "signed, without a user"
    );
    let signed = old(&[url, key, key_secret, token, ("SOUNDCLOUD_OAUTH_TOKEN_SECRET", "CANARY")]);
    assert!(signed.contains("User(Consumer([redacted])") && !signed.contains("CANARY"), "{signed}");
    let half = old(&[url, key, key_secret, token]);
    assert_eq!(half, "the environment variable SOUNDCLOUD_OAUTH_TOKEN_SECRET is not set");
    assert_eq!(old(&[url, key]), "the environment variable SOUNDCLOUD_CONSUMER_SECRET is not set");
}
