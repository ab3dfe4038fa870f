//! Starting, describing and stopping.

use std::net::TcpListener;

use segno_sandbox::{Host, Sandbox, StartError};
use serde_json::Value;

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
    assert_eq!(path("/control/base_url", Host::Control), "");
    assert_eq!(path("/soundslice/base_url", Host::Soundslice), "/api/v1/");
    assert_eq!(path("/storage/base_url", Host::Storage), "/");
    assert_eq!(path("/soundstripe/base_url", Host::Soundstripe), "/v1/");
    assert_eq!(path("/soundcloud/base_url", Host::Soundcloud), "/");
    assert_eq!(path("/soundcloud/auth_url", Host::SoundcloudAuth), "/");
    assert_eq!(path("/musescore/base_url", Host::Musescore), "/services/rest/");
    assert_eq!(path("/musescore/oauth_url", Host::Musescore), "/oauth/");
    assert_eq!(path("/musescore/web_url", Host::MusescoreWeb), "/");
    assert_eq!(path("/musescore/static_url", Host::MusescoreStatic), "/");
}

/// Nine ports in a row that were free a moment ago.
fn free_base() -> u16 {
    (20_000..60_000)
        .step_by(16)
        .find(|base| {
            let all: Vec<_> = (0..9).map(|offset| TcpListener::bind(("127.0.0.1", base + offset))).collect();
            all.iter().all(Result::is_ok)
        })
        .expect("nine free ports")
}

#[tokio::test]
async fn ports_follow_the_base_and_are_free_again_after_stopping() {
    let base = free_base();
    let sandbox = Sandbox::builder().port_base(base).start().await.expect("starts");
    for (offset, host) in Host::ALL.into_iter().enumerate() {
        let port = usize::from(base) + offset;
        assert_eq!(sandbox.origin(host), format!("http://127.0.0.1:{port}"));
    }
    let second = Sandbox::builder().port_base(base).start().await;
    assert!(matches!(second, Err(StartError::Bind { host: Host::Control, port, .. }) if port == base));
    sandbox.stop().await;
    Sandbox::builder().port_base(base).start().await.expect("the ports are free again");
}

#[tokio::test]
async fn a_dropped_sandbox_answers_no_more() {
    let sandbox = Sandbox::start().await.expect("starts");
    let url = sandbox.origin(Host::Control) + "/effects";
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
