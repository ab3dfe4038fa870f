//! `/connect` and `/oauth2/token` of the API host, as they were before 2021 (section 13.6 of the sheet): no PKCE, everything in the
//! body, the API's error object. 410 unless they are switched on.

use std::sync::Arc;

use http::header::ALLOW;
use http::{Method, StatusCode};
use serde_json::json;

use super::consent::{self, Door};
use super::desk::SERVICE;
use super::oauth::{issue, ration};
use super::refusal::{self, Refusal};
use super::session::{Grant, Pair, Proof, Subject};
use super::switches::Switches;
use crate::call::Call;
use crate::form::Form;
use crate::house::House;
use crate::reply::Reply;

/// Life of a token of these endpoints in seconds.
const LIFE_S: u64 = 21_599;
/// The scope of a token that does not end.
pub(super) const NON_EXPIRING: &str = "non-expiring";

/// Answers a request to one of the two; `None` for all other paths.
pub(super) async fn answer(house: &Arc<House>, switches: &Switches, call: &mut Call) -> Option<Reply> {
    let allowed: &[Method] = match call.path.as_str() {
        "/connect" => &[Method::GET, Method::HEAD, Method::POST],
        "/oauth2/token" => &[Method::POST],
        _ => return None,
    };
    if !switches.old_oauth {
        return Some(refusal::plain(StatusCode::GONE).reply(switches));
    }
    if !allowed.contains(&call.method) {
        let allowed = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        return Some(refusal::plain(StatusCode::METHOD_NOT_ALLOWED).reply(switches).header(ALLOW, &allowed));
    }
    if call.method != Method::POST {
        return Some(consent::ask(house, switches, Door::Connect, &call.query_pairs()));
    }
    let form = match call.form().await {
        Ok(form) => form,
        Err(error) => return Some(Refusal::from(error).reply(switches)),
    };
    Some(if call.path == "/connect" {
        consent::decide(house, switches, Door::Connect, &form)
    } else {
        token(house, switches, &form)
    })
}

/// `POST /oauth2/token`
fn token(house: &Arc<House>, switches: &Switches, form: &Form) -> Reply {
    match pair(house, switches, form) {
        Ok((pair, non_expiring)) => {
            house.effects.created(SERVICE, "tokens");
            let body = if non_expiring {
                json!({"access_token": pair.access, "scope": NON_EXPIRING})
            } else {
                json!({
                    "access_token": pair.access, "expires_in": LIFE_S, "refresh_token": pair.refresh,
                    "scope": "*",
                })
            };
            refusal::json(StatusCode::OK, &body)
        }
        Err((status, error)) => {
            let limited = status == StatusCode::TOO_MANY_REQUESTS;
            let body = json!({
                "code": status.as_u16(), "message": error, "error_code": error, "error": null,
                "link": if limited { refusal::RATE_LIMITS } else { refusal::AUTHENTICATION },
                "status": format!("{} - {}", status.as_str(), status.canonical_reason().unwrap_or_default()),
                "errors": [{"error_message": error}],
            });
            refusal::json(status, &body)
        }
    }
}

/// The tokens, and whether they never end: as the scope says, which a code brings from `/connect`.
fn pair(
    house: &Arc<House>,
    switches: &Switches,
    form: &Form,
) -> Result<(Pair, bool), (StatusCode, &'static str)> {
    let service = &house.soundcloud;
    let app = service.known_app(switches, form.text("client_id"), form.text("client_secret"));
    let client_id = app.ok_or((StatusCode::UNAUTHORIZED, "invalid_client"))?.client_id;
    let invalid = (StatusCode::UNAUTHORIZED, "invalid_grant");
    let mut world = service.world.lock();
    let now = house.clock.now().as_secs_f64();
    let mut non_expiring = form.text("scope") == Some(NON_EXPIRING);
    let subject = match form.text("grant_type") {
        Some("authorization_code") => {
            let code = form.text("code").and_then(|code| world.sessions.take_code(code, &client_id, now));
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
            token.and_then(|token| world.sessions.take_refresh(token, &client_id)).ok_or(invalid)?.subject
        }
        Some("password") => {
            let name = form.text("username").unwrap_or_default();
            let user = service.log_in(switches, &world, name, form.text("password"));
            Subject::User(user.ok_or(invalid)?)
        }
        Some("client_credentials") => {
            if form.filled("client_secret").is_none() {
                return Err((StatusCode::UNAUTHORIZED, "invalid_client"));
            }
            let over = (StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded");
            ration(&mut world, switches, &client_id, now).map_err(|_| over)?;
            Subject::App
        }
        _ => return Err((StatusCode::BAD_REQUEST, "unsupported_grant")),
    };
    let life_s = if non_expiring { f64::INFINITY } else { LIFE_S as f64 };
    Ok((issue(house, life_s, &mut world, Grant { subject, client_id }), non_expiring))
}
