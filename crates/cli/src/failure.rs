//! Why a command ended: one line with what to do next, and the exit code.

use std::fmt;
use std::path::Path;

use segno_core::client::{Cause, ClientError};

/// The exit code of a command that failed.
const FAILED: u8 = 1;
/// The exit code of arguments that cannot be understood.
pub(crate) const USAGE: u8 = 2;
/// The exit code of a command that needs a login.
const LOGIN: u8 = 4;

/// A command that did not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    text: String,
    lasting: bool,
}

impl Failure {
    /// The line says what happened and what to do.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { code: FAILED, text: text.into(), lasting: false }
    }

    /// Arguments that cannot be understood.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { code: USAGE, text: text.into(), lasting: true }
    }

    /// There is no login at the service, or it is not accepted.
    pub(crate) fn login(service: &str, text: impl fmt::Display) -> Self {
        let text = format!("{text}; log in with `segno auth login {service}`");
        Self { code: LOGIN, text, lasting: false }
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &Path, error: impl fmt::Display) -> Self {
        Self::new(format!("{}: {error}", path.display())).lasting(true)
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
        Self { lasting, ..self }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        self.code
    }

    pub(crate) fn is_lasting(&self) -> bool {
        self.lasting
    }

    pub(crate) fn is_login(&self) -> bool {
        self.code == LOGIN
    }
}

impl fmt::Display for Failure {
    /// One line, whatever others put into it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.text.trim().chars() {
            match c {
                '\n' | '\r' | '\t' => f.write_str(" ")?,
                c if c.is_control() => write!(f, "{}", c.escape_default())?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
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

impl<A: fmt::Display> From<segno_core::Error<A>> for Failure {
    fn from(error: segno_core::Error<A>) -> Self {
        let endpoint = error.endpoint();
        let service = endpoint.split('.').next().unwrap_or_default().to_owned();
        let status = error.status().map_or(0, |status| status.as_u16());
        let unauthorized = status == 401
            || matches!(error.cause(), Cause::Auth(_))
            || (status == 403 && OF_THE_ACCOUNT.contains(&endpoint));
        if unauthorized {
            return Self::login(&service, error);
        }
        let refused = matches!(error.cause(), Cause::Api { .. }) && !error.is_transient();
        let failure = Self::new(error.to_string()).lasting(refused);
        if status == 403 {
            return failure.advice("`segno auth status --check` shows whether the key is accepted");
        }
        if matches!(error.cause(), Cause::Transport(_)) && error.is_connect() {
            return failure.advice("look at the network, then run the command again");
        }
        failure
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::new(error.to_string())
    }
}
