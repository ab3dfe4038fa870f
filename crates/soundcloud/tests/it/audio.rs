//! The audio of a track itself: HLS put together, links renewed, downloads that go on in another process.

use std::time::Duration;

use segno_core::Retry;
use segno_sandbox::{Fault, Host, Sandbox};
use segno_soundcloud::audio::AudioError;
use segno_soundcloud::streams::StreamKind;
use segno_soundcloud::tracks::{Asset, Upload};
use segno_soundcloud::{Client, StreamError, TrackUrn};
use segno_testkit::Folder;

use crate::peer::{redirect, response, user_client};

/// 25 s of 8 kHz, 8 bits, no second like another.
pub(crate) fn wave() -> Vec<u8> {
    let samples = 25 * 8000u32;
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((36 + samples).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data");
    file.extend(samples.to_le_bytes());
    file.extend((0..samples).map(|sample| (sample / 5 % 251) as u8));
    file
}

struct Scene {
    sandbox: Sandbox,
    client: Client,
    track: TrackUrn,
}

/// A sandbox with a track of three pieces.
async fn scene() -> Scene {
    let sandbox = Sandbox::builder().seed(1).start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let client = Client::builder().base_url(&access.base_url).auth_url(&access.auth_url);
    let client =
        client.token(access.access_token).settings(|core| core.retry(Retry::never())).build().unwrap();
    let upload = Upload::new("Harbour", Asset::bytes("harbour.wav", wave()));
    let uploaded = client.upload(upload).wait_until_ready(Duration::ZERO).send().await.unwrap();
    Scene { sandbox, client, track: uploaded.track.urn.unwrap() }
}

impl Scene {
    /// The pieces that were requested since, by their number.
    fn pieces(&self, since: u64) -> Vec<String> {
        let requests = self.sandbox.requests_since(since).into_iter();
        let paths = requests.filter(|request| request.host == Host::STORAGE).map(|request| request.path);
        let names = paths.map(|path| path.split('?').next().unwrap_or_default().to_owned());
        names.filter_map(|path| path.strip_suffix(".wav")?.rsplit('/').next().map(str::to_owned)).collect()
    }

    /// The names of the files that came since, of those that end so.
    #[cfg(feature = "aes")]
    fn came(&self, since: u64, end: &str) -> Vec<String> {
        let requests = self.sandbox.requests_since(since).into_iter();
        let came = requests.filter(|request| request.host == Host::STORAGE && request.status == Some(200));
        let names = came.map(|request| request.path.split('?').next().unwrap_or_default().to_owned());
        names.filter_map(|path| path.strip_suffix(end)?.rsplit('/').next().map(str::to_owned)).collect()
    }

    fn last(&self) -> u64 {
        self.sandbox.requests().last().map_or(0, |request| request.id)
    }
}

#[tokio::test]
async fn all_of_it_in_order() {
    let scene = scene().await;
    let (mut whole, mut audio) = (Vec::new(), scene.client.audio(scene.track).open().await.unwrap());
    assert_eq!((audio.kind(), audio.pieces()), (StreamKind::HlsAac160, 3));
    while let Some(piece) = audio.next().await {
        whole.extend(piece.unwrap());
    }
    assert!(whole == wave());
    let mut written = Vec::new();
    let done = scene.client.audio(scene.track).download(&mut written).await.unwrap();
    assert!(written == wave());
    assert_eq!((done.bytes, done.pieces), (200_044, 3));
    let folder = Folder::new();
    let path = folder.file("whole.wav");
    scene.client.audio(scene.track).download_to(&path).await.unwrap();
    assert!(std::fs::read(&path).unwrap() == wave());
}

#[tokio::test]
async fn links_that_expire_on_the_way_are_renewed() {
    let scene = scene().await;
    let (mut whole, mut audio) = (Vec::new(), scene.client.audio(scene.track).open().await.unwrap());
    while let Some(piece) = audio.next().await {
        whole.extend(piece.unwrap());
        // Longer than a link lives, and shorter than a token.
        scene.sandbox.advance(Duration::from_secs(400));
    }
    assert!(whole == wave());
}

#[tokio::test]
async fn another_process_goes_on_with_the_next_piece() {
    let scene = scene().await;
    let folder = Folder::new();
    let path = folder.file("on.wav");
    let download = || scene.client.audio(scene.track).download_to(&path);
    let before = scene.last();
    scene.sandbox.fault(Fault::status(500).on(Host::STORAGE).nth(4));
    let error = download().await.unwrap_err();
    assert!(error.to_string().starts_with("piece 3 of 3: raw: 500 Internal Server Error"), "{error}");
    assert!(!path.exists());
    assert_eq!(scene.pieces(before), ["0", "1", "2"]);
    let before = scene.last();
    let done = download().await.unwrap();
    assert_eq!((done.bytes, scene.pieces(before)), (200_044, vec!["2".to_owned()]));
    assert!(std::fs::read(&path).unwrap() == wave());
}

#[tokio::test]
async fn a_snippet_comes_if_it_is_wanted() {
    let scene = scene().await;
    let mut snippet = Vec::new();
    let audio = scene.client.audio(scene.track).kinds(&[StreamKind::Preview]);
    let done = audio.download(&mut snippet).await.unwrap();
    assert_eq!((done.kind, done.pieces), (StreamKind::Preview, 1));
    assert!(wave().starts_with(&snippet) && !snippet.is_empty());
    let missing = scene.client.audio(scene.track).kinds(&[StreamKind::HlsOpus64]).open().await;
    assert!(matches!(missing.unwrap_err(), AudioError::Stream(StreamError::None)));
}

/// The keys of pieces that are locked come with them, and again with new links, whose keys have URLs of their own.
#[cfg(feature = "aes")]
#[tokio::test]
async fn what_is_locked_is_unlocked_while_links_are_renewed() {
    use segno_sandbox::HlsEncryption::{ExplicitIv, ImplicitIv};
    for encryption in [ImplicitIv, ExplicitIv] {
        for (expires, keys) in [(false, vec!["0", "1"]), (true, vec!["0", "0", "1"])] {
            let scene = scene().await;
            scene.sandbox.switches(|switches| switches.soundcloud.hls_encryption = encryption);
            let before = scene.last();
            let (mut whole, mut audio) = (Vec::new(), scene.client.audio(scene.track).open().await.unwrap());
            while let Some(piece) = audio.next().await {
                whole.extend(piece.unwrap());
                if expires {
                    // Longer than a link lives.
                    scene.sandbox.advance(Duration::from_secs(400));
                }
            }
            assert!(whole == wave(), "{encryption:?}, {expires}");
            assert_eq!(scene.came(before, ".wav"), ["0", "1", "2"], "{encryption:?}, {expires}");
            assert_eq!(scene.came(before, ".key"), keys, "{encryption:?}, {expires}");
        }
    }
}

#[cfg(feature = "aes")]
#[tokio::test]
async fn another_process_goes_on_with_the_next_locked_piece() {
    let scene = scene().await;
    let encryption = segno_sandbox::HlsEncryption::ImplicitIv;
    scene.sandbox.switches(|switches| switches.soundcloud.hls_encryption = encryption);
    let folder = Folder::new();
    let path = folder.file("on.wav");
    let download = || scene.client.audio(scene.track).download_to(&path);
    // After the playlist, a piece, its key and the next piece.
    scene.sandbox.fault(Fault::status(500).on(Host::STORAGE).nth(5));
    download().await.unwrap_err();
    let before = scene.last();
    download().await.unwrap();
    assert_eq!(
        (scene.came(before, ".wav"), scene.came(before, ".key")),
        (vec!["2".into()], vec!["1".into()])
    );
    assert!(std::fs::read(&path).unwrap() == wave());
    assert_eq!(folder.names(), ["on.wav"]);
}

/// What is locked does not come out of a build that cannot unlock it, nor is it written as it is.
#[cfg(not(feature = "aes"))]
#[tokio::test]
async fn what_is_locked_is_not_written() {
    let scene = scene().await;
    let encryption = segno_sandbox::HlsEncryption::ExplicitIv;
    scene.sandbox.switches(|switches| switches.soundcloud.hls_encryption = encryption);
    let folder = Folder::new();
    let error = scene.client.audio(scene.track).download_to(folder.file("on.wav")).await.unwrap_err();
    assert!(error.to_string().contains("turn the feature \"aes\" on"), "{error}");
    assert!(folder.names().is_empty());
}

/// Another recording under the same name begins anew, also if it has as many pieces.
#[tokio::test]
async fn a_track_that_was_replaced_begins_anew() {
    let scene = scene().await;
    let folder = Folder::new();
    let path = folder.file("replaced.wav");
    scene.sandbox.fault(Fault::status(500).on(Host::STORAGE).nth(4));
    scene.client.audio(scene.track).download_to(&path).await.unwrap_err();
    // The sidecar of a track of three pieces that last otherwise.
    let sidecar = folder.file(".replaced.wav.part.json");
    let text = std::fs::read_to_string(&sidecar).unwrap();
    let tag = text.split("3 pieces, ").nth(1).unwrap().split('"').next().unwrap();
    std::fs::write(&sidecar, text.replace(tag, "0000000000000000")).unwrap();
    let before = scene.last();
    scene.client.audio(scene.track).download_to(&path).await.unwrap();
    assert_eq!(scene.pieces(before), ["0", "1", "2"]);
    assert!(std::fs::read(&path).unwrap() == wave());
}

/// A captive portal responds to everything with its page, which is no sound.
#[tokio::test]
async fn a_page_in_the_place_of_a_piece_is_no_audio() {
    const LIST: &str = "#EXTM3U\n#EXTINF:1,\none\n#EXTINF:1,\ntwo\n#EXT-X-ENDLIST\n";
    let client = playing(LIST, |name| match name {
        "one" => b"ID3 sound".to_vec(),
        _ => b"<!DOCTYPE html><title>Sign in to the hotel</title>".to_vec(),
    });
    let folder = Folder::new();
    let error = client.audio(TrackUrn::new(1)).download_to(folder.file("song.mp3")).await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("piece 2 of 2: it is a web page"), "{text}");
    assert!(!folder.names().contains(&"song.mp3".to_owned()));
}

/// A service whose playlist is this, with pieces and keys by name.
fn playing(playlist: &'static str, get: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Client {
    let (client, _) = user_client(move |line| {
        let url = line.split(' ').nth(1).unwrap();
        let path = url.split('?').next().unwrap();
        if path.ends_with("/streams") {
            let hls = "https://api.soundcloud.com/tracks/soundcloud:tracks:1/streams/6f1c/hls";
            return response(200, format!(r#"{{"hls_aac_160_url":"{hls}"}}"#));
        }
        match path.rsplit('/').next().unwrap() {
            "hls" => redirect("https://cdn.example/a/list.m3u8?expires=9999999999"),
            "list.m3u8" => response(200, playlist),
            name => response(200, get(name)),
        }
    });
    client
}

/// `printf '%s' 'Minuet in G' | openssl enc -aes-128-cbc -K 000102…0f -iv 0…01`: the vector is the number of the piece.
#[cfg(feature = "aes")]
#[tokio::test]
async fn locked_pieces_are_unlocked() {
    const LOCKED: [u8; 16] =
        [0x3c, 0xe5, 0x98, 0xf4, 0x3e, 0x03, 0x22, 0x90, 0x02, 0x94, 0x86, 0xb8, 0xde, 0x31, 0x80, 0x08];
    const LIST: &str = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF:1,\npiece\n\
                        #EXT-X-KEY:METHOD=NONE\n#EXTINF:1,\nopen\n#EXT-X-ENDLIST\n";
    let client = playing(LIST, |name| match name {
        "key" => (0..16).collect(),
        "piece" => LOCKED.to_vec(),
        _ => b", by Petzold".to_vec(),
    });
    let mut text = Vec::new();
    client.audio(TrackUrn::new(1)).download(&mut text).await.unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), "Minuet in G, by Petzold");
}

#[cfg(not(feature = "aes"))]
#[tokio::test]
async fn locked_pieces_name_the_feature() {
    const LIST: &str = "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF:1,\npiece\n#EXT-X-ENDLIST\n";
    let client = playing(LIST, |_| vec![0; 16]);
    let error = client.audio(TrackUrn::new(1)).download(&mut Vec::new()).await.unwrap_err();
    let text = "piece 1 cannot be unlocked: it is locked with AES-128; turn the feature \"aes\" on";
    assert_eq!(error.to_string(), text);
}

#[tokio::test]
async fn a_playlist_that_cannot_be_used_says_why() {
    let client = playing("<html>", |_| Vec::new());
    let error = client.audio(TrackUrn::new(1)).open().await.unwrap_err();
    let text = "the playlist of the stream cannot be used: expected a playlist that begins with #EXTM3U";
    assert_eq!(error.to_string(), text);
}

#[tokio::test]
async fn a_file_that_says_it_is_endless_is_refused() {
    let (client, _) = user_client(|line| {
        let url = line.split(' ').nth(1).unwrap();
        let path = url.split('?').next().unwrap();
        if path.ends_with("/streams") {
            let mp3 = "https://api.soundcloud.com/tracks/soundcloud:tracks:1/streams/6f1c/http";
            return response(200, format!(r#"{{"http_mp3_128_url":"{mp3}"}}"#));
        }
        if path.ends_with("/http") {
            return redirect("https://cdn.example/a.mp3?expires=9999999999");
        }
        let mut part = response(206, "I");
        part.headers_mut().insert("content-range", "bytes 0-0/18446744073709551615".parse().unwrap());
        part
    });
    let error = client.audio(TrackUrn::new(1)).open().await.unwrap_err();
    assert_eq!(error.to_string(), "the stream has 18446744073709551615 bytes: expected at most 68719476736");
}
