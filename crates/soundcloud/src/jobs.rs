//! Calls that are more than one request.

mod hear;
mod login;
mod playlist;
mod ready;
mod upload;

pub use hear::{StreamError, StreamLocation};
#[cfg(feature = "loopback")]
pub use login::LogInError;
pub use playlist::PlaylistError;
pub use ready::ReadyError;
pub use upload::{UploadError, UploadJob, Uploaded};
