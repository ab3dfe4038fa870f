//! How errors print: one line, short, and nothing in it that a terminal or a log would act on.

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER};

use super::{Cause, Error, Inner, Reached};
use crate::decode::DecodeError;
use crate::one_line::{LINE, Seconds, cut};

impl<A: fmt::Display> fmt::Display for Error<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.tail();
        let room = f.precision().unwrap_or(LINE).min(LINE).saturating_sub(tail.chars().count());
        let head = cut(format_args!("{}: {}", self.0.endpoint, self.0.cause), room);
        f.write_str(&head)?;
        f.write_str(&tail)
    }
}

impl<A> Error<A> {
    /// What stands behind the message, whatever is cut of that.
    fn tail(&self) -> String {
        let Inner { attempts, elapsed, retry_after, cause, note, before, writes, .. } = &*self.0;
        let mut tail = String::new();
        let told = cause.may_have_arrived() || matches!(cause, Cause::Deadline(_));
        let doubtful = *writes && *before == Reached::Arrived && !told;
        let took = match elapsed.as_secs() {
            0 => String::new(),
            _ => format!(" in {}", Seconds(*elapsed)),
        };
        match (*attempts > 1, doubtful) {
            (true, false) => tail = format!(" (after {attempts} attempts{took})"),
            (true, true) => {
                tail = format!(" (after {attempts} attempts{took}; an earlier one may have arrived)")
            }
            (false, true) => tail.push_str(" (an earlier request may have arrived)"),
            (false, false) => {}
        }
        if let Some(wait) = retry_after {
            tail.push_str("; the service asks to wait ");
            let given = match cause {
                Cause::Api { headers, .. } => headers.get(RETRY_AFTER),
                _ => None,
            };
            match given {
                // So long a wait is a mistake or a date: the words of the service tell which.
                Some(given) if *wait > LONG => {
                    tail.push_str(&cut(format_args!("{:?}", String::from_utf8_lossy(given.as_bytes())), 60));
                }
                _ => tail.push_str(&Seconds(*wait).to_string()),
            }
        }
        if let Some(note) = note {
            tail.push_str("; ");
            tail.push_str(&cut(note, 200));
        }
        tail
    }
}

/// A wait that is told in the service's own form.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

/// A status with its usual words, if it has any.
struct Status(StatusCode);

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.canonical_reason() {
            Some(reason) => write!(f, "{} {reason}", self.0.as_u16()),
            None => self.0.as_u16().fmt(f),
        }
    }
}

impl<A: fmt::Display> fmt::Display for Cause<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build(error) => write!(f, "not sent: {error}"),
            Self::Auth(error) => write!(f, "not authorized: {error}"),
            Self::Transport(error) => error.fmt(f),
            Self::Deadline(limit) => write!(f, "not finished within the deadline of {}", Seconds(*limit)),
            Self::Limited(wait) => {
                write!(
                    f,
                    "rate limited: the next slot of the client's own limit is in {}, after the deadline; nothing was sent",
                    Seconds(*wait)
                )
            }
            Self::LimitUnavailable(reason) => {
                write!(f, "the rate limit cannot be asked: {reason}; nothing was sent")
            }
            Self::Redirect(error) => error.fmt(f),
            Self::Api { status, error, .. } => {
                let words = error.to_string();
                let colon = if words.is_empty() { "" } else { ": " };
                write!(f, "{}{colon}{words}", Status(*status))
            }
            Self::Decode { status, headers, error, .. } => {
                write!(f, "{}, but the response cannot be read: {error}", Status(*status))?;
                Announced { headers, error }.fmt(f)
            }
            Self::Source(error) => write!(f, "the body to send cannot be read: {error}"),
            Self::Sink(error) => write!(f, "the download cannot be written: {error}"),
            Self::Changed { written } => {
                write!(f, "the file changed on the server after {written} bytes of it were written")
            }
            Self::Pages(error) => error.fmt(f),
        }
    }
}

impl<A: fmt::Display> fmt::Debug for Cause<A> {
    // The one line is safe to print; the derived form would show headers and bodies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cause({self})")
    }
}

impl<A: fmt::Display> fmt::Debug for Error<A> {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<A: fmt::Display> std::error::Error for Error<A> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.source()
    }
}

/// What the headers announce of a body that is not the expected one: its media type and its coding. A body of the wrong
/// shape is of the expected kind, so nothing is said of it.
struct Announced<'a> {
    headers: &'a HeaderMap,
    error: &'a DecodeError,
}

impl fmt::Display for Announced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if matches!(
            self.error,
            DecodeError::Shape { .. }
                | DecodeError::TooLarge { .. }
                | DecodeError::Coding(_)
                | DecodeError::Other(_)
        ) {
            return Ok(());
        }
        let mut open = false;
        for name in [CONTENT_TYPE, CONTENT_ENCODING] {
            let Some(value) = self.headers.get(&name).and_then(|value| value.to_str().ok()) else { continue };
            f.write_str(if open { ", " } else { " (" })?;
            open = true;
            write!(f, "{name}: {}", value.chars().take(60).collect::<String>())?;
        }
        if open { f.write_str(")") } else { Ok(()) }
    }
}
