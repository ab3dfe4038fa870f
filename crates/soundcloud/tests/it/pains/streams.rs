//! Streams.

use std::sync::atomic::{AtomicU32, Ordering};

use segno_soundcloud::StreamError;
use segno_soundcloud::streams::StreamKind;

use crate::peer::{redirect, response, user_client};
use crate::responses::STREAMS;
use crate::sample::TRACK_URN;

#[tokio::test]
async fn pain_08_streams_need_the_token_then_a_redirect_then_no_token() {
    let good = "https://cdn.example/70071.m3u8?expires=1795292100&signature=CANARY";
    let (client, log) =
        user_client(
            move |line| {
                if line.contains("/streams/6f1c/hls") { redirect(good) } else { response(200, STREAMS) }
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

    // A URL that had expired when it came is asked for once more.
    let asked = AtomicU32::new(0);
    let (client, _) = user_client(move |line| {
        if !line.contains("/hls") {
            return response(200, STREAMS);
        }
        let over = "https://cdn.example/70071.m3u8?expires=1700000000";
        redirect(if asked.fetch_add(1, Ordering::SeqCst) == 0 { over } else { good })
    });
    assert_eq!(client.stream(TRACK_URN, StreamKind::BEST, None).await.unwrap().url.expose(), good);
    let (client, log) = user_client(|line| {
        let over = "https://cdn.example/70071.m3u8?expires=1700000000";
        if line.contains("/hls") { redirect(over) } else { response(200, STREAMS) }
    });
    let error = client.stream(TRACK_URN, StreamKind::BEST, None).await.unwrap_err();
    assert!(matches!(error, StreamError::Expired), "{error}");
    assert_eq!(log.lines().len(), 4);

    // What is not encrypted is refused, and a wanted kind that is missing is said.
    let (client, _) = user_client(|line| {
        if line.contains("/hls") { redirect("http://cdn.example/70071.m3u8") } else { response(200, STREAMS) }
    });
    let error = client.stream(TRACK_URN, StreamKind::BEST, None).await.unwrap_err();
    assert!(matches!(error, StreamError::Insecure(_)), "{error}");
    let error = client.stream(TRACK_URN, &[StreamKind::HlsAac96], None).await.unwrap_err();
    assert!(matches!(error, StreamError::None), "{error}");

    // A preview is found in the same way.
    let (client, _) = user_client(|_| redirect("https://cdn.example/preview.mp3?expires=1795292100"));
    assert_eq!(client.preview(TRACK_URN, None).await.unwrap().kind, StreamKind::Preview);
    let (client, log) = user_client(|_| redirect("https://cdn.example/preview.mp3"));
    client.preview(TRACK_URN, Some(&"s-X1y2Z".into())).await.unwrap();
    assert!(log.lines()[0].contains("/preview?secret_token=s-X1y2Z "), "{:?}", log.lines());

    // Where the audio itself comes in the place of a redirect, its URL is final; a page in its place is an error.
    let in_place = |media_type: &'static str, body: &'static str| {
        let (client, _) = user_client(move |line| {
            let mut response =
                if line.contains("/hls") { response(200, body) } else { response(200, STREAMS) };
            response.headers_mut().insert("content-type", media_type.parse().unwrap());
            response
        });
        client
    };
    let music = in_place("application/vnd.apple.mpegurl", "#EXTM3U\n");
    assert!(music.stream(TRACK_URN, StreamKind::BEST, None).await.is_ok());
    for (media_type, body) in segno_testkit::UNDOCUMENTED {
        if media_type != "text/plain" {
            let error =
                in_place(media_type, body).stream(TRACK_URN, StreamKind::BEST, None).await.unwrap_err();
            assert!(matches!(error, StreamError::Call(_)), "{body}: {error}");
        }
    }
}
