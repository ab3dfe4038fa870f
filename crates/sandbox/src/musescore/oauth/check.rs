//! Who sends a request: the decisions of a server (RFC 5849 section 3.2).

use super::super::error::{self, Result};
use super::super::state::Musescore;
use super::super::store::Store;
use super::super::switches::Switches;
use crate::oauth1::check::{Policy, Signed};

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::musescore) struct Caller {
    /// The consumer.
    pub(in crate::musescore) consumer: String,
    /// The user that a token acts for.
    pub(in crate::musescore) user: Option<u64>,
    /// Whether there is a signature.
    pub(in crate::musescore) signed: bool,
}

impl Caller {
    /// The user; 401 without one.
    pub(in crate::musescore) fn required_user(&self) -> Result<u64> {
        self.user.ok_or_else(error::user_required)
    }
}

/// What the check needs besides the request.
pub(in crate::musescore) struct AuthContext<'a> {
    pub(in crate::musescore) service: &'a Musescore,
    pub(in crate::musescore) switches: &'a Switches,
    pub(in crate::musescore) store: &'a mut Store,
}

impl AuthContext<'_> {
    /// Who sends a request to a resource: by signature, by the consumer key alone, or nobody.
    pub(in crate::musescore) fn caller(&mut self, signed: &Signed<'_>) -> Result<Caller> {
        let parameters = signed.parameters;
        if parameters.signed() {
            let mut user = None;
            let consumer = self.verify(signed, |auth, consumer, token| {
                let access = auth.access_token(consumer, token)?;
                user = Some(access.0);
                Some(access.1)
            })?;
            return Ok(Caller { consumer, user, signed: true });
        }
        let key = parameters.query.text("oauth_consumer_key");
        match key {
            Some(key) if self.consumer_secret(key).is_some() => {
                Ok(Caller { consumer: key.to_owned(), user: None, signed: false })
            }
            None if parameters.has_header() => Err(error::malformed("Missing parameter oauth_signature")),
            _ => Err(error::unauthorized("Invalid consumer")),
        }
    }

    /// Checks a signature in full; gives the consumer. `token_secret` knows the tokens that count here; without a token, or with
    /// an empty one, it is not asked.
    pub(super) fn verify(
        &mut self,
        signed: &Signed<'_>,
        token_secret: impl FnOnce(&Self, &str, &str) -> Option<String>,
    ) -> Result<String> {
        let policy = Policy {
            plaintext: self.switches.plaintext,
            window_s: self.switches.timestamp_window_s,
            now: self.service.sandbox.clock.now().as_secs_f64(),
        };
        let consumer_secret = |consumer: &str| self.consumer_secret(consumer);
        let verified =
            policy.verify(signed, consumer_secret, |consumer, token| token_secret(self, consumer, token))?;
        Ok(policy.spend(verified, &mut self.store.nonces)?)
    }

    /// The secret of a consumer.
    pub(in crate::musescore) fn consumer_secret(&self, key: &str) -> Option<String> {
        let extra = self.switches.credentials.iter().find(|extra| extra.consumer_key == key);
        let extra = extra.map(|extra| extra.consumer_secret.clone());
        extra.or_else(|| self.service.accounts.consumer_secret(key))
    }

    /// User and secret of an access token that this consumer may use.
    fn access_token(&self, consumer: &str, token: &str) -> Option<(u64, String)> {
        if self.switches.revoked_tokens.iter().any(|revoked| revoked == token) {
            return None;
        }
        let extra = self.switches.credentials.iter();
        let extra = extra.filter(|extra| extra.consumer_key == consumer && extra.token == token);
        let mut extra = extra.map(|extra| {
            (extra.user_id.unwrap_or_else(|| self.service.accounts.first()), extra.token_secret.clone())
        });
        let granted = self.store.access_tokens.get(token).filter(|access| access.consumer == consumer);
        extra
            .next()
            .or_else(|| granted.map(|access| (access.user, access.secret.clone())))
            .or_else(|| self.service.accounts.access_token(consumer, token))
    }
}
