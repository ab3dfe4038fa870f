//! The switches of Soundstripe.

use serde::{Deserialize, Serialize};

use crate::kit::from_zero;

/// How Soundstripe behaves where its documents are silent or disagree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Switches {
    /// Whether the three headers have to be exactly as documented; else 401, 406, 415.
    pub strict_headers: bool,
    /// Whether a page size outside 1..=100 or a page number below 1 is a 400 instead of being moved into the range.
    pub strict_pagination: bool,
    /// The scheme of page links.
    pub link_scheme: LinkScheme,
    /// How many requests a key has in any one-second window; `None` for no limit.
    pub rate_limit: Option<u32>,
    /// Whether a 429 has `Retry-After: 1`.
    pub rate_limit_retry_after: bool,
    /// The form of a song's key.
    pub key_shape: KeyShape,
    /// Which attributes audio files have.
    pub audio_file_shape: AudioFileShape,
    /// Whether one song comes with its primary artist and audio file only.
    pub retrieve_song_primary_only: bool,
    /// How several included terms of one filter combine.
    pub tag_match: TagMatch,
    /// What `GET /v1/tags` makes of a category that does not exist.
    pub unknown_tag_category: UnknownTagCategory,
    /// What `GET /v1/categories` lists.
    pub categories_list: CategoriesList,
    /// Which songs a playlist links to.
    pub playlist_linkage: PlaylistLinkage,
    /// The status of a new YouTube code: 200 or 201.
    pub digital_usage_status: u16,
    /// For how many seconds links of the catalogue work.
    #[serde(deserialize_with = "from_zero")]
    pub media_ttl_s: f64,
    /// For how many seconds links in Supe results work.
    #[serde(deserialize_with = "from_zero")]
    pub supe_ttl_s: f64,
    /// How many seconds a search takes.
    #[serde(deserialize_with = "from_zero")]
    pub search_delay_s: f64,
    /// For how many seconds a new search is not found.
    #[serde(deserialize_with = "from_zero")]
    pub search_visible_after_s: f64,
    /// How a search ends.
    pub search_outcome: SearchOutcome,
    /// For how many seconds the result of a search is given again.
    #[serde(deserialize_with = "from_zero")]
    pub search_cache_s: f64,
    /// Whether a search whose results come from the cache sends a webhook, too.
    pub webhook_for_cached: bool,
    /// How many seconds the processing of an asset takes: half of them it is `pending`, half `processing`.
    #[serde(deserialize_with = "from_zero")]
    pub asset_delay_s: f64,
    /// How the processing of an asset ends.
    pub asset_outcome: AssetOutcome,
    /// The length of every uploaded video, in seconds: the sandbox does not look into videos.
    #[serde(deserialize_with = "from_zero")]
    pub video_duration_s: f64,
    /// The status for assets that are too large or of a wrong type.
    pub asset_refusal: AssetRefusal,
    /// After how many seconds a failed webhook is sent again; the delay doubles from try to try, five in all.
    #[serde(deserialize_with = "from_zero")]
    pub webhook_retry_s: f64,
    /// What a webhook is sent again with.
    pub webhook_redelivery: WebhookRedelivery,
    /// How many times a webhook comes once more although the receiver returned 2xx.
    pub webhook_repeats: u32,
}

/// What a webhook is sent again with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebhookRedelivery {
    /// A timestamp and a signature of its own.
    SignedAgain,
    /// The same bytes, headers included.
    Same,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            strict_headers: false,
            strict_pagination: false,
            link_scheme: LinkScheme::Own,
            rate_limit: Some(25),
            rate_limit_retry_after: true,
            key_shape: KeyShape::Object,
            audio_file_shape: AudioFileShape::Documented,
            retrieve_song_primary_only: false,
            tag_match: TagMatch::All,
            unknown_tag_category: UnknownTagCategory::Refused,
            categories_list: CategoriesList::Top,
            playlist_linkage: PlaylistLinkage::Page,
            digital_usage_status: 201,
            media_ttl_s: 3600.0,
            supe_ttl_s: 7.0 * 86_400.0,
            search_delay_s: 0.0,
            search_visible_after_s: 0.0,
            search_outcome: SearchOutcome::Completed,
            search_cache_s: 86_400.0,
            webhook_for_cached: false,
            asset_delay_s: 0.0,
            asset_outcome: AssetOutcome::ByContent,
            video_duration_s: 30.0,
            asset_refusal: AssetRefusal::BadRequest,
            webhook_retry_s: 1.0,
            webhook_redelivery: WebhookRedelivery::SignedAgain,
            webhook_repeats: 0,
        }
    }
}

/// The scheme of page links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LinkScheme {
    /// That of the sandbox's own URL.
    Own,
    /// `http`, as the service was seen to send.
    Http,
    /// `https`, as its documentation prints.
    Https,
}

/// The form of a song's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyShape {
    /// An object: `{"name": "Ab/G#", "mode": "major"}`.
    Object,
    /// A text: `"Ab/G# Major"`.
    String,
}

/// Which attributes audio files have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AudioFileShape {
    /// `instrumental`, as in the newer documentation.
    Documented,
    /// `file_extension`, `exclusions` and `vocal_degree`, as in older samples.
    Legacy,
    /// The attributes of both.
    Superset,
}

/// How several included terms of one filter combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TagMatch {
    /// Every one has to match.
    All,
    /// One has to match.
    Any,
}

/// What `GET /v1/tags` makes of a category that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnknownTagCategory {
    /// 400 with a message.
    Refused,
    /// 200 with an empty list.
    Empty,
}

/// What `GET /v1/categories` lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CategoriesList {
    /// Categories without a parent.
    Top,
    /// Parents and children side by side.
    All,
}

/// Which songs a playlist links to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlaylistLinkage {
    /// Those of the page.
    Page,
    /// All songs of the playlist, whatever the page.
    All,
}

/// How a search ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SearchOutcome {
    /// `completed`, with the songs that were found.
    Completed,
    /// `failed`, without any song.
    Failed,
}

/// How the processing of an asset ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssetOutcome {
    /// As pixels and length deserve.
    ByContent,
    /// `processed`, whatever the bytes are.
    Processed,
    /// `failed`, whatever the bytes are.
    Failed,
}

/// The status for assets that are too large or of a wrong type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssetRefusal {
    /// 400 for a file that is too large and for one of a wrong type.
    BadRequest,
    /// 413 for a file that is too large, 415 for one of a wrong type.
    Specific,
}
