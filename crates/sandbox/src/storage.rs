//! Object storage behind presigned URLs, as Amazon S3 does it with path-style addresses and query-string authentication
//! (signature version 2).

mod download;
mod object;
mod sign;
mod upload;
mod xml;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

pub(crate) use object::Object;

use crate::call::Call;
use crate::guarded::Guarded;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use crate::seed::Seed;
use sign::Signer;

/// Runs when an upload has arrived.
type OnUpload = Arc<dyn Fn(&Arc<House>, Object) + Send + Sync>;

/// The store and its objects.
pub(crate) struct Service {
    signer: Signer,
    world: Guarded<World>,
}

#[derive(Default)]
struct World {
    /// By path: `/bucket/key`.
    objects: HashMap<String, Object>,
    /// What to do when something is put at a path.
    expected: HashMap<String, OnUpload>,
}

impl Service {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { signer: Signer::new(seed), world: Guarded::default() }
    }

    /// Empties the store.
    pub(crate) fn fill(&self, _: &Arc<House>) {
        *self.world.lock() = World::default();
    }

    /// Puts an object at `/bucket/key`; bytes of any size, by clone of a spool.
    pub(crate) fn put(&self, path: &str, object: Object) {
        self.world.lock().objects.insert(path.to_owned(), object);
    }

    /// Removes an object; links to it then answer 404 `NoSuchKey`.
    pub(crate) fn remove(&self, path: &str) {
        self.world.lock().objects.remove(path);
    }

    /// The object at a path.
    pub(crate) fn object(&self, path: &str) -> Option<Object> {
        self.world.lock().objects.get(path).cloned()
    }

    /// A link that serves the object at `path` for this long.
    pub(crate) fn download_url(&self, house: &House, path: &str, life: Duration) -> String {
        self.url(house, &Method::GET, path, life)
    }

    /// A link that takes a PUT for this long. `arrived` runs after each one that is complete; the object is kept by it or by
    /// nobody.
    pub(crate) fn upload_url(
        &self,
        house: &House,
        path: &str,
        life: Duration,
        arrived: impl Fn(&Arc<House>, Object) + Send + Sync + 'static,
    ) -> String {
        self.world.lock().expected.insert(path.to_owned(), Arc::new(arrived));
        self.url(house, &Method::PUT, path, life)
    }

    fn url(&self, house: &House, method: &Method, path: &str, life: Duration) -> String {
        let expires = (house.clock.now() + life).as_secs();
        format!("{}{path}?{}", house.origin(Host::Storage), self.signer.query(method, path, expires))
    }

    fn expects(&self, path: &str) -> Option<OnUpload> {
        self.world.lock().expected.get(path).cloned()
    }
}

/// Answers one request.
pub(crate) async fn answer(house: &Arc<House>, call: &mut Call) -> Reply {
    let resource = call.path.clone();
    if ![Method::GET, Method::HEAD, Method::PUT, Method::DELETE].contains(&call.method) {
        return xml::method_not_allowed(&call.method);
    }
    if call.method == Method::PUT && call.body.announced().is_none() {
        return xml::not_implemented();
    }
    if let Err(refusal) = house.storage.signer.check(house, call) {
        return refusal;
    }
    match call.method {
        Method::PUT => upload::put(house, call).await,
        Method::GET | Method::HEAD => match house.storage.object(&resource) {
            Some(object) => download::get(house, call, &object),
            None => xml::no_such_key(&resource),
        },
        // Nobody gets a signature for this.
        _ => xml::error(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied", ""),
    }
}
