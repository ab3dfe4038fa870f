//! The same client and endpoint values for code without async.
//!
//! Calls wait on the calling thread. They need no runtime and work inside of one, too: see [`segno_core::blocking`].
//!
//! ```no_run
//! use segno_soundcloud::{blocking, likes};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = blocking::Client::from_env()?;
//! for track in client.items(likes::MyTracks::new()).take(20) {
//!     println!("{:?}", track?.title);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What is more than one request is waited for with [`run`](segno_core::blocking::Client::run), and a client with other settings is
//! made of an async one:
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = segno_soundcloud::Client::builder_from_env()?.build()?.blocking()?;
//! # Ok(())
//! # }
//! ```

/// A client for SoundCloud whose calls wait.
pub type Client = segno_core::blocking::Client<crate::Client>;

impl segno_core::blocking::ServiceClient for crate::Client {
    fn core(&self) -> &segno_core::Client {
        self.core()
    }

    fn pages<'e, E: segno_core::client::Paged + 'e>(&self, list: E) -> segno_core::Pages<'e, E> {
        self.pages(list)
    }
}

impl<E: segno_core::Endpoint> segno_core::blocking::Sends<E> for crate::Client
where
    E::ApiError: crate::Diagnosable,
{
    async fn send(&self, endpoint: &E) -> Result<E::Output, segno_core::Error<E::ApiError>> {
        self.send(endpoint).await
    }
}

impl segno_core::blocking::FromEnv for crate::Client {
    fn from_env() -> Result<Self, segno_core::client::ClientError> {
        Self::from_env()
    }
}
