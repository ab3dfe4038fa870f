//! Reference images and videos for Supe searches.

mod image;
mod upload;
mod video;

use segno_core::lenient::PassedOver;
use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::SupeAssetId;
use crate::json_api::{FromResource, Included, Resource, read_one};
use crate::open_enum::open_enum;

pub use upload::{AssetFormat, Upload};

/// An uploaded image or video. It belongs to the key that uploaded it; to any other it does not exist.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Asset {
    /// The identifier.
    pub id: SupeAssetId,
    /// How far its processing is.
    pub state: Option<AssetState>,
    /// What could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

open_enum! {
    /// How far the processing of an asset is. The names of failures are not documented.
    AssetState {
        /// Waiting.
        Pending = "pending",
        /// Under way.
        Processing = "processing",
        /// Done: a search can use it.
        Processed = "processed",
        /// Refused.
        Failed = "failed",
    }
}

impl AssetState {
    /// Whether it will not change any more. Of values that are not known, those that sound like a failure count.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Pending | Self::Processing => false,
            Self::Processed | Self::Failed => true,
            Self::Other(text) => {
                let text = text.to_lowercase();
                ["fail", "error", "reject", "expire"].iter().any(|sign| text.contains(sign))
            }
        }
    }
}

impl Asset {
    /// Whether it is processed or refused for good.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.state.as_ref().is_some_and(AssetState::is_terminal)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    status: Option<AssetState>,
    state: Option<AssetState>,
    passed_over: PassedOver,
    other: Map<String, Value>,
}

/// The type name is not documented and therefore not looked at.
impl FromResource for Asset {
    const TYPE: &'static str = "supe_assets";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let Attributes { status, state, passed_over, other } = resource.read_attributes(included)?;
        let passed_over = resource.all_passed_over(passed_over);
        Ok(Self { id: SupeAssetId::wire(&resource.id), state: status.or(state), passed_over, other })
    }
}

/// `GET /v1/supe/assets/{asset_id}`: how far the processing of an asset is.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Get {
    id: SupeAssetId,
}

impl Get {
    /// Asks for one asset.
    pub fn new(id: impl Into<SupeAssetId>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Get {
    type Output = Asset;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.supe_assets.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("supe/assets/{asset_id}", &[&self.id])
    }

    fn read(response: Response<Bytes>) -> Result<Asset, DecodeError> {
        read_one(&response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_like_a_failure_is_the_end() {
        for end in ["processed", "failed", "Failed", "processing_error", "rejected", "expired"] {
            assert!(AssetState::from(end).is_terminal(), "{end}");
        }
        for going_on in ["pending", "processing", "queued"] {
            assert!(!AssetState::from(going_on).is_terminal(), "{going_on}");
        }
    }
}
