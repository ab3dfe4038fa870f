//! What a user of the client notices: exact requests, decoded answers, error lines, whole jobs against the sandbox.

mod errors;
mod sample;
mod wire;
