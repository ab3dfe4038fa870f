//! The fifteen things that users of the API struggle with most (ranked in its own tracker), each shown solved.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use segno_core::auth::AuthError;
use segno_core::auth::store::{MemoryStore, TokenStore as _};
use segno_core::{BuildError, Bytes, Cause, Endpoint as _};
use segno_soundcloud::streams::StreamKind;
use segno_soundcloud::tracks::{Asset, Upload};
use segno_soundcloud::{
    Access, Diagnosis, PlaylistError, ReadyError, StreamError, Throttle, TrackUrn, UploadError, Urn, UserUrn,
    comments, feed, likes, me, playlists, reposts, resolve, streams, tracks, users,
};

use crate::answers::{ME, PLAYLIST, STREAMS, TRACK};
use crate::peer::{answer, builder, logged_in, person, program, redirect, stored, tokens};
use crate::sample::{PLAYLIST_URN, TRACK_URN, png};

fn flac() -> Upload {
    Upload::new("Low Tide", Asset::bytes("low-tide.flac", &b"fLaC-bytes"[..]))
}

#[tokio::test]
async fn pain_01_an_upload_answers_401_although_reads_work() {
    // A token of the program alone is not even sent.
    let (client, log, _) = program(MemoryStore::new(), |_| tokens(1));
    let error = client.upload(flac()).send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "not sent: the token is one of the program alone, and this needs a person's login"
    );
    let error = client.send(&comments::Create::new(TRACK_URN, "x")).await.unwrap_err();
    assert!(error.to_string().contains("the token is one of the program alone"), "{error}");
    assert!(client.send(&me::Get).await.is_err());
    assert!(log.lines().is_empty());

    // What the account has against it is known before anything is sent.
    for (me, expected) in [
        (r#"{"primary_email_confirmed":false}"#, Diagnosis::EmailUnconfirmed),
        (r#"{"primary_email_confirmed":true,"quota":{"upload_seconds_left":0}}"#, Diagnosis::QuotaGone),
    ] {
        let (client, log) = person(move |_| answer(200, me));
        let error = client.upload(flac()).send().await.unwrap_err();
        assert!(matches!(error, UploadError::NotAllowed(diagnosis) if diagnosis == expected), "{error}");
        assert_eq!(log.count("POST"), 0);
    }
    let (client, _) = person(|_| answer(200, ME));
    let error = client.upload(flac()).length(Duration::from_secs(7201)).send().await.unwrap_err();
    assert!(matches!(error, UploadError::Quota { left_seconds: 7200, needed_seconds: 7201 }), "{error}");

    // A bare 401 on a write is looked into, in both forms that were seen.
    for (body, me, expected) in [
        ("\n", answer(200, ME), Diagnosis::AppNotAllowed),
        (r#"{"code":401,"message":"","errors":[]}"#, answer(200, ME), Diagnosis::AppNotAllowed),
        ("\n", answer(401, ""), Diagnosis::TokenBad),
        ("\n", answer(200, r#"{"primary_email_confirmed":false}"#), Diagnosis::EmailUnconfirmed),
        ("\n", answer(404, ""), Diagnosis::Unknown),
    ] {
        let (client, _) =
            person(move |line| if line.starts_with("GET") { me.clone() } else { answer(401, body) });
        let error = client.send(&comments::Create::new(TRACK_URN, "x")).await.unwrap_err();
        assert_eq!(error.api().unwrap().diagnosis, Some(expected));
    }
}

#[tokio::test]
async fn pain_02_refresh_tokens_work_once_and_nobody_is_logged_out() {
    let store = stored();
    let (client, log, _) = logged_in(std::sync::Arc::clone(&store), |line| {
        if line.contains("/oauth/token") {
            return if line.contains("refresh_token=r1") {
                tokens(2)
            } else {
                answer(400, r#"{"error":"invalid_grant"}"#)
            };
        }
        if line.contains("[OAuth t2]") { answer(200, ME) } else { answer(401, "") }
    });
    // The service has ended the token early; thirty tasks meet that at once.
    let tasks: Vec<_> = (0..30)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&me::Get).await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(log.count("POST https://secure.soundcloud.com/oauth/token"), 1);
    assert_eq!(store.load().await.unwrap().token.unwrap().refresh.unwrap().expose(), "r2");
}

#[tokio::test]
async fn pain_03_the_quota_of_tokens_takes_no_site_down() {
    let issued = AtomicU32::new(0);
    let (client, log, clock) = program(MemoryStore::new(), move |line| {
        if line.contains("/oauth/token") {
            tokens(issued.fetch_add(1, Ordering::SeqCst))
        } else {
            answer(200, "[]")
        }
    });
    for _ in 0..10 {
        client.send(&tracks::Search::new().q("x")).await.unwrap();
        clock.advance(Duration::from_secs(3600));
    }
    assert_eq!(
        log.count("POST https://secure.soundcloud.com/oauth/token [Basic "),
        1,
        "one token in ten hours"
    );
    assert_eq!(log.count("POST https://secure.soundcloud.com/oauth/token [-] grant_type=refresh_token"), 9);

    // A program that loses its refresh tokens is stopped before the service stops it.
    let store = std::sync::Arc::new(MemoryStore::new());
    let mut refused = None;
    for number in 0..31 {
        let (client, log, _) = program(std::sync::Arc::clone(&store), |line| {
            if line.contains("/oauth/token") {
                answer(200, r#"{"access_token":"t"}"#)
            } else {
                answer(200, "[]")
            }
        });
        match client.send(&tracks::Search::new().q("x")).await {
            Ok(_) => client.grant().unwrap().forget().await.map(drop).unwrap(),
            Err(error) => {
                assert!(log.lines().is_empty());
                refused = Some((number, error.to_string()));
            }
        }
    }
    let words = "soundcloud.tracks.search: not authorized: the quota is 30 tokens in one hour from one address; the next \
                 token can be had in 3600 s (after 1 attempts)";
    let (number, given) = refused.unwrap();
    assert_eq!(number, 30);
    assert!(words.starts_with(given.trim_end_matches(" (after 1 attempts)")), "{given}");
}

#[tokio::test]
async fn pain_04_an_upload_that_ends_in_a_502_is_looked_for_and_never_sent_twice() {
    let gateway = "<html><head><title>502 Bad Gateway</title></head></html>";
    let peer = |arrives: bool| {
        let posted = AtomicU32::new(0);
        move |line: &str| {
            if line.starts_with("POST") {
                posted.fetch_add(1, Ordering::SeqCst);
                return answer(502, gateway);
            }
            if line.contains("/me/tracks") {
                let old = r#"{"urn":"soundcloud:tracks:1","title":"Low Tide"}"#;
                let new = r#"{"urn":"soundcloud:tracks:2","title":"Low Tide"}"#;
                let there = arrives && posted.load(Ordering::SeqCst) > 0;
                let all = if there { format!("{new},{old}") } else { old.to_owned() };
                return answer(200, format!("{{\"collection\":[{all}]}}"));
            }
            answer(200, ME)
        }
    };
    let (client, log) = person(peer(true));
    let uploaded = client.upload(flac()).send().await.unwrap();
    assert!(uploaded.found_afterwards);
    assert_eq!(uploaded.track.urn, Some(TrackUrn::new(2)), "not the older one of the same name");
    assert_eq!(log.count("POST"), 1);

    let (client, log) = person(peer(false));
    let error = client.upload(flac()).send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "soundcloud.tracks.upload: 502 Bad Gateway: a web page titled \"502 Bad Gateway\""
    );
    assert_eq!(log.count("POST"), 1);
    assert_eq!(log.count("GET https://api.soundcloud.com/me/tracks"), 4, "before, and three looks after");
}

#[tokio::test]
async fn pain_05_pkce_and_redirect_uri_cannot_be_got_wrong() {
    let (client, log, _) = logged_in(MemoryStore::new(), |_| tokens(1));
    let login = client.login("https://my.example/callback").unwrap();
    let url = login.url().to_owned();
    assert!(url.starts_with("https://secure.soundcloud.com/authorize?client_id=app1&"), "{url}");
    let field = |text: &str, name: &str| {
        let mut pairs = form_urlencoded::parse(text.as_bytes());
        pairs.find(|(given, _)| given == name).map(|(_, value)| value.into_owned()).unwrap()
    };
    let query = url.split_once('?').unwrap().1.to_owned();
    assert_eq!(field(&query, "code_challenge_method"), "S256");
    let state = field(&query, "state");
    login.finish(&format!("https://my.example/callback?code=c1&state={state}")).await.unwrap();
    let sent = log.lines().pop().unwrap();
    let form = sent.split_once("[-] ").unwrap().1.to_owned();
    assert_eq!(field(&form, "redirect_uri"), field(&query, "redirect_uri"), "the same letter by letter");
    assert_ne!(
        field(&form, "code_verifier"),
        field(&query, "code_challenge"),
        "the verifier stays here until now"
    );
    // `finish` took the login: a second use does not compile. The token is in use.
    assert_eq!(client.grant().unwrap().token().await.unwrap().expose(), "t1");
}

#[tokio::test]
async fn pain_06_pages_that_repeat_are_empty_lose_filters_or_name_other_hosts() {
    let api = "https://api.soundcloud.com/users/soundcloud:users:5512/tracks";
    let list = || tracks::OfUser::new(UserUrn::new(5512)).access(Access::ALL);

    // Empty pages are passed over; a filter that the service lost is added again.
    let (client, log) = person(move |line| {
        let page = |items: &str, cursor: &str| {
            answer(
                200,
                format!(
                    r#"{{"collection":[{items}],"next_href":"{api}?linked_partitioning=true&cursor={cursor}"}}"#
                ),
            )
        };
        if line.contains("cursor=b") {
            answer(200, format!(r#"{{"collection":[{TRACK}]}}"#))
        } else if line.contains("cursor=a") {
            page("", "b")
        } else {
            page("", "a")
        }
    });
    let mut items = client.pages(list()).items();
    assert_eq!(items.next().await.unwrap().unwrap().urn, Some(TRACK_URN));
    assert!(items.next().await.is_none());
    let every = log.lines();
    assert_eq!(every.len(), 3);
    assert!(every.iter().all(|line| line.contains("access=playable%2Cpreview%2Cblocked")), "{every:?}");
    assert!(every.iter().all(|line| line.contains("[OAuth t1]")), "the token goes along");

    // A page that leads back is an error and not an endless list.
    let (client, _) =
        person(move |_| answer(200, format!(r#"{{"collection":[],"next_href":"{api}?cursor=a"}}"#)));
    let mut items = client.pages(list()).items();
    let error = items.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("leads back to a page that was read already"), "{error}");

    // A host that cannot be reached from here is never asked: path and query go to the API as they are, with the token.
    for (inside, path) in [
        ("http://api-internal.local", "/users/soundcloud:users:5512/tracks?cursor=a"),
        ("https://api-v1.internal:8443", "/users/5512/tracks?cursor=a"),
    ] {
        let (client, log) = person(move |line| {
            if line.contains("cursor=a") {
                return answer(200, r#"{"collection":[]}"#);
            }
            answer(200, format!(r#"{{"collection":[],"next_href":"{inside}{path}"}}"#))
        });
        assert!(client.pages(list()).items().next().await.is_none());
        let second = &log.lines()[1];
        assert!(second.starts_with(&format!("GET https://api.soundcloud.com{path}&")), "{second}");
        assert!(second.contains("[OAuth t1]"), "{second}");
    }

    // Anything else on another host is refused, the token stays here, and the list is at its end.
    for path in ["steal", "me/tracks", "users/5512/tracks/more", "users//tracks"] {
        let (client, log) = person(move |_| {
            answer(200, format!(r#"{{"collection":[],"next_href":"https://evil.example/{path}?cursor=a"}}"#))
        });
        let mut items = client.pages(list()).items();
        let error = items.next().await.unwrap().unwrap_err();
        let origin = "https://evil.example:443";
        let Cause::Build(BuildError::Foreign { origin: given }) = error.cause() else { panic!("{error}") };
        assert_eq!(given, origin);
        assert!(items.next().await.is_none());
        assert_eq!(log.lines().len(), 1);
    }

    // Pages that stay empty though each names a next one: ten of them are the end.
    let (client, log) = person(move |line| {
        let number: u32 = line
            .split_once("cursor=")
            .map_or(0, |(_, rest)| rest.split(['&', ' ']).next().unwrap().parse().unwrap());
        let items = if number == 0 { TRACK } else { "" };
        let next = number + 1;
        answer(200, format!(r#"{{"collection":[{items}],"next_href":"{api}?cursor={next}"}}"#))
    });
    let mut items = client.pages(list()).items();
    assert!(items.next().await.unwrap().is_ok());
    assert!(items.next().await.is_none());
    assert_eq!(log.lines().len(), 11);

    // A list that is counted off gives a track once, though something was added before it meanwhile.
    let shifted = |distinct: Option<bool>| async move {
        let (client, _) = person(|line| {
            let names = if line.contains("offset=2") { [2, 3] } else { [1, 2] };
            let [a, b] = names.map(|name| format!(r#"{{"urn":"soundcloud:tracks:{name}"}}"#));
            let next = r#""https://api.soundcloud.com/tracks?limit=2&offset=2&q=x""#;
            let next = if names[0] == 1 { next } else { "null" };
            answer(200, format!(r#"{{"collection":[{a},{b}],"next_href":{next}}}"#))
        });
        let mut list = tracks::Search::new().q("x").limit(2);
        if let Some(distinct) = distinct {
            list = list.distinct(distinct);
        }
        let (mut items, mut seen) = (client.pages(list).items(), Vec::new());
        while let Some(track) = items.next().await {
            seen.push(track.unwrap().urn.unwrap().number());
        }
        seen
    };
    assert_eq!(shifted(None).await, [1, 2, 3]);
    assert_eq!(shifted(Some(false)).await, [1, 2, 2, 3]);
}

#[tokio::test]
async fn pain_07_a_429_in_any_of_five_forms_is_one_error() {
    let bodies = [
        (
            r#"{"errors":[{"meta":{"rate_limit":{"group":"plays","max_nr_of_requests":15000,"time_window":"PT24H"},"remaining_requests":0,"reset_time":"2026/11/22 09:00:00 +0000"}}]}"#,
            Throttle::Documented,
        ),
        (r#"{"error":"rate_limit_exceeded"}"#, Throttle::Tokens),
        (r#"{"code":429,"message":"","spam_warning_urn":"soundcloud:spam-warnings:31"}"#, Throttle::Actions),
        ("{\n  \"error\": \"Rate Limit Exceeded\"\n}", Throttle::Gateway),
        ("Please slow down.", Throttle::Edge),
    ];
    for (body, expected) in bodies {
        let (builder, log, clock) = builder(move |_| Ok(answer(429, body)));
        let client = builder.token("t1").build().unwrap();
        let error = client.send(&streams::OldStream::new(TRACK_URN)).await.unwrap_err();
        assert!(error.is_rate_limited());
        let limited = error.api().unwrap().rate_limit.clone().unwrap();
        assert_eq!(limited.throttle, expected);
        assert_eq!(limited.reset_at.is_some(), expected == Throttle::Documented);
        // Tried again after pauses, and not for ever; and not at all if room is 13 hours away.
        let tries = if expected == Throttle::Documented { 1 } else { 3 };
        assert_eq!(log.lines().len(), tries);
        assert_eq!(error.retry_after().is_some(), expected == Throttle::Documented);
        assert!(clock.slept().iter().all(|pause| *pause <= Duration::from_secs(2)), "{:?}", clock.slept());
    }

    // A time that is near is waited for, to the second.
    let near = r#"{"errors":[{"meta":{"rate_limit":{"group":"plays"},"reset_time":"2026/11/21 20:00:42 +0000"}},
        {"meta":{"rate_limit":{"group":"plays"},"reset_time":"2026/11/21 20:00:17 +0000"}}]}"#;
    let asked = AtomicU32::new(0);
    let (builder, _, clock) = builder(move |_| {
        let first = asked.fetch_add(1, Ordering::SeqCst) == 0;
        Ok(if first { answer(429, near) } else { redirect("https://cdn.example/x.mp3") })
    });
    let client = builder.token("t1").build().unwrap();
    client.send(&streams::OldStream::new(TRACK_URN)).await.unwrap();
    assert_eq!(clock.slept(), [Duration::from_secs(42)], "the later of two limits");

    // A bare 500 to a repost may be a limit too.
    let (client, log) = person(|_| answer(500, ""));
    let error = client.send(&reposts::RepostTrack(TRACK_URN)).await.unwrap_err();
    assert_eq!(error.api().unwrap().diagnosis, Some(Diagnosis::PerhapsLimited));
    assert!(error.to_string().contains("there may have been too many reposts"), "{error}");
    let error = client.send(&likes::LikeTrack(TRACK_URN)).await.unwrap_err();
    assert_eq!(error.api().unwrap().diagnosis, None);
    assert_eq!(log.lines().len(), 6, "nothing but the tries themselves");
}

#[tokio::test]
async fn pain_08_streams_need_the_token_then_a_redirect_then_no_token() {
    let good = "https://cdn.example/70071.m3u8?expires=1795292100&signature=CANARY";
    let (client, log) =
        person(
            move |line| {
                if line.contains("/streams/6f1c/hls") { redirect(good) } else { answer(200, STREAMS) }
            },
        );
    let found = client.stream(TRACK_URN, StreamKind::BEST, None).await.unwrap();
    assert_eq!((found.kind, found.url.expose().as_str()), (StreamKind::HlsAac160, good));
    assert_eq!(found.expires, Some("2026-11-21T20:15:00Z".parse().unwrap()));
    assert!(!format!("{found:?}").contains("CANARY"));
    assert_eq!(log.lines().len(), 2);
    assert!(
        log.lines()
            .iter()
            .all(|line| line.contains("https://api.soundcloud.com/") && line.contains("[OAuth t1]"))
    );

    // An address that was over when it came is asked for once more.
    let asked = AtomicU32::new(0);
    let (client, _) = person(move |line| {
        if !line.contains("/hls") {
            return answer(200, STREAMS);
        }
        let over = "https://cdn.example/70071.m3u8?expires=1700000000";
        redirect(if asked.fetch_add(1, Ordering::SeqCst) == 0 { over } else { good })
    });
    assert_eq!(client.stream(TRACK_URN, StreamKind::BEST, None).await.unwrap().url.expose(), good);
    let (client, log) = person(|line| {
        let over = "https://cdn.example/70071.m3u8?expires=1700000000";
        if line.contains("/hls") { redirect(over) } else { answer(200, STREAMS) }
    });
    let error = client.stream(TRACK_URN, StreamKind::BEST, None).await.unwrap_err();
    assert!(matches!(error, StreamError::Expired), "{error}");
    assert_eq!(log.lines().len(), 4);

    // What is not encrypted is refused, and a wanted kind that is missing is said.
    let (client, _) = person(|line| {
        if line.contains("/hls") { redirect("http://cdn.example/70071.m3u8") } else { answer(200, STREAMS) }
    });
    let error = client.stream(TRACK_URN, StreamKind::BEST, None).await.unwrap_err();
    assert!(matches!(error, StreamError::Insecure(_)), "{error}");
    let error = client.stream(TRACK_URN, &[StreamKind::HlsAac96], None).await.unwrap_err();
    assert!(matches!(error, StreamError::None), "{error}");

    // A preview is found in the same way.
    let (client, _) = person(|_| redirect("https://cdn.example/preview.mp3?expires=1795292100"));
    assert_eq!(client.preview(TRACK_URN, None).await.unwrap().kind, StreamKind::Preview);
    let (client, log) = person(|_| redirect("https://cdn.example/preview.mp3"));
    client.preview(TRACK_URN, Some(&"s-X1y2Z".into())).await.unwrap();
    assert!(log.lines()[0].contains("/preview?secret_token=s-X1y2Z "), "{:?}", log.lines());
}

#[tokio::test]
async fn pain_09_tracks_that_are_missing_are_asked_for_with_access_all() {
    let (client, log) =
        person(|_| answer(200, r#"{"collection":[{"access":"blocked","urn":"soundcloud:tracks:1"}]}"#));
    client.send(&feed::Feed::new()).await.unwrap();
    let seen = client.send(&tracks::Search::new().q("x").access(Access::ALL)).await.unwrap();
    assert_eq!(seen.items[0].access.as_ref().unwrap().as_str(), "blocked");
    let lines = log.lines();
    assert!(
        lines[0].contains("access=playable%2Cpreview&"),
        "the documented default is written out: {lines:?}"
    );
    assert!(lines[1].contains("access=playable%2Cpreview%2Cblocked"), "{lines:?}");
}

#[tokio::test]
async fn pain_10_numbers_and_urns_are_read_and_urns_are_sent() {
    for location in [
        "https://api.soundcloud.com/tracks/70071",
        "https://api.soundcloud.com/tracks/soundcloud:tracks:70071",
    ] {
        let (client, log) = person(move |line| {
            if line.contains("/resolve") {
                redirect(location)
            } else {
                answer(200, r#"{"id":70071,"title":"Low Tide"}"#)
            }
        });
        let track = client.resolve_track("https://soundcloud.com/anareis/low-tide").await.unwrap();
        assert_eq!(track.urn, Some(TRACK_URN));
        assert!(
            log.lines()[1].starts_with("GET https://api.soundcloud.com/tracks/soundcloud%3Atracks%3A70071 ")
        );
    }
    let (client, log) = person(|_| answer(200, "{}"));
    client.send(&users::Get("5512".parse().unwrap())).await.unwrap();
    assert!(log.lines()[0].contains("/users/soundcloud%3Ausers%3A5512 "));
}

#[tokio::test]
async fn pain_11_processing_can_be_waited_for() {
    // The current service: no state, but a length and streams in the end.
    let looks = AtomicU32::new(0);
    let (client, log) = person(move |line| {
        if line.contains("/streams") {
            return if looks.load(Ordering::SeqCst) < 4 { answer(404, "") } else { answer(200, STREAMS) };
        }
        let look = looks.fetch_add(1, Ordering::SeqCst);
        let duration = if look < 2 { 0 } else { 183_000 };
        answer(200, format!(r#"{{"urn":"soundcloud:tracks:70071","duration":{duration}}}"#))
    });
    let track = client.wait_until_ready(TRACK_URN, Duration::from_secs(300)).await.unwrap();
    assert_eq!(track.duration, Some(183_000));
    assert_eq!(log.lines().len(), 6, "four looks at the track, two at its streams: {:?}", log.lines());

    // Older servers say it.
    let (client, _) = person(|_| answer(200, r#"{"state":"failed"}"#));
    let error = client.wait_until_ready(TRACK_URN, Duration::from_secs(300)).await.unwrap_err();
    assert!(matches!(error, ReadyError::Failed(_)), "{error}");

    // A track that hangs is not waited for longer than was said.
    let (client, log) = person(|_| answer(200, r#"{"duration":0}"#));
    let error = client.wait_until_ready(TRACK_URN, Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(error.to_string(), "it was not ready after 60 s");
    assert_eq!(log.lines().len(), 6, "after 0, 2, 6, 14, 30 and 60 s");
    let (client, log) = person(|_| answer(200, r#"{"duration":0}"#));
    let error = client.wait_until_ready(TRACK_URN, Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(error.to_string(), "it was not ready after 20 s");
    assert_eq!(log.lines().len(), 5, "after 0, 2, 6, 14 and 20 s");

    // An empty file is refused before anything is sent.
    let (client, log) = person(|_| answer(200, ME));
    let empty = Upload::new("Low Tide", Asset::bytes("low-tide.flac", ""));
    assert!(client.upload(empty).send().await.unwrap_err().to_string().contains("there is no audio in it"));
    assert!(log.lines().is_empty());
}

#[tokio::test]
async fn pain_12_the_token_is_not_lost_on_the_way_from_resolve() {
    let (client, log) = person(|line| {
        if line.contains("/resolve") {
            redirect("https://api.soundcloud.com/playlists/soundcloud:playlists:881?secret_token=s-X1y2Z")
        } else {
            answer(200, PLAYLIST)
        }
    });
    let playlist =
        client.resolve_playlist("https://soundcloud.com/anareis/sets/coast-walks/s-X1y2Z").await.unwrap();
    assert_eq!(playlist.urn, Some(PLAYLIST_URN));
    let lines = log.lines();
    assert!(lines.iter().all(|line| line.contains("[OAuth t1]")), "with the documented word: {lines:?}");
    assert!(lines[1].contains("/playlists/soundcloud%3Aplaylists%3A881?secret_token=s-X1y2Z"), "{lines:?}");

    let error = client.resolve_user("https://soundcloud.com/anareis/sets/coast-walks").await.unwrap_err();
    assert!(
        error.to_string().ends_with("url: stands for soundcloud:playlists:881, which is no user"),
        "{error}"
    );
    let resolved = client.send(&resolve::Resolve("https://on.soundcloud.com/x".into())).await.unwrap();
    assert_eq!(resolved.urn, Urn::Playlist(PLAYLIST_URN));
    assert!(!format!("{resolved:?}").contains("s-X1y2Z"));
}

#[tokio::test]
async fn pain_13_tracks_are_added_to_a_playlist_without_losing_others() {
    let playlist = |count: usize, shown: usize| {
        move |line: &str| {
            if line.contains("/tracks?") {
                let tracks: Vec<_> =
                    (1..=shown).map(|n| format!(r#"{{"urn":"soundcloud:tracks:{n}"}}"#)).collect();
                return answer(200, format!(r#"{{"collection":[{}]}}"#, tracks.join(",")));
            }
            answer(200, format!(r#"{{"urn":"soundcloud:playlists:881","track_count":{count}}}"#))
        }
    };
    let put = |log: &crate::peer::Log| log.lines().into_iter().find(|line| line.starts_with("PUT"));
    let (client, log) = person(playlist(3, 3));
    client.add_tracks(PLAYLIST_URN, &[9.into(), 2.into()]).await.unwrap();
    let tracks = r#"{"playlist":{"tracks":[{"urn":"soundcloud:tracks:1"},{"urn":"soundcloud:tracks:2"},{"urn":"soundcloud:tracks:3"},{"urn":"soundcloud:tracks:9"}]}}"#;
    assert!(put(&log).unwrap().ends_with(tracks), "{:?}", put(&log));
    assert!(log.lines()[1].contains("access=playable%2Cpreview%2Cblocked"), "blocked ones are kept");

    let (client, log) = person(playlist(3, 3));
    client.remove_tracks(PLAYLIST_URN, &[2.into()]).await.unwrap();
    assert!(
        put(&log).unwrap().ends_with(r#"[{"urn":"soundcloud:tracks:1"},{"urn":"soundcloud:tracks:3"}]}}"#)
    );
    let (client, log) = person(playlist(3, 3));
    client.move_track(PLAYLIST_URN, 3.into(), 0).await.unwrap();
    assert!(put(&log).unwrap().contains(r#"[{"urn":"soundcloud:tracks:3"},{"urn":"soundcloud:tracks:1"}"#));
    assert!(matches!(client.move_track(PLAYLIST_URN, 7.into(), 0).await, Err(PlaylistError::Absent(_))));

    // A track that is in it twice stays in it twice.
    let (client, log) = person(|line| {
        let tracks = [1, 2, 1].map(|name| format!(r#"{{"urn":"soundcloud:tracks:{name}"}}"#)).join(",");
        let list = line.contains("/tracks?");
        answer(200, if list { format!("[{tracks}]") } else { r#"{"track_count":3}"#.into() })
    });
    client.add_tracks(PLAYLIST_URN, &[9.into()]).await.unwrap();
    assert_eq!(put(&log).unwrap().matches("soundcloud:tracks:1\"").count(), 2, "{:?}", put(&log));

    // What would lose tracks or break the service is not sent.
    let (client, log) = person(playlist(4, 3));
    let error = client.add_tracks(PLAYLIST_URN, &[9.into()]).await.unwrap_err();
    assert!(matches!(error, PlaylistError::Hidden { counted: 4, shown: 3 }), "{error}");
    assert_eq!(put(&log), None);
    let (client, log) = person(playlist(500, 500));
    let error = client.add_tracks(PLAYLIST_URN, &[900.into()]).await.unwrap_err();
    assert_eq!(error.to_string(), "the playlist would have 501 tracks; it holds at most 500");
    assert_eq!(put(&log), None);

    // Artwork goes as a form, because in JSON it is ignored.
    let (client, log) = person(|_| answer(201, PLAYLIST));
    client.send(&playlists::Create::new("Coast Walks").artwork(png())).await.unwrap();
    assert!(log.lines()[0].contains("name=\"playlist[artwork_data]\"; filename=\"artwork.png\""));
}

#[tokio::test]
async fn pain_14_a_page_of_the_firewall_at_the_refresh_means_try_later() {
    let store = stored();
    let asked = AtomicU32::new(0);
    let (client, _, clock) = logged_in(std::sync::Arc::clone(&store), move |line| {
        if !line.contains("/oauth/token") {
            return answer(200, ME);
        }
        let page = "<!DOCTYPE HTML><TITLE>ERROR: The request could not be satisfied</TITLE>";
        if asked.fetch_add(1, Ordering::SeqCst) < 2 { answer(403, page) } else { tokens(2) }
    });
    clock.advance(Duration::from_secs(4000));
    let error = client.send(&me::Get).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Auth(AuthError::Unavailable(_))), "{error}");
    assert!(error.to_string().contains("The request could not be satisfied"), "{error}");
    client.send(&me::Get).await.unwrap();
    assert_eq!(store.load().await.unwrap().token.unwrap().access.expose(), "t2");

    // And an error of the edge is told apart from one of the service.
    let (client, _) = person(|_| answer(403, "<html><title>403</title>Request ID: aB3=</html>"));
    let error = client.send(&users::Get(1.into())).await.unwrap_err();
    assert!(error.api().unwrap().is_edge());
    assert_eq!(error.api().unwrap().edge_request_id.as_deref(), Some("aB3="));
}

#[tokio::test]
async fn pain_15_no_answer_is_kept_or_shared_and_other_peoples_tracks_are_noticed() {
    let (builder, log, _) = builder(|line| {
        let name = if line.contains("[OAuth a]") { "5512" } else { "77" };
        Ok(answer(200, format!(r#"{{"collection":[{{"user":{{"urn":"soundcloud:users:{name}"}}}}]}}"#)))
    });
    let ana = builder.token("a").build().unwrap();
    for _ in 0..2 {
        let mine = ana.send(&tracks::Mine::new()).await.unwrap();
        assert_eq!(mine.items[0].belongs_to(UserUrn::new(5512)), Some(true));
        assert_eq!(mine.items[0].belongs_to(UserUrn::new(77)), Some(false));
    }
    assert_eq!(log.lines().len(), 2, "asked anew each time");
    let nobody = tracks::Get::read(segno_core::Response::new(Bytes::from_static(b"{}"))).unwrap();
    assert_eq!(nobody.belongs_to(UserUrn::new(77)), None);
}
