//! Secrets that a test knows, looked for in everything that was logged or printed.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Keeps everything that is logged on this thread, at every level, as long as it lives, and what a test prints. At the
/// end [`silent`](Canary::silent) fails if a secret is anywhere in it.
///
/// ```
/// # use segno_testkit::Canary;
/// let mut canary = Canary::listen();
/// canary.secret("the password", "hairspray");
/// tracing::trace!("request sent");
/// canary.print(&segno_core::Secret::new("hairspray"));
/// let heard = canary.silent();
/// assert!(heard.contains("request sent"));
/// ```
#[must_use = "nothing is checked until silent() is called"]
pub struct Canary {
    log: Log,
    secrets: Secrets,
    _listening: DefaultGuard,
}

/// Secrets, in the forms in which they may be printed.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<(String, String)>);

impl Secrets {
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        assert!(value.len() >= 6, "{name} is too short to look for");
        let escaped: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(value);
        for form in [value.to_owned(), escaped, encoded] {
            self.0.push((name.to_owned(), form));
        }
    }

    /// The name of a secret that stands in a text.
    pub(crate) fn found_in(&self, text: &str) -> Option<&str> {
        self.0.iter().find(|(_, form)| text.contains(form)).map(|(name, _)| name.as_str())
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn push(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Canary {
    /// Listens from now on. Tasks on other threads are not heard: a test runs on one thread.
    pub fn listen() -> Self {
        // Once in a process, a second call does no harm. It collects what is logged through the log crate; and with it
        // there is more than one subscriber, so that a call site that another thread passed first, without a subscriber,
        // is not cached as one that is never interesting.
        let _ = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::ERROR)
            .with_writer(io::sink)
            .finish()
            .try_init();
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .with_ansi(false)
            .finish();
        Self { log, secrets: Secrets::default(), _listening: tracing::subscriber::set_default(subscriber) }
    }

    /// A secret and what it is called if it is found: as it is, escaped for a URL, and in base64.
    ///
    /// # Panics
    /// If it is so short that it would be found by accident.
    pub fn secret(&mut self, name: &str, value: &str) {
        self.secrets.add(name, value);
    }

    /// Something that a user may print for debugging.
    pub fn print(&self, value: &dyn Debug) {
        self.log.push(format!("{value:?}\n{value:#?}\n").as_bytes());
    }

    /// Something that a user may show.
    pub fn show(&self, value: &dyn Display) {
        self.log.push(format!("{value}\n").as_bytes());
    }

    /// An error in all its forms, with what is behind it.
    pub fn error(&self, error: &dyn Error) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.log.push(format!("{error}\n{error:?}\n{error:#?}\n").as_bytes());
            next = error.source();
        }
    }

    /// A result, printed whichever it is, and returned.
    ///
    /// # Errors
    /// The error of the result.
    pub fn outcome<T: Debug, E: Error>(&self, outcome: Result<T, E>) -> Result<T, E> {
        match &outcome {
            Ok(value) => self.print(value),
            Err(error) => self.error(error),
        }
        outcome
    }

    /// Everything that was logged and printed.
    ///
    /// # Panics
    /// If a secret is in it, with its name and the line.
    #[must_use]
    pub fn silent(self) -> String {
        let heard = self.log.0.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = String::from_utf8_lossy(&heard).into_owned();
        for line in heard.lines() {
            if let Some(name) = self.secrets.found_in(line) {
                panic!("{name} stands in: {line}");
            }
        }
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::Canary;

    #[test]
    #[should_panic(expected = "the key stands in")]
    fn a_secret_in_the_log_is_found() {
        let mut canary = Canary::listen();
        canary.secret("the key", "s3cret key");
        tracing::trace!(query = "key=s3cret+key");
        let _ = canary.silent();
    }
}
