#![doc = include_str!("../README.md")]
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
