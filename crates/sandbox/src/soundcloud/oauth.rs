//! The authorization host: consent, tokens, sign-out (section 3 of the sheet).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{ALLOW, CACHE_CONTROL, LOCATION, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use super::apps::SoundcloudApp;
use super::catalogue::FIRST;
use super::consent::{self, Consent, Door};
use super::desk::SERVICE;
use super::refusal::{self, Refusal};
use super::session::{Code, Grant, Pair, Proof, Subject};
use super::switches::{ClientCredentials, RateLimitShape, Refresh, Switches};
use super::world::World;
use crate::call::Call;
use crate::form::Form;
use crate::house::House;
use crate::reply::Reply;

const BODY_LIMIT: usize = 64 * 1024;

/// Answers one request.
pub(crate) async fn answer(house: &Arc<House>, call: &mut Call) -> Reply {
    let method = if call.method == Method::HEAD { Method::GET } else { call.method.clone() };
    let switches = call.switches.soundcloud.clone();
    let path = call.path.clone();
    let allowed: &[Method] = match path.as_str() {
        "/authorize" => &[Method::GET, Method::POST],
        "/oauth/token" | "/sign-out" => &[Method::POST],
        _ => return refusal::not_found().reply(&switches),
    };
    if !allowed.contains(&method) {
        let allowed = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        return refusal::plain(StatusCode::METHOD_NOT_ALLOWED).reply(&switches).header(ALLOW, &allowed);
    }
    match (path.as_str(), method) {
        ("/authorize", Method::GET) => {
            let pairs = call.query_pairs();
            consent::ask(house, &switches, Door::Authorize, &pairs)
        }
        ("/authorize", _) => match call.form().await {
            Ok(form) => consent::decide(house, &switches, Door::Authorize, &form),
            Err(error) => Refusal::from(error).reply(&switches),
        },
        ("/oauth/token", _) if super::content_type(call) != "application/x-www-form-urlencoded" => {
            refused(StatusCode::BAD_REQUEST, "invalid_request")
        }
        ("/oauth/token", _) => match call.form().await {
            Ok(form) => token(house, &switches, call, &form),
            Err(_) => refused(StatusCode::BAD_REQUEST, "invalid_request"),
        },
        _ => match call.body.bytes(BODY_LIMIT).await {
            Ok(body) => sign_out(house, &switches, &body),
            Err(error) => Refusal::from(error).reply(&switches),
        },
    }
}

fn refused(status: StatusCode, error: &str) -> Reply {
    let reply = refusal::json(status, &json!({"error": error})).header(CACHE_CONTROL, "no-store");
    if status == StatusCode::UNAUTHORIZED { reply.header(WWW_AUTHENTICATE, "Basic") } else { reply }
}

/// `POST /oauth/token`
fn token(house: &Arc<House>, switches: &Switches, call: &Call, form: &Form) -> Reply {
    let result = match form.filled("grant_type") {
        None => Err("invalid_request"),
        Some("authorization_code") => with_code(house, switches, form),
        Some("refresh_token") => with_refresh(house, switches, form),
        Some("client_credentials") => return with_credentials(house, switches, call, form),
        Some(_) => Err("unsupported_grant_type"),
    };
    match result {
        Ok(pair) => granted(house, switches, &pair),
        Err("invalid_client") => refused(StatusCode::UNAUTHORIZED, "invalid_client"),
        Err(error) => refused(StatusCode::BAD_REQUEST, error),
    }
}

fn granted(house: &House, switches: &Switches, pair: &Pair) -> Reply {
    house.effects.created(SERVICE, "tokens");
    let body = json!({
        "access_token": pair.access, "token_type": "bearer",
        "expires_in": switches.token_life_s as u64, "refresh_token": pair.refresh, "scope": "",
    });
    refusal::json(StatusCode::OK, &body).header(CACHE_CONTROL, "no-store")
}

pub(super) fn issue(house: &House, life_s: f64, world: &mut World, grant: Grant) -> Pair {
    let expires = house.clock.now().as_secs_f64() + life_s;
    world.sessions.issue(&mut world.rng, grant, expires)
}

fn with_code(house: &Arc<House>, switches: &Switches, form: &Form) -> Result<Pair, &'static str> {
    let service = &house.soundcloud;
    let field = |name: &str| form.filled(name).ok_or("invalid_request");
    let (code, redirect_uri, verifier) = (field("code")?, field("redirect_uri")?, field("code_verifier")?);
    let app = service.known_app(switches, Some(field("client_id")?), form.text("client_secret"));
    let app = app.ok_or("invalid_client")?;
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return Err("invalid_grant");
    }
    let mut world = service.world.lock();
    let now = house.clock.now().as_secs_f64();
    let Code { user, client_id, redirect_uri: asked_with, proof, .. } =
        world.sessions.take_code(code, &app.client_id, now).ok_or("invalid_grant")?;
    let Proof::Challenge(challenge) = proof else { return Err("invalid_grant") };
    let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    if asked_with != redirect_uri || !bool::from(computed.as_bytes().ct_eq(challenge.as_bytes())) {
        return Err("invalid_grant");
    }
    Ok(issue(house, switches.token_life_s, &mut world, Grant { subject: Subject::User(user), client_id }))
}

fn with_refresh(house: &Arc<House>, switches: &Switches, form: &Form) -> Result<Pair, &'static str> {
    let service = &house.soundcloud;
    let field = |name: &str| form.filled(name).ok_or("invalid_request");
    let refresh = field("refresh_token")?;
    let app = service.known_app(switches, Some(field("client_id")?), form.text("client_secret"));
    let app = app.ok_or("invalid_client")?;
    if form.filled("redirect_uri").is_some_and(|uri| !app.redirects_to(switches, uri)) {
        return Err("invalid_grant");
    }
    if switches.refresh == Refresh::InvalidGrant {
        return Err("invalid_grant");
    }
    let mut world = service.world.lock();
    let grant = world.sessions.take_refresh(refresh, &app.client_id).ok_or("invalid_grant")?;
    Ok(issue(house, switches.token_life_s, &mut world, grant))
}

/// Credentials in the body count for this grant only by switch.
fn with_credentials(house: &Arc<House>, switches: &Switches, call: &Call, form: &Form) -> Reply {
    let service = &house.soundcloud;
    let in_form = || {
        let field = |name: &str| form.text(name).unwrap_or_default().to_owned();
        (switches.client_credentials == ClientCredentials::Both)
            .then(|| (field("client_id"), field("client_secret")))
    };
    let known = call
        .basic_credentials()
        .or_else(in_form)
        .filter(|(_, secret)| !secret.is_empty())
        .and_then(|(id, secret)| service.known_app(switches, Some(&id), Some(&secret)));
    let Some(SoundcloudApp { client_id, .. }) = known else {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    };
    let mut world = service.world.lock();
    let now = house.clock.now().as_secs_f64();
    if let Err(over) = ration(&mut world, switches, &client_id, now) {
        return too_many(switches, &over);
    }
    let pair = issue(house, switches.token_life_s, &mut world, Grant { subject: Subject::App, client_id });
    granted(house, switches, &pair)
}

/// A ration of tokens that is used up.
pub(super) struct Over {
    most: u32,
    window_s: f64,
    bucket: &'static str,
    reset: u64,
}

/// Counts a token that an application gets for itself. What is refused for one limit is not counted for the other.
pub(super) fn ration(world: &mut World, switches: &Switches, client_id: &str, now: f64) -> Result<(), Over> {
    let windows = [
        (format!("tokens of {client_id}"), switches.client_credentials_per_12h, 43_200.0, "by-client"),
        ("tokens of an address".to_owned(), switches.client_credentials_per_1h, 3_600.0, "by-ip"),
    ];
    for (name, most, window_s, bucket) in &windows {
        let (most, window_s, bucket) = (*most, *window_s, *bucket);
        world.check(name, most, window_s, now).map_err(|reset| Over { most, window_s, bucket, reset })?;
    }
    for (name, most, window_s, bucket) in windows {
        world.count(name, most, window_s, now).map_err(|reset| Over { most, window_s, bucket, reset })?;
    }
    Ok(())
}

fn too_many(switches: &Switches, over: &Over) -> Reply {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let reply = match switches.rate_limit_shape {
        RateLimitShape::Meta => {
            let mut body = refusal::meta("client-credentials", over.most, over.window_s, over.reset);
            let limit = &mut body["errors"][0]["meta"]["rate_limit"];
            limit["bucket"] = over.bucket.into();
            limit["name"] = "client-credentials-exchange".into();
            refusal::json(status, &body)
        }
        RateLimitShape::Edge => Reply::new(status, "text/plain", "Please slow down."),
        RateLimitShape::Gateway => {
            Reply::new(status, "application/json", "{\n  \"error\": \"Rate Limit Exceeded\"\n}\n")
        }
        _ => refusal::json(status, &json!({"error": "rate_limit_exceeded"})),
    };
    refusal::with_retry_after(reply.header(WWW_AUTHENTICATE, "Basic"), switches)
}

/// `POST /sign-out` with `{"access_token": "…"}`
fn sign_out(house: &Arc<House>, switches: &Switches, body: &[u8]) -> Reply {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(token) = body["access_token"].as_str().filter(|token| !token.is_empty()) else {
        return refusal::bad_request("bad_request").reply(switches);
    };
    if end_session(house, token) {
        Reply::empty(StatusCode::OK)
    } else {
        Refusal::Plain(StatusCode::UNAUTHORIZED, "unauthorized".to_owned()).reply(switches)
    }
}

/// Ends the session of an access token; `false` if it was over.
pub(super) fn end_session(house: &Arc<House>, token: &str) -> bool {
    let now = house.clock.now().as_secs_f64();
    let ended = house.soundcloud.world.lock().sessions.end(token, now);
    if ended {
        house.effects.deleted(SERVICE, "tokens");
    }
    ended
}

/// Answers with a code at the redirect URI.
pub(super) fn approve(
    house: &Arc<House>,
    switches: &Switches,
    user: Option<u64>,
    consent: &Consent<'_>,
) -> Reply {
    let Consent { app, redirect_uri, proof, state } = consent;
    let expires = house.clock.now().as_secs_f64() + switches.code_life_s;
    let mut world = house.soundcloud.world.lock();
    let world = &mut *world;
    let code = Code {
        user: user.unwrap_or(FIRST),
        client_id: app.client_id.clone(),
        redirect_uri: (*redirect_uri).to_owned(),
        proof: proof.clone(),
        expires,
    };
    let code = world.sessions.add_code(&mut world.rng, code);
    house.effects.created(SERVICE, "codes");
    redirect(redirect_uri, &[("code", Some(&code)), ("state", *state)])
}

/// 302 to the redirect URI with these parameters.
pub(super) fn redirect(uri: &str, parameters: &[(&str, Option<&str>)]) -> Reply {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let joint = if uri.contains('?') { '&' } else { '?' };
    Reply::empty(StatusCode::FOUND).header(LOCATION, &format!("{uri}{joint}{}", query.finish()))
}
