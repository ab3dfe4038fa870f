//! `GET /authorize`: a page to log in and consent, or an answer at once with `auto=approve` or `auto=deny`.

use std::sync::Arc;

use http::StatusCode;
use http::header::{CACHE_CONTROL, REFERRER_POLICY};

use super::apps::SoundcloudApp;
use super::oauth::{approve, redirect};
use super::old_oauth::NON_EXPIRING;
use super::refusal::escape;
use super::session::Proof;
use super::switches::Switches;
use crate::form::Form;
use crate::house::House;
use crate::reply::Reply;

/// What the page hands on to the form's answer.
const CARRIED: [&str; 7] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "state",
    "scope",
];

/// Which endpoint asks for consent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// `/authorize`, with PKCE.
    Authorize,
    /// `/connect` of the API host, which knew none.
    Connect,
}

/// A request for consent that is in order.
pub(super) struct Consent<'a> {
    pub(super) app: SoundcloudApp,
    pub(super) redirect_uri: &'a str,
    pub(super) proof: Proof,
    pub(super) state: Option<&'a str>,
}

struct Asked<'a> {
    door: Door,
    pairs: &'a [(String, String)],
}

impl Asked<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let value = self.pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// What is to be consented to, or the answer that refuses.
    fn check(&self, house: &House, switches: &Switches) -> Result<Consent<'_>, Reply> {
        let app = self.get("client_id").and_then(|id| house.soundcloud.app(switches, id));
        let app = app.ok_or_else(|| problem("We don't know this application. Check its client_id."))?;
        // Wrong here means that nobody may be sent there.
        let redirect_uri = self.get("redirect_uri").filter(|uri| app.redirects_to(switches, uri));
        let redirect_uri = redirect_uri
            .ok_or_else(|| problem("The redirect_uri is not the one that the application registered."))?;
        let state = self.get("state");
        let refuse = |error: &str, description: &str| {
            let parameters =
                [("error", Some(error)), ("error_description", Some(description)), ("state", state)];
            Err(redirect(redirect_uri, &parameters))
        };
        match self.get("response_type") {
            Some("code") => {}
            None => return refuse("invalid_request", "response_type is required"),
            Some(_) => return refuse("unsupported_response_type", "response_type must be code"),
        }
        if self.door == Door::Connect {
            let proof = Proof::Old { non_expiring: self.get("scope") == Some(NON_EXPIRING) };
            return Ok(Consent { app, redirect_uri, proof, state });
        }
        if self.get("code_challenge_method") != Some("S256") {
            return refuse("invalid_request", "code_challenge_method must be S256");
        }
        let base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        match self.get("code_challenge") {
            Some(challenge) if challenge.len() == 43 && challenge.bytes().all(base64url) => {
                Ok(Consent { app, redirect_uri, proof: Proof::Challenge(challenge.to_owned()), state })
            }
            _ => refuse("invalid_request", "code_challenge must be BASE64URL(SHA256(code_verifier))"),
        }
    }
}

/// `GET /authorize`
pub(super) fn ask(house: &Arc<House>, switches: &Switches, door: Door, pairs: &[(String, String)]) -> Reply {
    let asked = Asked { door, pairs };
    let consent = match asked.check(house, switches) {
        Ok(consent) => consent,
        Err(reply) => return reply,
    };
    match asked.get("auto") {
        Some("approve") => {
            let user = match asked.get("username") {
                None => None,
                Some(name) => match house.soundcloud.world.lock().user_named(name) {
                    Some(user) => Some(user.id),
                    None => return problem("There is no such user."),
                },
            };
            approve(house, switches, user, &consent)
        }
        Some("deny") => denied(&consent),
        Some(_) => problem("auto is approve or deny."),
        None => page(&asked, &consent.app, "", StatusCode::OK),
    }
}

/// `POST /authorize`: what the page's form sends.
pub(super) fn decide(house: &Arc<House>, switches: &Switches, door: Door, form: &Form) -> Reply {
    let asked = Asked { door, pairs: form.pairs() };
    let consent = match asked.check(house, switches) {
        Ok(consent) => consent,
        Err(reply) => return reply,
    };
    match form.text("decision") {
        Some("approve") => {}
        Some("deny") => return denied(&consent),
        _ => return problem("decision is approve or deny."),
    }
    let name = form.text("username").unwrap_or_default();
    let service = &house.soundcloud;
    let user = service.log_in(switches, &service.world.lock(), name, form.text("password"));
    match user {
        Some(user) => approve(house, switches, Some(user), &consent),
        None => {
            page(&asked, &consent.app, "That user name and password do not match.", StatusCode::UNAUTHORIZED)
        }
    }
}

fn denied(consent: &Consent<'_>) -> Reply {
    let parameters = [
        ("error", Some("access_denied")),
        ("error_description", Some("The user denied access")),
        ("state", consent.state),
    ];
    redirect(consent.redirect_uri, &parameters)
}

fn page(asked: &Asked<'_>, app: &SoundcloudApp, warning: &str, status: StatusCode) -> Reply {
    let name = escape(&app.name);
    let place = escape(asked.get("redirect_uri").unwrap_or_default());
    let username = escape(asked.get("username").unwrap_or_default());
    let hidden: String = CARRIED
        .iter()
        .filter_map(|name| Some((name, asked.get(name)?)))
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escape(value)))
        .collect();
    let warning = match warning {
        "" => String::new(),
        text => format!("<p role=\"alert\">{text}</p>\n"),
    };
    let action = match asked.door {
        Door::Authorize => "/authorize",
        Door::Connect => "/connect",
    };
    let rights = if app.may_write { ": to read it and to change it." } else { ": to read it." };
    html(
        status,
        "Connect with SoundCloud",
        &format!(
            "<p><strong>{name}</strong> wants to use your SoundCloud account{rights}</p>\n\
             <p>You will be sent to {place}.</p>\n{warning}\
             <form method=\"post\" action=\"{action}\">\n{hidden}\
             <p><label>User name <input name=\"username\" value=\"{username}\" autocomplete=\"username\" \
             autofocus></label></p>\n\
             <p><label>Password <input name=\"password\" type=\"password\" autocomplete=\"current-password\">\
             </label></p>\n\
             <p><button name=\"decision\" value=\"approve\">Connect</button>\n\
             <button name=\"decision\" value=\"deny\">Cancel</button></p>\n</form>"
        ),
    )
}

/// A page that leads nowhere.
fn problem(sentence: &str) -> Reply {
    html(StatusCode::BAD_REQUEST, "Something is wrong", &format!("<p>{sentence}</p>"))
}

fn html(status: StatusCode, title: &str, body: &str) -> Reply {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>{title}</title></head>\n\
         <body><main><h1>{title}</h1>\n{body}\n</main></body></html>\n"
    );
    Reply::new(status, "text/html; charset=utf-8", page)
        .header(CACHE_CONTROL, "no-store")
        .header(REFERRER_POLICY, "no-referrer")
}
