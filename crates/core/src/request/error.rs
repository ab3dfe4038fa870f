//! Requests that cannot be built.

use http::header::HeaderName;

/// A request that cannot be built from its arguments. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An argument of the path would name another resource.
    #[error(
        "invalid path parameter {name}: expected a text other than \"\", \".\" and \"..\", found {value:?}"
    )]
    Segment {
        /// The name of the argument in the path template.
        name: &'static str,
        /// What was given.
        value: String,
    },
    /// A path template and its arguments do not fit: a defect of the endpoint.
    #[error("invalid path template {0:?}: expected one argument for each name in braces")]
    Template(&'static str),
    /// The parts do not make a URL.
    #[error("invalid URL: {0}")]
    Url(String),
    /// A link that leads to another host than the client's and to no path that it could have there. Nothing is sent to it.
    #[error("the link leads to {origin}, another host; nothing is sent there")]
    Foreign {
        /// Where it leads.
        origin: String,
    },
    /// A link of the service that leads above its base URL, where credentials have no business.
    #[error("the link leads out of the base URL; nothing is sent there")]
    Outside,
    /// A URL of its own, such as a presigned one, that an https service gave and that is not https.
    #[error("the service gave a URL at {origin}, which is not https; nothing is sent there")]
    Insecure {
        /// Where it leads.
        origin: String,
    },
    /// A URL of its own, such as a presigned one, at a host that is not among those of the client.
    #[error(
        "the service gave a URL at {origin}, which is not one of the client's hosts (ClientBuilder::pin_hosts); nothing is sent there"
    )]
    Unpinned {
        /// Where it leads.
        origin: String,
    },
    /// A header value with characters that a header cannot carry.
    #[error("invalid value of the header {0}: expected visible ASCII characters and spaces, found others")]
    Header(HeaderName),
    /// A value that JSON cannot express.
    #[error("the body cannot be written as JSON: {0}")]
    Json(String),
    /// A secret that was given where its text is sent. It prints as something else, so [`expose`](crate::Secret::expose) it
    /// there.
    #[error("{name}: must not be a secret that prints as [redacted]: expose it")]
    Secret {
        /// Of which path argument, parameter or part it is the value.
        name: String,
    },
    /// A value that the service would refuse.
    #[error("{field}: {reason}")]
    Value {
        /// Which argument.
        field: &'static str,
        /// What is wrong with it, with the allowed range.
        reason: String,
    },
}

impl BuildError {
    /// A value that the service would refuse.
    pub fn value(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Value { field, reason: reason.into() }
    }
}
