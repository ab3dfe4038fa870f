//! The login in three legs (RFC 5849, section 2) as values: each step gives the next, none of them touches the network.
//!
//! [`Begin`] signs the request for a request token, its answer makes [`Pending`], which knows where to send the user;
//! what comes back makes [`Verified`], which signs the request for the access token.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{AccessToken, Consumer, OAuth1, percent_encode};
use crate::decode::DecodeError;
use crate::{Secret, Timestamp};

/// How long a login may take unless told otherwise.
const VALID: Duration = Duration::from_secs(600);

/// Where the service sends the person after consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callback {
    /// Nowhere: the service shows a verifier, and the person types it in ("out of band").
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
    /// A login for this program.
    #[must_use]
    pub fn new(consumer: Consumer, callback: Callback) -> Self {
        Self { consumer, callback }
    }

    /// Signs the request for the request token: with `oauth_callback`, without a token.
    #[must_use]
    pub fn credentials(&self) -> OAuth1 {
        OAuth1::new(&self.consumer).with("oauth_callback", self.callback.as_str().into())
    }

    /// Goes on with the answer, which came at `now`.
    #[must_use]
    pub fn pending(self, answer: TokenResponse, now: Timestamp) -> Pending {
        Pending { consumer: self.consumer, answer, until: now.plus(VALID) }
    }
}

/// A token endpoint's answer: a form with `oauth_token` and `oauth_token_secret`, whatever its media type says.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResponse {
    token: Secret,
    secret: Secret,
    confirmed: bool,
}

impl TokenResponse {
    /// Reads the body of the answer. Further pairs are ignored.
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
        let missing = |name: &str| DecodeError::Other(format!("the answer has no {name}"));
        let token = value("oauth_token").filter(|token| !token.is_empty());
        Ok(Self {
            token: token.ok_or_else(|| missing("oauth_token"))?.into(),
            secret: value("oauth_token_secret").ok_or_else(|| missing("oauth_token_secret"))?.into(),
            confirmed: value("oauth_callback_confirmed").is_some_and(|value| value == "true"),
        })
    }

    /// The answer as an access token: of the third leg, or of xAuth.
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
    answer: TokenResponse,
    until: Timestamp,
}

/// The form of a login in a record.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    consumer_key: Cow<'a, str>,
    oauth_token: Cow<'a, str>,
    oauth_token_secret: Cow<'a, str>,
    oauth_callback_confirmed: bool,
    expires_at: Timestamp,
}

impl Pending {
    /// Another time than ten minutes for the user to decide.
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
        &self.answer.token
    }

    /// What another process needs to finish this login, as JSON. It holds the secret of the request token, but not that of
    /// the consumer: keep it where sessions are kept.
    #[must_use]
    pub fn to_record(&self) -> Secret {
        let kept = Kept {
            consumer_key: self.consumer.key.as_str().into(),
            oauth_token: self.answer.token.expose().into(),
            oauth_token_secret: self.answer.secret.expose().into(),
            oauth_callback_confirmed: self.answer.confirmed,
            expires_at: self.until,
        };
        serde_json::to_string(&kept).map(Secret::new).unwrap_or_default()
    }

    /// A login that was begun elsewhere, to be finished by this consumer.
    ///
    /// # Errors
    /// [`LoginError::Record`] if the text is no such record, or one of another consumer.
    pub fn from_record(consumer: Consumer, record: &Secret) -> Result<Self, LoginError> {
        // What serde_json does not like it quotes, and here everything is secret: only the place is told.
        let kept: Kept<'_> = serde_json::from_str(record.expose()).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            LoginError::Record(format!(
                "expected the JSON of Pending::to_record, found something else at line {line}, column {column}"
            ))
        })?;
        if kept.consumer_key != consumer.key {
            return Err(LoginError::Record("it was begun by another consumer".into()));
        }
        // An empty token would let any redirect pass.
        if kept.oauth_token.is_empty() {
            return Err(LoginError::Record("its request token is empty".into()));
        }
        let answer = TokenResponse {
            token: Secret::new(kept.oauth_token),
            secret: Secret::new(kept.oauth_token_secret),
            confirmed: kept.oauth_callback_confirmed,
        };
        Ok(Self { consumer, answer, until: kept.expires_at })
    }

    /// The address to open in the browser: the authorize page with the request token.
    #[must_use]
    pub fn authorize_url(&self, page: &str) -> String {
        let mark = if page.contains('?') { '&' } else { '?' };
        format!("{page}{mark}oauth_token={}", percent_encode(self.answer.token.expose()))
    }

    /// Whether the service speaks 1.0a and took the callback. Services of the first 1.0 do not say so.
    #[must_use]
    pub fn callback_confirmed(&self) -> bool {
        self.answer.confirmed
    }

    /// Goes on with the verifier that the person typed in.
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

    /// Goes on with the address that the browser was redirected to.
    ///
    /// # Errors
    /// [`LoginError`] if it belongs to another login or the person said no.
    pub fn redirected(self, address: &str) -> Result<Verified, LoginError> {
        let query = address.split('#').next().unwrap_or_default();
        let query = query.split_once('?').map_or("", |(_, query)| query);
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let find = |name: &str| {
            let mut values = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
            let first = values.next();
            if values.next().is_some() { None } else { first }
        };
        self.judged(find)
    }

    /// Whether a redirect ends this login; for [`Loopback::receive`](crate::auth::loopback::Loopback::receive).
    #[cfg(feature = "loopback")]
    #[must_use]
    pub fn ending(&self, query: &crate::auth::loopback::Redirected) -> crate::auth::loopback::Ending {
        use crate::auth::loopback::Ending;
        match self.clone().received(query) {
            Ok(_) => Ending::Granted,
            Err(LoginError::Denied(_)) => Ending::Denied,
            Err(_) => Ending::Foreign,
        }
    }

    /// Goes on with what the loopback listener received.
    ///
    /// # Errors
    /// [`LoginError`] if it belongs to another login or the person said no.
    #[cfg(feature = "loopback")]
    pub fn received(self, query: &crate::auth::loopback::Redirected) -> Result<Verified, LoginError> {
        self.judged(|name| query.get(name))
    }

    /// `oauth_problem` and `denied` are how services tell a refusal; the RFC does not define one.
    fn judged<'a>(self, find: impl Fn(&str) -> Option<&'a str>) -> Result<Verified, LoginError> {
        let ours = |token: &str| Secret::from(token) == self.answer.token;
        if find("denied").is_some_and(ours) {
            return Err(LoginError::Denied("denied".into()));
        }
        if !find("oauth_token").is_some_and(ours) {
            return Err(LoginError::Foreign);
        }
        if let Some(problem) = find("oauth_problem") {
            // It is shown in an error, and anybody can write it into a link.
            let word = problem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
            return Err(LoginError::Denied(word));
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
        let Pending { consumer, answer, until } = &self.pending;
        if now >= *until {
            return Err(LoginError::Expired(*until));
        }
        let token = AccessToken { token: answer.token.clone(), secret: answer.secret.clone() };
        let credentials = OAuth1::new(consumer).token(&token);
        Ok(match &self.verifier {
            Some(verifier) => credentials.with("oauth_verifier", verifier.clone()),
            None => credentials,
        })
    }
}

/// A login that does not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The person or the service said no; the word is the service's.
    #[error("access was not granted ({0})")]
    Denied(String),
    /// The redirect has another token, or none.
    #[error("the redirect belongs to another login")]
    Foreign,
    /// The verifier is empty.
    #[error("the verifier is empty")]
    Verifier,
    /// The user took too long; this is when the login expired.
    #[error("the login expired at {0}; begin a new one")]
    Expired(Timestamp),
    /// The text is not the record of a login that this consumer can finish.
    #[error("invalid login record: {0}")]
    Record(String),
}
