//! XML as a sequence of opened and closed elements, within limits.

mod cursor;
mod encoding;
mod feed;

pub(crate) use cursor::{Cursor, Element, Source, Token};
pub(crate) use encoding::Encoding;
pub(crate) use feed::{SliceSource, StreamSource};
