//! Any text as the record of a login: one that can be finished, or an error. None has a state or a request token that
//! could be guessed for being empty.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use segno_core::auth::oauth1::{Consumer, Pending};
use segno_core::auth::oauth2::{App, TokenServer};
use segno_core::auth::store::MemoryStore;
use segno_core::auth::oauth2::{Login, TokenSource};
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::{Bytes, Client, Response, Secret, Timestamp};

static SOURCE: LazyLock<TokenSource> = LazyLock::new(|| {
    let client = Client::builder("https://fuzz.example/")
        .transport(FnTransport::new(|_| Ok(Response::new(Bytes::new()))))
        .clock(ManualClock::stopped(Timestamp::from_unix_seconds(0).unwrap()))
        .build()
        .unwrap();
    TokenSource::user(TokenServer::new(client, App { id: "a".into(), secret: None })).build(MemoryStore::new())
});

fuzz_target!(|text: &str| {
    let record = Secret::new(text);
    if let Ok(login) = Login::from_record(&SOURCE, &record) {
        assert!(login.state().expose().len() >= 22);
        assert!(login.url().starts_with("https://fuzz.example/authorize?client_id=a&redirect_uri="));
        let again = Login::from_record(&SOURCE, &login.to_record()).unwrap();
        assert_eq!((again.url(), again.to_record()), (login.url(), login.to_record()));
    }
    if let Ok(pending) = Pending::from_record(Consumer::new("a", "s"), &record) {
        assert!(!pending.token().is_empty());
        let again = Pending::from_record(Consumer::new("a", "s"), &pending.to_record()).unwrap();
        assert_eq!(again.to_record(), pending.to_record());
        let _ = pending.redirected(text);
    }
});
