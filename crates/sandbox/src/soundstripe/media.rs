//! Sound behind signed, expiring links on the storage host.

use std::time::Duration;

use serde_json::{Value, json};

use super::context::RequestContext;
use super::state::Soundstripe;
use crate::kit::seconds;
use crate::storage::Object;

/// For how long links work.
#[derive(Clone, Copy)]
pub(super) struct Lifetime(Duration);

impl Lifetime {
    pub(super) fn seconds(life_s: f64) -> Self {
        Self(seconds(life_s))
    }
}

/// The `versions` of a file: fresh links to both formats.
pub(super) fn versions(service: &Soundstripe, folder: &str, id: u64, lifetime: Lifetime) -> Value {
    let (mp3, wav) = service.tones().of(id);
    let link = |extension: &str, object: &Object| {
        let path = format!("/soundstripe-media/{folder}/{id}.{extension}");
        service.storage.put(&path, object.clone());
        service.storage.download_url(&path, lifetime.0)
    };
    json!({"mp3": link("mp3", mp3), "wav": link("wav", wav)})
}

impl RequestContext<'_> {
    /// Links live as long as the catalogue's.
    pub(super) fn lifetime(&self) -> Lifetime {
        Lifetime::seconds(self.switches.media_ttl_s)
    }

    /// The `versions` of a file.
    pub(super) fn versions(&self, folder: &str, id: u64, lifetime: Lifetime) -> Value {
        versions(self.service, folder, id, lifetime)
    }
}
