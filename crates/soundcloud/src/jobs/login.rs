//! A login in the browser of the person at this machine.

#[cfg(feature = "loopback")]
pub use loopback::LogInError;

#[cfg(feature = "loopback")]
mod loopback {
    use std::sync::Arc;
    use std::time::Duration;

    use segno_core::Pairs;
    use segno_core::auth::loopback::{Ending, Loopback, LoopbackError};
    use segno_core::auth::{AuthError, LoginError};

    use crate::client::Client;

    /// A login at this machine that failed.
    #[derive(Debug, thiserror::Error)]
    #[non_exhaustive]
    pub enum LogInError {
        /// The client was not built for a person's login.
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
        /// Logs the person at this machine in: listens on `http://127.0.0.1:PORT/callback` (which must be the redirect
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
            let listener = Loopback::bind(port, "callback").await?;
            let login = self.login(&listener.redirect_uri())?;
            open(login.url());
            let state = login.state().clone();
            let clock = Arc::clone(self.core().clock());
            let redirected = listener
                .receive(clock, at_most, move |query| {
                    if query.get("state") != Some(state.expose()) {
                        Ending::Foreign
                    } else if query.get("error").is_some() {
                        Ending::Denied
                    } else {
                        Ending::Granted
                    }
                })
                .await?;
            let mut answer = Pairs::new();
            for (name, value) in redirected.pairs() {
                answer.push(name, value);
            }
            Ok(login.finish(&answer.to_form()).await?)
        }
    }
}
