//! What there is: scores, tokens, nonces.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use fastrand::Rng;

use super::rendering::Rendering;
use crate::kit::{Seed, alphanumeric, hexadecimal};
use crate::oauth1::nonces::Nonces;
use crate::storage::Object;

pub(super) struct Store {
    pub(super) scores: BTreeMap<u64, Score>,
    pub(super) request_tokens: HashMap<String, RequestToken>,
    pub(super) access_tokens: HashMap<String, AccessToken>,
    pub(super) nonces: Nonces,
    pub(super) rng: Rng,
    next_score: u64,
    next_version: u64,
}

/// A score.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Score {
    pub(super) id: u64,
    /// Changes with the file.
    pub(super) vid: u64,
    pub(super) owner: u64,
    pub(super) secret: String,
    /// Unix seconds.
    pub(super) posted: u64,
    /// Unix seconds of the last change of file or words.
    pub(super) updated: u64,
    pub(super) private: bool,
    pub(super) license: &'static str,
    pub(super) language: Option<&'static str>,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) tags: String,
    pub(super) revision_log: Option<String>,
    pub(super) featured: bool,
    pub(super) comments: u64,
    pub(super) favorites: u64,
    pub(super) views: u64,
    pub(super) plays: u64,
    pub(super) downloads: u64,
    pub(super) rendering: Arc<Rendering>,
    /// Audio that was uploaded in place of the rendered one.
    pub(super) audio: Option<Object>,
}

/// A temporary token (RFC 5849 section 2.1).
pub(super) struct RequestToken {
    pub(super) secret: String,
    pub(super) consumer: String,
    pub(super) callback: Option<String>,
    pub(super) stage: Stage,
}

/// How far a request token is.
pub(super) enum Stage {
    /// The user was not asked yet.
    Asked,
    /// The user agreed.
    Approved { user: u64, verifier: String },
}

/// A token that acts for a user.
pub(super) struct AccessToken {
    pub(super) secret: String,
    pub(super) consumer: String,
    pub(super) user: u64,
}

impl Store {
    pub(super) fn new(seed: Seed) -> Self {
        Self {
            scores: BTreeMap::new(),
            request_tokens: HashMap::new(),
            access_tokens: HashMap::new(),
            nonces: Nonces::default(),
            rng: seed.rng("musescore.world"),
            next_score: 52_300,
            next_version: 610_400,
        }
    }

    /// Token and secret.
    pub(super) fn new_token(&mut self) -> (String, String) {
        (alphanumeric(&mut self.rng, 32), alphanumeric(&mut self.rng, 32))
    }

    pub(super) fn new_verifier(&mut self) -> String {
        alphanumeric(&mut self.rng, 8)
    }

    pub(super) fn new_secret(&mut self) -> String {
        hexadecimal(&mut self.rng, 10)
    }

    /// Numbers grow, with gaps as of a site that others use as well.
    pub(super) fn new_score_id(&mut self) -> u64 {
        self.next_score += self.rng.u64(1..20);
        self.next_score
    }

    pub(super) fn new_version(&mut self) -> u64 {
        self.next_version += self.rng.u64(1..40);
        self.next_version
    }
}
