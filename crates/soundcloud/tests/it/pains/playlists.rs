//! Playlists, and URLs on the site.

use segno_soundcloud::{PlaylistError, TrackUrn, Urn, playlists, resolve};

use crate::peer::{redirect, response, user_client};
use crate::responses::PLAYLIST;
use crate::sample::{PLAYLIST_URN, png};

#[tokio::test]
async fn pain_12_the_token_is_not_lost_on_the_way_from_resolve() {
    let (client, log) = user_client(|line| {
        if line.contains("/resolve") {
            redirect("https://api.soundcloud.com/playlists/soundcloud:playlists:881?secret_token=s-X1y2Z")
        } else {
            response(200, PLAYLIST)
        }
    });
    let playlist =
        client.resolve_playlist("https://soundcloud.com/anareis/sets/coast-walks/s-X1y2Z").await.unwrap();
    assert_eq!(playlist.urn, Some(PLAYLIST_URN));
    let lines = log.lines();
    assert!(lines.iter().all(|line| line.contains("[OAuth t1]")), "with the documented word: {lines:?}");
    assert!(lines[1].contains("/playlists/soundcloud%3Aplaylists%3A881?secret_token=s-X1y2Z"), "{lines:?}");

    let error = client.resolve_user("https://soundcloud.com/anareis/sets/coast-walks").await.unwrap_err();
    assert!(
        error.to_string().ends_with("url: must lead to a user, found soundcloud:playlists:881"),
        "{error}"
    );
    let resolved = client.send(&resolve::Resolve::new("https://on.soundcloud.com/x")).await.unwrap();
    assert_eq!(resolved.urn, Urn::Playlist(PLAYLIST_URN));
    assert!(!format!("{resolved:?}").contains("s-X1y2Z"));
}

#[tokio::test]
async fn pain_13_tracks_are_added_to_a_playlist_without_losing_others() {
    let playlist = |count: usize, shown: usize| {
        move |line: &str| {
            if line.contains("/tracks?") {
                let tracks: Vec<_> =
                    (1..=shown).map(|n| format!(r#"{{"urn":"soundcloud:tracks:{n}"}}"#)).collect();
                return response(200, format!(r#"{{"collection":[{}]}}"#, tracks.join(",")));
            }
            response(200, format!(r#"{{"urn":"soundcloud:playlists:881","track_count":{count}}}"#))
        }
    };
    let put = |log: &crate::peer::Log| log.lines().into_iter().find(|line| line.starts_with("PUT"));
    let (client, log) = user_client(playlist(3, 3));
    client.add_tracks(PLAYLIST_URN, &[TrackUrn::new(9), TrackUrn::new(2)]).await.unwrap();
    let tracks = r#"{"playlist":{"tracks":[{"urn":"soundcloud:tracks:1"},{"urn":"soundcloud:tracks:2"},{"urn":"soundcloud:tracks:3"},{"urn":"soundcloud:tracks:9"}]}}"#;
    assert!(put(&log).unwrap().ends_with(tracks), "{:?}", put(&log));
    assert!(log.lines()[1].contains("access=playable%2Cpreview%2Cblocked"), "blocked ones are kept");

    let (client, log) = user_client(playlist(3, 3));
    client.remove_tracks(PLAYLIST_URN, &[TrackUrn::new(2)]).await.unwrap();
    assert!(
        put(&log).unwrap().ends_with(r#"[{"urn":"soundcloud:tracks:1"},{"urn":"soundcloud:tracks:3"}]}}"#)
    );
    let (client, log) = user_client(playlist(3, 3));
    client.move_track(PLAYLIST_URN, TrackUrn::new(3), 0).await.unwrap();
    assert!(put(&log).unwrap().contains(r#"[{"urn":"soundcloud:tracks:3"},{"urn":"soundcloud:tracks:1"}"#));
    assert!(matches!(
        client.move_track(PLAYLIST_URN, TrackUrn::new(7), 0).await,
        Err(PlaylistError::Absent(_))
    ));

    // A track that is in it twice stays in it twice.
    let (client, log) = user_client(|line| {
        let tracks = [1, 2, 1].map(|name| format!(r#"{{"urn":"soundcloud:tracks:{name}"}}"#)).join(",");
        let list = line.contains("/tracks?");
        response(200, if list { format!("[{tracks}]") } else { r#"{"track_count":3}"#.into() })
    });
    client.add_tracks(PLAYLIST_URN, &[TrackUrn::new(9)]).await.unwrap();
    assert_eq!(put(&log).unwrap().matches("soundcloud:tracks:1\"").count(), 2, "{:?}", put(&log));

    // What would lose tracks or break the service is not sent.
    let (client, log) = user_client(playlist(4, 3));
    let error = client.add_tracks(PLAYLIST_URN, &[TrackUrn::new(9)]).await.unwrap_err();
    assert!(matches!(error, PlaylistError::Hidden { counted: 4, shown: 3 }), "{error}");
    assert_eq!(put(&log), None);
    // A track that cannot be read is there, whether the service counts or not.
    for (head, odd) in [("{}", r#"["odd"]"#), ("{}", r#"{"title":"x"}"#), (r#"{"track_count":2}"#, "7")] {
        let (client, log) = user_client(move |line| {
            let list = format!(r#"{{"collection":[{{"id":1}},{odd},{{"id":3}}]}}"#);
            response(200, if line.contains("/tracks?") { list } else { head.into() })
        });
        let error = client.add_tracks(PLAYLIST_URN, &[TrackUrn::new(9)]).await.unwrap_err();
        assert!(matches!(error, PlaylistError::Hidden { counted: 3, shown: 2 }), "{odd}: {error:?}");
        assert_eq!(put(&log), None, "{odd}");
    }
    let (client, log) = user_client(playlist(500, 500));
    let error = client.add_tracks(PLAYLIST_URN, &[TrackUrn::new(900)]).await.unwrap_err();
    assert_eq!(error.to_string(), "the playlist must have at most 500 tracks, found 501 with the new ones");
    assert_eq!(put(&log), None);

    // Artwork goes as a form, because in JSON it is ignored.
    let (client, log) = user_client(|_| response(201, PLAYLIST));
    client.send(&playlists::Create::new("Coast Walks").artwork(png())).await.unwrap();
    assert!(log.lines()[0].contains("name=\"playlist[artwork_data]\"; filename=\"artwork.png\""));
}
