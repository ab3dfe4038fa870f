//! The two token endpoints (RFC 5849 section 2) and the login with user name and password.

use http::StatusCode;

use super::super::accounts::LoginAccess;
use super::super::error::{self, Result};
use super::super::state::SERVICE;
use super::super::store::{AccessToken, RequestToken, Stage};
use super::super::switches::{LoginFailure, OauthMode};
use super::check::AuthContext;
use crate::kit::Response;
use crate::oauth1::check::Signed;
use crate::oauth1::{OUT_OF_BAND, credentials, is_absolute};

/// `/oauth/request_token`
pub(in crate::musescore) fn request_token(auth: &mut AuthContext<'_>, signed: &Signed<'_>) -> Result {
    let protocol = signed.parameters.protocol()?;
    let callback = protocol.get("oauth_callback").map(str::to_owned);
    if let Some(callback) = &callback
        && callback != OUT_OF_BAND
        && !is_absolute(callback)
    {
        return Err(error::malformed("Malformed parameter oauth_callback"));
    }
    if callback.is_none() && auth.switches.oauth_mode == OauthMode::Strict {
        return Err(error::malformed("Missing parameter oauth_callback"));
    }
    let consumer = auth.verify(signed, |_, _, _| None)?;
    let (token, secret) = auth.store.new_token();
    let confirmed = if callback.is_some() { "&oauth_callback_confirmed=true" } else { "" };
    let body = format!("{}{confirmed}", credentials(&token, &secret));
    auth.store.request_tokens.insert(token, RequestToken { secret, consumer, callback, stage: Stage::Asked });
    auth.service.sandbox.effects.created(SERVICE, "request_tokens");
    Ok(form(body))
}

/// `/oauth/access_token`
pub(in crate::musescore) fn access_token(auth: &mut AuthContext<'_>, signed: &Signed<'_>) -> Result {
    let parameter =
        |name: &str| signed.parameters.form.0.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    if auth.switches.xauth && parameter("x_auth_mode").is_some() {
        let consumer = auth.verify(signed, |_, _, _| None)?;
        if parameter("x_auth_mode").is_none_or(|mode| mode != "client_auth") {
            return Err(error::malformed("Unsupported x_auth_mode"));
        }
        let text = |name| parameter(name).map(String::as_str).unwrap_or_default();
        let user = login(auth, text("x_auth_username"), text("x_auth_password"))?;
        return Ok(grant(auth, consumer, user));
    }
    let protocol = signed.parameters.protocol()?;
    let token = protocol.required("oauth_token")?.to_owned();
    let invalid = || error::unauthorized("Invalid access token");
    let consumer = auth.verify(signed, |auth, consumer, token| {
        let known = auth.store.request_tokens.get(token).filter(|known| known.consumer == consumer)?;
        Some(known.secret.clone())
    })?;
    let known = auth.store.request_tokens.get(&token).ok_or_else(invalid)?;
    let Stage::Approved { user, verifier } = &known.stage else { return Err(invalid()) };
    let needed = known.callback.is_some() || auth.switches.oauth_mode == OauthMode::Strict;
    match protocol.get("oauth_verifier") {
        None if !needed => {}
        Some(given) if given == verifier => {}
        _ => return Err(error::unauthorized("Invalid verifier")),
    }
    let user = *user;
    auth.store.request_tokens.remove(&token);
    Ok(grant(auth, consumer, user))
}

fn grant(auth: &mut AuthContext<'_>, consumer: String, user: u64) -> Response {
    let (token, secret) = auth.store.new_token();
    let body = credentials(&token, &secret);
    auth.store.access_tokens.insert(token, AccessToken { secret, consumer, user });
    auth.service.sandbox.effects.created(SERVICE, "access_tokens");
    form(body)
}

/// The user of a name and a password.
fn login(auth: &AuthContext<'_>, name: &str, password: &str) -> Result<u64> {
    let status = match auth.switches.login_failure {
        LoginFailure::Unauthorized => StatusCode::UNAUTHORIZED,
        LoginFailure::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
    };
    match auth.service.accounts.login(name, password) {
        None => Err(error::code(status, "USER_AUTHENTICATION_FAILED")),
        Some((_, LoginAccess::Blocked)) => Err(error::code(status, "USER_DENIED")),
        Some((_, LoginAccess::NotActivated)) => Err(error::code(status, "USER_NOT_ACTIVATED")),
        Some((user, LoginAccess::Active)) => Ok(user),
    }
}

fn form(body: String) -> Response {
    Response::new(StatusCode::OK, "application/x-www-form-urlencoded", body)
}
