//! Soundstripe: `api.soundstripe.com`.

mod accounts;
mod assets;
mod catalogue;
mod categories;
mod desk;
mod digital_usages;
mod document;
mod headers;
mod image;
mod media;
mod paging;
mod playlists;
mod private_items;
mod private_playlists;
mod query;
mod rate;
mod refusal;
mod route;
mod search_job;
mod searches;
mod songs;
mod sound_effects;
mod switches;
mod tags;
mod terms;
mod webhooks;
mod world;

use std::sync::{Arc, OnceLock};

pub use accounts::{SoundstripeAccount, SoundstripeKey};
pub use switches::{
    AssetOutcome, AssetRefusal, AudioFileShape, CategoriesList, KeyShape, LinkScheme, PlaylistLinkage,
    SearchOutcome, Switches, TagMatch, UnknownTagCategory, WebhookRedelivery,
};

use crate::call::Call;
use crate::description::SoundstripeAccess;
use crate::guarded::Guarded;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use crate::seed::Seed;
use accounts::Accounts;
use catalogue::Catalogue;
use desk::{Desk, Payload};
use media::Tones;
use query::Query;
use route::Route;
use world::World;

/// The service and its state.
pub(crate) struct Service {
    seed: Seed,
    accounts: Accounts,
    /// Made when it is first asked for: thousands of songs are of no use to tests of other services.
    catalogue: OnceLock<Arc<Catalogue>>,
    tones: OnceLock<Tones>,
    world: Guarded<World>,
}

impl Service {
    pub(crate) fn new(seed: Seed) -> Self {
        Self {
            seed,
            accounts: Accounts::new(seed),
            catalogue: OnceLock::new(),
            tones: OnceLock::new(),
            world: Guarded::default(),
        }
    }

    /// Puts the seeded private playlists in place; the catalogue cannot be changed.
    pub(crate) fn fill(&self, _: &Arc<House>) {
        *self.world.lock() = World::new(self.seed);
    }

    /// How the first account gets in.
    pub(crate) fn access(&self, house: &House) -> SoundstripeAccess {
        let key = self.accounts.first_key();
        SoundstripeAccess {
            base_url: house.origin(Host::SOUNDSTRIPE) + "/v1/",
            token: key.token,
            webhook_secret: key.webhook_secret,
        }
    }

    /// Every account with its keys and the private playlists that it has now.
    pub(crate) fn accounts(&self) -> Vec<SoundstripeAccount> {
        let world = self.world.lock();
        let mut accounts = self.accounts.all().to_vec();
        for (index, account) in accounts.iter_mut().enumerate() {
            account.private_playlists = world.playlists_of(index).map(|(id, _)| id).collect();
        }
        accounts
    }

    fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(self.catalogue.get_or_init(|| Arc::new(Catalogue::new(self.seed))))
    }

    fn tones(&self) -> &Tones {
        self.tones.get_or_init(Tones::new)
    }
}

/// Answers one request. The order of the checks: route, key, rate, right, `Accept`, `Content-Type`, content, look-up.
pub(crate) async fn answer(house: &Arc<House>, call: &mut Call) -> Reply {
    match handle(house, call).await {
        Ok(reply) | Err(reply) => reply,
    }
}

async fn handle(house: &Arc<House>, call: &mut Call) -> Result<Reply, Reply> {
    let route = Route::find(&call.method, &call.segments()).ok_or_else(refusal::no_route)?;
    let service = &house.soundstripe;
    let switches = call.switches.soundstripe.clone();
    let key = headers::key(call, switches.strict_headers).ok_or_else(refusal::invalid_token)?;
    let account = service.accounts.of(&key).ok_or_else(refusal::invalid_token)?;
    if let Some(limit) = switches.rate_limit {
        let now = house.clock.now();
        let wait = service.world.lock().rate.count(account, limit, now);
        if wait.is_some() {
            return Err(refusal::rate_limited(switches.rate_limit_retry_after));
        }
    }
    route.check_right(&service.accounts.all()[account])?;
    headers::check_accept(call, switches.strict_headers)?;
    headers::check_content_type(call, &route, switches.strict_headers)?;
    let payload = Payload::read(call, &route).await?;
    let mut desk = Desk {
        house,
        catalogue: service.catalogue(),
        query: Query::new(call.query_pairs()),
        path: call.path.clone(),
        switches,
        account,
    };
    desk.dispatch(&route, payload)
}
