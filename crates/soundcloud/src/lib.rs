#![doc = include_str!("../README.md")]
//!
//! # Errors and retries
//!
//! Every call ends in [`Error`]: one line with the endpoint, the service's message and what was tried. Its `is_*` methods say what to do
//! about it, [`may_have_taken_effect`](core::Error::may_have_taken_effect) whether a request that creates may have arrived, and
//! `source()` leads to what is behind it. Reads, changes and deletions are tried again;
//! uploads, comments and playlists are sent once.
//! A 429 is waited out by everybody who shares the client. `ClientBuilder::settings` changes how often and how long.
//!
//! ```no_run
//! # async fn example(client: segno_soundcloud::Client) -> Result<(), segno_soundcloud::Error> {
//! match client.send(&segno_soundcloud::me::Get::new()).await {
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
//! have taken effect. A token that is being
//! renewed is renewed to the end, also when every caller has gone.
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
//! 64 requests are under way at once (`core::ClientBuilder::connections`), and a call ends after 60 s (`Call::deadline`). An upload has at most 4 GB and
//! 24 hours, a playlist 500 tracks: what is larger is not sent.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod audio;
pub mod blocking;
mod call;
mod client;
pub mod comments;
mod diagnosis;
mod error;
pub mod feed;
mod fields;
pub mod follows;
mod hls;
mod ids;
mod jobs;
pub mod legacy;
pub mod likes;
mod list;
pub mod me;
pub mod oembed;
pub mod playlists;
mod read;
pub mod reposts;
pub mod resolve;
mod rights;
pub mod sdk;
pub mod session;
pub mod storefront;
pub mod streams;
pub mod tracks;
pub mod users;
mod values;
pub mod widget;

pub use call::Call;
pub use client::{Client, ClientBuilder};
pub use diagnosis::{Diagnosable, Diagnosis};
pub use error::{ApiError, Error, ExceededLimit, RateLimited, Shape, Throttle};
pub use fields::Fields;
pub use ids::{CommentUrn, PlaylistUrn, TrackUrn, Urn, UserUrn};
#[cfg(feature = "loopback")]
pub use jobs::LoginError;
pub use jobs::{PlaylistError, ReadyError, StreamError, StreamLocation, UploadError, UploadJob, Uploaded};
pub use list::{Listing, MAX_PER_PAGE};
pub use read::{OtherMembers, SiteUrl};
pub use segno_core as core;
pub use segno_core::vocabulary::IdError;
pub use values::{Access, AccessLevel, EmbeddableBy, License, SetType, Sharing, Sort, tag_list, tags};
