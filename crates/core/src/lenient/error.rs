//! Why a value could not be read, without the value.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// Why a value could not be read. The message never shows a value of the document: it may be a secret.
#[derive(Debug)]
pub(crate) struct ReadError {
    pub(crate) message: String,
    pub(crate) kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A member that must be there is not.
    Missing(&'static str),
    /// A member comes twice.
    Doubled,
    /// The value is how some services write that something is missing.
    Nothing,
    /// Anything else.
    Other,
}

impl ReadError {
    pub(crate) fn nothing(expected: &dyn Expected) -> Self {
        Self { kind: Kind::Nothing, ..found("an empty list", expected) }
    }
}

fn found(what: &str, expected: &dyn Expected) -> ReadError {
    let expected = expected.to_string();
    let expected = expected.trim_start_matches("struct ");
    ReadError { message: format!("expected {expected}, found {what}"), kind: Kind::Other }
}

fn what(unexpected: &Unexpected<'_>) -> &'static str {
    match unexpected {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map | Unexpected::StructVariant => "an object",
        _ => "something else",
    }
}

/// What a value's own reader says may quote the value: in double quotes, or in back quotes. Either may be in the value.
pub(crate) fn without_values(message: &str) -> String {
    let between = |quote: char| Some((message.find(quote)?, message.rfind(quote)?));
    match between('"').or_else(|| between('`')) {
        Some((first, last)) if first < last => format!("{}…{}", &message[..first], &message[last + 1..]),
        _ => message.to_owned(),
    }
}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: without_values(&message.to_string()), kind: Kind::Other }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        found(what(&unexpected), expected)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let what = match what(&unexpected) {
            "a number" => "a number out of range",
            "a text" => "another text",
            what => what,
        };
        found(what, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        found(&format!("{length} members"), expected)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self { message: format!("expected one of {}", expected.join(", ")), kind: Kind::Other }
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self {
            message: format!("found a member that is not one of {}", expected.join(", ")),
            kind: Kind::Other,
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { message: format!("missing field `{field}`"), kind: Kind::Missing(field) }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self { message: format!("the field `{field}` comes twice"), kind: Kind::Doubled }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl de::StdError for ReadError {}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> Self {
        de::Error::custom(error)
    }
}
