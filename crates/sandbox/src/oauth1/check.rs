//! Whether a signature is right (RFC 5849 section 3.2).

use subtle::ConstantTimeEq;

use super::Refusal;
use super::nonces::{NonceKey, Nonces};
use super::parameters::{Parameters, Protocol};
use super::signature::{base_string, base_uri, hmac_sha1, key};

/// The request as far as its signature is concerned.
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    /// The `Host` header.
    pub(crate) host: &'a str,
    /// The path as sent.
    pub(crate) path: &'a str,
    pub(crate) parameters: &'a Parameters,
}

/// What a service takes.
pub(crate) struct Policy {
    /// Whether PLAINTEXT counts as a signature.
    pub(crate) plaintext: bool,
    /// How many seconds a timestamp may be off. Nonces are remembered for twice as long.
    pub(crate) window_s: f64,
    /// Seconds since the Unix epoch.
    pub(crate) now: f64,
}

/// A signature that is right; its nonce is not looked at yet.
pub(crate) struct Verified {
    pub(crate) consumer: String,
    nonce: Option<NonceKey>,
}

impl Policy {
    /// Checks a signature. `consumer` knows the secrets of consumers, `token` those of the tokens that count here; without a
    /// token, or with an empty one, it is not asked.
    pub(crate) fn verify(
        &self,
        signed: &Signed<'_>,
        consumer_secret: impl FnOnce(&str) -> Option<String>,
        token_secret: impl FnOnce(&str, &str) -> Option<String>,
    ) -> Result<Verified, Refusal> {
        let protocol = signed.parameters.protocol()?;
        let consumer = protocol.required("oauth_consumer_key")?;
        let signature = protocol.required("oauth_signature")?;
        let method = protocol.required("oauth_signature_method")?;
        let plaintext = match method {
            "HMAC-SHA1" => false,
            "PLAINTEXT" if self.plaintext => true,
            other => return Err(Refusal::Malformed(format!("Unsupported signature method {other}"))),
        };
        if protocol.get("oauth_version").is_some_and(|version| version != "1.0") {
            return Err(Refusal::Malformed("Unsupported version".to_owned()));
        }
        let moment = if plaintext { None } else { Some(moment(&protocol)?) };
        let consumer_secret = consumer_secret(consumer).ok_or(Refusal::Unauthorized("Invalid consumer"))?;
        let token = protocol.get("oauth_token").filter(|token| !token.is_empty());
        let token_secret = match token {
            None => String::new(),
            Some(token) => {
                token_secret(consumer, token).ok_or(Refusal::Unauthorized("Invalid access token"))?
            }
        };
        if let Some((timestamp, _)) = moment
            && (self.now.floor() - timestamp as f64).abs() > self.window_s
        {
            return Err(Refusal::Expired);
        }
        let key = key(&consumer_secret, &token_secret);
        let right = if plaintext {
            key
        } else {
            let uri = base_uri("http", signed.host, signed.path);
            hmac_sha1(&key, &base_string(signed.method, &uri, &signed.parameters.to_sign()))
        };
        if !bool::from(right.as_bytes().ct_eq(signature.as_bytes())) {
            return Err(Refusal::Unauthorized("Invalid signature"));
        }
        let nonce = moment.map(|(timestamp, nonce)| NonceKey {
            consumer: consumer.to_owned(),
            token: token.unwrap_or_default().to_owned(),
            timestamp,
            nonce: nonce.to_owned(),
        });
        Ok(Verified { consumer: consumer.to_owned(), nonce })
    }

    /// Spends the nonce of a request; gives the consumer.
    pub(crate) fn spend(&self, verified: Verified, nonces: &mut Nonces) -> Result<String, Refusal> {
        let Verified { consumer, nonce } = verified;
        let is_new = nonce.is_none_or(|nonce| nonces.take(nonce, self.now, 2.0 * self.window_s));
        if is_new { Ok(consumer) } else { Err(Refusal::Unauthorized("Nonce already used")) }
    }
}

/// Timestamp and nonce.
fn moment<'a>(protocol: &Protocol<'a>) -> Result<(u64, &'a str), Refusal> {
    let timestamp = protocol.required("oauth_timestamp")?;
    let nonce = protocol.required("oauth_nonce")?;
    let digits = timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let number = timestamp.parse().ok().filter(|number: &u64| digits && *number > 0);
    let malformed = |name: &str| Refusal::Malformed(format!("Malformed parameter {name}"));
    let number = number.ok_or_else(|| malformed("oauth_timestamp"))?;
    if nonce.is_empty() { Err(malformed("oauth_nonce")) } else { Ok((number, nonce)) }
}
