//! The old API (section 13 of the sheet): the same people and tracks, XML or JSON, HTTP Basic, numbers instead of URNs.
//!
//! It has two places. Everything that is sent to a host whose name begins with `api.sandbox-soundcloud.` is meant for it,
//! whatever the port. On the API's own host a request is meant for it that comes with HTTP Basic, with `.xml` or `.json` at
//! the end of its path or with `Accept: application/xml`. In both, the end of the path decides on the form of the answer,
//! then `Accept`; without either it is XML.
//!
//! Not played, because nothing tells what their documents look like: `/tracks/{id}/secret-token`,
//! `/tracks/{id}/shared-to/…`, `/playlists` and `/users/{id}/playlists`, `/users/{id}/groups`. They answer 404. OAuth 1.0a
//! is not played either; tokens of the present authorization host are taken in its stead.

mod document;
mod format;
mod people;
mod show;
mod tracks;
mod xml;

use std::sync::Arc;

use http::header::{ALLOW, LOCATION, WWW_AUTHENTICATE};
use http::{Method, StatusCode};

use super::desk::{Answer, Desk};
use super::fields::Fields;
use super::refusal::{self, Refusal};
use super::session::Subject;
use super::switches::Switches;
use super::{FORM_OVERHEAD, desk, streams};
use crate::call::Call;
use crate::form::Form;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use document::Node;
use format::Format;
use xml::Element;

const BODY_LIMIT: usize = 1024 * 1024;
const REALM: &str = "Basic realm=\"SoundCloud sandbox\"";
/// How the names of the old sandbox's hosts begin.
const OLD_HOST: &str = "api.sandbox-soundcloud.";

/// Whether a request is meant for the old API.
pub(super) fn is_meant(call: &Call) -> bool {
    let accept = call.header("accept").unwrap_or_default().to_ascii_lowercase();
    let asks = accept.contains("application/xml") && !accept.contains("text/html");
    let scheme = call.header("authorization").and_then(|value| value.split(' ').next());
    let basic = scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"));
    let suffixed = [".xml", ".json"].iter().any(|suffix| call.path.ends_with(suffix));
    asks || basic || suffixed || old_host(call).is_some()
}

/// The name and port of the old sandbox, if the request is sent to it.
fn old_host(call: &Call) -> Option<&str> {
    call.header("host").filter(|host| host.to_ascii_lowercase().starts_with(OLD_HOST))
}

/// Answers one request.
pub(super) async fn answer(house: &Arc<House>, switches: &Switches, call: &mut Call) -> Reply {
    let mut segments = call.segments();
    let format = Format::choose(segments.last_mut(), call.header("accept"));
    let origin =
        old_host(call).map_or_else(|| house.origin(Host::SOUNDCLOUD), |host| format!("http://{host}"));
    let place = Place { origin, format };
    match work(house, switches, call, &segments, &place).await {
        Ok(reply) => reply,
        Err(refusal) => place.refuse(refusal, switches),
    }
}

/// Where a request came to, and how it is answered.
struct Place {
    /// `http://` with host and port: what addresses in answers begin with.
    origin: String,
    format: Format,
}

impl Place {
    fn document(&self, status: StatusCode, node: &Node) -> Reply {
        match self.format {
            Format::Xml => Reply::new(status, "application/xml; charset=utf-8", node.xml()),
            Format::Json => refusal::json(status, &node.json()),
        }
    }

    fn refuse(&self, refusal: Refusal, switches: &Switches) -> Reply {
        let limited = matches!(refusal, Refusal::Limited(_));
        let (status, words) = refusal.said();
        let reply = match self.format {
            Format::Xml => Reply::new(status, "application/xml; charset=utf-8", document::errors(&words)),
            Format::Json => refusal::json(status, &serde_json::json!({"errors": [{"error_message": words}]})),
        };
        match status {
            StatusCode::UNAUTHORIZED => reply.header(WWW_AUTHENTICATE, REALM),
            _ if limited => refusal::with_retry_after(reply, switches),
            _ => reply,
        }
    }

    fn wrong_method(&self, switches: &Switches, allowed: &str) -> Reply {
        self.refuse(refusal::plain(StatusCode::METHOD_NOT_ALLOWED), switches).header(ALLOW, allowed)
    }
}

/// What was sent with a request.
enum Sent {
    Form(Form),
    Xml(Element),
    /// A body of this type, or none.
    Other(String),
}

impl Sent {
    async fn read(call: &mut Call, method: &Method) -> Result<Self, Refusal> {
        let content_type = super::content_type(call);
        if *method != Method::POST && *method != Method::PUT {
            return Ok(Self::Other(content_type));
        }
        match content_type.as_str() {
            "multipart/form-data" | "application/x-www-form-urlencoded" => Ok(Self::Form(call.form().await?)),
            "application/xml" | "text/xml" => {
                let bytes = call.body.bytes(BODY_LIMIT).await?;
                let element = Element::read(&bytes);
                element.map(Self::Xml).map_err(|fault| refusal::unprocessable(fault.words()))
            }
            _ => Ok(Self::Other(content_type)),
        }
    }

    /// The refusal of something else than was expected.
    fn wrong(&self, expected: &str) -> Refusal {
        let given = match self {
            Self::Form(_) => "a form".to_owned(),
            Self::Xml(element) => format!("<{}>", element.name),
            Self::Other(kind) if kind.is_empty() => "without a Content-Type".to_owned(),
            Self::Other(kind) => kind.clone(),
        };
        refusal::unprocessable(format!("the body is {given}; expected {expected}"))
    }

    /// The body as XML with this outermost element.
    fn xml(&self, root: &str) -> Result<&Element, Refusal> {
        match self {
            Self::Xml(element) if element.name == root => Ok(element),
            other => Err(other.wrong(&format!("<{root}> as application/xml"))),
        }
    }

    /// What `<track>` or `track[…]` says.
    fn fields(&self, what: &str) -> Result<Fields, Refusal> {
        match self {
            Self::Form(form) => tracks::of_form(form, what),
            other => match other.xml(what) {
                Ok(element) => Ok(element.fields()),
                Err(_) => Err(other.wrong(&format!("<{what}> as application/xml, or a form"))),
            },
        }
    }
}

/// A request to the old API with all that is needed to answer it.
struct Old<'a> {
    desk: Desk<'a>,
    place: &'a Place,
}

async fn work(
    house: &Arc<House>,
    switches: &Switches,
    call: &mut Call,
    segments: &[String],
    place: &Place,
) -> Answer {
    super::count_call(house, switches)?;
    let caller = caller(house, call)?;
    let method = if call.method == Method::HEAD { Method::GET } else { call.method.clone() };
    if method != Method::GET && caller.is_none() {
        return Err(Refusal::Unauthorized);
    }
    let too_large = switches.max_upload_bytes.saturating_add(FORM_OVERHEAD);
    if call.body.announced().is_some_and(|length| length > too_large) {
        return Err(refusal::plain(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let (query, client_id) = (call.query_pairs(), house.soundcloud.client_id.as_str());
    if method == Method::POST && matches!(segments, [only] if only == "tracks") {
        // Before the body, so that nobody sends gigabytes for a 401.
        let mut world = house.soundcloud.world.lock();
        super::tracks::may_upload(&desk(house, &mut world, switches, call, &query, caller, client_id), 1)?;
    }
    let sent = Sent::read(call, &method).await?;
    let mut world = house.soundcloud.world.lock();
    let desk = desk(house, &mut world, switches, call, &query, caller, client_id);
    dispatch(&mut Old { desk, place }, &method, segments, &sent)
}

/// Who asks: a person with a password, or whom a token speaks for. Wrong credentials are refused even where none are needed.
fn caller(house: &Arc<House>, call: &Call) -> Result<Option<Subject>, Refusal> {
    let Some(header) = call.header("authorization") else { return Ok(None) };
    let world = house.soundcloud.world.lock();
    let subject = match call.basic_credentials() {
        Some((name, password)) => {
            let switches = &call.switches.soundcloud;
            house.soundcloud.log_in(switches, &world, &name, Some(&password)).map(Subject::User)
        }
        None => {
            let token = header.split_once(' ').map(|(_, token)| token.trim()).unwrap_or_default();
            world.sessions.subject(token, house.clock.now().as_secs_f64())
        }
    };
    subject.map(Some).ok_or(Refusal::Unauthorized)
}

/// A number in a path or a document: digits only.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn dispatch(old: &mut Old<'_>, method: &Method, segments: &[String], sent: &Sent) -> Answer {
    let mut path: Vec<&str> = segments.iter().map(String::as_str).collect();
    // Every `/users/{id}…` has a `/me…` twin.
    let me;
    if path.first() == Some(&"me") {
        me = old.desk.me()?.to_string();
        path.splice(..1, ["users", me.as_str()]);
    }
    let id = path.get(1).copied().and_then(number);
    let other = path.get(3).copied().and_then(number);
    let allowed = match (path.as_slice(), method.as_str()) {
        (["tracks"], "GET") => return tracks::list(old),
        (["tracks"], "POST") => return tracks::upload(old, sent),
        (["tracks"], _) => "GET, POST",
        (["tracks", _], "GET") => {
            return Ok(old.place.document(StatusCode::OK, &old.track(old.desk.track(id)?)));
        }
        (["tracks", _], "PUT") => return tracks::change(old, id, sent),
        (["tracks", _], "DELETE") => return super::tracks::delete(&mut old.desk, id),
        (["tracks", _], _) => "GET, PUT, DELETE",
        (["tracks", _, "comments"], "GET") => return comments(old, id),
        (["tracks", _, "comments"], "POST") => return comment(old, id, sent),
        (["tracks", _, "comments"], _) => "GET, POST",
        (["tracks", _, "permissions"], "GET") => return tracks::permissions(old, id),
        (["tracks", _, "permissions"], "PUT") => return tracks::permit(old, id, sent),
        (["tracks", _, "permissions"], _) => "GET, PUT",
        (["tracks", _, "stream"], "GET") => return streams::stream(&mut old.desk, id).map(moved),
        (["tracks", _, "download"], "GET") => return streams::download(&mut old.desk, id).map(moved),
        (["comments", _], "GET") => return one_comment(old, id),
        (["users"], "GET") => return people::search(old),
        (["users", _], "GET") => return people::get(old, id),
        (["users", _], "PUT") => return people::change(old, id, sent),
        (["users", _], _) => "GET, PUT",
        (["users", _, "followings", "tracks"], "GET") => return people::tracks_of_followings(old, id),
        (["users", _, list], "GET") => return people::list(old, id, list),
        (["users", _, "followings" | "contacts", _], _) => return people::follow(old, method, id, other),
        (["users", _, "favorites", _], _) => return people::favorite(old, method, id, other),
        (["tracks", _, "stream" | "download"] | ["comments", _] | ["users"], _) => "GET",
        (["users", _, list], _) if people::LISTS.contains(list) => "GET",
        _ => return Err(refusal::not_found()),
    };
    Ok(old.place.wrong_method(&old.desk.switches, allowed))
}

/// `GET /tracks/{id}/comments`
fn comments(old: &Old<'_>, track: Option<u64>) -> Answer {
    let track = old.desk.track(track)?.id;
    let comments = old.desk.world.comments.values().filter(|comment| comment.track == track);
    Ok(old.place.document(StatusCode::OK, &old.comments(comments)))
}

/// `GET /comments/{id}`, which nothing but the `uri` of comments names.
fn one_comment(old: &Old<'_>, id: Option<u64>) -> Answer {
    let comment = id.and_then(|id| old.desk.world.comments.get(&id)).ok_or_else(refusal::not_found)?;
    old.desk.track(Some(comment.track))?;
    Ok(old.place.document(StatusCode::OK, &old.comment(comment)))
}

/// `POST /tracks/{id}/comments` with `<comment>` or a form.
fn comment(old: &mut Old<'_>, track: Option<u64>, sent: &Sent) -> Answer {
    let track = old.desk.track(track)?.id;
    let fields = sent.fields("comment")?;
    let timestamp = match fields.get("timestamp").filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(number(text).ok_or_else(|| refusal::unprocessable("timestamp is not a number"))?),
    };
    let body = fields.get("body").unwrap_or_default().trim().to_owned();
    let made = super::social::add_comment(&mut old.desk, Some(track), body, timestamp)?;
    Ok(old.place.document(StatusCode::CREATED, &old.comment(&made)))
}

/// A redirect without the JSON that the present API puts into it.
fn moved(reply: Reply) -> Reply {
    let location = reply.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Reply::empty(reply.status).header(LOCATION, location)
}
