#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod blocking;
mod call;
mod client;
pub mod comments;
mod diagnosis;
mod error;
pub mod feed;
mod fields;
pub mod follows;
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
pub use ids::{CommentUrn, PlaylistUrn, TrackUrn, Urn, UserUrn};
#[cfg(feature = "loopback")]
pub use jobs::LoginError;
pub use jobs::{PlaylistError, ReadyError, StreamError, StreamLocation, UploadError, UploadJob, Uploaded};
pub use list::{Listing, MAX_PER_PAGE};
pub use read::{OtherMembers, SiteUrl};
pub use segno_core as core;
pub use segno_core::vocabulary::IdError;
pub use values::{Access, AccessLevel, EmbeddableBy, License, SetType, Sharing, Sort, tag_list, tags};
