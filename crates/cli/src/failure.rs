//! Why a command ended: one line with what to do next, and the exit code.

use std::fmt;
use std::path::Path;

use segno_core::client::{Cause, ClientError};
use segno_core::decode::DecodeError;
use segno_core::transport::TransportErrorKind;

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
    /// Whether it fails again however often it is tried.
    lasting: bool,
    /// What to do in the end, with the mark in front.
    last: Option<String>,
}

impl Failure {
    /// The line says what happened and what to do.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { code: FAILED, text: text.into(), lasting: false, last: None }
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
        Self { lasting, ..self }
    }

    /// With another end: what was made, and how to go on.
    pub(crate) fn last(self, what: impl fmt::Display) -> Self {
        Self { last: Some(format!("; {what}")), ..self }
    }

    /// A call to a service that failed, alone or as a step of a job that tells of it in a `line` of its own.
    pub(crate) fn of_call<A>(service: &str, error: &segno_core::Error<A>, line: impl fmt::Display) -> Self {
        let status = error.status().map_or(0, |status| status.as_u16());
        if !error.is_transient() {
            let unauthorized = status == 401
                || matches!(error.cause(), Cause::Auth(_))
                || (status == 403 && OF_THE_ACCOUNT.contains(&error.endpoint()));
            if unauthorized {
                return Self::login(service, line);
            }
        }
        let refused = matches!(error.cause(), Cause::Api { .. }) && !error.is_transient();
        let failure = Self::new(line.to_string()).lasting(refused);
        let hint = match error.cause() {
            Cause::Decode { error: DecodeError::Html { .. }, .. } | Cause::Redirect(_) => PORTAL,
            Cause::Transport(error) if error.kind() == TransportErrorKind::Protocol => PORTAL,
            _ if status == 511 => PORTAL,
            _ if status == 403 => {
                return failure.advice("`segno auth status --check` shows whether the key is accepted");
            }
            _ if !error.is_transient() => return failure,
            _ if error.is_rate_limited() => "these are too many requests for now; wait some minutes",
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
        Self { last: Some(", then run the command again".to_owned()), ..self.advice(hint) }
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
        for c in self.text.trim().chars().chain(self.last.iter().flat_map(|last| last.chars())) {
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
