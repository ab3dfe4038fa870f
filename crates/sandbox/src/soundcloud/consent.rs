//! `GET /authorize`: a page to log in and consent, or a decision at once with `auto=approve` or `auto=deny`.

use http::StatusCode;
use http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};

use super::apps::SoundcloudApp;
use super::error::escape;
use super::session::{Code, NON_EXPIRING, Proof};
use super::state::{SERVICE, Soundcloud};
use super::store::FIRST;
use super::switches::Switches;
use crate::kit::{Form, Pairs, Response};

/// What the page hands on with the form.
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
pub(super) enum Endpoint {
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
    endpoint: Endpoint,
    pairs: &'a Pairs,
}

impl Asked<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.pairs.filled(name)
    }

    /// What is to be consented to, or the response that refuses.
    fn check(&self, service: &Soundcloud, switches: &Switches) -> Result<Consent<'_>, Response> {
        let app = self.get("client_id").and_then(|id| service.app(switches, id));
        let app = app.ok_or_else(|| problem("We don't know this application. Check its client_id."))?;
        // Wrong here means that nobody may be sent there.
        let redirect_uri =
            self.get("redirect_uri").filter(|uri| app.redirects_to(switches.any_loopback_port, uri));
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
        if self.endpoint == Endpoint::Connect {
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
pub(super) fn ask(service: &Soundcloud, switches: &Switches, endpoint: Endpoint, pairs: &Pairs) -> Response {
    let asked = Asked { endpoint, pairs };
    let consent = match asked.check(service, switches) {
        Ok(consent) => consent,
        Err(response) => return response,
    };
    match asked.get("auto") {
        Some("approve") => {
            let user = match asked.get("username") {
                None => None,
                Some(name) => match service.store.lock().user_named(name) {
                    Some(user) => Some(user.id),
                    None => return problem("There is no such user."),
                },
            };
            approve(service, switches, user, &consent)
        }
        Some("deny") => denied(&consent),
        Some(_) => problem("auto must be approve or deny."),
        None => page(&asked, &consent.app, "", StatusCode::OK),
    }
}

/// `POST /authorize`: what the page's form sends.
pub(super) fn decide(service: &Soundcloud, switches: &Switches, endpoint: Endpoint, form: &Form) -> Response {
    let asked = Asked { endpoint, pairs: form.pairs() };
    let consent = match asked.check(service, switches) {
        Ok(consent) => consent,
        Err(response) => return response,
    };
    match form.text("decision") {
        Some("approve") => {}
        Some("deny") => return denied(&consent),
        _ => return problem("decision must be approve or deny."),
    }
    let name = form.text("username").unwrap_or_default();
    let user = service.log_in(switches, &service.store.lock(), name, form.text("password"));
    match user {
        Some(user) => approve(service, switches, Some(user), &consent),
        None => {
            page(&asked, &consent.app, "That user name and password do not match.", StatusCode::UNAUTHORIZED)
        }
    }
}

fn denied(consent: &Consent<'_>) -> Response {
    let parameters = [
        ("error", Some("access_denied")),
        ("error_description", Some("The user denied access")),
        ("state", consent.state),
    ];
    redirect(consent.redirect_uri, &parameters)
}

fn page(asked: &Asked<'_>, app: &SoundcloudApp, warning: &str, status: StatusCode) -> Response {
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
    let action = match asked.endpoint {
        Endpoint::Authorize => "/authorize",
        Endpoint::Connect => "/connect",
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
fn problem(sentence: &str) -> Response {
    html(StatusCode::BAD_REQUEST, "Something is wrong", &format!("<p>{sentence}</p>"))
}

pub(super) fn html(status: StatusCode, title: &str, body: &str) -> Response {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>{title}</title></head>\n\
         <body><main><h1>{title}</h1>\n{body}\n</main></body></html>\n"
    );
    Response::new(status, "text/html; charset=utf-8", page)
        .header(CACHE_CONTROL, "no-store")
        .header(REFERRER_POLICY, "no-referrer")
}

/// Responds with a code at the redirect URI.
fn approve(service: &Soundcloud, switches: &Switches, user: Option<u64>, consent: &Consent<'_>) -> Response {
    let Consent { app, redirect_uri, proof, state } = consent;
    let expires = service.now() + switches.code_life_s;
    let mut store = service.store.lock();
    let store = &mut *store;
    let code = Code {
        user: user.unwrap_or(FIRST),
        client_id: app.client_id.clone(),
        redirect_uri: (*redirect_uri).to_owned(),
        proof: proof.clone(),
        expires,
    };
    let code = store.sessions.add_code(&mut store.rng, code);
    service.sandbox.effects.created(SERVICE, "codes");
    redirect(redirect_uri, &[("code", Some(&code)), ("state", *state)])
}

/// 302 to the redirect URI with these parameters.
fn redirect(uri: &str, parameters: &[(&str, Option<&str>)]) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let joint = if uri.contains('?') { '&' } else { '?' };
    Response::empty(StatusCode::FOUND).header(LOCATION, &format!("{uri}{joint}{}", query.finish()))
}
