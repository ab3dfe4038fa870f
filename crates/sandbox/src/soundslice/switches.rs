//! The switches of Soundslice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kit::{RateLimit, from_zero};

/// How Soundslice behaves where its documents are silent or disagree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Switches {
    /// The response to bad or missing credentials.
    pub bad_credentials: BadCredentials,
    /// A limit on calls, per application ID; off by default.
    pub rate_limit: Option<RateLimit>,
    /// Whether a 429 carries `Retry-After`, in seconds.
    pub rate_limit_retry_after: bool,
    /// The right to allow embedding on any domain (`embed_status` 2). Without it: 422.
    pub embed_status_2: bool,
    /// The right to upload notation. Without it: 403.
    pub notation_upload: bool,
    /// The right to duplicate slices. Without it: 422.
    pub duplicate: bool,
    /// How long a presigned upload URL works, in seconds.
    #[serde(deserialize_with = "from_zero")]
    pub upload_life_s: f64,
    /// How long a download URL works, in seconds.
    #[serde(deserialize_with = "from_zero")]
    pub download_life_s: f64,
    /// After how many seconds the contents of a duplicate appear.
    #[serde(deserialize_with = "from_zero")]
    pub duplicate_delay_s: f64,
    /// How many seconds the processing of notation takes.
    #[serde(deserialize_with = "from_zero")]
    pub notation_delay_s: f64,
    /// How the processing of notation ends.
    pub notation_outcome: Outcome,
    /// How many seconds the processing of media takes.
    #[serde(deserialize_with = "from_zero")]
    pub media_delay_s: f64,
    /// How the processing of media ends.
    pub media_outcome: Outcome,
    /// Seconds of media whose bytes do not tell: linked sources, and uploads other than MP3 and WAV. `None`: never known.
    pub media_duration_s: Option<f64>,
    /// Seconds of single recordings, by recording ID; goes before everything else.
    pub media_durations_s: BTreeMap<u64, f64>,
    /// What names the slice in a callback.
    pub callback_key: CallbackKey,
    /// Status codes of Get slice, Get recordings and Delete recording.
    pub success_codes: SuccessCodes,
    /// So many generated slices are added to what List slices and Get slice give. They cannot be changed.
    pub extra_slices: u32,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            bad_credentials: BadCredentials::Forbidden,
            rate_limit: None,
            rate_limit_retry_after: true,
            embed_status_2: true,
            notation_upload: true,
            duplicate: true,
            upload_life_s: 300.0,
            download_life_s: 900.0,
            duplicate_delay_s: 0.0,
            notation_delay_s: 0.0,
            notation_outcome: Outcome::ByContent,
            media_delay_s: 0.0,
            media_outcome: Outcome::ByContent,
            media_duration_s: Some(180.0),
            media_durations_s: BTreeMap::new(),
            callback_key: CallbackKey::Both,
            success_codes: SuccessCodes::Observed,
            extra_slices: 0,
        }
    }
}

/// The response to bad or missing credentials; no source shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum BadCredentials {
    /// 403 with an empty JSON object, `{}`.
    #[serde(rename = "403")]
    Forbidden,
    /// 401 with `WWW-Authenticate: Basic realm="api"`.
    #[serde(rename = "401")]
    Unauthorized,
}

/// How the processing of an uploaded file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// As the uploaded bytes deserve.
    ByContent,
    /// It succeeds, whatever the bytes are.
    Ready,
    /// It fails, whatever the bytes are.
    Error,
}

impl Outcome {
    /// Whether it ends well, for bytes that deserve it or not.
    pub(super) fn is_good(self, deserved: bool) -> bool {
        match self {
            Self::ByContent => deserved,
            Self::Ready => true,
            Self::Error => false,
        }
    }
}

/// The name of the slice in a callback; the sources disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallbackKey {
    /// `scorehash` with the scorehash and `score_slug` with the slug.
    Both,
    /// `scorehash` alone.
    Scorehash,
    /// `score_slug` alone, with the slug.
    ScoreSlug,
}

/// Status codes that were seen, or those of the documents (201).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SuccessCodes {
    /// 200, as recorded responses have it.
    Observed,
    /// 201, as the documentation has it.
    Documented,
}
