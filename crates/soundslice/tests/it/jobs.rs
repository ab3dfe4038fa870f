//! Whole jobs against the sandbox, with the failures that happen in between.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::testing::ManualClock;
use segno_core::{Body, BoxFuture, Clock, Timestamp};
use segno_sandbox::{Fault, FaultKind, Host, Sandbox};
use segno_soundslice::{
    Client, JobError, MediaUpload, NotationUpload, RecordingId, RecordingStatus, Scorehash, notation,
    recordings, slices, storage,
};

const SCORE: &str = "<?xml version=\"1.0\"?><score-partwise version=\"4.0\"><part-list><score-part id=\"P1\">\
    <part-name>Flute</part-name></score-part></part-list><part id=\"P1\"><measure number=\"1\"/></part></score-partwise>";

const THEN: u64 = 1_900_000_000;

/// A clock whose sleeps move the sandbox's clock along: what is polled for gets done meanwhile.
struct Together {
    own: Arc<ManualClock>,
    sandbox: Arc<Sandbox>,
}

impl Clock for Together {
    fn now(&self) -> std::time::Instant {
        self.own.now()
    }

    fn wall(&self) -> Timestamp {
        self.own.wall()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // Deadlines sleep too; only a pause that passes has moved time.
        let (sleep, sandbox) = (self.own.sleep(duration), Arc::clone(&self.sandbox));
        Box::pin(async move {
            sleep.await;
            sandbox.advance(duration);
        })
    }

    fn random(&self) -> u64 {
        self.own.random()
    }
}

struct Studio {
    sandbox: Arc<Sandbox>,
    client: Client,
    slice: Scorehash,
}

impl Studio {
    /// A sandbox with an empty slice.
    async fn open() -> Self {
        let sandbox = Arc::new(Sandbox::builder().seed(3).frozen_at(THEN).start().await.unwrap());
        let access = sandbox.description().soundslice;
        let builder = Client::builder(&access.app_id, access.password).base_url(&access.base_url);
        let client = builder.build().unwrap();
        let slice = client.send(&slices::Create::named("Étude")).await.unwrap().scorehash;
        Self { sandbox, client, slice }
    }

    /// The same client on a clock that moves the sandbox along.
    fn polling(&self) -> Client {
        let access = self.sandbox.description().soundslice;
        let own = ManualClock::new(Timestamp::from_unix_seconds(THEN as i64).unwrap());
        let clock = Arc::new(Together { own, sandbox: Arc::clone(&self.sandbox) });
        let builder = Client::builder(&access.app_id, access.password).base_url(&access.base_url);
        // The deadlines of single requests must not run on a clock that only polling moves.
        let far = Duration::from_secs(1_000_000);
        let timeouts = segno_core::Timeouts { connect: far, head: far, silence: far, call: far };
        builder.settings(move |core| core.clock(clock).timeouts(timeouts)).build().unwrap()
    }

    async fn recording(&self) -> RecordingId {
        self.client.send(&recordings::Create::mp3_upload(self.slice.clone())).await.unwrap()
    }

    fn puts(&self) -> usize {
        self.sandbox.requests().iter().filter(|request| request.method == "PUT").count()
    }
}

/// A WAV file of silence that lasts `seconds`.
fn wav(seconds: u32) -> Vec<u8> {
    let (rate, bytes) = (8000_u32, 8000 * seconds);
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    file.extend_from_slice(&[1, 0, 1, 0]);
    file.extend_from_slice(&rate.to_le_bytes());
    file.extend_from_slice(&rate.to_le_bytes());
    file.extend_from_slice(&[1, 0, 8, 0]);
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    file.resize(44 + bytes as usize, 0x80);
    file
}

#[tokio::test]
async fn notation_comes_back_as_it_went() {
    let studio = Studio::open().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let progress = Arc::clone(&seen);
    let upload = NotationUpload::new(studio.slice.clone(), SCORE)
        .wait(Duration::from_secs(60))
        .progress(move |step| progress.lock().unwrap().push((step.bytes, step.total, step.attempt)));
    studio.client.upload_notation(upload).await.unwrap();
    let length = SCORE.len() as u64;
    assert_eq!(seen.lock().unwrap().last(), Some(&(length, Some(length), 1)));
    let mut file = Vec::new();
    let downloaded = studio.client.download_notation(&studio.slice, &mut file).await.unwrap().unwrap();
    assert_eq!((file, downloaded.bytes), (SCORE.as_bytes().to_vec(), length));
    let exported = studio.client.send(&slices::MusicXml(studio.slice.clone())).await.unwrap().unwrap();
    assert!(exported.contains("<part-name>Flute</part-name>"), "{exported}");
}

#[tokio::test]
async fn notation_is_waited_for_until_it_is_processed() {
    let studio = Studio::open().await;
    studio.sandbox.switches(|switches| switches.soundslice.notation_delay_s = 30.0);
    let upload = NotationUpload::new(studio.slice.clone(), SCORE).wait(Duration::from_secs(60));
    studio.polling().upload_notation(upload).await.unwrap();
    assert!(studio.client.send(&slices::Get(studio.slice.clone())).await.unwrap().has_notation);
}

#[tokio::test]
async fn waiting_ends_at_its_limit() {
    let studio = Studio::open().await;
    studio.sandbox.switches(|switches| switches.soundslice.notation_delay_s = 300.0);
    let upload = NotationUpload::new(studio.slice.clone(), SCORE).wait(Duration::from_secs(60));
    let error = studio.polling().upload_notation(upload).await.unwrap_err();
    insta::assert_snapshot!(error, @"uploaded, but not processed within 60 s; it may still be");
    let waited = studio.sandbox.now().as_secs() - THEN;
    assert!((60..66).contains(&waited), "{waited}");
}

#[tokio::test]
async fn a_slice_with_notation_cannot_be_waited_for() {
    let studio = Studio::open().await;
    let upload = || NotationUpload::new(studio.slice.clone(), SCORE).wait(Duration::from_secs(60));
    studio.client.upload_notation(upload()).await.unwrap();
    let before = studio.puts();
    let error = studio.client.upload_notation(upload()).await.unwrap_err();
    assert!(matches!(error, JobError::NotationBefore(_)), "{error}");
    assert_eq!(studio.puts(), before, "nothing was uploaded");
}

#[tokio::test]
async fn media_is_waited_for_until_it_is_ready() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    studio.sandbox.switches(|switches| switches.soundslice.media_delay_s = 45.0);
    let upload = MediaUpload::new(recording, wav(7)).wait(studio.slice.clone(), Duration::from_secs(600));
    studio.polling().upload_media(upload).await.unwrap();
    let list = studio.client.send(&recordings::List(studio.slice.clone())).await.unwrap();
    assert_eq!(list[0].status, Some(RecordingStatus::Ready));
    assert_eq!(list[0].cropped_duration, Some(7.0), "the seconds of the file's own header");
}

#[tokio::test]
async fn media_that_cannot_be_processed_is_told() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    let upload =
        MediaUpload::new(recording, "this is no music").wait(studio.slice.clone(), Duration::from_secs(60));
    let error = studio.polling().upload_media(upload).await.unwrap_err();
    assert!(matches!(error, JobError::Unprocessable), "{error}");
}

#[tokio::test]
async fn a_recording_of_another_slice_is_told() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    let other = studio.client.send(&slices::Create::untitled()).await.unwrap().scorehash;
    let upload = MediaUpload::new(recording, wav(1)).wait(other, Duration::from_secs(60));
    assert!(matches!(studio.client.upload_media(upload).await, Err(JobError::NotInSlice { .. })));
}

/// Lets the first URL expire between the POST that gives it and the PUT that uses it.
fn expire_first_url(sandbox: &Sandbox) {
    sandbox.fault(
        Fault::new(FaultKind::Status {
            status: 403,
            headers: [("content-type".into(), "application/xml".into())].into(),
            retry_after: None,
            body: Some(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code>\
                 <Message>Request has expired</Message></Error>"
                    .into(),
            ),
        })
        .on(Host::Storage)
        .method("PUT"),
    );
}

#[tokio::test]
async fn an_expired_url_is_replaced_once() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    expire_first_url(&studio.sandbox);
    studio.client.upload_media(MediaUpload::new(recording, wav(2))).await.unwrap();
    assert_eq!(studio.puts(), 2);
    for _ in 0..2 {
        expire_first_url(&studio.sandbox);
    }
    let error = studio.client.upload_media(MediaUpload::new(recording, wav(2))).await.unwrap_err();
    insta::assert_snapshot!(error, @"soundslice.storage.put: 403 Forbidden: the storage says AccessDenied: Request has expired");
    assert_eq!(studio.puts(), 4);
}

#[tokio::test]
async fn a_body_that_can_be_read_once_is_uploaded_once() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    expire_first_url(&studio.sandbox);
    let file = wav(1);
    let body = Body::reader(std::io::Cursor::new(file.clone()), file.len() as u64);
    assert!(studio.client.upload_media(MediaUpload::new(recording, body)).await.is_err());
    assert_eq!(studio.puts(), 1, "the bytes are gone: a second PUT could only send something else");
}

#[tokio::test]
async fn a_broken_upload_begins_again_from_the_first_byte() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    studio.sandbox.fault(Fault::new(FaultKind::DropResponse).on(Host::Storage).method("PUT"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let progress = Arc::clone(&seen);
    let upload = MediaUpload::new(recording, wav(30))
        .progress(move |step| progress.lock().unwrap().push((step.attempt, step.bytes)));
    studio.client.upload_media(upload).await.unwrap();
    let seen = seen.lock().unwrap();
    assert!(seen.iter().any(|(attempt, _)| *attempt == 1));
    assert_eq!(seen.last(), Some(&(2, 240_044)), "the whole file again");
}

#[tokio::test]
async fn an_empty_file_is_not_uploaded() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    let error = studio.client.upload_media(MediaUpload::new(recording, Body::empty())).await.unwrap_err();
    insta::assert_snapshot!(error, @"soundslice.storage.put: not sent: body: the file is empty");
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_not_sent_twice() {
    let studio = Studio::open().await;
    let before = studio.client.send(&slices::List).await.unwrap().len();
    studio.sandbox.fault(Fault::new(FaultKind::DropResponse).on(Host::Soundslice).method("POST"));
    let error = studio.client.send(&slices::Create::named("Once")).await.unwrap_err();
    assert!(error.may_have_taken_effect(), "{error}");
    assert_eq!(error.attempts(), 1);
    assert_eq!(studio.client.send(&slices::List).await.unwrap().len(), before + 1);
}

#[tokio::test]
async fn a_long_list_arrives_item_by_item() {
    let studio = Studio::open().await;
    let own = studio.client.send(&slices::List).await.unwrap();
    studio.sandbox.switches(|switches| switches.soundslice.extra_slices = 2000);
    let mut stream = studio.client.stream(&slices::List).await.unwrap();
    let mut count = 0;
    let mut names = std::collections::BTreeSet::new();
    while let Some(slice) = stream.next().await {
        names.insert(slice.unwrap().scorehash);
        count += 1;
    }
    assert_eq!((count, names.len()), (own.len() + 2000, own.len() + 2000));
}

#[tokio::test]
async fn a_second_account_is_out_of_reach() {
    let studio = Studio::open().await;
    let accounts = studio.sandbox.soundslice_accounts();
    let other = &accounts[1].keys[0];
    let base_url = studio.sandbox.description().soundslice.base_url;
    let builder = Client::builder(&other.app_id, other.password.clone()).base_url(&base_url);
    let stranger = builder.build().unwrap();
    let error = stranger.send(&slices::Delete(studio.slice.clone())).await.unwrap_err();
    assert!(error.is_auth(), "{error}");
    assert!(studio.client.send(&slices::Get(studio.slice.clone())).await.is_ok());
}

#[tokio::test]
async fn upload_urls_are_secrets() {
    let studio = Studio::open().await;
    let url = studio.client.send(&notation::StartUpload::new(studio.slice.clone())).await.unwrap();
    let query = url.expose().split_once('?').unwrap().1.to_owned();
    let put = storage::Put::new(url.clone(), SCORE);
    for printed in [format!("{url}"), format!("{url:?}"), format!("{put:?}")] {
        assert!(!printed.contains(&query), "{printed}");
    }
}
