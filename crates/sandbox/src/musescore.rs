//! MuseScore: `api.musescore.com`, `musescore.com` and `static.musescore.com`.

mod accounts;
mod catalogue;
mod desk;
mod document;
mod files;
mod format;
mod license;
mod mscx;
mod oauth;
mod oembed;
mod refusal;
mod rendering;
mod resolve;
mod route;
mod scores;
mod search;
mod signed_url;
mod switches;
mod upload;
mod users;
mod web;
mod world;

use std::sync::Arc;

use http::Method;
use http::header::{CONTENT_TYPE, HOST};

pub use accounts::{MusescoreAccount, MusescoreKeys, MusescoreScore, Standing as MusescoreStanding};
pub use switches::{Credentials as MusescoreCredentials, LoginFailure, OauthMode, OembedHtml, Switches};

use crate::call::Call;
use crate::description::MusescoreAccess;
use crate::form::Form;
use crate::guarded::Guarded;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use crate::seed::Seed;
use accounts::Accounts;
use desk::Desk;
use format::{Format, Kind};
use oauth::check::{Bench, Caller, Signed};
use oauth::parameters::Parameters;
use oauth::tokens;
use refusal::Refusal;
use rendering::Press;
use route::{Found, Resource};
use world::World;

/// The service and its state.
pub(crate) struct Service {
    seed: Seed,
    accounts: Accounts,
    press: Press,
    world: Guarded<World>,
}

impl Service {
    pub(crate) fn new(seed: Seed) -> Self {
        Self {
            seed,
            accounts: Accounts::new(seed),
            press: Press::new(),
            world: Guarded::new(World::new(seed)),
        }
    }

    /// Puts the seeded catalogue in place.
    pub(crate) fn fill(&self, _: &Arc<House>) {
        let mut world = World::new(self.seed);
        catalogue::fill(&self.press, &mut world);
        *self.world.lock() = world;
    }

    /// How the first user of the first consumer gets in.
    pub(crate) fn access(&self, house: &House) -> MusescoreAccess {
        let text = |member: fn(&MusescoreKeys) -> &String| {
            self.accounts.first_keys().map(member).cloned().unwrap_or_default()
        };
        MusescoreAccess {
            base_url: house.origin(Host::MUSESCORE) + "/services/rest/",
            oauth_url: house.origin(Host::MUSESCORE) + "/oauth/",
            web_url: house.origin(Host::MUSESCORE_WEB) + "/",
            static_url: house.origin(Host::MUSESCORE_STATIC) + "/",
            consumer_key: text(|keys| &keys.consumer_key),
            consumer_secret: text(|keys| &keys.consumer_secret),
            access_token: text(|keys| &keys.access_token),
            access_token_secret: text(|keys| &keys.access_token_secret),
        }
    }

    /// Every user with keys and scores.
    pub(crate) fn accounts(&self) -> Vec<MusescoreAccount> {
        let world = self.world.lock();
        let mut accounts = self.accounts.all().to_vec();
        for account in &mut accounts {
            let scores = world.scores.values().filter(|score| score.owner == account.user_id);
            let describe = |score: &world::Score| MusescoreScore {
                id: score.id,
                vid: score.vid,
                secret: score.secret.clone(),
                private: score.private,
                title: score.title.clone(),
                revision_log: score.revision_log.clone(),
            };
            account.scores = scores.map(describe).collect();
        }
        accounts
    }
}

/// A request's target with the query where it should be.
struct Target {
    path: String,
    query: Vec<(String, String)>,
    /// The path and the query as a signature has them.
    signed_path: String,
    signed_query: Vec<(String, String)>,
}

impl Target {
    /// Some programs join path and query with `&`, as three examples of the documentation do.
    fn of(call: &Call) -> Self {
        let joined = call.path.split_once('&').filter(|(path, _)| {
            let last = path.rsplit('/').next().unwrap_or_default();
            call.query.is_none() && last.contains('.')
        });
        let Some((path, query)) = joined else {
            let (path, query) = (call.path.clone(), call.query_pairs());
            return Self { signed_path: path.clone(), signed_query: query.clone(), path, query };
        };
        let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        // Signed in the query, the rest of the address is the path; signed elsewhere, all of it is.
        let (signed_path, signed_query) = if query.iter().any(|(name, _)| name == "oauth_signature") {
            (path.to_owned(), query.clone())
        } else {
            (call.path.clone(), Vec::new())
        };
        Self { path: path.to_owned(), query, signed_path, signed_query }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Answers one request to the API host.
pub(crate) async fn answer(house: &Arc<House>, call: &mut Call) -> Reply {
    let switches = call.switches.musescore.clone();
    let target = Target::of(call);
    let found = route::find(&target.path);
    let kind = match found {
        Found::Nothing(kind) => kind.unwrap_or(Kind::Json),
        Found::Resource { extension, .. } => extension.unwrap_or_else(|| format::accepted(call)),
        _ => Kind::Json,
    };
    let format = match Format::new(kind, target.value("callback"), &switches) {
        Ok(format) => format,
        Err(refusal) => return refusal.reply(&Format::json(&switches)),
    };
    let answered = match found {
        Found::Nothing(_) => Err(Refusal::not_found()),
        Found::UnknownExtension => Err(Refusal::unusable("Unknown format")),
        Found::RequestToken => token_endpoint(house, &switches, call, target, tokens::request_token).await,
        Found::AccessToken => token_endpoint(house, &switches, call, target, tokens::access_token).await,
        Found::Resource { resource, extension } => {
            let asked = Asked { resource, extension, format: format.clone() };
            answer_resource(house, &switches, call, target, asked).await
        }
    };
    answered.unwrap_or_else(|refusal| refusal.reply(&format))
}

/// Header, query and form of a request; of the body only what may be signed is read.
async fn parameters(call: &mut Call, query: Vec<(String, String)>) -> Result<Parameters, Refusal> {
    let form = if has_type(call, "application/x-www-form-urlencoded") {
        let form = call.form().await.map_err(|error| Refusal::unreadable(&error))?;
        form.pairs().to_vec()
    } else {
        Vec::new()
    };
    Parameters::gather(call, query, form)
}

fn has_type(call: &Call, essence: &str) -> bool {
    let value = call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(essence)
}

async fn token_endpoint(
    house: &Arc<House>,
    switches: &Switches,
    call: &mut Call,
    target: Target,
    grant: impl FnOnce(&mut Bench<'_>, &Signed<'_>) -> Result<Reply, Refusal>,
) -> Result<Reply, Refusal> {
    if ![Method::GET, Method::HEAD, Method::POST].contains(&call.method) {
        return Err(Refusal::method("GET, HEAD, POST"));
    }
    let parameters = parameters(call, target.signed_query).await?;
    let signed = signed(call, &target.signed_path, &parameters);
    let service = &house.musescore;
    let mut world = service.world.lock();
    grant(&mut Bench { house, switches, accounts: &service.accounts, world: &mut world }, &signed)
}

fn signed<'a>(call: &'a Call, path: &'a str, parameters: &'a Parameters) -> Signed<'a> {
    let host = call.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    Signed { method: call.method.as_str(), host, path, parameters }
}

/// A resource and how it is wanted.
struct Asked {
    resource: Resource,
    extension: Option<Kind>,
    format: Format,
}

async fn answer_resource(
    house: &Arc<House>,
    switches: &Switches,
    call: &mut Call,
    target: Target,
    asked: Asked,
) -> Result<Reply, Refusal> {
    let service = &house.musescore;
    let mut parameters = parameters(call, target.signed_query).await?;
    if !parameters.signed() {
        parameters.query.clone_from(&target.query);
    }
    let caller: Caller = {
        let mut world = service.world.lock();
        let mut bench = Bench { house, switches, accounts: &service.accounts, world: &mut world };
        bench.caller(&signed(call, &target.signed_path, &parameters))?
    };
    let method = if call.method == Method::HEAD { Method::GET } else { call.method.clone() };
    let allowed = asked.resource.methods();
    if !allowed.split(", ").any(|allowed| allowed == method.as_str()) {
        return Err(Refusal::method(allowed));
    }
    let form = if method == Method::POST && has_type(call, "multipart/form-data") {
        caller.required_user()?;
        Some(call.form().await.map_err(|error| Refusal::unreadable(&error))?)
    } else {
        None
    };
    let mut world = service.world.lock();
    let mut desk = Desk {
        house,
        accounts: &service.accounts,
        press: &service.press,
        world: &mut world,
        switches,
        caller,
        format: asked.format,
        query: target.query,
    };
    dispatch(&mut desk, &asked.resource, &method, form.as_ref(), asked.extension)
}

fn dispatch(
    desk: &mut Desk<'_>,
    resource: &Resource,
    method: &Method,
    form: Option<&Form>,
    extension: Option<Kind>,
) -> Result<Reply, Refusal> {
    match resource {
        Resource::Scores if *method == Method::POST => upload::create(desk, form),
        Resource::Scores => scores::list(desk),
        Resource::Score(id) if *method == Method::GET => scores::get(desk, *id),
        Resource::Score(id) | Resource::RootScore(id) => scores::delete(desk, *id),
        Resource::Time(id) => scores::times(desk, *id),
        Resource::Space(id) => scores::boxes(desk, *id),
        Resource::Update(id) => upload::update(desk, *id, form),
        Resource::Me => users::me(desk),
        Resource::User(id) => users::get(desk, *id),
        Resource::UserScores(id) => scores::of_user(desk, *id),
        Resource::Resolve => resolve::resolve(desk, extension),
        Resource::SignedUrl { id, version, encoding } => signed_url::get(desk, *id, *version, encoding),
    }
}

/// Answers one request to the web site.
pub(crate) async fn answer_web(house: &Arc<House>, call: &mut Call) -> Reply {
    let switches = call.switches.musescore.clone();
    web::answer(house, &switches, call).await
}

/// Answers one request for a file.
pub(crate) async fn answer_static(house: &Arc<House>, call: &mut Call) -> Reply {
    files::answer(house, call)
}
