//! OAuth 1.0 as a server sees it, for the services that take it: RFC 5849, written from its text.

pub(crate) mod check;
pub(crate) mod nonces;
pub(crate) mod parameters;
pub(crate) mod signature;

/// Why a request is refused, as far as its signature goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It breaks the protocol: 400 by section 3.2.
    Malformed(String),
    /// It is nobody's that is known: 401.
    Unauthorized(&'static str),
    /// Its timestamp is too far off: 401.
    Expired,
}

/// The value of `oauth_callback` for clients that cannot take a redirect.
pub(crate) const OUT_OF_BAND: &str = "oob";

/// Whether a text is an absolute URI (RFC 3986 section 4.3), as far as its start goes.
pub(crate) fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let first = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let fits = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let plain = rest.bytes().all(|byte| byte.is_ascii_graphic());
    let host = !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https")
        || rest.strip_prefix("//").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    first && fits && plain && host && !rest.is_empty() && !text.contains('#')
}

/// A token with its secret, as the token endpoints send them.
pub(crate) fn credentials(token: &str, secret: &str) -> String {
    format!("oauth_token={}&oauth_token_secret={}", signature::encode(token), signature::encode(secret))
}
