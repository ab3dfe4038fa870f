//! Soundslice: the data API of `www.soundslice.com`.

mod accounts;
mod catalogue;
mod context;
mod error;
mod folders;
mod import;
mod lists;
mod media;
mod musicxml;
mod notation;
mod recordings;
mod route;
mod sandbox;
mod slices;
mod source;
mod state;
mod store;
mod switches;
mod syncpoints;
mod tune;

use std::sync::Arc;

use http::Method;
use http::StatusCode;
use http::header::LOCATION;
use serde_json::Value;

pub(crate) use self::state::{Soundslice as Service, SoundsliceAccess as Access};
pub(crate) use self::switches::Switches;

use self::context::RequestContext;
use self::error::Result;
use self::route::{Found, Route};
use self::store::Store;
use crate::kit::{
    Admitted, Api, ErrorResponse, Form, Handling, Host, Imported, Request, Response, pipeline, service,
};

/// What is public of the service.
pub(crate) mod public {
    pub use super::accounts::{SoundsliceAccount, SoundsliceKey, SoundsliceList};
    pub use super::state::SoundsliceAccess;
    pub use super::switches::{
        BadCredentials, CallbackKey, Outcome, SuccessCodes, Switches as SoundsliceSwitches,
    };
}

impl Host {
    /// `www.soundslice.com`, the data API.
    pub const SOUNDSLICE: Self = Self::new("soundslice");
}

pub(crate) const HOSTS: &[Host] = &[Host::SOUNDSLICE];

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
        Box::pin(async move { pipeline::run(&DataApi(self), request).await })
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
            ("SOUNDSLICE_BASE_URL", access.base_url),
            ("SOUNDSLICE_APP_ID", access.app_id),
            ("SOUNDSLICE_PASSWORD", access.password),
        ]
    }
}

struct DataApi(Arc<Service>);

/// Who calls: the key, and the account that it belongs to.
struct Caller {
    app_id: String,
    user: u64,
}

impl Api for DataApi {
    type Scope = Arc<Switches>;
    type Route = Route;
    type Caller = Caller;
    type Body = Form;
    type Error = ErrorResponse;

    fn scope(&self, request: &Request) -> Arc<Switches> {
        self.0.switches.with(request.switches.as_ref())
    }

    fn route(&self, request: &Request, _: &Arc<Switches>) -> Result<Route> {
        match route::find(&request.path) {
            Found::Route(route) => Ok(route),
            Found::LacksSlash => {
                let query = request.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
                let redirect = Response::new(StatusCode::MOVED_PERMANENTLY, "text/html; charset=utf-8", "");
                Err(redirect.header(LOCATION, &format!("{}/{query}", request.path)).into())
            }
            Found::Nothing => Err(error::page_not_found()),
        }
    }

    async fn authenticate(
        &self,
        request: &mut Request,
        switches: &Arc<Switches>,
        _: &Route,
    ) -> Result<Caller> {
        let caller = request.basic_credentials().and_then(|(app_id, password)| {
            let user = self.0.accounts.user_of(&app_id, &password)?;
            Some(Caller { app_id, user })
        });
        caller.ok_or_else(|| error::bad_credentials(switches.bad_credentials))
    }

    fn limit(&self, admitted: &Admitted<'_, Self>) -> Result<()> {
        let switches = admitted.scope;
        let Some(limit) = switches.rate_limit else { return Ok(()) };
        let now = self.0.sandbox.clock.now().as_secs_f64();
        let counted = self.0.store.lock().windows.count(&admitted.caller.app_id, limit, now);
        counted.map_err(|end| {
            let wait = (end - now).ceil().max(1.0) as u64;
            error::rate_limited(switches.rate_limit_retry_after.then_some(wait))
        })
    }

    fn check_method(&self, admitted: &Admitted<'_, Self>) -> Result<()> {
        let allowed = admitted.route.methods();
        let fits = allowed.contains(admitted.request.method_as_read());
        if fits { Ok(()) } else { Err(error::method_not_allowed(allowed)) }
    }

    async fn body(&self, admitted: &mut Admitted<'_, Self>) -> Result<Form> {
        match admitted.request.method {
            Method::POST => admitted.request.form().await.map_err(error::unreadable),
            _ => Ok(Form::default()),
        }
    }

    fn respond(&self, admitted: &Admitted<'_, Self>, form: Form) -> Result {
        let (switches, user) = (Arc::clone(admitted.scope), admitted.caller.user);
        let mut store = self.0.store.lock();
        let mut context = RequestContext { service: &self.0, store: &mut store, switches, user };
        dispatch(&mut context, &admitted.route, admitted.request, &form)
    }

    fn error(&self, _: &Arc<Switches>, error: ErrorResponse) -> Response {
        error.0
    }
}

fn dispatch(context: &mut RequestContext<'_>, route: &Route, request: &Request, form: &Form) -> Result {
    let method = request.method_as_read();
    let (get, post) = (*method == Method::GET, *method == Method::POST);
    match route {
        Route::Slices if post => slices::create(context, form),
        Route::Slices => slices::list(context),
        Route::Slice(slice) if get => slices::get(context, slice),
        Route::Slice(slice) => slices::delete(context, slice),
        Route::Move(slice) => slices::move_to(context, slice, form),
        Route::Duplicate(slice) => slices::duplicate(context, slice),
        Route::NotationFile { slice, .. } if get => notation::original(context, slice),
        Route::NotationFile { slice, legacy } => notation::start_upload(context, slice, *legacy, form),
        Route::MusicXml(slice) => musicxml::export(context, slice),
        Route::Recordings(slice) if post => recordings::create(context, slice, form),
        Route::Recordings(slice) => recordings::list(context, slice),
        Route::RecordingOrder(slice) => recordings::reorder(context, slice, form),
        Route::Recording(id) if post => recordings::change(context, *id, form),
        Route::Recording(id) => recordings::delete(context, *id),
        Route::Media(id) => media::start_upload(context, *id),
        Route::Syncpoints(id) if get => syncpoints::get(context, *id),
        Route::Syncpoints(id) => syncpoints::set(context, *id, form),
        Route::Folders if post => folders::create(context, form),
        Route::Folders => folders::list(context, request.query_pairs().text("parent_id")),
        Route::Folder(id) if get => folders::contents(context, *id),
        Route::Folder(id) if post => folders::rename(context, *id, form),
        Route::Folder(id) => folders::delete(context, *id),
        Route::Lists => lists::create(context, form),
        Route::List(id) => lists::rename(context, id, form),
        Route::ListSlices(id) => lists::add(context, id, form),
        Route::ListSlice(id, slice) => lists::remove(context, id, slice),
    }
}
