//! Why a command ended: one line with what to do next, and the exit code.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use segno_core::auth::AuthError;
use segno_core::client::{Cause, ClientError};
use segno_core::decode::DecodeError;
use segno_core::transport::TransportErrorKind;

use crate::doubt;

/// The exit code of a command that failed.
const FAILED: u8 = 1;
/// The exit code of arguments that cannot be understood.
pub(crate) const USAGE: u8 = 2;
/// The exit code of a command that needs a login.
pub(crate) const LOGIN: u8 = 4;

/// A command that did not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    text: String,
    kind: Kind,
    /// What to do in the end, with the mark in front.
    last: Option<String>,
    /// What to do in place of that, because it is not known whether something was made.
    look: Option<String>,
}

/// What is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What was asked for, or chance: it may go well when it is tried again.
    Own,
    /// What was asked for: it fails again however often it is tried.
    Lasting,
    /// The service, or the network between: it is away, overloaded, or another responds in its place.
    Away {
        /// How long it asks to wait.
        asks: Option<Duration>,
        /// Whether the request was refused before any work was done for it.
        refused: bool,
    },
    /// The ledger of a batch, without which nothing can be done.
    Ledger,
    /// How this machine or this command is set up: whatever is asked for fails.
    Machine,
}

impl Failure {
    /// The line says what happened and what to do.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { code: FAILED, text: text.into(), kind: Kind::Own, last: None, look: None }
    }

    /// A ledger that cannot be read or written.
    pub(crate) fn ledger(text: impl fmt::Display) -> Self {
        Self { kind: Kind::Ledger, ..Self::new(text.to_string()) }
    }

    /// Arguments that cannot be understood.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::new(text).code(USAGE).lasting(true)
    }

    /// There is no login at the service, or it is not accepted.
    pub(crate) fn login(service: &str, text: impl fmt::Display) -> Self {
        Self::new(format!("{text}; log in with `segno auth login {service}`")).code(LOGIN)
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &Path, error: impl fmt::Display) -> Self {
        Self::new(format!("{}: {error}", path.display())).lasting(true)
    }

    /// With the file in front that it is about.
    pub(crate) fn of(self, path: &Path) -> Self {
        Self { text: format!("{}: {}", path.display(), self.text), ..self }
    }

    /// With another exit code.
    pub(crate) fn code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// With something to do behind the line.
    pub(crate) fn advice(self, what: impl fmt::Display) -> Self {
        Self { text: format!("{}; {what}", self.text), ..self }
    }

    /// Whether it fails again however often it is tried.
    pub(crate) fn lasting(self, lasting: bool) -> Self {
        Self { kind: if lasting { Kind::Lasting } else { Kind::Own }, ..self }
    }

    /// With another end: what was made, and how to go on.
    pub(crate) fn last(self, what: impl fmt::Display) -> Self {
        Self { last: Some(format!("; {what}")), look: None, ..self }
    }

    /// A call to a service that failed, alone or as a step of a job that tells of it in a `line` of its own.
    pub(crate) fn of_call<A>(service: &str, error: &segno_core::Error<A>, line: impl fmt::Display) -> Self {
        Self::of_request(service, error, line, doubt::look(error.endpoint()))
    }

    /// The same of a call that makes something, if `look` says how one finds out whether it did although the call failed.
    pub(crate) fn of_request<A>(
        service: &str,
        error: &segno_core::Error<A>,
        line: impl fmt::Display,
        look: Option<String>,
    ) -> Self {
        let failure = Self::of_failed(service, error, line);
        match look {
            Some(look) if error.may_have_taken_effect() => {
                let mark = if failure.last.is_some() { ", then" } else { ";" };
                Self { look: Some(format!("{mark} {look}")), ..failure }
            }
            _ => failure,
        }
    }

    fn of_failed<A>(service: &str, error: &segno_core::Error<A>, line: impl fmt::Display) -> Self {
        let status = error.status().map_or(0, |status| status.as_u16());
        if !error.is_transient() {
            let unauthorized = status == 401
                || matches!(error.cause(), Cause::Auth(error) if is_of_login(error))
                || (status == 403 && OF_THE_ACCOUNT.contains(&error.endpoint()));
            if unauthorized {
                return Self::login(service, line);
            }
        }
        let refused = matches!(error.cause(), Cause::Api { .. }) && !error.is_transient();
        let mut failure = Self::new(line.to_string()).lasting(refused);
        if matches!(error.cause(), Cause::Auth(error) if !is_of_login(error)) && !error.is_transient() {
            failure.kind = Kind::Machine;
        }
        if is_away(error) {
            let storage = error.endpoint().contains(".storage.");
            let refused = error.is_connect() || status == 429 || (status == 503 && storage);
            failure.kind = Kind::Away { asks: error.retry_after(), refused };
        }
        let hint = match error.cause() {
            Cause::Decode { error: DecodeError::Html { .. }, .. } | Cause::Redirect(_) => PORTAL,
            Cause::Transport(error) if error.kind() == TransportErrorKind::Protocol => PORTAL,
            _ if status == 511 => PORTAL,
            _ if status == 403 => {
                return failure.advice("`segno auth status --check` shows whether the key is accepted");
            }
            _ if !error.is_transient() => return failure,
            _ if error.is_rate_limited() => "these are too many requests for now; wait some minutes",
            // It was carried out, and only what it says of it is lost.
            Cause::Decode { status, .. } if status.is_success() => "the response is not whole",
            Cause::Api { .. } | Cause::Decode { .. } => {
                "the service is down or overloaded; wait some minutes"
            }
            _ => "look at the network",
        };
        failure.then_again(hint)
    }

    /// A web page that came in place of the response of a service.
    pub(crate) fn page(service: &str) -> Self {
        Self::new(format!("{service}: the response is a web page")).then_again(PORTAL)
    }

    fn then_again(self, hint: &str) -> Self {
        Self { last: Some(AGAIN.to_owned()), ..self.advice(hint) }
    }

    /// As a job tells it that finds by itself what was made when it is run again.
    pub(crate) fn finds(self) -> Self {
        Self { look: None, ..self }
    }

    /// A service that is away, and how long it asks to wait.
    #[cfg(test)]
    pub(crate) fn away(text: &str, asks: Option<Duration>) -> Self {
        Self { kind: Kind::Away { asks, refused: false }, ..Self::new(text) }
    }

    /// As a worker tells it, which itself tries again.
    pub(crate) fn of_worker(self) -> Self {
        Self { last: self.last.filter(|last| last != AGAIN), look: None, ..self }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        self.code
    }

    pub(crate) fn is_lasting(&self) -> bool {
        self.kind == Kind::Lasting
    }

    /// Whether the service or the network may be at fault.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.kind, Kind::Away { .. })
    }

    /// Whether the service or the network is at fault for sure: the request was refused before any work was done for it.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.kind, Kind::Away { refused: true, .. })
    }

    /// How long the service asks to wait.
    pub(crate) fn asks(&self) -> Option<Duration> {
        if let Kind::Away { asks, .. } = self.kind { asks } else { None }
    }

    /// Whether the ledger of a batch cannot be used.
    pub(crate) fn is_of_ledger(&self) -> bool {
        self.kind == Kind::Ledger
    }

    pub(crate) fn is_login(&self) -> bool {
        self.code == LOGIN
    }

    /// With what to do, if this process has more files open than it may.
    pub(crate) fn of_machine(self) -> Self {
        /// As the standard library ends what the system says (EMFILE, ENFILE).
        const FILES: [&str; 2] = ["(os error 24)", "(os error 23)"];
        if !cfg!(unix) || !FILES.iter().any(|files| self.text.contains(files)) {
            return self;
        }
        let failure =
            self.advice("allow more open files (`ulimit -n`), or take fewer pieces side by side (--jobs)");
        Self { kind: Kind::Machine, ..failure }
    }

    /// Whether every other piece of a batch would fail by it, too: the login, or how this machine is set up.
    pub(crate) fn ends_worker(&self) -> bool {
        self.is_login() || self.kind == Kind::Machine
    }
}

/// Whether a new login would help: it mends no full disk, no plain http and no quota.
fn is_of_login(error: &AuthError) -> bool {
    !matches!(error, AuthError::Insecure(_) | AuthError::Store(_) | AuthError::Quota { .. })
}

impl fmt::Display for Failure {
    /// One line, whatever others put into it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.look.as_ref().or(self.last.as_ref());
        for c in self.text.trim().chars().chain(last.iter().flat_map(|last| last.chars())) {
            match c {
                '\n' | '\r' | '\t' => f.write_str(" ")?,
                c if c.is_control() => write!(f, "{}", c.escape_default())?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

/// What is to be done at the end where the service or the network is at fault.
const AGAIN: &str = ", then run the command again";

/// Whether another request would have failed as well: what is between this machine and the service, or the service itself.
fn is_away<A>(error: &segno_core::Error<A>) -> bool {
    match error.cause() {
        Cause::Transport(error) => {
            error.kind() != TransportErrorKind::Source && error.kind() != TransportErrorKind::Runtime
        }
        Cause::Redirect(_) => true,
        _ => error.is_transient() || error.status().is_some_and(|status| status.as_u16() == 511),
    }
}

/// Calls that fail only because the key or login is not accepted: they name nothing that could belong to somebody else.
const OF_THE_ACCOUNT: [&str; 5] = [
    "soundslice.slices.list",
    "soundslice.slices.create",
    "soundslice.folders.list",
    "soundslice.folders.create",
    "soundslice.lists.create",
];

/// What is between this machine and the service when a web page comes in place of data.
const PORTAL: &str =
    "something else than the service responds: log in to this network in a browser, or correct the base URL";

impl<A: fmt::Display> From<segno_core::Error<A>> for Failure {
    fn from(error: segno_core::Error<A>) -> Self {
        let service = error.endpoint().split('.').next().unwrap_or_default();
        Self::of_call(service, &error, &error)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::new(error.to_string())
    }
}
