//! Values that must never be printed.

use std::fmt::{self, Display, Write as _};

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a secret prints.
pub(crate) const REDACTED: &str = "[redacted]";

/// The fill character of a value that is written for the wire. It pads nothing; a secret refuses to print when it sees it.
const WIRE: char = '\u{1}';

/// The text of a value as it goes over the wire; `None` if what it prints is not what it is.
pub(crate) fn wire_text(value: &dyn Display) -> Option<String> {
    let mut text = String::new();
    write!(text, "{value:\u{1}<}").is_ok().then_some(text)
}

/// Prints that something is not printed, such as `[redacted]`. In a text for the wire that is an error.
pub(crate) fn redact(f: &mut fmt::Formatter<'_>, shown: &str) -> fmt::Result {
    if f.fill() == WIRE { Err(fmt::Error) } else { f.write_str(shown) }
}

/// A password, token or key. `Debug` and `Display` print `[redacted]`, the memory is wiped on drop and two secrets
/// are compared in constant time; [`expose`](Secret::expose) is the one way to the text.
#[derive(Clone, Default)]
#[doc(alias("password", "redact"))]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text into keeping.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True if there is no text: a sign of a forgotten environment variable.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redact(f, REDACTED)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_printed() {
        let secret = Secret::new("CANARY-1");
        assert_eq!(
            format!("{secret} {secret:?} {:?}", Some(&secret)),
            "[redacted] [redacted] Some([redacted])"
        );
        assert_eq!(secret.expose(), "CANARY-1");
    }

    #[test]
    fn compared_by_text() {
        assert_eq!(Secret::new("a"), Secret::from("a"));
        assert_ne!(Secret::new("a"), Secret::new("ab"));
    }
}
