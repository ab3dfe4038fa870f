//! The values of documented responses, and of those that were seen beside them.

use std::collections::BTreeSet;
use std::fmt::Debug;

use proptest::prelude::*;
use segno_core::client::Paged;
use segno_core::{Bytes, DecodeError, Endpoint, Method, Response};
use segno_soundcloud::feed::Origin;
use segno_soundcloud::{
    AccessLevel, CommentUrn, Diagnosable, PlaylistUrn, TrackUrn, UserUrn, comments, feed, follows, playlists,
    streams, tracks, users,
};

use segno_testkit::OddResponses;

use crate::peer::response;
use crate::responses::{ACTIVITIES, TRACK, page};
use crate::sample::{self, Visit};

fn read<E: Endpoint>(_: &E, status: u16, body: &str) -> Result<E::Output, DecodeError> {
    E::read(response(status, body.to_owned()))
}

/// A value without what is absent, one member a line.
fn shown(value: &impl Debug) -> String {
    let shown = format!("{value:#?}");
    let absent = |line: &str| {
        line.ends_with(": None,") || line.ends_with("passed_over: [],") || line.ends_with("other: [],")
    };
    let mut lines: Vec<String> = shown.lines().filter(|line| !absent(line)).map(str::to_owned).collect();
    // What holds one line only, such as Some(…), is one line with it.
    while let Some(at) = lines.windows(3).position(|lines| {
        lines[0].ends_with('(') && !lines[1].ends_with(['{', '[', '(']) && lines[2].trim().starts_with(')')
    }) {
        let joined =
            format!("{}{}{}", lines[at], lines[at + 1].trim().trim_end_matches(','), lines[at + 2].trim());
        lines.splice(at..at + 3, [joined]);
    }
    lines.join("\n")
}

/// The documented response of every endpoint, with something odd in it.
#[test]
fn odd_responses() {
    #[derive(Default)]
    struct Odd {
        read: BTreeSet<&'static str>,
        found: Vec<String>,
    }

    impl Visit for Odd {
        fn visit<E: Endpoint>(&mut self, _: &E, status: u16, body: &str, _: &[u16])
        where
            E::Output: Debug,
            E::ApiError: Diagnosable,
        {
            // The name of a thing says its number, too, and the kind of an activity what it is of.
            let shared = ["urn", "id", "type", "track_urn", "user_urn", "playlist_urn"];
            let response = response(status, body.to_owned());
            let odd = OddResponses::of(&response).shared(&shared);
            // What changes something may have a response that is a status alone.
            let odd = if E::METHOD == Method::GET { odd } else { odd.or_nothing() };
            match odd.read::<E>() {
                Ok(0) => {}
                Ok(count) => {
                    assert!(count >= 100, "{}: {count}", E::NAME);
                    self.read.insert(E::NAME);
                }
                Err(found) => self.found.push(found),
            }
        }
    }

    let mut odd = Odd::default();
    sample::every_endpoint(&mut odd);
    assert!(odd.found.is_empty(), "{}", odd.found.join("\n"));
    assert!(odd.read.len() > 40, "{:?}", odd.read);
}

#[test]
fn every_response() {
    struct Snapshot;

    impl Visit for Snapshot {
        fn visit<E: Endpoint>(&mut self, endpoint: &E, status: u16, body: &str, _: &[u16])
        where
            E::Output: Debug,
            E::ApiError: Diagnosable,
        {
            assert!(E::accepts(status.try_into().unwrap()), "{}", E::NAME);
            insta::assert_snapshot!(E::NAME, shown(&read(endpoint, status, body).unwrap()));
        }
    }

    sample::every_endpoint(&mut Snapshot);
    sample::every_token_request(&mut Snapshot);
}

/// Members that are absent, null, of another type or new never cost more than themselves.
#[test]
fn one_wrong_member_costs_nothing_else() {
    let whole: serde_json::Value = serde_json::from_str(TRACK).unwrap();
    let wrong = [serde_json::json!([1]), serde_json::json!({"x": 1}), serde_json::Value::Null];
    for key in whole.as_object().unwrap().keys() {
        for value in &wrong {
            let mut track = whole.clone();
            track[key] = value.clone();
            let track = read(&tracks::Get::new(TrackUrn::new(1)), 200, &track.to_string()).unwrap();
            assert_eq!(track.urn, Some(TrackUrn::new(70071)), "{key}: the name follows from what is left");
            if key != "title" {
                assert_eq!(track.title.as_deref(), Some("Low Tide"), "{key}");
            }
            let kept = track.passed_over.get(key);
            let any = key == "available_country_codes";
            let readable = any || key == "user" && value.is_object();
            assert_eq!(kept.is_some(), !value.is_null() && !readable, "{key}: {value} is kept");
        }
    }
}

#[test]
fn both_forms_of_a_list() {
    let list = tracks::Search::new();
    let object = read(&list, 200, &page(TRACK)).unwrap();
    let bare = read(&list, 200, &format!("[{TRACK}]")).unwrap();
    assert_eq!(object.items, bare.items);
    assert!(object.next.is_some() && bare.next.is_none());
    let last = read(&list, 200, r#"{"collection":[null],"next_href":null}"#).unwrap();
    assert!(last.items.is_empty() && last.next.is_none());
    assert!(read(&list, 200, r#"{"collection":null}"#).unwrap().items.is_empty());
}

#[test]
fn what_is_no_list_says_so() {
    let text = |body: &str| read(&tracks::Search::new(), 200, body).unwrap_err().to_string();
    assert_eq!(text("{}"), "expected a list, found an empty JSON object");
    assert_eq!(text(r#"{"kind":"track"}"#), "expected a list, found JSON with the members kind");
    assert_eq!(text("7"), "expected a list, found a number");
    assert_eq!(text(r#"{"collection":"CANARY"}"#), "collection: expected a list, found a text");
    assert_eq!(text(r#"["CANARY"]"#), "expected a list of objects or lists");
    assert_eq!(text("<html><title>504</title>"), "it is a web page titled \"504\"");
    assert_eq!(text(""), "the body is empty");
    assert_eq!(text("[{"), "the JSON ends in the middle, after 2 bytes");
}

#[test]
fn what_of_a_page_cannot_be_read_is_kept() {
    let body = r#"{"collection":[{},"CANARY",{"title":[1]}],"next_href":7,"future_href":{"odd":1}}"#;
    let page = read(&tracks::Search::new(), 200, body).unwrap();
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.items[1].passed_over.get("title").unwrap().to_string(), "[1]");
    let mut paths: Vec<_> = page.passed_over.paths().collect();
    paths.sort_unstable();
    assert_eq!(paths, ["collection[1]", "future_href"]);
    assert_eq!(page.passed_over.get("collection[1]").unwrap(), "CANARY");
    let bare = read(&tracks::Search::new(), 200, r#"[{},"CANARY"]"#).unwrap();
    assert_eq!(bare.passed_over.paths().collect::<Vec<_>>(), ["[1]"]);
}

#[test]
fn numbers_and_urns_follow_from_each_other() {
    let urn = |body: &str| read(&tracks::Get::new(TrackUrn::new(1)), 200, body).unwrap();
    let old = urn(r#"{"id":70071,"user_id":5512}"#);
    assert_eq!((old.urn, old.belongs_to(UserUrn::new(5512))), (Some(TrackUrn::new(70071)), Some(true)));
    assert_eq!(urn(r#"{"urn":"soundcloud:tracks:3000000000"}"#).id, Some(3_000_000_000));
    assert_eq!(urn(r#"{"uri":"https://api.soundcloud.com/tracks/8"}"#).urn, Some(TrackUrn::new(8)));
    assert_eq!(urn(r#"{"urn":"souncloud:tracks:9"}"#).urn, Some(TrackUrn::new(9)));
}

#[test]
fn names_of_other_things_follow_from_their_numbers() {
    let comment = |body: &str| read(&comments::Get::new(CommentUrn::new(5)), 200, body).unwrap();
    let old = comment(r#"{"id":5,"track_id":70071,"user_id":77}"#);
    assert_eq!((old.track_urn, old.user_urn), (Some(TrackUrn::new(70071)), Some(UserUrn::new(77))));
    let new = comment(r#"{"track_urn":"soundcloud:tracks:70071","user_urn":"soundcloud:users:77"}"#);
    assert_eq!((new.track_id, new.user_id), (Some(70071), Some(77)));
    let list = read(&playlists::Get::new(PlaylistUrn::new(1)), 200, r#"{"user_id":5512}"#).unwrap();
    assert_eq!(list.user_urn, Some(UserUrn::new(5512)));
}

#[test]
fn country_codes_are_kept_as_they_come() {
    for codes in [r#""DE""#, r#"["DE","FR"]"#] {
        let body = format!(r#"{{"available_country_codes":{codes}}}"#);
        let track = read(&tracks::Get::new(TrackUrn::new(1)), 200, &body).unwrap();
        assert_eq!(track.available_country_codes.unwrap().to_string(), codes);
    }
}

#[test]
fn a_redirect_is_in_the_head_or_in_the_body() {
    let location = |head: Option<&str>, body: &'static str| {
        let mut response = response(302, body);
        if let Some(head) = head {
            response.headers_mut().insert("location", head.parse().unwrap());
        }
        streams::Preview::read(response).map(|url| url.expose())
    };
    let (a, b) = ("https://cdn.example/a", r#"{"location":"https://cdn.example/b"}"#);
    assert_eq!(location(Some(a), "").unwrap(), a);
    assert_eq!(location(Some(a), b).unwrap(), a);
    assert_eq!(location(None, b).unwrap(), "https://cdn.example/b");
    assert_eq!(location(Some("/b"), b).unwrap(), "https://cdn.example/b");
    for (head, body) in [(None, ""), (Some("/b"), "{}"), (None, "<html>")] {
        assert_eq!(
            location(head, body).unwrap_err().to_string(),
            "expected a redirect with a URL, found none in header and body"
        );
    }
}

#[test]
fn a_comments_place_is_a_number_a_text_or_nothing() {
    let place = |value: &str| {
        let body = format!(r#"{{"body":"x","timestamp":{value},"urn":"soundcloud:comments:5"}}"#);
        let comment = read(&comments::Get::new(CommentUrn::new(5)), 200, &body).unwrap();
        assert_eq!(comment.urn, Some(CommentUrn::new(5)));
        comment.timestamp
    };
    assert_eq!((place("42000"), place("\"42000\""), place("null")), (Some(42_000), Some(42_000), None));
}

#[test]
fn an_origin_without_a_kind_is_known_by_the_activity() {
    let items = read(&feed::Feed::new(), 200, ACTIVITIES).unwrap();
    assert!(matches!(&items.items[0].origin, Some(Origin::Track(track)) if track.title.is_some()));
    assert!(matches!(&items.items[1].origin, Some(Origin::Playlist(playlist)) if playlist.urn.is_some()));
    assert!(items.future.is_some());
    let strange = r#"{"collection":[{"type":"comment","origin":{"kind":"comment"}}]}"#;
    let strange = read(&feed::Feed::new(), 200, strange).unwrap();
    assert_eq!(strange.items[0].kind.as_ref().unwrap().as_str(), "comment");
    assert!(matches!(strange.items[0].origin, Some(Origin::Other(_))));
}

#[test]
fn unknown_words_are_kept() {
    let track =
        read(&tracks::Get::new(TrackUrn::new(1)), 200, r#"{"access":"rented","license":"cc-zero"}"#).unwrap();
    assert_eq!(track.access, Some(AccessLevel::Other("rented".into())));
    assert_eq!(track.license.unwrap().as_str(), "cc-zero");
}

#[test]
fn following_twice_is_told_apart() {
    let again =
        read(&follows::Follow::new(UserUrn::new(7)), 200, r#"{"status":"200 - Successful"}"#).unwrap();
    assert_eq!(again, follows::FollowOutcome::AlreadyFollowing);
}

#[test]
fn old_addresses_of_streams_are_read() {
    let body =
        r#"{"http_mp3_128_url":"https://cf-media.sndcdn.com/x.mp3?Policy=CANARY","hls_opus_64_url":""}"#;
    let streams = read(&streams::Get::new(TrackUrn::new(1)), 200, body).unwrap();
    assert!(streams.http_mp3_128_url.is_some() && streams.hls_opus_64_url.is_none());
    assert!(!format!("{streams:?}").contains("CANARY"));
}

#[test]
fn secrets_of_private_things_are_not_printed() {
    let body = r#"{"urn":"soundcloud:tracks:1","secret_uri":"https://api.soundcloud.com/tracks/1?secret_token=CANARY",
        "permalink_url":"https://soundcloud.com/anareis/low-tide/s-CANARY","secret_token":"CANARY","new_secret":"CANARY"}"#;
    let track = read(&tracks::Get::new(TrackUrn::new(1)), 200, body).unwrap();
    assert!(
        track.permalink_url.as_ref().unwrap().as_str().ends_with("/s-CANARY"),
        "kept whole for who uses it"
    );
    let secret: segno_core::Secret = "s-CANARY".into();
    let printed = format!(
        "{track:?} {track:#?} {:?} {:?} {:?} {:?}",
        playlists::Tracks::new(PlaylistUrn::new(1)).secret_token(&secret),
        tracks::Get::new(TrackUrn::new(1)).secret_token(&secret),
        segno_soundcloud::resolve::Resolve::new("https://soundcloud.com/anareis/low-tide/s-CANARY"),
        read(&feed::Feed::new(), 200, r#"{"collection":[{"origin":{"secret":"CANARY"}}]}"#),
    );
    assert!(!printed.contains("CANARY"), "{printed}");
    assert!(printed.contains("https://soundcloud.com/anareis/low-tide/s-[redacted]"), "{printed}");
}

#[test]
fn a_playlist_without_tracks_is_not_an_empty_one() {
    let tracks = |body: &str| {
        read(&playlists::Get::new(PlaylistUrn::new(1)), 200, body).unwrap().tracks.map(|tracks| tracks.len())
    };
    assert_eq!(
        (tracks("{}"), tracks(r#"{"tracks":[]}"#), tracks(r#"{"tracks":[{},null]}"#)),
        (None, Some(0), Some(1))
    );
}

#[test]
fn a_short_user_is_a_user() {
    let user = users::Get::read(Response::new(Bytes::from_static(br#"{"id":7}"#))).unwrap();
    assert_eq!(user.urn.unwrap().to_string(), "soundcloud:users:7");
}

proptest! {
    /// Whatever a page names as the next one, the token goes to the API or nowhere.
    #[test]
    fn no_link_leads_away(link in "(https?://)?(api\\.soundcloud\\.com|evil\\.example|[a-z.@:]{1,12})(/[a-z:%@.]{0,8}){0,3}(\\?[a-z=&%#@:/]{0,12})?") {
        let page = serde_json::json!({ "collection": [], "next_href": link }).to_string();
        let list = tracks::OfUser::new(UserUrn::new(5512));
        let next = read(&list, 200, &page).unwrap().next.unwrap();
        if let Ok(request) = list.at(&next).and_then(|list| sample::client(200, "").core().prepare(&list)) {
            prop_assert_eq!(request.uri.authority().unwrap().as_str(), "api.soundcloud.com");
            prop_assert_eq!(request.uri.scheme_str(), Some("https"));
        }
    }
}

/// With it others can hear a private track.
#[test]
fn the_secret_token_of_a_private_track_is_kept() {
    let track = |body: &str| read(&tracks::Get::new(TrackUrn::new(1)), 200, body).unwrap();
    let private = track(r#"{"id":70071,"secret_token":"s-X1y2Z"}"#);
    assert_eq!(private.secret_token.as_ref().map(segno_core::Secret::expose), Some("s-X1y2Z"));
    assert_eq!(track(r#"{"id":70071,"secret_token":""}"#).secret_token, None);
}
