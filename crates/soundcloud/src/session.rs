//! The end of a session.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, session};
//! # async fn example(client: Client) -> Result<(), Error> {
//! // `Client::sign_out` also forgets the stored tokens.
//! client.send(&session::SignOutCurrent::new()).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::{BuildError, Endpoint, Secret, endpoint};
use serde_json::json;

use crate::ApiError;
use crate::client::{AUTH, Client};
use crate::read::undocumented;

endpoint! {
    /// `POST /sign-out` on the authorization host: ends the session of an access token.
    ///
    /// [`Client::sign_out`] does this and forgets the tokens.
    pub struct SignOut { field access_token: Secret }
    name: "soundcloud.session.sign_out",
    method: POST,
    path: "sign-out",
    replay: Idempotent,
    write: |sign_out, request| {
        request.base(AUTH);
        request.anonymous();
        request.json(&json!({ "access_token": sign_out.access_token.expose() }))
    },
    response: (),
    error: ApiError,
    read: undocumented,
}
endpoint! {
    /// `POST /sign-out` on the host of the API: ends the session of the access token that the client uses.
    pub struct SignOutCurrent {}
    name: "soundcloud.session.sign_out_current",
    method: POST,
    path: "sign-out",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: undocumented,
}

impl Client {
    /// Signs out: forgets the tokens here and in the store, whatever the service responds, and tells the service, whatever the
    /// store does.
    ///
    /// # Errors
    /// If the service could not be told or the store failed. The tokens are forgotten here in any case; a session that
    /// is over already counts as signed out.
    pub async fn sign_out(&self) -> Result<(), crate::Error> {
        let Some(tokens) = self.token_source() else {
            return self.core().send(&SignOutCurrent::new()).await;
        };
        let (token, stored) = tokens.forget().await;
        let told = match token {
            Some(token) => self.core().send(&SignOut::new(token)).await,
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
