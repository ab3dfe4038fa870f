//! The requests of a login. [`Client`](crate::Client) runs them: each needs a signature of its own.
//!
//! ```
//! # use segno_musescore::{Client};
//! # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! // Not sent by themselves: the client runs all three.
//! let client = client.login_with_password("ada", "secret").await?;
//! # Ok(())
//! # }
//! ```

use segno_core::auth::oauth1::TokenResponse;
use segno_core::request::FormPairs;
use segno_core::{BuildError, RequestWriter, Secret, endpoint};

use crate::client::OAUTH;
use crate::error::ApiError;

endpoint! {
    /// `POST /oauth/request_token`: the first leg, signed with `oauth_callback` and without a token.
    ///
    /// Repeated when the response is lost: a request token that nobody received is never authorized and expires.
    #[derive(PartialEq, Eq)]
    pub struct RequestToken {}
    name: "musescore.oauth.request_token",
    method: POST,
    path: "request_token",
    replay: Idempotent,
    write: at_oauth_url,
    response: TokenResponse,
    error: ApiError,
    read: |response| TokenResponse::read(response.body()),
}

endpoint! {
    /// `POST /oauth/access_token`: the third leg, signed with the request token and the verifier. The first delivery spends
    /// the request token, so it is not repeated when the response is lost.
    #[derive(PartialEq, Eq)]
    pub struct AccessToken {}
    name: "musescore.oauth.access_token",
    method: POST,
    path: "access_token",
    replay: Unsafe,
    write: at_oauth_url,
    response: TokenResponse,
    error: ApiError,
    read: |response| TokenResponse::read(response.body()),
}

endpoint! {
    /// `POST /oauth/access_token` with a user name and a password ("xAuth"): used by the service's desktop application, and
    /// open to applications that the service trusts.
    pub struct XAuth { field user: String, field password: Secret }
    name: "musescore.oauth.xauth",
    method: POST,
    path: "access_token",
    replay: Unsafe,
    write: Self::form,
    response: TokenResponse,
    error: ApiError,
    read: |response| TokenResponse::read(response.body()),
}

fn at_oauth_url<E>(_: &E, request: &mut RequestWriter) -> Result<(), BuildError> {
    request.base(OAUTH);
    Ok(())
}

impl XAuth {
    fn form(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.user.is_empty() || self.password.is_empty() {
            return Err(BuildError::value("user", "must be a user name and a password, found an empty text"));
        }
        let mut form = FormPairs::new();
        form.push("x_auth_mode", "client_auth");
        form.push("x_auth_password", self.password.expose());
        form.push("x_auth_username", &self.user);
        request.form(form);
        at_oauth_url(self, request)
    }
}
