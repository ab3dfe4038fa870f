//! Logging a user in: authorization code with PKCE S256 (RFC 7636) and state, as one object that can be used once.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{TokenError, TokenSource, plain};
use crate::auth::{AuthError, Redirected};
use crate::time::{Clock, Timestamp};
use crate::{Error, Secret};

/// How long a login may take unless told otherwise.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(600);

/// A login that has begun: a user is to open [`url`](Login::url), decide there, and be sent to the redirect URI.
///
/// It makes verifier, challenge and state itself, remembers the redirect URI, checks the state of the response and is used
/// up by [`finish`](Login::finish). It expires after ten minutes, by the clock of the source.
///
/// # A web application with two instances
///
/// The instance that begins a login need not be the one that the user is sent back to. What must be remembered in between
/// is [`to_record`](Login::to_record): keep it where all instances look, under the state, and take it out to finish.
///
/// ```
/// # use std::collections::HashMap;
/// # use segno_core::Secret;
/// # use segno_core::auth::oauth2::{Login, TokenSource};
/// /// What both instances share: a table, Redis, … Records are secret, like sessions.
/// type Logins = HashMap<String, Secret>;
///
/// /// `GET /login` on one instance: where to send the user.
/// fn begin(source: &TokenSource, logins: &mut Logins) -> Result<String, Box<dyn std::error::Error>> {
///     let login = source.begin_login("https://my.example/callback")?;
///     logins.insert(login.state().expose().to_owned(), login.to_record());
///     Ok(login.url().to_owned())
/// }
///
/// /// `GET /callback?code=…&state=…` on another: the tokens are in its store then.
/// async fn end(
///     source: &TokenSource,
///     logins: &mut Logins,
///     query: &str,
///     state: &str,
/// ) -> Result<(), Box<dyn std::error::Error>> {
///     // Taken out, so that it works once.
///     let record = logins.remove(state).ok_or("no login of ours, or one that was finished")?;
///     Login::from_record(source, &record)?.finish(query).await?;
///     Ok(())
/// }
/// ```
///
/// Bind the state to the user's browser, too, with a cookie: else an attacker can have a user finish the attacker's login.
#[must_use = "a login does nothing until its URL is opened and finish() is called"]
#[doc(alias("PKCE", "sign in", "authorization code"))]
pub struct Login {
    source: TokenSource,
    verifier: Secret,
    state: Secret,
    redirect_uri: String,
    until: Timestamp,
    url: String,
}

/// The form of a login in a record.
#[derive(Serialize, Deserialize)]
struct LoginRecord<'a> {
    client_id: Cow<'a, str>,
    verifier: Cow<'a, str>,
    state: Cow<'a, str>,
    redirect_uri: Cow<'a, str>,
    expires_at: Timestamp,
}

impl Login {
    pub(super) fn new(source: TokenSource, clock: &dyn Clock, redirect_uri: &str) -> Result<Self, AuthError> {
        let (verifier, state) = (random(clock), random(clock));
        let until = clock.wall().plus(LOGIN_TIMEOUT);
        Self::of(source, verifier, state, redirect_uri.to_owned(), until)
    }

    fn of(
        source: TokenSource,
        verifier: Secret,
        state: Secret,
        redirect_uri: String,
        until: Timestamp,
    ) -> Result<Self, AuthError> {
        if !redirect_uri.contains(':') || redirect_uri.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(AuthError::Unusable("redirect URI"));
        }
        let url = source.server().authorize_url(&redirect_uri, &challenge(&verifier), state.expose())?;
        Ok(Self { source, verifier, state, redirect_uri, until, url })
    }

    /// Sets how long from now the user may take to decide. Default ten minutes.
    pub fn valid_for(mut self, time: Duration) -> Self {
        self.until = self.source.clock().wall().plus(time);
        self
    }

    /// What another process needs to finish this login, as JSON. It holds the verifier, so keep it where sessions are record;
    /// with the code from the redirect it is worth a login.
    #[must_use]
    pub fn to_record(&self) -> Secret {
        let record = LoginRecord {
            client_id: self.source.server().app().id.as_str().into(),
            verifier: self.verifier.expose().into(),
            state: self.state.expose().into(),
            redirect_uri: self.redirect_uri.as_str().into(),
            expires_at: self.until,
        };
        serde_json::to_string(&record).map(Secret::new).unwrap_or_default()
    }

    /// A login that was begun elsewhere, to be finished with this source.
    ///
    /// # Errors
    /// [`LoginError::Record`] if the text is no such record or one of another client id, [`LoginError::Expired`].
    pub fn from_record(source: &TokenSource, record: &Secret) -> Result<Self, LoginError> {
        // The messages of serde_json quote values, which are secret here: only the place is reported.
        let record: LoginRecord<'_> = serde_json::from_str(record.expose()).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            LoginError::Record(format!(
                "expected the JSON of Login::to_record, found something else at line {line}, column {column}"
            ))
        })?;
        if record.client_id != source.server().app().id {
            return Err(LoginError::Record("it was begun by a client with another client id".into()));
        }
        // A short verifier or state could be guessed; an empty one would let anything pass.
        if record.verifier.len() < 43 || record.state.len() < 22 {
            return Err(LoginError::Record("its verifier or state is too short".into()));
        }
        let (verifier, state) = (Secret::new(record.verifier), Secret::new(record.state));
        let redirect_uri = record.redirect_uri.into_owned();
        let login = Self::of(source.clone(), verifier, state, redirect_uri, record.expires_at)
            .map_err(|error| LoginError::Record(error.to_string()))?;
        login.check_time()?;
        Ok(login)
    }

    fn check_time(&self) -> Result<(), LoginError> {
        if self.source.clock().wall() < self.until { Ok(()) } else { Err(LoginError::Expired(self.until)) }
    }

    /// The page where the user decides. It holds no secret but the state.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The state that the redirect must carry: a key to find this login again.
    #[must_use]
    pub fn state(&self) -> &Secret {
        &self.state
    }

    /// When this login expires.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.until
    }

    /// Where the authorization server sends the browser when the user has decided, as this login began.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Takes the response and fetches the tokens, which the source then holds and its store keeps.
    ///
    /// `response` is the URL to which the user was sent, or only its query, or the body of a form that was posted there.
    /// The work goes on if this future is dropped: a code works once. It is sent only when the store can keep the tokens.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn finish(self, response: &str) -> Result<(), LoginError> {
        self.finish_received(&Redirected::parse_url(response)).await
    }

    /// Finishes with the parameters of the redirect, such as the loopback listener receives.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn finish_received(self, redirected: &Redirected) -> Result<(), LoginError> {
        let code = self.code(redirected)?;
        let Self { source, verifier, redirect_uri, .. } = self;
        source.exchange_code(code, verifier, redirect_uri).await
    }

    /// Says whether a redirect ends this login; for [`Loopback::receive`](crate::auth::loopback::Loopback::receive).
    #[cfg(feature = "loopback")]
    pub fn judge(
        &self,
    ) -> impl Fn(&Redirected) -> crate::auth::loopback::Ending + Send + Sync + 'static + use<> {
        use crate::auth::loopback::Ending;
        let state = self.state.clone();
        move |query| {
            if query.get("state").map(Secret::from) != Some(state.clone()) {
                Ending::Foreign
            } else if query.get("error").is_some() {
                Ending::Denied
            } else {
                Ending::Granted
            }
        }
    }

    /// The code of a redirect that belongs to this login.
    fn code(&self, redirected: &Redirected) -> Result<Secret, LoginError> {
        if ["code", "state", "error", "error_description"].iter().any(|name| redirected.has_twice(name)) {
            return Err(LoginError::Twice);
        }
        let secret = |name| Secret::new(redirected.get(name).unwrap_or_default());
        // The state comes first: a redirect of another login has no say, not even to fail. Secrets compare in constant time.
        if secret("state") != self.state {
            return Err(LoginError::State);
        }
        if let Some(error) = redirected.get("error") {
            let description = redirected.get("error_description").map(|text| plain(text, 200));
            return Err(LoginError::Denied { error: plain(error, 80), description });
        }
        self.check_time()?;
        Some(secret("code")).filter(|code| !code.is_empty()).ok_or(LoginError::NoCode)
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Login");
        shown.field("redirect_uri", &self.redirect_uri).field("expires", &self.until).finish_non_exhaustive()
    }
}

/// A login that did not lead to tokens.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The state of the redirect is not that of this login: it belongs to another login, or somebody forged it.
    #[error("the redirect belongs to another login (its state differs); begin a new one")]
    State,
    /// The redirect has a field twice.
    #[error("invalid redirect: expected each field once, found one twice")]
    Twice,
    /// The redirect has neither a code nor an error.
    #[error("invalid redirect: expected a code or an error, found neither")]
    NoCode,
    /// The user or the server refused.
    #[error("the login was refused: {error}{}", .description.as_ref().map(|text| format!(" ({text})")).unwrap_or_default())]
    Denied {
        /// The error code, `access_denied` if the user refused (RFC 6749, section 4.1.2.1).
        error: String,
        /// The server's description of it.
        description: Option<String>,
    },
    /// The user took too long; this is when the login expired.
    #[error("the login expired at {0}; begin a new one")]
    Expired(Timestamp),
    /// The text is not the record of a login that this client can finish.
    #[error("invalid login record: {0}")]
    Record(String),
    /// The server did not issue tokens for the code. With `invalid_grant`: the code was used or is too old, or the
    /// redirect URI is not the one from the beginning, letter by letter.
    #[error(transparent)]
    Exchange(Error<TokenError>),
    /// The tokens could not be record. If that was known beforehand, the code was not spent.
    #[error(transparent)]
    Keep(#[from] AuthError),
}

impl fmt::Debug for LoginError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// 256 random bits as 43 letters, the shortest verifier that RFC 7636 allows and as strong as the challenge's hash.
fn random(clock: &dyn Clock) -> Secret {
    let mut bytes = Zeroizing::new([0; 32]);
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&clock.random().to_le_bytes());
    }
    Secret::new(URL_SAFE_NO_PAD.encode(*bytes))
}

/// The S256 challenge of a verifier (RFC 7636, section 4.2), for [`authorize_url`](super::TokenServer::authorize_url).
/// A verifier has 43 to 128 characters, of letters, digits and `-._~`.
#[must_use]
pub fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()))
}

#[cfg(test)]
mod tests;
