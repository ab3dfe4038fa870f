//! The service and its state.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::apps::{self, SoundcloudApp};
use super::error::{ErrorResponse, Limit, LimitKind, Result};
use super::session::{Grant, Pair};
use super::store::Store;
use super::switches::Switches;
use crate::kit::{Host, Mutex, SandboxState, Seed, Switchboard, alphanumeric};
use crate::storage::Storage;

/// The service's name among the effects.
pub(super) const SERVICE: &str = "soundcloud";

/// A SoundCloud application, a user of it, and where they are good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundcloudAccess {
    /// The API's base URL, with a slash at the end.
    pub base_url: String,
    /// The authorization server's base URL, with a slash at the end.
    pub auth_url: String,
    /// The client ID of the first application.
    pub client_id: String,
    /// The secret of the application.
    pub client_secret: String,
    /// Its registered redirect URI.
    pub redirect_uri: String,
    /// The user's name, for the legacy password grant and the sign-in page.
    pub username: String,
    /// The password of the user, for the same two.
    pub password: String,
    /// A token of the user that is valid at the start.
    pub access_token: String,
}

/// SoundCloud with its users and their tracks.
pub(crate) struct Soundcloud {
    pub(super) sandbox: Arc<SandboxState>,
    pub(super) storage: Arc<Storage>,
    pub(crate) switches: Switchboard<Switches>,
    pub(super) seed: Seed,
    pub(super) client_id: String,
    pub(super) apps: [SoundcloudApp; 3],
    pub(super) password: String,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) store: Mutex<Store>,
}

impl Soundcloud {
    pub(crate) fn new(
        seed: Seed,
        sandbox: &Arc<SandboxState>,
        storage: &Arc<Storage>,
        switches: Switches,
    ) -> Self {
        let mut rng = seed.rng("soundcloud.access");
        let (client_id, client_secret) = (alphanumeric(&mut rng, 32), alphanumeric(&mut rng, 32));
        Self {
            sandbox: Arc::clone(sandbox),
            storage: Arc::clone(storage),
            switches: Switchboard::new(switches),
            seed,
            apps: apps::seeded(seed, &client_id, &client_secret),
            client_id,
            password: alphanumeric(&mut rng, 16),
            access_token: format!("2-400113-5512-{}", alphanumeric(&mut rng, 22)),
            refresh_token: alphanumeric(&mut rng, 32),
            store: Mutex::new(Store::new(seed)),
        }
    }

    /// How the first user of the first application gets in.
    pub(crate) fn access(&self) -> SoundcloudAccess {
        let app = &self.apps[0];
        SoundcloudAccess {
            base_url: self.sandbox.origin(Host::SOUNDCLOUD) + "/",
            auth_url: self.sandbox.origin(Host::SOUNDCLOUD_AUTH) + "/",
            client_id: self.client_id.clone(),
            client_secret: app.client_secret.clone().unwrap_or_default(),
            redirect_uri: app.redirect_uris.first().cloned().unwrap_or_default(),
            username: "okafor".to_owned(),
            password: self.password.clone(),
            access_token: self.access_token.clone(),
        }
    }

    /// Seconds since the Unix epoch.
    pub(super) fn now(&self) -> f64 {
        self.sandbox.clock.now().as_secs_f64()
    }

    /// The user of this name, if the password is right.
    pub(super) fn log_in(
        &self,
        switches: &Switches,
        store: &Store,
        name: &str,
        password: Option<&str>,
    ) -> Option<u64> {
        let user = store.user_named(name)?;
        let access = switches.access(user);
        let right = access.password.as_ref().unwrap_or(&self.password);
        (password == Some(right.as_str())).then_some(user.id)
    }

    /// The application of this identifier as the switches have it: a seeded one or a further one.
    pub(super) fn app(&self, switches: &Switches, id: &str) -> Option<SoundcloudApp> {
        let mut apps = self.apps.iter().chain(&switches.apps);
        let mut app = apps.find(|app| app.is(id))?.clone();
        if app.client_id == self.client_id {
            app.may_write &= switches.app_may_write;
        }
        Some(app)
    }

    /// The application, if the secret is its own or it has none to give.
    pub(super) fn known_app(
        &self,
        switches: &Switches,
        id: Option<&str>,
        secret: Option<&str>,
    ) -> Option<SoundcloudApp> {
        let app = self.app(switches, id?)?;
        let excused = switches.public_app && app.client_id == self.client_id;
        (app.proves_itself(secret.filter(|secret| !secret.is_empty())).unwrap_or(excused)).then_some(app)
    }

    /// The limits of edge and gateway, which know nothing of operations and users.
    pub(super) fn count_request(&self, switches: &Switches) -> Result<()> {
        let mut store = self.store.lock();
        let limits =
            [("edge", switches.edge, LimitKind::Edge), ("gateway", switches.gateway, LimitKind::Gateway)];
        for (name, limit, kind) in limits {
            if let Some(limit) = limit
                && let Err(end) = store.windows.count(name, limit, self.now())
            {
                return Err(ErrorResponse::Limited(Limit::new(kind, limit, end)));
            }
        }
        Ok(())
    }

    /// Issues a pair of tokens.
    pub(super) fn issue(&self, life_s: f64, store: &mut Store, grant: Grant) -> Pair {
        store.sessions.issue(&mut store.rng, grant, self.now() + life_s)
    }

    /// Ends the session of an access token; `false` if it was over.
    pub(super) fn end_session(&self, token: &str) -> bool {
        let ended = self.store.lock().sessions.end(token, self.now());
        if ended {
            self.sandbox.effects.deleted(SERVICE, "tokens");
        }
        ended
    }
}
