//! A login in the browser of the person at this machine.

#[cfg(feature = "loopback")]
pub use loopback::LogInError;

#[cfg(feature = "loopback")]
mod loopback {
    use std::sync::Arc;
    use std::time::Duration;

    use segno_core::auth::AuthError;
    use segno_core::auth::loopback::{Loopback, LoopbackError};
    use segno_core::auth::oauth2::LoginError;

    use crate::client::Client;

    /// How much longer a login is valid than it is waited for: the redirect may come at the last moment.
    const AFTER: Duration = Duration::from_secs(60);

    /// A login at this machine that failed.
    #[derive(Debug, thiserror::Error)]
    #[non_exhaustive]
    pub enum LogInError {
        /// The client was not built for a user's login, or its store could not keep one.
        #[error(transparent)]
        Auth(#[from] AuthError),
        /// The listener could not be opened: the port is taken.
        #[error("the listener for the redirect cannot be opened: {0}")]
        Listen(#[from] std::io::Error),
        /// No redirect came.
        #[error(transparent)]
        Redirect(#[from] LoopbackError),
        /// The redirect did not lead to tokens.
        #[error(transparent)]
        Login(#[from] LoginError),
    }

    impl Client {
        /// Logs the user at this machine in: listens on `http://127.0.0.1:PORT/callback` (which must be the redirect
        /// URI that is registered for the program), gives the address of the consent page to `open`, and waits for the
        /// redirect, at most `at_most`.
        ///
        /// # Errors
        /// [`LogInError`].
        pub async fn log_in_here(
            &self,
            port: u16,
            at_most: Duration,
            open: impl FnOnce(&str),
        ) -> Result<(), LogInError> {
            // Found out before the user goes through a login that nothing could be done with.
            let grant = self.user_grant()?;
            grant.check_store().await?;
            let listener = Loopback::bind(port, "callback").await?;
            let login = grant.begin_login(&listener.redirect_uri())?.valid_for(at_most.saturating_add(AFTER));
            open(login.url());
            let clock = Arc::clone(self.core().clock());
            let received = listener.receive(clock, at_most, login.judge()).await?;
            Ok(login.finish_received(&received).await?)
        }
    }
}
