//! Successes of the token server that are not as documented. The refresh token is spent by them, and is not sent again.

use super::*;

/// A source whose token is over, against a server that says this.
fn over(
    replies: impl IntoIterator<Item = Reply>,
) -> (TokenSource, Arc<Peer>, Arc<MemoryStore>, Arc<StillClock>) {
    let (clock, peer) = (StillClock::new(), Peer::new(replies));
    let store = stored(&clock);
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    (source, peer, store, clock)
}

async fn kept(store: &MemoryStore) -> (String, Option<String>) {
    let token = store.load().await.unwrap().token.unwrap();
    (token.access.expose().to_owned(), token.refresh.map(|refresh| refresh.expose().to_owned()))
}

#[tokio::test]
async fn whatever_can_be_read_is_kept() {
    for body in [
        r#"{"access_token":"a#","refresh_token":"r#","expires_in":3600,"scope":["read","write"]}"#,
        r#"{"access_token":"a#","refresh_token":"r#","expires_in":"3600","scope":{"a":1},"token_type":["bearer"]}"#,
        r#"{"access_token":"a#","refresh_token":["r#"],"expires_in":3600.7,"token_type":"BEARER","created_at":{}}"#,
        "\u{feff}{\"access_token\":\"a#\",\"refresh_token\":\"r#\",\"access_token\":\"a#\"}",
        "<br />\n<b>Warning</b>: odd in <b>x.php</b> on line <b>1</b><br />\n{\"access_token\":\"a#\",\"refresh_token\":\"r#\",\"expires_in\":NaN}",
        "{\"access_token\":\"a#\",\"refresh_token\":\"r#\",\"scope\":\"\\ud83c\"}",
        "access_token=a%23&refresh_token=r%23&expires_in=3600&token_type=bearer&scope=a+b\n",
    ] {
        let body: &'static str = Box::leak(body.replace("%23", "#").into_boxed_str());
        let (source, peer, store, _) = over([Reply::Body(body)]);
        assert_eq!(text(&source).await, "a2", "{body}");
        assert_eq!(kept(&store).await, ("a2".into(), Some("r2".into())), "{body}");
        assert_eq!(peer.requests(), ["r1"], "{body}");
    }
    // Numbers stand for their digits, also those that no number type holds.
    let digits = "123456789012345678901234567890";
    let body = format!(r#"{{"access_token":{digits},"refresh_token":{digits}1}}"#);
    let (source, _, store, _) = over([Reply::Body(Box::leak(body.into_boxed_str()))]);
    assert_eq!(text(&source).await, digits);
    assert_eq!(kept(&store).await.1, Some(format!("{digits}1")));
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_asked_for_once() {
    for (body, why) in [
        ("{}", "missing field `access_token`"),
        (r#"{"access_token":""}"#, "missing field `access_token`"),
        (r#"{"data":{"access_token":"CANARY"}}"#, "missing field `access_token`"),
        (r#"{"access_token":"CANARY","refr"#, "the JSON ends in the middle, after 30 bytes"),
        (r#"[{"access_token":"CANARY"}]"#, "expected a map, found a list"),
    ] {
        let (source, peer, _, clock) = over([Reply::Body(body)]);
        for _ in 0..3 {
            let error = source.token().await.unwrap_err();
            assert!(matches!(error, AuthError::LoginNeeded(_)), "{body}: {error}");
            let text = error.to_string();
            assert!(text.contains("granted a refresh, but its response cannot be read"), "{text}");
            assert!(text.contains(why) && text.ends_with("; log in again"), "{text}");
            assert!(!text.contains("lost") && !text.contains("CANARY"), "{text}");
            clock.advance(10_000);
        }
        assert_eq!(peer.requests(), ["r1"], "{body}");
    }
}

/// The response says nothing of tokens, so the refresh token may be good yet; but it is not sent in a hurry.
#[tokio::test]
async fn a_page_with_status_200_is_no_logout() {
    for page in ["<html><title>Welcome to the hotel</title>", "", "OK"] {
        let (source, peer, _, clock) = over([Reply::Status(200, page)]);
        let error = source.token().await.unwrap_err();
        assert!(matches!(error, AuthError::Unavailable(_)), "{error}");
        assert_eq!(peer.requests(), ["r1"]);
        assert_eq!(text(&source).await, "a2", "{page}");

        let (source, peer, _, _) = over(std::iter::repeat_n(Reply::Status(200, page), 30));
        for _ in 0..10 {
            source.token().await.unwrap_err();
        }
        assert_eq!(peer.requests().len(), 2, "{page}");
        drop(clock);
    }
    let (source, peer, _, clock) = over(std::iter::repeat_n(Reply::Status(200, "<html>"), 500));
    for _ in 0..360 {
        source.token().await.unwrap_err();
        clock.advance(10);
    }
    assert!((8..16).contains(&peer.requests().len()), "{} in an hour", peer.requests().len());
    peer.script.lock().unwrap().clear();
    clock.advance(1200);
    assert_eq!(text(&source).await, "a2");
}

#[tokio::test]
async fn a_refusal_with_status_200_is_a_refusal() {
    let (source, peer, _, _) = over([Reply::Status(200, r#"{"error":"invalid_grant"}"#)]);
    let error = source.token().await.unwrap_err();
    assert_eq!(error.to_string(), "the refresh token is no longer valid (invalid_grant); log in again");
    assert_eq!(peer.requests(), ["r1"]);

    let (source, _, _, _) =
        over([Reply::Status(200, "error=invalid_client&error_description=unknown+client")]);
    let error = source.token().await.unwrap_err();
    assert_eq!(error, AuthError::Refused("invalid_client: unknown client".into()));
    assert_eq!(text(&source).await, "a2");

    let (source, peer, _, _) = over([Reply::Status(200, r#"{"error":"temporarily_unavailable"}"#)]);
    assert!(matches!(source.token().await.unwrap_err(), AuthError::Unavailable(_)));
    assert_eq!(peer.requests(), ["r1"]);
    assert_eq!(text(&source).await, "a2");
}

/// An access token that no header carries, or that must not travel as a bearer token, is not kept. The refresh token that
/// came with it is: it is the only one that works.
#[tokio::test]
async fn a_token_that_cannot_be_used_does_not_cost_the_login() {
    for (body, why) in [
        (
            r#"{"access_token":"a\n#","refresh_token":"r#","expires_in":3600}"#,
            "expected visible ASCII characters",
        ),
        (r#"{"access_token":"a #","refresh_token":"r#"}"#, "expected visible ASCII characters"),
        (
            r#"{"access_token":{"v":1},"refresh_token":"r#"}"#,
            "invalid access_token: expected a text, found an object",
        ),
        (
            r#"{"access_token":"a#","token_type":"mac","refresh_token":"r#"}"#,
            "expected Bearer, found \"mac\"",
        ),
        (
            r#"{"access_token":"a#","token_type":"DPoP","refresh_token":"r#"}"#,
            "expected Bearer, found \"DPoP\"",
        ),
        (r#"{"refresh_token":"r#"}"#, "missing field `access_token`"),
    ] {
        let (source, peer, store, clock) = over([Reply::Body(body)]);
        let error = source.token().await.unwrap_err();
        assert!(
            matches!(error, AuthError::BadToken(_)) && error.to_string().contains(why),
            "{body}: {error}"
        );
        assert_eq!(kept(&store).await, (String::new(), Some("r2".into())), "{body}");
        // Not on each call, but after a while.
        assert!(source.token().await.unwrap_err().to_string().ends_with("the next try is in 1 s"));
        assert_eq!(peer.requests(), ["r1"]);
        clock.advance(2);
        assert_eq!(text(&source).await, "a3", "{body}");
        assert_eq!(peer.requests(), ["r1", "r2"]);
    }
}

#[tokio::test]
async fn a_refresh_token_that_cannot_be_read_leaves_the_access_token() {
    let (source, peer, store, clock) =
        over([Reply::Body(r#"{"access_token":"a#","refresh_token":{"value":"CANARY"},"expires_in":3600}"#)]);
    assert_eq!(text(&source).await, "a2");
    assert_eq!(kept(&store).await, ("a2".into(), None), "the one before is spent");
    clock.advance(3599);
    assert_eq!(text(&source).await, "a2", "to its end, as nothing can renew it");
    clock.advance(1);
    let error = source.token().await.unwrap_err();
    assert_eq!(error.to_string(), "the token has expired and there is no refresh token; log in again");
    assert_eq!(peer.requests(), ["r1"]);
}

/// A server that tells a lifetime has tokens that end, whatever it says; one that tells none may have others.
#[tokio::test]
async fn a_lifetime_that_cannot_be_read_is_not_for_ever() {
    for told in [
        "\"soon\"",
        "true",
        "0",
        "-1",
        "\"-1\"",
        "\"0\"",
        "0.3",
        "{}",
        "[]",
        "\"\"",
        "\"never\"",
        "\"1e999\"",
    ] {
        let body = format!(r#"{{"access_token":"a#","refresh_token":"r#","expires_in":{told}}}"#);
        let (source, peer, store, clock) = over([Reply::Body(Box::leak(body.into_boxed_str()))]);
        for _ in 0..10 {
            assert_eq!(text(&source).await, "a2", "{told}: not on each call");
        }
        clock.advance(3599);
        assert_eq!(text(&source).await, "a2", "{told}");
        // Another process knows, too.
        let other = user(&peer, &clock, Arc::clone(&store));
        assert_eq!(text(&other).await, "a2", "{told}");
        clock.advance(1);
        assert_eq!(text(&source).await, "a3", "{told}: renewed");
        assert_eq!(text(&other).await, "a3", "{told}");
        assert_eq!(peer.requests(), ["r1", "r2"], "{told}");
    }
    for told in ["\"3600.5\"", "3600.9", "\" 3600 \"", "3.6e3", "[3600]"] {
        let body = format!(r#"{{"access_token":"a#","refresh_token":"r#","expires_in":{told}}}"#);
        let (_, _, store, _) = {
            let all = over([Reply::Body(Box::leak(body.into_boxed_str()))]);
            assert_eq!(text(&all.0).await, "a2");
            all
        };
        let token = store.load().await.unwrap().token.unwrap();
        assert_eq!(token.lifetime, Some(Duration::from_secs(3600)), "{told}");
    }
    let (source, peer, _, clock) =
        over([Reply::Body(r#"{"access_token":"a#","refresh_token":"r#","expires_in":null}"#)]);
    text(&source).await;
    clock.advance(1_000_000);
    assert_eq!(text(&source).await, "a2", "nothing was told: used until the service refuses it");
    assert_eq!(peer.requests(), ["r1"]);
}

#[tokio::test]
async fn odd_tokens_of_the_client_itself() {
    let (clock, store) = (StillClock::new(), Arc::new(MemoryStore::new()));
    let peer =
        Peer::new([Reply::Body(r#"{"access_token":"a\r\n"}"#), Reply::Body(r#"{"access_token":"a#"}"#)]);
    let source = TokenSource::app(server(&peer, &clock)).build(Arc::clone(&store));
    assert!(matches!(source.token().await.unwrap_err(), AuthError::BadToken(_)));
    assert_eq!(store.load().await.unwrap().token, None);
    assert_eq!(text(&source).await, "a3");
    // A refresh that brings nothing leads to a new token: nobody has to log in for it.
    let peer = Peer::new([Reply::Tokens, Reply::Body("{}")]);
    let source = TokenSource::app(server(&peer, &clock)).build(MemoryStore::new());
    text(&source).await;
    clock.advance(4000);
    assert_eq!(text(&source).await, "a4");
    assert_eq!(peer.requests(), ["client_credentials", "r2", "client_credentials"]);
}

#[tokio::test]
async fn a_token_that_cannot_be_sent_is_not_installed() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = stored(&clock);
    let source = user(&peer, &clock, Arc::clone(&store));
    for access in ["", "a\nb", "a b", "\u{e9}"] {
        let error = source.install(tokens(access, "r9")).await.unwrap_err();
        assert!(matches!(error, AuthError::BadToken(_)), "{error}");
    }
    assert_eq!(kept(&store).await, ("a1".into(), Some("r1".into())));
}
