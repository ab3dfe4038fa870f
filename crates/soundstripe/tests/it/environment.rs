//! Clients that are set up by the environment.

use segno_soundstripe::Client;
use segno_testkit::{report, run_with_env};

#[test]
fn child() {
    report(|| match Client::from_env() {
        Ok(client) => format!("{client:?}"),
        Err(error) => error.to_string(),
    });
}

fn told(variables: &[(&str, &str)]) -> String {
    run_with_env("environment::child", "SOUNDSTRIPE_", variables)
}

#[test]
fn what_is_wrong_is_named() {
    let key = ("SOUNDSTRIPE_API_KEY", "\u{feff}key-1\r\n");
    assert!(told(&[key]).contains("https://api.soundstripe.com/v1/"));
    let base = |url| ("SOUNDSTRIPE_BASE_URL", url);
    assert!(told(&[key, base("http://127.0.0.1:8403/v1/\n")]).contains("http://127.0.0.1:8403/v1/"));
    let quoted = "is in quotes, which would be part of the value; take them away";
    let expected = format!("the environment variable SOUNDSTRIPE_BASE_URL {quoted}");
    assert_eq!(told(&[key, base("'http://127.0.0.1:8403/v1/'")]), expected, "never the default instead");
    let expected = format!("the environment variable SOUNDSTRIPE_API_KEY {quoted}");
    assert_eq!(told(&[("SOUNDSTRIPE_API_KEY", "\"key-1\"")]), expected);
    assert_eq!(told(&[]), "the environment variable SOUNDSTRIPE_API_KEY is not set");
    assert_eq!(
        told(&[("SOUNDSTRIPE_API_KEY", "\u{feff}")]),
        "the environment variable SOUNDSTRIPE_API_KEY is empty"
    );
    let expected =
        "the environment variable SOUNDSTRIPE_API_KEY has a line break or another control character inside";
    assert_eq!(told(&[("SOUNDSTRIPE_API_KEY", "key-1\nkey-2")]), expected);
}
