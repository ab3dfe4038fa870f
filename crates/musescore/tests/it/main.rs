//! What a user of the crate would notice.

mod bodies;
mod clients;
mod decode;
mod errors;
mod formats;
mod jobs;
mod login;
mod pages;
mod quirks;
mod requests;
