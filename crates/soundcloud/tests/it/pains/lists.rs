//! Lists, and what stands in them.

use segno_core::{BuildError, Bytes, Cause, Endpoint as _};
use segno_soundcloud::{Access, UserUrn, feed, tracks, users};

use crate::peer::{builder, redirect, response, user_client};
use crate::responses::TRACK;
use crate::sample::TRACK_URN;

#[tokio::test]
async fn pain_06_pages_that_repeat_are_empty_lose_filters_or_name_other_hosts() {
    let api = "https://api.soundcloud.com/users/soundcloud:users:5512/tracks";
    let list = || tracks::OfUser::new(UserUrn::new(5512)).access(Access::ALL);

    // Empty pages are passed over; a filter that the service lost is added again.
    let (client, log) = user_client(move |line| {
        let page = |items: &str, cursor: &str| {
            response(
                200,
                format!(
                    r#"{{"collection":[{items}],"next_href":"{api}?linked_partitioning=true&cursor={cursor}"}}"#
                ),
            )
        };
        if line.contains("cursor=b") {
            response(200, format!(r#"{{"collection":[{TRACK}]}}"#))
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
        user_client(move |_| response(200, format!(r#"{{"collection":[],"next_href":"{api}?cursor=a"}}"#)));
    let mut items = client.pages(list()).items();
    let error = items.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("leads back to a page that was read already"), "{error}");

    // A host that cannot be reached from here is never asked: path and query go to the API as they are, with the token.
    for (inside, path) in [
        ("http://api-internal.local", "/users/soundcloud:users:5512/tracks?cursor=a"),
        ("https://api-v1.internal:8443", "/users/5512/tracks?cursor=a"),
    ] {
        let (client, log) = user_client(move |line| {
            if line.contains("cursor=a") {
                return response(200, r#"{"collection":[]}"#);
            }
            response(200, format!(r#"{{"collection":[],"next_href":"{inside}{path}"}}"#))
        });
        assert!(client.pages(list()).items().next().await.is_none());
        let second = &log.lines()[1];
        assert!(second.starts_with(&format!("GET https://api.soundcloud.com{path}&")), "{second}");
        assert!(second.contains("[OAuth t1]"), "{second}");
    }

    // Anything else on another host is refused, the token stays here, and the list is at its end.
    for path in ["steal", "me/tracks", "users/5512/tracks/more", "users//tracks"] {
        let (client, log) = user_client(move |_| {
            response(
                200,
                format!(r#"{{"collection":[],"next_href":"https://evil.example/{path}?cursor=a"}}"#),
            )
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
    let (client, log) = user_client(move |line| {
        let number: u32 = line
            .split_once("cursor=")
            .map_or(0, |(_, rest)| rest.split(['&', ' ']).next().unwrap().parse().unwrap());
        let items = if number == 0 { TRACK } else { "" };
        let next = number + 1;
        response(200, format!(r#"{{"collection":[{items}],"next_href":"{api}?cursor={next}"}}"#))
    });
    let mut items = client.pages(list()).items();
    assert!(items.next().await.unwrap().is_ok());
    assert!(items.next().await.is_none());
    assert_eq!(log.lines().len(), 11);

    // A list that is counted off gives a track once, though something was added before it meanwhile.
    let shifted = |distinct: Option<bool>| async move {
        let (client, _) = user_client(|line| {
            let names = if line.contains("offset=2") { [2, 3] } else { [1, 2] };
            let [a, b] = names.map(|name| format!(r#"{{"urn":"soundcloud:tracks:{name}"}}"#));
            let next = r#""https://api.soundcloud.com/tracks?limit=2&offset=2&q=x""#;
            let next = if names[0] == 1 { next } else { "null" };
            response(200, format!(r#"{{"collection":[{a},{b}],"next_href":{next}}}"#))
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
async fn pain_09_tracks_that_are_missing_are_asked_for_with_access_all() {
    let (client, log) = user_client(|_| {
        response(200, r#"{"collection":[{"access":"blocked","urn":"soundcloud:tracks:1"}]}"#)
    });
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
        let (client, log) = user_client(move |line| {
            if line.contains("/resolve") {
                redirect(location)
            } else {
                response(200, r#"{"id":70071,"title":"Low Tide"}"#)
            }
        });
        let track = client.resolve_track("https://soundcloud.com/anareis/low-tide").await.unwrap();
        assert_eq!(track.urn, Some(TRACK_URN));
        assert!(
            log.lines()[1].starts_with("GET https://api.soundcloud.com/tracks/soundcloud%3Atracks%3A70071 ")
        );
    }
    let (client, log) = user_client(|_| response(200, "{}"));
    client.send(&users::Get::new(UserUrn::new(5512))).await.unwrap();
    assert!(log.lines()[0].contains("/users/soundcloud%3Ausers%3A5512 "));
}

#[tokio::test]
async fn pain_15_no_response_is_kept_or_shared_and_other_users_tracks_are_noticed() {
    let (builder, log, _) = builder(|line| {
        let name = if line.contains("[OAuth a]") { "5512" } else { "77" };
        Ok(response(200, format!(r#"{{"collection":[{{"user":{{"urn":"soundcloud:users:{name}"}}}}]}}"#)))
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
