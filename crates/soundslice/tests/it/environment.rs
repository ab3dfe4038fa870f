//! Clients that are set up by the environment.

use segno_soundslice::Client;
use segno_testkit::{report, run_with_env};

#[test]
fn child() {
    report(|| match Client::from_env() {
        Ok(client) => format!("{client:?}"),
        Err(error) => error.to_string(),
    });
}

fn told(variables: &[(&str, &str)]) -> String {
    run_with_env("environment::child", "SOUNDSLICE_", variables)
}

#[test]
fn what_is_wrong_is_named() {
    let (id, password) = (("SOUNDSLICE_APP_ID", "\u{feff}app\r\n"), ("SOUNDSLICE_PASSWORD", " secret\n"));
    assert!(told(&[id, password]).contains("https://www.soundslice.com/api/v1/"));
    let base = |url| ("SOUNDSLICE_BASE_URL", url);
    assert!(
        told(&[id, password, base("http://127.0.0.1:8401/api/v1/\r")])
            .contains("http://127.0.0.1:8401/api/v1/")
    );
    assert!(
        told(&[id, password, base(" ")]).contains("https://www.soundslice.com/api/v1/"),
        "empty is like none"
    );
    let quoted = "is in quotes, which would be part of the value; take them away";
    let expected = format!("the environment variable SOUNDSLICE_BASE_URL {quoted}");
    assert_eq!(
        told(&[id, password, base("\"http://127.0.0.1:8401/\"")]),
        expected,
        "never the default instead"
    );
    let expected = format!("the environment variable SOUNDSLICE_APP_ID {quoted}");
    assert_eq!(told(&[("SOUNDSLICE_APP_ID", "'app'"), password]), expected);
    assert_eq!(told(&[id]), "the environment variable SOUNDSLICE_PASSWORD is not set");
    assert_eq!(
        told(&[id, ("SOUNDSLICE_PASSWORD", "\n")]),
        "the environment variable SOUNDSLICE_PASSWORD is empty"
    );
}
