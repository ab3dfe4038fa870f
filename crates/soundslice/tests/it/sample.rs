//! A client without a network, and one value of every endpoint with all that can be set.

use segno_core::testing::{FnTransport, ManualClock};
use segno_core::{Body, Bytes, Endpoint, Response, SecretUrl, StatusCode, Timestamp};
use segno_soundslice::{
    Client, EmbedStatus, FolderId, ListId, PrintStatus, RecordingId, Scorehash, Status, Syncpoint, UserId,
    folders, lists, notation, recordings, slices, storage, syncpoints,
};

/// The credentials of the fact sheet's examples.
pub(crate) fn client(answer: impl Fn() -> Response<Bytes> + Send + Sync + 'static) -> Client {
    let wall = Timestamp::from_unix_seconds(1_900_000_000).unwrap();
    Client::builder("demoApp7", "s3cret-pass")
        .settings(move |core| {
            core.transport(FnTransport::new(move |_| Ok(answer()))).clock(ManualClock::new(wall))
        })
        .build()
        .unwrap()
}

pub(crate) fn silent() -> Client {
    client(|| Response::new(Bytes::new()))
}

pub(crate) fn answering(status: u16, body: &'static str) -> Client {
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
    FolderId::number(5120)
}

pub(crate) fn list() -> ListId {
    "2abc9".parse().unwrap()
}

pub(crate) fn url() -> SecretUrl {
    "https://uploads.example.net/uploads/70213?Expires=1900000300&Signature=c2ln".parse().unwrap()
}

pub(crate) const RECORDING: RecordingId = RecordingId(70213);

pub(crate) const POINTS: [Syncpoint; 4] = [
    Syncpoint::bar(0, 0.0),
    Syncpoint::bar(4, 9.6),
    Syncpoint::bar(4, 11.25).at(240.0),
    Syncpoint::bar(8, 20.5).hidden(),
];

/// What is done with each endpoint.
pub(crate) trait Visit {
    fn visit<E: Endpoint>(&mut self, endpoint: &E);
}

/// Shows every endpoint of the crate to a visitor.
pub(crate) fn every_endpoint(visitor: &mut impl Visit) {
    let create = slices::Create::named("Morning Étude")
        .artist("R. Okafor")
        .status(Status::SecretUrl)
        .embed_status(EmbedStatus::AllowlistedDomains)
        .print_status(PrintStatus::Off)
        .folder(folder());
    visitor.visit(&create);
    visitor.visit(&slices::List);
    visitor.visit(&slices::Get(slice()));
    visitor.visit(&slices::Delete(slice()));
    visitor.visit(&slices::Move::into_folder(slice(), folder()).of_account(UserId(31)));
    visitor.visit(&slices::Duplicate(slice()));
    visitor.visit(&slices::MusicXml(slice()));
    visitor.visit(&notation::Original(slice()));
    visitor.visit(
        &notation::StartUpload::new(slice()).callback_url("https://hooks.example.net/soundslice?job=17"),
    );
    visitor.visit(&storage::Put::new(url(), Body::from("ID3-fake-mp3")));
    visitor.visit(&storage::Get(url()));
    let (video, playlist) =
        ("https://media.example.net/v/etude.mp4", "https://media.example.net/v/etude.m3u8");
    visitor.visit(&recordings::Create::video_url_and_hls(slice(), video, playlist).name("Camera A"));
    visitor.visit(&recordings::List(slice()));
    let order = [RECORDING, RecordingId(70215), RecordingId(70214)];
    visitor.visit(&recordings::Reorder::new(slice(), order));
    visitor.visit(&recordings::Change::new(RECORDING).name("Camera B").hls_url(""));
    visitor.visit(&recordings::Delete(RECORDING));
    visitor.visit(&recordings::StartUpload(RECORDING));
    visitor.visit(&syncpoints::Get::new(RECORDING));
    visitor.visit(&syncpoints::Set::new(RECORDING, &POINTS[..]).crop_start(1.5).crop_end(62.0));
    visitor.visit(&folders::Create::named("Warm-ups").inside(folder()));
    visitor.visit(&folders::List::inside(folder()));
    visitor.visit(&folders::Get(folder()));
    visitor.visit(&folders::Rename::new(folder(), "Warm-ups (old)"));
    visitor.visit(&folders::Delete(folder()));
    visitor.visit(&lists::Create::named("Warm-ups").inside(list()));
    visitor.visit(&lists::Rename::new(list(), "Warm-ups (old)"));
    visitor.visit(&lists::AddSlices::new(list(), [slice(), "Rt7Lp".parse().unwrap()]));
    visitor.visit(&lists::RemoveSlice::new(list(), slice()));
}
