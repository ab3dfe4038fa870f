//! The web site: the page that asks a user for access, oEmbed, and plain pages behind the URLs in score objects.

use http::header::LOCATION;
use http::{Method, StatusCode};
use quick_xml::escape::escape;

use super::accounts::LoginAccess;
use super::error::CHALLENGE;
use super::oembed;
use super::resolve::{self, Page};
use super::state::Musescore;
use super::store::Stage;
use super::switches::{OauthMode, Switches};
use crate::kit::{Host, Request, Response};
use crate::oauth1::signature::encode;
use crate::oauth1::{OUT_OF_BAND, is_absolute};

/// Responds to one request to the web site.
pub(super) async fn respond(service: &Musescore, request: &mut Request) -> Response {
    let switches = &service.switches.with(request.switches.as_ref());
    let read = [Method::GET, Method::HEAD].contains(&request.method);
    let post = request.method == Method::POST;
    match request.path.as_str() {
        "/oauth/authorize" if post => match request.form().await {
            Ok(form) => {
                let value = |name: &str| form.filled(name).map(str::to_owned);
                authorize(service, switches, value("decision"), &value)
            }
            Err(error) => error.into(),
        },
        "/oauth/authorize" if read => {
            let query = request.query_pairs();
            let value = |name: &str| query.filled(name).map(str::to_owned);
            let decision = value("auto").filter(|_| request.method == Method::GET);
            authorize(service, switches, decision, &value)
        }
        "/oembed/endpoint" if read => oembed::respond(service, switches, request),
        "/oauth/authorize" => method_not_allowed("GET, HEAD, POST"),
        _ if !read => method_not_allowed("GET, HEAD"),
        path => page(service, path),
    }
}

fn method_not_allowed(allow: &str) -> Response {
    message(StatusCode::METHOD_NOT_ALLOWED, "This page cannot do that.").header(http::header::ALLOW, allow)
}

/// The question for access and, with a decision, what follows from it.
fn authorize(
    service: &Musescore,
    switches: &Switches,
    decision: Option<String>,
    value: &dyn Fn(&str) -> Option<String>,
) -> Response {
    let mut store = service.store.lock();
    let name = value("oauth_token").unwrap_or_default();
    let token = store.request_tokens.get(&name).filter(|token| matches!(token.stage, Stage::Asked));
    let Some(token) = token else {
        let text =
            "This request for access is unknown, or it was decided before. Start again in the application.";
        return message(StatusCode::UNAUTHORIZED, text).header(http::header::WWW_AUTHENTICATE, CHALLENGE);
    };
    // Plain OAuth 1.0 gave the callback here.
    let late = value("oauth_callback")
        .filter(|callback| switches.oauth_mode == OauthMode::Compat && is_absolute(callback));
    let callback = token.callback.clone();
    let user = match value("user") {
        None => Some(service.accounts.first()),
        Some(user) => service.accounts.all().iter().find_map(|account| {
            let named = account.page == user || account.user_id.to_string() == user;
            (named && account.access == LoginAccess::Active).then_some(account.user_id)
        }),
    };
    let Some(user) = user else {
        return message(StatusCode::BAD_REQUEST, "There is no such user, or the user may not log in.");
    };
    match decision.as_deref() {
        None => question(service, &name, &token.consumer, late.as_deref()),
        Some("approve") => {
            let verifier = store.new_verifier();
            let pair = [("oauth_token", name.as_str()), ("oauth_verifier", verifier.as_str())];
            let response = match (callback.as_deref(), late) {
                (Some(OUT_OF_BAND), _) => message_html(
                    StatusCode::OK,
                    &format!(
                        "<p>Access is granted. Type this into the application:</p><p><code id=\"verifier\">{}</code></p>",
                        escape(verifier.as_str())
                    ),
                ),
                (Some(callback), _) => redirect(callback, &pair),
                (None, Some(callback)) => redirect(&callback, &pair[..1]),
                (None, None) => message(StatusCode::OK, "Access is granted. Go back to the application."),
            };
            if let Some(token) = store.request_tokens.get_mut(&name) {
                token.stage = Stage::Approved { user, verifier };
            }
            response
        }
        Some("deny") => {
            store.request_tokens.remove(&name);
            let pairs = [("oauth_problem", "permission_denied"), ("oauth_token", name.as_str())];
            match callback.filter(|callback| callback != OUT_OF_BAND).or(late) {
                Some(callback) => redirect(&callback, &pairs),
                None => message(StatusCode::OK, "Access is denied. You may close this page."),
            }
        }
        Some(_) => message(StatusCode::BAD_REQUEST, "The decision must be approve or deny."),
    }
}

/// 302 to a callback, whose own query is kept.
fn redirect(callback: &str, pairs: &[(&str, &str)]) -> Response {
    let query: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let joint = match callback.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    Response::empty(StatusCode::FOUND).header(LOCATION, &format!("{callback}{joint}{}", query.join("&")))
}

fn question(service: &Musescore, token: &str, consumer: &str, late: Option<&str>) -> Response {
    let accounts = service.accounts.all().iter();
    let options: String = accounts
        .filter(|account| account.access == LoginAccess::Active)
        .map(|account| {
            format!("<option value=\"{}\">{}</option>", account.user_id, escape(account.name.as_str()))
        })
        .collect();
    let late = late.map_or_else(String::new, |callback| {
        format!("<input type=\"hidden\" name=\"oauth_callback\" value=\"{}\">", escape(callback))
    });
    message_html(
        StatusCode::OK,
        &format!(
            "<p>The application with the key <code>{}</code> asks for access to your scores: to read private ones, to \
             upload, change and delete.</p>\
             <form method=\"post\" action=\"/oauth/authorize\">\
             <input type=\"hidden\" name=\"oauth_token\" value=\"{}\">{late}\
             <p><label>Decide as <select name=\"user\">{options}</select></label></p>\
             <p><button name=\"decision\" value=\"approve\">Allow</button> \
             <button name=\"decision\" value=\"deny\">Deny</button></p></form>",
            escape(consumer),
            escape(token),
        ),
    )
}

/// The pages that score and user objects point to.
fn page(service: &Musescore, path: &str) -> Response {
    let (path, embedded) = match path.strip_suffix("/embed") {
        Some(rest) if rest.starts_with("/node/") => (rest, true),
        _ => (path, false),
    };
    let url = format!("{}{path}", service.sandbox.origin(Host::MUSESCORE_WEB));
    let store = service.store.lock();
    match resolve::page(service, &url) {
        Some(Page::Score(id)) => match store.scores.get(&id) {
            Some(score) if !score.private => {
                let image = format!(
                    "{}/{id}/{}/score_0.png",
                    service.sandbox.origin(Host::MUSESCORE_STATIC),
                    score.secret
                );
                let title = escape(score.title.as_str());
                let heading = if embedded { String::new() } else { format!("<h2>{title}</h2>") };
                message_html(
                    StatusCode::OK,
                    &format!("{heading}<img src=\"{image}\" alt=\"{title}, first page\">"),
                )
            }
            Some(_) => message(StatusCode::FORBIDDEN, "This score is private."),
            None => message(StatusCode::NOT_FOUND, "Page not found."),
        },
        Some(Page::User(id)) => {
            let scores = store.scores.values().filter(|score| score.owner == id && !score.private);
            let items: String = scores
                .map(|score| {
                    format!("<li><a href=\"/score/{}\">{}</a></li>", score.id, escape(score.title.as_str()))
                })
                .collect();
            message_html(StatusCode::OK, &format!("<ul>{items}</ul>"))
        }
        None => message(StatusCode::NOT_FOUND, "Page not found."),
    }
}

fn message(status: StatusCode, text: &str) -> Response {
    message_html(status, &format!("<p>{}</p>", escape(text)))
}

fn message_html(status: StatusCode, html: &str) -> Response {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>MuseScore on loopback</title></head>\n\
         <body><h1>MuseScore</h1>{html}</body>\n</html>\n"
    );
    Response::new(status, "text/html; charset=utf-8", page)
}
