//! Soundslice: the data API of `www.soundslice.com`.

mod accounts;
mod catalogue;
mod desk;
mod folders;
mod lists;
mod media;
mod musicxml;
mod notation;
mod recordings;
mod refusal;
mod route;
mod slices;
mod source;
mod switches;
mod syncpoints;
mod tune;
mod world;

use std::sync::Arc;

use http::header::{ALLOW, LOCATION, WWW_AUTHENTICATE};
use http::{Method, StatusCode};

pub(crate) use media::seconds_of_audio;

pub use accounts::{SoundsliceAccount, SoundsliceKey, SoundsliceList};
pub use switches::{BadCredentials, CallbackKey, Outcome, RateLimit, SuccessCodes, Switches};

use crate::call::Call;
use crate::description::SoundsliceAccess;
use crate::form::Form;
use crate::guarded::Guarded;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use crate::seed::Seed;
use accounts::Accounts;
use desk::Desk;
use route::{Found, Route};
use world::World;

/// The service and its state.
pub(crate) struct Service {
    seed: Seed,
    accounts: Accounts,
    world: Guarded<World>,
}

impl Service {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed, accounts: Accounts::new(seed), world: Guarded::new(World::new(seed)) }
    }

    /// Puts the seeded catalogue in place.
    pub(crate) fn fill(&self, house: &Arc<House>) {
        let mut world = World::new(self.seed);
        catalogue::fill(house, &mut world);
        *self.world.lock() = world;
    }

    /// How the first account gets in.
    pub(crate) fn access(&self, house: &House) -> SoundsliceAccess {
        let base_url = house.origin(Host::SOUNDSLICE) + "/api/v1/";
        let SoundsliceKey { app_id, password } = self.accounts.first_key();
        SoundsliceAccess { base_url, app_id, password }
    }

    /// Every account with its keys and what it owns.
    pub(crate) fn accounts(&self) -> Vec<SoundsliceAccount> {
        let world = self.world.lock();
        let mut accounts = self.accounts.all().to_vec();
        for account in &mut accounts {
            let slices = world.slices.values().filter(|slice| slice.owner == account.user_id);
            account.slices = slices.map(|slice| slice.scorehash.clone()).collect();
            let folders = world.folders.values().filter(|folder| folder.owner == account.user_id);
            account.folders = folders.map(|folder| folder.id).collect();
            let lists = world.lists.iter().filter(|(_, list)| list.owner == account.user_id);
            account.lists = lists.map(|(id, list)| world.describe_list(id, list)).collect();
        }
        accounts
    }
}

/// Answers one request.
pub(crate) async fn answer(house: &Arc<House>, call: &mut Call) -> Reply {
    let route = match route::find(&call.path) {
        Found::Route(route) => route,
        Found::LacksSlash => {
            let query = call.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
            let location = format!("{}/{query}", call.path);
            return Reply::new(StatusCode::MOVED_PERMANENTLY, "text/html; charset=utf-8", "")
                .header(LOCATION, &location);
        }
        Found::Nothing => return refusal::page_not_found(),
    };
    let service = &house.soundslice;
    let switches = call.switches.soundslice.clone();
    let known = call.basic_credentials().and_then(|(app_id, password)| {
        let user = service.accounts.user_of(&app_id, &password)?;
        Some((app_id, user))
    });
    let Some((app_id, user)) = known else { return bad_credentials(switches.bad_credentials) };
    if let Some(limit) = &switches.rate_limit {
        let now = house.clock.now().as_secs_f64();
        if let Err(wait) = service.world.lock().count_call(&app_id, limit, now) {
            return refusal::rate_limited(switches.rate_limit_retry_after.then_some(wait));
        }
    }
    let method = if call.method == Method::HEAD { Method::GET } else { call.method.clone() };
    let allowed = route.methods();
    if !allowed.contains(&method) {
        let allowed = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        return Reply::empty(StatusCode::METHOD_NOT_ALLOWED).header(ALLOW, &allowed);
    }
    let form = if method == Method::POST {
        match call.form().await {
            Ok(form) => form,
            Err(error) => return refusal::unreadable(&error),
        }
    } else {
        Form::default()
    };
    let mut world = service.world.lock();
    let mut desk = Desk { house, accounts: &service.accounts, world: &mut world, switches, user };
    dispatch(&mut desk, &route, &method, &form, call).unwrap_or_else(|refusal| refusal)
}

fn bad_credentials(how: BadCredentials) -> Reply {
    match how {
        BadCredentials::Forbidden => refusal::forbidden(),
        BadCredentials::Unauthorized => Reply::python_json(StatusCode::UNAUTHORIZED, &refusal::Nothing {})
            .header(WWW_AUTHENTICATE, "Basic realm=\"api\""),
    }
}

fn dispatch(
    desk: &mut Desk<'_>,
    route: &Route,
    method: &Method,
    form: &Form,
    call: &Call,
) -> Result<Reply, Reply> {
    let (get, post) = (*method == Method::GET, *method == Method::POST);
    match route {
        Route::Slices if post => slices::create(desk, form),
        Route::Slices => Ok(slices::list(desk)),
        Route::Slice(slice) if get => slices::get(desk, slice),
        Route::Slice(slice) => slices::delete(desk, slice),
        Route::Move(slice) => slices::move_to(desk, slice, form),
        Route::Duplicate(slice) => slices::duplicate(desk, slice),
        Route::NotationFile { slice, .. } if get => notation::original(desk, slice),
        Route::NotationFile { slice, legacy } => notation::start_upload(desk, slice, *legacy, form),
        Route::MusicXml(slice) => musicxml::export(desk, slice),
        Route::Recordings(slice) if post => recordings::create(desk, slice, form),
        Route::Recordings(slice) => recordings::list(desk, slice),
        Route::RecordingOrder(slice) => recordings::reorder(desk, slice, form),
        Route::Recording(id) if post => recordings::change(desk, *id, form),
        Route::Recording(id) => recordings::delete(desk, *id),
        Route::Media(id) => media::start_upload(desk, *id),
        Route::Syncpoints(id) if get => syncpoints::get(desk, *id),
        Route::Syncpoints(id) => syncpoints::set(desk, *id, form),
        Route::Folders if post => folders::create(desk, form),
        Route::Folders => folders::list(desk, call.query_value("parent_id").as_deref()),
        Route::Folder(id) if get => folders::contents(desk, *id),
        Route::Folder(id) if post => folders::rename(desk, *id, form),
        Route::Folder(id) => folders::delete(desk, *id),
        Route::Lists => lists::create(desk, form),
        Route::List(id) => lists::rename(desk, id, form),
        Route::ListSlices(id) => lists::add(desk, id, form),
        Route::ListSlice(id, slice) => lists::remove(desk, id, slice),
    }
}
