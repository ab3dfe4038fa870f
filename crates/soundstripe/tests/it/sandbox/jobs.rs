//! What changes something: private playlists, YouTube codes.

use segno_sandbox::{Fault, FaultKind, Host};
use segno_soundstripe::ids::{SongId, SoundEffectId};
use segno_soundstripe::private_playlists::{self as private, ItemBody, MediaType};
use segno_soundstripe::{ErrorKind, digital_usages, songs};

use super::{builder, client, sandbox};

#[tokio::test]
async fn the_life_of_a_private_playlist() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let create = private::Create::new("Launch trailer")
        .description("Cut 1")
        .songs([SongId::from(1001), SongId::from(1002)]);
    let playlist = client.send(&create).await.unwrap();
    let id = &playlist.id;
    let songs = |playlist: &private::PrivatePlaylist| {
        playlist.song_ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(songs(&playlist), "1001 1002");
    assert_eq!(playlist.media_type, Some(MediaType::Songs));
    let page = client.send(&private::List::new()).await.unwrap();
    assert_eq!(page.items[0], playlist);

    let renamed = private::Update::new(id).name("Trailer").description(None).shareable(true);
    let renamed = client.send(&renamed).await.unwrap();
    assert_eq!(
        (renamed.name.as_deref(), renamed.description, renamed.shareable),
        (Some("Trailer"), None, Some(true))
    );

    for (song, body) in
        [(1003u64, ItemBody::Linkage), (1004, ItemBody::AttributeIds), (1005, ItemBody::BareIds)]
    {
        client.send(&private::AddSongs::new(id, [SongId::from(song)]).body(body)).await.unwrap();
    }
    client.send(&private::RemoveSongs::new(id, [SongId::from(1001), SongId::from(1004)])).await.unwrap();
    assert_eq!(songs(&client.send(&private::Get::new(id)).await.unwrap()), "1002 1003 1005");
    let reordered = private::Update::new(id).songs([SongId::from(1005), SongId::from(1002)]);
    assert_eq!(songs(&client.send(&reordered).await.unwrap()), "1005 1002");
    let wrong =
        client.send(&private::AddSoundEffects::new(id, [SoundEffectId::from(501)])).await.unwrap_err();
    assert_eq!(wrong.api().unwrap().kind(), ErrorKind::Refused);

    let stranger = builder(&sandbox, 1).build().unwrap();
    assert!(stranger.send(&private::Get::new(id)).await.unwrap_err().is_not_found());
    client.send(&private::Delete::new(id)).await.unwrap();
    assert!(client.send(&private::Get::new(id)).await.unwrap_err().is_not_found());
    let count = sandbox.effects().of("soundstripe", "private_playlists");
    assert_eq!((count.created, count.deleted), (1, 1));
}

#[tokio::test]
async fn sound_effects_in_a_private_playlist() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let create = private::Create::new("Steps")
        .media_type(MediaType::SoundEffects)
        .sound_effects([SoundEffectId::from(501)]);
    let playlist = client.send(&create).await.unwrap();
    let added = client
        .send(&private::AddSoundEffects::new(
            &playlist.id,
            [SoundEffectId::from(502), SoundEffectId::from(503)],
        ))
        .await
        .unwrap();
    assert_eq!(added.sound_effect_ids.len(), 3);
    client.send(&private::RemoveSoundEffects::new(&playlist.id, [SoundEffectId::from(501)])).await.unwrap();
    let left = client.send(&private::Get::new(&playlist.id)).await.unwrap();
    assert_eq!(left.sound_effect_ids, [502.into(), 503.into()]);
}

#[tokio::test]
async fn a_lost_response_neither_doubles_nor_hides_a_code() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let song = client.send(&songs::Get::new(1001)).await.unwrap();
    let create = digital_usages::Create::new(&song.id);
    let one = client.send(&create).await.unwrap();
    assert_ne!(one.youtube_code, client.send(&create).await.unwrap().youtube_code);

    sandbox.fault(Fault::new(FaultKind::DropResponse).on(Host::SOUNDSTRIPE).method("POST"));
    let error = client.send(&create).await.unwrap_err();
    assert!(error.may_have_taken_effect());
    assert_eq!(error.attempts(), 1);
    assert_eq!(sandbox.effects().of("soundstripe", "digital_usages").created, 3);

    sandbox.fault(Fault::status(500).on(Host::SOUNDSTRIPE).method("POST"));
    assert_eq!(client.send(&create).await.unwrap_err().attempts(), 1);
    assert_eq!(sandbox.effects().of("soundstripe", "digital_usages").created, 3);
}
