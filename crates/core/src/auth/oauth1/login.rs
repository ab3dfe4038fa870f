//! The login in three legs (RFC 5849, section 2) as values: each step gives the next, none of them touches the network.
//!
//! [`Begin`] signs the request for a request token, its response makes [`Pending`], which knows where to send the user;
//! what comes back makes [`Verified`], which signs the request for the access token.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{AccessToken, Consumer, OAuth1, percent_encode};
use crate::auth::Redirected;
use crate::decode::DecodeError;
use crate::{Secret, Timestamp};

/// How long a login may take unless told otherwise.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(600);

/// Where the service sends the user after consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callback {
    /// Nowhere: the service shows a verifier, and the user types it in ("out of band").
    OutOfBand,
    /// To this absolute URL.
    Url(String),
}

impl Callback {
    /// The value of `oauth_callback`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::OutOfBand => "oob",
            Self::Url(url) => url,
        }
    }
}

/// The first leg: asks for a request token.
#[derive(Clone, Debug)]
pub struct Begin {
    consumer: Consumer,
    callback: Callback,
}

impl Begin {
    /// A login for this consumer.
    #[must_use]
    pub fn new(consumer: Consumer, callback: Callback) -> Self {
        Self { consumer, callback }
    }

    /// Signs the request for the request token: with `oauth_callback`, without a token.
    #[must_use]
    pub fn credentials(&self) -> OAuth1 {
        OAuth1::new(&self.consumer).with("oauth_callback", self.callback.as_str().into())
    }

    /// Goes on with the response, which came at `now`.
    #[must_use]
    pub fn pending(self, response: TokenResponse, now: Timestamp) -> Pending {
        Pending { consumer: self.consumer, response, until: now.plus(LOGIN_TIMEOUT) }
    }
}

/// The response of a token endpoint: a form with `oauth_token` and `oauth_token_secret`, whatever its media type says.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResponse {
    token: Secret,
    secret: Secret,
    confirmed: bool,
}

impl TokenResponse {
    /// Reads the body. Further pairs are ignored.
    ///
    /// # Errors
    /// [`DecodeError`] if one of the two is missing or the token is empty.
    pub fn read(body: &Bytes) -> Result<Self, DecodeError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(DecodeError::Empty);
        }
        let body = body.trim_ascii();
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(body);
            pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
        };
        let missing = |name: &str| DecodeError::Other(format!("missing field `{name}`"));
        let token = value("oauth_token").filter(|token| !token.is_empty());
        Ok(Self {
            token: token.ok_or_else(|| missing("oauth_token"))?.into(),
            secret: value("oauth_token_secret").ok_or_else(|| missing("oauth_token_secret"))?.into(),
            confirmed: value("oauth_callback_confirmed").is_some_and(|value| value == "true"),
        })
    }

    /// The response as an access token: of the third leg, or of xAuth.
    #[must_use]
    pub fn into_access_token(self) -> AccessToken {
        AccessToken { token: self.token, secret: self.secret }
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse").field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

/// The second leg: the user decides in the browser, within ten minutes.
///
/// In a web application with several instances the user may be sent back to another than the one that began: keep
/// [`to_record`](Pending::to_record) where all of them look, under [`token`](Pending::token), which the redirect brings
/// back as `oauth_token`, and take it out to finish.
///
/// ```
/// # use std::collections::HashMap;
/// # use segno_core::auth::oauth1::{Consumer, OAuth1, Pending, LoginError};
/// # use segno_core::{Secret, Timestamp};
/// /// `GET /login` on one instance.
/// fn begun(pending: &Pending, logins: &mut HashMap<String, Secret>) -> String {
///     logins.insert(pending.token().expose().to_owned(), pending.to_record());
///     pending.authorize_url("https://service.example/authorize")
/// }
///
/// /// `GET /callback?oauth_token=…&oauth_verifier=…` on another: what signs the request for the access token.
/// fn ended(
///     consumer: Consumer,
///     logins: &mut HashMap<String, Secret>,
///     token: &str,
///     url: &str,
///     now: Timestamp,
/// ) -> Result<OAuth1, LoginError> {
///     let record = logins.remove(token).ok_or(LoginError::Foreign)?;
///     Pending::from_record(consumer, &record)?.redirected(url)?.credentials(now)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Pending {
    consumer: Consumer,
    response: TokenResponse,
    until: Timestamp,
}

/// The form of a login in a record.
#[derive(Serialize, Deserialize)]
struct LoginRecord<'a> {
    consumer_key: Cow<'a, str>,
    oauth_token: Cow<'a, str>,
    oauth_token_secret: Cow<'a, str>,
    oauth_callback_confirmed: bool,
    expires_at: Timestamp,
}

impl Pending {
    /// Sets when this login expires. Default ten minutes after it began.
    #[must_use]
    pub fn valid_until(mut self, until: Timestamp) -> Self {
        self.until = until;
        self
    }

    /// When this login expires.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.until
    }

    /// The request token: what the redirect brings back as `oauth_token`, and so a key to find this login again.
    #[must_use]
    pub fn token(&self) -> &Secret {
        &self.response.token
    }

    /// What another process needs to finish this login, as JSON. It holds the secret of the request token, but not that of
    /// the consumer: keep it where sessions are record.
    #[must_use]
    pub fn to_record(&self) -> Secret {
        let record = LoginRecord {
            consumer_key: self.consumer.key.as_str().into(),
            oauth_token: self.response.token.expose().into(),
            oauth_token_secret: self.response.secret.expose().into(),
            oauth_callback_confirmed: self.response.confirmed,
            expires_at: self.until,
        };
        serde_json::to_string(&record).map(Secret::new).unwrap_or_default()
    }

    /// A login that was begun elsewhere, to be finished by this consumer.
    ///
    /// # Errors
    /// [`LoginError::Record`] if the text is no such record, or one of another consumer.
    pub fn from_record(consumer: Consumer, record: &Secret) -> Result<Self, LoginError> {
        // The messages of serde_json quote values, which are secret here: only the place is reported.
        let record: LoginRecord<'_> = serde_json::from_str(record.expose()).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            LoginError::Record(format!(
                "expected the JSON of Pending::to_record, found something else at line {line}, column {column}"
            ))
        })?;
        if record.consumer_key != consumer.key {
            return Err(LoginError::Record("it was begun by another consumer".into()));
        }
        // An empty token would let any redirect pass.
        if record.oauth_token.is_empty() {
            return Err(LoginError::Record("its request token is empty".into()));
        }
        let response = TokenResponse {
            token: Secret::new(record.oauth_token),
            secret: Secret::new(record.oauth_token_secret),
            confirmed: record.oauth_callback_confirmed,
        };
        Ok(Self { consumer, response, until: record.expires_at })
    }

    /// The URL to open in the browser: the authorize page with the request token.
    #[must_use]
    pub fn authorize_url(&self, page: &str) -> String {
        let mark = if page.contains('?') { '&' } else { '?' };
        format!("{page}{mark}oauth_token={}", percent_encode(self.response.token.expose()))
    }

    /// Whether the service speaks 1.0a and took the callback. Services of the first 1.0 do not say so.
    #[must_use]
    pub fn callback_confirmed(&self) -> bool {
        self.response.confirmed
    }

    /// Goes on with the verifier that the user typed in.
    ///
    /// # Errors
    /// [`LoginError::Verifier`] if it is empty.
    pub fn verifier(self, verifier: &str) -> Result<Verified, LoginError> {
        let verifier = verifier.trim();
        if verifier.is_empty() {
            return Err(LoginError::Verifier);
        }
        Ok(Verified { pending: self, verifier: Some(verifier.into()) })
    }

    /// Goes on without a verifier: for services of the first 1.0, which know none.
    #[must_use]
    pub fn without_verifier(self) -> Verified {
        Verified { pending: self, verifier: None }
    }

    /// Goes on with the URL that the browser was redirected to.
    ///
    /// # Errors
    /// [`LoginError`] if it belongs to another login or access was refused.
    pub fn redirected(self, url: &str) -> Result<Verified, LoginError> {
        self.received(&Redirected::parse_url(url))
    }

    /// Whether a redirect ends this login; for [`Loopback::receive`](crate::auth::loopback::Loopback::receive).
    #[cfg(feature = "loopback")]
    #[must_use]
    pub fn ending(&self, query: &Redirected) -> crate::auth::loopback::Ending {
        use crate::auth::loopback::Ending;
        match self.clone().received(query) {
            Ok(_) => Ending::Granted,
            Err(LoginError::Denied(_)) => Ending::Denied,
            Err(_) => Ending::Foreign,
        }
    }

    /// Goes on with the parameters of the redirect. `oauth_problem` and `denied` are how services say that access was
    /// refused; the RFC does not define one.
    ///
    /// # Errors
    /// [`LoginError`] if it belongs to another login or access was refused.
    pub fn received(self, redirected: &Redirected) -> Result<Verified, LoginError> {
        let find = |name| redirected.get(name);
        let ours = |token: &str| Secret::from(token) == self.response.token;
        if find("denied").is_some_and(ours) {
            return Err(LoginError::Denied("denied".into()));
        }
        if !find("oauth_token").is_some_and(ours) {
            return Err(LoginError::Foreign);
        }
        if let Some(problem) = find("oauth_problem") {
            // It is shown in an error, and anybody can write it into a link.
            let problem =
                problem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
            return Err(LoginError::Denied(problem));
        }
        match find("oauth_verifier") {
            Some(verifier) => self.verifier(verifier),
            None => Ok(self.without_verifier()),
        }
    }
}

/// The third leg: asks for the access token.
#[derive(Clone, Debug)]
pub struct Verified {
    pending: Pending,
    verifier: Option<Secret>,
}

impl Verified {
    /// Signs the request for the access token: with the request token and the verifier. `now` is the wall clock's time.
    ///
    /// # Errors
    /// [`LoginError::Expired`] if the user took too long.
    pub fn credentials(&self, now: Timestamp) -> Result<OAuth1, LoginError> {
        let Pending { consumer, response, until } = &self.pending;
        if now >= *until {
            return Err(LoginError::Expired(*until));
        }
        let token = AccessToken { token: response.token.clone(), secret: response.secret.clone() };
        let credentials = OAuth1::new(consumer).token(&token);
        Ok(match &self.verifier {
            Some(verifier) => credentials.with("oauth_verifier", verifier.clone()),
            None => credentials,
        })
    }
}

/// A login that does not go on.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The user or the service refused; the code is the service's.
    #[error("access was not granted ({0})")]
    Denied(String),
    /// The redirect has another token, or none.
    #[error("the redirect belongs to another login; begin a new one")]
    Foreign,
    /// The verifier is empty.
    #[error("invalid verifier: expected what the service shows when access is granted, found an empty text")]
    Verifier,
    /// The user took too long; this is when the login expired.
    #[error("the login expired at {0}; begin a new one")]
    Expired(Timestamp),
    /// The text is not the record of a login that this consumer can finish.
    #[error("invalid login record: {0}")]
    Record(String),
}

impl fmt::Debug for LoginError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
