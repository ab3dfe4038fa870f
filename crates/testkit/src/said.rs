//! What a client says of a call.

use std::error::Error as _;
use std::fmt::{self, Debug};

use segno_core::transport::Phase;
use segno_core::{ApiError, Cause, Error};

use crate::canary::Secrets;

/// The longest line of an error, in characters.
const LINE: usize = 400;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// It gave a value.
    Done,
    /// Nothing was sent.
    Unsent,
    /// The request or the response was lost.
    Lost,
    /// The service refused.
    Status(u16),
    /// A success that cannot be read.
    Unreadable,
    /// A redirect that is not followed.
    Redirected,
    /// What no fault of a service brings about.
    Other,
}

impl Class {
    fn of<A>(error: &Error<A>) -> Self {
        match error.cause() {
            Cause::Api { status, .. } => Self::Status(status.as_u16()),
            Cause::Transport(error) if error.phase() == Phase::NotSent => Self::Unsent,
            Cause::Transport(_) | Cause::Deadline(_) => Self::Lost,
            Cause::Decode { .. } => Self::Unreadable,
            Cause::Redirect(_) => Self::Redirected,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Unsent => f.write_str("not sent"),
            Self::Lost => f.write_str("lost"),
            Self::Status(status) => write!(f, "{}xx", status / 100),
            Self::Unreadable => f.write_str("unreadable"),
            Self::Redirected => f.write_str("redirected"),
            Self::Other => f.write_str("other"),
        }
    }
}

/// What a client said of a call.
#[derive(Clone, Debug)]
pub struct Said {
    /// What became of it.
    pub class: Class,
    /// Whether it may have taken effect; of an error only.
    pub may_have_taken_effect: bool,
    /// The value, without its numbers: identifiers and times differ from one run to the next.
    pub value: String,
    /// The line of the error.
    pub line: String,
    /// What is wrong with the words.
    pub faults: Vec<String>,
}

impl Said {
    pub(crate) fn of<T: Debug, A: ApiError>(outcome: &Result<T, Error<A>>, secrets: &Secrets) -> Self {
        let mut said = Self {
            class: Class::Done,
            may_have_taken_effect: false,
            value: String::new(),
            line: String::new(),
            faults: Vec::new(),
        };
        let words = match outcome {
            Ok(value) => {
                let words = format!("{value:?}");
                said.value =
                    words.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
                words
            }
            Err(error) => {
                said.class = Class::of(error);
                said.may_have_taken_effect = error.may_have_taken_effect();
                said.line = error.to_string();
                if said.line.chars().count() > LINE || said.line.chars().any(char::is_control) {
                    said.faults.push(format!("its error is not one line of {LINE} characters"));
                }
                if !said.line.contains(error.endpoint()) {
                    said.faults.push("its error does not name the endpoint".to_owned());
                }
                let mut words = format!("{error:?}\n{}", said.line);
                let mut next = error.source();
                while let Some(error) = next {
                    words.push_str(&format!("\n{error}\n{error:?}"));
                    next = error.source();
                }
                words
            }
        };
        if let Some(name) = secrets.found_in(&words) {
            said.faults.push(format!("{name} stands in what is printed of it"));
        }
        said
    }
}
