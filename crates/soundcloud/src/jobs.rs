//! Calls that are more than one request.

mod login;
mod playlist;
mod ready;
mod resolve_stream;
mod siblings;
mod upload;

#[cfg(feature = "loopback")]
pub use login::LogInError;
pub use playlist::PlaylistError;
pub use ready::ReadyError;
pub use resolve_stream::{StreamError, StreamLocation};
pub(crate) use siblings::Siblings;
pub use upload::{UploadError, UploadJob, Uploaded};
