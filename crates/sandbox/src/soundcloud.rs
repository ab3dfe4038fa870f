//! SoundCloud: `api.soundcloud.com` and `secure.soundcloud.com`.

use std::sync::Arc;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::description::SoundcloudAccess;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use crate::seed::{Seed, alphanumeric};

/// The switches of SoundCloud.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switches {}

/// The service and its state.
pub(crate) struct Service {
    client_id: String,
    client_secret: String,
    password: String,
    access_token: String,
}

impl Service {
    pub(crate) fn new(seed: Seed) -> Self {
        let mut rng = seed.rng("soundcloud.access");
        Self {
            client_id: alphanumeric(&mut rng, 32),
            client_secret: alphanumeric(&mut rng, 32),
            password: alphanumeric(&mut rng, 16),
            access_token: alphanumeric(&mut rng, 36),
        }
    }

    /// Puts the seeded catalogue in place.
    pub(crate) fn fill(&self, _: &Arc<House>) {}

    /// How the first user of the first application gets in.
    pub(crate) fn access(&self, house: &House) -> SoundcloudAccess {
        SoundcloudAccess {
            base_url: house.origin(Host::Soundcloud) + "/",
            auth_url: house.origin(Host::SoundcloudAuth) + "/",
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            redirect_uri: "http://127.0.0.1:8765/callback".to_owned(),
            username: "okafor".to_owned(),
            password: self.password.clone(),
            access_token: self.access_token.clone(),
        }
    }
}

/// Answers one request to the API host.
pub(crate) async fn answer(_: &Arc<House>, _: &mut Call) -> Reply {
    Reply::empty(StatusCode::NOT_FOUND)
}

/// Answers one request to the authorization host.
pub(crate) async fn answer_auth(_: &Arc<House>, _: &mut Call) -> Reply {
    Reply::empty(StatusCode::NOT_FOUND)
}
