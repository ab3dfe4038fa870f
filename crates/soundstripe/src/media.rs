//! Links to sound files: signed, expiring, secret; and URLs of images that can be resized.

mod download;
mod image;
mod link;

pub use download::Download;
pub use image::ImageUrl;
pub use link::{CATALOGUE_LIFETIME, MediaUrl, SUPE_LIFETIME, Versions};
