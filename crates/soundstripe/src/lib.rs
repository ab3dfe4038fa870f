#![doc = include_str!("../README.md")]
//!
//! # Errors and retries
//!
//! Every call ends in [`Error`]: one line with the endpoint, the service's message and what was tried. Its `is_*` methods say what to do
//! about it, [`may_have_taken_effect`](core::Error::may_have_taken_effect) whether a request that creates may have arrived, and
//! `source()` leads to what is behind it. Reads, changes and deletions are tried again;
//! codes, playlists, uploads and searches are sent once.
//! A 429 is waited out by everybody who shares the client. `ClientBuilder::settings` changes how often and how long.
//!
//! ```no_run
//! # async fn example(client: segno_soundstripe::Client) -> Result<(), segno_soundstripe::Error> {
//! match client.send(&segno_soundstripe::tags::List::new()).await {
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
//! have taken effect. A search goes on at
//! the service when nobody waits for it any more.
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
//! 64 requests are under way at once (`core::ClientBuilder::connections`), and a call ends after 60 s (`Call::deadline`). A client sends 24 requests a
//! second; several processes with one key share a `core::client::RateLimit` over Redis (`segno-redis`).
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod artists;
pub mod audio_files;
pub mod blocking;
pub mod categories;
mod client;
pub mod digital_usages;
mod error;
pub mod ids;
pub mod json_api;
pub mod media;
pub mod page;
pub mod playlist_categories;
pub mod playlists;
pub mod private_playlists;
pub mod songs;
pub mod sound_effects;
pub mod supe_assets;
pub mod supe_searches;
pub mod tags;
mod terms;
pub mod webhooks;

pub use client::{Client, ClientBuilder, Refresh};
pub use error::{ApiError, Error, ErrorKind, ErrorObject};
pub use segno_core as core;
pub use segno_core::vocabulary::IdError;
pub use terms::{TermError, Terms};
