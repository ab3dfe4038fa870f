//! The response to a token request, read in all the shapes that servers send.
//!
//! A refresh token may be spent by the request, so a success is never thrown away for an odd field: what can be read is
//! kept, and what cannot is told.

use std::collections::HashMap;
use std::time::Duration;

use http::Response;
use serde_json::value::RawValue;

use super::TokenError;
use crate::auth::store::{Token, lifetime};
use crate::decode::from_json;
use crate::{Bytes, DecodeError, Secret, Timestamp};

/// The lifetime of a token whose `expires_in` cannot be read.
const ASSUMED_LIFETIME: Duration = Duration::from_secs(3600);

/// The response to a token request (RFC 6749, section 5.1).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenResponse {
    /// The access token: visible ASCII characters, so that a header can carry it.
    pub access_token: Secret,
    /// How long it lives from now on; `None` if the server does not say, or not in a form that can be read.
    pub expires_in: Option<Duration>,
    /// When to refresh it at the latest: an hour if the server gave a lifetime that cannot be read, or none at all (zero, a
    /// negative number); `None` otherwise.
    pub renew_in: Option<Duration>,
    /// The refresh token; `None` means that the one before is still good.
    pub refresh_token: Option<Secret>,
    /// The scope, often empty.
    pub scope: String,
}

impl TokenResponse {
    /// A response with an access token and nothing else.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self {
            access_token: access_token.into(),
            expires_in: None,
            renew_in: None,
            refresh_token: None,
            scope: String::new(),
        }
    }

    /// Reads the body of a success.
    ///
    /// It may be JSON or a form; numbers may be texts and texts numbers, and the scope a list.
    ///
    /// # Errors
    /// [`DecodeError`] if there is no access token, one that a header cannot carry, or one of another type than Bearer.
    pub fn read(response: &Response<Bytes>) -> Result<Self, DecodeError> {
        match Success::read(response.body()) {
            Success::Tokens { response, lost: None } => Ok(response),
            Success::Tokens { lost: Some(error), .. }
            | Success::Unusable { error, .. }
            | Success::Unreadable { error, .. } => Err(error),
            Success::Refused(error) => Err(DecodeError::Other(format!("the server refused: {error}"))),
        }
    }
}

impl Token {
    /// A token as received at `now`. A response without a refresh token keeps the one `before`.
    #[must_use]
    pub fn received(response: TokenResponse, before: Option<&Secret>, now: Timestamp) -> Self {
        let mut token = Self::new(response.access_token);
        token.refresh = response.refresh_token.or_else(|| before.cloned());
        token.expires = response.expires_in.map(|lifetime| now.plus(lifetime));
        token.lifetime = response.expires_in;
        token.renew = response.renew_in.map(|wait| now.plus(wait));
        token.scope = response.scope;
        token
    }
}

/// What a success of a token server holds.
pub(crate) enum Success {
    /// An access token, and what came with it.
    Tokens {
        /// What can be read of them.
        response: TokenResponse,
        /// Why the new refresh token cannot be read; the one before is probably spent.
        lost: Option<DecodeError>,
    },
    /// An access token that cannot be used, or the successor of the refresh token alone.
    Unusable {
        /// The successor of the refresh token, if there is one.
        refresh: Option<Secret>,
        /// What is wrong with the access token.
        error: DecodeError,
    },
    /// A refusal in spite of its status.
    Refused(TokenError),
    /// Neither.
    Unreadable {
        /// Why it cannot be read.
        error: DecodeError,
        /// Whether it is from the token server itself, which may have spent the refresh token, and not a page or nothing.
        is_from_server: bool,
    },
}

impl Success {
    /// Reads a body, whatever its media type says.
    pub(crate) fn read(body: &[u8]) -> Self {
        let fields = match Fields::read(body) {
            Ok(fields) => fields,
            Err(error) => {
                let page = matches!(error, DecodeError::Empty | DecodeError::Html { .. });
                let is_from_server = !page && matches!(body.trim_ascii_start(), [b'{' | b'[', ..]);
                return Self::Unreadable { error, is_from_server };
            }
        };
        let (refresh, lost) = match fields.text("refresh_token") {
            Ok(token) => (token.filter(|token| !token.is_empty()).map(Secret::from), None),
            Err(error) => (None, Some(error)),
        };
        let error = match fields.access_token() {
            Ok(Some(access)) => return Self::Tokens { response: fields.tokens(access, refresh), lost },
            Ok(None) if refresh.is_none() && fields.has("error") => {
                return Self::Refused(TokenError::of(body, false));
            }
            Ok(None) => {
                let error = lost.unwrap_or_else(|| DecodeError::Other("missing field `access_token`".into()));
                if refresh.is_none() {
                    return Self::Unreadable { error, is_from_server: true };
                }
                error
            }
            Err(error) => error,
        };
        Self::Unusable { refresh, error }
    }
}

/// The members of a response, each as JSON.
struct Fields(HashMap<String, Box<RawValue>>);

impl Fields {
    fn read(body: &[u8]) -> Result<Self, DecodeError> {
        // A token that is a number is kept digit by digit, which only the plain reader does.
        let json = serde_json::from_slice(body).or_else(|_| from_json(body));
        json.map(Self).or_else(|error| form(body).map(Self).ok_or(error))
    }

    fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The JSON of a member; `None` for null.
    fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|raw| raw.get().trim()).filter(|raw| *raw != "null")
    }

    fn text(&self, name: &str) -> Result<Option<String>, DecodeError> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let other = || DecodeError::Other(format!("invalid {name}: expected a text, found {}", kind(raw)));
        text(raw).map(Some).ok_or_else(other)
    }

    fn access_token(&self) -> Result<Option<Secret>, DecodeError> {
        let Some(token) = self.text("access_token")?.filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        let token = Secret::from(token);
        if !is_sendable(&token) {
            let found =
                "invalid access_token: expected visible ASCII characters, found others (a line break?)";
            return Err(DecodeError::Other(found.into()));
        }
        // A token of another type needs a proof with each request, and sent without it is given away.
        let kind = self.text("token_type").ok().flatten().unwrap_or_default();
        let lower = kind.trim().to_ascii_lowercase();
        if lower.is_empty() || lower.starts_with("bearer") || lower.starts_with("oauth") {
            return Ok(Some(token));
        }
        let kind: String =
            kind.chars().filter(|c| c.is_ascii_alphanumeric() || "-_+.".contains(*c)).take(20).collect();
        Err(DecodeError::Other(format!("invalid token_type: expected Bearer, found {kind:?}")))
    }

    fn tokens(&self, access: Secret, refresh: Option<Secret>) -> TokenResponse {
        let told = self.raw("expires_in");
        let expires_in = told.and_then(seconds);
        if told.is_some() && expires_in.is_none() {
            tracing::warn!(
                "the lifetime of the token (expires_in) cannot be read; it is refreshed in an hour"
            );
        }
        TokenResponse {
            access_token: access,
            expires_in,
            renew_in: (told.is_some() && expires_in.is_none()).then_some(ASSUMED_LIFETIME),
            refresh_token: refresh,
            scope: self.raw("scope").map(scope).unwrap_or_default(),
        }
    }
}

/// Whether a header can carry a token.
pub(crate) fn is_sendable(token: &Secret) -> bool {
    !token.is_empty() && token.expose().bytes().all(|byte| byte.is_ascii_graphic())
}

/// A form with what a token response has, as JSON texts.
fn form(body: &[u8]) -> Option<HashMap<String, Box<RawValue>>> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let pairs = form_urlencoded::parse(text.as_bytes());
    let quoted = |value: &str| RawValue::from_string(serde_json::to_string(value).ok()?).ok();
    let fields: HashMap<_, _> =
        pairs.filter_map(|(name, value)| Some((name.into_owned(), quoted(&value)?))).collect();
    ["access_token", "refresh_token", "error"].iter().any(|name| fields.contains_key(*name)).then_some(fields)
}

/// A text, a number as its digits stand there, or the only member of a list.
fn text(raw: &str) -> Option<String> {
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok(),
        b'-' | b'0'..=b'9' => Some(raw.to_owned()),
        b'[' => {
            let list: Vec<Box<RawValue>> = serde_json::from_str(raw).ok()?;
            let [one] = &list[..] else { return None };
            if one.get().starts_with('[') { None } else { text(one.get().trim()) }
        }
        _ => None,
    }
}

/// What a JSON value is, without its content.
fn kind(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "a boolean",
        _ => "something else",
    }
}

/// A lifetime: a number, perhaps in quotes or with a fraction. Zero and less are none.
fn seconds(raw: &str) -> Option<Duration> {
    let text = text(raw)?;
    let text = text.trim();
    if let Ok(whole) = text.parse::<u64>() {
        return (whole > 0).then(|| lifetime(whole));
    }
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && number >= 1.0).then(|| lifetime(number as u64))
}

/// A scope: a text, or a list of texts.
fn scope(raw: &str) -> String {
    if let Some(text) = text(raw) {
        return text;
    }
    let list: Vec<Box<RawValue>> = serde_json::from_str(raw).unwrap_or_default();
    let scopes: Vec<String> = list.iter().filter_map(|raw| text(raw.get().trim())).collect();
    scopes.join(" ")
}
