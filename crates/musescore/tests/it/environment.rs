//! Clients that are set up by the environment.

use segno_musescore::{Client, Credentials};
use segno_testkit::{report, run_with_env};

#[test]
fn child() {
    report(|| match Client::from_env() {
        Ok(client) => match client.credentials() {
            Credentials::Key(_) => "key".into(),
            Credentials::Application(_) => "application".into(),
            Credentials::User(..) => "user".into(),
            Credentials::Stored(_) => "stored".into(),
            other => format!("{other:?}"),
        },
        Err(error) => error.to_string(),
    });
}

fn told(variables: &[(&str, &str)]) -> String {
    run_with_env("environment::child", "MUSESCORE_", variables)
}

const KEY: (&str, &str) = ("MUSESCORE_CONSUMER_KEY", "key\r\n");
const SECRET: (&str, &str) = ("MUSESCORE_CONSUMER_SECRET", "\u{feff}secret");
const TOKEN: (&str, &str) = ("MUSESCORE_ACCESS_TOKEN", "t1");
const TOKEN_SECRET: (&str, &str) = ("MUSESCORE_ACCESS_TOKEN_SECRET", "s1");

#[test]
fn what_is_set_says_who_asks() {
    let folder = segno_testkit::Folder::new();
    let file = folder.file("token.json");
    let file = file.to_str().unwrap();
    assert_eq!(told(&[KEY]), "key");
    assert_eq!(told(&[KEY, SECRET]), "application");
    assert_eq!(told(&[KEY, SECRET, TOKEN, TOKEN_SECRET]), "user");
    assert_eq!(told(&[KEY, SECRET, ("MUSESCORE_TOKEN_FILE", file)]), "stored");
    assert_eq!(told(&[KEY, SECRET, ("MUSESCORE_TOKEN_FILE", " ")]), "application");
}

#[test]
fn what_is_wrong_is_named() {
    let unset = |name: &str| format!("the environment variable {name} is not set");
    assert_eq!(told(&[]), unset("MUSESCORE_CONSUMER_KEY"));
    assert_eq!(told(&[KEY, SECRET, TOKEN]), unset("MUSESCORE_ACCESS_TOKEN_SECRET"));
    assert_eq!(told(&[KEY, SECRET, TOKEN_SECRET]), unset("MUSESCORE_ACCESS_TOKEN"));
    assert_eq!(told(&[KEY, TOKEN, TOKEN_SECRET]), unset("MUSESCORE_CONSUMER_SECRET"));
    assert_eq!(told(&[KEY, ("MUSESCORE_TOKEN_FILE", "/tmp/t.json")]), unset("MUSESCORE_CONSUMER_SECRET"));
    for name in [
        "MUSESCORE_CONSUMER_KEY",
        "MUSESCORE_CONSUMER_SECRET",
        "MUSESCORE_ACCESS_TOKEN",
        "MUSESCORE_TOKEN_FILE",
        "MUSESCORE_BASE_URL",
        "MUSESCORE_OAUTH_URL",
        "MUSESCORE_WEB_URL",
        "MUSESCORE_STATIC_URL",
    ] {
        let expected = format!(
            "the environment variable {name} is in quotes, which would be part of the value; take them away"
        );
        assert_eq!(told(&[KEY, SECRET, (name, "'x'")]), expected);
    }
    let folder = told(&[KEY, SECRET, ("MUSESCORE_TOKEN_FILE", "/no/such/folder/token.json")]);
    assert!(folder.starts_with("the token store: /no/such/folder: "), "{folder}");
}
