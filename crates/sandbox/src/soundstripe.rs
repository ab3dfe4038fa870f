//! Soundstripe: `api.soundstripe.com`.

mod accounts;
mod assets;
mod catalogue;
mod categories;
mod context;
mod digital_usages;
mod document;
mod error;
mod headers;
mod image;
mod media;
mod paging;
mod playlists;
mod private_items;
mod private_playlists;
mod query;
mod rate;
mod route;
mod sandbox;
mod search_document;
mod search_job;
mod searches;
mod songs;
mod sound_effects;
mod state;
mod store;
mod switches;
mod tags;
mod terms;
mod tones;
mod webhooks;

use std::sync::Arc;

use serde_json::Value;

pub(crate) use self::state::{Soundstripe as Service, SoundstripeAccess as Access};
pub(crate) use self::switches::Switches;

use self::catalogue::Additions;
use self::context::RequestContext;
use self::error::Result;
use self::query::Query;
use self::route::Route;
use self::store::Store;
use crate::kit::{
    Admitted, Api, ErrorResponse, Form, Handling, Host, Imported, Request, Response, pipeline, service,
};

/// What is public of the service.
pub(crate) mod public {
    pub use super::accounts::{SoundstripeAccount, SoundstripeKey};
    pub use super::state::SoundstripeAccess;
    pub use super::switches::{
        AssetOutcome, AssetRefusal, AudioFileShape, CategoriesList, KeyShape, LinkScheme, PlaylistLinkage,
        SearchOutcome, Switches as SoundstripeSwitches, TagMatch, UnknownTagCategory, WebhookRedelivery,
    };
}

impl Host {
    /// `api.soundstripe.com`, the JSON:API.
    pub const SOUNDSTRIPE: Self = Self::new("soundstripe");
}

pub(crate) const HOSTS: &[Host] = &[Host::SOUNDSTRIPE];

/// JSON bodies may have this many bytes.
const MAX_JSON_BYTES: usize = 1024 * 1024;

impl service::Service for Service {
    fn hosts(&self) -> &'static [Host] {
        HOSTS
    }

    fn reset(&self) {
        self.switches.reset();
        self.forget_additions();
        *self.store.lock() = Store::new(self.seed);
    }

    fn handle<'a>(self: Arc<Self>, request: &'a mut Request) -> Handling<'a> {
        Box::pin(async move { pipeline::run(&JsonApi(self), request).await })
    }

    fn import<'a>(&'a self, catalogue: &Value) -> Imported<'a> {
        let additions = Additions::read(catalogue)?;
        Ok(Box::new(move || self.extend(additions)))
    }

    fn accounts(&self) -> Option<Value> {
        serde_json::to_value(self.accounts()).ok()
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let access = self.access();
        vec![
            ("SOUNDSTRIPE_BASE_URL", access.base_url),
            ("SOUNDSTRIPE_API_KEY", access.token),
            ("SOUNDSTRIPE_WEBHOOK_SECRET", access.webhook_secret),
        ]
    }
}

/// What a request carries.
enum Body {
    Nothing,
    Json(Value),
    Form(Form),
}

/// The API, in JSON:API.
struct JsonApi(Arc<Service>);

/// The caller is the number of the account whose key it is.
impl Api for JsonApi {
    type Scope = Arc<Switches>;
    type Route = Route;
    type Caller = usize;
    type Body = Body;
    type Error = ErrorResponse;

    fn scope(&self, request: &Request) -> Arc<Switches> {
        self.0.switches.with(request.switches.as_ref())
    }

    /// Method and path together: a wrong method is a 404.
    fn route(&self, request: &Request, _: &Arc<Switches>) -> Result<Route> {
        Route::find(&request.method, &request.segments()).ok_or_else(error::no_route)
    }

    async fn authenticate(
        &self,
        request: &mut Request,
        switches: &Arc<Switches>,
        _: &Route,
    ) -> Result<usize> {
        let key = headers::key(request, switches.strict_headers).ok_or_else(error::invalid_token)?;
        self.0.accounts.of(&key).ok_or_else(error::invalid_token)
    }

    fn limit(&self, admitted: &Admitted<'_, Self>) -> Result<()> {
        let Some(limit) = admitted.scope.rate_limit else { return Ok(()) };
        let now = self.0.sandbox.clock.now();
        let wait = self.0.store.lock().rate.count(admitted.caller, limit, now);
        wait.map_or(Ok(()), |_| Err(error::rate_limited(admitted.scope.rate_limit_retry_after)))
    }

    async fn body(&self, admitted: &mut Admitted<'_, Self>) -> Result<Body> {
        let Admitted { request, scope: switches, route, caller } = admitted;
        route.check_right(&self.0.accounts.all()[*caller])?;
        headers::check_accept(request, switches.strict_headers)?;
        headers::check_content_type(request, route, switches.strict_headers)?;
        if *route == Route::UploadAsset {
            return request.form().await.map(Body::Form).map_err(error::unreadable);
        }
        if !route.takes_json() {
            return Ok(Body::Nothing);
        }
        let bytes = request.body.bytes(MAX_JSON_BYTES).await.map_err(error::unreadable)?;
        serde_json::from_slice(&bytes).map(Body::Json).map_err(|_| error::bad("The body must be JSON."))
    }

    fn respond(&self, admitted: &Admitted<'_, Self>, body: Body) -> Result {
        let context = RequestContext {
            service: &self.0,
            catalogue: self.0.catalogue(),
            query: Query(admitted.request.query_pairs()),
            path: admitted.request.path.clone(),
            switches: Arc::clone(admitted.scope),
            account: admitted.caller,
        };
        dispatch(&context, &admitted.route, &body)
    }

    fn error(&self, _: &Arc<Switches>, error: ErrorResponse) -> Response {
        error.0
    }
}

fn dispatch(context: &RequestContext<'_>, route: &Route, body: &Body) -> Result {
    let json = match body {
        Body::Json(json) => json,
        _ => &Value::Null,
    };
    match route {
        Route::Songs => songs::list(context),
        Route::Song(id) => songs::get(context, id),
        Route::DigitalUsage(song) => digital_usages::create(context, song, json),
        Route::Tags => tags::list(context),
        Route::SoundEffects => sound_effects::list(context),
        Route::SoundEffect(id) => sound_effects::get(context, id),
        Route::Categories => categories::list(context),
        Route::Category(id) => categories::get(context, id),
        Route::Playlists => playlists::list(context),
        Route::Playlist(id) => playlists::get(context, id),
        Route::PlaylistCategories => playlists::list_categories(context),
        Route::PlaylistCategory(id) => playlists::get_category(context, id),
        Route::PrivatePlaylists => private_playlists::list(context),
        Route::CreatePrivatePlaylist => private_playlists::create(context, json),
        Route::PrivatePlaylist(id) => private_playlists::get(context, id),
        Route::UpdatePrivatePlaylist(id) => private_playlists::update(context, id, json),
        Route::DeletePrivatePlaylist(id) => private_playlists::delete(context, id),
        Route::AddItems(id, kind) => private_items::add(context, id, *kind, json),
        Route::RemoveItems(id, kind) => private_items::remove(context, id, *kind, json),
        Route::StartSearch => searches::start(context, json),
        Route::Search(id) => searches::get(context, id),
        Route::UploadAsset => match body {
            Body::Form(form) => assets::upload(context, form),
            _ => Err(error::bad("file is missing")),
        },
        Route::Asset(id) => assets::get(context, id),
    }
}
