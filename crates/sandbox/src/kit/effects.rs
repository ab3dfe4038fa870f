//! What requests have done: counts of things created, changed and deleted, so that a lost or doubled write shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::mutex::Mutex;

/// How often one kind of thing was created, changed or deleted since the start or the last reset.
///
/// The seeded catalogue is not counted. A delete that takes other things with it counts each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Count {
    /// How many things of the kind were made.
    pub created: u64,
    /// How often things that existed became different: a write that leaves everything as it was does not count.
    pub changed: u64,
    /// How many things of the kind were removed.
    pub deleted: u64,
}

/// The counts of every kind, grouped by service: `effects["soundslice"]["slices"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Effects(BTreeMap<String, BTreeMap<String, Count>>);

impl Effects {
    /// The count of one kind; zero if nothing happened to it.
    #[must_use]
    pub fn of(&self, service: &str, kind: &str) -> Count {
        self.0.get(service).and_then(|kinds| kinds.get(kind)).copied().unwrap_or_default()
    }
}

#[derive(Default)]
pub(crate) struct EffectCounters(Mutex<Effects>);

impl EffectCounters {
    fn update(&self, service: &str, kind: &str, update: impl FnOnce(&mut Count)) {
        let mut effects = self.0.lock();
        let kinds = effects.0.entry(service.to_owned()).or_default();
        update(kinds.entry(kind.to_owned()).or_default());
    }

    pub(crate) fn created(&self, service: &str, kind: &str) {
        self.update(service, kind, |count| count.created += 1);
    }

    /// A write to a thing that existed; it counts if the thing is another now.
    pub(crate) fn written(&self, service: &str, kind: &str, is_different: bool) {
        if is_different {
            self.update(service, kind, |count| count.changed += 1);
        }
    }

    pub(crate) fn deleted(&self, service: &str, kind: &str) {
        self.update(service, kind, |count| count.deleted += 1);
    }

    pub(crate) fn snapshot(&self) -> Effects {
        self.0.lock().clone()
    }

    pub(crate) fn reset(&self) {
        *self.0.lock() = Effects::default();
    }
}
