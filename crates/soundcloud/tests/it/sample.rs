//! One value of every endpoint, with all that can be set, its documented response and its documented errors.

use std::fmt::Debug;

use segno_core::auth::oauth2::{App, ClientCredentials, ExchangeCode, RefreshToken, TokenServer};
use segno_core::{Endpoint, Retry, Secret};
use segno_soundcloud::tracks::{Artwork, Asset, TrackFields};
use segno_soundcloud::widget::Color;
use segno_soundcloud::{
    Access, Client, CommentUrn, Diagnosable, License, PlaylistUrn, SetType, Sharing, Sort, TrackUrn, UserUrn,
    comments, feed, follows, likes, me, oembed, playlists, reposts, resolve, session, storefront, streams,
    tracks, users,
};

use crate::peer::{self, response};
use crate::responses::{
    ACTIVITIES, COMMENT, FOUND, ME, OK, PLAYER, PLAYLIST, STOREFRONT, STREAMS, TRACK, USER, WEB_PROFILES,
    page,
};

/// What is done with each endpoint: its response with status, and the statuses of its documented errors.
pub(crate) trait Visit {
    fn visit<E: Endpoint>(&mut self, endpoint: &E, status: u16, body: &str, errors: &[u16])
    where
        E::Output: Debug,
        E::ApiError: Diagnosable;
}

pub(crate) const TRACK_URN: TrackUrn = TrackUrn::new(70071);
pub(crate) const USER_URN: UserUrn = UserUrn::new(5512);
pub(crate) const PLAYLIST_URN: PlaylistUrn = PlaylistUrn::new(881);

/// A user's client that gets one response to everything.
pub(crate) fn client(status: u16, body: &str) -> Client {
    let body = body.to_owned();
    let (builder, _, _) = peer::builder(move |_| Ok(response(status, body.clone())));
    builder.settings(|core| core.retry(Retry::never())).token("t1").build().unwrap()
}

/// The client for an endpoint: those of the logins go to another host.
pub(crate) fn client_for(name: &str, status: u16, body: &str) -> Client {
    if !name.starts_with("oauth2.") {
        return client(status, body);
    }
    let body = body.to_owned();
    let (builder, _, _) = peer::builder(move |_| Ok(response(status, body.clone())));
    let builder =
        builder.base_url("https://secure.soundcloud.com/").settings(|core| core.retry(Retry::never()));
    builder.build().unwrap()
}

pub(crate) fn png() -> Artwork {
    Artwork::new(&b"\x89PNG\r\n\x1a\n"[..]).unwrap()
}

pub(crate) fn track_fields() -> TrackFields {
    TrackFields::new()
        .sharing(Sharing::Private)
        .description("Two tides")
        .genre("Ambient")
        .license(License::CcByNc)
        .release_date("2026-02-11")
        .downloadable(false)
        .reveal_stats(false)
        .metadata_artist("Guest Singer")
        .tags(["sea", "field recording"])
}

pub(crate) fn every_endpoint(visit: &mut impl Visit) {
    let secret: Secret = "s-X1y2Z".into();
    let (track, user, playlist) = (page(TRACK), page(USER), page(PLAYLIST));
    let (track, user, playlist) = (track.as_str(), user.as_str(), playlist.as_str());

    // The 64 operations of the OpenAPI document, in its order.
    visit.visit(&me::Get::new(), 200, ME, &[401]);
    visit.visit(&feed::Activities::new().access(Access::ALL).limit(1), 200, ACTIVITIES, &[401]);
    visit.visit(&feed::OwnActivities::new().limit(1), 200, ACTIVITIES, &[401]);
    visit.visit(&feed::TrackActivities::new().limit(1), 200, ACTIVITIES, &[401]);
    visit.visit(&feed::Feed::new().access(Access::ALL).limit(1), 200, ACTIVITIES, &[401]);
    visit.visit(&feed::FeedTracks::new().limit(1), 200, ACTIVITIES, &[401]);
    visit.visit(&me::RecentlyPlayed::new(), 200, &format!("[{TRACK}]"), &[401]);
    visit.visit(&likes::MyTracks::new().limit(200).access(Access::PLAYABLE), 200, track, &[401]);
    visit.visit(&likes::MyPlaylists::new().limit(10), 200, playlist, &[401]);
    visit.visit(&follows::MyFollowings::new().limit(10).offset(20), 200, user, &[401]);
    let following = follows::TracksOfMyFollowings::new().access(Access::ALL).limit(10).offset(20);
    visit.visit(&following, 200, &format!("[{TRACK}]"), &[401]);
    visit.visit(&follows::GetMyFollowing::new(USER_URN), 200, USER, &[401, 404]);
    visit.visit(&follows::Follow::new(USER_URN), 201, USER, &[401, 404, 422]);
    visit.visit(&follows::Unfollow::new(USER_URN), 200, r#"{"status":"Status(200) - OK"}"#, &[401, 404, 422]);
    visit.visit(&follows::MyFollowers::new().limit(10), 200, user, &[401]);
    visit.visit(&follows::GetMyFollower::new(USER_URN), 200, USER, &[401]);
    visit.visit(&playlists::Mine::new().show_tracks(false).limit(10), 200, playlist, &[401, 404]);
    visit.visit(&tracks::Mine::new().limit(10).sort(Sort::OldestFirst), 200, track, &[401]);
    visit.visit(&reposts::MyTracks::new().limit(10), 200, track, &[401]);
    visit.visit(&reposts::MyPlaylists::new().limit(10), 200, playlist, &[401]);
    let search = tracks::Search::new()
        .q("low tide")
        .urns(&[TRACK_URN, TrackUrn::new(70072)])
        .genres(&["Ambient", "Field Recording"])
        .tags(&["sea"])
        .bpm(118, 120)
        .duration(60_000, None)
        .created_at(Some("2026-02-11T08:00:00Z".parse().unwrap()), None)
        .access(Access::ALL)
        .limit(10)
        .offset(20);
    visit.visit(&search, 200, track, &[400, 401, 500]);
    let asset = Asset::bytes("low-tide.flac", &b"fLaC-bytes"[..]);
    let upload = tracks::Upload::new("Low Tide", asset).fields(track_fields()).artwork(png());
    visit.visit(&upload, 201, TRACK, &[400, 401, 422]);
    let search =
        playlists::Search::new().q("coast").access(Access::ALL).show_tracks(false).limit(10).offset(20);
    visit.visit(&search, 200, playlist, &[400, 401]);
    let fields = playlists::PlaylistFields::new()
        .sharing(Sharing::Private)
        .set_type(SetType::Album)
        .ean("4006381333931");
    let both = [TRACK_URN, TrackUrn::new(70072)];
    visit.visit(
        &playlists::Create::new("Coast Walks").fields(fields.clone()).tracks(both),
        201,
        PLAYLIST,
        &[401, 404],
    );
    let search = users::Search::new().q("ana").urns(&[USER_URN]).limit(10).offset(20);
    visit.visit(&search, 200, user, &[400, 401]);
    let get = playlists::Get::new(PLAYLIST_URN).secret_token(&secret).access(Access::ALL).show_tracks(true);
    visit.visit(&get, 200, PLAYLIST, &[400, 401]);
    visit.visit(&playlists::Change::new(PLAYLIST_URN, fields).tracks(both), 200, PLAYLIST, &[401, 404]);
    visit.visit(&playlists::Delete::new(PLAYLIST_URN), 200, "", &[404]);
    let of_playlist =
        playlists::Tracks::new(PLAYLIST_URN).secret_token(&secret).access(Access::ALL).limit(200);
    visit.visit(&of_playlist, 200, track, &[400, 401]);
    visit.visit(&reposts::UsersOfPlaylist::new(PLAYLIST_URN).limit(10), 200, user, &[401, 404]);
    visit.visit(&tracks::Get::new(TRACK_URN).secret_token(&secret), 200, TRACK, &[401, 404]);
    visit.visit(
        &tracks::Change::new(TRACK_URN, track_fields().title("Low Tide (edit)")),
        200,
        TRACK,
        &[400, 401],
    );
    visit.visit(&tracks::Delete::new(TRACK_URN), 200, "", &[404]);
    let card = storefront::Set::new(
        TRACK_URN,
        storefront::ProductType::Cassette,
        "Get the tape",
        "https://shop.example/tape",
    );
    let card = card.link_title("Buy").description("By hand").price("12 EUR");
    visit.visit(&card, 200, STOREFRONT, &[400, 401, 403, 404, 500]);
    visit.visit(&streams::Preview::new(TRACK_URN).secret_token(&secret), 302, FOUND, &[401, 404]);
    visit.visit(&streams::Get::new(TRACK_URN).secret_token(&secret), 200, STREAMS, &[401, 404]);
    visit.visit(&comments::List::new(TRACK_URN).limit(10).offset(20), 200, &page(COMMENT), &[401, 404]);
    visit.visit(&comments::Create::new(TRACK_URN, "nice break here").at(42_000), 201, COMMENT, &[422, 429]);
    visit.visit(&likes::UsersOfTrack::new(TRACK_URN).limit(10), 200, user, &[401, 404]);
    visit.visit(&reposts::UsersOfTrack::new(TRACK_URN).limit(10), 200, user, &[401, 404]);
    let related = tracks::Related::new(TRACK_URN).access(Access::ALL).limit(10).offset(20);
    visit.visit(&related, 200, track, &[401, 404]);
    visit.visit(&resolve::Resolve::new("https://soundcloud.com/anareis"), 302, FOUND, &[404]);
    visit.visit(&users::Get::new(USER_URN), 200, USER, &[401, 404]);
    visit.visit(&users::Related::new(USER_URN).limit(10).offset(20), 200, user, &[401, 404]);
    visit.visit(&likes::FavoritesOf::new(USER_URN).limit(10), 200, track, &[401]);
    visit.visit(&follows::FollowersOf::new(USER_URN).limit(10), 200, user, &[401]);
    visit.visit(&follows::FollowingsOf::new(USER_URN).limit(10), 200, user, &[401]);
    visit.visit(&follows::GetFollowing::new(USER_URN, UserUrn::new(77)), 200, USER, &[401, 404]);
    let of_user = playlists::OfUser::new(USER_URN).access(Access::ALL).show_tracks(true).limit(10);
    visit.visit(&of_user, 200, playlist, &[401]);
    let of_user = tracks::OfUser::new(USER_URN).access(Access::ALL).limit(10).sort(Sort::NewestFirst);
    visit.visit(&of_user, 200, track, &[401]);
    visit.visit(&users::WebProfiles::new(USER_URN).limit(10), 200, WEB_PROFILES, &[401]);
    visit.visit(&likes::TracksOf::new(USER_URN).access(Access::ALL).limit(10), 200, track, &[400, 401, 404]);
    visit.visit(&likes::PlaylistsOf::new(USER_URN).limit(10), 200, playlist, &[400, 401, 404]);
    visit.visit(
        &reposts::TracksOf::new(USER_URN).access(Access::ALL).limit(10),
        200,
        track,
        &[400, 401, 404],
    );
    visit.visit(&reposts::PlaylistsOf::new(USER_URN).limit(10), 200, playlist, &[400, 401, 404]);
    visit.visit(&likes::LikeTrack::new(TRACK_URN), 200, OK, &[400, 401, 404, 429]);
    visit.visit(&likes::UnlikeTrack::new(TRACK_URN), 200, OK, &[400, 404]);
    visit.visit(&likes::LikePlaylist::new(PLAYLIST_URN), 200, OK, &[400, 401, 404, 429]);
    visit.visit(&likes::UnlikePlaylist::new(PLAYLIST_URN), 200, OK, &[400, 404]);
    visit.visit(&reposts::RepostTrack::new(TRACK_URN), 201, "", &[401, 404]);
    visit.visit(&reposts::RemoveTrack::new(TRACK_URN), 200, "", &[401, 404]);
    visit.visit(&reposts::RepostPlaylist::new(PLAYLIST_URN), 201, "", &[401, 404]);
    visit.visit(&reposts::RemovePlaylist::new(PLAYLIST_URN), 200, "", &[401, 404]);
    visit.visit(&session::SignOutCurrent::new(), 200, "", &[]);

    // What is live beside the table, and the host of the logins.
    visit.visit(&streams::ProgressiveStream::new(TRACK_URN), 302, FOUND, &[404, 429]);
    let hls = "https://api.soundcloud.com/tracks/soundcloud:tracks:70071/streams/6f1c/hls";
    visit.visit(&streams::Follow::new(hls.parse().unwrap()), 302, FOUND, &[401, 404]);
    visit.visit(&comments::Get::new(CommentUrn::new(9001)), 200, COMMENT, &[401, 404]);
    visit.visit(&session::SignOut::new("t1"), 200, "", &[400, 401]);
    let player = oembed::Get::new("https://soundcloud.com/anareis/low-tide/s-CANARY")
        .format(oembed::Format::Jsonp("onPlayer".parse().unwrap()))
        .max_width(480)
        .max_height(166)
        .color(Color::rgb(255, 85, 0))
        .auto_play(true)
        .show_comments(false)
        .iframe(true);
    visit.visit(&player, 200, PLAYER, &[403, 404]);
}

/// The requests of the logins, which core has for every service.
pub(crate) fn every_token_request(visit: &mut impl Visit) {
    let core = client(200, "").core().clone();
    let server = TokenServer::new(core, App { id: "app1".into(), secret: Some("s3cret".into()) });
    let body = r#"{"access_token":"2-400113--Zk3pQ","token_type":"bearer","expires_in":3599,"refresh_token":"r-81f0a6","scope":""}"#;
    let (code, verifier) = ("1-99-7-x".into(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
    let redirect_uri = "http://127.0.0.1:8400/callback";
    let exchange = ExchangeCode { server: &server, code: &code, verifier: &verifier, redirect_uri };
    visit.visit(&exchange, 200, body, &[400, 401, 429]);
    let refresh_token = "r-81f0a6".into();
    visit.visit(
        &RefreshToken { server: &server, refresh_token: &refresh_token },
        200,
        body,
        &[400, 401, 429],
    );
    visit.visit(&ClientCredentials { server: &server }, 200, body, &[400, 401, 429]);
}
