//! Tokens of the client itself, which are counted.

use super::*;
use crate::auth::oauth2::QuotaLimit;

#[tokio::test]
async fn a_token_of_the_program_is_asked_for_once_and_then_refreshed() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let source = TokenSource::app(server(&peer, &clock)).build(MemoryStore::new());
    assert_eq!(text(&source).await, "a2");
    assert_eq!(text(&source).await, "a2");
    clock.advance(4000);
    assert_eq!(text(&source).await, "a3");
    assert_eq!(peer.requests(), ["client_credentials", "r2"]);
}

#[tokio::test]
async fn a_refresh_of_the_program_that_is_refused_leads_to_a_new_token() {
    for refusal in [
        r#"{"error":"invalid_grant"}"#,
        r#"{"error":"unauthorized_client"}"#,
        r#"{"error":"unsupported_grant_type"}"#,
    ] {
        let refused = Reply::Status(400, refusal);
        let (clock, peer) = (StillClock::new(), Peer::new([Reply::Tokens, refused]));
        let source = TokenSource::app(server(&peer, &clock)).build(MemoryStore::new());
        text(&source).await;
        clock.advance(4000);
        assert_eq!(text(&source).await, "a3");
        assert_eq!(peer.requests(), ["client_credentials", "r2", "client_credentials"], "{refusal}");
    }
    // Who is not known is not known the other way either.
    let stranger = Reply::Status(401, r#"{"error":"invalid_client"}"#);
    let (clock, peer) = (StillClock::new(), Peer::new([Reply::Tokens, stranger]));
    let source = TokenSource::app(server(&peer, &clock)).build(MemoryStore::new());
    text(&source).await;
    clock.advance(4000);
    assert!(matches!(source.token().await, Err(AuthError::Refused(_))));
    assert_eq!(peer.requests(), ["client_credentials", "r2"]);
}

#[tokio::test]
async fn the_request_that_would_break_the_quota_is_not_sent() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let quota = || {
        Quota::new(vec![QuotaLimit {
            count: 2,
            window: Duration::from_secs(3600),
            name: "2 tokens in one hour",
        }])
    };
    let store = Arc::new(MemoryStore::new());
    for _ in 0..2 {
        let source = TokenSource::app(server(&peer, &clock)).quota(quota()).build(Arc::clone(&store));
        text(&source).await;
        source.forget().await.1.unwrap();
        clock.advance(10);
    }
    // Counted in the store: a new process does not begin at zero.
    let source = TokenSource::app(server(&peer, &clock)).quota(quota()).build(Arc::clone(&store));
    let record = store.load().await.unwrap();
    assert_eq!(record.issued.len(), 2);
    let error = source.token().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the quota is 2 tokens in one hour; the next token can be requested in 3580 s"
    );
    assert_eq!(peer.requests().len(), 2);
}

/// Who asks every ten seconds while the server is down for twelve hours has quota left when it is up again.
#[tokio::test]
async fn an_outage_does_not_use_up_the_quota() {
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    let quota = || {
        Quota::new(vec![
            QuotaLimit { count: 50, window: hours(12), name: "50 in 12 hours" },
            QuotaLimit { count: 30, window: hours(1), name: "30 in one hour" },
        ])
    };
    let down = std::iter::repeat_n(Reply::Status(503, ""), 60);
    let (clock, peer) = (StillClock::new(), Peer::new(down));
    let source = TokenSource::app(server(&peer, &clock)).quota(quota()).build(MemoryStore::new());
    let first = source.token().await.unwrap_err();
    assert!(matches!(first, AuthError::Unavailable(_)), "{first}");
    let second = source.token().await.unwrap_err();
    assert_eq!(
        second.to_string(),
        "requests for tokens are counted, and the last one failed (oauth2.token.client_credentials: 503 Service \
         Unavailable); the next token can be requested in 1 s"
    );
    for _ in 0..12 * 360 {
        clock.advance(10);
        source.token().await.unwrap_err();
    }
    let asked = peer.requests().len();
    assert!((40..=49).contains(&asked), "{asked}");
    peer.script.lock().unwrap().clear();
    clock.advance(20 * 60);
    text(&source).await;
    assert_eq!(peer.requests().len(), asked + 1);
    // Where nothing is counted, nothing is spared.
    let (clock, peer) = (StillClock::new(), Peer::new([Reply::Status(503, "")]));
    let source = TokenSource::app(server(&peer, &clock)).build(MemoryStore::new());
    source.token().await.unwrap_err();
    text(&source).await;
}
