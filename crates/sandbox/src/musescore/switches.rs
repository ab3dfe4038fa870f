//! The switches of MuseScore.

use serde::{Deserialize, Serialize};

use crate::kit::from_zero;

/// How MuseScore behaves where its documents are silent or disagree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Switches {
    /// Whether a callback and a verifier are always required.
    pub oauth_mode: OauthMode,
    /// Whether the signature method PLAINTEXT is taken. Without: 400.
    pub plaintext: bool,
    /// How many seconds the timestamp of a signed request may be off. Nonces are remembered for twice as long.
    #[serde(deserialize_with = "from_zero")]
    pub timestamp_window_s: f64,
    /// Access tokens that no longer count.
    pub revoked_tokens: Vec<String>,
    /// Consumers and tokens that count besides the seeded ones.
    pub credentials: Vec<Credentials>,
    /// User name and password for a token, at the access token endpoint. Without: an ordinary request without `oauth_token`.
    pub xauth: bool,
    /// The status of a login with user name and password that fails.
    pub login_failure: LoginFailure,
    /// Whether there are URLs for uploads of audio. Without: 404.
    pub signed_url: bool,
    /// How many seconds such a URL works.
    #[serde(deserialize_with = "from_zero")]
    pub signed_url_life_s: f64,
    /// Whether JSON has `\/` for a slash and `\uXXXX` for what is not ASCII.
    pub escape_json: bool,
    /// How oEmbed's `html` is written in XML.
    pub oembed_html: OembedHtml,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            oauth_mode: OauthMode::Compat,
            plaintext: false,
            timestamp_window_s: 300.0,
            revoked_tokens: Vec::new(),
            credentials: Vec::new(),
            xauth: true,
            login_failure: LoginFailure::Unauthorized,
            signed_url: true,
            signed_url_life_s: 900.0,
            escape_json: true,
            oembed_html: OembedHtml::Escaped,
        }
    }
}

/// Which OAuth the login flow speaks; the sources disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OauthMode {
    /// RFC 5849: callback and verifier are required.
    Strict,
    /// The verifier is required if the request token was asked for with a callback.
    Compat,
}

/// The status of a failed login; MuseScore 2 takes both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LoginFailure {
    /// 401 Unauthorized.
    #[serde(rename = "401")]
    Unauthorized,
    /// 406 Not Acceptable.
    #[serde(rename = "406")]
    NotAcceptable,
}

/// The two spellings of markup in an XML response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OembedHtml {
    /// As text, as the oEmbed specification has it.
    Escaped,
    /// As elements, as the service's documentation prints it.
    Nested,
}

/// A consumer, and a token of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Credentials {
    /// `oauth_consumer_key`: which application asks.
    pub consumer_key: String,
    /// What the application signs with.
    pub consumer_secret: String,
    /// The token; empty for a consumer alone.
    #[serde(default)]
    pub token: String,
    /// What signs beside the consumer secret, for the token.
    #[serde(default)]
    pub token_secret: String,
    /// Whom the token acts for; the first account by default.
    #[serde(default)]
    pub user_id: Option<u64>,
}

impl Credentials {
    /// A consumer without a token; set the other fields for one.
    #[must_use]
    pub fn new(consumer_key: &str, consumer_secret: &str) -> Self {
        let (token, token_secret) = (String::new(), String::new());
        Self {
            consumer_key: consumer_key.to_owned(),
            consumer_secret: consumer_secret.to_owned(),
            token,
            token_secret,
            user_id: None,
        }
    }
}
