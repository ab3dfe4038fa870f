//! Responses with something odd in them: one odd value costs one field, one odd item one item, and no page fails whole.

use segno_core::Cause;
use segno_soundcloud::{TrackUrn, UserUrn, follows, likes, session, tracks};

use crate::peer::{response, user_client};
use crate::responses::TRACK;

/// The numbers of the tracks of a list whose pages come from `peer`, and the error at its end.
async fn walk(
    peer: impl Fn(&str) -> segno_core::Response<segno_core::Bytes> + Send + Sync + 'static,
) -> (Vec<u64>, Option<segno_soundcloud::Error>) {
    let (client, _) = user_client(peer);
    let (mut items, mut numbers) =
        (client.pages(tracks::OfUser::new(UserUrn::new(5512))).items(), Vec::new());
    while let Some(track) = items.next().await {
        match track {
            Ok(track) => numbers.extend(track.urn.map(TrackUrn::number)),
            Err(error) => return (numbers, Some(error)),
        }
    }
    (numbers, None)
}

fn page(collection: &str, next: &str) -> segno_core::Response<segno_core::Bytes> {
    response(200, format!(r#"{{"collection":{collection},"next_href":{next}}}"#))
}

#[tokio::test]
async fn an_odd_item_costs_itself_and_the_list_goes_on() {
    let (numbers, error) = walk(|line| {
        if line.contains("cursor=b") {
            return page(r#"[{"id":3}]"#, "null");
        }
        page(
            r#"[{"id":1},"a text",7,null,["x"],{"id":2,"title":{"odd":1},"user":"x"}]"#,
            r#""https://api.soundcloud.com/users/5512/tracks?cursor=b""#,
        )
    })
    .await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(numbers, [1, 2, 3]);
}

#[tokio::test]
async fn a_collection_as_an_object_is_read() {
    for collection in [r#"{"0":{"id":1},"2":{"id":2}}"#, r#"[{"id":1},{"id":2}]"#] {
        let (numbers, error) = walk(move |_| page(collection, r#""""#)).await;
        assert!(error.is_none(), "{collection}: {error:?}");
        assert_eq!(numbers, [1, 2], "{collection}");
    }
    // The examples of the specification have the item itself in place of the list.
    let (numbers, error) = walk(|_| page(r#"{"id":1,"kind":"track"}"#, "null")).await;
    assert_eq!((numbers, error.is_none()), (vec![1], true));
    let (numbers, error) = walk(|_| response(200, r#"{"0":{"id":1},"5":{"id":2}}"#)).await;
    assert_eq!((numbers, error.is_none()), (vec![1, 2], true));
}

#[tokio::test]
async fn relative_links_are_followed() {
    for link in
        ["/users/5512/tracks?cursor=b", "?cursor=b", "//api.soundcloud.com/users/5512/tracks?cursor=b"]
    {
        let (numbers, error) = walk(move |line| {
            if line.contains("cursor=b") {
                assert!(line.starts_with("GET https://api.soundcloud.com/users/"), "{line}");
                page(r#"[{"id":2}]"#, "null")
            } else {
                page(r#"[{"id":1}]"#, &format!("{link:?}"))
            }
        })
        .await;
        assert!(error.is_none(), "{link}: {error:?}");
        assert_eq!(numbers, [1, 2], "{link}");
    }
}

/// The items come, and that the list does not end there is told.
#[tokio::test]
async fn a_link_that_cannot_be_read_is_an_error_behind_the_items() {
    for link in ["7", "true", r#"{"href":"x"}"#, r#"["x"]"#] {
        let (numbers, error) = walk(move |_| page(r#"[{"id":1}]"#, link)).await;
        assert_eq!(numbers, [1], "{link}");
        let error = error.unwrap_or_else(|| panic!("{link} ends the list in silence"));
        assert!(matches!(error.cause(), Cause::Build(_)), "{link}: {error}");
    }
}

/// A list without links is counted off; its end does not depend on how many of its items could be read.
#[tokio::test]
async fn a_counted_list_goes_on_behind_items_that_cannot_be_read() {
    let (client, log) =
        user_client(|line| response(200, if line.contains("offset=4") { "[]" } else { r#"[["odd"],[7]]"# }));
    let list = follows::TracksOfMyFollowings::new().limit(2);
    assert!(client.pages(list).items().next().await.is_none());
    assert_eq!(log.lines().len(), 3);
}

#[tokio::test]
async fn an_error_with_a_status_of_success_is_told() {
    for (body, said) in [
        (r#"{"errors":[{"error_message":"no such list"}]}"#, "no such list"),
        (r#"{"errors":"no such list"}"#, "no such list"),
        (r#"{"error":"Quota exceeded"}"#, "Quota exceeded"),
        (r#"{"code":404,"message":"404 - Not Found","link":"x"}"#, "404 - Not Found"),
        (r#"{"message":"no such list","status":"404 - Not Found"}"#, "no such list; 404 - Not Found"),
        (r#"{"message":"404 - Not Found","status":"404 - Not Found"}"#, "404 - Not Found"),
        (r#"{"status":"503 - Service Unavailable"}"#, "503 - Service Unavailable"),
    ] {
        let (client, _) = user_client(move |_| response(200, body));
        let error = client.send(&tracks::Search::new().q("x")).await.unwrap_err();
        assert_eq!(error.to_string(), format!("soundcloud.tracks.search: 200 OK: {said}"), "{body}");
        let error = client.send(&likes::LikeTrack::new(TrackUrn::new(1))).await.unwrap_err();
        assert_eq!(error.to_string(), format!("soundcloud.likes.like_track: 200 OK: {said}"), "{body}");
        assert!(client.send(&session::SignOutCurrent::new()).await.is_err(), "{body}");
    }
    let (client, _) = user_client(|_| response(200, format!(r#"{{"errors":["x"],{}"#, &TRACK[1..])));
    assert!(
        client.send(&tracks::Get::new(TrackUrn::new(1))).await.is_ok(),
        "what describes a track is a track"
    );
}

#[test]
fn the_message_of_an_error_is_read_from_odd_documents() {
    let message = |body: &[u8]| {
        let (status, headers) = (segno_core::StatusCode::UNPROCESSABLE_ENTITY, segno_core::HeaderMap::new());
        let body = segno_core::Bytes::copy_from_slice(body);
        <segno_soundcloud::ApiError as segno_core::ApiError>::read(status, &headers, &body).to_string()
    };
    assert_eq!(message(b"{\"message\":\"caf\xe9\"}"), "caf\u{fffd}");
    assert_eq!(message(b"\xef\xbb\xbf{\"message\":\"cut \\ud83c\"}"), "cut \u{fffd}");
    assert_eq!(message(b"{\"message\":\"a\tb\",\"code\":NaN}"), "a\u{fffd}b");
    assert_eq!(
        message(br#"{"errors":{"0":{"error_message":"one"},"3":{"error_message":"two"}}}"#),
        "one; two"
    );
    assert_eq!(message(br#"{"errors":{"error_message":"alone"}}"#), "alone");
    assert_eq!(message(br#"{"error":{"message":"inside"}}"#), "inside");
    assert_eq!(message(br#"["one","two"]"#), "one; two");
    assert_eq!(message(br#"{"message":422}"#), "422");
}
