//! What a user of the client notices: exact requests, decoded responses, error lines, whole jobs, and the troubles that
//! users of the API have told of.

mod audio;
mod blocking;
mod browser;
mod canary;
mod decode;
mod diagnosis;
mod dropped;
mod embedding;
mod environment;
mod errors;
mod faults;
mod fixtures;
mod legacy;
mod login;
#[path = "../../../testkit/matrix/matrix.rs"]
mod matrix;
mod odd_responses;
mod odd_tokens;
mod pains;
mod peer;
mod responses;
mod sample;
mod sandbox;
mod success;
mod twins;
mod uploads;
mod wire;
