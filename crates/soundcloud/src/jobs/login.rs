//! A login in a browser on this machine.

use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::AuthError;
use segno_core::auth::loopback::{Loopback, LoopbackError};
use segno_core::auth::oauth2;

use crate::client::Client;

/// How much longer a login is valid than it is waited for: the redirect may come at the last moment.
const GRACE: Duration = Duration::from_secs(60);

/// A login on this machine that failed.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The client was not built for a user's login, or its store could not keep one.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The listener could not be opened: the port is taken.
    #[error("could not listen for the redirect: {0}")]
    Listen(#[from] std::io::Error),
    /// No redirect arrived in time, or the listener failed.
    #[error(transparent)]
    Redirect(#[from] LoopbackError),
    /// The redirect did not lead to tokens.
    #[error(transparent)]
    Login(#[from] oauth2::LoginError),
}

impl std::fmt::Debug for LoginError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Client {
    /// Logs in the user of this machine: listens on `http://127.0.0.1:PORT/callback` (which must be the redirect URI that is
    /// registered for the client id), gives the URL of the consent page to `open`, and waits for the redirect, at most
    /// `limit`.
    ///
    /// # Errors
    /// [`LoginError`].
    #[doc(alias("OAuth", "PKCE", "sign in"))]
    pub async fn login_in_browser(
        &self,
        port: u16,
        limit: Duration,
        open: impl FnOnce(&str),
    ) -> Result<(), LoginError> {
        // Found out before the user goes through a login that nothing could be done with.
        let tokens = self.user_tokens()?;
        tokens.check_store().await?;
        let listener = Loopback::bind(port, "callback").await?;
        let login = tokens.begin_login(&listener.redirect_uri())?.valid_for(limit.saturating_add(GRACE));
        open(login.url());
        let clock = Arc::clone(self.core().clock());
        let received = listener.receive(clock, limit, login.judge()).await?;
        Ok(login.finish_received(&received).await?)
    }
}
