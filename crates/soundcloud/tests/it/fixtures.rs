//! Every operation driven once against the sandbox, and its exchange kept as a file.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use segno_core::testing::{Fixtures, Recorder};
use segno_core::transport::hyper::Hyper;
use segno_core::{BoxFuture, Clock, Endpoint, Retry, Secret, SystemClock, Timeouts, Timestamp};
use segno_sandbox::{Host, Sandbox};
use segno_soundcloud::storefront::ProductType;
use segno_soundcloud::tracks::{Asset, TrackFields, Upload};
use segno_soundcloud::{
    Access, Client, PlaylistUrn, TrackUrn, UserUrn, comments, feed, follows, likes, me, playlists, reposts,
    resolve, session, storefront, streams, tracks, users,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// When the recorded exchanges happen: far enough ahead that no signed address of a fixture is mistaken for a real one.
const THEN: u64 = 1_900_000_000;

type Outcome<E> = Result<<E as Endpoint>::Output, segno_core::Error<<E as Endpoint>::ApiError>>;
type Answer<'a, E> = Pin<Box<dyn Future<Output = Outcome<E>> + 'a>>;

struct Recording {
    client: Client,
    recorder: Recorder,
    fixtures: Fixtures,
}

impl Recording {
    /// Sends an endpoint and keeps the exchange as `case`. Boxed, so that a hundred calls in one function fit its stack.
    fn send<'a, E: Endpoint>(&'a mut self, case: &'a str, endpoint: &'a E) -> Answer<'a, E> {
        Box::pin(async move {
            let _ = self.recorder.take();
            let outcome = self.client.send(endpoint).await;
            let exchange = self.recorder.take().pop().unwrap_or_else(|| panic!("{case}: nothing was sent"));
            self.fixtures.keep(case, exchange);
            outcome
        })
    }
}

/// The real clock, with boundaries that are the same in every run.
pub(crate) struct Unsurprising;

impl Clock for Unsurprising {
    fn now(&self) -> Instant {
        SystemClock.now()
    }

    fn wall(&self) -> Timestamp {
        SystemClock.wall()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        SystemClock.sleep(duration)
    }

    fn random(&self) -> u64 {
        0x5e60_5e60_5e60_5e60
    }
}

/// A tenth of a second of silence as a WAV file: 800 samples of one byte.
pub(crate) fn silence() -> Vec<u8> {
    let mut file =
        b"RIFF\x44\x03\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x20\x03\0\0"
            .to_vec();
    file.resize(44 + 800, 0x80);
    file
}

/// The things of the sandbox's catalogue that the calls are about.
async fn seeded(client: &Client) -> (TrackUrn, TrackUrn, PlaylistUrn) {
    let track = async |words: &str| {
        let found = client.send(&tracks::Search::new().q(words)).await.expect("a search");
        found.items.into_iter().find_map(|track| track.urn).expect("a seeded track")
    };
    let lists = client.send(&playlists::Search::new().q("coast")).await.expect("a search");
    let list = lists.items.into_iter().find_map(|list| list.urn).expect("a seeded playlist");
    (track("minuet").await, track("vous dirai").await, list)
}

/// Each operation once as it should go, and documented failures.
async fn drive(r: &mut Recording, token: &Secret) -> Result<(), Box<dyn std::error::Error>> {
    let client = r.client.clone();
    let (mine, theirs, list) = seeded(&client).await;
    let reis = UserUrn::new(5530);
    let rui = UserUrn::new(5547);

    r.send("me/get", &me::Get).await?;
    r.send("me/recently_played", &me::RecentlyPlayed::new()).await?;
    r.send("feed/feed", &feed::Feed::new().limit(2)).await?;
    r.send("feed/feed_tracks", &feed::FeedTracks::new()).await?;
    r.send("feed/activities", &feed::Activities::new().limit(1)).await?;
    r.send("feed/own_activities", &feed::OwnActivities::new().limit(1)).await?;
    r.send("feed/track_activities", &feed::TrackActivities::new().limit(1)).await?;

    r.send("tracks/search", &tracks::Search::new().q("minuet")).await?;
    r.send("tracks/get", &tracks::Get::new(theirs)).await?;
    r.send("tracks/get-404", &tracks::Get::new(TrackUrn::new(1))).await.expect_err("no such track");
    r.send("tracks/mine", &tracks::Mine::new().limit(1)).await?;
    r.send("tracks/of_user", &tracks::OfUser::new(reis).access(Access::ALL)).await?;
    r.send("tracks/related", &tracks::Related::new(mine)).await?;
    let upload = Upload::new("Harbour", Asset::bytes("harbour.wav", silence()));
    let made = r.send("tracks/upload", &upload).await?.urn.ok_or("no urn")?;
    let fields = TrackFields::new().title("Harbour II");
    r.send("tracks/change", &tracks::Change::new(made, fields)).await?;
    let card = storefront::Put::new(made, ProductType::Cassette, "Get the tape", "https://shop.example/tape");
    r.send("storefront/put", &card.price("12 EUR")).await?;
    let card =
        storefront::Put::new(theirs, ProductType::Cassette, "Get the tape", "https://shop.example/tape");
    r.send("storefront/put-403", &card).await.expect_err("somebody else's track");
    r.send("tracks/delete", &tracks::Delete(made)).await?;
    r.send("tracks/delete-404", &tracks::Delete(theirs)).await.expect_err("somebody else's track");

    let streams = r.send("streams/get", &streams::Get::new(theirs)).await?;
    let link = streams.hls_aac_160_url.clone().ok_or("no address")?;
    r.send("streams/follow", &streams::Follow(link)).await?;
    r.send("streams/preview", &streams::Preview::new(theirs)).await?;
    r.send("streams/old_stream", &streams::OldStream::new(theirs)).await?;

    r.send("comments/list", &comments::List::new(mine)).await?;
    let comment = comments::Create::new(theirs, "nice break here").at(42_000);
    let comment = r.send("comments/create", &comment).await?.urn.ok_or("no urn")?;
    r.send("comments/get", &comments::Get(comment)).await?;

    r.send("playlists/search", &playlists::Search::new().show_tracks(false)).await?;
    r.send("playlists/get", &playlists::Get::new(list)).await?;
    r.send("playlists/tracks", &playlists::Tracks::new(list).access(Access::ALL)).await?;
    r.send("playlists/mine", &playlists::Mine::new().show_tracks(false)).await?;
    r.send("playlists/of_user", &playlists::OfUser::new(reis).show_tracks(false)).await?;
    let create = playlists::Create::new("Coast Walks II").tracks([mine, theirs]);
    let made = r.send("playlists/create", &create).await?.urn.ok_or("no urn")?;
    let change = playlists::Change::new(made, playlists::PlaylistFields::new()).tracks([theirs]);
    r.send("playlists/change", &change).await?;
    let lost = playlists::Create::new("Lost").tracks([TrackUrn::new(1)]);
    r.send("playlists/create-422", &lost).await.expect_err("no such track");
    r.send("playlists/delete", &playlists::Delete(made)).await?;

    r.send("follows/follow", &follows::Follow(rui)).await?;
    r.send("follows/follow-again", &follows::Follow(rui)).await?;
    r.send("follows/unfollow", &follows::Unfollow(rui)).await?;
    r.send("follows/my_followings", &follows::MyFollowings::new()).await?;
    r.send("follows/tracks_of_my_followings", &follows::TracksOfMyFollowings::new().limit(1)).await?;
    r.send("follows/my_followers", &follows::MyFollowers::new().limit(1)).await?;
    r.send("follows/followings_of", &follows::FollowingsOf::new(reis)).await?;
    r.send("follows/followers_of", &follows::FollowersOf::new(reis).limit(1)).await?;

    r.send("follows/get_my_following", &follows::GetMyFollowing(reis)).await?;
    r.send("follows/get_my_follower", &follows::GetMyFollower(reis)).await?;
    r.send("follows/get_following", &follows::GetFollowing(reis, UserUrn::new(5512))).await?;

    r.send("likes/like_track", &likes::LikeTrack(mine)).await?;
    r.send("likes/unlike_track", &likes::UnlikeTrack(mine)).await?;
    r.send("likes/unlike_track-404", &likes::UnlikeTrack(mine)).await.expect_err("not liked");
    r.send("likes/like_playlist", &likes::LikePlaylist(list)).await?;
    r.send("likes/unlike_playlist", &likes::UnlikePlaylist(list)).await?;
    r.send("likes/my_tracks", &likes::MyTracks::new().limit(1)).await?;
    r.send("reposts/repost_track", &reposts::RepostTrack(theirs)).await?;
    r.send("reposts/remove_track", &reposts::RemoveTrack(theirs)).await?;

    r.send("likes/my_playlists", &likes::MyPlaylists::new().limit(1)).await?;
    r.send("likes/tracks_of", &likes::TracksOf::new(reis).limit(1)).await?;
    r.send("likes/playlists_of", &likes::PlaylistsOf::new(reis).limit(1)).await?;
    r.send("likes/favorites_of", &likes::FavoritesOf::new(reis).limit(1)).await?;
    r.send("likes/users_of_track", &likes::UsersOfTrack::new(mine).limit(1)).await?;
    r.send("reposts/repost_playlist", &reposts::RepostPlaylist(list)).await?;
    r.send("reposts/remove_playlist", &reposts::RemovePlaylist(list)).await?;
    r.send("reposts/my_tracks", &reposts::MyTracks::new().limit(1)).await?;
    r.send("reposts/my_playlists", &reposts::MyPlaylists::new().limit(1)).await?;
    r.send("reposts/tracks_of", &reposts::TracksOf::new(reis).limit(1)).await?;
    r.send("reposts/playlists_of", &reposts::PlaylistsOf::new(reis).limit(1)).await?;
    r.send("reposts/users_of_track", &reposts::UsersOfTrack::new(mine).limit(1)).await?;
    r.send("reposts/users_of_playlist", &reposts::UsersOfPlaylist::new(list).limit(1)).await?;

    r.send("users/get", &users::Get(reis)).await?;
    r.send("users/search", &users::Search::new().q("reis")).await?;
    r.send("users/related", &users::Related::new(reis).limit(1)).await?;
    r.send("users/web_profiles", &users::WebProfiles::new(UserUrn::new(5512))).await?;

    let page = "https://soundcloud.com/okafor/minuet-in-g".to_owned();
    r.send("resolve/resolve", &resolve::Resolve(page)).await?;
    let nobody = resolve::Resolve("https://soundcloud.com/nobody".to_owned());
    r.send("resolve/resolve-404", &nobody).await.expect_err("nobody");

    r.send("session/sign_out", &session::SignOut(token.clone())).await?;
    Ok(())
}

/// A host and a port without the scheme, as it stands in `Host`.
fn authority(origin: &str) -> String {
    origin.trim_start_matches("http://").trim_end_matches('/').to_owned()
}

#[tokio::test]
async fn from_the_sandbox() {
    let sandbox = Sandbox::builder().seed(1).frozen_at(THEN).start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let names = [
        (authority(&sandbox.origin(Host::Soundcloud)), "api.example".to_owned()),
        (authority(&sandbox.origin(Host::SoundcloudAuth)), "secure.example".to_owned()),
        (authority(&sandbox.origin(Host::Storage)), "storage.example".to_owned()),
    ];
    let recorder = Recorder::new(Hyper::new(Timeouts::default()).unwrap(), names);
    let transport = Arc::new(recorder.clone());
    let token = Secret::new(access.access_token);
    let builder = Client::builder().api_url(&access.base_url).auth_url(&access.auth_url).token(token.clone());
    let client = builder
        .settings(move |core| {
            core.transport(Arc::clone(&transport)).clock(Arc::new(Unsurprising)).retry(Retry::never())
        })
        .build()
        .unwrap();
    let mut recording = Recording { client, recorder, fixtures: Fixtures::at(FOLDER) };
    drive(&mut recording, &token).await.unwrap();
    // The token is spent; it works again in a sandbox that begins anew.
    sandbox.reset();
    recording.send("session/sign_out_here", &session::SignOutHere).await.unwrap();
    crate::legacy::fixtures::drive(&sandbox, &recording.recorder, &mut recording.fixtures).await.unwrap();
    if let Err(differences) = recording.fixtures.finish() {
        panic!("{differences}");
    }
}
