//! Object storage behind presigned URLs, as Amazon S3 does it with path-style addresses and query-string authentication
//! (signature version 2).

pub(crate) mod download;
mod object;
mod sign;
mod upload;
pub(crate) mod xml;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

pub(crate) use self::object::Object;

use self::sign::Signer;
use crate::kit::{
    Handling, Host, Mutex, Request, Response, Result, SandboxState, Seed, Service, Switchboard,
};

impl Host {
    /// Object storage behind presigned URLs.
    pub const STORAGE: Self = Self::new("storage");
}

pub(crate) const HOSTS: &[Host] = &[Host::STORAGE];

/// How presigned URLs are handed out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Switches {
    /// What stands in front of the path instead of the storage host's own origin, such as `http://169.254.169.254`.
    pub link_origin: Option<String>,
}

/// Runs when an upload has arrived.
type OnUpload = Arc<dyn Fn(Object) + Send + Sync>;

/// The store and its objects.
pub(crate) struct Storage {
    sandbox: Arc<SandboxState>,
    pub(crate) switches: Switchboard<Switches>,
    signer: Signer,
    store: Mutex<Store>,
}

#[derive(Default)]
struct Store {
    /// By path: `/bucket/key`.
    objects: HashMap<String, Object>,
    /// What to do when something is put at a path.
    expected: HashMap<String, OnUpload>,
}

impl Storage {
    pub(crate) fn new(seed: Seed, sandbox: &Arc<SandboxState>, switches: Switches) -> Self {
        let switches = Switchboard::new(switches);
        Self { sandbox: Arc::clone(sandbox), switches, signer: Signer::new(seed), store: Mutex::default() }
    }

    /// Puts an object at `/bucket/key`; bytes of any size, by clone of a spool.
    pub(crate) fn put(&self, path: &str, object: Object) {
        self.store.lock().objects.insert(path.to_owned(), object);
    }

    /// Removes an object; links to it then lead to a 404 `NoSuchKey`.
    pub(crate) fn remove(&self, path: &str) {
        self.store.lock().objects.remove(path);
    }

    /// A link that serves the object at `path` for this long.
    pub(crate) fn download_url(&self, path: &str, life: Duration) -> String {
        self.url(&Method::GET, path, life)
    }

    /// A link that takes a PUT for this long. `arrived` runs after each one that is complete, while there is the service; the
    /// object is kept by it or by nobody.
    pub(crate) fn upload_url<S: Send + Sync + 'static>(
        &self,
        path: &str,
        life: Duration,
        service: &Arc<S>,
        arrived: impl Fn(&Arc<S>, Object) + Send + Sync + 'static,
    ) -> String {
        // Services hold the storage; it must not hold them.
        let service = Arc::downgrade(service);
        let arrived = move |object| {
            if let Some(service) = service.upgrade() {
                arrived(&service, object);
            }
        };
        self.store.lock().expected.insert(path.to_owned(), Arc::new(arrived));
        self.url(&Method::PUT, path, life)
    }

    fn url(&self, method: &Method, path: &str, life: Duration) -> String {
        let expires = (self.sandbox.clock.now() + life).as_secs();
        let origin = self.switches.standing().link_origin.clone();
        let origin = origin.unwrap_or_else(|| self.sandbox.origin(Host::STORAGE));
        format!("{origin}{path}?{}", self.signer.query(method, path, expires))
    }

    async fn respond(&self, request: &mut Request) -> Result {
        if ![Method::GET, Method::HEAD, Method::PUT, Method::DELETE].contains(&request.method) {
            return Err(xml::method_not_allowed(&request.method));
        }
        if request.method == Method::PUT && request.body.announced().is_none() {
            return Err(xml::not_implemented());
        }
        self.signer.check(self.sandbox.clock.now(), request)?;
        match request.method {
            Method::PUT => {
                let object = upload::receive(request, self.sandbox.clock.system_time()).await?;
                let response = upload::response(&object);
                self.sandbox.effects.created("storage", "uploads");
                let arrived = self.store.lock().expected.get(&request.path).cloned();
                if let Some(arrived) = arrived {
                    arrived(object);
                }
                Ok(response)
            }
            Method::GET | Method::HEAD => {
                let object = self.store.lock().objects.get(&request.path).cloned();
                let object = object.ok_or_else(|| xml::no_such_key(&request.path))?;
                download::get(request, &object)
            }
            // Nobody gets a signature for this.
            _ => Err(xml::error(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied", "")),
        }
    }
}

impl Service for Storage {
    fn hosts(&self) -> &'static [Host] {
        HOSTS
    }

    fn reset(&self) {
        self.switches.reset();
        *self.store.lock() = Store::default();
    }

    fn handle<'a>(self: Arc<Self>, request: &'a mut Request) -> Handling<'a> {
        Box::pin(async move { Response::of(self.respond(request).await) })
    }
}
