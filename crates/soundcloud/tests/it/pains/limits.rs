//! Limits.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use segno_soundcloud::{Diagnosis, Throttle, likes, reposts, streams};

use crate::peer::{builder, redirect, response, user_client};
use crate::sample::TRACK_URN;

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
        let (builder, log, clock) = builder(move |_| Ok(response(429, body)));
        let client = builder.token("t1").build().unwrap();
        let error = client.send(&streams::ProgressiveStream::new(TRACK_URN)).await.unwrap_err();
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
        Ok(if first { response(429, near) } else { redirect("https://cdn.example/x.mp3") })
    });
    let client = builder.token("t1").build().unwrap();
    client.send(&streams::ProgressiveStream::new(TRACK_URN)).await.unwrap();
    assert_eq!(clock.slept(), [Duration::from_secs(42)], "the later of two limits");

    // A bare 500 to a repost may be a limit too.
    let (client, log) = user_client(|_| response(500, ""));
    let error = client.send(&reposts::RepostTrack::new(TRACK_URN)).await.unwrap_err();
    assert_eq!(error.api().unwrap().diagnosis, Some(Diagnosis::PerhapsLimited));
    assert!(error.to_string().contains("there may have been too many reposts"), "{error}");
    let error = client.send(&likes::LikeTrack::new(TRACK_URN)).await.unwrap_err();
    assert_eq!(error.api().unwrap().diagnosis, None);
    assert_eq!(log.lines().len(), 6, "nothing but the tries themselves");
}
