#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod artists;
pub mod audio_files;
pub mod categories;
mod client;
pub mod digital_usages;
mod error;
pub mod ids;
pub mod json_api;
pub mod media;
mod open_enum;
pub mod page;
pub mod songs;
pub mod tags;
mod terms;

pub use client::{Client, ClientBuilder};
pub use error::{ApiError, Error, ErrorKind, ErrorObject};
pub use terms::{TermError, Terms};
