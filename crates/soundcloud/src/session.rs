//! The end of a session.

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Secret};
use serde_json::json;

use crate::ApiError;
use crate::client::{AUTH_BASE, Client};
use crate::read::undocumented;
use crate::simple::simple;

/// `POST /sign-out` on the host of the logins: ends the session of an access token
///
/// [`Client::sign_out`] does this and forgets the tokens.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct SignOut(
    /// The access token.
    pub Secret,
);

impl Endpoint for SignOut {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.session.sign_out";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.base(AUTH_BASE);
        request.path("sign-out", &[])?;
        request.anonymous();
        request.json(&json!({ "access_token": self.0.expose() }))
    }

    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        undocumented(&response)
    }
}

simple!(
    /// `POST /sign-out` on the host of the API: ends the session of the token that the client uses
    SignOutHere -> (), "soundcloud.session.sign_out_here", POST, Idempotent, "sign-out", undocumented
);

impl Client {
    /// Signs out: forgets the tokens here and in the store, whatever the service answers, and tells the service, whatever the
    /// store does.
    ///
    /// # Errors
    /// If the service could not be told or the store failed. The tokens are forgotten here in any case; a session that
    /// is over already counts as signed out.
    pub async fn sign_out(&self) -> Result<(), crate::Error> {
        let Some(grant) = self.grant() else {
            return self.core().send(&SignOutHere).await;
        };
        let (token, stored) = grant.forget().await;
        let told = match token {
            Some(token) => self.core().send(&SignOut(token)).await,
            None => Ok(()),
        };
        match told {
            Err(error) if error.status() != Some(segno_core::StatusCode::UNAUTHORIZED) => return Err(error),
            _ => {}
        }
        stored.map_err(|error| {
            let error = BuildError::value("token store", error.to_string());
            crate::Error::build(<SignOut as Endpoint>::NAME, error)
        })
    }
}
