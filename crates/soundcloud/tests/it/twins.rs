//! Uploads whose response was lost, beside others of the same title: none takes another's track for its own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use segno_core::testing::ManualClock;
use segno_core::time::Clock;
use segno_core::{BoxFuture, Timestamp};
use segno_sandbox::{Fault, FaultKind, Host, Sandbox};
use segno_soundcloud::tracks::{Asset, Upload};
use segno_soundcloud::{Client, TrackUrn, UploadError, Uploaded};

use crate::peer::{response, user_client};
use crate::responses::ME;

/// A WAVE file of silence, 8,000 bytes a second.
fn wave(milliseconds: u32) -> Vec<u8> {
    let bytes = 8 * milliseconds;
    let mut wave =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data".to_vec();
    wave.extend(bytes.to_le_bytes());
    wave.resize(44 + bytes as usize, 0x80);
    wave
}

fn untitled(milliseconds: u32) -> Upload {
    Upload::new("Untitled", Asset::bytes("untitled.wav", wave(milliseconds)))
}

/// A clock on which pauses pass at once, so that nobody waits, while deadlines never do.
struct Hasty(Arc<ManualClock>);

impl Clock for Hasty {
    fn now(&self) -> std::time::Instant {
        self.0.now()
    }

    fn wall(&self) -> Timestamp {
        self.0.wall()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration > Duration::from_secs(15) {
            return Box::pin(std::future::pending());
        }
        self.0.sleep(duration)
    }

    fn random(&self) -> u64 {
        self.0.random()
    }
}

async fn studio() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().seed(5).start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let wall = Timestamp::from(std::time::SystemTime::now());
    let builder = Client::builder().base_url(&access.base_url).auth_url(&access.auth_url);
    let clock: Arc<dyn Clock> = Arc::new(Hasty(ManualClock::new(wall)));
    let builder = builder.settings(move |core| core.clock(Arc::clone(&clock)));
    let client = builder.token(access.access_token).build().unwrap();
    (sandbox, client)
}

fn created(sandbox: &Sandbox) -> u64 {
    sandbox.effects().of("soundcloud", "tracks").created
}

type Outcome = Result<Uploaded, UploadError>;

/// The tracks that were reported as arrived; each of them is another.
fn reported(outcomes: &[Outcome]) -> BTreeSet<TrackUrn> {
    let done: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    let urns: BTreeSet<_> = done.iter().filter_map(|uploaded| uploaded.track.urn).collect();
    assert_eq!(urns.len(), done.len(), "one track was given to two uploads");
    urns
}

/// Twenty pairs of one title and one length, of which one request is lost on its way.
#[tokio::test]
async fn of_twins_none_is_reported_for_the_other() {
    for pair in 0..20 {
        let (sandbox, client) = studio().await;
        let before = created(&sandbox);
        let lost = if pair % 2 == 0 { FaultKind::reset_upload(9) } else { FaultKind::DropResponse };
        sandbox.fault(Fault::new(lost.clone()).on(Host::SOUNDCLOUD).method("POST").path("/tracks"));
        let jobs = [client.upload(untitled(3000)), client.upload(untitled(3000))];
        let [one, other] = jobs.map(|job| tokio::spawn(job.send()));
        let outcomes = [one.await.unwrap(), other.await.unwrap()];
        let (made, reported) = (created(&sandbox) - before, reported(&outcomes).len() as u64);
        assert!(reported <= made, "{lost:?}: {reported} reported, {made} made: {outcomes:?}");
        assert!(reported >= 1, "{outcomes:?}");
        if matches!(lost, FaultKind::ResetUpload { .. }) {
            assert_eq!((reported, made), (1, 1), "{outcomes:?}");
        }
    }
}

#[tokio::test]
async fn twins_that_are_both_lost_are_told_apart_by_their_length_or_not_at_all() {
    let (sandbox, client) = studio().await;
    let lost = || Fault::new(FaultKind::DropResponse).on(Host::SOUNDCLOUD).method("POST").path("/tracks");
    sandbox.fault(lost().times(2));
    let jobs = [client.upload(untitled(3000)), client.upload(untitled(9000))];
    let [one, other] = jobs.map(|job| tokio::spawn(job.send()));
    let outcomes = [one.await.unwrap(), other.await.unwrap()];
    assert_eq!(reported(&outcomes).len(), 2, "{outcomes:?}");
    for (outcome, length) in outcomes.iter().zip([3000, 9000]) {
        let uploaded = outcome.as_ref().unwrap();
        assert_eq!((uploaded.found_afterwards, uploaded.track.duration), (true, Some(length)));
    }

    let (sandbox, client) = studio().await;
    sandbox.fault(lost().times(2));
    let jobs = [client.upload(untitled(3000)), client.upload(untitled(3000))];
    let [one, other] = jobs.map(|job| tokio::spawn(job.send()));
    for outcome in [one.await.unwrap(), other.await.unwrap()] {
        let error = outcome.unwrap_err();
        let UploadError::Unknown { candidates, look: None, .. } = &error else { panic!("{error}") };
        assert_eq!(candidates.len(), 2, "both are there, and nobody can say which is whose: {error}");
        assert!(error.to_string().contains(" or soundcloud:tracks:"), "{error}");
    }
}

/// A peer that loses the response to an upload; afterwards one's own tracks are these.
fn lossy(after: &[&str]) -> (Client, crate::peer::Log) {
    let after: Vec<String> = after.iter().map(|track| (*track).to_owned()).collect();
    let posted = AtomicU32::new(0);
    let looks = AtomicU32::new(0);
    user_client(move |line| {
        if line.starts_with("POST") {
            posted.store(1, Ordering::SeqCst);
            return response(504, "");
        }
        if !line.contains("/me/tracks") {
            return response(200, ME);
        }
        let there = match posted.load(Ordering::SeqCst) {
            0 => "",
            _ => &after[(looks.fetch_add(1, Ordering::SeqCst) as usize).min(after.len() - 1)],
        };
        response(200, format!(r#"{{"collection":[{there}]}}"#))
    })
}

/// Another machine's track of the same title, and of another length.
#[tokio::test]
async fn a_track_of_another_length_is_another() {
    let theirs = r#"{"urn":"soundcloud:tracks:777","title":"Untitled","duration":999999}"#;
    let (client, _) = lossy(&[theirs]);
    let error = client.upload(untitled(3000)).send().await.unwrap_err();
    let UploadError::Call(upload) = &error else { panic!("{error}") };
    assert_eq!(upload.status(), Some(segno_core::StatusCode::GATEWAY_TIMEOUT));
    assert!(error.to_string().starts_with("the track was looked for and is not there: "), "{error}");
    assert_eq!(error.is_uploaded(), None, "it may still appear");

    // Without a length there is no telling: the error has what was found, and it is not sent again.
    let unknown = || Upload::new("Untitled", Asset::bytes("a.mp3", &b"ID3-bytes"[..]));
    let (client, log) = lossy(&[theirs]);
    let error = client.upload(unknown()).resend().send().await.unwrap_err();
    let UploadError::Unknown { candidates, look: None, .. } = &error else { panic!("{error}") };
    assert_eq!(candidates[0].urn, Some(TrackUrn::new(777)));
    assert!(
        error
            .to_string()
            .starts_with("it is not known whether the track arrived; it may be soundcloud:tracks:777: ")
    );
    assert_eq!((log.count("POST"), error.is_uploaded()), (1, None));

    let (client, _) = lossy(&[theirs]);
    let uploaded = client.upload(unknown()).length(Duration::from_millis(999_400)).send().await.unwrap();
    assert!(uploaded.found_afterwards, "a length that is given is one");
}

#[tokio::test]
async fn a_track_is_waited_for_until_its_length_can_be_seen() {
    let at = |duration: u32| {
        format!(r#"{{"urn":"soundcloud:tracks:2","title":"Untitled","duration":{duration}}}"#)
    };
    let (processed, done) = (at(0), at(3000));
    let (client, _) = lossy(&[&processed, &processed, &done]);
    let uploaded = client.upload(untitled(3000)).send().await.unwrap();
    assert_eq!((uploaded.found_afterwards, uploaded.track.duration), (true, Some(3000)));
    let (client, _) = lossy(&[&processed]);
    let error = client.upload(untitled(3000)).send().await.unwrap_err();
    assert!(matches!(&error, UploadError::Unknown { candidates, .. } if candidates.len() == 1), "{error}");
}

#[tokio::test]
async fn a_track_from_before_the_upload_is_another() {
    let yesterday = r#"{"urn":"soundcloud:tracks:2","title":"Untitled","duration":3000,
        "created_at":"2026/11/20 20:00:00 +0000"}"#;
    let (client, _) = lossy(&[yesterday]);
    let error = client.upload(untitled(3000)).send().await.unwrap_err();
    assert!(matches!(&error, UploadError::Unknown { candidates, .. } if candidates.len() == 1), "{error}");
    let now = r#"{"urn":"soundcloud:tracks:2","title":"Untitled","duration":3000,
        "created_at":"2026/11/21 20:00:01 +0000"}"#;
    let (client, _) = lossy(&[now]);
    assert!(client.upload(untitled(3000)).send().await.unwrap().found_afterwards);
}

/// A 200 that is a page, or an object that names no track, is no upload.
#[tokio::test]
async fn a_success_that_names_no_track_is_looked_into() {
    for (media_type, body) in segno_testkit::UNDOCUMENTED {
        let (client, log) = user_client(move |line| {
            if line.starts_with("POST") {
                let mut page = response(200, body);
                page.headers_mut().insert("content-type", media_type.parse().unwrap());
                return page;
            }
            if line.contains("/me/tracks") {
                response(200, r#"{"collection":[]}"#)
            } else {
                response(200, ME)
            }
        });
        let error = client.upload(untitled(3000)).send().await.unwrap_err();
        assert!(
            error.to_string().starts_with("the track was looked for and is not there: "),
            "{body}: {error}"
        );
        assert_eq!((log.count("POST"), log.count("GET https://api.soundcloud.com/me/tracks")), (1, 4));
    }
}
