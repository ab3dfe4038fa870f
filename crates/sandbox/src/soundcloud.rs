//! SoundCloud: `api.soundcloud.com` and `secure.soundcloud.com`.

mod accounts;
mod apps;
mod audio;
mod catalogue;
mod consent;
mod date;
mod desk;
mod fields;
mod legacy;
mod lists;
mod oauth;
mod old_oauth;
mod page;
mod playlists;
mod refusal;
mod resolve;
mod route;
mod search;
mod session;
mod show;
mod social;
mod streams;
mod switches;
mod tracks;
mod world;

use std::sync::Arc;

use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;

pub use accounts::{SoundcloudAccounts, SoundcloudUser};
pub use apps::SoundcloudApp;
pub(crate) use oauth::answer as answer_auth;
pub(crate) use refusal::page as edge_page;
pub use switches::{
    Access, AccessRule, ClientCredentials, CreatedStatus, ErrorShape, MemberFault, PageFault, Processing,
    RateLimitShape, RateLimited, Refresh, Standing, Switches, UnauthorizedBody, UriForm,
};

use crate::call::Call;
use crate::description::SoundcloudAccess;
use crate::form::Form;
use crate::guarded::Guarded;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use crate::seed::{Seed, alphanumeric};
use desk::{Answer, Desk, ok};
use fields::Fields;
use lists::known;
use playlists::Given;
use refusal::{Limit, LimitKind, Refusal};
use route::{Found, Ids, Needs, Op};
use session::{Grant, Subject};
use world::World;

/// Bodies other than forms may have this many bytes.
const JSON_LIMIT: usize = 1024 * 1024;
/// What a form may have beside its largest file.
const FORM_OVERHEAD: u64 = 32 * 1024 * 1024;

/// The service and its state.
pub(crate) struct Service {
    seed: Seed,
    client_id: String,
    apps: [SoundcloudApp; 3],
    password: String,
    access_token: String,
    refresh_token: String,
    world: Guarded<World>,
}

impl Service {
    pub(crate) fn new(seed: Seed) -> Self {
        let mut rng = seed.rng("soundcloud.access");
        let (client_id, client_secret) = (alphanumeric(&mut rng, 32), alphanumeric(&mut rng, 32));
        Self {
            seed,
            apps: apps::seeded(seed, &client_id, &client_secret),
            client_id,
            password: alphanumeric(&mut rng, 16),
            access_token: format!("2-400113-5512-{}", alphanumeric(&mut rng, 22)),
            refresh_token: alphanumeric(&mut rng, 32),
            world: Guarded::new(World::new(seed)),
        }
    }

    /// Puts the seeded catalogue in place.
    pub(crate) fn fill(&self, house: &Arc<House>) {
        let mut world = World::new(self.seed);
        catalogue::fill(house, &mut world);
        *self.world.lock() = world;
    }

    /// The user of this name, if the password is right.
    fn log_in(&self, switches: &Switches, world: &World, name: &str, password: Option<&str>) -> Option<u64> {
        let user = world.user_named(name)?;
        let standing = switches.standing(user);
        let right = standing.password.as_ref().unwrap_or(&self.password);
        (password == Some(right.as_str())).then_some(user.id)
    }

    /// How the first user of the first application gets in.
    pub(crate) fn access(&self, house: &House) -> SoundcloudAccess {
        let app = &self.apps[0];
        SoundcloudAccess {
            base_url: house.origin(Host::SOUNDCLOUD) + "/",
            auth_url: house.origin(Host::SOUNDCLOUD_AUTH) + "/",
            client_id: self.client_id.clone(),
            client_secret: app.client_secret.clone().unwrap_or_default(),
            redirect_uri: app.redirect_uris.first().cloned().unwrap_or_default(),
            username: "okafor".to_owned(),
            password: self.password.clone(),
            access_token: self.access_token.clone(),
        }
    }
}

/// What came with a request.
enum Body {
    None,
    Json(Value),
    Form(Form),
}

/// Answers one request to the API host.
pub(crate) async fn answer(house: &Arc<House>, call: &mut Call) -> Reply {
    let switches = call.switches.soundcloud.clone();
    if let Some(reply) = old_oauth::answer(house, &switches, call).await {
        return reply;
    }
    if switches.legacy && legacy::is_meant(call) {
        return legacy::answer(house, &switches, call).await;
    }
    match modern(house, &switches, call).await {
        Ok(mut reply) => {
            if reply.status == StatusCode::CREATED && switches.created_status == CreatedStatus::Ok {
                reply.status = StatusCode::OK;
            }
            reply
        }
        Err(refusal) => refusal.reply(&switches),
    }
}

async fn modern(house: &Arc<House>, switches: &Switches, call: &mut Call) -> Answer {
    let segments = call.segments();
    let (op, needs, ids) = match route::find(&call.method, &segments) {
        Found::Op(op, needs, ids) => (op, needs, ids),
        Found::Nothing => return Err(refusal::not_found()),
        Found::Other(methods) => {
            let reply = refusal::plain(StatusCode::METHOD_NOT_ALLOWED).reply(switches);
            return Ok(reply.header(ALLOW, &methods.join(", ")));
        }
    };
    count_call(house, switches)?;
    let (token, subject, app) = authorize(house, switches, call)?;
    if needs == Needs::User && subject == Subject::App {
        return Err(Refusal::Unauthorized);
    }
    if op == Op::SignOut {
        oauth::end_session(house, &token);
        return Ok(Reply::empty(StatusCode::OK));
    }
    if call.method != Method::GET && call.method != Method::HEAD && !app.may_write {
        return Err(Refusal::Unauthorized);
    }
    let mut query = call.query_pairs();
    if switches.strict {
        let unknown = query.iter().find(|(name, _)| !op.takes(name));
        if let Some((name, _)) = unknown {
            return Err(refusal::bad_request(format!("there is no parameter {name}")));
        }
        if ids.numeric {
            return Err(refusal::bad_request("identifiers are URNs"));
        }
    }
    // Elsewhere it opens nothing.
    query.retain(|(name, _)| name != "secret_token" || op.takes(name));
    if op == Op::Upload {
        let too_large = switches.max_upload_bytes.saturating_add(FORM_OVERHEAD);
        if call.body.announced().is_some_and(|length| length > too_large) {
            return Err(refusal::plain(StatusCode::PAYLOAD_TOO_LARGE));
        }
        call.body.limit(too_large);
        // Before the body, so that nobody sends gigabytes for a 401.
        let mut world = house.soundcloud.world.lock();
        tracks::may_upload(
            &desk(house, &mut world, switches, call, &query, Some(subject), &app.client_id),
            1,
        )?;
    }
    let body = read_body(call, op).await?;
    let mut world = house.soundcloud.world.lock();
    let mut desk = desk(house, &mut world, switches, call, &query, Some(subject), &app.client_id);
    dispatch(&mut desk, op, &ids, &body)
}

fn desk<'a>(
    house: &'a Arc<House>,
    world: &'a mut World,
    switches: &Switches,
    call: &Call,
    query: &[(String, String)],
    caller: Option<Subject>,
    client_id: &'a str,
) -> Desk<'a> {
    Desk {
        house,
        world,
        switches: switches.clone(),
        client_id,
        caller,
        path: call.path.clone(),
        query: query.to_vec(),
        now: house.clock.unix(),
    }
}

/// The limits of gateway and edge, which know nothing of operations.
fn count_call(house: &Arc<House>, switches: &Switches) -> Result<(), Refusal> {
    let now = house.clock.now().as_secs_f64();
    let mut world = house.soundcloud.world.lock();
    let limits =
        [("edge", switches.edge, LimitKind::Edge), ("gateway", switches.gateway, LimitKind::Gateway)];
    for (name, limit, kind) in limits {
        if let Some(RateLimited { calls: max, window_s }) = limit
            && let Err(reset) = world.count(name.to_owned(), max, window_s, now)
        {
            return Err(Refusal::Limited(Limit { kind, max, window_s, reset }));
        }
    }
    Ok(())
}

/// The token, whom it speaks for and through which application: `OAuth` or `Bearer` in any case, nothing else.
fn authorize(
    house: &Arc<House>,
    switches: &Switches,
    call: &Call,
) -> Result<(String, Subject, SoundcloudApp), Refusal> {
    let Some(header) = call.header("authorization") else { return Err(Refusal::NoHeader) };
    let (scheme, token) = header.trim().split_once(' ').ok_or(Refusal::Unauthorized)?;
    if !scheme.eq_ignore_ascii_case("oauth") && !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::Unauthorized);
    }
    let now = house.clock.now().as_secs_f64();
    let token = token.trim();
    let grant = house.soundcloud.world.lock().sessions.grant(token, now).cloned();
    let Grant { subject, client_id } = grant.ok_or(Refusal::Unauthorized)?;
    // An application that is registered no more takes its tokens along.
    let app = house.soundcloud.app(switches, &client_id).ok_or(Refusal::Unauthorized)?;
    Ok((token.to_owned(), subject, app))
}

fn content_type(call: &Call) -> String {
    let whole = call.header("content-type").unwrap_or_default();
    whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn read_body(call: &mut Call, op: Op) -> Result<Body, Refusal> {
    let (json, form) = match op {
        Op::Upload => (false, true),
        Op::ChangeTrack | Op::CreatePlaylist => (true, true),
        Op::ChangePlaylist | Op::AddComment | Op::Storefront => (true, false),
        _ => return Ok(Body::None),
    };
    let content_type = content_type(call);
    if content_type == "multipart/x-www-form-urlencoded" {
        // Not a real type, but in the specification.
        let parameters = call.header("content-type").and_then(|whole| whole.split_once(';'));
        let meant = match parameters {
            Some((_, parameters)) => format!("multipart/form-data;{parameters}"),
            None => "application/x-www-form-urlencoded".to_owned(),
        };
        if let Ok(meant) = HeaderValue::try_from(meant) {
            call.headers.insert(CONTENT_TYPE, meant);
        }
    }
    let is_form =
        content_type.starts_with("multipart/") || content_type == "application/x-www-form-urlencoded";
    if form && (is_form || !json) {
        return Ok(Body::Form(call.form().await?));
    }
    let unreadable = || match op {
        Op::Storefront => refusal::bad_request("Could not parse JSON request body."),
        _ => refusal::unprocessable("Could not parse JSON request body."),
    };
    let bytes = call.body.bytes(JSON_LIMIT).await?;
    if op == Op::Storefront && content_type != "application/json" {
        return Err(unreadable());
    }
    serde_json::from_slice(&bytes).map(Body::Json).map_err(|_| unreadable())
}

fn dispatch(desk: &mut Desk<'_>, op: Op, ids: &Ids, body: &Body) -> Answer {
    let id = ids.get(0);
    let json = match body {
        Body::Json(json) => json,
        _ => &Value::Null,
    };
    let empty = Form::default();
    let form = match body {
        Body::Form(form) => form,
        _ => &empty,
    };
    let given = match body {
        Body::Form(form) => Given::Form(form),
        _ => Given::Json(json),
    };
    match op {
        Op::Me => ok(&desk.show_me(desk.user(Some(desk.me()?))?)),
        Op::Feed => lists::feed(desk, false),
        Op::FeedTracks => lists::feed(desk, true),
        Op::RecentlyPlayed => lists::recently_played(desk),
        Op::MyTrackLikes => lists::track_likes(desk, desk.me()?, true),
        Op::MyPlaylistLikes => lists::playlist_likes(desk, desk.me()?),
        Op::MyFollowings => lists::followings(desk, desk.me()?, true),
        Op::FollowingsTracks => lists::followings_tracks(desk),
        Op::MyFollowing => {
            let user = known(desk, id)?;
            lists::tied_user(desk, desk.me()?, user, user)
        }
        Op::Follow => social::follow(desk, id),
        Op::Unfollow => social::unfollow(desk, id),
        Op::MyFollowers => lists::followers(desk, desk.me()?),
        Op::MyFollower => {
            let user = known(desk, id)?;
            lists::tied_user(desk, user, desk.me()?, user)
        }
        Op::MyPlaylists => lists::user_playlists(desk, desk.me()?, true),
        Op::MyTracks => lists::user_tracks(desk, desk.me()?, true),
        Op::MyTrackReposts => lists::track_reposts(desk, desk.me()?, true),
        Op::MyPlaylistReposts => lists::playlist_reposts(desk, desk.me()?),
        Op::SearchTracks => search::tracks(desk),
        Op::Upload => tracks::upload(desk, form),
        Op::SearchPlaylists => search::playlists(desk),
        Op::CreatePlaylist => playlists::create(desk, &given),
        Op::SearchUsers => search::users(desk),
        Op::Playlist => playlists::get(desk, id),
        Op::ChangePlaylist => playlists::change(desk, id, &given),
        Op::DeletePlaylist => playlists::delete(desk, id),
        Op::PlaylistTracks => lists::playlist_tracks(desk, desk.playlist(id)?.id),
        Op::PlaylistReposters => lists::playlist_reposters(desk, desk.playlist(id)?.id),
        Op::Track => tracks::get(desk, id),
        Op::ChangeTrack => match body {
            Body::Form(form) => tracks::change(desk, id, &Fields::of_form(form, "track"), Some(form)),
            _ => tracks::change(desk, id, &Fields::of_json(json, "track")?, None),
        },
        Op::DeleteTrack => tracks::delete(desk, id),
        Op::Storefront => tracks::storefront(desk, id, json),
        Op::Preview => streams::redirect_to_preview(desk, id),
        Op::Streams => streams::streams(desk, id),
        Op::Comments => lists::comments(desk, desk.track(id)?.id),
        Op::AddComment => social::comment(desk, id, json),
        Op::Favoriters => lists::favoriters(desk, desk.track(id)?.id),
        Op::TrackReposters => lists::track_reposters(desk, desk.track(id)?.id),
        Op::RelatedTracks => lists::related_tracks(desk, desk.track(id)?.id),
        Op::Resolve => resolve::resolve(desk),
        Op::User => ok(&desk.show_user(desk.user(id)?)),
        Op::RelatedUsers => lists::related_users(desk, known(desk, id)?),
        Op::Favorites | Op::TrackLikes => lists::track_likes(desk, known(desk, id)?, false),
        Op::Followers => lists::followers(desk, known(desk, id)?),
        Op::Followings => lists::followings(desk, known(desk, id)?, false),
        Op::Following => {
            let (user, other) = (known(desk, id)?, known(desk, ids.get(1))?);
            lists::tied_user(desk, user, other, other)
        }
        Op::UserPlaylists => lists::user_playlists(desk, known(desk, id)?, false),
        Op::UserTracks => lists::user_tracks(desk, known(desk, id)?, false),
        Op::WebProfiles => lists::web_profiles(desk, known(desk, id)?),
        Op::PlaylistLikes => lists::playlist_likes(desk, known(desk, id)?),
        Op::TrackReposts => lists::track_reposts(desk, known(desk, id)?, false),
        Op::PlaylistReposts => lists::playlist_reposts(desk, known(desk, id)?),
        Op::LikeTrack => social::like_track(desk, id),
        Op::UnlikeTrack => social::unlike_track(desk, id),
        Op::LikePlaylist => social::like_playlist(desk, id),
        Op::UnlikePlaylist => social::unlike_playlist(desk, id),
        Op::RepostTrack => social::repost_track(desk, id),
        Op::UnrepostTrack => social::unrepost_track(desk, id),
        Op::RepostPlaylist => social::repost_playlist(desk, id),
        Op::UnrepostPlaylist => social::unrepost_playlist(desk, id),
        Op::Stream => streams::stream(desk, id),
        Op::Download => streams::download(desk, id),
        Op::FollowStream => streams::follow(desk, id, &ids.texts),
        Op::Comment => social::show_comment(desk, id),
        // Answered before, without the world.
        Op::SignOut => Ok(Reply::empty(StatusCode::OK)),
    }
}
