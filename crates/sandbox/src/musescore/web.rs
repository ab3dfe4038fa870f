//! The web site: the page that asks a user for access, oEmbed, and plain pages behind the addresses in score objects.

use std::sync::Arc;

use http::header::LOCATION;
use http::{Method, StatusCode};
use quick_xml::escape::escape;

use super::accounts::Standing;
use super::oauth::signature::encode;
use super::oauth::tokens::{OUT_OF_BAND, is_absolute};
use super::oembed;
use super::refusal::CHALLENGE;
use super::resolve::{self, Page};
use super::switches::{OauthMode, Switches};
use super::world::Stage;
use crate::call::Call;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;

/// Answers one request to the web site.
pub(super) async fn answer(house: &Arc<House>, switches: &Switches, call: &mut Call) -> Reply {
    let read = [Method::GET, Method::HEAD].contains(&call.method);
    let post = call.method == Method::POST;
    match call.path.as_str() {
        "/oauth/authorize" if post => match call.form().await {
            Ok(form) => {
                let value = |name: &str| form.filled(name).map(str::to_owned);
                authorize(house, switches, value("decision"), &value)
            }
            Err(error) => error.into(),
        },
        "/oauth/authorize" if read => {
            let value = |name: &str| call.query_value(name).filter(|value| !value.is_empty());
            let decision = value("auto").filter(|_| call.method == Method::GET);
            authorize(house, switches, decision, &value)
        }
        "/oembed/endpoint" if read => oembed::answer(house, switches, call),
        "/oauth/authorize" => method_refusal("GET, HEAD, POST"),
        _ if !read => method_refusal("GET, HEAD"),
        path => page(house, path),
    }
}

fn method_refusal(allow: &str) -> Reply {
    message(StatusCode::METHOD_NOT_ALLOWED, "This page cannot do that.").header(http::header::ALLOW, allow)
}

/// The question for access and, with a decision, what follows from it.
fn authorize(
    house: &House,
    switches: &Switches,
    decision: Option<String>,
    value: &dyn Fn(&str) -> Option<String>,
) -> Reply {
    let service = &house.musescore;
    let mut world = service.world.lock();
    let name = value("oauth_token").unwrap_or_default();
    let token = world.request_tokens.get(&name).filter(|token| matches!(token.stage, Stage::Asked));
    let Some(token) = token else {
        let text =
            "This request for access is unknown, or it was answered before. Start again in the program.";
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
            (named && account.standing == Standing::Active).then_some(account.user_id)
        }),
    };
    let Some(user) = user else {
        return message(StatusCode::BAD_REQUEST, "There is no such user, or the user may not log in.");
    };
    match decision.as_deref() {
        None => question(house, &name, &token.consumer, late.as_deref()),
        Some("approve") => {
            let verifier = world.new_verifier();
            let pair = [("oauth_token", name.as_str()), ("oauth_verifier", verifier.as_str())];
            let reply = match (callback.as_deref(), late) {
                (Some(OUT_OF_BAND), _) => message_html(
                    StatusCode::OK,
                    &format!(
                        "<p>Access is granted. Type this into the program:</p><p><code id=\"verifier\">{}</code></p>",
                        escape(verifier.as_str())
                    ),
                ),
                (Some(callback), _) => redirect(callback, &pair),
                (None, Some(callback)) => redirect(&callback, &pair[..1]),
                (None, None) => message(StatusCode::OK, "Access is granted. Go back to the program."),
            };
            if let Some(token) = world.request_tokens.get_mut(&name) {
                token.stage = Stage::Approved { user, verifier };
            }
            reply
        }
        Some("deny") => {
            world.request_tokens.remove(&name);
            let pairs = [("oauth_problem", "permission_denied"), ("oauth_token", name.as_str())];
            match callback.filter(|callback| callback != OUT_OF_BAND).or(late) {
                Some(callback) => redirect(&callback, &pairs),
                None => message(StatusCode::OK, "Access is denied. You may close this page."),
            }
        }
        Some(_) => message(StatusCode::BAD_REQUEST, "The answer is approve or deny."),
    }
}

/// 302 to a callback, whose own query is kept.
fn redirect(callback: &str, pairs: &[(&str, &str)]) -> Reply {
    let query: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let joint = match callback.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    Reply::empty(StatusCode::FOUND).header(LOCATION, &format!("{callback}{joint}{}", query.join("&")))
}

fn question(house: &House, token: &str, consumer: &str, late: Option<&str>) -> Reply {
    let accounts = house.musescore.accounts.all().iter();
    let options: String = accounts
        .filter(|account| account.standing == Standing::Active)
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
            "<p>The program with the key <code>{}</code> asks for access to your scores: to read private ones, to \
             upload, change and delete.</p>\
             <form method=\"post\" action=\"/oauth/authorize\">\
             <input type=\"hidden\" name=\"oauth_token\" value=\"{}\">{late}\
             <p><label>Answer as <select name=\"user\">{options}</select></label></p>\
             <p><button name=\"decision\" value=\"approve\">Allow</button> \
             <button name=\"decision\" value=\"deny\">Deny</button></p></form>",
            escape(consumer),
            escape(token),
        ),
    )
}

/// The pages that score and user objects point to.
fn page(house: &House, path: &str) -> Reply {
    let service = &house.musescore;
    let (address, embedded) = match path.strip_suffix("/embed") {
        Some(rest) if rest.starts_with("/node/") => (rest, true),
        _ => (path, false),
    };
    let address = format!("{}{address}", house.origin(Host::MUSESCORE_WEB));
    let world = service.world.lock();
    match resolve::page(house, &service.accounts, &address) {
        Some(Page::Score(id)) => match world.scores.get(&id) {
            Some(score) if !score.private => {
                let image =
                    format!("{}/{id}/{}/score_0.png", house.origin(Host::MUSESCORE_STATIC), score.secret);
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
            let scores = world.scores.values().filter(|score| score.owner == id && !score.private);
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

fn message(status: StatusCode, text: &str) -> Reply {
    message_html(status, &format!("<p>{}</p>", escape(text)))
}

fn message_html(status: StatusCode, html: &str) -> Reply {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>MuseScore on loopback</title></head>\n\
         <body><h1>MuseScore</h1>{html}</body>\n</html>\n"
    );
    Reply::new(status, "text/html; charset=utf-8", page)
}
