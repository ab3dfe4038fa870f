//! What a user of the crate would notice.

mod blocking;
mod bodies;
mod canary;
mod clients;
mod decode;
mod dropped;
mod environment;
mod errors;
mod every;
mod faults;
mod fixtures;
mod flows;
mod formats;
mod jobs;
mod login;
#[path = "../../../testkit/matrix/matrix.rs"]
mod matrix;
mod odd;
mod pages;
mod quirks;
mod requests;
mod site;
