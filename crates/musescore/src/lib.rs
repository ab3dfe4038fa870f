#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod access;
mod client;
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

pub use access::Access;
pub use client::{Client, ClientBuilder, UploadError};
pub use error::{ApiError, Error};
pub use format::{Callback, Format, read, read_list};
pub use ids::{IdError, Program, ScoreId, UserId, VersionId};
pub use license::{License, Permission};
pub use login::LoginError;
pub use paths::Spelling;
pub use segno_core as core;
pub use segno_core::auth::oauth1::{AccessToken, Consumer};
