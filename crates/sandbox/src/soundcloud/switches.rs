//! The switches of SoundCloud.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::apps::SoundcloudApp;
use super::route::identifier;
use super::store::{FIRST, User};
use crate::kit::{RateLimit, from_zero};

/// How SoundCloud behaves where its documents are silent or disagree, what the first user and application may do, and which of
/// the service's observed oddities show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Switches {
    /// Whether the old API is served on the port of the present one, too: `.xml`, `.json`, `Accept: application/xml`, hosts named `api.sandbox-soundcloud.…`.
    pub legacy: bool,
    /// Whether `/connect` and `/oauth2/token` of the API host are served; else 410.
    pub old_oauth: bool,
    /// Numeric `id`, `user_id` and `track_id`, and `state`, beside the URNs.
    pub legacy_ids: bool,
    /// Whether the old API's `<id>` of a track names another number than its `<uri>`, as in a printed example.
    pub legacy_ids_differ: bool,
    /// What `uri` members and the location of `/resolve` name things by.
    pub uri_form: UriForm,
    /// Refuse old forms: numbers in paths, `{"id": 1}` in playlists, query parameters that the operation does not have.
    pub strict: bool,

    /// Life of an access token in seconds.
    #[serde(deserialize_with = "from_zero")]
    pub token_life_s: f64,
    /// Life of an authorization code in seconds.
    #[serde(deserialize_with = "from_zero")]
    pub code_life_s: f64,
    /// Where the credentials of the client-credentials grant are looked for.
    pub client_credentials: ClientCredentials,
    /// Client-credentials tokens that an application gets in 12 hours.
    pub client_credentials_per_12h: u32,
    /// Client-credentials tokens that an IP address gets in an hour.
    pub client_credentials_per_1h: u32,
    /// How many seconds the timestamp of a call that is signed by OAuth 1.0a may be off. Nonces are remembered for twice as long.
    #[serde(deserialize_with = "from_zero")]
    pub oauth1_window_s: f64,
    /// Access tokens of OAuth 1.0a that are good no more.
    pub revoked_oauth1_tokens: Vec<String>,
    /// How a refresh ends.
    pub refresh: Refresh,
    /// Applications besides the three of the start.
    pub apps: Vec<SoundcloudApp>,
    /// Whether the first application needs no secret.
    pub public_app: bool,
    /// Whether a registered loopback redirect URI fits with any port (RFC 8252, section 7.3).
    pub any_loopback_port: bool,
    /// Whether the first application may write; without it every write is a bare 401.
    pub app_may_write: bool,

    /// Whether the first user's e-mail address is confirmed; without it uploads are a bare 401.
    pub email_confirmed: bool,
    /// The first user's plan. Artwork and storefronts need one that starts with `Pro`.
    pub plan: String,
    /// Seconds of audio that the first user may have; `None` is unlimited.
    pub quota_s: Option<u64>,
    /// Where requests seem to come from; decides about tracks that are blocked in some countries.
    pub country: String,
    /// How others stand, or the first user in all respects, by the names that they log in with.
    pub users: BTreeMap<String, UserAccess>,
    /// Who may hear which track, apart from its owner; the first rule that fits goes before the track's own.
    pub access_rules: Vec<AccessRule>,

    /// Larger files are 413.
    pub max_upload_bytes: u64,
    /// How many seconds processing takes.
    #[serde(deserialize_with = "from_zero")]
    pub processing_delay_s: f64,
    /// How the processing of an upload ends.
    pub processing: Processing,
    /// Status of what makes something new.
    pub created_status: CreatedStatus,

    /// Life of the links that streams lead to.
    #[serde(deserialize_with = "from_zero")]
    pub stream_life_s: f64,
    /// Hand out links that have expired already.
    pub expired_streams: bool,
    /// How the segments of streams are locked.
    pub hls_encryption: HlsEncryption,
    /// Requests to `/tracks/:id/stream` for each application in 24 hours.
    pub plays_per_24h: u32,
    /// Whether `/preview` and `/streams` count too.
    pub streams_count_as_plays: bool,

    /// A limit on likes, reposts, follows and comments of one user, each for itself; off by default.
    pub actions: Option<RateLimit>,
    /// The gateway's limit on all calls of an application; off by default.
    pub gateway: Option<RateLimit>,
    /// The edge's limit on all calls; off by default.
    pub edge: Option<RateLimit>,
    /// The body of every 429.
    pub rate_limit_shape: RateLimitShape,
    /// `Retry-After` of every 429, in seconds; the service sends none.
    pub retry_after_s: Option<u64>,
    /// How many users one may follow.
    pub follow_cap: u32,

    /// The body of every other error.
    pub error_shape: ErrorShape,
    /// The body of a 401 for a bad token or a forbidden upload.
    pub unauthorized_body: UnauthorizedBody,
    /// What is wrong with lists.
    pub pages: PageFault,
    /// What is odd about tracks, playlists, users and comments.
    pub members: MemberFault,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            legacy: true,
            old_oauth: false,
            legacy_ids: false,
            legacy_ids_differ: false,
            uri_form: UriForm::Urn,
            strict: false,
            token_life_s: 3599.0,
            code_life_s: 600.0,
            client_credentials: ClientCredentials::Basic,
            client_credentials_per_12h: 50,
            client_credentials_per_1h: 30,
            oauth1_window_s: 300.0,
            revoked_oauth1_tokens: Vec::new(),
            refresh: Refresh::Rotate,
            apps: Vec::new(),
            public_app: false,
            any_loopback_port: false,
            app_may_write: true,
            email_confirmed: true,
            plan: "Pro Unlimited".to_owned(),
            quota_s: Some(10_800),
            country: "PT".to_owned(),
            users: BTreeMap::new(),
            access_rules: Vec::new(),
            max_upload_bytes: 4_000_000_000,
            processing_delay_s: 0.0,
            processing: Processing::ByContent,
            created_status: CreatedStatus::Created,
            stream_life_s: 300.0,
            expired_streams: false,
            hls_encryption: HlsEncryption::None,
            plays_per_24h: 15_000,
            streams_count_as_plays: false,
            actions: None,
            gateway: None,
            edge: None,
            rate_limit_shape: RateLimitShape::ByKind,
            retry_after_s: None,
            follow_cap: 2_000,
            error_shape: ErrorShape::Object,
            unauthorized_body: UnauthorizedBody::Error,
            pages: PageFault::None,
            members: MemberFault::None,
        }
    }
}

impl Switches {
    /// What a user may do.
    pub(super) fn access(&self, user: &User) -> Cow<'_, UserAccess> {
        match self.users.get(&user.permalink) {
            Some(access) => Cow::Borrowed(access),
            None if user.id == FIRST => Cow::Owned(UserAccess {
                password: None,
                plan: self.plan.clone(),
                email_confirmed: self.email_confirmed,
                quota_s: self.quota_s,
                country: None,
            }),
            None => Cow::Owned(UserAccess::default()),
        }
    }
}

/// What a user may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct UserAccess {
    /// The password; `None` is the one that the description gives.
    pub password: Option<String>,
    /// The plan. Artwork and storefronts need one that starts with `Pro`.
    pub plan: String,
    /// Whether the e-mail address is confirmed; without it uploads are a bare 401.
    pub email_confirmed: bool,
    /// Seconds of audio that the user may have; `None` is unlimited.
    pub quota_s: Option<u64>,
    /// Where the user's requests seem to come from; `None`: as the switch `country` says.
    pub country: Option<String>,
}

impl Default for UserAccess {
    fn default() -> Self {
        Self {
            password: None,
            plan: "Free".to_owned(),
            email_confirmed: true,
            quota_s: Some(10_800),
            country: None,
        }
    }
}

impl UserAccess {
    /// Whether the plan has what only paid ones have.
    pub(super) fn is_pro(&self) -> bool {
        self.plan.starts_with("Pro")
    }
}

/// What `uri` members name things by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UriForm {
    /// `…/tracks/soundcloud:tracks:70071`, since June 2025.
    Urn,
    /// `…/tracks/70071`, as before June 2025.
    Number,
}

/// Where the credentials of the client-credentials grant are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClientCredentials {
    /// In HTTP Basic, as the guide says.
    Basic,
    /// In HTTP Basic and in the form; some clients report that the form is what works.
    Both,
}

/// How a refresh ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refresh {
    /// A new pair; the old refresh token is spent.
    Rotate,
    /// 400 `invalid_grant`, the refresh token stays good.
    InvalidGrant,
}

/// A rule about who may hear a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AccessRule {
    /// The track's URN or number.
    #[serde(deserialize_with = "track")]
    pub track: String,
    /// Only for requests that seem to come from one of these countries; empty is everywhere.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Only for users who are logged in, or only for applications; `None` is both.
    #[serde(default)]
    pub logged_in: Option<bool>,
    /// How much of it they hear.
    pub access: Access,
}

impl AccessRule {
    /// For everybody, everywhere; `track` is a URN or a number.
    #[must_use]
    pub fn new(track: &str, access: Access) -> Self {
        Self { track: track.to_owned(), countries: Vec::new(), logged_in: None, access }
    }
}

/// How much of a track somebody hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Access {
    /// The whole track.
    Playable,
    /// Thirty seconds of it.
    Preview,
    /// Nothing: streams of the track are 404.
    Blocked,
}

/// How the processing of an upload ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Processing {
    /// It succeeds if the first bytes are those of a known format; else the upload is 422.
    ByContent,
    /// It succeeds, whatever the bytes are.
    Finished,
    /// It fails: the state becomes `failed`.
    Failed,
    /// It does not end.
    Never,
}

/// How the segments of streams are locked: AES-128 (RFC 8216, section 4.3.2.4), two segments to a key, the first of them with
/// the number 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HlsEncryption {
    /// Not at all.
    None,
    /// The initialization vector of a segment is its number.
    ImplicitIv,
    /// The playlist names the initialization vector of each segment.
    ExplicitIv,
}

/// Status of what makes something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CreatedStatus {
    /// 201, as documented.
    #[serde(rename = "201")]
    Created,
    /// 200, as seen once for an upload.
    #[serde(rename = "200")]
    Ok,
}

/// The five bodies of a 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RateLimitShape {
    /// Each limit with its own.
    ByKind,
    /// `errors[0].meta.rate_limit`, as documented for plays.
    Meta,
    /// `rate_limit_exceeded`: on the API host in the error object, on the authorization host as `error`.
    Code,
    /// The error object with `spam_warning_urn`.
    Spam,
    /// `{"error": "Rate Limit Exceeded"}`, pretty printed.
    Gateway,
    /// The text `Please slow down.`.
    Edge,
}

/// The bodies of other refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorShape {
    /// `code`, `message`, `link` and the deprecated `status`, `errors` and `error`, as live replies have.
    Object,
    /// `code`, `message`, `link`, as the examples of the specification have.
    ShortObject,
    /// `errors` alone: `{"errors": [{"error_message": "…"}]}`.
    Errors,
    /// `{"errors": ["…"]}`, as before July 2026.
    ErrorTexts,
    /// One text: `{"error": "…"}`.
    Error,
    /// An empty body.
    Empty,
    /// The message as plain text.
    Text,
    /// A page of the edge.
    Html,
    /// XML of the old API: `<errors><error>…</error></errors>`.
    Xml,
}

/// The body of a bare 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnauthorizedBody {
    /// The error object with an empty `message`.
    Error,
    /// One newline as `text/plain`.
    Newline,
}

/// Oddities of lists that the service was seen to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PageFault {
    /// Lists are as they should be.
    None,
    /// `next_href` leads to the same page for ever.
    Repeated,
    /// The first page is empty and has a `next_href` to the real first page.
    EmptyFirst,
    /// The page is empty and has a `next_href` to another one that stands at the same place.
    Empty,
    /// The page has half as many entries as were asked for, as if filters came after paging.
    Short,
    /// `next_href` is on a host that cannot be reached.
    ForeignHost,
    /// `next_href` has lost the `access` filter.
    DroppedAccess,
    /// The last page has `"next_href": null`.
    NullAtEnd,
}

/// Oddities of tracks, playlists, users and comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MemberFault {
    /// Members are as they should be.
    None,
    /// Everything but `urn` and `kind` is null.
    Null,
    /// Only `urn`, `kind` and a name are there.
    Missing,
    /// `access`, `sharing` and `license` have values that no document knows.
    UnknownEnums,
}

fn track<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match identifier("tracks", &text) {
        Some(_) => Ok(text),
        None => Err(serde::de::Error::custom(
            "invalid track: expected `soundcloud:tracks:N` or a number in quotes",
        )),
    }
}
