//! Every operation driven once against the sandbox, or what is harmless against the real service, and its exchange kept as a
//! file.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use segno_core::auth::oauth2::{App, LoginError, TokenError, TokenServer};
use segno_core::auth::store::{MemoryStore, TokenStore as _};
use segno_core::testing::FnTransport;
use segno_core::time::{Clock, SystemClock};
use segno_core::transport::hyper::Hyper;
use segno_core::{BoxFuture, Bytes, Endpoint, Response, Retry, Secret, Timeouts, Timestamp};
use segno_sandbox::{Host, Sandbox};
use segno_soundcloud::storefront::ProductType;
use segno_soundcloud::tracks::{Asset, TrackFields, Upload};
use segno_soundcloud::{
    Access, Client, ClientBuilder, Diagnosable, PlaylistUrn, Sharing, TrackUrn, UserUrn, comments, feed,
    follows, likes, me, oembed, playlists, reposts, resolve, session, storefront, streams, tracks, users,
};
use segno_testkit::{Recorder, Recording, redact};

use crate::browser::decide;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// When the recorded exchanges happen: far enough ahead that no signed URL of a fixture is mistaken for a real one.
const THEN: u64 = 1_900_000_000;

/// What is secret in queries, forms and bodies, and what names the application.
const SECRETS: [&str; 12] = [
    "access_token",
    "refresh_token",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "code_challenge",
    "state",
    "secret_token",
    "signature",
    "policy",
    "password",
];

/// What names the user who records from the real service.
const PERSONAL: [&str; 8] = [
    "first_name",
    "last_name",
    "full_name",
    "city",
    "description",
    "website",
    "website_title",
    "discogs_name",
];

/// An exchange without its secrets; the tokens of private resources stand at the end of their URLs, too.
fn clean(text: &str) -> String {
    let text = redact(text, &SECRETS);
    ["/s-", "%2Fs-"].into_iter().fold(text, |text, mark| {
        let mut parts = text.split(mark);
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(part.len());
            kept.extend([mark, "redacted", &part[end..]]);
        }
        kept
    })
}

/// A client whose exchanges are kept.
struct Run<'r> {
    client: Client,
    recording: &'r mut Recording,
}

impl Run<'_> {
    /// Sends an endpoint and keeps the exchange as `case`.
    async fn send<E>(&mut self, case: &str, endpoint: &E) -> Result<E::Output, segno_core::Error<E::ApiError>>
    where
        E: Endpoint<Output: Debug, ApiError: Diagnosable + Debug>,
    {
        self.recording.keep(case, async || self.client.send(endpoint).await).await
    }
}

/// A client in the making whose calls are kept.
fn recorded(builder: ClientBuilder, recording: &Recording) -> ClientBuilder {
    builder.settings(|core| recording.settings(core.clock(Arc::new(Unsurprising)).retry(Retry::never())))
}

/// A client in the making for the sandbox.
fn at(access: &segno_sandbox::SoundcloudAccess, recording: &Recording) -> ClientBuilder {
    recorded(Client::builder(), recording).base_url(&access.base_url).auth_url(&access.auth_url)
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
    let track = async |text: &str| {
        let found = client.send(&tracks::Search::new().q(text)).await.expect("a search");
        found.items.into_iter().find_map(|track| track.urn).expect("a seeded track")
    };
    let lists = client.send(&playlists::Search::new().q("coast")).await.expect("a search");
    let list = lists.items.into_iter().find_map(|list| list.urn).expect("a seeded playlist");
    (track("minuet").await, track("vous dirai").await, list)
}

/// Each operation once as it should go, and documented failures.
async fn drive(r: &mut Run<'_>, token: &Secret) -> Result<(), Box<dyn std::error::Error>> {
    let client = r.client.clone();
    let (mine, theirs, list) = seeded(&client).await;
    let reis = UserUrn::new(5530);
    let rui = UserUrn::new(5547);

    r.send("me/get", &me::Get::new()).await?;
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
    let card = storefront::Set::new(made, ProductType::Cassette, "Get the tape", "https://shop.example/tape");
    r.send("storefront/set", &card.price("12 EUR")).await?;
    let card =
        storefront::Set::new(theirs, ProductType::Cassette, "Get the tape", "https://shop.example/tape");
    r.send("storefront/set-403", &card).await.expect_err("somebody else's track");
    r.send("tracks/delete", &tracks::Delete::new(made)).await?;
    r.send("tracks/delete-404", &tracks::Delete::new(theirs)).await.expect_err("somebody else's track");

    let streams = r.send("streams/get", &streams::Get::new(theirs)).await?;
    let link = streams.hls_aac_160_url.clone().ok_or("no URL")?;
    r.send("streams/follow", &streams::Follow::new(link)).await?;
    r.send("streams/preview", &streams::Preview::new(theirs)).await?;
    r.send("streams/progressive_stream", &streams::ProgressiveStream::new(theirs)).await?;

    let page = "https://soundcloud.com/okafor/minuet-in-g";
    r.send("oembed/get", &oembed::Get::new(page)).await?;
    let call = oembed::Format::Jsonp("onPlayer".parse()?);
    r.send("oembed/get-jsonp", &oembed::Get::new(page).format(call).max_width(480)).await?;
    r.send("oembed/get-xml", &oembed::Get::new(page).format(oembed::Format::Xml)).await?;
    r.send("oembed/get-404", &oembed::Get::new("https://soundcloud.com/nobody")).await.expect_err("nobody");

    r.send("comments/list", &comments::List::new(mine)).await?;
    let comment = comments::Create::new(theirs, "nice break here").at(42_000);
    let comment = r.send("comments/create", &comment).await?.urn.ok_or("no urn")?;
    r.send("comments/get", &comments::Get::new(comment)).await?;

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
    r.send("playlists/delete", &playlists::Delete::new(made)).await?;

    r.send("follows/follow", &follows::Follow::new(rui)).await?;
    r.send("follows/follow-again", &follows::Follow::new(rui)).await?;
    r.send("follows/unfollow", &follows::Unfollow::new(rui)).await?;
    r.send("follows/my_followings", &follows::MyFollowings::new()).await?;
    r.send("follows/tracks_of_my_followings", &follows::TracksOfMyFollowings::new().limit(1)).await?;
    r.send("follows/my_followers", &follows::MyFollowers::new().limit(1)).await?;
    r.send("follows/followings_of", &follows::FollowingsOf::new(reis)).await?;
    r.send("follows/followers_of", &follows::FollowersOf::new(reis).limit(1)).await?;

    r.send("follows/get_my_following", &follows::GetMyFollowing::new(reis)).await?;
    r.send("follows/get_my_follower", &follows::GetMyFollower::new(reis)).await?;
    r.send("follows/get_following", &follows::GetFollowing::new(reis, UserUrn::new(5512))).await?;

    r.send("likes/like_track", &likes::LikeTrack::new(mine)).await?;
    r.send("likes/unlike_track", &likes::UnlikeTrack::new(mine)).await?;
    r.send("likes/unlike_track-404", &likes::UnlikeTrack::new(mine)).await.expect_err("not liked");
    r.send("likes/like_playlist", &likes::LikePlaylist::new(list)).await?;
    r.send("likes/unlike_playlist", &likes::UnlikePlaylist::new(list)).await?;
    r.send("likes/my_tracks", &likes::MyTracks::new().limit(1)).await?;
    r.send("reposts/repost_track", &reposts::RepostTrack::new(theirs)).await?;
    r.send("reposts/remove_track", &reposts::RemoveTrack::new(theirs)).await?;

    r.send("likes/my_playlists", &likes::MyPlaylists::new().limit(1)).await?;
    r.send("likes/tracks_of", &likes::TracksOf::new(reis).limit(1)).await?;
    r.send("likes/playlists_of", &likes::PlaylistsOf::new(reis).limit(1)).await?;
    r.send("likes/favorites_of", &likes::FavoritesOf::new(reis).limit(1)).await?;
    r.send("likes/users_of_track", &likes::UsersOfTrack::new(mine).limit(1)).await?;
    r.send("reposts/repost_playlist", &reposts::RepostPlaylist::new(list)).await?;
    r.send("reposts/remove_playlist", &reposts::RemovePlaylist::new(list)).await?;
    r.send("reposts/my_tracks", &reposts::MyTracks::new().limit(1)).await?;
    r.send("reposts/my_playlists", &reposts::MyPlaylists::new().limit(1)).await?;
    r.send("reposts/tracks_of", &reposts::TracksOf::new(reis).limit(1)).await?;
    r.send("reposts/playlists_of", &reposts::PlaylistsOf::new(reis).limit(1)).await?;
    r.send("reposts/users_of_track", &reposts::UsersOfTrack::new(mine).limit(1)).await?;
    r.send("reposts/users_of_playlist", &reposts::UsersOfPlaylist::new(list).limit(1)).await?;

    r.send("users/get", &users::Get::new(reis)).await?;
    r.send("users/search", &users::Search::new().q("reis")).await?;
    r.send("users/related", &users::Related::new(reis).limit(1)).await?;
    r.send("users/web_profiles", &users::WebProfiles::new(UserUrn::new(5512))).await?;

    let page = "https://soundcloud.com/okafor/minuet-in-g".to_owned();
    r.send("resolve/resolve", &resolve::Resolve::new(page)).await?;
    let nobody = resolve::Resolve::new("https://soundcloud.com/nobody");
    r.send("resolve/resolve-404", &nobody).await.expect_err("nobody");

    r.send("session/sign_out", &session::SignOut::new(token.clone())).await?;
    Ok(())
}

/// What an exchange of a code for tokens came to.
async fn exchanged(
    call: impl Future<Output = Result<(), LoginError>>,
) -> Result<(), segno_core::Error<TokenError>> {
    call.await.map_err(|error| match error {
        LoginError::Exchange(error) => error,
        other => panic!("no error of a call: {other}"),
    })
}

/// The requests for tokens: as they should go, and their documented failures.
async fn log_in(r: &mut Run<'_>, access: &segno_sandbox::SoundcloudAccess) {
    let store = Arc::new(MemoryStore::new());
    let client = at(access, r.recording).user(
        &access.client_id,
        Some(access.client_secret.clone().into()),
        Arc::clone(&store),
    );
    let client = client.build().unwrap();
    let login = client.begin_login(&access.redirect_uri).unwrap();
    let redirect = decide(login.url(), "approve").await;
    r.recording.keep_once("token/exchange", exchanged(login.finish(&redirect))).await.unwrap();
    let again = client.begin_login(&access.redirect_uri).unwrap();
    let state = again.state().expose().to_owned();
    let code = redirect.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let redirect = format!("?code={code}&state={state}");
    r.recording
        .keep_once("token/exchange-400", exchanged(again.finish(&redirect)))
        .await
        .expect_err("a code works once");

    let server = client.token_source().unwrap().server();
    let refresh = store.load().await.unwrap().token.unwrap().refresh.unwrap();
    r.recording.keep_once("token/refresh", server.refresh(&refresh)).await.unwrap();
    r.recording
        .keep_once("token/refresh-400", server.refresh(&refresh))
        .await
        .expect_err("a refresh token works once");

    r.recording.keep_once("token/client_credentials", server.client_credentials()).await.unwrap();
    let app = App { id: access.client_id.clone(), secret: Some("wrong".into()) };
    let stranger = TokenServer::new(server.client().clone(), app);
    r.recording
        .keep_once("token/client_credentials-401", stranger.client_credentials())
        .await
        .expect_err("a wrong secret");
}

#[tokio::test]
async fn from_the_sandbox() {
    let sandbox = Sandbox::builder().seed(1).frozen_at(THEN).start().await.unwrap();
    let hosts = [
        (Host::SOUNDCLOUD, "api.example"),
        (Host::SOUNDCLOUD_AUTH, "secure.example"),
        (Host::SOUNDCLOUD_LEGACY, "api.example"),
        (Host::SOUNDCLOUD_WEB, "site.example"),
        (Host::STORAGE, "storage.example"),
    ];
    // In the URL of a widget that of the track is escaped.
    let escaped = sandbox.origin(Host::SOUNDCLOUD).replace("http://", "").replace(':', "%3A");
    let hosts =
        hosts.map(|(host, name)| (sandbox.origin(host), name)).into_iter().chain([(escaped, "api.example")]);
    let hyper = Hyper::new(Timeouts::default());
    let mut recording = Recording::new(hyper, FOLDER, hosts).cleaned(clean);
    drive_all(&sandbox, &mut recording).await;
    recording.finish();
}

/// Each operation of both APIs once as it should go, and documented failures.
pub(crate) async fn drive_all(sandbox: &Sandbox, recording: &mut Recording) {
    let access = sandbox.description().soundcloud;
    recording.secret("the token", &access.access_token);
    recording.secret("the client secret", &access.client_secret);
    recording.secret("the password", &access.password);
    for name in ["okafor", "reis"] {
        recording.secret("the credentials of the old API", &format!("{name}:{}", access.password));
    }
    let token = Secret::new(access.access_token.clone());
    let web_url = sandbox.origin(Host::SOUNDCLOUD_WEB) + "/";
    let client = at(&access, recording).web_url(&web_url).token(token.clone()).build().unwrap();
    let mut run = Run { client, recording };
    drive(&mut run, &token).await.unwrap();
    log_in(&mut run, &access).await;
    // The token is spent; it works again in a sandbox that begins anew.
    sandbox.reset();
    run.send("session/sign_out_current", &session::SignOutCurrent::new()).await.unwrap();
    crate::legacy::fixtures::drive(sandbox, run.recording).await.unwrap();
}

/// What reads, and what can be taken back: an upload and a playlist of one's own that are private and deleted in the end.
async fn drive_for_real(r: &mut Run<'_>, text: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mine = r.send("me/get", &me::Get::new()).await?.urn.ok_or("no urn")?;
    r.send("me/recently_played", &me::RecentlyPlayed::new()).await?;
    r.send("feed/feed", &feed::Feed::new().limit(2)).await?;
    r.send("feed/feed_tracks", &feed::FeedTracks::new().limit(2)).await?;
    let found = r.send("tracks/search", &tracks::Search::new().q(text).limit(2)).await?;
    let track = found.items.into_iter().next().ok_or("no track is found")?;
    let (theirs, artist) =
        (track.urn.ok_or("no urn")?, track.user.and_then(|user| user.urn).ok_or("no artist")?);
    r.send("tracks/get", &tracks::Get::new(theirs)).await?;
    r.send("tracks/get-404", &tracks::Get::new(TrackUrn::new(1))).await.expect_err("no such track");
    r.send("tracks/mine", &tracks::Mine::new().limit(1)).await?;
    r.send("tracks/of_user", &tracks::OfUser::new(artist).access(Access::ALL).limit(2)).await?;
    r.send("tracks/related", &tracks::Related::new(theirs).limit(2)).await?;
    let streams = r.send("streams/get", &streams::Get::new(theirs)).await?;
    if let Some((_, link)) = streams.choose(streams::StreamKind::BEST) {
        r.send("streams/follow", &streams::Follow::new(link.clone())).await?;
    }
    r.send("comments/list", &comments::List::new(theirs).limit(2)).await?;
    r.send("likes/users_of_track", &likes::UsersOfTrack::new(theirs).limit(1)).await?;
    r.send("likes/tracks_of", &likes::TracksOf::new(artist).limit(1)).await?;
    r.send("likes/my_tracks", &likes::MyTracks::new().limit(1)).await?;
    r.send("reposts/users_of_track", &reposts::UsersOfTrack::new(theirs).limit(1)).await?;
    r.send("reposts/tracks_of", &reposts::TracksOf::new(artist).limit(1)).await?;
    r.send("follows/my_followings", &follows::MyFollowings::new().limit(1)).await?;
    r.send("follows/followers_of", &follows::FollowersOf::new(artist).limit(1)).await?;
    r.send("users/get", &users::Get::new(artist)).await?;
    r.send("users/search", &users::Search::new().q(text).limit(1)).await?;
    r.send("users/web_profiles", &users::WebProfiles::new(artist)).await?;
    r.send("playlists/search", &playlists::Search::new().q(text).limit(1).show_tracks(false)).await?;
    r.send("playlists/of_user", &playlists::OfUser::new(mine).limit(1).show_tracks(false)).await?;
    if let Some(page) = track.permalink_url {
        r.send("resolve/resolve", &resolve::Resolve::new(page)).await?;
    }

    let private = TrackFields::new().sharing(Sharing::Private);
    let upload = Upload::new("Segno fixture", Asset::bytes("silence.wav", silence())).fields(private);
    let made = r.send("tracks/upload", &upload).await?.urn.ok_or("no urn")?;
    let changed =
        r.send("tracks/change", &tracks::Change::new(made, TrackFields::new().genre("Silence"))).await;
    // Deleted before anything else may fail: nothing is left behind.
    r.send("tracks/delete", &tracks::Delete::new(made)).await?;
    changed?;
    let fields = playlists::PlaylistFields::new().sharing(Sharing::Private);
    let create = playlists::Create::new("Segno fixture").fields(fields).tracks([theirs]);
    let made = r.send("playlists/create", &create).await?.urn.ok_or("no urn")?;
    let read = r.send("playlists/tracks", &playlists::Tracks::new(made).access(Access::ALL)).await;
    r.send("playlists/delete", &playlists::Delete::new(made)).await?;
    read?;
    Ok(())
}

/// Runs only when it is told which service is real (`cargo xtask fixtures --live soundcloud`), with a user's login from the
/// environment (see [`Client::from_env`]).
#[tokio::test]
async fn from_the_real_service() {
    if std::env::var("SEGNO_LIVE").as_deref() != Ok("soundcloud") {
        return;
    }
    let hyper = Hyper::new(Timeouts::default());
    let recording = Recording::new(hyper, FOLDER, []).others_stay();
    let mut recording = recording.cleaned(|text| redact(&clean(text), &PERSONAL));
    let client = recorded(Client::builder_from_env().unwrap(), &recording).build().unwrap();
    drive_for_real(&mut Run { client, recording: &mut recording }, "field recording").await.unwrap();
    recording.finish();
}

/// What would be done to the real service, done to the sandbox: it works, and nothing is left behind.
#[tokio::test]
async fn the_recording_from_the_real_service_leaves_nothing_behind() {
    let sandbox = Sandbox::builder().seed(1).start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let mut recording = Recording::new(Hyper::new(Timeouts::default()), FOLDER, []).cleaned(clean);
    let client = at(&access, &recording).token(access.access_token).build().unwrap();
    let mut run = Run { client, recording: &mut recording };
    let own = async |client: Client| {
        let tracks = client.send(&tracks::Mine::new()).await.unwrap().items;
        let lists = client.send(&playlists::Mine::new().show_tracks(false)).await.unwrap().items;
        (tracks, lists)
    };
    let before = own(run.client.clone()).await;
    drive_for_real(&mut run, "a").await.unwrap();
    assert_eq!(own(run.client.clone()).await, before);
}

/// An exchange made up of everything that must not get into a file, through the recorder that writes the files.
#[tokio::test]
async fn nothing_secret_is_kept_of_an_exchange() {
    let peer = FnTransport::new(|request: segno_core::http::Request<Bytes>| {
        let body = if request.uri().path().ends_with("/oauth/token") {
            r#"{"access_token":"CANARY","refresh_token" : "CANARY\"CANARY","expires_in":3599,"scope":""}"#
        } else {
            r#"{"first_name":"CANARY","secret_uri":"https://api.soundcloud.com/tracks/1?secret_token=CANARY&x=1",
            "permalink_url":"https://soundcloud.com/ana/x/s-CANARY","stream":"https://cdn.example/a?Policy=CANARY&Signature=CANARY"}"#
        };
        let response = Response::builder().header("set-cookie", "session=CANARY");
        Ok(response
            .header("location", "https://cdn.example/a?expires=1&signature=CANARY")
            .body(body.into())
            .unwrap())
    });
    let recorder = Recorder::new(peer, []).cleaned(|text| redact(&clean(text), &PERSONAL));
    let settings = |core: segno_core::ClientBuilder| {
        core.transport(recorder.clone()).clock(Arc::new(Unsurprising)).retry(Retry::never())
    };
    let client = Client::builder().user("CANARY", Some("CANARY".into()), MemoryStore::new());
    let client = client.settings(settings).build().unwrap();
    let login = client.begin_login("https://my.example/callback").unwrap();
    let redirect = format!("?code=CANARY&state={}", login.state().expose());
    login.finish(&redirect).await.unwrap();
    let secret: Secret = "s-CANARY".into();
    client.send(&tracks::Get::new(TrackUrn::new(1)).secret_token(&secret)).await.unwrap();
    client.send(&resolve::Resolve::new("https://soundcloud.com/ana/x/s-CANARY")).await.unwrap_err();
    let _ = client.token_source().unwrap().server().client_credentials().await;
    let _ = client.send(&session::SignOut::new("CANARY")).await;
    let kept = recorder.take().join("\n");
    assert_eq!(kept.matches("HTTP/1.1 200 OK").count(), 5, "{kept}");
    // base64 of "CANARY:CANARY".
    assert!(!kept.contains("CANARY") && !kept.contains("Q0FOQVJZOkNBTkFSWQ"), "{kept}");
    for rest in
        ["grant_type=authorization_code&client_id=[redacted]&client_secret=[redacted]", "expires=1&", "x=1"]
    {
        assert!(kept.contains(rest), "{rest}: {kept}");
    }
}
