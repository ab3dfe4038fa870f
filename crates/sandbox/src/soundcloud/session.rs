//! Codes and tokens.

use std::collections::HashMap;

use fastrand::Rng;

use crate::kit::alphanumeric;

/// The scope of a token that does not end.
pub(super) const NON_EXPIRING: &str = "non-expiring";

/// Who a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    User(u64),
    /// The application itself: public things only.
    App,
}

/// What a token stands for: whom, and through which application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) subject: Subject,
    pub(super) client_id: String,
}

/// What was granted and not yet used up.
#[derive(Default)]
pub(super) struct Sessions {
    codes: HashMap<String, Code>,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Grant>,
}

/// An authorization code and what it is bound to.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) user: u64,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) proof: Proof,
    pub(super) expires: f64,
}

/// What must come with a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// The verifier of this challenge.
    Challenge(String),
    /// Nothing: it is a code of the old endpoints, for a token that ends or for one that does not.
    Old { non_expiring: bool },
}

struct Access {
    grant: Grant,
    expires: f64,
    refresh: String,
}

/// An access token and the refresh token issued with it.
pub(super) struct Pair {
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Sessions {
    pub(super) fn add_code(&mut self, rng: &mut Rng, code: Code) -> String {
        let text = format!("1-{}-{}-{}", rng.u32(100_000..999_999), code.user, alphanumeric(rng, 20));
        self.codes.insert(text.clone(), code);
        text
    }

    /// The code, which is spent by this; another application's stays.
    pub(super) fn take_code(&mut self, code: &str, client_id: &str, now: f64) -> Option<Code> {
        self.codes.get(code).filter(|code| code.client_id == client_id)?;
        self.codes.remove(code).filter(|code| now < code.expires)
    }

    pub(super) fn issue(&mut self, rng: &mut Rng, grant: Grant, expires: f64) -> Pair {
        let number = match grant.subject {
            Subject::User(id) => id,
            Subject::App => 0,
        };
        let access = format!("2-{}-{number}-{}", rng.u32(100_000..999_999), alphanumeric(rng, 22));
        let refresh = alphanumeric(rng, 32);
        self.put(&access, grant, expires, &refresh);
        Pair { access, refresh }
    }

    /// Makes a token good that was decided elsewhere.
    pub(super) fn put(&mut self, access: &str, grant: Grant, expires: f64, refresh: &str) {
        self.refresh.insert(refresh.to_owned(), grant.clone());
        let entry = Access { grant, expires, refresh: refresh.to_owned() };
        self.access.insert(access.to_owned(), entry);
    }

    /// Spends a refresh token; another application's stays.
    pub(super) fn take_refresh(&mut self, refresh: &str, client_id: &str) -> Option<Grant> {
        self.refresh.get(refresh).filter(|grant| grant.client_id == client_id)?;
        self.refresh.remove(refresh)
    }

    /// What an access token stands for, while it is good.
    pub(super) fn grant(&self, access: &str, now: f64) -> Option<&Grant> {
        self.access.get(access).filter(|access| now < access.expires).map(|access| &access.grant)
    }

    pub(super) fn subject(&self, access: &str, now: f64) -> Option<Subject> {
        self.grant(access, now).map(|grant| grant.subject)
    }

    /// Ends a session: its access token and the refresh token that came with it.
    pub(super) fn end(&mut self, access: &str, now: f64) -> bool {
        let Some(ended) = self.access.remove(access) else { return false };
        self.refresh.remove(&ended.refresh);
        now < ended.expires
    }
}
