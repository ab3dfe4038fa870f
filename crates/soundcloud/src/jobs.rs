//! Calls that are more than one request.

mod hear;
mod login;
mod playlist;
mod ready;
mod siblings;
mod upload;

pub use hear::{StreamError, StreamLocation};
#[cfg(feature = "loopback")]
pub use login::LogInError;
pub use playlist::PlaylistError;
pub use ready::ReadyError;
pub(crate) use siblings::Siblings;
pub use upload::{UploadError, UploadJob, Uploaded};
