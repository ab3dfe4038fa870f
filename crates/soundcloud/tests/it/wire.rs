//! The exact bytes of every request.

use std::collections::BTreeMap;
use std::fmt::Debug;

use segno_core::client::{Cursor, Paged};
use segno_core::{Endpoint, testing};
use segno_soundcloud::tracks::{Asset, Change, TrackFields, Upload};
use segno_soundcloud::{Access, Diagnosable, TrackUrn, comments, playlists, storefront, tracks, users};

use crate::sample::{self, PLAYLIST_URN, TRACK_URN, USER_URN, Visit, client, client_for, png};

fn wire<E: Endpoint>(endpoint: &E) -> String {
    testing::wire(client_for(E::NAME, 200, "").core(), endpoint).unwrap()
}

fn refusal(endpoint: &impl Endpoint) -> String {
    client(200, "").core().prepare(endpoint).unwrap_err().to_string()
}

struct Snapshot;

impl Visit for Snapshot {
    fn visit<E: Endpoint>(&mut self, endpoint: &E, _: u16, _: &str, _: &[u16])
    where
        E::Output: Debug,
        E::ApiError: Diagnosable,
    {
        insta::assert_snapshot!(E::NAME, wire(endpoint));
    }
}

#[test]
fn every_request() {
    sample::every_endpoint(&mut Snapshot);
    sample::every_token_request(&mut Snapshot);
}

/// The operations of the OpenAPI document, deprecated ones too: method and path.
const TABLE: &str = "GET /me|GET /me/activities|GET /me/activities/all/own|GET /me/activities/tracks|GET /me/feed|\
    GET /me/feed/tracks|GET /me/recently-played/tracks|GET /me/likes/tracks|GET /me/likes/playlists|GET /me/followings|\
    GET /me/followings/tracks|GET /me/followings/U|PUT /me/followings/U|DELETE /me/followings/U|GET /me/followers|\
    GET /me/followers/U|GET /me/playlists|GET /me/tracks|GET /me/reposts/tracks|GET /me/reposts/playlists|GET /tracks|\
    POST /tracks|GET /playlists|POST /playlists|GET /users|GET /playlists/P|PUT /playlists/P|DELETE /playlists/P|\
    GET /playlists/P/tracks|GET /playlists/P/reposters|GET /tracks/T|PUT /tracks/T|DELETE /tracks/T|\
    PUT /tracks/T/storefront|GET /tracks/T/preview|GET /tracks/T/streams|GET /tracks/T/comments|POST /tracks/T/comments|\
    GET /tracks/T/favoriters|GET /tracks/T/reposters|GET /tracks/T/related|GET /resolve|GET /users/U|\
    GET /users/U/related|GET /users/U/favorites|GET /users/U/followers|GET /users/U/followings|\
    GET /users/U/followings/U|GET /users/U/playlists|GET /users/U/tracks|GET /users/U/web-profiles|\
    GET /users/U/likes/tracks|GET /users/U/likes/playlists|GET /users/U/reposts/tracks|GET /users/U/reposts/playlists|\
    POST /likes/tracks/T|DELETE /likes/tracks/T|POST /likes/playlists/P|DELETE /likes/playlists/P|POST /reposts/tracks/T|\
    DELETE /reposts/tracks/T|POST /reposts/playlists/P|DELETE /reposts/playlists/P|POST /sign-out";

#[test]
fn the_64_operations_and_no_name_twice() {
    struct Lines(Vec<String>, BTreeMap<&'static str, u32>);

    impl Visit for Lines {
        fn visit<E: Endpoint>(&mut self, endpoint: &E, _: u16, _: &str, _: &[u16])
        where
            E::Output: Debug,
            E::ApiError: Diagnosable,
        {
            let line = wire(endpoint).lines().next().unwrap().to_owned();
            let target = line.trim_end_matches(" HTTP/1.1").split('?').next().unwrap().to_owned();
            let kinds = [("tracks", "T"), ("users", "U"), ("playlists", "P")];
            let short = kinds.iter().fold(target, |target, (kind, letter)| {
                ["70071", "5512", "77", "881"].iter().fold(target, |target, number| {
                    target.replace(&format!("soundcloud%3A{kind}%3A{number}"), letter)
                })
            });
            self.0.push(short);
            *self.1.entry(E::NAME).or_default() += 1;
        }
    }

    let mut lines = Lines(Vec::new(), BTreeMap::new());
    sample::every_endpoint(&mut lines);
    let table: Vec<_> = TABLE.split('|').map(str::trim).collect();
    assert_eq!(table.len(), 64);
    assert_eq!(lines.0[..64], table);
    assert!(lines.1.values().all(|count| *count == 1), "{:?}", lines.1);
}

#[test]
fn a_page_link_is_followed_letter_by_letter() {
    let first = tracks::OfUser::new(USER_URN).access(Access::ALL).limit(1);
    let link = "https://api.soundcloud.com/users/soundcloud:users:5512/tracks?linked_partitioning=true&page_size=1&access=playable,preview,blocked&cursor=2026-02-11T08:00:00.000Z,tracks,00000070071";
    let next = first.at(&Cursor::new(link)).unwrap();
    let path = link.trim_start_matches("https://api.soundcloud.com");
    assert!(wire(&next).starts_with(&format!("GET {path} HTTP/1.1\n")), "{}", wire(&next));
}

/// The names are those of the specification, brackets and all, for either end of each range.
#[test]
fn ranges_of_a_search_have_two_ends() {
    let time = |text: &str| Some(text.parse::<segno_core::Timestamp>().unwrap());
    let search = tracks::Search::new()
        .bpm(118, 120)
        .duration(60_000, 90_000)
        .created_at(time("2026-02-11T08:00:00Z"), time("2026-02-12T09:30:00Z"));
    let text = wire(&search);
    let query = text.lines().next().unwrap().split_once('?').unwrap().1.trim_end_matches(" HTTP/1.1");
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!((value("bpm[from]"), value("bpm[to]")), (Some("118"), Some("120")));
    assert_eq!((value("duration[from]"), value("duration[to]")), (Some("60000"), Some("90000")));
    assert_eq!(value("created_at[from]"), Some("2026-02-11 08:00:00"));
    assert_eq!(value("created_at[to]"), Some("2026-02-12 09:30:00"));
    let open = wire(&tracks::Search::new().duration(None, 90_000));
    assert!(open.contains("duration%5Bto%5D=90000") && !open.contains("duration%5Bfrom%5D"), "{open}");
}

/// Without it the next page is a bare list, and the list would end there.
#[test]
fn a_page_link_that_lost_its_partitioning_gets_it_back() {
    let first = tracks::OfUser::new(USER_URN);
    let link = |query: &str| {
        Cursor::new(format!("https://api.soundcloud.com/users/soundcloud:users:5512/tracks?{query}"))
    };
    let text = wire(&first.at(&link("access=playable,preview&cursor=x")).unwrap());
    let line = text.lines().next().unwrap();
    assert!(line.ends_with("?access=playable,preview&cursor=x&linked_partitioning=true HTTP/1.1"), "{line}");
    let text = wire(&first.at(&link("access=playable&linked_partitioning=1&cursor=x")).unwrap());
    assert_eq!(text.matches("linked_partitioning").count(), 1, "{text}");
}

#[test]
fn artwork_makes_a_change_a_form() {
    insta::assert_snapshot!(
        "change_with_artwork",
        wire(&Change::new(TRACK_URN, TrackFields::new().title("Low Tide")).artwork(png()))
    );
    let create =
        playlists::Create::new("Coast Walks").tracks([TRACK_URN, TrackUrn::new(70072)]).artwork(png());
    insta::assert_snapshot!("playlist_with_artwork", wire(&create));
    assert!(wire(&playlists::Create::new("x").below_me(true)).starts_with("POST /me/playlists HTTP/1.1\n"));
}

#[test]
fn what_the_service_would_refuse_does_not_build() {
    let wave = || Asset::bytes("a.wav", &b"RIFF\0\0\0\0WAVE"[..]);
    let cases = [
        (refusal(&tracks::Mine::new().limit(0)), "limit: must be from 1 to 200, found 0"),
        (refusal(&users::Search::new().limit(201)), "limit: must be from 1 to 200, found 201"),
        (refusal(&Upload::new(" ", wave())), "track[title]: must not be empty"),
        (
            refusal(&Upload::new("x", Asset::bytes("a.wav", ""))),
            "track[asset_data]: must not be empty: there is no audio in it",
        ),
        (
            refusal(&Upload::new("x", wave()).max_bytes(11)),
            "track[asset_data]: must have at most 11 bytes, found 12",
        ),
        (
            refusal(&Upload::new("x", wave()).fields(TrackFields::new().release_date("11.2.2026"))),
            "release_date: must be a date such as 2026-02-11",
        ),
        (
            refusal(&Upload::new("x", wave()).fields(TrackFields::new().release_date("2026/02-11"))),
            "release_date: must be a date such as 2026-02-11",
        ),
        (
            refusal(&Upload::new("x", wave()).fields(TrackFields::new().release_date("2026-02/11"))),
            "release_date: must be a date such as 2026-02-11",
        ),
        (
            refusal(&Change::new(TRACK_URN, TrackFields::new())),
            "fields: must not be empty: there is nothing to change",
        ),
        (refusal(&comments::Create::new(TRACK_URN, " ")), "body: must not be empty"),
        (
            refusal(
                &playlists::Change::new(PLAYLIST_URN, playlists::PlaylistFields::new())
                    .tracks((0..501).map(TrackUrn::new).collect::<Vec<_>>()),
            ),
            "tracks: must be at most 500 tracks, found 501",
        ),
        (
            refusal(&storefront::Set::new(TRACK_URN, storefront::ProductType::Cd, "x", "ftp://x")),
            "link: must be an http or https URL",
        ),
        (
            refusal(&storefront::Set::new(
                TRACK_URN,
                storefront::ProductType::Cd,
                "é".repeat(101),
                "https://x",
            )),
            "title: must have at most 100 characters, found 101",
        ),
    ];
    for (given, expected) in cases {
        assert_eq!(given, expected);
    }
}

#[tokio::test]
async fn a_file_of_4_gb_is_taken_and_one_byte_more_is_not() {
    let upload = async |length| {
        let asset = Asset::reader("long.wav", &b"RIFF\0\0\0\0WAVEfmt "[..], length).await.unwrap();
        Upload::new("Long", asset)
    };
    let request = client(200, "").core().prepare(&upload(4_000_000_000).await).unwrap();
    let length: u64 = request.headers["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(length, request.body.len());
    assert!(length > 4_000_000_000);
    let older = upload(500_000_001).await.max_bytes(Upload::MAX_BYTES_OF_OLD);
    assert_eq!(refusal(&older), "track[asset_data]: must have at most 500000000 bytes, found 500000001");
    assert_eq!(
        refusal(&upload(4_000_000_001).await),
        "track[asset_data]: must have at most 4000000000 bytes, found 4000000001"
    );
}
