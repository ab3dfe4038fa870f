//! Soundstripe: `api.soundstripe.com`.

use std::sync::Arc;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::description::SoundstripeAccess;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use crate::seed::{Seed, hexadecimal};

/// The switches of Soundstripe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switches {}

/// The service and its state.
pub(crate) struct Service {
    token: String,
    webhook_secret: String,
}

impl Service {
    pub(crate) fn new(seed: Seed) -> Self {
        let mut rng = seed.rng("soundstripe.access");
        let token = hexadecimal(&mut rng, 40);
        Self { token, webhook_secret: format!("whsec_{}", hexadecimal(&mut rng, 32)) }
    }

    /// Puts the seeded catalogue in place.
    pub(crate) fn fill(&self, _: &Arc<House>) {}

    /// How the first account gets in.
    pub(crate) fn access(&self, house: &House) -> SoundstripeAccess {
        SoundstripeAccess {
            base_url: house.origin(Host::Soundstripe) + "/v1/",
            token: self.token.clone(),
            webhook_secret: self.webhook_secret.clone(),
        }
    }
}

/// Answers one request.
pub(crate) async fn answer(_: &Arc<House>, _: &mut Call) -> Reply {
    Reply::empty(StatusCode::NOT_FOUND)
}
