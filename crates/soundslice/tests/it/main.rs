//! What a user of the client notices: exact requests, decoded responses, error lines, whole jobs against the sandbox.

mod blocking;
mod bulk;
mod decode;
mod downloads;
mod dropped;
mod environment;
mod errors;
mod faults;
mod fixtures;
mod jobs;
#[path = "../../../testkit/matrix/matrix.rs"]
mod matrix;
mod official_client;
mod sample;
mod success;
mod wire;
