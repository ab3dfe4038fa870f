//! A client without a network, and one value of every endpoint with all that can be set.

use segno_core::testing::{FnTransport, ManualClock};
use segno_core::{Body, Bytes, Endpoint, Response, SecretUrl, StatusCode, Timestamp};
use segno_soundslice::{
    Client, EmbedStatus, FolderId, ListId, PrintStatus, RecordingId, Scorehash, Status, Syncpoint, UserId,
    folders, lists, notation, recordings, slices, storage, syncpoints,
};

/// A client whose transport gives one response.
pub(crate) fn client(response: impl Fn() -> Response<Bytes> + Send + Sync + 'static) -> Client {
    let wall = Timestamp::from_unix_seconds(1_900_000_000).unwrap();
    Client::builder("demoApp7", "s3cret-pass")
        .settings(move |core| {
            core.transport(FnTransport::new(move |_| Ok(response()))).clock(ManualClock::new(wall))
        })
        .build()
        .unwrap()
}

pub(crate) fn silent() -> Client {
    client(|| Response::new(Bytes::new()))
}

pub(crate) fn responding(status: u16, body: &'static str) -> Client {
    client(move || {
        let mut response = Response::new(Bytes::from_static(body.as_bytes()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response
    })
}

pub(crate) fn slice() -> Scorehash {
    "Qm4Zt".parse().unwrap()
}

pub(crate) fn folder() -> FolderId {
    FolderId::from(5120)
}

pub(crate) fn list() -> ListId {
    "2abc9".parse().unwrap()
}

pub(crate) fn url() -> SecretUrl {
    "https://uploads.example.net/uploads/70213?Expires=1900000300&Signature=c2ln".parse().unwrap()
}

pub(crate) const RECORDING: RecordingId = RecordingId::new(70213);

pub(crate) const POINTS: [Syncpoint; 4] = [
    Syncpoint::bar(0, 0.0),
    Syncpoint::bar(4, 9.6),
    Syncpoint::bar(4, 11.25).at(240.0),
    Syncpoint::bar(8, 20.5).hidden(),
];

/// What is done with each endpoint.
pub(crate) trait Visit {
    fn visit<E: Endpoint<Output: std::fmt::Debug>>(&mut self, endpoint: &E);
}

/// Shows every endpoint of the crate to a visitor.
pub(crate) fn every_endpoint(visitor: &mut impl Visit) {
    let create = slices::Create::new()
        .name("Morning Étude")
        .artist("R. Okafor")
        .status(Status::SecretUrl)
        .embed_status(EmbedStatus::AllowlistedDomains)
        .print_status(PrintStatus::Off)
        .folder(folder());
    visitor.visit(&create);
    visitor.visit(&slices::List::new());
    visitor.visit(&slices::Get::new(slice()));
    visitor.visit(&slices::Delete::new(slice()));
    visitor.visit(&slices::Move::new(slice(), Some(folder())).user(UserId::new(31)));
    visitor.visit(&slices::Duplicate::new(slice()));
    visitor.visit(&slices::MusicXml::new(slice()));
    visitor.visit(&notation::Original::new(slice()));
    visitor.visit(
        &notation::StartUpload::new(slice()).callback_url("https://hooks.example.net/soundslice?job=17"),
    );
    visitor.visit(&storage::Put::new(url(), Body::from("ID3-fake-mp3")));
    visitor.visit(&storage::Get::new(url()));
    let (video, playlist) =
        ("https://media.example.net/v/etude.mp4", "https://media.example.net/v/etude.m3u8");
    visitor.visit(&recordings::Create::video_url_and_hls(slice(), video, playlist).name("Camera A"));
    visitor.visit(&recordings::List::new(slice()));
    let order = [RECORDING, RecordingId::new(70215), RecordingId::new(70214)];
    visitor.visit(&recordings::Reorder::new(slice(), order));
    visitor.visit(&recordings::Change::new(RECORDING).name("Camera B").hls_url(""));
    visitor.visit(&recordings::Delete::new(RECORDING));
    visitor.visit(&recordings::StartUpload::new(RECORDING));
    visitor.visit(&syncpoints::Get::new(RECORDING));
    visitor.visit(&syncpoints::Set::new(RECORDING, &POINTS[..]).crop_start(1.5).crop_end(62.0));
    visitor.visit(&folders::Create::new("Warm-ups").parent(folder()));
    visitor.visit(&folders::List::new().parent(folder()));
    visitor.visit(&folders::Get::new(folder()));
    visitor.visit(&folders::Rename::new(folder(), "Warm-ups (old)"));
    visitor.visit(&folders::Delete::new(folder()));
    visitor.visit(&lists::Create::new("Warm-ups").parent(list()));
    visitor.visit(&lists::Rename::new(list(), "Warm-ups (old)"));
    visitor.visit(&lists::AddSlices::new(list(), [slice(), "Rt7Lp".parse().unwrap()]));
    visitor.visit(&lists::RemoveSlice::new(list(), slice()));
}
