//! OAuth 1.0a of the old API: request tokens, the page that asks for access, access tokens, and who signs a call.
//!
//! The consumers are the applications of today's login: the key is the client ID. A token belongs to the application that
//! got it, lives until it is revoked, and is good on both hosts of the old API.

use std::collections::HashMap;
use std::sync::Arc;

use http::header::{CACHE_CONTROL, LOCATION};
use http::{Method, StatusCode};

use super::super::consent;
use super::super::error::{self, ErrorResponse, Result, escape};
use super::super::state::{SERVICE, Soundcloud};
use super::super::store::{FIRST, Store};
use super::super::switches::Switches;
use crate::kit::{Form, Pairs, Request, Response, allow, alphanumeric};
use crate::oauth1::check::{Policy, Signed};
use crate::oauth1::nonces::Nonces;
use crate::oauth1::parameters::Parameters;
use crate::oauth1::signature::encode;
use crate::oauth1::{OUT_OF_BAND, Refusal, credentials, is_absolute};

/// What was granted.
#[derive(Default)]
pub(in crate::soundcloud) struct Tokens {
    requests: HashMap<String, RequestToken>,
    access: HashMap<String, AccessToken>,
    nonces: Nonces,
}

struct RequestToken {
    secret: String,
    consumer: String,
    callback: String,
    expires: f64,
    /// Who said yes, and the verifier.
    approved: Option<(u64, String)>,
}

struct AccessToken {
    secret: String,
    consumer: String,
    user: u64,
}

impl From<Refusal> for ErrorResponse {
    fn from(refusal: Refusal) -> Self {
        let unauthorized = |text: &str| Self::Plain(StatusCode::UNAUTHORIZED, text.to_owned());
        match refusal {
            Refusal::Malformed(text) => error::bad_request(text),
            Refusal::Unauthorized(text) => unauthorized(text),
            Refusal::Expired => unauthorized("Timestamp expired"),
        }
    }
}

/// Who signed a request, and through which application.
pub(super) struct Signer {
    pub(super) user: Option<u64>,
    pub(super) consumer: String,
}

/// The parameters of a request, if it is signed; of the body only a form counts (RFC 5849 section 3.4.1.3.1).
pub(super) async fn signed_parameters(request: &mut Request) -> Result<(Option<Parameters>, Option<Form>)> {
    let form = match request.media_type().as_str() {
        "application/x-www-form-urlencoded" => Some(request.form().await?),
        _ => None,
    };
    // A token of today's login has the same scheme word.
    let header = request.header("authorization").unwrap_or_default();
    if header.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("oauth "))
        && !header.contains("oauth_")
    {
        return Ok((None, form));
    }
    let pairs = form.as_ref().map(|form| form.pairs().clone()).unwrap_or_default();
    let parameters = Parameters::gather(request, request.query_pairs(), pairs)?;
    Ok((Some(parameters).filter(Parameters::signed), form))
}

/// Checks the signature of a call.
pub(super) fn signer(
    service: &Soundcloud,
    switches: &Switches,
    request: &Request,
    parameters: &Parameters,
) -> Result<Signer> {
    let mut store = service.store.lock();
    let policy = policy(service, switches);
    let mut user = None;
    let verified = policy.verify(
        &signed(request, parameters),
        |consumer| secret_of(service, switches, consumer),
        |consumer, token| {
            let revoked = switches.revoked_oauth1_tokens.iter().any(|revoked| revoked == token);
            let known =
                store.oauth1.access.get(token).filter(|known| known.consumer == consumer && !revoked)?;
            user = Some(known.user);
            Some(known.secret.clone())
        },
    )?;
    let consumer = policy.spend(verified, &mut store.oauth1.nonces)?;
    Ok(Signer { user, consumer })
}

fn policy(service: &Soundcloud, switches: &Switches) -> Policy {
    Policy { plaintext: false, window_s: switches.oauth1_window_s, now: service.now() }
}

fn signed<'a>(request: &'a Request, parameters: &'a Parameters) -> Signed<'a> {
    let host = request.header("host").unwrap_or_default();
    Signed { method: request.method.as_str(), host, path: &request.path, parameters }
}

/// The secret of an application; one without cannot sign.
fn secret_of(service: &Soundcloud, switches: &Switches, consumer: &str) -> Option<String> {
    service.app(switches, consumer)?.client_secret
}

/// The response to a request to a token endpoint; `None` for all other paths.
pub(in crate::soundcloud) async fn respond(
    service: &Soundcloud,
    switches: &Switches,
    request: &mut Request,
) -> Option<Response> {
    let grant: fn(&Soundcloud, &Switches, &mut Store, &Request, &Parameters) -> Result =
        match request.path.as_str() {
            "/oauth/request_token" => request_token,
            "/oauth/access_token" => access_token,
            _ => return None,
        };
    if ![Method::GET, Method::POST].contains(request.method_as_read()) {
        let allowed = allow(&[Method::GET, Method::HEAD, Method::POST]);
        return Some(ErrorResponse::Method(allowed).response(switches));
    }
    let response = match signed_parameters(request).await {
        Ok((Some(parameters), _)) => {
            grant(service, switches, &mut service.store.lock(), request, &parameters)
        }
        Ok((None, _)) => Err(error::bad_request("Missing parameter oauth_signature")),
        Err(error) => Err(error),
    };
    Some(response.unwrap_or_else(|error| {
        let (status, message) = error.status_and_message();
        let response = Response::new(status, "text/plain; charset=utf-8", message);
        if status == StatusCode::UNAUTHORIZED {
            response.header(http::header::WWW_AUTHENTICATE, super::context::OAUTH)
        } else {
            response
        }
    }))
}

fn form(body: String) -> Response {
    Response::new(StatusCode::OK, "application/x-www-form-urlencoded", body).header(CACHE_CONTROL, "no-store")
}

/// `/oauth/request_token`
fn request_token(
    service: &Soundcloud,
    switches: &Switches,
    store: &mut Store,
    request: &Request,
    parameters: &Parameters,
) -> Result {
    let protocol = parameters.protocol()?;
    let callback = protocol.required("oauth_callback")?.to_owned();
    if callback != OUT_OF_BAND && !is_absolute(&callback) {
        return Err(error::bad_request("Malformed parameter oauth_callback"));
    }
    let policy = policy(service, switches);
    let verified = policy.verify(
        &signed(request, parameters),
        |consumer| secret_of(service, switches, consumer),
        |_, _| None,
    )?;
    let consumer = policy.spend(verified, &mut store.oauth1.nonces)?;
    let (token, secret) = (alphanumeric(&mut store.rng, 22), alphanumeric(&mut store.rng, 40));
    let body = format!("{}&oauth_callback_confirmed=true", credentials(&token, &secret));
    let expires = service.now() + switches.code_life_s;
    store.oauth1.requests.insert(token, RequestToken { secret, consumer, callback, expires, approved: None });
    service.sandbox.effects.created(SERVICE, "request_tokens");
    Ok(form(body))
}

/// `/oauth/access_token`: a request token that was approved, with its verifier, once.
fn access_token(
    service: &Soundcloud,
    switches: &Switches,
    store: &mut Store,
    request: &Request,
    parameters: &Parameters,
) -> Result {
    let protocol = parameters.protocol()?;
    let token = protocol.required("oauth_token")?.to_owned();
    let policy = policy(service, switches);
    let verified = policy.verify(
        &signed(request, parameters),
        |consumer| secret_of(service, switches, consumer),
        |consumer, token| {
            let known = store.oauth1.requests.get(token).filter(|known| known.consumer == consumer)?;
            (known.expires > service.now()).then(|| known.secret.clone())
        },
    )?;
    let consumer = policy.spend(verified, &mut store.oauth1.nonces)?;
    let approved = store.oauth1.requests.get(&token).and_then(|known| known.approved.clone());
    let (user, verifier) = approved.ok_or(Refusal::Unauthorized("Invalid access token"))?;
    if protocol.get("oauth_verifier") != Some(verifier.as_str()) {
        return Err(Refusal::Unauthorized("Invalid verifier").into());
    }
    store.oauth1.requests.remove(&token);
    let (token, secret) = (alphanumeric(&mut store.rng, 22), alphanumeric(&mut store.rng, 40));
    let body = credentials(&token, &secret);
    store.oauth1.access.insert(token, AccessToken { secret, consumer, user });
    service.sandbox.effects.created(SERVICE, "access_tokens");
    Ok(form(body))
}

/// `/oauth/authorize` of the site; `None` for all other paths.
pub(in crate::soundcloud) async fn authorize(
    service: &Arc<Soundcloud>,
    switches: &Switches,
    request: &mut Request,
) -> Option<Response> {
    if request.path != "/oauth/authorize" {
        return None;
    }
    Some(match request.method_as_read().clone() {
        Method::GET => {
            let query = request.query_pairs();
            let decision = query.filled("auto").filter(|_| request.method == Method::GET).map(str::to_owned);
            decide(service, switches, &query, decision.as_deref(), false)
        }
        Method::POST => match request.form().await {
            Ok(form) => {
                let decision = form.text("decision").unwrap_or_default().to_owned();
                decide(service, switches, form.pairs(), Some(&decision), true)
            }
            Err(error) => ErrorResponse::from(error).response(switches),
        },
        _ => ErrorResponse::Method(allow(&[Method::GET, Method::HEAD, Method::POST])).response(switches),
    })
}

/// The question for access and, with a decision, what follows from it. One that comes from the page's form needs the
/// password.
fn decide(
    service: &Soundcloud,
    switches: &Switches,
    pairs: &Pairs,
    decision: Option<&str>,
    by_form: bool,
) -> Response {
    let mut store = service.store.lock();
    let name = pairs.filled("oauth_token").unwrap_or_default().to_owned();
    let known = store.oauth1.requests.get(&name);
    let known = known.filter(|known| known.approved.is_none() && known.expires > service.now());
    let Some(RequestToken { consumer, callback, .. }) = known else {
        let text = "This request for access is unknown, has expired, or was decided before. Start again in the application.";
        return message(StatusCode::UNAUTHORIZED, text);
    };
    let (consumer, callback) = (consumer.clone(), callback.clone());
    match decision {
        None => question(service, switches, &name, &consumer, "", StatusCode::OK),
        Some("deny") => {
            store.oauth1.requests.remove(&name);
            let pairs = [("oauth_problem", "permission_denied"), ("oauth_token", name.as_str())];
            match callback.as_str() {
                OUT_OF_BAND => message(StatusCode::OK, "Access is denied. You may close this page."),
                callback => redirect(callback, &pairs),
            }
        }
        Some("approve") => {
            let user = match (pairs.filled("username"), by_form) {
                (Some(user), true) => service.log_in(switches, &store, user, pairs.text("password")),
                (None, true) => None,
                (Some(user), false) => store.user_named(user).map(|user| user.id),
                (None, false) => Some(FIRST),
            };
            let Some(user) = user else {
                drop(store);
                let warning = "That user name and password do not match.";
                return question(service, switches, &name, &consumer, warning, StatusCode::UNAUTHORIZED);
            };
            let verifier = alphanumeric(&mut store.rng, 8);
            if let Some(token) = store.oauth1.requests.get_mut(&name) {
                token.approved = Some((user, verifier.clone()));
            }
            match callback.as_str() {
                OUT_OF_BAND => page(
                    StatusCode::OK,
                    &format!(
                        "<p>Access is granted. Type this into the application:</p><p><code id=\"verifier\">{verifier}</code></p>"
                    ),
                ),
                callback => redirect(callback, &[("oauth_token", &name), ("oauth_verifier", &verifier)]),
            }
        }
        Some(_) => message(StatusCode::BAD_REQUEST, "The decision must be approve or deny."),
    }
}

fn question(
    service: &Soundcloud,
    switches: &Switches,
    token: &str,
    consumer: &str,
    warning: &str,
    status: StatusCode,
) -> Response {
    let app = service.app(switches, consumer).map(|app| app.name).unwrap_or_default();
    let warning =
        if warning.is_empty() { String::new() } else { format!("<p role=\"alert\">{warning}</p>\n") };
    page(
        status,
        &format!(
            "<p><strong>{}</strong> wants to use your SoundCloud account: to read it and to change it.</p>\n{warning}\
             <form method=\"post\" action=\"/oauth/authorize\">\n\
             <input type=\"hidden\" name=\"oauth_token\" value=\"{}\">\n\
             <p><label>User name <input name=\"username\" autocomplete=\"username\" autofocus></label></p>\n\
             <p><label>Password <input name=\"password\" type=\"password\" autocomplete=\"current-password\"></label></p>\n\
             <p><button name=\"decision\" value=\"approve\">Allow</button>\n\
             <button name=\"decision\" value=\"deny\">Deny</button></p>\n</form>",
            escape(&app),
            escape(token),
        ),
    )
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

fn message(status: StatusCode, text: &str) -> Response {
    page(status, &format!("<p>{text}</p>"))
}

fn page(status: StatusCode, html: &str) -> Response {
    consent::html(status, "Connect with SoundCloud", html)
}
