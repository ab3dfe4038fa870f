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
use serde::{Deserialize, Serialize};

pub(crate) use object::Object;

use crate::call::Call;
use crate::guarded::Guarded;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;
use crate::seed::Seed;
use sign::Signer;

/// How presigned URLs are handed out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Switches {
    /// What stands in front of the path instead of the storage host's own origin, such as `http://169.254.169.254`.
    pub link_origin: Option<String>,
}

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
        let origin = house.switches.lock().storage.link_origin.clone();
        let origin = origin.unwrap_or_else(|| house.origin(Host::STORAGE));
        format!("{origin}{path}?{}", self.signer.query(method, path, expires))
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

/// An object as a public bucket serves it: ranges and conditions as for presigned downloads, nothing to sign.
pub(crate) fn public(house: &House, call: &Call, object: &Object) -> Reply {
    download::get(house, call, object)
}

/// 403 of a public bucket.
pub(crate) fn public_denied() -> Reply {
    xml::error(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied", "")
}

/// 404 of a public bucket that has a host name of its own.
pub(crate) fn public_missing(call: &Call) -> Reply {
    xml::no_such_key(&format!("/bucket{}", call.path))
}

/// The refusal of a method that a public bucket does not take.
pub(crate) fn public_method_refusal(call: &Call) -> Reply {
    xml::method_not_allowed(&call.method).header(http::header::ALLOW, "GET, HEAD")
}
