//! A client's side of RFC 5849, as plain as it goes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use segno_sandbox::MusescoreKeys;
use sha1::Sha1;

/// RFC 5849 section 3.6.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// What goes into a signature; members may be changed before it is made.
#[derive(Clone)]
pub(crate) struct Signature {
    pub(crate) method: String,
    pub(crate) url: String,
    /// Protocol parameters, but for the signature.
    pub(crate) oauth: Vec<(String, String)>,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) consumer_secret: String,
    pub(crate) token_secret: String,
}

impl Signature {
    pub(crate) fn new(method: &str, url: &str, keys: &MusescoreKeys, time: u64, nonce: &str) -> Self {
        let mut oauth = vec![
            ("oauth_consumer_key", keys.consumer_key.clone()),
            ("oauth_nonce", nonce.to_owned()),
            ("oauth_signature_method", "HMAC-SHA1".to_owned()),
            ("oauth_timestamp", time.to_string()),
            ("oauth_version", "1.0".to_owned()),
        ];
        if !keys.access_token.is_empty() {
            oauth.push(("oauth_token", keys.access_token.clone()));
        }
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            oauth: oauth.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            form: Vec::new(),
            consumer_secret: keys.consumer_secret.clone(),
            token_secret: keys.access_token_secret.clone(),
        }
    }

    /// Sets a protocol parameter.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.oauth.retain(|(known, _)| known != name);
        self.oauth.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.oauth.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn value(&self) -> String {
        let (url, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let mut pairs: Vec<(String, String)> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        pairs.extend(self.oauth.iter().chain(&self.form).cloned());
        let mut pairs: Vec<_> = pairs.iter().map(|(name, value)| (encode(name), encode(value))).collect();
        pairs.sort();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let text = format!("{}&{}&{}", self.method, encode(url), encode(&pairs.join("&")));
        let key = format!("{}&{}", encode(&self.consumer_secret), encode(&self.token_secret));
        let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("any length");
        mac.update(text.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }

    /// All protocol parameters with the signature.
    pub(crate) fn signed(&self) -> Vec<(String, String)> {
        let signature = ("oauth_signature".to_owned(), self.value());
        self.oauth.iter().cloned().chain([signature]).collect()
    }

    /// The `Authorization` header.
    pub(crate) fn header(&self) -> String {
        let items: Vec<_> =
            self.signed().iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
        format!("OAuth {}", items.join(", "))
    }

    /// As a query or a form.
    pub(crate) fn pairs(&self) -> String {
        let signed = self.signed();
        let items: Vec<_> = signed
            .iter()
            .chain(&self.form)
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        items.join("&")
    }
}
