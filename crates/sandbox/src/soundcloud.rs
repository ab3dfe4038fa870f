//! SoundCloud: `api.soundcloud.com`, `secure.soundcloud.com`, the site, and the old `api.sandbox-soundcloud.com`.

mod accounts;
mod apps;
mod audio;
mod catalogue;
mod consent;
mod context;
mod date;
mod encryption;
mod error;
mod fields;
mod import;
mod legacy;
mod lists;
mod oauth;
mod oembed;
mod old_oauth;
mod page;
mod player;
mod playlists;
mod ration;
mod resolve;
mod route;
mod sandbox;
mod search;
mod session;
mod show;
mod social;
mod state;
mod store;
mod streams;
mod switches;
mod tracks;
mod web;

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;

pub(crate) use self::state::{Soundcloud as Service, SoundcloudAccess as Access};
pub(crate) use self::switches::Switches;

use self::apps::SoundcloudApp;
use self::context::{RequestContext, ok};
use self::error::{ErrorResponse, Result};
use self::fields::Fields;
use self::legacy::LegacyApi;
use self::lists::known;
use self::playlists::Given;
use self::route::{Found, Ids, Needs, Op};
use self::session::{Grant, Subject};
use self::store::Store;
use self::switches::CreatedStatus;
use crate::kit::{Admitted, Api, Form, Handling, Host, Imported, Request, Response, pipeline, service};

/// What is public of the service.
pub(crate) mod public {
    pub use super::accounts::{SoundcloudAccounts, SoundcloudUser};
    pub use super::apps::SoundcloudApp;
    pub use super::state::SoundcloudAccess;
    pub use super::switches::{
        Access, AccessRule, ClientCredentials, CreatedStatus, ErrorShape, HlsEncryption, MemberFault,
        PageFault, Processing, RateLimitShape, Refresh, Switches as SoundcloudSwitches, UnauthorizedBody,
        UriForm, UserAccess as SoundcloudUserAccess,
    };
}

impl Host {
    /// `api.soundcloud.com`: the API of today.
    pub const SOUNDCLOUD: Self = Self::new("soundcloud");
    /// `secure.soundcloud.com`: authorization and tokens.
    pub const SOUNDCLOUD_AUTH: Self = Self::new("soundcloud_auth");
    /// `api.sandbox-soundcloud.com`: the old API, XML.
    pub const SOUNDCLOUD_LEGACY: Self = Self::last("soundcloud_legacy");
    /// `soundcloud.com` and `w.soundcloud.com`: oEmbed, the widget, and the page of the old login.
    pub const SOUNDCLOUD_WEB: Self = Self::last("soundcloud_web");
}

pub(crate) const HOSTS: &[Host] =
    &[Host::SOUNDCLOUD, Host::SOUNDCLOUD_AUTH, Host::SOUNDCLOUD_LEGACY, Host::SOUNDCLOUD_WEB];

/// Bodies other than forms may have this many bytes.
const MAX_JSON_BYTES: usize = 1024 * 1024;

impl service::Service for Service {
    fn hosts(&self) -> &'static [Host] {
        HOSTS
    }

    fn reset(&self) {
        self.switches.reset();
        let mut store = Store::new(self.seed);
        catalogue::fill(self, &mut store);
        *self.store.lock() = store;
    }

    fn handle<'a>(self: Arc<Self>, request: &'a mut Request) -> Handling<'a> {
        Box::pin(async move {
            if request.host == Host::SOUNDCLOUD_AUTH {
                return oauth::respond(&self, request).await;
            }
            if request.host == Host::SOUNDCLOUD_WEB {
                return web::respond(&self, request).await;
            }
            let switches = self.switches.with(request.switches.as_ref());
            if (switches.legacy || request.host == Host::SOUNDCLOUD_LEGACY)
                && let Some(response) = legacy::oauth::respond(&self, &switches, request).await
            {
                return response;
            }
            if request.host == Host::SOUNDCLOUD_LEGACY {
                return pipeline::run(&LegacyApi(self), request).await;
            }
            if let Some(response) = old_oauth::respond(&self, &switches, request).await {
                return response;
            }
            if switches.legacy && legacy::is_meant(request) {
                return pipeline::run(&LegacyApi(self), request).await;
            }
            let mut response = pipeline::run(&ModernApi(self), request).await;
            if response.status == StatusCode::CREATED && switches.created_status == CreatedStatus::Ok {
                response.status = StatusCode::OK;
            }
            response
        })
    }

    fn import<'a>(&'a self, catalogue: &Value) -> Imported<'a> {
        import::read(self, catalogue)
    }

    fn accounts(&self) -> Option<Value> {
        serde_json::to_value(self.accounts()).ok()
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let access = self.access();
        vec![
            ("SOUNDCLOUD_BASE_URL", access.base_url),
            ("SOUNDCLOUD_AUTH_URL", access.auth_url),
            ("SOUNDCLOUD_WEB_URL", self.sandbox.origin(Host::SOUNDCLOUD_WEB) + "/"),
            ("SOUNDCLOUD_CLIENT_ID", access.client_id),
            ("SOUNDCLOUD_CLIENT_SECRET", access.client_secret),
            ("SOUNDCLOUD_REDIRECT_URI", access.redirect_uri),
            ("SOUNDCLOUD_USERNAME", access.username),
            ("SOUNDCLOUD_PASSWORD", access.password),
            ("SOUNDCLOUD_ACCESS_TOKEN", access.access_token),
            ("SOUNDCLOUD_LEGACY_URL", self.sandbox.origin(Host::SOUNDCLOUD_LEGACY) + "/"),
        ]
    }

    fn gateway_page(&self, status: StatusCode) -> Response {
        Response::new(status, "text/html", error::page(status))
    }
}

/// What a request asks for.
struct Route {
    op: Op,
    needs: Needs,
    ids: Ids,
}

/// Who calls, with which token and through which application.
struct Caller {
    token: String,
    subject: Subject,
    app: SoundcloudApp,
}

/// The API of today.
struct ModernApi(Arc<Service>);

/// What came with a request.
enum Body {
    None,
    Json(Value),
    Form(Form),
}

impl Api for ModernApi {
    type Scope = Arc<Switches>;
    type Route = Route;
    type Caller = Caller;
    type Body = Body;
    type Error = ErrorResponse;

    fn scope(&self, request: &Request) -> Arc<Switches> {
        self.0.switches.with(request.switches.as_ref())
    }

    /// The methods are part of it: 405 comes before the token is looked at.
    fn route(&self, request: &Request, _: &Arc<Switches>) -> Result<Route> {
        match route::find(&request.method, &request.segments()) {
            Found::Op(op, needs, ids) => Ok(Route { op, needs, ids }),
            Found::Nothing => Err(error::not_found()),
            Found::Other(methods) => Err(ErrorResponse::Method(methods.join(", "))),
        }
    }

    /// The limits of edge and gateway come first: they do not know who calls.
    async fn authenticate(
        &self,
        request: &mut Request,
        switches: &Arc<Switches>,
        route: &Route,
    ) -> Result<Caller> {
        self.0.count_request(switches)?;
        let caller = self.0.caller(switches, request)?;
        if route.needs == Needs::User && caller.subject == Subject::App {
            return Err(ErrorResponse::Unauthorized);
        }
        let writes = *request.method_as_read() != Method::GET && route.op != Op::SignOut;
        if writes && !caller.app.may_write {
            return Err(ErrorResponse::Unauthorized);
        }
        Ok(caller)
    }

    async fn body(&self, admitted: &mut Admitted<'_, Self>) -> Result<Body> {
        let op = admitted.route.op;
        if admitted.scope.strict && op != Op::SignOut {
            let unknown = admitted.request.query_pairs().0.into_iter().find(|(name, _)| !op.takes(name));
            if let Some((name, _)) = unknown {
                return Err(error::bad_request(format!("unknown parameter {name}")));
            }
            if admitted.route.ids.numeric {
                return Err(error::bad_request("identifiers must be URNs"));
            }
        }
        if op == Op::Upload {
            tracks::check_announced(admitted.scope, admitted.request)?;
            // Before the body, so that nobody sends gigabytes for a 401.
            tracks::may_upload(&context(self, &mut self.0.store.lock(), admitted), 1)?;
        }
        read_body(admitted.request, op).await
    }

    fn respond(&self, admitted: &Admitted<'_, Self>, body: Body) -> Result {
        if admitted.route.op == Op::SignOut {
            self.0.end_session(&admitted.caller.token);
            return Ok(Response::empty(StatusCode::OK));
        }
        let mut store = self.0.store.lock();
        dispatch(&mut context(self, &mut store, admitted), admitted.route.op, &admitted.route.ids, &body)
    }

    fn error(&self, switches: &Arc<Switches>, error: ErrorResponse) -> Response {
        error.response(switches)
    }
}

impl Service {
    /// Who calls: `OAuth` or `Bearer` in any case, nothing else.
    fn caller(&self, switches: &Switches, request: &Request) -> Result<Caller> {
        let Some(header) = request.header("authorization") else { return Err(ErrorResponse::NoHeader) };
        let (scheme, token) = header.trim().split_once(' ').ok_or(ErrorResponse::Unauthorized)?;
        if !scheme.eq_ignore_ascii_case("oauth") && !scheme.eq_ignore_ascii_case("bearer") {
            return Err(ErrorResponse::Unauthorized);
        }
        let token = token.trim();
        let grant = self.store.lock().sessions.grant(token, self.now()).cloned();
        let Grant { subject, client_id } = grant.ok_or(ErrorResponse::Unauthorized)?;
        // An application that is registered no more takes its tokens along.
        let app = self.app(switches, &client_id).ok_or(ErrorResponse::Unauthorized)?;
        Ok(Caller { token: token.to_owned(), subject, app })
    }
}

fn context<'a>(
    api: &'a ModernApi,
    store: &'a mut Store,
    admitted: &'a Admitted<'_, ModernApi>,
) -> RequestContext<'a> {
    let Admitted { request, scope, route, caller } = admitted;
    let (subject, client_id) = (Some(caller.subject), caller.app.client_id.as_str());
    let mut context = RequestContext::new(&api.0, store, scope, request, subject, client_id);
    // Elsewhere it opens nothing.
    context.query.0.retain(|(name, _)| name != "secret_token" || route.op.takes(name));
    context
}

async fn read_body(request: &mut Request, op: Op) -> Result<Body> {
    let (json, form) = match op {
        Op::Upload => (false, true),
        Op::ChangeTrack | Op::CreatePlaylist => (true, true),
        Op::ChangePlaylist | Op::AddComment | Op::Storefront => (true, false),
        _ => return Ok(Body::None),
    };
    let content_type = request.media_type();
    if content_type == "multipart/x-www-form-urlencoded" {
        // Not a real type, but in the specification.
        let parameters = request.header("content-type").and_then(|whole| whole.split_once(';'));
        let meant = match parameters {
            Some((_, parameters)) => format!("multipart/form-data;{parameters}"),
            None => "application/x-www-form-urlencoded".to_owned(),
        };
        if let Ok(meant) = HeaderValue::try_from(meant) {
            request.headers.insert(CONTENT_TYPE, meant);
        }
    }
    let is_form =
        content_type.starts_with("multipart/") || content_type == "application/x-www-form-urlencoded";
    if form && (is_form || !json) {
        return Ok(Body::Form(request.form().await?));
    }
    let unreadable = || match op {
        Op::Storefront => error::bad_request("Could not parse JSON request body."),
        _ => error::unprocessable("Could not parse JSON request body."),
    };
    let bytes = request.body.bytes(MAX_JSON_BYTES).await?;
    if op == Op::Storefront && content_type != "application/json" {
        return Err(unreadable());
    }
    serde_json::from_slice(&bytes).map(Body::Json).map_err(|_| unreadable())
}

fn dispatch(context: &mut RequestContext<'_>, op: Op, ids: &Ids, body: &Body) -> Result {
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
        Op::Me => ok(&context.show_me(context.user(Some(context.me()?))?)),
        Op::Feed => lists::feed(context, false),
        Op::FeedTracks => lists::feed(context, true),
        Op::RecentlyPlayed => lists::recently_played(context),
        Op::MyTrackLikes => lists::track_likes(context, context.me()?, true),
        Op::MyPlaylistLikes => lists::playlist_likes(context, context.me()?),
        Op::MyFollowings => lists::followings(context, context.me()?, true),
        Op::FollowingsTracks => lists::followings_tracks(context),
        Op::MyFollowing => {
            let user = known(context, id)?;
            lists::linked_user(context, context.me()?, user, user)
        }
        Op::Follow => social::follow(context, id),
        Op::Unfollow => social::unfollow(context, id),
        Op::MyFollowers => lists::followers(context, context.me()?),
        Op::MyFollower => {
            let user = known(context, id)?;
            lists::linked_user(context, user, context.me()?, user)
        }
        Op::MyPlaylists => lists::user_playlists(context, context.me()?, true),
        Op::MyTracks => lists::user_tracks(context, context.me()?, true),
        Op::MyTrackReposts => lists::track_reposts(context, context.me()?, true),
        Op::MyPlaylistReposts => lists::playlist_reposts(context, context.me()?),
        Op::SearchTracks => search::tracks(context),
        Op::Upload => tracks::upload(context, form),
        Op::SearchPlaylists => search::playlists(context),
        Op::CreatePlaylist => playlists::create(context, &given),
        Op::SearchUsers => search::users(context),
        Op::Playlist => playlists::get(context, id),
        Op::ChangePlaylist => playlists::change(context, id, &given),
        Op::DeletePlaylist => playlists::delete(context, id),
        Op::PlaylistTracks => lists::playlist_tracks(context, context.playlist(id)?.id),
        Op::PlaylistReposters => lists::playlist_reposters(context, context.playlist(id)?.id),
        Op::Track => tracks::get(context, id),
        Op::ChangeTrack => match body {
            Body::Form(form) => tracks::change(context, id, &Fields::of_form(form, "track"), Some(form)),
            _ => tracks::change(context, id, &Fields::of_json(json, "track")?, None),
        },
        Op::DeleteTrack => tracks::delete(context, id),
        Op::Storefront => tracks::storefront(context, id, json),
        Op::Preview => streams::redirect_to_preview(context, id),
        Op::Streams => streams::streams(context, id),
        Op::Comments => lists::comments(context, context.track(id)?.id),
        Op::AddComment => social::comment(context, id, json),
        Op::Favoriters => lists::favoriters(context, context.track(id)?.id),
        Op::TrackReposters => lists::track_reposters(context, context.track(id)?.id),
        Op::RelatedTracks => lists::related_tracks(context, context.track(id)?.id),
        Op::Resolve => resolve::resolve(context),
        Op::User => ok(&context.show_user(context.user(id)?)),
        Op::RelatedUsers => lists::related_users(context, known(context, id)?),
        Op::Favorites | Op::TrackLikes => lists::track_likes(context, known(context, id)?, false),
        Op::Followers => lists::followers(context, known(context, id)?),
        Op::Followings => lists::followings(context, known(context, id)?, false),
        Op::Following => {
            let (user, other) = (known(context, id)?, known(context, ids.get(1))?);
            lists::linked_user(context, user, other, other)
        }
        Op::UserPlaylists => lists::user_playlists(context, known(context, id)?, false),
        Op::UserTracks => lists::user_tracks(context, known(context, id)?, false),
        Op::WebProfiles => lists::web_profiles(context, known(context, id)?),
        Op::PlaylistLikes => lists::playlist_likes(context, known(context, id)?),
        Op::TrackReposts => lists::track_reposts(context, known(context, id)?, false),
        Op::PlaylistReposts => lists::playlist_reposts(context, known(context, id)?),
        Op::LikeTrack => social::like(context, &social::TRACK_LIKES, id),
        Op::UnlikeTrack => social::unlike(context, &social::TRACK_LIKES, id),
        Op::LikePlaylist => social::like(context, &social::PLAYLIST_LIKES, id),
        Op::UnlikePlaylist => social::unlike(context, &social::PLAYLIST_LIKES, id),
        Op::RepostTrack => social::repost(context, &social::TRACK_REPOSTS, id),
        Op::UnrepostTrack => social::unrepost(context, &social::TRACK_REPOSTS, id),
        Op::RepostPlaylist => social::repost(context, &social::PLAYLIST_REPOSTS, id),
        Op::UnrepostPlaylist => social::unrepost(context, &social::PLAYLIST_REPOSTS, id),
        Op::Stream => streams::stream(context, id),
        Op::Download => streams::download(context, id),
        Op::FollowStream => streams::follow(context, id, &ids.texts),
        Op::Comment => social::show_comment(context, id),
        // Handled before, without the store.
        Op::SignOut => Ok(Response::empty(StatusCode::OK)),
    }
}
