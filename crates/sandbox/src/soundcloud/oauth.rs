//! The authorization host: consent, tokens, sign-out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use super::apps::SoundcloudApp;
use super::consent::{self, Endpoint};
use super::error::{self, ErrorResponse};
use super::ration::{Exceeded, ration};
use super::session::{Code, Grant, Pair, Proof, Subject};
use super::state::{SERVICE, Soundcloud};
use super::switches::{ClientCredentials, RateLimitShape, Refresh, Switches};
use crate::kit::{Form, Request, Response, allow};

const BODY_LIMIT: usize = 64 * 1024;

/// Responds to one request.
pub(super) async fn respond(service: &Soundcloud, request: &mut Request) -> Response {
    let method = request.method_as_read().clone();
    let switches = service.switches.with(request.switches.as_ref());
    let path = request.path.clone();
    let allowed: &[Method] = match path.as_str() {
        "/authorize" => &[Method::GET, Method::POST],
        "/oauth/token" | "/sign-out" => &[Method::POST],
        _ => return error::not_found().response(&switches),
    };
    if !allowed.contains(&method) {
        return ErrorResponse::Method(allow(allowed)).response(&switches);
    }
    match (path.as_str(), method) {
        ("/authorize", Method::GET) => {
            let pairs = request.query_pairs();
            consent::ask(service, &switches, Endpoint::Authorize, &pairs)
        }
        ("/authorize", _) => match request.form().await {
            Ok(form) => consent::decide(service, &switches, Endpoint::Authorize, &form),
            Err(error) => ErrorResponse::from(error).response(&switches),
        },
        ("/oauth/token", _) if request.media_type() != "application/x-www-form-urlencoded" => {
            refused(StatusCode::BAD_REQUEST, "invalid_request")
        }
        ("/oauth/token", _) => match request.form().await {
            Ok(form) => token(service, &switches, request, &form),
            Err(_) => refused(StatusCode::BAD_REQUEST, "invalid_request"),
        },
        _ => match request.body.bytes(BODY_LIMIT).await {
            Ok(body) => sign_out(service, &switches, &body),
            Err(error) => ErrorResponse::from(error).response(&switches),
        },
    }
}

fn refused(status: StatusCode, error: &str) -> Response {
    let response = error::json(status, &json!({"error": error})).header(CACHE_CONTROL, "no-store");
    if status == StatusCode::UNAUTHORIZED { response.header(WWW_AUTHENTICATE, "Basic") } else { response }
}

/// `POST /oauth/token`
fn token(service: &Soundcloud, switches: &Switches, request: &Request, form: &Form) -> Response {
    let result = match form.filled("grant_type") {
        None => Err("invalid_request"),
        Some("authorization_code") => with_code(service, switches, form),
        Some("refresh_token") => with_refresh(service, switches, form),
        Some("client_credentials") => return with_credentials(service, switches, request, form),
        Some(_) => Err("unsupported_grant_type"),
    };
    match result {
        Ok(pair) => granted(service, switches, &pair),
        Err("invalid_client") => refused(StatusCode::UNAUTHORIZED, "invalid_client"),
        Err(error) => refused(StatusCode::BAD_REQUEST, error),
    }
}

fn granted(service: &Soundcloud, switches: &Switches, pair: &Pair) -> Response {
    service.sandbox.effects.created(SERVICE, "tokens");
    let body = json!({
        "access_token": pair.access, "token_type": "bearer",
        "expires_in": switches.token_life_s as u64, "refresh_token": pair.refresh, "scope": "",
    });
    error::json(StatusCode::OK, &body).header(CACHE_CONTROL, "no-store")
}

fn with_code(service: &Soundcloud, switches: &Switches, form: &Form) -> Result<Pair, &'static str> {
    let field = |name: &str| form.filled(name).ok_or("invalid_request");
    let (code, redirect_uri, verifier) = (field("code")?, field("redirect_uri")?, field("code_verifier")?);
    let app = service.known_app(switches, Some(field("client_id")?), form.text("client_secret"));
    let app = app.ok_or("invalid_client")?;
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return Err("invalid_grant");
    }
    let mut store = service.store.lock();
    let now = service.now();
    let Code { user, client_id, redirect_uri: asked_with, proof, .. } =
        store.sessions.take_code(code, &app.client_id, now).ok_or("invalid_grant")?;
    let Proof::Challenge(challenge) = proof else { return Err("invalid_grant") };
    let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    if asked_with != redirect_uri || !bool::from(computed.as_bytes().ct_eq(challenge.as_bytes())) {
        return Err("invalid_grant");
    }
    Ok(service.issue(switches.token_life_s, &mut store, Grant { subject: Subject::User(user), client_id }))
}

fn with_refresh(service: &Soundcloud, switches: &Switches, form: &Form) -> Result<Pair, &'static str> {
    let field = |name: &str| form.filled(name).ok_or("invalid_request");
    let refresh = field("refresh_token")?;
    let app = service.known_app(switches, Some(field("client_id")?), form.text("client_secret"));
    let app = app.ok_or("invalid_client")?;
    if form.filled("redirect_uri").is_some_and(|uri| !app.redirects_to(switches.any_loopback_port, uri)) {
        return Err("invalid_grant");
    }
    if switches.refresh == Refresh::InvalidGrant {
        return Err("invalid_grant");
    }
    let mut store = service.store.lock();
    let grant = store.sessions.take_refresh(refresh, &app.client_id).ok_or("invalid_grant")?;
    Ok(service.issue(switches.token_life_s, &mut store, grant))
}

/// Credentials in the body count for this grant only by switch.
fn with_credentials(service: &Soundcloud, switches: &Switches, request: &Request, form: &Form) -> Response {
    let in_form = || {
        let field = |name: &str| form.text(name).unwrap_or_default().to_owned();
        (switches.client_credentials == ClientCredentials::Both)
            .then(|| (field("client_id"), field("client_secret")))
    };
    let known = request
        .basic_credentials()
        .or_else(in_form)
        .filter(|(_, secret)| !secret.is_empty())
        .and_then(|(id, secret)| service.known_app(switches, Some(&id), Some(&secret)));
    let Some(SoundcloudApp { client_id, .. }) = known else {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    };
    let mut store = service.store.lock();
    let now = service.now();
    if let Err(over) = ration(&mut store, switches, &client_id, now) {
        return too_many(switches, &over);
    }
    let pair = service.issue(switches.token_life_s, &mut store, Grant { subject: Subject::App, client_id });
    granted(service, switches, &pair)
}

fn too_many(switches: &Switches, over: &Exceeded) -> Response {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let response = match switches.rate_limit_shape {
        RateLimitShape::Meta => {
            let mut body =
                error::meta("client-credentials", over.limit.calls, over.limit.window_s, over.reset);
            let limit = &mut body["errors"][0]["meta"]["rate_limit"];
            limit["bucket"] = over.bucket.into();
            limit["name"] = "client-credentials-exchange".into();
            error::json(status, &body)
        }
        RateLimitShape::Edge => Response::new(status, "text/plain", "Please slow down."),
        RateLimitShape::Gateway => {
            Response::new(status, "application/json", "{\n  \"error\": \"Rate Limit Exceeded\"\n}\n")
        }
        _ => error::json(status, &json!({"error": "rate_limit_exceeded"})),
    };
    error::with_retry_after(response.header(WWW_AUTHENTICATE, "Basic"), switches)
}

/// `POST /sign-out` with `{"access_token": "…"}`
fn sign_out(service: &Soundcloud, switches: &Switches, body: &[u8]) -> Response {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(token) = body["access_token"].as_str().filter(|token| !token.is_empty()) else {
        return error::bad_request("bad_request").response(switches);
    };
    if service.end_session(token) {
        Response::empty(StatusCode::OK)
    } else {
        ErrorResponse::Plain(StatusCode::UNAUTHORIZED, "unauthorized".to_owned()).response(switches)
    }
}
