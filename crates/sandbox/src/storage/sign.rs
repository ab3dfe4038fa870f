//! Query-string authentication, signature version 2: `Signature` is Base64 of HMAC-SHA1 over method, `Content-MD5`,
//! `Content-Type`, `Expires`, `x-amz-` headers and the path. A header that the signer did not know of breaks it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use super::xml;
use crate::kit::{Request, Result, Seed, alphanumeric};

const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) struct Signer {
    key_id: String,
    secret: String,
}

impl Signer {
    pub(super) fn new(seed: Seed) -> Self {
        let mut rng = seed.rng("storage.key");
        Self {
            key_id: format!("AKIA{}", alphanumeric(&mut rng, 16).to_uppercase()),
            secret: alphanumeric(&mut rng, 40),
        }
    }

    /// The query of a presigned URL.
    pub(super) fn query(&self, method: &Method, path: &str, expires: u64) -> String {
        let signature = self.sign(&format!("{method}\n\n\n{expires}\n{path}"));
        let signature = utf8_percent_encode(&signature, QUERY);
        format!("AWSAccessKeyId={}&Signature={signature}&Expires={expires}", self.key_id)
    }

    fn sign(&self, text: &str) -> String {
        // HMAC takes a key of any length.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(self.secret.as_bytes()) else { return String::new() };
        mac.update(text.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }

    /// Whether a request may pass.
    pub(super) fn check(&self, now: Duration, request: &Request) -> Result<()> {
        let query = request.query_pairs();
        let value = |name| query.text(name);
        if request.headers.contains_key(http::header::AUTHORIZATION) {
            return Err(xml::two_mechanisms());
        }
        let (Some(key), Some(signature), Some(expires)) =
            (value("AWSAccessKeyId"), value("Signature"), value("Expires"))
        else {
            return Err(xml::error(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied", ""));
        };
        let Ok(expires_at) = expires.parse::<u64>() else {
            return Err(xml::error(
                StatusCode::FORBIDDEN,
                "AccessDenied",
                "Invalid date (should be seconds since epoch)",
                "",
            ));
        };
        if now.as_secs_f64() >= expires_at as f64 {
            return Err(xml::expired(expires_at, now.as_secs()));
        }
        let header = |name| request.header(name).unwrap_or_default();
        let text = format!(
            "{}\n{}\n{}\n{expires}\n{}{}",
            request.method,
            header("content-md5"),
            header("content-type"),
            amazon_headers(request),
            request.path
        );
        let right = self.sign(&text);
        if key == self.key_id && bool::from(right.as_bytes().ct_eq(signature.as_bytes())) {
            Ok(())
        } else {
            Err(xml::wrong_signature(&self.key_id, signature, &text))
        }
    }
}

/// `x-amz-` headers in canonical form: sorted, one to a line.
fn amazon_headers(request: &Request) -> String {
    let mut names: Vec<&str> = request
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-"))
        .collect();
    names.sort_unstable();
    let line = |name: &str| {
        let values: Vec<&str> =
            request.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        format!("{name}:{}\n", values.join(","))
    };
    names.into_iter().map(line).collect()
}
