//! MuseScore: `api.musescore.com`, `musescore.com` and `static.musescore.com`.

use std::sync::Arc;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::description::MusescoreAccess;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use crate::seed::{Seed, alphanumeric};

/// The switches of MuseScore.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switches {}

/// The service and its state.
pub(crate) struct Service {
    consumer_key: String,
    consumer_secret: String,
    access_token: String,
    access_token_secret: String,
}

impl Service {
    pub(crate) fn new(seed: Seed) -> Self {
        let mut rng = seed.rng("musescore.access");
        let mut text = || alphanumeric(&mut rng, 32);
        Self {
            consumer_key: text(),
            consumer_secret: text(),
            access_token: text(),
            access_token_secret: text(),
        }
    }

    /// Puts the seeded catalogue in place.
    pub(crate) fn fill(&self, _: &Arc<House>) {}

    /// How the first user of the first consumer gets in.
    pub(crate) fn access(&self, house: &House) -> MusescoreAccess {
        MusescoreAccess {
            base_url: house.origin(Host::Musescore) + "/services/rest/",
            oauth_url: house.origin(Host::Musescore) + "/oauth/",
            web_url: house.origin(Host::MusescoreWeb) + "/",
            static_url: house.origin(Host::MusescoreStatic) + "/",
            consumer_key: self.consumer_key.clone(),
            consumer_secret: self.consumer_secret.clone(),
            access_token: self.access_token.clone(),
            access_token_secret: self.access_token_secret.clone(),
        }
    }
}

/// Answers one request to the API host.
pub(crate) async fn answer(_: &Arc<House>, _: &mut Call) -> Reply {
    Reply::empty(StatusCode::NOT_FOUND)
}

/// Answers one request to the web site.
pub(crate) async fn answer_web(_: &Arc<House>, _: &mut Call) -> Reply {
    Reply::empty(StatusCode::NOT_FOUND)
}

/// Answers one request for a file.
pub(crate) async fn answer_static(_: &Arc<House>, _: &mut Call) -> Reply {
    Reply::empty(StatusCode::NOT_FOUND)
}
