#![doc = include_str!("../README.md")]
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
