//! Calls that are more than one request.

#[cfg(feature = "loopback")]
mod login;
mod playlist;
mod ready;
mod resolve_stream;
mod upload;
mod upload_registry;

#[cfg(feature = "loopback")]
pub use login::LoginError;
pub use playlist::PlaylistError;
pub use ready::ReadyError;
pub use resolve_stream::{StreamError, StreamLocation};
pub use upload::{UploadError, UploadJob, Uploaded};
pub(crate) use upload_registry::UploadRegistry;
