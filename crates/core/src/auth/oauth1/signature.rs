//! The signature base string and HMAC-SHA1 (RFC 5849, section 3.4): no clock, no network.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Method, Uri};
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use super::encode;
use crate::Secret;

/// The text that is signed (RFC 5849, section 3.4.1).
///
/// `uri` is the absolute URL as sent, its query included. `parameters` are the protocol parameters, without `realm` and
/// `oauth_signature`, and the pairs of the body if it is `application/x-www-form-urlencoded`; all of them decoded.
/// Nothing of a `multipart/form-data` body is signed.
#[must_use]
pub fn base_string<'a>(
    method: &Method,
    uri: &Uri,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    base_string_with(method, uri, [], parameters)
}

/// The same, with some parameters that are encoded already.
pub(super) fn base_string_with<'a>(
    method: &Method,
    uri: &Uri,
    encoded_parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut encoded = Encoded::default();
    let query = uri.query().unwrap_or_default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        encoded
            .add_with(|text| encode::push_from_form(text, name), |text| encode::push_from_form(text, value));
    }
    for (name, value) in parameters {
        encoded.add_with(|text| encode::push(text, name), |text| encode::push(text, value));
    }
    for (name, value) in encoded_parameters {
        encoded.add_with(|text| text.push_str(name), |text| text.push_str(value));
    }
    let mut base = String::with_capacity(encoded.text.len() * 3 / 2 + uri.path().len() + 128);
    base.push_str(method.as_str());
    base.push('&');
    push_base_uri(&mut base, uri);
    base.push('&');
    encoded.push_normalized(&mut base);
    base
}

/// Scheme and host in lower case, the port only where it is not the scheme's own, the path as sent; encoded.
fn push_base_uri(base: &mut String, uri: &Uri) {
    let scheme = uri.scheme_str().unwrap_or_default();
    encode::push(base, &scheme.to_ascii_lowercase());
    base.push_str("%3A%2F%2F");
    encode::push(base, &uri.host().unwrap_or_default().to_ascii_lowercase());
    let default = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
    if let Some(port) = uri.port_u16().filter(|port| *port != default) {
        base.push_str("%3A");
        base.push_str(&port.to_string());
    }
    encode::push(base, uri.path());
}

/// Encoded pairs: their text in one piece, and where each begins and ends.
#[derive(Default)]
struct Encoded {
    text: String,
    pairs: Vec<Span>,
}

struct Span {
    /// The first eight bytes of the name as a number, which orders nearly all names by itself.
    prefix: u64,
    name: usize,
    value: usize,
    end: usize,
}

impl Encoded {
    fn add_with(&mut self, name: impl FnOnce(&mut String), value: impl FnOnce(&mut String)) {
        if self.text.capacity() == 0 {
            self.text.reserve(512);
            self.pairs.reserve(16);
        }
        let start = self.text.len();
        name(&mut self.text);
        let middle = self.text.len();
        value(&mut self.text);
        let mut prefix = [0; 8];
        let shared = &self.text.as_bytes()[start..middle.min(start + 8)];
        // Encoded names have no zero bytes, so the filling sorts before whatever a longer name has there.
        prefix[..shared.len()].copy_from_slice(shared);
        let prefix = u64::from_be_bytes(prefix);
        self.pairs.push(Span { prefix, name: start, value: middle, end: self.text.len() });
    }

    /// Pairs, not joined texts, are sorted: `a` stands before `a-` although `a-=` is before `a=`.
    fn push_normalized(&mut self, base: &mut String) {
        let Self { text, pairs } = self;
        let parts = |span: &Span| {
            let text = text.as_str();
            (&text[span.name..span.value], &text[span.value..span.end])
        };
        pairs.sort_unstable_by(|one, other| {
            one.prefix.cmp(&other.prefix).then_with(|| parts(one).cmp(&parts(other)))
        });
        for (index, span) in pairs.iter().enumerate() {
            if index > 0 {
                base.push_str("%26");
            }
            let (name, value) = parts(span);
            encode::push(base, name);
            base.push_str("%3D");
            encode::push(base, value);
        }
    }
}

/// The key of a signature: both secrets, the second empty where there is no token.
#[derive(Clone)]
pub struct Key {
    hmac: Hmac<Sha1>,
    text: Secret,
}

impl Key {
    /// From the consumer secret and the token secret.
    #[must_use]
    pub fn new(consumer_secret: &Secret, token_secret: &Secret) -> Self {
        // Room enough that the text never moves: a moved text would leave a copy behind.
        let room = 3 * (consumer_secret.expose().len() + token_secret.expose().len()) + 1;
        let mut text = String::with_capacity(room);
        encode::push(&mut text, consumer_secret.expose());
        text.push('&');
        encode::push(&mut text, token_secret.expose());
        // A key longer than a block is its own hash (RFC 2104, section 2).
        let mut block = Zeroizing::new([0; 64]);
        if let Some(place) = block.get_mut(..text.len()) {
            place.copy_from_slice(text.as_bytes());
        } else {
            block[..20].copy_from_slice(&Sha1::digest(text.as_bytes()));
        }
        Self { hmac: Hmac::new((&*block).into()), text: Secret::new(text) }
    }

    /// HMAC-SHA1 of a base string in Base64 (section 3.4.2): 28 characters.
    #[must_use]
    pub fn sign(&self, base_string: &str) -> String {
        let mut hmac = self.hmac.clone();
        hmac.update(base_string.as_bytes());
        STANDARD.encode(hmac.finalize().into_bytes())
    }

    /// The consumer secret and the token secret.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let decoded = |part| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
        self.text.expose().split('&').map(|part| decoded(part).into()).collect()
    }

    /// The signature of PLAINTEXT (section 3.4.4): the key itself.
    #[must_use]
    pub fn plaintext(&self) -> &Secret {
        &self.text
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key([redacted])")
    }
}
