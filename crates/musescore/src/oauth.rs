//! The requests of a login. [`Client`](crate::Client) runs them: each needs a signature of its own.

use segno_core::auth::oauth1::TokenResponse;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, FormPairs, Method, Replay, RequestWriter, Response, Secret,
};

use crate::error::ApiError;

/// `POST /oauth/request_token`: the first leg, signed with `oauth_callback` and without a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct RequestToken;

impl Endpoint for RequestToken {
    type Output = TokenResponse;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.oauth.request_token";
    const METHOD: Method = Method::POST;
    // A request token that nobody received is never authorized, and goes away by itself.
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.base("oauth");
        request.path("request_token", &[])
    }

    fn read(response: Response<Bytes>) -> Result<TokenResponse, DecodeError> {
        TokenResponse::read(response.body())
    }
}

/// `POST /oauth/access_token`: the third leg, signed with the request token and the verifier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct AccessToken;

impl Endpoint for AccessToken {
    type Output = TokenResponse;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.oauth.access_token";
    const METHOD: Method = Method::POST;
    // The request token is spent by the first delivery.
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.base("oauth");
        request.path("access_token", &[])
    }

    fn read(response: Response<Bytes>) -> Result<TokenResponse, DecodeError> {
        TokenResponse::read(response.body())
    }
}

/// `POST /oauth/access_token` with a name and a password ("xAuth"): seen in the service's own program, and open to
/// programs that the service trusts.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct XAuth {
    user: String,
    password: Secret,
}

impl XAuth {
    /// For this member.
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { user: user.into(), password: password.into() }
    }
}

impl Endpoint for XAuth {
    type Output = TokenResponse;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.oauth.xauth";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.user.is_empty() || self.password.is_empty() {
            return Err(BuildError::value("user", "name and password are both needed"));
        }
        request.base("oauth");
        request.path("access_token", &[])?;
        let mut form = FormPairs::new();
        form.push("x_auth_mode", "client_auth");
        form.push("x_auth_password", self.password.expose());
        form.push("x_auth_username", &self.user);
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<TokenResponse, DecodeError> {
        TokenResponse::read(response.body())
    }
}
