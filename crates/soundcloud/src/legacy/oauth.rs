//! The requests of a login by OAuth 1.0a. [`Client`](super::Client) runs them: each needs a signature of its own.

use segno_core::auth::oauth1::TokenResponse;
use segno_core::endpoint;

use crate::ApiError;

endpoint! {
    /// `POST /oauth/request_token`: the first leg, signed with `oauth_callback` and without a token.
    ///
    /// Repeated when the response is lost: a request token that nobody received is never authorized and expires.
    #[derive(PartialEq, Eq)]
    pub struct RequestToken {}
    name: "soundcloud.legacy.oauth.request_token",
    method: POST,
    path: "oauth/request_token",
    replay: Idempotent,
    response: TokenResponse,
    error: ApiError,
    read: |response| TokenResponse::read(response.body()),
}

endpoint! {
    /// `POST /oauth/access_token`: the third leg, signed with the request token and the verifier. The first delivery spends
    /// the request token, so it is not repeated when the response is lost.
    #[derive(PartialEq, Eq)]
    pub struct AccessToken {}
    name: "soundcloud.legacy.oauth.access_token",
    method: POST,
    path: "oauth/access_token",
    replay: Unsafe,
    response: TokenResponse,
    error: ApiError,
    read: |response| TokenResponse::read(response.body()),
}
