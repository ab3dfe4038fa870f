//! Uploads as one call.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::transport::{Phase, TransportError, TransportErrorKind};
use segno_soundcloud::tracks::{Artwork, Asset, Upload};
use segno_soundcloud::{Diagnosis, PlaylistUrn, TrackUrn, UploadError};

use crate::peer::{builder, response, user_client};
use crate::responses::{ME, STREAMS, TRACK, error};

fn wave() -> Vec<u8> {
    let mut wave = b"RIFF\0\0\0\0WAVEfmt ".to_vec();
    wave.resize(300_000, 7);
    wave
}

fn own_tracks_or_me(line: &str) -> segno_core::Response<segno_core::Bytes> {
    if line.contains("/me/tracks") { response(200, r#"{"collection":[]}"#) } else { response(200, ME) }
}

#[tokio::test]
async fn a_file_from_the_disk_with_progress() {
    let folder = segno_testkit::Folder::new();
    let path = folder.file("low-tide.mp3");
    std::fs::write(&path, wave()).unwrap();
    let (builder, log, _) = builder(|line| {
        Ok(if line.starts_with("POST") { response(201, TRACK) } else { own_tracks_or_me(line) })
    });
    // A real disk needs the real clock; nothing sleeps here.
    let builder = builder.settings(|core| core.clock(Arc::new(segno_core::time::SystemClock)));
    let client = builder.token("t1").build().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let steps = Arc::clone(&seen);
    let upload = Upload::new("Low Tide", Asset::file(&path).await.unwrap());
    let job = client.upload(upload).progress(move |progress| steps.lock().unwrap().push(progress));
    let uploaded = job.send().await.unwrap();
    assert_eq!(uploaded.track.urn, Some(TrackUrn::new(70071)));
    assert!(!uploaded.found_afterwards);
    let steps = seen.lock().unwrap();
    let last = steps.last().unwrap();
    assert!(last.bytes > 300_000 && Some(last.bytes) == last.total, "{last:?}");
    assert!(steps.len() > 3 && steps.windows(2).all(|pair| pair[0].bytes < pair[1].bytes));
    let post = log.lines().into_iter().find(|line| line.starts_with("POST")).unwrap();
    assert!(
        post.contains("filename=\"low-tide.mp3.wav\"") && post.contains("Content-Type: audio/wav"),
        "the content decides about the format"
    );
}

#[test]
fn a_program_that_ends_with_an_error_of_a_job_prints_its_line() {
    let error = UploadError::Quota { left_seconds: 60, needed_seconds: 90 };
    assert_eq!(format!("{error:?}"), error.to_string());
}

#[tokio::test]
async fn a_file_that_is_none_is_named() {
    let folder = segno_testkit::Folder::new();
    let (missing, folder) = (folder.file("missing.mp3"), folder.path());
    let names = |error: String, path: &std::path::Path| {
        assert!(error.contains(&path.display().to_string()), "{error}");
    };
    names(Asset::file(&missing).await.unwrap_err().to_string(), &missing);
    names(Asset::file(folder).await.unwrap_err().to_string(), folder);
    names(Artwork::file(&missing).await.unwrap_err().to_string(), &missing);
    names(Artwork::file(folder).await.unwrap_err().to_string(), folder);
}

#[tokio::test]
async fn an_upload_that_waits_until_it_can_be_heard() {
    let looks = AtomicU32::new(0);
    let (client, _) = user_client(move |line| {
        if line.starts_with("POST") {
            response(201, r#"{"urn":"soundcloud:tracks:70071","duration":0}"#)
        } else if line.contains("/streams") {
            response(200, STREAMS)
        } else if line.contains("/tracks/soundcloud") {
            if looks.fetch_add(1, Ordering::SeqCst) == 0 {
                response(200, r#"{"duration":0}"#)
            } else {
                response(200, TRACK)
            }
        } else {
            own_tracks_or_me(line)
        }
    });
    let upload = Upload::new("Low Tide", Asset::bytes("a.wav", wave()));
    let uploaded = client.upload(upload).wait_until_ready(Duration::from_secs(60)).send().await.unwrap();
    assert_eq!(uploaded.track.duration, Some(183_000));
}

#[tokio::test]
async fn a_connection_that_broke_is_looked_into() {
    let found = AtomicU32::new(0);
    let (builder, log, _) = builder(move |line| {
        if line.starts_with("POST") {
            let reset = std::io::Error::other("connection reset by peer");
            return Err(TransportError::new(Phase::MaybeSent, TransportErrorKind::Broken, reset));
        }
        // It appears only at the second look after the upload.
        if line.contains("/me/tracks") && found.fetch_add(1, Ordering::SeqCst) >= 2 {
            let track = r#"{"title":"Low Tide","urn":"soundcloud:tracks:2","duration":3000}"#;
            return Ok(response(200, format!(r#"{{"collection":[{track}]}}"#)));
        }
        Ok(own_tracks_or_me(line))
    });
    let client = builder.token("t1").build().unwrap();
    let upload = Upload::new("Low Tide", Asset::bytes("a.wav", wave()));
    let uploaded = client.upload(upload).length(Duration::from_secs(3)).send().await.unwrap();
    assert_eq!((uploaded.found_afterwards, uploaded.track.urn), (true, Some(TrackUrn::new(2))));
    assert_eq!(log.count("POST"), 1);
}

#[tokio::test]
async fn if_it_cannot_be_looked_for_that_is_said() {
    let posted = AtomicU32::new(0);
    let (client, log) = user_client(move |line| {
        if line.starts_with("POST") {
            posted.store(1, Ordering::SeqCst);
            return response(504, "");
        }
        if posted.load(Ordering::SeqCst) == 1 { response(503, "") } else { own_tracks_or_me(line) }
    });
    let upload = Upload::new("Low Tide", Asset::bytes("a.wav", wave()));
    let error = client.upload(upload).send().await.unwrap_err();
    assert!(matches!(error, UploadError::Unknown { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("it is not known whether the track arrived; looking for it failed (503"),
        "{error}"
    );
    assert_eq!(log.count("POST"), 1);
}

/// Not even after a 429 is a file sent again unasked.
#[tokio::test]
async fn an_upload_is_sent_again_after_a_429_only_if_that_is_wished() {
    let limited = || {
        let posted = AtomicU32::new(0);
        user_client(move |line| {
            if !line.starts_with("POST") {
                return own_tracks_or_me(line);
            }
            let first = posted.fetch_add(1, Ordering::SeqCst) == 0;
            if first { response(429, "Please slow down.") } else { response(201, TRACK) }
        })
    };
    let upload = || Upload::new("Low Tide", Asset::bytes("a.wav", wave()));
    let (client, log) = limited();
    let error = client.upload(upload()).send().await.unwrap_err();
    assert!(matches!(&error, UploadError::Call(error) if error.is_rate_limited()), "{error}");
    assert_eq!(log.count("POST"), 1);
    assert_eq!(log.lines().len(), 3, "a refusal is not looked for");
    let (client, log) = limited();
    client.upload(upload()).resend().send().await.unwrap();
    assert_eq!(log.count("POST"), 2);

    // The endpoint alone holds to it as well, and what is read once cannot be sent twice.
    let (client, log) = limited();
    client.send(&upload()).await.unwrap_err();
    assert_eq!(log.count("POST"), 1);
    let (client, log) = limited();
    client.send(&upload().resend(true)).await.unwrap();
    assert_eq!(log.count("POST"), 2);
    let asset = Asset::reader("a.wav", &b"RIFF\0\0\0\0WAVEfmt "[..], 16).await.unwrap();
    let (client, log) = limited();
    client.upload(Upload::new("Low Tide", asset)).resend().send().await.unwrap_err();
    assert_eq!(log.count("POST"), 1);
}

/// A refusal with 401 mostly means that the application or the account may not upload: gigabytes are not sent again to find out.
#[tokio::test]
async fn an_upload_is_sent_again_after_a_401_only_if_that_is_wished() {
    let over = || {
        crate::peer::logged_in(crate::peer::stored(), |line| {
            if line.contains("/oauth/token") {
                crate::peer::tokens(2)
            } else if line.contains("[OAuth t1]")
                && (line.starts_with("POST") || line.ends_with("/me [OAuth t1] "))
            {
                response(401, "\n")
            } else if line.starts_with("POST") {
                response(201, TRACK)
            } else {
                own_tracks_or_me(line)
            }
        })
    };
    let sent = "POST https://api.soundcloud.com/tracks";
    let upload = || Upload::new("Low Tide", Asset::bytes("a.wav", wave()));
    let (client, log, _) = over();
    let error = client.send(&upload()).await.unwrap_err();
    assert_eq!(error.api().unwrap().diagnosis, Some(Diagnosis::TokenRenewed), "{error}");
    assert_eq!(log.count(sent), 1);
    client.send(&upload()).await.unwrap();
    let (client, log, _) = over();
    client.send(&upload().resend(true)).await.unwrap();
    assert_eq!(log.count(sent), 2);
    // The job meets it when it looks at the account, before the file is sent.
    let (client, log, _) = over();
    client.upload(upload()).send().await.unwrap();
    assert_eq!(log.count(sent), 1);
    // A token that is good for everything but uploads is not renewed for them.
    let (client, log, _) = crate::peer::logged_in(crate::peer::stored(), |line| {
        if line.starts_with("POST") { response(401, "\n") } else { own_tracks_or_me(line) }
    });
    let UploadError::Call(error) = client.upload(upload()).send().await.unwrap_err() else { panic!() };
    assert_eq!(error.api().unwrap().diagnosis, Some(Diagnosis::AppNotAllowed));
    assert_eq!((log.count(sent), log.count("POST https://secure")), (1, 0));
}

#[tokio::test]
async fn an_upload_that_was_looked_for_in_vain_is_sent_again_only_if_that_is_wished() {
    for (wished, times) in [(false, 1), (true, 2)] {
        let (client, log) =
            user_client(
                |line| if line.starts_with("POST") { response(504, "") } else { own_tracks_or_me(line) },
            );
        let job = client.upload(Upload::new("Low Tide", Asset::bytes("a.wav", wave())));
        let job = if wished { job.resend() } else { job };
        job.send().await.unwrap_err();
        assert_eq!(log.count("POST"), times);
        assert_eq!(log.count("GET https://api.soundcloud.com/me/tracks"), 1 + 3 * times);
    }
    // A success that cannot be read is a success.
    let (client, log) =
        user_client(
            |line| if line.starts_with("POST") { response(201, "{") } else { own_tracks_or_me(line) },
        );
    let upload = Upload::new("Low Tide", Asset::bytes("a.wav", wave()));
    client.upload(upload).resend().send().await.unwrap_err();
    assert_eq!(log.count("POST"), 1);
}

#[tokio::test]
async fn more_than_a_day_of_audio_is_not_sent() {
    let (client, log) = user_client(own_tracks_or_me);
    let upload = Upload::new("Long", Asset::bytes("a.wav", wave()));
    let error = client.upload(upload).length(Duration::from_secs(86_401)).send().await.unwrap_err();
    assert!(error.to_string().ends_with("length: must be at most 24 h"), "{error}");
    assert!(log.lines().is_empty());
}

/// Programs hold dozens of calls in one function, and a test's stack is small.
#[tokio::test]
async fn calls_and_jobs_are_small() {
    let (client, _) = user_client(own_tracks_or_me);
    let upload = || Upload::new("Low Tide", Asset::bytes("a.wav", wave()));
    let (endpoint, change) = (upload(), segno_soundcloud::playlists::Delete::new(PlaylistUrn::new(1)));
    let sizes = [
        ("a read", size_of_val(&client.send(&segno_soundcloud::me::Get::new())), 1024),
        ("a write", size_of_val(&client.send(&change)), 1024),
        ("an upload alone", size_of_val(&client.send(&endpoint)), 1024),
        ("an upload as a job", size_of_val(&client.upload(upload()).send()), 4096),
        ("waiting", size_of_val(&client.wait_until_ready(TrackUrn::new(1), Duration::ZERO)), 4096),
        ("a stream", size_of_val(&client.stream(TrackUrn::new(1), &[], None)), 4096),
        ("a playlist", size_of_val(&client.add_tracks(PlaylistUrn::new(1), &[])), 4096),
        ("a name", size_of_val(&client.resolve_track("https://soundcloud.com/x/y")), 4096),
        ("signing out", size_of_val(&client.sign_out()), 4096),
    ];
    assert!(sizes.iter().all(|(_, size, bound)| size <= bound), "{sizes:?}");
}

#[tokio::test]
async fn a_refusal_is_not_looked_for() {
    let (client, log) = user_client(|line| {
        if line.starts_with("POST") { response(422, error("", 422)) } else { own_tracks_or_me(line) }
    });
    let upload = Upload::new("Low Tide", Asset::bytes("a.wav", wave()));
    let error = client.upload(upload).send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "soundcloud.tracks.upload: 422 Unprocessable Entity: unable to process provided asset_data"
    );
    assert_eq!(log.lines().len(), 3, "the account, one's own tracks, the upload");
}

#[tokio::test]
async fn a_success_that_is_200_is_one_too() {
    let (client, _) =
        user_client(
            |line| if line.starts_with("POST") { response(200, TRACK) } else { own_tracks_or_me(line) },
        );
    let upload = Upload::new("Low Tide", Asset::bytes("a.wav", wave()));
    assert!(client.upload(upload).send().await.unwrap().track.urn.is_some());
}

/// However long the parts are, the line is one of at most 400 characters and begins with what matters.
#[tokio::test]
async fn an_error_of_a_job_is_one_short_line() {
    let candidates = (0..40)
        .map(|number| format!(r#"{{"title":"Low Tide","urn":"soundcloud:tracks:70000000000{number}"}}"#));
    let page = format!(r#"{{"collection":[{}]}}"#, candidates.collect::<Vec<_>>().join(","));
    let posted = AtomicU32::new(0);
    let (client, _) = user_client(move |line| {
        if line.starts_with("POST") {
            posted.store(1, Ordering::SeqCst);
            response(504, format!(r#"{{"code":504,"message":"{}"}}"#, "at\\n length ".repeat(80)))
        } else if line.contains("/me/tracks") && posted.load(Ordering::SeqCst) == 1 {
            response(200, page.clone())
        } else {
            own_tracks_or_me(line)
        }
    });
    let upload = Upload::new("Low Tide", Asset::bytes("a.wav", wave()));
    let error = client.upload(upload).send().await.unwrap_err();
    assert!(matches!(error, UploadError::Unknown { .. }), "{error}");
    let line = error.to_string();
    assert!(line.chars().count() <= 400 && !line.contains('\n'), "{} {line}", line.len());
    assert!(
        line.starts_with(
            "it is not known whether the track arrived; it may be soundcloud:tracks:700000000000 or "
        ),
        "{line}"
    );
    assert!(line.contains(" or 36 more: soundcloud.tracks.upload: 504"), "{line}");
}
