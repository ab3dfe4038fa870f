#![doc = include_str!("../README.md")]
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
