//! Sound: downloads, expiry, the key that stays at home.

use std::time::Duration;

use segno_sandbox::{Fault, FaultKind, Host};
use segno_soundstripe::ids::{SongId, SoundEffectId};
use segno_soundstripe::media::{CATALOGUE_LIFETIME, Download};
use segno_soundstripe::private_playlists as private;
use segno_soundstripe::{ErrorKind, songs};

use super::{client, sandbox};

#[tokio::test]
async fn both_formats_stream_to_a_writer_and_the_key_stays_at_home() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let song = client.send(&songs::Get::new(1001)).await.unwrap();
    let versions = &song.primary_audio().unwrap().versions;
    let (mut mp3, mut wav) = (Vec::new(), Vec::new());
    let done = client.download(versions.mp3.as_ref().unwrap(), &mut mp3).await.unwrap();
    assert_eq!((done.bytes, done.length_known), (mp3.len() as u64, true));
    client.download(versions.wav.as_ref().unwrap(), &mut wav).await.unwrap();
    assert_eq!((&mp3[..3], &wav[..4]), (&b"ID3"[..], &b"RIFF"[..]));
    let at_the_file_host: Vec<_> =
        sandbox.requests().into_iter().filter(|request| request.host == Host::STORAGE).collect();
    assert_eq!(at_the_file_host.len(), 2);
    for request in at_the_file_host {
        assert_eq!(request.header("authorization"), None);
        assert!(!format!("{request:?}").contains(&sandbox.description().soundstripe.token));
    }
}

#[tokio::test]
async fn a_download_goes_on_where_it_broke() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let song = client.send(&songs::Get::new(1002)).await.unwrap();
    let link = song.primary_audio().unwrap().versions.wav.clone().unwrap();
    let mut whole = Vec::new();
    client.download(&link, &mut whole).await.unwrap();
    sandbox.clear_requests();
    sandbox.fault(Fault::new(FaultKind::truncate(3000)).on(Host::STORAGE));
    let mut resumed = Vec::new();
    let done = client.call(&Download::new(&link)).download(&mut resumed).await.unwrap();
    assert_eq!((resumed == whole, done.attempts), (true, 2));
    assert_eq!(sandbox.requests()[1].header("range"), Some("bytes=3000-"));
    assert_eq!(sandbox.requests()[1].status, Some(206));
}

#[tokio::test]
async fn an_expired_link_is_seen_refused_and_renewed() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let song = client.send(&songs::Get::new(1001)).await.unwrap();
    let link = |song: &songs::Song| song.primary_audio().unwrap().versions.mp3.clone().unwrap();
    let now = || segno_core::Timestamp::from(std::time::SystemTime::UNIX_EPOCH + sandbox.now());
    let old = link(&song);
    assert_eq!(old.expires_at(), Some(now().plus(CATALOGUE_LIFETIME)));
    sandbox.advance(CATALOGUE_LIFETIME - Duration::from_secs(1));
    assert!(!old.is_expired(now()));
    client.send(&Download::new(&old)).await.unwrap();
    sandbox.advance(Duration::from_secs(1));
    assert!(old.is_expired(now()));
    let error = client.send(&Download::new(&old)).await.unwrap_err();
    assert_eq!(error.api().unwrap().kind(), ErrorKind::Forbidden);
    assert!(!error.to_string().contains("Signature="), "{error}");
    let renewed = client.refresh(&song).await.unwrap();
    assert_eq!(renewed.id, song.id);
    client.send(&Download::new(link(&renewed))).await.unwrap();
}

/// A captive portal responds to everything with its page: nothing is removed, and no page is saved as a song.
#[tokio::test]
async fn behind_a_captive_portal_nothing_is_removed_and_no_page_is_a_song() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let song = client.send(&songs::Get::new(1001)).await.unwrap();
    let playlist = client.send(&private::Create::new("Mine")).await.unwrap();
    client.send(&private::AddSongs::new(playlist.id.clone(), [SongId::from(1001)])).await.unwrap();
    let before = sandbox.effects();
    let page = Fault::new(FaultKind::html(200));
    sandbox.fault(page.clone().on(Host::SOUNDSTRIPE).times(u32::MAX));
    sandbox.fault(page.on(Host::STORAGE).times(u32::MAX));
    let outcomes = [
        client.send(&private::RemoveSongs::new(playlist.id.clone(), [SongId::from(1001)])).await,
        client.send(&private::RemoveSoundEffects::new(playlist.id.clone(), [SoundEffectId::from(1)])).await,
        client.send(&private::Delete::new(playlist.id)).await,
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains("it is a web page"), "{error}");
    }
    assert_eq!(sandbox.effects(), before);
    let link = song.primary_audio().unwrap().versions.mp3.clone().unwrap();
    let folder = segno_testkit::Folder::new();
    let error = client.download_to(&link, folder.file("song.mp3")).await.unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("it is a web page"), "{error}");
    assert!(folder.names().is_empty(), "not even a part of it is left");
    // The error of a service in the place of the file, with status 200.
    sandbox.clear_faults();
    for (media_type, body) in [
        ("application/json", r#"{"errors":[{"detail":"This link is over.","status":403}]}"#),
        ("application/xml", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"),
    ] {
        sandbox.fault(Fault::status(200).header("content-type", media_type).body(body).on(Host::STORAGE));
        let mut file = Vec::new();
        let error = client.download(&link, &mut file).await.unwrap_err();
        assert!(error.is_decode() && file.is_empty(), "{error}");
    }
}
