//! What the application's own token may do: nothing that needs a user. Said here, because the service responds with a bare 401.

use segno_core::auth::oauth2::{TokenKind, TokenSource};
use segno_core::auth::{AuthError, AuthRequest, Authorize, CredentialVersion};
use segno_core::url::BaseUrl;
use segno_core::{BoxFuture, Method};

/// A token source that knows what its kind of token may do.
pub(crate) struct Rights {
    tokens: TokenSource,
    kind: TokenKind,
    /// The path of the base URL.
    front: String,
}

impl Rights {
    pub(crate) fn new(tokens: TokenSource, kind: TokenKind, base: &BaseUrl) -> Self {
        let text = base.to_string();
        let path = text.splitn(4, '/').nth(3).unwrap_or_default();
        Self { tokens, kind, front: format!("/{path}") }
    }

    /// Whether a request needs a user: every write, and everything below `/me`.
    fn needs_user(&self, method: &Method, path: &str) -> bool {
        let inner = path.strip_prefix(&self.front).unwrap_or(path);
        !matches!(*method, Method::GET | Method::HEAD) || inner == "me" || inner.starts_with("me/")
    }
}

impl Authorize for Rights {
    fn authorize<'a>(
        &'a self,
        request: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        if self.kind == TokenKind::App && self.needs_user(request.method, request.uri.path()) {
            let why = "this call needs a user's login, and the access token is the application's own; log a user in, and \
                       build the client with that login";
            return Box::pin(std::future::ready(Err(AuthError::LoginNeeded(why.into()))));
        }
        self.tokens.authorize(request)
    }

    fn rejected(&self, version: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        self.tokens.rejected(version)
    }
}
