//! The old API: the same users and tracks, XML or JSON, HTTP Basic, numbers instead of URNs.
//!
//! It has three places: a port of its own; the port of the present API for requests that name a host which begins with
//! `api.sandbox-soundcloud.`; and there for requests with `.xml` or `.json` at the end of the path or with `Accept:
//! application/xml`. The first two are the sandbox of old, where a password is good enough; the third stands for the live host,
//! which wants a token. In all of them, the end of the path decides on the format of the response,
//! then `Accept`; without either it is XML.
//!
//! Not played, because nothing tells what their documents look like: `/tracks/{id}/secret-token`,
//! `/tracks/{id}/shared-to/…`, `/playlists` and `/users/{id}/playlists`, `/users/{id}/groups`. They are 404. Calls are
//! signed by OAuth 1.0a in all three places; tokens of the present authorization host are taken, too.

mod context;
mod document;
mod format;
pub(super) mod oauth;
mod people;
mod show;
mod tracks;
mod xml;

use std::sync::Arc;

use http::header::LOCATION;
use http::{Method, StatusCode};

use self::context::{LegacyBody, LegacyContext, Writer};
use self::format::Format;
use super::context::RequestContext;
use super::error::{self, ErrorResponse, Result};
use super::session::Subject;
use super::state::Soundcloud;
use super::store::Store;
use super::streams;
use super::switches::Switches;
use crate::kit::{Admitted, Api, Form, Host, Request, Response, number};

/// How the names of the old sandbox's hosts begin.
const OLD_HOST: &str = "api.sandbox-soundcloud.";

/// Whether a request is meant for the old API.
pub(super) fn is_meant(request: &Request) -> bool {
    let accept = request.header("accept").unwrap_or_default().to_ascii_lowercase();
    let asks = accept.contains("application/xml") && !accept.contains("text/html");
    let suffixed = [".xml", ".json"].iter().any(|suffix| request.path.ends_with(suffix));
    asks || suffixed || old_host(request).is_some()
}

/// The name and port of the old sandbox, if the request is sent to it.
fn old_host(request: &Request) -> Option<&str> {
    request.header("host").filter(|host| host.to_ascii_lowercase().starts_with(OLD_HOST))
}

/// Whether a request comes to the sandbox of old, which takes passwords.
fn takes_passwords(request: &Request) -> bool {
    request.host == Host::SOUNDCLOUD_LEGACY || old_host(request).is_some()
}

/// The old API of the service.
pub(super) struct LegacyApi(pub(super) Arc<Soundcloud>);

/// Who calls, through which application, and the form that may have been signed.
pub(super) struct Caller {
    subject: Option<Subject>,
    app: String,
    form: Option<Form>,
}

/// What every step looks at.
pub(super) struct Scope {
    switches: Arc<Switches>,
    segments: Vec<String>,
    writer: Writer,
}

/// Paths are looked at last: what there is, is told to those who may call.
impl Api for LegacyApi {
    type Scope = Scope;
    type Route = ();
    type Caller = Caller;
    type Body = LegacyBody;
    type Error = ErrorResponse;

    fn scope(&self, request: &Request) -> Scope {
        let mut segments = request.segments();
        let format = Format::choose(segments.last_mut(), request.header("accept"));
        let own = || self.0.sandbox.origin(request.host);
        let origin = old_host(request).map_or_else(own, |host| format!("http://{host}"));
        let switches = self.0.switches.with(request.switches.as_ref());
        Scope {
            switches,
            segments,
            writer: Writer { origin, format, takes_passwords: takes_passwords(request) },
        }
    }

    fn route(&self, _: &Request, _: &Scope) -> Result<()> {
        Ok(())
    }

    async fn authenticate(&self, request: &mut Request, scope: &Scope, (): &()) -> Result<Caller> {
        self.0.count_request(&scope.switches)?;
        let (parameters, form) = oauth::signed_parameters(request).await?;
        let caller = match parameters {
            Some(parameters) => {
                let signer = oauth::signer(&self.0, &scope.switches, request, &parameters)?;
                Caller { subject: signer.user.map(Subject::User), app: signer.consumer, form }
            }
            None => {
                let subject = caller(&self.0, &scope.switches, request)?;
                Caller { subject, app: self.0.client_id.clone(), form }
            }
        };
        let writes = *request.method_as_read() != Method::GET;
        let may_write = self.0.app(&scope.switches, &caller.app).is_some_and(|app| app.may_write);
        // The first application's right is looked at by each operation.
        if writes && (caller.subject.is_none() || caller.app != self.0.client_id && !may_write) {
            return Err(ErrorResponse::Unauthorized);
        }
        Ok(caller)
    }

    async fn body(&self, admitted: &mut Admitted<'_, Self>) -> Result<LegacyBody> {
        let Scope { switches, segments, .. } = admitted.scope;
        super::tracks::check_announced(switches, admitted.request)?;
        if admitted.request.method == Method::POST
            && matches!(segments.as_slice(), [only] if only == "tracks")
        {
            // Before the body, so that nobody sends gigabytes for a 401.
            super::tracks::may_upload(&self.context(&mut self.0.store.lock(), admitted), 1)?;
        }
        match admitted.caller.form.take() {
            Some(form) => Ok(LegacyBody::Form(form)),
            None => LegacyBody::read(admitted.request).await,
        }
    }

    fn respond(&self, admitted: &Admitted<'_, Self>, body: LegacyBody) -> Result {
        let mut store = self.0.store.lock();
        let context = self.context(&mut store, admitted);
        let mut legacy = LegacyContext { context, writer: &admitted.scope.writer };
        dispatch(&mut legacy, admitted.request.method_as_read(), &admitted.scope.segments, &body)
    }

    fn error(&self, scope: &Scope, error: ErrorResponse) -> Response {
        scope.writer.error(error, &scope.switches)
    }
}

impl LegacyApi {
    fn context<'a>(&'a self, store: &'a mut Store, admitted: &'a Admitted<'_, Self>) -> RequestContext<'a> {
        let Admitted { request, scope, caller, .. } = admitted;
        RequestContext::new(&self.0, store, &scope.switches, request, caller.subject, &caller.app)
    }
}

/// Who calls: a user with a password, or whom a token speaks for. Wrong credentials are refused even where none are needed.
fn caller(service: &Soundcloud, switches: &Switches, request: &Request) -> Result<Option<Subject>> {
    let Some(header) = request.header("authorization") else { return Ok(None) };
    let store = service.store.lock();
    let subject = match request.basic_credentials() {
        Some(_) if !takes_passwords(request) => None,
        Some((name, password)) => service.log_in(switches, &store, &name, Some(&password)).map(Subject::User),
        None => {
            let token = header.split_once(' ').map(|(_, token)| token.trim()).unwrap_or_default();
            store.sessions.subject(token, service.now())
        }
    };
    subject.map(Some).ok_or(ErrorResponse::Unauthorized)
}

fn dispatch(
    legacy: &mut LegacyContext<'_>,
    method: &Method,
    segments: &[String],
    body: &LegacyBody,
) -> Result {
    let mut path: Vec<&str> = segments.iter().map(String::as_str).collect();
    // Every `/users/{id}…` has a `/me…` twin.
    let me;
    if path.first() == Some(&"me") {
        me = legacy.context.me()?.to_string();
        path.splice(..1, ["users", me.as_str()]);
    }
    let id = path.get(1).copied().and_then(number);
    let other = path.get(3).copied().and_then(number);
    let allowed = match (path.as_slice(), method.as_str()) {
        (["tracks"], "GET") => return tracks::list(legacy),
        (["tracks"], "POST") => return tracks::upload(legacy, body),
        (["tracks"], _) => "GET, POST",
        (["tracks", _], "GET") => {
            return Ok(legacy.writer.document(StatusCode::OK, &legacy.track(legacy.context.track(id)?)));
        }
        (["tracks", _], "PUT") => return tracks::change(legacy, id, body),
        (["tracks", _], "DELETE") => return super::tracks::delete(&mut legacy.context, id),
        (["tracks", _], _) => "GET, PUT, DELETE",
        (["tracks", _, "comments"], "GET") => return comments(legacy, id),
        (["tracks", _, "comments"], "POST") => return comment(legacy, id, body),
        (["tracks", _, "comments"], _) => "GET, POST",
        (["tracks", _, "permissions"], "GET") => return tracks::permissions(legacy, id),
        (["tracks", _, "permissions"], "PUT") => return tracks::permit(legacy, id, body),
        (["tracks", _, "permissions"], _) => "GET, PUT",
        (["tracks", _, "stream"], "GET") => return streams::stream(&mut legacy.context, id).map(moved),
        (["tracks", _, "download"], "GET") => return streams::download(&mut legacy.context, id).map(moved),
        (["comments", _], "GET") => return one_comment(legacy, id),
        (["users"], "GET") => return people::search(legacy),
        (["users", _], "GET") => return people::get(legacy, id),
        (["users", _], "PUT") => return people::change(legacy, id, body),
        (["users", _], _) => "GET, PUT",
        (["users", _, "followings", "tracks"], "GET") => return people::tracks_of_followings(legacy, id),
        (["users", _, list], "GET") => return people::list(legacy, id, list),
        (["users", _, "followings" | "contacts", _], _) => return people::follow(legacy, method, id, other),
        (["users", _, "favorites", _], _) => return people::favorite(legacy, method, id, other),
        (["tracks", _, "stream" | "download"] | ["comments", _] | ["users"], _) => "GET",
        (["users", _, list], _) if people::LISTS.contains(list) => "GET",
        _ => return Err(error::not_found()),
    };
    Err(ErrorResponse::Method(allowed.to_owned()))
}

/// `GET /tracks/{id}/comments`
fn comments(legacy: &LegacyContext<'_>, track: Option<u64>) -> Result {
    let track = legacy.context.track(track)?.id;
    let comments = legacy.context.store.comments.values().filter(|comment| comment.track == track);
    Ok(legacy.writer.document(StatusCode::OK, &legacy.comments(comments)))
}

/// `GET /comments/{id}`, which nothing but the `uri` of comments names.
fn one_comment(legacy: &LegacyContext<'_>, id: Option<u64>) -> Result {
    let comment = id.and_then(|id| legacy.context.store.comments.get(&id)).ok_or_else(error::not_found)?;
    legacy.context.track(Some(comment.track))?;
    Ok(legacy.writer.document(StatusCode::OK, &legacy.comment(comment)))
}

/// `POST /tracks/{id}/comments` with `<comment>` or a form.
fn comment(legacy: &mut LegacyContext<'_>, track: Option<u64>, body: &LegacyBody) -> Result {
    let track = legacy.context.track(track)?.id;
    let fields = body.fields("comment")?;
    let timestamp = match fields.get("timestamp").filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(number(text).ok_or_else(|| error::unprocessable("timestamp must be a number"))?),
    };
    let body = fields.get("body").unwrap_or_default().trim().to_owned();
    let made = super::social::add_comment(&mut legacy.context, Some(track), body, timestamp)?;
    Ok(legacy.writer.document(StatusCode::CREATED, &legacy.comment(&made)))
}

/// A redirect without the JSON that the present API puts into it.
fn moved(response: Response) -> Response {
    let location = response.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Response::empty(response.status).header(LOCATION, location)
}
