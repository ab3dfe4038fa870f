//! MuseScore: `api.musescore.com`, `musescore.com` and `static.musescore.com`.

mod accounts;
mod catalogue;
mod context;
mod document;
mod error;
mod files;
mod format;
mod import;
mod license;
mod metadata;
mod mscx;
mod oauth;
mod oembed;
mod rendering;
mod resolve;
mod route;
mod sandbox;
mod scores;
mod search;
mod signed_url;
mod state;
mod store;
mod switches;
mod target;
mod upload;
mod users;
mod web;

use std::sync::Arc;

use http::Method;
use serde_json::Value;

pub(crate) use self::state::{Musescore as Service, MusescoreAccess as Access};
pub(crate) use self::switches::Switches;

use self::context::RequestContext;
use self::error::{ErrorResponse, Result};
use self::format::{Format, Kind};
use self::oauth::check::{AuthContext, Caller};
use self::oauth::tokens;
use self::route::{Found, Resource};
use self::store::Store;
use self::target::Target;
use crate::kit::{
    Admitted, Api, Form, Handling, Host, Imported, Pairs, Request, Response, pipeline, service,
};
use crate::oauth1::check::Signed;
use crate::oauth1::parameters::Parameters;

/// What is public of the service.
pub(crate) mod public {
    pub use super::accounts::{
        LoginAccess as MusescoreLoginAccess, MusescoreAccount, MusescoreKeys, MusescoreScore,
    };
    pub use super::state::MusescoreAccess;
    pub use super::switches::{
        Credentials as MusescoreCredentials, LoginFailure, OauthMode, OembedHtml,
        Switches as MusescoreSwitches,
    };
}

impl Host {
    /// `api.musescore.com`: REST and OAuth.
    pub const MUSESCORE: Self = Self::new("musescore");
    /// `musescore.com`: pages of scores and users, granting access, oEmbed.
    pub const MUSESCORE_WEB: Self = Self::new("musescore_web");
    /// `static.musescore.com`: the files of scores, by number and secret.
    pub const MUSESCORE_STATIC: Self = Self::new("musescore_static");
}

pub(crate) const HOSTS: &[Host] = &[Host::MUSESCORE, Host::MUSESCORE_WEB, Host::MUSESCORE_STATIC];

impl service::Service for Service {
    fn hosts(&self) -> &'static [Host] {
        HOSTS
    }

    fn reset(&self) {
        self.switches.reset();
        let mut store = Store::new(self.seed);
        catalogue::fill(&self.renderer, &mut store);
        *self.store.lock() = store;
    }

    fn handle<'a>(self: Arc<Self>, request: &'a mut Request) -> Handling<'a> {
        Box::pin(async move {
            match request.host {
                Host::MUSESCORE_WEB => web::respond(&self, request).await,
                Host::MUSESCORE_STATIC => Response::of(files::respond(&self, request)),
                _ => pipeline::run(&RestApi(self), request).await,
            }
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
            ("MUSESCORE_BASE_URL", access.base_url),
            ("MUSESCORE_OAUTH_URL", access.oauth_url),
            ("MUSESCORE_WEB_URL", access.web_url),
            ("MUSESCORE_STATIC_URL", access.static_url),
            ("MUSESCORE_CONSUMER_KEY", access.consumer_key),
            ("MUSESCORE_CONSUMER_SECRET", access.consumer_secret),
            ("MUSESCORE_ACCESS_TOKEN", access.access_token),
            ("MUSESCORE_ACCESS_TOKEN_SECRET", access.access_token_secret),
        ]
    }
}

/// What every step looks at: the target, and the format of the response.
struct Scope {
    switches: Arc<Switches>,
    target: Target,
    format: Format,
    /// Why there is no format as it was asked for; then it is JSON.
    no_format: Option<ErrorResponse>,
}

/// Who calls, once that is known; the token endpoints find out themselves.
enum Party {
    Caller(Caller),
    Unchecked(Parameters),
}

/// REST and the token endpoints.
struct RestApi(Arc<Service>);

impl Api for RestApi {
    type Scope = Scope;
    type Route = Found;
    type Caller = Party;
    type Body = Option<Form>;
    type Error = ErrorResponse;

    fn scope(&self, request: &Request) -> Scope {
        let switches = self.0.switches.with(request.switches.as_ref());
        let target = Target::of(request);
        let kind = match route::find(&target.path) {
            Found::Nothing(kind) => kind.unwrap_or(Kind::Json),
            Found::Resource { extension, .. } => extension.unwrap_or_else(|| format::accepted(request)),
            _ => Kind::Json,
        };
        let (format, no_format) = match Format::new(kind, target.query.text("callback"), &switches) {
            Ok(format) => (format, None),
            Err(error) => (Format::json(&switches), Some(error)),
        };
        Scope { switches, target, format, no_format }
    }

    fn route(&self, _: &Request, scope: &Scope) -> Result<Found> {
        match (&scope.no_format, route::find(&scope.target.path)) {
            (Some(error), _) => Err(error.clone()),
            (None, Found::UnknownExtension) => Err(error::unusable("Unknown format")),
            (None, Found::Nothing(_)) => Err(error::not_found()),
            (None, found) => Ok(found),
        }
    }

    async fn authenticate(&self, request: &mut Request, scope: &Scope, route: &Found) -> Result<Party> {
        let target = &scope.target;
        if let Found::RequestToken | Found::AccessToken = route {
            // Here the method comes before the signature.
            if ![Method::GET, Method::HEAD, Method::POST].contains(&request.method) {
                return Err(error::method("GET, HEAD, POST"));
            }
            return parameters(request, target.signed_query.clone()).await.map(Party::Unchecked);
        }
        let mut parameters = parameters(request, target.signed_query.clone()).await?;
        if !parameters.signed() {
            parameters.query.clone_from(&target.query);
        }
        let mut store = self.0.store.lock();
        let mut auth = AuthContext { service: &self.0, switches: &scope.switches, store: &mut store };
        auth.caller(&signed(request, &target.signed_path, &parameters)).map(Party::Caller)
    }

    fn check_method(&self, admitted: &Admitted<'_, Self>) -> Result<()> {
        let Found::Resource { resource, .. } = &admitted.route else { return Ok(()) };
        let (allowed, method) = (resource.methods(), admitted.request.method_as_read().as_str());
        let fits = allowed.split(", ").any(|allowed| allowed == method);
        if fits { Ok(()) } else { Err(error::method(allowed)) }
    }

    async fn body(&self, admitted: &mut Admitted<'_, Self>) -> Result<Option<Form>> {
        let Admitted { request, caller, .. } = admitted;
        match caller {
            Party::Caller(caller)
                if request.method == Method::POST && request.media_type() == "multipart/form-data" =>
            {
                caller.required_user()?;
                request.form().await.map(Some).map_err(error::unreadable)
            }
            _ => Ok(None),
        }
    }

    fn respond(&self, admitted: &Admitted<'_, Self>, form: Option<Form>) -> Result {
        let Admitted { request, scope, route, caller } = admitted;
        let mut store = self.0.store.lock();
        match (route, caller) {
            (Found::Resource { resource, extension }, Party::Caller(caller)) => {
                let mut context = RequestContext {
                    service: &self.0,
                    store: &mut store,
                    switches: &scope.switches,
                    caller: caller.clone(),
                    format: scope.format.clone(),
                    query: scope.target.query.clone(),
                };
                dispatch(&mut context, resource, request.method_as_read(), form.as_ref(), *extension)
            }
            (route, Party::Unchecked(parameters)) => {
                let signed = signed(request, &scope.target.signed_path, parameters);
                let mut auth = AuthContext { service: &self.0, switches: &scope.switches, store: &mut store };
                match route {
                    Found::RequestToken => tokens::request_token(&mut auth, &signed),
                    _ => tokens::access_token(&mut auth, &signed),
                }
            }
            (_, Party::Caller(_)) => Err(error::not_found()),
        }
    }

    fn error(&self, scope: &Scope, error: ErrorResponse) -> Response {
        scope.format.error(&error)
    }
}

/// Header, query and form of a request; of the body only what may be signed is read.
async fn parameters(request: &mut Request, query: Pairs) -> Result<Parameters> {
    let form = if request.media_type() == "application/x-www-form-urlencoded" {
        let form = request.form().await.map_err(error::unreadable)?;
        form.pairs().clone()
    } else {
        Pairs::default()
    };
    Ok(Parameters::gather(request, query, form)?)
}

fn signed<'a>(request: &'a Request, path: &'a str, parameters: &'a Parameters) -> Signed<'a> {
    let host = request.header("host").unwrap_or_default();
    Signed { method: request.method.as_str(), host, path, parameters }
}

fn dispatch(
    context: &mut RequestContext<'_>,
    resource: &Resource,
    method: &Method,
    form: Option<&Form>,
    extension: Option<Kind>,
) -> Result {
    match resource {
        Resource::Scores if *method == Method::POST => upload::create(context, form),
        Resource::Scores => scores::list(context),
        Resource::Score(id) if *method == Method::GET => scores::get(context, *id),
        Resource::Score(id) | Resource::RootScore(id) => scores::delete(context, *id),
        Resource::Time(id) => scores::times(context, *id),
        Resource::Space(id) => scores::boxes(context, *id),
        Resource::Update(id) => upload::update(context, *id, form),
        Resource::Me => users::me(context),
        Resource::User(id) => users::get(context, *id),
        Resource::UserScores(id) => scores::of_user(context, *id),
        Resource::Resolve => resolve::resolve(context, extension),
        Resource::SignedUrl { id, version, encoding } => signed_url::get(context, *id, *version, encoding),
    }
}
