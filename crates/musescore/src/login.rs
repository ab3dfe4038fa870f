//! A user's login: three legs, or a name and a password.

use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::AuthError;
use segno_core::auth::loopback::{Loopback, LoopbackError};
use segno_core::auth::oauth1::{
    self, AccessToken, Begin, Callback, Consumer, OAuth1, Pending, TokenResponse, Verified,
};
use segno_core::client::OneLine;
use segno_core::time::SystemClock;
use segno_core::{Endpoint, Secret};

use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::{ApiError, Error};
use crate::oauth;

/// How much longer a login is valid than it is waited for: the redirect may come at the last moment.
const AFTER: Duration = Duration::from_secs(60);

/// A login that failed.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// A request to the service failed.
    #[error(transparent)]
    Call(#[from] Error),
    /// The user refused, or the redirect belongs to another login.
    #[error(transparent)]
    Refused(#[from] oauth1::LoginError),
    /// The listener could not be opened, because the port is taken; the text names it.
    #[error("{}", OneLine(format_args!("could not listen for the redirect: {}", .0)))]
    Listen(#[source] std::io::Error),
    /// No redirect arrived in time, or the listener failed.
    #[error(transparent)]
    Loopback(#[from] LoopbackError),
    /// The client has the consumer key alone.
    #[error(
        "the client must have the consumer secret for a login, found the key alone; build it with Credentials::Application"
    )]
    NoSecret,
    /// The token could not be saved. If that was known beforehand, nothing was asked of the service.
    #[error("{}", OneLine(.0))]
    Keep(#[from] AuthError),
    /// The password would have been sent in the clear, so it was not sent.
    #[error("the OAuth URL must be https to send a password, or on this machine, found plain http")]
    Insecure,
}

impl std::fmt::Debug for LoginError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Client {
    /// The first leg: asks for a request token. Send the user to [`authorize_url`](Client::authorize_url) next. A web
    /// application can finish the login in another process: [`Pending::to_record`], [`resume_login`](Client::resume_login).
    ///
    /// # Errors
    /// See [`LoginError`].
    #[doc(alias("OAuth", "three-legged", "sign in"))]
    pub async fn begin_login(&self, callback: Callback) -> Result<Pending, LoginError> {
        let begin = Begin::new(self.consumer()?.clone(), callback);
        let response = self.signing_with(begin.credentials()).send(&oauth::RequestToken::new()).await?;
        Ok(begin.pending(response, self.core().clock().wall()))
    }

    /// The URL of the page where the user gives consent.
    #[must_use]
    pub fn authorize_url(&self, pending: &Pending) -> String {
        pending.authorize_url(&self.authorize_page())
    }

    /// A login that another process began, from what [`Pending::to_record`] gave there.
    ///
    /// # Errors
    /// [`LoginError::Refused`] if the record is not one of a login of this consumer, [`LoginError::NoSecret`].
    pub fn resume_login(&self, record: &Secret) -> Result<Pending, LoginError> {
        Ok(Pending::from_record(self.consumer()?.clone(), record)?)
    }

    /// The third leg: asks for the access token. A client with a [store](Credentials::Stored) keeps it there.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn finish_login(&self, verified: &Verified) -> Result<AccessToken, LoginError> {
        let credentials = verified.credentials(self.core().clock().wall())?;
        self.token(credentials, oauth::AccessToken::new()).await
    }

    /// Asks for an access token and saves it, if this client has a store.
    async fn token(
        &self,
        credentials: OAuth1,
        endpoint: impl Endpoint<Output = TokenResponse, ApiError = ApiError> + 'static,
    ) -> Result<AccessToken, LoginError> {
        let client = self.signing_with(credentials);
        let ask = async move { Ok(client.send(&endpoint).await?.into_access_token()) };
        match self.credentials() {
            Credentials::Stored(source) => {
                let kept = source.login_with(async { ask.await.map(Some) }).await?;
                kept.ok_or_else(|| {
                    AuthError::Unavailable(
                        "expected a token in the response to the login, found none; log in again".into(),
                    )
                    .into()
                })
            }
            _ => ask.await,
        }
    }

    /// All three legs with a browser on this machine: listens on 127.0.0.1, has `open` open the page for the user, waits
    /// for the redirect at most `limit`, and shows a page when it is done. Port 0 takes any free port. A client with a
    /// [store](Credentials::Stored) keeps the token there.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use segno_musescore::{Client, LoginError};
    /// # async fn example(client: Client) -> Result<(), LoginError> {
    /// let limit = Duration::from_secs(300);
    /// client.login_in_browser(0, limit, |page| println!("open {page}")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn login_in_browser(
        &self,
        port: u16,
        limit: Duration,
        open: impl FnOnce(&str),
    ) -> Result<AccessToken, LoginError> {
        if let Credentials::Stored(source) = self.credentials() {
            // Found out before the user goes through a login that nothing could be done with.
            source.check_store().await?;
        }
        let loopback = Loopback::bind(port, "callback").await.map_err(LoginError::Listen)?;
        let pending = self.begin_login(Callback::Url(loopback.redirect_uri())).await?;
        let pending = pending.valid_until(self.core().clock().wall().plus(limit).plus(AFTER));
        open(&self.authorize_url(&pending));
        let known = pending.clone();
        // A user takes real time, whatever the client's clock does.
        let received =
            loopback.receive(Arc::new(SystemClock), limit, move |query| known.ending(query)).await?;
        self.finish_login(&pending.received(&received)?).await
    }

    /// A token for a user name and a password ("xAuth"), for applications that the service trusts.
    ///
    /// # Errors
    /// See [`LoginError`]. A wrong password is an [`ApiError`](crate::ApiError) that says so.
    pub async fn login_with_password(
        &self,
        user: &str,
        password: impl Into<Secret>,
    ) -> Result<AccessToken, LoginError> {
        let consumer = self.consumer()?;
        let private = |origin: segno_core::url::Origin| origin.is_secure() || origin.is_loopback();
        if !self.oauth_origin().is_some_and(private) {
            return Err(LoginError::Insecure);
        }
        self.token(OAuth1::new(consumer), oauth::XAuth::new(user, password.into())).await
    }

    fn consumer(&self) -> Result<&Consumer, LoginError> {
        self.credentials().consumer().ok_or(LoginError::NoSecret)
    }

    /// A client whose requests to the login's endpoints are signed like this.
    fn signing_with(&self, credentials: OAuth1) -> segno_core::Client {
        match self.oauth_origin() {
            Some(origin) => self.core().with_credentials(origin, Arc::new(credentials)),
            None => self.core().clone(),
        }
    }
}
