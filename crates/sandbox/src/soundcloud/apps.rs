//! Registered applications: what they may do, and how they prove who they are.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::kit::{Seed, alphanumeric};

/// An application on the SoundCloud host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SoundcloudApp {
    /// What the consent page calls it.
    #[serde(default = "nameless")]
    pub name: String,
    /// The client ID of the application.
    pub client_id: String,
    /// Its secret; `None` is a public application, which exchanges codes with PKCE alone and gets no token of its own.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// Where the consent page may send users to.
    pub redirect_uris: Vec<String>,
    /// Whether it may change anything; without it every write is a bare 401.
    #[serde(default = "yes")]
    pub may_write: bool,
}

impl SoundcloudApp {
    /// An application that may change things; without a secret a public one.
    #[must_use]
    pub fn new(client_id: &str, client_secret: Option<&str>, redirect_uri: &str) -> Self {
        Self {
            name: nameless(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.map(str::to_owned),
            redirect_uris: vec![redirect_uri.to_owned()],
            may_write: true,
        }
    }
}

fn nameless() -> String {
    "An application".to_owned()
}

fn yes() -> bool {
    true
}

/// The three that are there at the start: one with every right, a public one, one that may only read.
pub(super) fn seeded(seed: Seed, client_id: &str, client_secret: &str) -> [SoundcloudApp; 3] {
    let mut rng = seed.rng("soundcloud.apps");
    let mut app = |name: &str, port: u16, public: bool, may_write: bool| SoundcloudApp {
        name: name.to_owned(),
        client_id: alphanumeric(&mut rng, 32),
        client_secret: (!public).then(|| alphanumeric(&mut rng, 32)),
        redirect_uris: vec![format!("http://127.0.0.1:{port}/callback")],
        may_write,
    };
    let first = app("Tape Deck", 8765, false, true);
    let first = SoundcloudApp {
        client_id: client_id.to_owned(),
        client_secret: Some(client_secret.to_owned()),
        ..first
    };
    [first, app("Pocket Player", 8766, true, true), app("Listening Post", 8767, false, false)]
}

fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

impl SoundcloudApp {
    pub(super) fn is(&self, client_id: &str) -> bool {
        same(&self.client_id, client_id)
    }

    /// Whether the secret is its own, or it has none to give; `None` if one is missing.
    pub(super) fn proves_itself(&self, secret: Option<&str>) -> Option<bool> {
        match (secret, &self.client_secret) {
            (Some(secret), Some(own)) => Some(same(secret, own)),
            (None, None) => Some(true),
            (None, Some(_)) => None,
            (Some(_), None) => Some(false),
        }
    }

    /// Whether a redirect URI is a registered one; loopback ones may fit on any port (RFC 8252, section 7.3).
    pub(super) fn redirects_to(&self, any_loopback_port: bool, uri: &str) -> bool {
        let registered = |own: &String| {
            let portless = without_port(own);
            own == uri || (any_loopback_port && portless.is_some() && portless == without_port(uri))
        };
        self.redirect_uris.iter().any(registered)
    }
}

/// Host and path of a loopback URI; `None` for any other.
fn without_port(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]"].into_iter().find(|host| rest.starts_with(host))?;
    let rest = &rest[host.len()..];
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (port, path) = rest.split_at(end);
    let port = match port {
        "" => Some(80),
        port => port.strip_prefix(':')?.parse::<u16>().ok(),
    };
    port.map(|_| (host, path))
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn only_loopback_uris_lose_their_port() {
        for (uri, rest) in [
            ("http://127.0.0.1:8765/callback", Some(("127.0.0.1", "/callback"))),
            ("http://127.0.0.1/callback", Some(("127.0.0.1", "/callback"))),
            ("http://[::1]:9/a?b", Some(("[::1]", "/a?b"))),
            ("https://127.0.0.1:8765/callback", None),
            ("http://127.0.0.1.example:80/callback", None),
            ("http://127.0.0.1:x/callback", None),
            ("http://127.0.0.1:8765@example.com/callback", None),
            ("http://example.com/callback", None),
        ] {
            assert_eq!(without_port(uri), rest, "{uri}");
        }
    }
}
