//! `/connect` and `/oauth2/token` of the API host, as they were before 2021: no PKCE, everything in the
//! body, the API's error object. 410 unless they are switched on.

use http::{Method, StatusCode};
use serde_json::json;

use super::consent::{self, Endpoint};
use super::error::{self, ErrorResponse};
use super::ration::ration;
use super::session::{Grant, NON_EXPIRING, Pair, Proof, Subject};
use super::state::{SERVICE, Soundcloud};
use super::switches::Switches;
use crate::kit::{Form, Request, Response, allow};

/// Life of a token of these endpoints in seconds.
const LIFE_S: u64 = 21_599;
/// The response to a request to one of the two; `None` for all other paths.
pub(super) async fn respond(
    service: &Soundcloud,
    switches: &Switches,
    request: &mut Request,
) -> Option<Response> {
    let allowed: &[Method] = match request.path.as_str() {
        "/connect" => &[Method::GET, Method::HEAD, Method::POST],
        "/oauth2/token" => &[Method::POST],
        _ => return None,
    };
    if !switches.old_oauth {
        return Some(error::plain(StatusCode::GONE).response(switches));
    }
    if !allowed.contains(&request.method) {
        return Some(ErrorResponse::Method(allow(allowed)).response(switches));
    }
    if request.method != Method::POST {
        return Some(consent::ask(service, switches, Endpoint::Connect, &request.query_pairs()));
    }
    let form = match request.form().await {
        Ok(form) => form,
        Err(error) => return Some(ErrorResponse::from(error).response(switches)),
    };
    Some(if request.path == "/connect" {
        consent::decide(service, switches, Endpoint::Connect, &form)
    } else {
        token(service, switches, &form)
    })
}

/// `POST /oauth2/token`
fn token(service: &Soundcloud, switches: &Switches, form: &Form) -> Response {
    match pair(service, switches, form) {
        Ok((pair, non_expiring)) => {
            service.sandbox.effects.created(SERVICE, "tokens");
            let body = if non_expiring {
                json!({"access_token": pair.access, "scope": NON_EXPIRING})
            } else {
                json!({
                    "access_token": pair.access, "expires_in": LIFE_S, "refresh_token": pair.refresh,
                    "scope": "*",
                })
            };
            error::json(StatusCode::OK, &body)
        }
        Err((status, error)) => {
            let limited = status == StatusCode::TOO_MANY_REQUESTS;
            let body = json!({
                "code": status.as_u16(), "message": error, "error_code": error, "error": null,
                "link": if limited { error::RATE_LIMITS } else { error::AUTHENTICATION },
                "status": format!("{} - {}", status.as_str(), status.canonical_reason().unwrap_or_default()),
                "errors": [{"error_message": error}],
            });
            error::json(status, &body)
        }
    }
}

/// The tokens, and whether they never end: as the scope says, which a code brings from `/connect`.
fn pair(
    service: &Soundcloud,
    switches: &Switches,
    form: &Form,
) -> Result<(Pair, bool), (StatusCode, &'static str)> {
    let app = service.known_app(switches, form.text("client_id"), form.text("client_secret"));
    let client_id = app.ok_or((StatusCode::UNAUTHORIZED, "invalid_client"))?.client_id;
    let invalid = (StatusCode::UNAUTHORIZED, "invalid_grant");
    let mut store = service.store.lock();
    let now = service.now();
    let mut non_expiring = form.text("scope") == Some(NON_EXPIRING);
    let subject = match form.text("grant_type") {
        Some("authorization_code") => {
            let code = form.text("code").and_then(|code| store.sessions.take_code(code, &client_id, now));
            let code = code.ok_or(invalid)?;
            let Proof::Old { non_expiring: asked } = code.proof else { return Err(invalid) };
            if form.text("redirect_uri") != Some(code.redirect_uri.as_str()) {
                return Err(invalid);
            }
            non_expiring = asked;
            Subject::User(code.user)
        }
        Some("refresh_token") => {
            let token = form.text("refresh_token");
            token.and_then(|token| store.sessions.take_refresh(token, &client_id)).ok_or(invalid)?.subject
        }
        Some("password") => {
            let name = form.text("username").unwrap_or_default();
            let user = service.log_in(switches, &store, name, form.text("password"));
            Subject::User(user.ok_or(invalid)?)
        }
        Some("client_credentials") => {
            if form.filled("client_secret").is_none() {
                return Err((StatusCode::UNAUTHORIZED, "invalid_client"));
            }
            let over = (StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded");
            ration(&mut store, switches, &client_id, now).map_err(|_| over)?;
            Subject::App
        }
        _ => return Err((StatusCode::BAD_REQUEST, "unsupported_grant")),
    };
    let life_s = if non_expiring { f64::INFINITY } else { LIFE_S as f64 };
    Ok((service.issue(life_s, &mut store, Grant { subject, client_id }), non_expiring))
}
