//! What a token of the program alone may do: nothing that needs a person. Said here, because the service only answers
//! with a bare 401.

use segno_core::auth::oauth2::{TokenKind, TokenSource};
use segno_core::auth::{AuthError, AuthRequest, Authorize, CredentialVersion};
use segno_core::{BaseUrl, BoxFuture, Method};

/// A grant that knows the kind of its token.
pub(crate) struct Rights {
    grant: TokenSource,
    kind: TokenKind,
    /// The path of the base URL.
    front: String,
}

impl Rights {
    pub(crate) fn new(grant: TokenSource, kind: TokenKind, base: &BaseUrl) -> Self {
        let text = base.to_string();
        let path = text.splitn(4, '/').nth(3).unwrap_or_default();
        Self { grant, kind, front: format!("/{path}") }
    }

    /// Whether a request needs a person: every write, and everything below `/me`.
    fn needs_a_person(&self, method: &Method, path: &str) -> bool {
        let inner = path.strip_prefix(&self.front).unwrap_or(path);
        !matches!(*method, Method::GET | Method::HEAD) || inner == "me" || inner.starts_with("me/")
    }
}

impl Authorize for Rights {
    fn authorize<'a>(
        &'a self,
        attempt: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        if self.kind == TokenKind::App && self.needs_a_person(attempt.method, attempt.uri.path()) {
            let why = "this call needs a user's login, and the token is one of the program alone; build it with \
                       Client::builder().user(…), or set SOUNDCLOUD_TOKEN_FILE, and log in";
            return Box::pin(std::future::ready(Err(AuthError::LoginNeeded(why.into()))));
        }
        self.grant.authorize(attempt)
    }

    fn rejected(&self, ticket: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        self.grant.rejected(ticket)
    }
}
