//! Soundslice: the data API of `www.soundslice.com`.

use std::sync::Arc;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::description::SoundsliceAccess;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use crate::seed::{Seed, alphanumeric};

/// The switches of Soundslice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switches {}

/// The service and its state.
pub(crate) struct Service {
    app_id: String,
    password: String,
}

impl Service {
    pub(crate) fn new(seed: Seed) -> Self {
        let mut rng = seed.rng("soundslice.access");
        Self { app_id: alphanumeric(&mut rng, 20), password: alphanumeric(&mut rng, 32) }
    }

    /// Puts the seeded catalogue in place.
    pub(crate) fn fill(&self, _: &Arc<House>) {}

    pub(crate) fn accounts(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    /// How the first account gets in.
    pub(crate) fn access(&self, house: &House) -> SoundsliceAccess {
        SoundsliceAccess {
            base_url: house.origin(Host::Soundslice) + "/api/v1/",
            app_id: self.app_id.clone(),
            password: self.password.clone(),
        }
    }
}

/// Answers one request.
pub(crate) async fn answer(_: &Arc<House>, _: &mut Call) -> Reply {
    Reply::empty(StatusCode::NOT_FOUND)
}
