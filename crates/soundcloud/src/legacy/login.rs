//! A user's login at the old API: the three legs of OAuth 1.0a.

use std::sync::Arc;

use segno_core::Secret;
use segno_core::auth::AuthError;
use segno_core::auth::oauth1::{self, AccessToken, Begin, Callback, Consumer, OAuth1, Pending, Verified};
use segno_core::client::OneLine;

use super::client::Client;
use super::credentials::Credentials;
use super::oauth;
use crate::error::Error;

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
    #[cfg(feature = "loopback")]
    #[error("{}", OneLine(format_args!("could not listen for the redirect: {}", .0)))]
    Listen(#[source] std::io::Error),
    /// No redirect arrived in time, or the listener failed.
    #[cfg(feature = "loopback")]
    #[error(transparent)]
    Loopback(#[from] segno_core::auth::loopback::LoopbackError),
    /// The client has no key and secret of an application.
    #[error(
        "a login needs the key and secret of an application: build the client with Credentials::Application"
    )]
    NoConsumer,
    /// The token could not be saved. If that was known beforehand, nothing was asked of the service.
    #[error("{}", OneLine(.0))]
    Keep(#[from] AuthError),
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
    /// [`LoginError::Refused`] if the record is not one of a login of this consumer, [`LoginError::NoConsumer`].
    pub fn resume_login(&self, record: &Secret) -> Result<Pending, LoginError> {
        Ok(Pending::from_record(self.consumer()?.clone(), record)?)
    }

    /// The third leg: asks for the access token. A client with a [store](Credentials::Stored) keeps it there; another one
    /// takes it with [`with_credentials`](Client::with_credentials).
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn finish_login(&self, verified: &Verified) -> Result<AccessToken, LoginError> {
        let client = self.signing_with(verified.credentials(self.core().clock().wall())?);
        let ask = async move {
            Ok::<_, LoginError>(client.send(&oauth::AccessToken::new()).await?.into_access_token())
        };
        let Credentials::Stored(source) = self.credentials() else { return ask.await };
        let kept = source.login_with(async { ask.await.map(Some) }).await?;
        kept.ok_or_else(|| AuthError::Unavailable("the response of the login has no token".into()).into())
    }

    /// All three legs with a browser on this machine: listens on 127.0.0.1, has `open` open the page for the user, waits
    /// for the redirect at most `limit`, and shows a page when it is done. Port 0 takes any free port. A client with a
    /// [store](Credentials::Stored) keeps the token there.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use segno_soundcloud::legacy::{Client, LoginError};
    /// # async fn example(client: Client) -> Result<(), LoginError> {
    /// let limit = Duration::from_secs(300);
    /// client.login_in_browser(0, limit, |page| println!("open {page}")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`LoginError`].
    #[cfg(feature = "loopback")]
    pub async fn login_in_browser(
        &self,
        port: u16,
        limit: std::time::Duration,
        open: impl FnOnce(&str),
    ) -> Result<AccessToken, LoginError> {
        use segno_core::auth::loopback::Loopback;
        use segno_core::time::SystemClock;

        if let Credentials::Stored(source) = self.credentials() {
            // Found out before the user goes through a login that nothing could be done with.
            source.check_store().await?;
        }
        let loopback = Loopback::bind(port, "callback").await.map_err(LoginError::Listen)?;
        let pending = self.begin_login(Callback::Url(loopback.redirect_uri())).await?;
        // The redirect may come at the last moment.
        let until = self.core().clock().wall().plus(limit).plus(std::time::Duration::from_secs(60));
        let pending = pending.valid_until(until);
        open(&self.authorize_url(&pending));
        let known = pending.clone();
        // A user takes real time, whatever the client's clock does.
        let received =
            loopback.receive(Arc::new(SystemClock), limit, move |query| known.ending(query)).await?;
        self.finish_login(&pending.received(&received)?).await
    }

    fn consumer(&self) -> Result<&Consumer, LoginError> {
        self.credentials().consumer().ok_or(LoginError::NoConsumer)
    }

    /// A client whose requests are signed like this.
    fn signing_with(&self, credentials: OAuth1) -> segno_core::Client {
        self.core().with_credentials(self.origin(), Arc::new(credentials))
    }
}
