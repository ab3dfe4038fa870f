#![doc = include_str!("../README.md")]
//!
//! # Errors and retries
//!
//! Every call ends in [`Error`]: one line with the endpoint, the service's message and what was tried. Its `is_*` methods say what to do
//! about it, [`may_have_taken_effect`](core::Error::may_have_taken_effect) whether a request that creates may have arrived, and
//! `source()` leads to what is behind it. Reads, changes and deletions are tried again;
//! what creates is sent once.
//! A 429 is waited out by everybody who shares the client. `ClientBuilder::settings` changes how often and how long.
//!
//! ```no_run
//! # async fn example(client: segno_soundslice::Client) -> Result<(), segno_soundslice::Error> {
//! match client.send(&segno_soundslice::slices::List::new()).await {
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
//! have taken effect. An upload that is dropped leaves a slice
//! without notation, or a recording without media.
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
//! 64 requests are under way at once (`core::ClientBuilder::connections`), and a call ends after 60 s (`Call::deadline`). [`Client::stream`] reads a list of any
//! length item by item.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod blocking;
pub mod callback;
mod client;
mod enums;
mod error;
pub mod folders;
mod ids;
mod jobs;
pub mod lists;
pub mod notation;
pub mod recordings;
pub mod slices;
pub mod storage;
pub mod syncpoints;

pub use client::{Client, ClientBuilder};
pub use enums::{EmbedStatus, PrintStatus, RecordingStatus, Source, Status};
pub use error::{ApiError, Error, ErrorDetail};
pub use ids::{FolderId, ListId, RecordingId, Scorehash, Slug, UserId};
pub use jobs::{JobError, MediaUpload, NotationUpload};
pub use segno_core as core;
pub use segno_core::vocabulary::IdError;
pub use syncpoints::Syncpoint;
