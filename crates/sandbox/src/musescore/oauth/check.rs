//! Who sends a request: the decisions of a server (RFC 5849 section 3.2).

use http::StatusCode;
use subtle::ConstantTimeEq;

use super::super::error::{self, Result};
use super::super::state::Musescore;
use super::super::store::{NonceKey, Store};
use super::super::switches::Switches;
use super::parameters::{Parameters, Protocol};
use super::signature::{base_string, base_uri, hmac_sha1, key};

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

/// The request as far as its signature is concerned.
pub(in crate::musescore) struct Signed<'a> {
    pub(in crate::musescore) method: &'a str,
    /// The `Host` header.
    pub(in crate::musescore) host: &'a str,
    /// The path as sent.
    pub(in crate::musescore) path: &'a str,
    pub(in crate::musescore) parameters: &'a Parameters,
}

/// A token as the check sees it.
pub(super) struct KnownToken {
    pub(super) secret: String,
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
                Some(KnownToken { secret: access.1 })
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

    /// Checks a signature in full; gives the consumer. `find` knows the tokens that count here; without a token, or with an
    /// empty one, it is not asked.
    pub(super) fn verify(
        &mut self,
        signed: &Signed<'_>,
        find: impl FnOnce(&Self, &str, &str) -> Option<KnownToken>,
    ) -> Result<String> {
        let protocol = signed.parameters.protocol()?;
        let consumer = protocol.required("oauth_consumer_key")?;
        let signature = protocol.required("oauth_signature")?;
        let method = protocol.required("oauth_signature_method")?;
        let plaintext = match method {
            "HMAC-SHA1" => false,
            "PLAINTEXT" if self.switches.plaintext => true,
            other => return Err(error::malformed(format!("Unsupported signature method {other}"))),
        };
        if protocol.get("oauth_version").is_some_and(|version| version != "1.0") {
            return Err(error::malformed("Unsupported version"));
        }
        let moment = if plaintext { None } else { Some(moment(&protocol)?) };
        let consumer_secret =
            self.consumer_secret(consumer).ok_or_else(|| error::unauthorized("Invalid consumer"))?;
        let token = protocol.get("oauth_token").filter(|token| !token.is_empty());
        let token_secret = match token {
            None => String::new(),
            Some(token) => {
                let known = find(self, consumer, token);
                known.ok_or_else(|| error::unauthorized("Invalid access token"))?.secret
            }
        };
        let now = self.service.sandbox.clock.now().as_secs_f64();
        let window = self.switches.timestamp_window_s;
        if let Some((timestamp, _)) = moment
            && (now.floor() - timestamp as f64).abs() > window
        {
            return Err(error::code(StatusCode::UNAUTHORIZED, "USER_TIMESTAMP_EXPIRED"));
        }
        let key = key(&consumer_secret, &token_secret);
        let right = if plaintext {
            key
        } else {
            let uri = base_uri("http", signed.host, signed.path);
            hmac_sha1(&key, &base_string(signed.method, &uri, &signed.parameters.to_sign()))
        };
        if !bool::from(right.as_bytes().ct_eq(signature.as_bytes())) {
            return Err(error::unauthorized("Invalid signature"));
        }
        if let Some((timestamp, nonce)) = moment {
            let used = NonceKey {
                consumer: consumer.to_owned(),
                token: token.unwrap_or_default().to_owned(),
                timestamp,
                nonce: nonce.to_owned(),
            };
            if !self.store.nonces.take(used, now, 2.0 * window) {
                return Err(error::unauthorized("Nonce already used"));
            }
        }
        Ok(consumer.to_owned())
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

/// Timestamp and nonce.
fn moment<'a>(protocol: &Protocol<'a>) -> Result<(u64, &'a str)> {
    let timestamp = protocol.required("oauth_timestamp")?;
    let nonce = protocol.required("oauth_nonce")?;
    let digits = timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let number = timestamp.parse().ok().filter(|number: &u64| digits && *number > 0);
    let number = number.ok_or_else(|| error::malformed("Malformed parameter oauth_timestamp"))?;
    if nonce.is_empty() {
        return Err(error::malformed("Malformed parameter oauth_nonce"));
    }
    Ok((number, nonce))
}
