//! Logging a person in: authorization code with PKCE S256 (RFC 7636) and state, as one object that can be used once.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::oauth2::{TokenError, TokenServer};
use super::{AuthError, Grant};
use crate::time::Clock;
use crate::{Error, Secret};

/// A login that has begun: a person is to open [`url`](Login::url), decide there, and be sent to the redirect URI.
///
/// It makes verifier, challenge and state itself, remembers the redirect URI, checks the state of the answer and is used
/// up by [`finish`](Login::finish). A program that serves many people keeps one per person, found again by
/// [`state`](Login::state).
#[must_use = "a login does nothing until its URL is opened and finish() is called"]
pub struct Login {
    grant: Grant,
    verifier: Secret,
    state: Secret,
    redirect_uri: String,
    url: String,
}

impl Login {
    pub(super) fn new(
        grant: Grant,
        server: &TokenServer,
        clock: &dyn Clock,
        redirect_uri: &str,
    ) -> Result<Self, AuthError> {
        if !redirect_uri.contains(':') || redirect_uri.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(AuthError::Unusable("redirect URI"));
        }
        let verifier = random(clock);
        let state = random(clock);
        let challenge = challenge(&verifier);
        let url = server.authorize_url(redirect_uri, &challenge, state.expose())?;
        Ok(Self { grant, verifier, state, redirect_uri: redirect_uri.to_owned(), url })
    }

    /// The page where the person decides. It holds no secret but the state.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The state that the answer must carry; a key to find this login again.
    #[must_use]
    pub fn state(&self) -> &Secret {
        &self.state
    }

    /// The redirect URI.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Takes the answer and fetches the tokens, which the grant then holds and its store keeps.
    ///
    /// `answer` is the URL to which the person was sent, or only its query, or the body of a form that was posted there.
    /// The work goes on if this future is dropped: a code works once.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn finish(self, answer: &str) -> Result<(), LoginError> {
        let code = self.code(answer)?;
        let Self { grant, verifier, redirect_uri, .. } = self;
        let task = async move {
            let response = grant.server().exchange(&code, &verifier, &redirect_uri).await;
            let response = response.map_err(LoginError::Exchange)?;
            grant.install(response).await.map_err(LoginError::Keep)
        };
        let handle = tokio::runtime::Handle::try_current()
            .map_err(|_| LoginError::Keep(AuthError::Unavailable("there is no tokio runtime".into())))?;
        let interrupted = |_| LoginError::Keep(AuthError::Unavailable("the login was interrupted".into()));
        handle.spawn(task).await.map_err(interrupted)?
    }

    /// The code of an answer that belongs to this login.
    fn code(&self, answer: &str) -> Result<Secret, LoginError> {
        let query = answer.split('#').next().unwrap_or_default();
        let query = query.split_once('?').map_or(query, |(_, query)| query);
        let (mut code, mut state, mut error, mut description) = (None, None, None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "code" => &mut code,
                "state" => &mut state,
                "error" => &mut error,
                "error_description" => &mut description,
                _ => continue,
            };
            if place.replace(Zeroizing::new(value.into_owned())).is_some() {
                return Err(LoginError::Twice);
            }
        }
        // The state comes first: an answer that is not ours has no say, not even to fail.
        let expected = Secret::new(state.as_ref().map_or("", |state| state.as_str()));
        if expected != self.state {
            return Err(LoginError::State);
        }
        if let Some(error) = error {
            let description = description.map(|words| words.chars().take(200).collect());
            return Err(LoginError::Denied { error: error.chars().take(80).collect(), description });
        }
        let code = code.filter(|code| !code.is_empty()).ok_or(LoginError::NoCode)?;
        Ok(Secret::new(code.as_str()))
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

/// A login that did not lead to tokens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The answer has not the state of this login: it belongs to another one, or somebody forged it.
    #[error("the answer does not belong to this login (its state differs)")]
    State,
    /// The answer names a field twice.
    #[error("the answer names a field twice")]
    Twice,
    /// The answer has neither a code nor an error.
    #[error("the answer has no code")]
    NoCode,
    /// The person or the server said no.
    #[error("the login was refused: {error}{}", .description.as_ref().map(|words| format!(" ({words})")).unwrap_or_default())]
    Denied {
        /// The error code, `access_denied` if the person said no (RFC 6749, section 4.1.2.1).
        error: String,
        /// The server's words.
        description: Option<String>,
    },
    /// The server did not give tokens for the code. With `invalid_grant`: the code was used or is too old, or the
    /// redirect URI is not the one from the beginning, letter by letter.
    #[error(transparent)]
    Exchange(Error<TokenError>),
    /// The tokens could not be kept.
    #[error(transparent)]
    Keep(AuthError),
}

/// 256 random bits as 43 letters, the shortest verifier that RFC 7636 allows and as strong as the challenge's hash.
fn random(clock: &dyn Clock) -> Secret {
    let mut bytes = Zeroizing::new([0; 32]);
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&clock.random().to_le_bytes());
    }
    Secret::new(URL_SAFE_NO_PAD.encode(*bytes))
}

/// The S256 challenge of a verifier (RFC 7636, section 4.2).
fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()))
}

#[cfg(test)]
mod tests;
