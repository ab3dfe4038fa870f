//! OAuth 2 (RFC 6749, RFC 7636): the token requests as endpoints, their responses and their errors.
//!
//! [`TokenSource`] uses these; they are public for applications that keep tokens in another way.

use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{Method, Response};

use super::{AuthError, Basic};
use crate::request::form::FormPairs;
use crate::{BuildError, Bytes, Client, DecodeError, Endpoint, Error, Replay, RequestWriter, Secret};

mod error;
mod login;
mod quota;
mod source;
mod token;

pub(crate) use error::{FailureKind, failure_kind, plain};
pub use error::{TokenError, TokenErrorCode};
pub use login::{Login, LoginError, challenge};
pub use quota::{Quota, QuotaLimit};
pub use source::{TokenKind, TokenSource, TokenSourceBuilder, TokenStatus};
pub use token::TokenResponse;
pub(crate) use token::{Success, is_sendable};

/// The client as the authorization server knows it.
#[derive(Clone, Debug)]
pub struct App {
    /// The client id, as the service registered it.
    pub id: String,
    /// The client secret. `None` for a public client, which can log users in but cannot ask for tokens of its own.
    pub secret: Option<Secret>,
}

/// An authorization server: where it is, and as which client it is asked.
///
/// Its client should not retry by itself ([`Retry::never`](crate::Retry::never)): a refresh token may work only once,
/// so [`TokenSource`] looks into the store before it asks again.
#[derive(Clone, Debug)]
pub struct TokenServer {
    client: Client,
    app: App,
    authorize_path: &'static str,
    token_path: &'static str,
    redirect_uri: Option<String>,
    limit: Option<Duration>,
}

impl TokenServer {
    /// A server at the first base URL of `client`, with the paths `authorize` and `oauth/token`.
    #[must_use]
    pub fn new(client: Client, app: App) -> Self {
        Self {
            client,
            app,
            authorize_path: "authorize",
            token_path: "oauth/token",
            redirect_uri: None,
            limit: None,
        }
    }

    /// Names the redirect URI with every refresh, too. RFC 6749 does not have it there, but some servers want it.
    #[must_use]
    pub fn with_redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(redirect_uri.into());
        self
    }

    /// Other paths, below the base URL.
    #[must_use]
    pub fn with_paths(mut self, authorize: &'static str, token: &'static str) -> Self {
        (self.authorize_path, self.token_path) = (authorize, token);
        self
    }

    /// The HTTP client that sends the requests.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The client as the server knows it.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The URL of the page where a user decides (RFC 6749, section 4.1.1), with PKCE S256. [`Login`] makes one;
    /// this is for applications that keep verifier and state in another way. The challenge is
    /// [`challenge`] of the verifier.
    ///
    /// # Errors
    /// [`AuthError::Unusable`] if no URL can be made of its parts.
    pub fn authorize_url(
        &self,
        redirect_uri: &str,
        challenge: &str,
        state: &str,
    ) -> Result<String, AuthError> {
        let mut query = FormPairs::new();
        query.push("client_id", &self.app.id);
        query.push("redirect_uri", redirect_uri);
        query.push("response_type", "code");
        query.push("code_challenge", challenge);
        query.push("code_challenge_method", "S256");
        query.push("state", state);
        let url = self.client.base_url().join(self.authorize_path, &query.to_query());
        url.map(|url| url.to_string()).map_err(|_| AuthError::Unusable("base URL"))
    }

    /// Exchanges the code of a login for tokens.
    ///
    /// # Errors
    /// [`Error`] with the server's [`TokenError`].
    pub async fn exchange(
        &self,
        code: &Secret,
        verifier: &Secret,
        redirect_uri: &str,
    ) -> Result<TokenResponse, Error<TokenError>> {
        self.send(&ExchangeCode { server: self, code, verifier, redirect_uri }).await
    }

    /// Exchanges a refresh token for new tokens. The refresh token may be spent afterwards, even if this fails.
    ///
    /// # Errors
    /// [`Error`] with the server's [`TokenError`].
    pub async fn refresh(&self, refresh_token: &Secret) -> Result<TokenResponse, Error<TokenError>> {
        self.send(&RefreshToken { server: self, refresh_token }).await
    }

    /// Asks for a token of the client itself.
    ///
    /// # Errors
    /// [`Error`] with the server's [`TokenError`]; without a client secret the request cannot be built.
    pub async fn client_credentials(&self) -> Result<TokenResponse, Error<TokenError>> {
        self.send(&ClientCredentials { server: self }).await
    }

    /// The same server, whose requests end within `limit` and within the deadline of the client.
    pub(super) fn within(&self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self.clone() }
    }

    async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Output, Error<E::ApiError>> {
        let call = self.client.call(endpoint);
        match self.limit {
            Some(limit) => call.deadline(limit.min(self.client.0.timeouts.call)).send().await,
            None => call.send().await,
        }
    }
}

/// `POST /oauth/token` with `grant_type=authorization_code` (RFC 6749, section 4.1.3; RFC 7636, section 4.5)
#[derive(Debug)]
pub struct ExchangeCode<'a> {
    /// The server that is asked, with the client that it knows.
    pub server: &'a TokenServer,
    /// The code from the redirect. It works once.
    pub code: &'a Secret,
    /// The verifier whose challenge began the login.
    pub verifier: &'a Secret,
    /// The same redirect URI as at the beginning.
    pub redirect_uri: &'a str,
}

/// `POST /oauth/token` with `grant_type=refresh_token` (RFC 6749, section 6)
#[derive(Debug)]
pub struct RefreshToken<'a> {
    /// The server that is asked, with the client that it knows.
    pub server: &'a TokenServer,
    /// The refresh token. It may work once only.
    pub refresh_token: &'a Secret,
}

/// `POST /oauth/token` with `grant_type=client_credentials` (RFC 6749, section 4.4.2), the client named by HTTP Basic
#[derive(Debug)]
pub struct ClientCredentials<'a> {
    /// The server that is asked, with the client that it knows.
    pub server: &'a TokenServer,
}

impl TokenServer {
    /// A form with the fields of the client, which stand behind the grant type.
    fn form(&self, grant_type: &str) -> FormPairs {
        let mut form = FormPairs::new();
        form.push("grant_type", grant_type);
        form.push("client_id", &self.app.id);
        form.push_some("client_secret", self.app.secret.as_ref().map(Secret::expose));
        form
    }

    fn write(&self, request: &mut RequestWriter, form: FormPairs) -> Result<(), BuildError> {
        // The secret is in the form, so the client does not see that these are credentials.
        let origin = self.client.base_url().origin();
        if !origin.is_secure() && !origin.is_loopback() {
            return Err(BuildError::value("authorization server", AuthError::Insecure(origin).to_string()));
        }
        request.path(self.token_path, &[])?;
        request.accept("application/json; charset=utf-8");
        request.anonymous();
        request.form(form);
        Ok(())
    }
}

impl Endpoint for ExchangeCode<'_> {
    type Output = TokenResponse;
    type ApiError = TokenError;
    const NAME: &'static str = "oauth2.token.exchange";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        let mut form = self.server.form("authorization_code");
        form.push("redirect_uri", self.redirect_uri);
        form.push("code_verifier", self.verifier.expose());
        form.push("code", self.code.expose());
        self.server.write(request, form)
    }

    fn read(response: Response<Bytes>) -> Result<TokenResponse, DecodeError> {
        TokenResponse::read(&response)
    }
}

impl Endpoint for RefreshToken<'_> {
    type Output = TokenResponse;
    type ApiError = TokenError;
    const NAME: &'static str = "oauth2.token.refresh";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        let mut form = self.server.form("refresh_token");
        form.push_some("redirect_uri", self.server.redirect_uri.as_deref());
        form.push("refresh_token", self.refresh_token.expose());
        self.server.write(request, form)
    }

    fn read(response: Response<Bytes>) -> Result<TokenResponse, DecodeError> {
        TokenResponse::read(&response)
    }
}

impl Endpoint for ClientCredentials<'_> {
    type Output = TokenResponse;
    type ApiError = TokenError;
    const NAME: &'static str = "oauth2.token.client_credentials";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        let app = &self.server.app;
        let secret = app.secret.as_ref().ok_or_else(|| {
            BuildError::value("client_secret", "must be set for a token of the client itself")
        })?;
        let basic =
            Basic::new(&app.id, secret).map_err(|error| BuildError::value("client_id", error.to_string()))?;
        request.header_value(AUTHORIZATION, basic.header());
        let mut form = FormPairs::new();
        form.push("grant_type", "client_credentials");
        self.server.write(request, form)
    }

    fn read(response: Response<Bytes>) -> Result<TokenResponse, DecodeError> {
        TokenResponse::read(&response)
    }
}

#[cfg(test)]
mod tests;
