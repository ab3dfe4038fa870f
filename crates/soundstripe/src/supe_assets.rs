//! Reference images and videos for Supe searches.
//!
//! ```no_run
//! # use segno_soundstripe::{Client, supe_assets};
//! # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let clip = segno_soundstripe::core::Body::file("drone.mp4").await?;
//! let upload = supe_assets::Upload::new(supe_assets::AssetFormat::Mp4, "drone.mp4", clip);
//! let asset = client.send(&upload).await?;
//! println!("{} {:?}", asset.id, asset.state);
//! # Ok(())
//! # }
//! ```

mod image;
mod upload;
mod video;

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, endpoint, open_enum};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::SupeAssetId;
use crate::json_api::{FromResource, Included, Resource, read_one};

pub use upload::{AssetFormat, Upload};

/// An uploaded image or video. It belongs to the key that uploaded it; to any other it does not exist.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Asset {
    /// The identifier, for [`supe_searches::Create::assets`](crate::supe_searches::Create::assets).
    pub id: SupeAssetId,
    /// The state of its processing.
    pub state: Option<AssetState>,
    /// Members that could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

open_enum! {
    /// The state of the processing of an asset. The names of failures are not documented.
    pub enum AssetState: text {
        /// It waits for processing.
        Pending = "pending",
        /// It is being processed.
        Processing = "processing",
        /// A search can use it.
        Processed = "processed",
        /// The service refused it.
        Failed = "failed",
    }
}

impl AssetState {
    /// Whether the state is final. Of unknown values, those that contain `fail`, `error`, `reject` or `expire` are.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Pending | Self::Processing => false,
            Self::Processed | Self::Failed => true,
            Self::Other(text) => {
                let text = text.to_lowercase();
                ["fail", "error", "reject", "expire"].iter().any(|word| text.contains(word))
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

#[derive(Deserialize)]
struct Wire {
    id: SupeAssetId,
    status: Option<AssetState>,
    state: Option<AssetState>,
    #[serde(default)]
    passed_over: PassedOver,
    #[serde(default)]
    other: Map<String, Value>,
}

/// The type name is not documented and therefore not checked.
impl FromResource for Asset {
    const TYPE: &'static str = "supe_assets";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let Wire { id, status, state, mut passed_over, other } = resource.read(included)?;
        resource.add_passed_over(&mut passed_over);
        Ok(Self { id, state: status.or(state), passed_over, other })
    }
}

endpoint! {
    /// `GET /v1/supe/assets/{asset_id}`: the state of an asset.
    pub struct Get { path id: SupeAssetId }
    name: "soundstripe.supe_assets.get",
    method: GET,
    path: "supe/assets/{asset_id}",
    replay: Safe,
    response: Asset,
    error: ApiError,
    read: read_one,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_final_whatever_they_are_called() {
        for end in ["processed", "failed", "Failed", "processing_error", "rejected", "expired"] {
            assert!(AssetState::from(end).is_terminal(), "{end}");
        }
        for going_on in ["pending", "processing", "queued"] {
            assert!(!AssetState::from(going_on).is_terminal(), "{going_on}");
        }
    }
}
