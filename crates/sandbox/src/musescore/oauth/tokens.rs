//! The two token endpoints (RFC 5849 section 2) and the login with user name and password.

use http::StatusCode;

use super::super::accounts::Standing;
use super::super::desk::SERVICE;
use super::super::refusal::Refusal;
use super::super::switches::{LoginFailure, OauthMode};
use super::super::world::{AccessToken, RequestToken, Stage};
use super::check::{Bench, KnownToken, Signed};
use super::signature::encode;
use crate::reply::Reply;

/// The value of `oauth_callback` for programs that cannot take a redirect.
pub(in crate::musescore) const OUT_OF_BAND: &str = "oob";

/// `/oauth/request_token`
pub(in crate::musescore) fn request_token(
    bench: &mut Bench<'_>,
    signed: &Signed<'_>,
) -> Result<Reply, Refusal> {
    let protocol = signed.parameters.protocol()?;
    let callback = protocol.get("oauth_callback").map(str::to_owned);
    if let Some(callback) = &callback
        && callback != OUT_OF_BAND
        && !is_absolute(callback)
    {
        return Err(Refusal::malformed("Malformed parameter oauth_callback"));
    }
    if callback.is_none() && bench.switches.oauth_mode == OauthMode::Strict {
        return Err(Refusal::malformed("Missing parameter oauth_callback"));
    }
    let consumer = bench.verify(signed, |_, _, _| None)?;
    let (token, secret) = bench.world.new_token();
    let confirmed = if callback.is_some() { "&oauth_callback_confirmed=true" } else { "" };
    let body = format!("{}{confirmed}", credentials(&token, &secret));
    bench
        .world
        .request_tokens
        .insert(token, RequestToken { secret, consumer, callback, stage: Stage::Asked });
    bench.house.effects.created(SERVICE, "request_tokens");
    Ok(form(body))
}

/// `/oauth/access_token`
pub(in crate::musescore) fn access_token(
    bench: &mut Bench<'_>,
    signed: &Signed<'_>,
) -> Result<Reply, Refusal> {
    let parameter =
        |name: &str| signed.parameters.form.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    if bench.switches.xauth && parameter("x_auth_mode").is_some() {
        let consumer = bench.verify(signed, |_, _, _| None)?;
        if parameter("x_auth_mode").is_none_or(|mode| mode != "client_auth") {
            return Err(Refusal::malformed("Unsupported x_auth_mode"));
        }
        let text = |name| parameter(name).map(String::as_str).unwrap_or_default();
        let user = login(bench, text("x_auth_username"), text("x_auth_password"))?;
        return Ok(grant(bench, consumer, user));
    }
    let protocol = signed.parameters.protocol()?;
    let token = protocol.required("oauth_token")?.to_owned();
    let invalid = || Refusal::unauthorized("Invalid access token");
    let consumer = bench.verify(signed, |bench, consumer, token| {
        let known = bench.world.request_tokens.get(token).filter(|known| known.consumer == consumer)?;
        Some(KnownToken { secret: known.secret.clone() })
    })?;
    let known = bench.world.request_tokens.get(&token).ok_or_else(invalid)?;
    let Stage::Approved { user, verifier } = &known.stage else { return Err(invalid()) };
    let needed = known.callback.is_some() || bench.switches.oauth_mode == OauthMode::Strict;
    match protocol.get("oauth_verifier") {
        None if !needed => {}
        Some(given) if given == verifier => {}
        _ => return Err(Refusal::unauthorized("Invalid verifier")),
    }
    let user = *user;
    bench.world.request_tokens.remove(&token);
    Ok(grant(bench, consumer, user))
}

fn grant(bench: &mut Bench<'_>, consumer: String, user: u64) -> Reply {
    let (token, secret) = bench.world.new_token();
    let body = credentials(&token, &secret);
    bench.world.access_tokens.insert(token, AccessToken { secret, consumer, user });
    bench.house.effects.created(SERVICE, "access_tokens");
    form(body)
}

/// The user of a name and a password.
fn login(bench: &Bench<'_>, name: &str, password: &str) -> Result<u64, Refusal> {
    let status = match bench.switches.login_failure {
        LoginFailure::Unauthorized => StatusCode::UNAUTHORIZED,
        LoginFailure::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
    };
    match bench.accounts.login(name, password) {
        None => Err(Refusal::code(status, "USER_AUTHENTICATION_FAILED")),
        Some((_, Standing::Blocked)) => Err(Refusal::code(status, "USER_DENIED")),
        Some((_, Standing::NotActivated)) => Err(Refusal::code(status, "USER_NOT_ACTIVATED")),
        Some((user, Standing::Active)) => Ok(user),
    }
}

fn credentials(token: &str, secret: &str) -> String {
    format!("oauth_token={}&oauth_token_secret={}", encode(token), encode(secret))
}

fn form(body: String) -> Reply {
    Reply::new(StatusCode::OK, "application/x-www-form-urlencoded", body)
}

/// Whether a text is an absolute URI (RFC 3986 section 4.3), as far as its start goes.
pub(in crate::musescore) fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let first = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let fits = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let plain = rest.bytes().all(|byte| byte.is_ascii_graphic());
    let host = !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https")
        || rest.strip_prefix("//").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    first && fits && plain && host && !rest.is_empty() && !text.contains('#')
}
