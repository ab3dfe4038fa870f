//! Where the services are and how to get in.

use serde::{Deserialize, Serialize};

/// Addresses and credentials of a running sandbox; serialised, the line that `cargo xtask sandbox --json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Description {
    /// The control port.
    pub control: BaseUrl,
    /// Soundslice, first account.
    pub soundslice: SoundsliceAccess,
    /// Object storage behind presigned URLs.
    pub storage: BaseUrl,
    /// Soundstripe, first account.
    pub soundstripe: SoundstripeAccess,
    /// SoundCloud, first user and first application.
    pub soundcloud: SoundcloudAccess,
    /// MuseScore, first user and first consumer.
    pub musescore: MusescoreAccess,
}

/// An address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BaseUrl {
    /// Where paths start.
    pub base_url: String,
}

/// A Soundslice API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundsliceAccess {
    /// The API's base, with a slash at the end.
    pub base_url: String,
    /// User name of HTTP Basic.
    pub app_id: String,
    /// Password of HTTP Basic.
    pub password: String,
}

/// A Soundstripe API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundstripeAccess {
    /// The API's base, with a slash at the end.
    pub base_url: String,
    /// The API key.
    pub token: String,
    /// The secret that webhooks are signed with.
    pub webhook_secret: String,
}

/// A SoundCloud application and a user of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundcloudAccess {
    /// The API's base, with a slash at the end.
    pub base_url: String,
    /// The authorization server's base, with a slash at the end.
    pub auth_url: String,
    /// The application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Its registered redirect URI.
    pub redirect_uri: String,
    /// The user's name, for the legacy password grant and the sign-in page.
    pub username: String,
    /// The user's password.
    pub password: String,
    /// A token of the user that is valid at the start.
    pub access_token: String,
}

/// A MuseScore consumer and a user of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MusescoreAccess {
    /// The REST base, with a slash at the end.
    pub base_url: String,
    /// The OAuth base, with a slash at the end.
    pub oauth_url: String,
    /// The web site.
    pub web_url: String,
    /// The host of score files.
    pub static_url: String,
    /// The consumer.
    pub consumer_key: String,
    /// Its secret.
    pub consumer_secret: String,
    /// A token of the user.
    pub access_token: String,
    /// Its secret.
    pub access_token_secret: String,
}
