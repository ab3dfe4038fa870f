//! Whether a request may be sent twice.

/// What a second delivery of a request would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Replay {
    /// Nothing: the request only reads.
    Safe,
    /// Nothing more than the first: the request sets a state (rename, delete, replace).
    Idempotent,
    /// Something again: the request creates or counts. Sent again only if it certainly had no effect.
    Unsafe,
    /// Something again, and it is so large (the upload of a file) that nobody should send it twice unasked. Sent again only
    /// if it certainly never left; a 429 is told to the caller, and so is a 401, with which better credentials are not tried.
    /// [`RequestWriter::replay`](crate::RequestWriter::replay) lets a value wish otherwise.
    Once,
}
