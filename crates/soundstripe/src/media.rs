//! Links to sound files: signed, expiring, secret; and URLs of images that can be resized.
//!
//! ```
//! # use segno_soundstripe::{Client, songs::Song};
//! # async fn example(client: Client, song: Song) -> Result<(), Box<dyn std::error::Error>> {
//! if let Some(mp3) = song.primary_audio().and_then(|file| file.versions.mp3.as_ref()) {
//!     // The key is never sent to the host of the files; a link that expired is renewed by `Client::refresh`.
//!     client.download_to(mp3, "song.mp3").await?;
//! }
//! # Ok(())
//! # }
//! ```

mod download;
mod image;
mod link;

pub use download::Download;
pub use image::ImageUrl;
pub use link::{CATALOGUE_LIFETIME, MediaUrl, SUPE_LIFETIME, Versions};
