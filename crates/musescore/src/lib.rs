#![doc = include_str!("../README.md")]
//!
//! # Errors and retries
//!
//! Every call ends in [`Error`]: one line with the endpoint, the service's message and what was tried. Its `is_*` methods say what to do
//! about it, [`may_have_taken_effect`](core::Error::may_have_taken_effect) whether a request that creates may have arrived, and
//! `source()` leads to what is behind it. Reads and deletions are tried again, each with a
//! signature of its own; what publishes is sent once.
//! A 429 is waited out by everybody who shares the client. `ClientBuilder::settings` changes how often and how long.
//!
//! ```no_run
//! # async fn example(client: segno_musescore::Client) -> Result<(), segno_musescore::Error> {
//! match client.send(&segno_musescore::users::Me::new()).await {
//!     Ok(_) => {}
//!     Err(error) if error.is_auth() => println!("check the key: {error}"),
//!     Err(error) if error.is_transient() => println!("again later: {error}"),
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Cancel safety
//!
//! A future may be dropped at any time: its connection is closed, and a file that it was writing is removed. What had been sent may
//! have taken effect. A login whose last leg is under way is
//! finished by the server alone: begin again.
//!
//! # Stability
//!
//! Versions follow semantic versioning; before 1.0 a break raises the minor version. What may grow is `#[non_exhaustive]`, so new fields,
//! variants and endpoints are no break. Values of the service that this crate does not know are kept, not refused. What is named here
//! of [`core`] is part of this crate's interface; the types behind `source()` are not.
//!
//! # Limits
//!
//! A response is read up to 32 MiB (`core::ClientBuilder::body_cap`), an error up to 64 KiB; files have no limit but the service's. At most
//! 64 requests are under way at once (`core::ClientBuilder::connections`), and a call ends after 60 s (`Call::deadline`).
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod blocking;
mod client;
mod credentials;
mod error;
pub mod files;
mod format;
mod ids;
mod license;
mod login;
pub mod oauth;
pub mod oembed;
mod paths;
pub mod resolve;
pub mod scores;
pub mod signed_url;
pub mod space;
pub mod time;
pub mod users;

pub use client::{Client, ClientBuilder, OAUTH, STATIC, UploadError, WEB};
pub use credentials::Credentials;
pub use error::{ApiError, Error};
pub use format::{Callback, Format, read, read_list};
pub use ids::{MidiProgram, ScoreId, UserId, VersionId};
pub use license::{License, Permission};
pub use login::LoginError;
pub use paths::PathForm;
pub use segno_core as core;
pub use segno_core::auth::oauth1::{AccessToken, Consumer};
pub use segno_core::vocabulary::IdError;
