//! Whole jobs against the sandbox, with the failures that happen in between.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::testing::{FnTransport, ManualClock};
use segno_core::time::Clock;
use segno_core::{Body, BoxFuture, Timestamp};
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
        // Deadlines sleep too, longer than any pause: they must not pass on a clock that runs ahead of a real socket.
        if duration > Duration::from_secs(5) {
            return Box::pin(std::future::pending());
        }
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
        let slice = client.send(&slices::Create::new().name("Étude")).await.unwrap().scorehash;
        Self { sandbox, client, slice }
    }

    /// The same client on a clock that moves the sandbox along.
    fn polling(&self) -> Client {
        let access = self.sandbox.description().soundslice;
        let own = ManualClock::new(Timestamp::from_unix_seconds(THEN as i64).unwrap());
        let clock = Arc::new(Together { own, sandbox: Arc::clone(&self.sandbox) });
        let builder = Client::builder(&access.app_id, access.password).base_url(&access.base_url);
        builder.settings(move |core| core.clock(clock)).build().unwrap()
    }

    async fn recording(&self) -> RecordingId {
        self.client.send(&recordings::Create::mp3_upload(&self.slice)).await.unwrap()
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
    let upload = NotationUpload::new(&studio.slice, SCORE)
        .wait(Duration::from_secs(60))
        .progress(move |step| progress.lock().unwrap().push((step.bytes, step.total, step.attempt)));
    studio.client.upload_notation(upload).await.unwrap();
    let length = SCORE.len() as u64;
    assert_eq!(seen.lock().unwrap().last(), Some(&(length, Some(length), 1)));
    let mut file = Vec::new();
    let downloaded = studio.client.download_notation(&studio.slice, &mut file).await.unwrap().unwrap();
    assert_eq!((file, downloaded.bytes), (SCORE.as_bytes().to_vec(), length));
    let exported = studio.client.send(&slices::MusicXml::new(&studio.slice)).await.unwrap().unwrap();
    assert!(exported.contains("<part-name>Flute</part-name>"), "{exported}");
}

#[tokio::test]
async fn notation_is_waited_for_until_it_is_processed() {
    let studio = Studio::open().await;
    studio.sandbox.switches(|switches| switches.soundslice.notation_delay_s = 30.0);
    let upload = NotationUpload::new(&studio.slice, SCORE).wait(Duration::from_secs(60));
    studio.polling().upload_notation(upload).await.unwrap();
    assert!(studio.client.send(&slices::Get::new(&studio.slice)).await.unwrap().has_notation == Some(true));
}

#[tokio::test]
async fn waiting_ends_at_its_limit() {
    let studio = Studio::open().await;
    studio.sandbox.switches(|switches| switches.soundslice.notation_delay_s = 300.0);
    let upload = NotationUpload::new(&studio.slice, SCORE).wait(Duration::from_secs(60));
    let error = studio.polling().upload_notation(upload).await.unwrap_err();
    insta::assert_snapshot!(error, @"uploaded, but its processing was not confirmed: not done after 60 s");
    assert_eq!(error.is_uploaded(), Some(true));
    let waited = studio.sandbox.now().as_secs() - THEN;
    assert!((60..66).contains(&waited), "{waited}");
}

#[tokio::test]
async fn a_slice_with_notation_cannot_be_waited_for() {
    let studio = Studio::open().await;
    let upload = || NotationUpload::new(&studio.slice, SCORE).wait(Duration::from_secs(60));
    studio.client.upload_notation(upload()).await.unwrap();
    let before = studio.puts();
    let error = studio.client.upload_notation(upload()).await.unwrap_err();
    assert!(matches!(error, JobError::HasNotation(_)), "{error}");
    assert_eq!(error.is_uploaded(), Some(false));
    assert_eq!(studio.puts(), before, "nothing was uploaded");
}

#[tokio::test]
async fn media_is_waited_for_until_it_is_ready() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    studio.sandbox.switches(|switches| switches.soundslice.media_delay_s = 45.0);
    let upload = MediaUpload::new(recording, wav(7)).wait(&studio.slice, Duration::from_secs(600));
    let polling = studio.polling();
    let uploading = polling.upload_media(upload);
    let soon = tokio::time::timeout(Duration::from_secs(60), uploading).await;
    soon.expect("a pause of more than 5 s, which never ends on this clock").unwrap();
    let path = format!("/api/v1/slices/{}/recordings/", studio.slice);
    let is_look = |request: &&segno_sandbox::LoggedRequest| request.method == "GET" && request.path == path;
    // Before the upload, then after 0, 1, 3, 7, 12 and every 5 s, the last time 47 s after it.
    assert_eq!(studio.sandbox.requests().iter().filter(is_look).count(), 1 + 12);
    assert_eq!(studio.sandbox.now().as_secs() - THEN, 47);
    let list = studio.client.send(&recordings::List::new(&studio.slice)).await.unwrap();
    assert_eq!(list[0].status, Some(RecordingStatus::Ready));
    assert_eq!(list[0].cropped_duration, Some(7.0), "the seconds of the file's own header");
}

#[tokio::test]
async fn media_that_cannot_be_processed_is_told() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    let upload = MediaUpload::new(recording, "not music").wait(&studio.slice, Duration::from_secs(60));
    let error = studio.polling().upload_media(upload).await.unwrap_err();
    assert!(matches!(error, JobError::Unprocessable), "{error}");
    assert_eq!(error.is_uploaded(), Some(true));
}

#[tokio::test]
async fn media_that_replaces_other_media_cannot_be_waited_for() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    let upload = || MediaUpload::new(recording, wav(1)).wait(&studio.slice, Duration::from_secs(60));
    studio.client.upload_media(upload()).await.unwrap();
    let before = studio.puts();
    let error = studio.client.upload_media(upload()).await.unwrap_err();
    assert!(matches!(error, JobError::HasMedia(_)), "{error}");
    assert_eq!((error.is_uploaded(), studio.puts()), (Some(false), before));
}

/// Three 503 within half a second are no reason to give up a file that is with the service.
#[tokio::test]
async fn waiting_survives_an_outage_that_is_shorter_than_itself() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    studio.sandbox.switches(|switches| switches.soundslice.media_delay_s = 20.0);
    let path = format!("/api/v1/slices/{}/recordings/", studio.slice);
    // The first look is the one before the upload.
    let outage = Fault::status(503).on(Host::SOUNDSLICE).method("GET").path(&path).nth(2).times(9);
    studio.sandbox.fault(outage);
    let upload = MediaUpload::new(recording, wav(7)).wait(&studio.slice, Duration::from_secs(600));
    studio.polling().upload_media(upload).await.unwrap();

    let studio = Studio::open().await;
    let path = format!("/api/v1/slices/{}/", studio.slice);
    let page = Fault::new(FaultKind::html(200)).on(Host::SOUNDSLICE).method("GET").path(&path);
    studio.sandbox.fault(page.nth(2).times(2));
    let upload = NotationUpload::new(&studio.slice, SCORE).wait(Duration::MAX);
    studio.polling().upload_notation(upload).await.unwrap();
}

#[tokio::test]
async fn a_service_that_does_not_come_back_is_named_and_so_is_where_the_file_is() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    let path = format!("/api/v1/slices/{}/recordings/", studio.slice);
    let forbidden = Fault::status(403).on(Host::SOUNDSLICE).method("GET").path(&path).nth(2);
    studio.sandbox.fault(forbidden);
    let upload = MediaUpload::new(recording, wav(7)).wait(&studio.slice, Duration::from_secs(600));
    let error = studio.polling().upload_media(upload).await.unwrap_err();
    insta::assert_snapshot!(error, @"uploaded, but its processing was not confirmed: a look failed: soundslice.recordings.list: 403 Forbidden: check application ID and password, the identifier, whose account it is in, and the rights of that account");
    assert_eq!(error.is_uploaded(), Some(true));
    assert!(error.error().is_some_and(segno_core::Error::is_auth));

    // The same error before the upload means the opposite.
    studio.sandbox.fault(Fault::status(403).on(Host::SOUNDSLICE).method("POST"));
    let error = studio.client.upload_media(MediaUpload::new(recording, wav(7))).await.unwrap_err();
    insta::assert_snapshot!(error, @"nothing was uploaded: soundslice.recordings.start_upload: 403 Forbidden: check application ID and password, the identifier, whose account it is in, and the rights of that account");
    assert_eq!(error.is_uploaded(), Some(false));
    studio.sandbox.fault(Fault::status(403).on(Host::SOUNDSLICE).method("GET"));
    let upload = NotationUpload::new(&studio.slice, SCORE).wait(Duration::from_secs(60));
    let error = studio.client.upload_notation(upload).await.unwrap_err();
    insta::assert_snapshot!(error, @"nothing was uploaded: soundslice.slices.get: 403 Forbidden: check application ID and password, the identifier, whose account it is in, and the rights of that account");
    assert_eq!(error.is_uploaded(), Some(false));
    studio.sandbox.fault(Fault::new(FaultKind::DropResponse).on(Host::STORAGE).method("PUT").times(3));
    let error = studio.client.upload_media(MediaUpload::new(recording, wav(7))).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the upload failed, though the file may have arrived: soundslice.storage.put: "),
        "{error}"
    );
    assert_eq!(error.is_uploaded(), None, "it has arrived, and the response was lost");
}

/// A page of a captive portal in the place of the storage's response: the file is nowhere.
#[tokio::test]
async fn a_page_in_the_place_of_the_storage_is_no_upload() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    studio.sandbox.fault(Fault::new(FaultKind::html(200)).on(Host::STORAGE).method("PUT"));
    let error = studio.client.upload_media(MediaUpload::new(recording, wav(1))).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("soundslice.storage.put: 200 OK, but the response cannot be read: it is a web page"),
        "{error}"
    );
    let upload = NotationUpload::new(&studio.slice, SCORE);
    studio.client.upload_notation(upload).await.unwrap();
    studio.sandbox.fault(Fault::new(FaultKind::html(200)).on(Host::STORAGE).method("GET"));
    let mut file = Vec::new();
    let error = studio.client.download_notation(&studio.slice, &mut file).await.unwrap_err();
    assert!(error.is_decode() && file.is_empty(), "{error}");
}

/// Compiles only if jobs can be spawned on a multi-threaded runtime.
#[allow(dead_code)]
fn jobs_are_send(client: &'static Client, notation: NotationUpload, media: MediaUpload) {
    fn send(_: impl Send) {}
    send(client.upload_notation(notation));
    send(client.upload_media(media));
}

#[tokio::test]
async fn a_recording_of_another_slice_is_told() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    let other = studio.client.send(&slices::Create::new()).await.unwrap().scorehash;
    let upload = MediaUpload::new(recording, wav(1)).wait(other, Duration::from_secs(60));
    assert!(matches!(studio.client.upload_media(upload).await, Err(JobError::NotInSlice { .. })));
}

/// Lets the first URL expire between the POST that gives it and the PUT that uses it.
fn expire_first_url(sandbox: &Sandbox) {
    let expired = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code>\
                   <Message>Request has expired</Message></Error>";
    let fault = Fault::status(403).header("content-type", "application/xml").body(expired);
    sandbox.fault(fault.on(Host::STORAGE).method("PUT"));
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
    insta::assert_snapshot!(error, @"the upload failed, and nothing of it is kept: soundslice.storage.put: 403 Forbidden: refused by the object storage: AccessDenied: Request has expired");
    assert_eq!(error.is_uploaded(), Some(false));
    assert_eq!(studio.puts(), 4);
}

/// A storage that refuses before it has read the file must not be taken for a broken connection.
#[tokio::test]
async fn urls_that_are_always_expired_end_in_the_error_of_the_storage() {
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    studio.sandbox.switches(|switches| switches.soundslice.upload_life_s = 0.0);
    let early = FaultKind::early(0, false);
    studio.sandbox.fault(Fault::new(early).on(Host::STORAGE).method("PUT").times(u32::MAX));
    let file = segno_core::Bytes::from(vec![0x52; 24 << 20]);
    for _ in 0..10 {
        let before = studio.puts();
        let error = studio.client.upload_media(MediaUpload::new(recording, file.clone())).await.unwrap_err();
        assert!(
            error.to_string().ends_with("refused by the object storage: AccessDenied: Request has expired"),
            "{error}"
        );
        assert_eq!(studio.puts(), before + 2, "a fresh URL once");
    }
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
    studio.sandbox.fault(Fault::new(FaultKind::DropResponse).on(Host::STORAGE).method("PUT"));
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
    insta::assert_snapshot!(error, @"nothing was uploaded: soundslice.storage.put: not sent: body: must not be empty");
}

#[tokio::test]
async fn a_creation_whose_response_is_lost_is_not_sent_twice() {
    let studio = Studio::open().await;
    let before = studio.client.send(&slices::List::new()).await.unwrap().len();
    studio.sandbox.fault(Fault::new(FaultKind::DropResponse).on(Host::SOUNDSLICE).method("POST"));
    let error = studio.client.send(&slices::Create::new().name("Once")).await.unwrap_err();
    assert!(error.may_have_taken_effect(), "{error}");
    assert_eq!(error.attempts(), 1);
    assert_eq!(studio.client.send(&slices::List::new()).await.unwrap().len(), before + 1);
}

#[tokio::test]
async fn a_long_list_arrives_item_by_item() {
    let studio = Studio::open().await;
    let own = studio.client.send(&slices::List::new()).await.unwrap();
    studio.sandbox.switches(|switches| switches.soundslice.extra_slices = 2000);
    let mut stream = studio.client.stream(&slices::List::new()).await.unwrap();
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
    let error = stranger.send(&slices::Delete::new(&studio.slice)).await.unwrap_err();
    assert!(error.is_auth(), "{error}");
    assert!(studio.client.send(&slices::Get::new(&studio.slice)).await.is_ok());
}

#[tokio::test]
async fn upload_urls_are_secrets() {
    let studio = Studio::open().await;
    let url = studio.client.send(&notation::StartUpload::new(&studio.slice)).await.unwrap();
    let query = url.expose().split_once('?').unwrap().1.to_owned();
    let put = storage::Put::new(url.clone(), SCORE);
    for printed in [format!("{url}"), format!("{url:?}"), format!("{put:?}")] {
        assert!(!printed.contains(&query), "{printed}");
    }
}

/// The step that failed, the endpoint and the service's message are one line, however long the message is.
#[tokio::test]
async fn errors_of_a_job_are_one_line_of_at_most_400_characters() {
    let long = serde_json::json!({"error": "no\n".repeat(300)});
    let studio = Studio::open().await;
    let recording = studio.recording().await;
    for method in ["POST", "GET"] {
        studio.sandbox.fault(Fault::status(422).body(long.clone()).on(Host::SOUNDSLICE).method(method));
        let upload = MediaUpload::new(recording, wav(1)).wait(&studio.slice, Duration::from_secs(60));
        let line = studio.client.upload_media(upload).await.unwrap_err().to_string();
        assert!(line.chars().count() <= 400 && line.chars().all(|letter| !letter.is_control()), "{line}");
        assert!(line.starts_with("nothing was uploaded: soundslice."), "{line}");
    }
}

/// What a recording does not say is not done: the upload goes ahead, and here its URL is refused.
#[tokio::test]
async fn a_recording_that_says_neither_status_nor_duration_expects_its_media() {
    let client = Client::builder("demoApp7", "s3cret-pass")
        .settings(|core| {
            core.transport(FnTransport::new(|request| {
                let list = request.method() == "GET";
                let (status, body) = if list { (200, r#"[{"id": 7}]"#) } else { (403, "{}") };
                Ok(segno_core::Response::builder().status(status).body(body.into()).unwrap())
            }))
        })
        .build()
        .unwrap();
    let upload = MediaUpload::new("7".parse().unwrap(), Body::from("RIFF"));
    let upload = upload.wait("Qm4Zt".parse::<Scorehash>().unwrap(), Duration::from_secs(60));
    let error = client.upload_media(upload).await.unwrap_err();
    assert!(error.to_string().contains("recordings.start_upload: 403 Forbidden"), "{error}");
}
