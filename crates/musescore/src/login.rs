//! A person's login: three legs, or a name and a password.

use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::loopback::{Loopback, LoopbackError};
use segno_core::auth::oauth1::{AccessToken, Begin, Callback, Consumer, OAuth1, Pending, Refusal, Verified};
use segno_core::{Secret, SystemClock};

use crate::client::Client;
use crate::error::Error;
use crate::oauth;

/// A login that came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// A request failed.
    #[error(transparent)]
    Call(#[from] Error),
    /// The person said no, or the redirect is not ours.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No redirect came.
    #[error(transparent)]
    Loopback(#[from] LoopbackError),
    /// The client has a key alone.
    #[error("a login needs the consumer secret; this client has the consumer key alone")]
    NoSecret,
    /// A password would travel in the clear.
    #[error("a password is sent over https only, or to this machine; the OAuth URL is plain http")]
    Insecure,
}

impl Client {
    /// The first leg: asks for a request token. Send the person to [`authorize_url`](Client::authorize_url) next.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn begin_login(&self, callback: Callback) -> Result<Pending, LoginError> {
        let begin = Begin::new(self.consumer()?.clone(), callback);
        let answer = self.signing_with(begin.credentials()).send(&oauth::RequestToken).await?;
        Ok(begin.answered(answer))
    }

    /// The page where the person gives consent.
    #[must_use]
    pub fn authorize_url(&self, pending: &Pending) -> String {
        pending.authorize_url(&self.authorize_page())
    }

    /// The third leg: asks for the access token.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn finish_login(&self, verified: &Verified) -> Result<AccessToken, LoginError> {
        let answer = self.signing_with(verified.credentials()).send(&oauth::AccessToken).await?;
        Ok(answer.into_access_token())
    }

    /// All three legs with a browser on this machine: listens on 127.0.0.1, has `open` open the page for the person, waits
    /// for the redirect at most `limit`, and shows a page when it is done. Port 0 takes any free port.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn login_in_browser(
        &self,
        port: u16,
        limit: Duration,
        open: impl FnOnce(&str),
    ) -> Result<AccessToken, LoginError> {
        let loopback = Loopback::bind(port, "callback").await.map_err(LoopbackError::Io)?;
        let pending = self.begin_login(Callback::Url(loopback.redirect_uri())).await?;
        open(&self.authorize_url(&pending));
        let judge = pending.clone();
        // A person takes real time, whatever the client's clock does.
        let received =
            loopback.receive(Arc::new(SystemClock), limit, move |query| judge.ending(query)).await?;
        self.finish_login(&pending.received(&received)?).await
    }

    /// A token for a name and a password ("xAuth"), where the service trusts the program so far.
    ///
    /// # Errors
    /// See [`LoginError`]. A wrong password is an [`ApiError`](crate::ApiError) that says so.
    pub async fn login_with_password(
        &self,
        user: &str,
        password: impl Into<Secret>,
    ) -> Result<AccessToken, LoginError> {
        let consumer = self.consumer()?;
        let private = |origin: segno_core::Origin| origin.is_secure() || origin.is_loopback();
        if !self.oauth_origin().is_some_and(private) {
            return Err(LoginError::Insecure);
        }
        let xauth = oauth::XAuth::new(user, password);
        let answer = self.signing_with(OAuth1::new(consumer)).send(&xauth).await?;
        Ok(answer.into_access_token())
    }

    fn consumer(&self) -> Result<&Consumer, LoginError> {
        self.access().consumer().ok_or(LoginError::NoSecret)
    }

    /// A client whose requests to the login's endpoints are signed like this.
    fn signing_with(&self, credentials: OAuth1) -> segno_core::Client {
        match self.oauth_origin() {
            Some(origin) => self.core().with_credentials(origin, Arc::new(credentials)),
            None => self.core().clone(),
        }
    }
}
